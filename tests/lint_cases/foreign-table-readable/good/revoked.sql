-- taken from users
create foreign table public.distant (id int) server autre;
revoke all on table public.distant from anon, authenticated;
