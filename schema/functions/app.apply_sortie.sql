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
