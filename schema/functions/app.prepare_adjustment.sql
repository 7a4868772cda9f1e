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
