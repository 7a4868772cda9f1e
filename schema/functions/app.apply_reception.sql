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
