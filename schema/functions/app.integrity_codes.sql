-- The checks v_integrity_checks owns, in this one place: the view takes severity and entity_type from here, and the
-- sync resolves alerts of these codes only.
create function app.integrity_codes() returns table (check_code text, severity text, entity_type text)
language sql immutable parallel safe security invoker set search_path = ''
as $$
    values
        ('STOCK_NEGATIF', 'CRITICAL', 'CITERNE_STOCK'),
        ('STOCK_OVER_CAPACITY', 'CRITICAL', 'CITERNE_STOCK'),
        ('CDR_ARRIVE_STALE', 'WARN', 'CDR'),
        ('RECEPTION_ECART_15C', 'WARN', 'RECEPTION'),
        ('SORTIE_ECART_15C', 'WARN', 'SORTIE'),
        ('STOCK_DIVERGENCE', 'CRITICAL', 'CITERNE_STOCK')
$$;
revoke all on function app.integrity_codes() from public, anon, authenticated, service_role;
grant execute on function app.integrity_codes() to authenticated, service_role;
