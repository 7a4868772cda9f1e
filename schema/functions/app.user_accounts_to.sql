-- The end of the range that app.user_accounts_from() begins.
create function app.user_accounts_to() returns uuid
language sql stable parallel safe security definer set search_path = ''
as $$
    select case
        when app.user_role() in ('admin', 'directeur', 'gerant', 'pca') then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        else nullif((select auth.uid()), '00000000-0000-0000-0000-000000000000')
    end::uuid
$$;
revoke all on function app.user_accounts_to() from public, anon, authenticated, service_role;
grant execute on function app.user_accounts_to() to authenticated;
