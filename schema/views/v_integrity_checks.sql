-- Contract V1: one row per (check_code, entity_type, entity_id). It signals, it never blocks.
create view public.v_integrity_checks with (security_invoker = true) as
with stock as (
    select v.citerne_id, v.produit_id, v.proprietaire_type,
        v.stock_ambiant::numeric as ambiant, v.stock_15c::numeric as a_15c
    from public.v_stock_actuel v
), ligne as (
    -- The three accounts of a line that must agree.
    select f.citerne_id, f.produit_id, f.proprietaire_type,
        coalesce(sum(f.ambiant) filter (where f.compte = 'snapshot'), 0) as snapshot_ambiant,
        coalesce(sum(f.a_15c) filter (where f.compte = 'snapshot'), 0) as snapshot_15c,
        coalesce(sum(f.ambiant) filter (where f.compte = 'journal'), 0) as journal_ambiant,
        coalesce(sum(f.a_15c) filter (where f.compte = 'journal'), 0) as journal_15c,
        coalesce(sum(f.ambiant) filter (where f.compte = 'mouvements'), 0) as mouvements_ambiant,
        coalesce(sum(f.a_15c) filter (where f.compte = 'mouvements'), 0) as mouvements_15c
    from (
        select 'snapshot' as compte, s.citerne_id, s.produit_id, s.proprietaire_type,
            round(s.stock_ambiant::numeric, 3) as ambiant, round(s.stock_15c::numeric, 3) as a_15c
        from public.stocks_snapshot s
        union all
        (select distinct on (j.citerne_id, j.produit_id, j.proprietaire_type)
            'journal', j.citerne_id, j.produit_id, j.proprietaire_type,
            round(j.stock_ambiant::numeric, 3), round(j.stock_15c::numeric, 3)
        from public.stocks_journaliers j
        order by j.citerne_id, j.produit_id, j.proprietaire_type, j.date_jour desc)
        union all
        select 'mouvements', m.citerne_id, m.produit_id, m.proprietaire_type,
            sum(m.delta_ambiant), sum(m.delta_15c)
        from app.mouvements m
        group by m.citerne_id, m.produit_id, m.proprietaire_type
    ) f
    where f.citerne_id is not null
    group by f.citerne_id, f.produit_id, f.proprietaire_type
), constat as (
    select 'STOCK_NEGATIF' as check_code, s.citerne_id as entity_id,
        format('Citerne %s: negative stock on %s line(s)', c.nom, count(*)) as message,
        jsonb_build_object('lignes', jsonb_agg(jsonb_build_object(
            'produit_id', s.produit_id, 'proprietaire_type', s.proprietaire_type,
            'stock_ambiant', s.ambiant, 'stock_15c', s.a_15c) order by s.produit_id, s.proprietaire_type)) as payload
    from stock s
    join public.citernes c on c.id = s.citerne_id
    where s.ambiant < -0.01 or s.a_15c < -0.01
    group by s.citerne_id, c.nom
    union all
    select 'STOCK_OVER_CAPACITY', c.id,
        format('Citerne %s: %s ambient and %s at 15 °C, above the usable %s', c.nom, sum(s.ambiant), sum(s.a_15c),
            c.capacite_totale::numeric - c.capacite_securite::numeric),
        jsonb_build_object('stock_ambiant', sum(s.ambiant), 'stock_15c', sum(s.a_15c),
            'capacite_utile', c.capacite_totale::numeric - c.capacite_securite::numeric,
            'lignes', jsonb_agg(jsonb_build_object(
                'produit_id', s.produit_id, 'proprietaire_type', s.proprietaire_type,
                'stock_ambiant', s.ambiant, 'stock_15c', s.a_15c) order by s.produit_id, s.proprietaire_type))
    from public.citernes c
    join stock s on s.citerne_id = c.id
    where c.statut = 'active'
    group by c.id, c.nom, c.capacite_totale, c.capacite_securite
    having greatest(sum(s.ambiant), sum(s.a_15c)) > c.capacite_totale::numeric - c.capacite_securite::numeric
    union all
    -- No figure of the message moves with the clock: an unchanged alert stays unchanged.
    select 'CDR_ARRIVE_STALE', c.id,
        format('Truck %s arrived more than 2 days ago and is not unloaded', c.plaque_camion),
        jsonb_build_object('plaque_camion', c.plaque_camion, 'depot_destination_id', c.depot_destination_id,
            'arrive_at', coalesce(c.arrive_at, c.created_at))
    from public.cours_de_route c
    where c.statut = 'ARRIVE'
        and coalesce(c.arrive_at, c.created_at) < now() - interval '2 days'
        and not exists (
            select from public.receptions r where r.cours_de_route_id = c.id and r.statut = 'validee')
    union all
    select 'RECEPTION_ECART_15C', r.id,
        format('Reception: %s at 15 °C against %s ambient, more than 5 %% apart',
            coalesce(r.volume_15c, r.volume_corrige_15c), r.volume_ambiant),
        jsonb_build_object('citerne_id', r.citerne_id, 'volume_ambiant', r.volume_ambiant,
            'volume_15c', coalesce(r.volume_15c, r.volume_corrige_15c))
    from public.receptions r
    where r.statut = 'validee' and r.volume_ambiant > 0
        and abs(coalesce(r.volume_15c, r.volume_corrige_15c)::numeric - r.volume_ambiant::numeric)
            > 0.05 * r.volume_ambiant::numeric
    union all
    select 'SORTIE_ECART_15C', s.id,
        format('Sortie: %s at 15 °C against %s ambient, more than 5 %% apart',
            coalesce(s.volume_15c, s.volume_corrige_15c), s.volume_ambiant),
        jsonb_build_object('citerne_id', s.citerne_id, 'volume_ambiant', s.volume_ambiant,
            'volume_15c', coalesce(s.volume_15c, s.volume_corrige_15c))
    from public.sorties_produit s
    where s.statut = 'validee' and s.volume_ambiant > 0
        and abs(coalesce(s.volume_15c, s.volume_corrige_15c)::numeric - s.volume_ambiant::numeric)
            > 0.05 * s.volume_ambiant::numeric
    union all
    select 'STOCK_DIVERGENCE', l.citerne_id,
        format('Citerne %s: snapshot, journal and movements disagree on %s line(s)', c.nom, count(*)),
        jsonb_build_object('lignes', jsonb_agg(jsonb_build_object(
            'produit_id', l.produit_id, 'proprietaire_type', l.proprietaire_type,
            'snapshot_ambiant', l.snapshot_ambiant, 'journal_ambiant', l.journal_ambiant,
            'mouvements_ambiant', l.mouvements_ambiant, 'snapshot_15c', l.snapshot_15c,
            'journal_15c', l.journal_15c, 'mouvements_15c', l.mouvements_15c)
            order by l.produit_id, l.proprietaire_type))
    from ligne l
    join public.citernes c on c.id = l.citerne_id
    where greatest(l.snapshot_ambiant, l.journal_ambiant, l.mouvements_ambiant)
            - least(l.snapshot_ambiant, l.journal_ambiant, l.mouvements_ambiant) > 0.01
        or greatest(l.snapshot_15c, l.journal_15c, l.mouvements_15c)
            - least(l.snapshot_15c, l.journal_15c, l.mouvements_15c) > 0.01
    group by l.citerne_id, c.nom
)
select k.check_code, k.severity, k.entity_type, f.entity_id, f.message, f.payload, now() as detected_at
from constat f
join app.integrity_codes() k on k.check_code = f.check_code
-- Partial data would give wrong verdicts: a session under row security sees the checks only with a role that sees
-- all depots. The sync and server jobs are not under row security.
where (select not row_security_active('public.stocks_snapshot')
    or coalesce(app.user_role() in ('admin', 'directeur', 'pca'), false));
revoke all on table public.v_integrity_checks from public, anon, authenticated, service_role;
grant select on table public.v_integrity_checks to authenticated, service_role;
