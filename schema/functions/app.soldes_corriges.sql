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
