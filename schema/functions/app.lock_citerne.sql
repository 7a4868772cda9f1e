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
