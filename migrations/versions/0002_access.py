"""Who a user is: depots, profils and the helpers that policies call."""

from rempart.revisions import execute, refuse_data_loss

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
create table public.depots (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    adresse text,
    created_at timestamptz default now(),
    fuseau_horaire text not null default 'Africa/Lubumbashi',
    constraint depots_pkey primary key (id),
    -- An unknown zone raises here, not in the first movement of the depot.
    constraint depots_fuseau_horaire_check
        check (timezone(fuseau_horaire, '2000-01-01 00:00:00+00'::timestamptz) is not null)
);

create table public.profils (
    id uuid not null default gen_random_uuid(),
    user_id uuid,
    nom_complet text,
    role text not null,
    depot_id uuid,
    email text,
    created_at timestamptz default now(),
    constraint profils_pkey primary key (id),
    -- One profile a user: the role of a user is a function of the user.
    constraint profils_user_id_key unique (user_id),
    constraint profils_user_id_fkey foreign key (user_id) references auth.users (id),
    constraint profils_depot_id_fkey foreign key (depot_id) references public.depots (id),
    constraint profils_role_check
        check (role in ('admin', 'directeur', 'gerant', 'operateur', 'lecture', 'pca'))
);

-- For the policy that reads a range of accounts; the zero account stands for none.
create index profils_account_idx on public.profils (coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid));

-- The account of this request. PARALLEL SAFE, which the platform's own function does not say: a policy that
-- calls an unsafe function forbids parallel plans on its table.
create function app.user_id() returns uuid
language sql stable parallel safe security definer set search_path = ''
as $$ select auth.uid() $$;
revoke all on function app.user_id() from public, anon, authenticated, service_role;
grant execute on function app.user_id() to authenticated;

-- The role of this request's account, NULL without a profile. Reads profils as its owner: a policy on profils
-- that read profils as the user would recurse.
create function app.user_role() returns text
language sql stable parallel safe security definer set search_path = ''
as $$ select p.role from public.profils p where p.user_id = (select auth.uid()) $$;
revoke all on function app.user_role() from public, anon, authenticated, service_role;
grant execute on function app.user_role() to authenticated, service_role;

-- The depot this request's account is scoped to; NULL scopes to nothing.
create function app.user_depot_id() returns uuid
language sql stable parallel safe security definer set search_path = ''
as $$ select p.depot_id from public.profils p where p.user_id = (select auth.uid()) $$;
revoke all on function app.user_depot_id() from public, anon, authenticated, service_role;
grant execute on function app.user_depot_id() to authenticated;

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

-- A client's clock is not trusted: a row created by a request is dated by the server, once, and keeps its id.
create function app.stamp_created_at() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if auth.uid() is not null then
        if tg_op = 'INSERT' then
            new.created_at := now();
        else
            new.id := old.id;
            new.created_at := old.created_at;
        end if;
    end if;
    return new;
end
$$;
revoke all on function app.stamp_created_at() from public, anon, authenticated, service_role;

-- Nobody changes his own role, depot or account link, not even an admin; nor makes another profile his own.
create function app.guard_own_profil() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if (old.user_id = auth.uid() or new.user_id = auth.uid())
        and (new.role, new.depot_id, new.user_id) is distinct from (old.role, old.depot_id, old.user_id)
    then
        raise exception 'own profile: role, depot_id and user_id cannot be changed by their holder'
            using errcode = 'insufficient_privilege', hint = 'Ask another administrator.';
    end if;
    return new;
end
$$;
revoke all on function app.guard_own_profil() from public, anon, authenticated, service_role;

create trigger trg_depots_stamp
    before insert or update on public.depots
    for each row execute function app.stamp_created_at();

create trigger trg_profils_guard_own
    before update on public.profils
    for each row
    when (row_security_active('public.profils'))
    execute function app.guard_own_profil();

create trigger trg_profils_stamp
    before insert or update on public.profils
    for each row execute function app.stamp_created_at();

-- Reference data: any profile reads, admin writes.
alter table public.depots enable row level security;
revoke all on table public.depots from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.depots to authenticated;
grant select, insert, update, delete on table public.depots to service_role;

create policy depots_select_profil on public.depots
    for select to authenticated
    using ((select app.user_role() is not null));

create policy depots_insert_admin on public.depots
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy depots_update_admin on public.depots
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy depots_delete_admin on public.depots
    for delete to authenticated
    using ((select app.user_role() = 'admin'));

-- Cadres read all, the others their own row; admin writes, and trg_profils_guard_own keeps his own role and depot.
alter table public.profils enable row level security;
revoke all on table public.profils from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.profils to authenticated;
grant select, insert, update, delete on table public.profils to service_role;

create policy profils_select_cadres_or_own on public.profils
    for select to authenticated
    using (
        coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid)
            between (select app.user_accounts_from()) and (select app.user_accounts_to())
    );

create policy profils_insert_admin on public.profils
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy profils_update_admin on public.profils
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy profils_delete_admin_not_own on public.profils
    for delete to authenticated
    using ((select app.user_role() = 'admin') and user_id is distinct from (select app.user_id()));
"""
    )


def downgrade() -> None:
    refuse_data_loss("public.profils", "public.depots")
    execute(
        """
drop table public.profils;
drop table public.depots;
drop function app.guard_own_profil();
drop function app.stamp_created_at();
drop function app.user_accounts_to();
drop function app.user_accounts_from();
drop function app.user_depot_id();
drop function app.user_role();
drop function app.user_id();
"""
    )
