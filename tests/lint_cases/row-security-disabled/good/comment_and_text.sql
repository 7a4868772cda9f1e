-- not found: only spoken of, in a comment and in a text
-- alter table public.depots disable row level security;
comment on table public.depots is 'never alter table public.depots disable row level security;';
