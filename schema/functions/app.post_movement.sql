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
