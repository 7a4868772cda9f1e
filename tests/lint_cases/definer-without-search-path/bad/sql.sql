-- a helper in SQL
create function app.role_of(u uuid) returns text language sql stable security definer
as $$ select role from public.profils where user_id = u $$;
