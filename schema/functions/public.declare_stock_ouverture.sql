-- Declares the stock of a line at go-live, once. The application calls it; only an admin succeeds.
-- rempart: allow definer-callable: the application calls it, and it refuses everybody but an admin
create function public.declare_stock_ouverture(
    p_citerne_id uuid,
    p_produit_id uuid,
    p_proprietaire_type text,
    p_stock_ambiant double precision,
    p_stock_15c double precision,
    p_reason text,
    p_declared_at timestamptz default now()
) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_id uuid;
begin
    if app.user_role() is distinct from 'admin' then
        raise exception 'declare_stock_ouverture: only an admin declares an opening stock'
            using errcode = 'insufficient_privilege';
    end if;
    if p_declared_at > now() then
        raise exception 'declare_stock_ouverture: % is in the future', p_declared_at
            using errcode = 'invalid_parameter_value';
    end if;
    insert into public.stocks_ouverture
        (citerne_id, produit_id, proprietaire_type, stock_ambiant, stock_15c, declared_at, reason)
    values
        (p_citerne_id, p_produit_id, p_proprietaire_type, p_stock_ambiant, p_stock_15c, p_declared_at, p_reason)
    returning id into v_id;
    return v_id;
end
$$;
revoke all on function public.declare_stock_ouverture(uuid, uuid, text, double precision, double precision, text, timestamptz) from public, anon, authenticated, service_role;
grant execute on function public.declare_stock_ouverture(uuid, uuid, text, double precision, double precision, text, timestamptz)
    to authenticated;
