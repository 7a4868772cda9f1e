-- a rule that does nothing
create rule jamais as on delete to public.notes do instead nothing;
