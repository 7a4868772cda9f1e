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
