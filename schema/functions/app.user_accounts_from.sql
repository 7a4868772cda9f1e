-- The profiles a request sees are those of a range of accounts: all of them for cadres, its own for the others. A range,
-- because one plan serves both: it reads the index for one row, or all of it. "cadre or own row" could only scan.
-- The zero account stands for profiles without account; nobody is scoped to it.
create function app.user_accounts_from() returns uuid
language sql stable parallel safe security definer set search_path = ''
as $$
    select case
        when app.user_role() in ('admin', 'directeur', 'gerant', 'pca') then '00000000-0000-0000-0000-000000000000'
        else nullif((select auth.uid()), '00000000-0000-0000-0000-000000000000')
    end::uuid
$$;
revoke all on function app.user_accounts_from() from public, anon, authenticated, service_role;
grant execute on function app.user_accounts_from() to authenticated;
