"""The stock engine: movements apply themselves and never change."""

from rempart.revisions import execute

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
-- The transactions in which a maintenance function is at work. The guards look here, never at a session setting:
-- only the owner can write a row, and a row opens nothing beyond its own transaction.
create table app.maintenance_transactions (
    xact_id xid8 not null,
    purpose text not null,
    opened_at timestamptz not null default now(),
    constraint maintenance_transactions_pkey primary key (xact_id, purpose),
    constraint maintenance_transactions_purpose_check check (purpose in ('stock', 'alerts'))
);
alter table app.maintenance_transactions enable row level security;
revoke all on table app.maintenance_transactions from public, anon, authenticated, service_role;

-- Opens the guards of one purpose for the current transaction. For maintenance functions only, which close it
-- again before they return: their caller gets nothing out of it.
create function app.open_maintenance(p_purpose text) returns void
language sql volatile security invoker set search_path = ''
as $$
    insert into app.maintenance_transactions (xact_id, purpose) values (pg_current_xact_id(), p_purpose)
$$;
revoke all on function app.open_maintenance(text) from public, anon, authenticated, service_role;

create function app.close_maintenance(p_purpose text) returns void
language sql volatile security invoker set search_path = ''
as $$
    delete from app.maintenance_transactions where xact_id = pg_current_xact_id() and purpose = p_purpose
$$;
revoke all on function app.close_maintenance(text) from public, anon, authenticated, service_role;

create function app.in_maintenance(p_purpose text) returns boolean
language sql volatile security invoker set search_path = ''
as $$
    select exists (
        select from app.maintenance_transactions
        where xact_id = pg_current_xact_id_if_assigned() and purpose = p_purpose
    )
$$;
revoke all on function app.in_maintenance(text) from public, anon, authenticated, service_role;

-- Row guard of what is never changed: validated movements, adjustments, opening stocks, logs.
create function app.refuse_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if app.in_maintenance('stock') then
        if tg_op = 'DELETE' then
            return old;
        end if;
        return new;
    end if;
    raise exception '% %: immutable, % refused', tg_table_name, old.id, lower(tg_op)
        using errcode = 'restrict_violation',
            hint = 'A validated movement is corrected by a row in stocks_adjustments.';
end
$$;
revoke all on function app.refuse_change() from public, anon, authenticated, service_role;

-- Row triggers do not see TRUNCATE; this statement trigger does. Maintenance does not open it.
create function app.refuse_truncate() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    raise exception '%: immutable, truncate refused', tg_table_name using errcode = 'restrict_violation';
end
$$;
revoke all on function app.refuse_truncate() from public, anon, authenticated, service_role;

create function app.log_action(
    p_action text, p_module text, p_niveau text, p_cible_id uuid, p_details jsonb
) returns void
language sql volatile security invoker set search_path = ''
as $$
    insert into public.log_actions (user_id, action, module, niveau, cible_id, details)
    values ((select auth.uid()), p_action, p_module, p_niveau, p_cible_id, p_details)
$$;
revoke all on function app.log_action(text, text, text, uuid, jsonb) from public, anon, authenticated, service_role;

-- The calendar day of a moment in the zone of the depot that holds a tank (UTC for a tank without depot). Never
-- raises, since it runs before row security: a moment at the end of time has no day, and a CHECK refuses it later.
create function app.depot_day(p_citerne_id uuid, p_moment timestamptz) returns date
language sql stable security invoker set search_path = ''
as $$
    select (p_moment at time zone coalesce(
        (select d.fuseau_horaire
         from public.citernes c join public.depots d on d.id = c.depot_id
         where c.id = p_citerne_id),
        'UTC'))::date
    where p_moment >= '0001-01-01 00:00:00+00' and p_moment < '9999-01-01 00:00:00+00'
$$;
revoke all on function app.depot_day(uuid, timestamptz) from public, anon, authenticated, service_role;

-- Every change of stock locks its tank first: the floor of a tank and the balance of a day are read and written by
-- one transaction at a time. NO KEY UPDATE does not conflict with the foreign-key locks that inserts take.
create function app.lock_citerne(p_citerne_id uuid, p_produit_id uuid, p_active boolean)
returns public.citernes
language plpgsql volatile security invoker set search_path = ''
as $$
declare
    v_citerne public.citernes;
begin
    select c.* into strict v_citerne from public.citernes c where c.id = p_citerne_id for no key update;
    if v_citerne.produit_id <> p_produit_id then
        raise exception 'citerne % (%): does not hold produit %', v_citerne.nom, p_citerne_id, p_produit_id
            using errcode = 'check_violation';
    end if;
    if p_active and v_citerne.statut is distinct from 'active' then
        raise exception 'citerne % (%): statut is %, not active',
            v_citerne.nom, p_citerne_id, coalesce(v_citerne.statut, 'unknown')
            using errcode = 'check_violation';
    end if;
    return v_citerne;
end
$$;
revoke all on function app.lock_citerne(uuid, uuid, boolean) from public, anon, authenticated, service_role;

-- Adds a signed movement to the current figure of its line, to the balance of its day and to every later balance.
-- The caller holds the tank's lock. Figures are added as numeric rounded to 0.001: the order never shows.
create function app.post_movement(
    p_citerne_id uuid, p_produit_id uuid, p_proprietaire_type text, p_depot_id uuid,
    p_jour date, p_delta_ambiant numeric, p_delta_15c numeric, p_source text
) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
    insert into public.stocks_snapshot (citerne_id, produit_id, proprietaire_type, depot_id)
    values (p_citerne_id, p_produit_id, p_proprietaire_type, p_depot_id)
    on conflict on constraint stocks_snapshot_ligne_key do nothing;

    update public.stocks_snapshot s
    set stock_ambiant = round(s.stock_ambiant::numeric, 3) + p_delta_ambiant,
        stock_15c = round(s.stock_15c::numeric, 3) + p_delta_15c,
        depot_id = p_depot_id,
        last_movement_at = now(),
        updated_at = now()
    where (s.citerne_id, s.produit_id, s.proprietaire_type)
        = (p_citerne_id, p_produit_id, p_proprietaire_type);

    -- A day without a row yet starts at the balance of the last day before it.
    insert into public.stocks_journaliers
        (citerne_id, produit_id, proprietaire_type, depot_id, date_jour, stock_ambiant, stock_15c, source)
    select p_citerne_id, p_produit_id, p_proprietaire_type, p_depot_id, p_jour,
        coalesce(avant.stock_ambiant, 0), coalesce(avant.stock_15c, 0), p_source
    from (values (1)) as une_ligne
    left join lateral (
        select j.stock_ambiant, j.stock_15c
        from public.stocks_journaliers j
        where (j.citerne_id, j.produit_id, j.proprietaire_type)
            = (p_citerne_id, p_produit_id, p_proprietaire_type) and j.date_jour < p_jour
        order by j.date_jour desc
        limit 1
    ) avant on true
    on conflict on constraint stocks_journaliers_ligne_jour_key do nothing;

    update public.stocks_journaliers j
    set stock_ambiant = round(j.stock_ambiant::numeric, 3) + p_delta_ambiant,
        stock_15c = round(j.stock_15c::numeric, 3) + p_delta_15c,
        source = case when j.date_jour = p_jour then p_source else j.source end,
        updated_at = now()
    where (j.citerne_id, j.produit_id, j.proprietaire_type)
        = (p_citerne_id, p_produit_id, p_proprietaire_type) and j.date_jour >= p_jour;
end
$$;
revoke all on function app.post_movement(uuid, uuid, text, uuid, date, numeric, numeric, text) from public, anon, authenticated, service_role;

-- The balances of a stock line from a day on, adjustments included, each from the day of its movement.
create function app.soldes_corriges(
    p_citerne_id uuid, p_produit_id uuid, p_proprietaire_type text, p_depuis date
) returns table (date_jour date, stock_ambiant numeric, stock_15c numeric)
language sql stable security invoker set search_path = ''
as $$
    with adjustments as (
        select coalesce(r.date_reception, s.date_jour) as date_jour,
            round(a.delta_ambiant::numeric, 3) as delta_ambiant, round(a.delta_15c::numeric, 3) as delta_15c
        from public.stocks_adjustments a
        left join public.receptions r on a.mouvement_type = 'RECEPTION' and r.id = a.mouvement_id
        left join public.sorties_produit s on a.mouvement_type = 'SORTIE' and s.id = a.mouvement_id
        where (a.citerne_id, a.produit_id, a.proprietaire_type)
            = (p_citerne_id, p_produit_id, p_proprietaire_type)
    )
    select j.date_jour,
        round(j.stock_ambiant::numeric, 3)
            + coalesce((select sum(a.delta_ambiant) from adjustments a where a.date_jour <= j.date_jour), 0),
        round(j.stock_15c::numeric, 3)
            + coalesce((select sum(a.delta_15c) from adjustments a where a.date_jour <= j.date_jour), 0)
    from public.stocks_journaliers j
    where (j.citerne_id, j.produit_id, j.proprietaire_type) = (p_citerne_id, p_produit_id, p_proprietaire_type)
        and j.date_jour >= p_depuis
$$;
revoke all on function app.soldes_corriges(uuid, uuid, text, date) from public, anon, authenticated, service_role;

-- Fills what a client does not decide: author, clock, the volume from the meter, the day of the depot.
-- Runs before row security: it must not raise, or a session that may not insert would learn something.
create function app.prepare_reception() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_user uuid := auth.uid();
begin
    if v_user is not null then
        new.created_by := v_user;
        new.validated_by := case when new.statut = 'validee' then v_user end;
        new.created_at := now();
    end if;
    new.proprietaire_type := coalesce(new.proprietaire_type, 'MONALUXE');
    -- Within the bounds of the column's CHECK, so that the assignment itself cannot overflow.
    new.volume_ambiant := least(greatest(round(new.index_apres::numeric - new.index_avant::numeric, 3), -1e12), 1e12);
    new.date_reception := coalesce(new.date_reception, app.depot_day(new.citerne_id, now()));
    return new;
end
$$;
revoke all on function app.prepare_reception() from public, anon, authenticated, service_role;

-- A validated reception: checks trip and tank, credits the line, closes the trip, leaves a log entry.
-- Without a figure at 15 °C nothing is invented: the line is credited 0 at 15 °C until an adjustment gives it.
create function app.apply_reception() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_cdr public.cours_de_route;
    v_citerne public.citernes;
    v_delta_15c numeric := round(coalesce(new.volume_15c, new.volume_corrige_15c, 0)::numeric, 3);
begin
    if new.cours_de_route_id is not null then
        select c.* into strict v_cdr
        from public.cours_de_route c where c.id = new.cours_de_route_id for no key update;
        if v_cdr.statut is distinct from 'ARRIVE' then
            raise exception 'reception: cours_de_route % is %, not ARRIVE', v_cdr.id, v_cdr.statut
                using errcode = 'check_violation';
        end if;
        if v_cdr.produit_id is distinct from new.produit_id then
            raise exception 'reception: cours_de_route % carries another produit', v_cdr.id
                using errcode = 'check_violation';
        end if;
    end if;
    v_citerne := app.lock_citerne(new.citerne_id, new.produit_id, p_active => true);

    perform app.post_movement(
        new.citerne_id, new.produit_id, new.proprietaire_type, v_citerne.depot_id,
        new.date_reception, round(new.volume_ambiant::numeric, 3), v_delta_15c, 'RECEPTION');

    if v_cdr.id is not null then
        update public.cours_de_route set statut = 'DECHARGE' where id = v_cdr.id;
    end if;
    perform app.log_action('RECEPTION_VALIDE', 'receptions', 'INFO', new.id, jsonb_build_object(
        'citerne_id', new.citerne_id, 'produit_id', new.produit_id,
        'proprietaire_type', new.proprietaire_type, 'cours_de_route_id', new.cours_de_route_id,
        'date_jour', new.date_reception, 'volume_ambiant', new.volume_ambiant, 'volume_15c', v_delta_15c));
    return null;
end
$$;
revoke all on function app.apply_reception() from public, anon, authenticated, service_role;

-- Fills what a client does not decide: author, clock, the volume from the meter when both indexes are given, the
-- day of the depot. Runs before row security: it must not raise.
create function app.prepare_sortie() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_user uuid := auth.uid();
begin
    if tg_op = 'UPDATE' and old.statut <> 'brouillon' then
        -- Maintenance on a validated sortie (the guard refuses everything else): history keeps its day.
        new.date_jour := old.date_jour;
        return new;
    end if;
    if v_user is not null then
        new.validated_by := case when new.statut = 'validee' then v_user end;
        if tg_op = 'INSERT' then
            new.created_by := v_user;
            new.created_at := now();
        else
            new.id := old.id;
            new.created_by := old.created_by;
            new.created_at := old.created_at;
        end if;
    end if;
    new.proprietaire_type := coalesce(new.proprietaire_type, 'MONALUXE');
    if new.index_avant is not null and new.index_apres is not null then
        new.volume_ambiant := least(greatest(round(new.index_apres::numeric - new.index_avant::numeric, 3), -1e12), 1e12);
    end if;
    new.date_jour := null;
    if new.statut = 'validee' then
        new.date_sortie := coalesce(new.date_sortie, now());
        new.date_jour := app.depot_day(new.citerne_id, new.date_sortie);
    end if;
    return new;
end
$$;
revoke all on function app.prepare_sortie() from public, anon, authenticated, service_role;

-- A validated sortie: the corrected stock of the owner's line covers both volumes, the tank keeps its safety stock,
-- no later day turns negative; then it debits the line and leaves a log entry.
create function app.apply_sortie() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_citerne public.citernes;
    v_ambiant numeric := round(new.volume_ambiant::numeric, 3);
    v_15c numeric := round(coalesce(new.volume_15c, new.volume_corrige_15c)::numeric, 3);
    v_ligne record;
    v_reste numeric;
    v_jour record;
begin
    if v_ambiant is null or v_15c is null then
        raise exception 'sortie %: validation needs volume_ambiant and volume_15c (or volume_corrige_15c)', new.id
            using errcode = 'check_violation';
    end if;
    v_citerne := app.lock_citerne(new.citerne_id, new.produit_id, p_active => true);
    -- A transaction with an older snapshot (REPEATABLE READ) must fail here, not count with figures of the past: every
    -- change of stock writes its line, and a row written since cannot be locked.
    perform from public.stocks_snapshot s where s.citerne_id = new.citerne_id order by s.id for update;

    select coalesce(sum(l.ambiant) filter (where l.de_la_ligne), 0) as ambiant,
        coalesce(sum(l.a_15c) filter (where l.de_la_ligne), 0) as a_15c,
        coalesce(sum(l.ambiant), 0) as citerne_ambiant
    into v_ligne
    from (
        select round(s.stock_ambiant::numeric, 3) as ambiant, round(s.stock_15c::numeric, 3) as a_15c,
            (s.produit_id, s.proprietaire_type) = (new.produit_id, new.proprietaire_type) as de_la_ligne
        from public.stocks_snapshot s where s.citerne_id = new.citerne_id
        union all
        select round(a.delta_ambiant::numeric, 3), round(a.delta_15c::numeric, 3),
            (a.produit_id, a.proprietaire_type) = (new.produit_id, new.proprietaire_type)
        from public.stocks_adjustments a where a.citerne_id = new.citerne_id
    ) l;

    if v_ligne.ambiant < v_ambiant or v_ligne.a_15c < v_15c then
        raise exception 'sortie: stock insuffisant in citerne % for %: % ambient and % at 15 °C, asked % and %',
            v_citerne.nom, new.proprietaire_type, v_ligne.ambiant, v_ligne.a_15c, v_ambiant, v_15c
            using errcode = 'check_violation';
    end if;
    v_reste := v_ligne.citerne_ambiant - v_ambiant;
    if v_reste < round(v_citerne.capacite_securite::numeric, 3) then
        raise exception 'sortie: citerne % would keep %, below its safety stock of %',
            v_citerne.nom, v_reste, v_citerne.capacite_securite
            using errcode = 'check_violation';
    end if;

    perform app.post_movement(
        new.citerne_id, new.produit_id, new.proprietaire_type, v_citerne.depot_id,
        new.date_jour, -v_ambiant, -v_15c, 'SORTIE');

    -- An adjustment counts from the day of the movement it corrects.
    select b.* into v_jour
    from app.soldes_corriges(new.citerne_id, new.produit_id, new.proprietaire_type, new.date_jour) b
    where b.stock_ambiant < 0 or b.stock_15c < 0
    order by b.date_jour
    limit 1;
    if found then
        raise exception 'sortie: on % the stock of citerne % for % would be % ambient and % at 15 °C',
            v_jour.date_jour, v_citerne.nom, new.proprietaire_type, v_jour.stock_ambiant, v_jour.stock_15c
            using errcode = 'check_violation', hint = 'A back-dated sortie must leave every later day covered.';
    end if;

    perform app.log_action('SORTIE_VALIDE', 'sorties', 'INFO', new.id, jsonb_build_object(
        'citerne_id', new.citerne_id, 'produit_id', new.produit_id,
        'proprietaire_type', new.proprietaire_type, 'client_id', new.client_id,
        'date_jour', new.date_jour, 'volume_ambiant', v_ambiant, 'volume_15c', v_15c));
    return null;
end
$$;
revoke all on function app.apply_sortie() from public, anon, authenticated, service_role;

create function app.prepare_ouverture() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.declared_by := coalesce(auth.uid(), new.declared_by);
    new.date_jour := app.depot_day(new.citerne_id, new.declared_at);
    return new;
end
$$;
revoke all on function app.prepare_ouverture() from public, anon, authenticated, service_role;

create function app.apply_ouverture() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_citerne public.citernes := app.lock_citerne(new.citerne_id, new.produit_id, p_active => false);
begin
    perform app.post_movement(
        new.citerne_id, new.produit_id, new.proprietaire_type, v_citerne.depot_id, new.date_jour,
        round(new.stock_ambiant::numeric, 3), round(new.stock_15c::numeric, 3), 'SYSTEM');
    perform app.log_action('STOCK_OUVERTURE', 'stocks', 'WARNING', new.id, jsonb_build_object(
        'citerne_id', new.citerne_id, 'produit_id', new.produit_id,
        'proprietaire_type', new.proprietaire_type, 'date_jour', new.date_jour,
        'stock_ambiant', new.stock_ambiant, 'stock_15c', new.stock_15c, 'reason', new.reason));
    return null;
end
$$;
revoke all on function app.apply_ouverture() from public, anon, authenticated, service_role;

-- The stock line of an adjustment is the line of its movement, whatever the client sends.
-- Runs before row security: it must not raise.
create function app.prepare_adjustment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if auth.uid() is not null then
        new.created_by := auth.uid();
        new.created_at := now();
    end if;
    new.delta_ambiant := round(new.delta_ambiant::numeric, 3);
    new.delta_15c := round(new.delta_15c::numeric, 3);
    select m.citerne_id, m.produit_id, m.proprietaire_type, c.depot_id
    into new.citerne_id, new.produit_id, new.proprietaire_type, new.depot_id
    from (
        select r.citerne_id, r.produit_id, r.proprietaire_type
        from public.receptions r
        where new.mouvement_type = 'RECEPTION' and r.id = new.mouvement_id and r.statut = 'validee'
        union all
        select s.citerne_id, s.produit_id, s.proprietaire_type
        from public.sorties_produit s
        where new.mouvement_type = 'SORTIE' and s.id = new.mouvement_id and s.statut = 'validee'
    ) m
    join public.citernes c on c.id = m.citerne_id;
    return new;
end
$$;
revoke all on function app.prepare_adjustment() from public, anon, authenticated, service_role;

-- Nothing moves: corrected stock adds adjustments to the base when it is read. The tank is locked, and the line
-- written, because a sortie being validated counts with them.
create function app.apply_adjustment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.citerne_id is null then
        raise exception 'adjustment: no validated % with id %', lower(new.mouvement_type), new.mouvement_id
            using errcode = 'foreign_key_violation';
    end if;
    perform from public.citernes c where c.id = new.citerne_id for no key update;
    update public.stocks_snapshot s set updated_at = now()
    where (s.citerne_id, s.produit_id, s.proprietaire_type)
        = (new.citerne_id, new.produit_id, new.proprietaire_type);
    perform app.log_action('STOCK_AJUSTEMENT', 'stocks', 'WARNING', new.id, jsonb_build_object(
        'mouvement_type', new.mouvement_type, 'mouvement_id', new.mouvement_id,
        'citerne_id', new.citerne_id, 'delta_ambiant', new.delta_ambiant, 'delta_15c', new.delta_15c,
        'reason', new.reason));
    return null;
end
$$;
revoke all on function app.apply_adjustment() from public, anon, authenticated, service_role;

-- Everything that makes up the stock of a line: opening stock and validated movements, signed, as the engine adds
-- them. As the caller: row security of the tables applies.
create view app.mouvements with (security_invoker = true) as
select o.citerne_id, o.produit_id, o.proprietaire_type, o.date_jour, 'OUVERTURE' as nature,
    round(o.stock_ambiant::numeric, 3) as delta_ambiant, round(o.stock_15c::numeric, 3) as delta_15c
from public.stocks_ouverture o
union all
select r.citerne_id, r.produit_id, r.proprietaire_type, r.date_reception, 'RECEPTION',
    round(r.volume_ambiant::numeric, 3),
    round(coalesce(r.volume_15c, r.volume_corrige_15c, 0)::numeric, 3)
from public.receptions r
where r.statut = 'validee'
union all
select s.citerne_id, s.produit_id, s.proprietaire_type, s.date_jour, 'SORTIE',
    -round(s.volume_ambiant::numeric, 3),
    -round(coalesce(s.volume_15c, s.volume_corrige_15c)::numeric, 3)
from public.sorties_produit s
where s.statut = 'validee';
revoke all on table app.mouvements from public, anon, authenticated, service_role;
-- The views of the application read it with their caller's rights; without USAGE on app nobody names it.
grant select on table app.mouvements to authenticated, service_role;

-- Declares the stock of a line at go-live, once. The application calls it; only an admin succeeds.
-- rempart: allow definer-callable: the application calls it, and it refuses everybody but an admin
create function public.declare_stock_ouverture(
    p_citerne_id uuid,
    p_produit_id uuid,
    p_proprietaire_type text,
    p_stock_ambiant double precision,
    p_stock_15c double precision,
    p_reason text,
    p_declared_at timestamptz default now()
) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_id uuid;
begin
    if app.user_role() is distinct from 'admin' then
        raise exception 'declare_stock_ouverture: only an admin declares an opening stock'
            using errcode = 'insufficient_privilege';
    end if;
    if p_declared_at > now() then
        raise exception 'declare_stock_ouverture: % is in the future', p_declared_at
            using errcode = 'invalid_parameter_value';
    end if;
    insert into public.stocks_ouverture
        (citerne_id, produit_id, proprietaire_type, stock_ambiant, stock_15c, declared_at, reason)
    values
        (p_citerne_id, p_produit_id, p_proprietaire_type, p_stock_ambiant, p_stock_15c, p_declared_at, p_reason)
    returning id into v_id;
    return v_id;
end
$$;
revoke all on function public.declare_stock_ouverture(uuid, uuid, text, double precision, double precision, text, timestamptz) from public, anon, authenticated, service_role;
grant execute on function public.declare_stock_ouverture(uuid, uuid, text, double precision, double precision, text, timestamptz)
    to authenticated;

-- Recomputes journal and snapshot from opening stock and validated movements: of one tank, or of all.
-- Gives what the incremental engine gave, or repairs what was damaged.
create function public.rebuild_stocks(p_citerne_id uuid default null)
returns table (lignes bigint, jours bigint, lignes_corrigees bigint)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_lignes bigint;
    v_jours bigint;
    v_corrigees bigint;
begin
    perform from public.citernes c
    where p_citerne_id is null or c.id = p_citerne_id
    order by c.id
    for no key update;
    perform app.open_maintenance('stock');

    delete from public.stocks_journaliers j where p_citerne_id is null or j.citerne_id = p_citerne_id;

    insert into public.stocks_journaliers
        (citerne_id, produit_id, proprietaire_type, depot_id, date_jour, stock_ambiant, stock_15c, source)
    select jour.citerne_id, jour.produit_id, jour.proprietaire_type, c.depot_id, jour.date_jour,
        sum(jour.delta_ambiant) over ligne, sum(jour.delta_15c) over ligne, 'REBUILD'
    from (
        select m.citerne_id, m.produit_id, m.proprietaire_type, m.date_jour,
            sum(m.delta_ambiant) as delta_ambiant, sum(m.delta_15c) as delta_15c
        from app.mouvements m
        where p_citerne_id is null or m.citerne_id = p_citerne_id
        group by m.citerne_id, m.produit_id, m.proprietaire_type, m.date_jour
    ) jour
    join public.citernes c on c.id = jour.citerne_id
    window ligne as (
        partition by jour.citerne_id, jour.produit_id, jour.proprietaire_type order by jour.date_jour
    );
    get diagnostics v_jours = row_count;

    -- The last balance of a line is its current figure. A line without any movement has none: it is zero.
    with lignes as (
        select distinct on (j.citerne_id, j.produit_id, j.proprietaire_type)
            j.citerne_id, j.produit_id, j.proprietaire_type, j.depot_id, j.stock_ambiant, j.stock_15c
        from public.stocks_journaliers j
        where p_citerne_id is null or j.citerne_id = p_citerne_id
        order by j.citerne_id, j.produit_id, j.proprietaire_type, j.date_jour desc
    ), attendu as (
        select * from lignes
        union all
        select s.citerne_id, s.produit_id, s.proprietaire_type, s.depot_id, 0, 0
        from public.stocks_snapshot s
        where (p_citerne_id is null or s.citerne_id = p_citerne_id)
            and not exists (
                select from lignes l
                where (l.citerne_id, l.produit_id, l.proprietaire_type)
                    = (s.citerne_id, s.produit_id, s.proprietaire_type))
    ), corrigees as (
        insert into public.stocks_snapshot as s
            (citerne_id, produit_id, proprietaire_type, depot_id, stock_ambiant, stock_15c)
        select a.citerne_id, a.produit_id, a.proprietaire_type, a.depot_id, a.stock_ambiant, a.stock_15c
        from attendu a
        on conflict on constraint stocks_snapshot_ligne_key do update
        set stock_ambiant = excluded.stock_ambiant, stock_15c = excluded.stock_15c, updated_at = now()
        where (s.stock_ambiant, s.stock_15c) is distinct from (excluded.stock_ambiant, excluded.stock_15c)
        returning 1
    )
    select (select count(*) from attendu), (select count(*) from corrigees) into v_lignes, v_corrigees;

    perform app.log_action('STOCK_REBUILD', 'stocks', 'WARNING', p_citerne_id, jsonb_build_object(
        'lignes', v_lignes, 'jours', v_jours, 'lignes_corrigees', v_corrigees));
    perform app.close_maintenance('stock');
    return query select v_lignes, v_jours, v_corrigees;
end
$$;
revoke all on function public.rebuild_stocks(uuid) from public, anon, authenticated, service_role;
grant execute on function public.rebuild_stocks(uuid) to service_role;

-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_log_actions_immutable
    before update or delete on public.log_actions
    for each row execute function app.refuse_change();
alter table public.log_actions enable always trigger trg_log_actions_immutable;

create trigger trg_log_actions_no_truncate
    before truncate on public.log_actions
    for each statement execute function app.refuse_truncate();
alter table public.log_actions enable always trigger trg_log_actions_no_truncate;

-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_receptions_immutable
    before update or delete on public.receptions
    for each row execute function app.refuse_change();
alter table public.receptions enable always trigger trg_receptions_immutable;

create trigger trg_receptions_no_truncate
    before truncate on public.receptions
    for each statement execute function app.refuse_truncate();
alter table public.receptions enable always trigger trg_receptions_no_truncate;

create trigger trg_receptions_prepare
    before insert on public.receptions
    for each row execute function app.prepare_reception();

-- AFTER: row security has had its say before stock, tank or trip are looked at.
create trigger trg_receptions_apply
    after insert on public.receptions
    for each row when (new.statut = 'validee')
    execute function app.apply_reception();

-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_sorties_produit_immutable
    before update or delete on public.sorties_produit
    for each row
    when (old.statut <> 'brouillon')
    execute function app.refuse_change();
alter table public.sorties_produit enable always trigger trg_sorties_produit_immutable;

create trigger trg_sorties_produit_no_truncate
    before truncate on public.sorties_produit
    for each statement execute function app.refuse_truncate();
alter table public.sorties_produit enable always trigger trg_sorties_produit_no_truncate;

create trigger trg_sorties_produit_prepare
    before insert or update on public.sorties_produit
    for each row execute function app.prepare_sortie();

-- AFTER: row security has had its say before stock or tank are looked at.
create trigger trg_sorties_produit_apply_insert
    after insert on public.sorties_produit
    for each row when (new.statut = 'validee')
    execute function app.apply_sortie();

create trigger trg_sorties_produit_apply_update
    after update on public.sorties_produit
    for each row when (old.statut = 'brouillon' and new.statut = 'validee')
    execute function app.apply_sortie();

-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_stocks_ouverture_immutable
    before update or delete on public.stocks_ouverture
    for each row execute function app.refuse_change();
alter table public.stocks_ouverture enable always trigger trg_stocks_ouverture_immutable;

create trigger trg_stocks_ouverture_no_truncate
    before truncate on public.stocks_ouverture
    for each statement execute function app.refuse_truncate();
alter table public.stocks_ouverture enable always trigger trg_stocks_ouverture_no_truncate;

create trigger trg_stocks_ouverture_prepare
    before insert on public.stocks_ouverture
    for each row execute function app.prepare_ouverture();

create trigger trg_stocks_ouverture_apply
    after insert on public.stocks_ouverture
    for each row execute function app.apply_ouverture();

-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_stocks_adjustments_immutable
    before update or delete on public.stocks_adjustments
    for each row execute function app.refuse_change();
alter table public.stocks_adjustments enable always trigger trg_stocks_adjustments_immutable;

create trigger trg_stocks_adjustments_no_truncate
    before truncate on public.stocks_adjustments
    for each statement execute function app.refuse_truncate();
alter table public.stocks_adjustments enable always trigger trg_stocks_adjustments_no_truncate;

create trigger trg_stocks_adjustments_prepare
    before insert on public.stocks_adjustments
    for each row execute function app.prepare_adjustment();

create trigger trg_stocks_adjustments_apply
    after insert on public.stocks_adjustments
    for each row execute function app.apply_adjustment();
"""
    )


def downgrade() -> None:
    execute(
        """
drop trigger trg_log_actions_no_truncate on public.log_actions;
drop trigger trg_log_actions_immutable on public.log_actions;
drop trigger trg_receptions_apply on public.receptions;
drop trigger trg_receptions_prepare on public.receptions;
drop trigger trg_receptions_no_truncate on public.receptions;
drop trigger trg_receptions_immutable on public.receptions;
drop trigger trg_sorties_produit_apply_update on public.sorties_produit;
drop trigger trg_sorties_produit_apply_insert on public.sorties_produit;
drop trigger trg_sorties_produit_prepare on public.sorties_produit;
drop trigger trg_sorties_produit_no_truncate on public.sorties_produit;
drop trigger trg_sorties_produit_immutable on public.sorties_produit;
drop trigger trg_stocks_ouverture_apply on public.stocks_ouverture;
drop trigger trg_stocks_ouverture_prepare on public.stocks_ouverture;
drop trigger trg_stocks_ouverture_no_truncate on public.stocks_ouverture;
drop trigger trg_stocks_ouverture_immutable on public.stocks_ouverture;
drop trigger trg_stocks_adjustments_apply on public.stocks_adjustments;
drop trigger trg_stocks_adjustments_prepare on public.stocks_adjustments;
drop trigger trg_stocks_adjustments_no_truncate on public.stocks_adjustments;
drop trigger trg_stocks_adjustments_immutable on public.stocks_adjustments;
drop function public.rebuild_stocks(uuid);
drop function public.declare_stock_ouverture(uuid, uuid, text, double precision, double precision, text, timestamptz);
drop view app.mouvements;
drop function app.apply_adjustment();
drop function app.prepare_adjustment();
drop function app.apply_ouverture();
drop function app.prepare_ouverture();
drop function app.apply_sortie();
drop function app.prepare_sortie();
drop function app.apply_reception();
drop function app.prepare_reception();
drop function app.soldes_corriges(uuid, uuid, text, date);
drop function app.post_movement(uuid, uuid, text, uuid, date, numeric, numeric, text);
drop function app.lock_citerne(uuid, uuid, boolean);
drop function app.depot_day(uuid, timestamptz);
drop function app.log_action(text, text, text, uuid, jsonb);
drop function app.refuse_truncate();
drop function app.refuse_change();
drop function app.in_maintenance(text);
drop function app.close_maintenance(text);
drop function app.open_maintenance(text);
-- rempart: allow downgrade-loses-data: it holds rows only while a maintenance function runs
drop table app.maintenance_transactions;
"""
    )
