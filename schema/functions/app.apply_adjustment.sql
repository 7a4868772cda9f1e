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
