-- a function of the platform reads no table
create view public.moi with (security_invoker = on) as select nom from public.profils where user_id = (select auth.uid());
