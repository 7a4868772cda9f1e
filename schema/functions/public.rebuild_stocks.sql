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
