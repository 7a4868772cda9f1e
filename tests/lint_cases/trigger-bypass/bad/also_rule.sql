-- a rule writes elsewhere
create rule archive as on insert to public.notes do also insert into public.journal select new.id;
