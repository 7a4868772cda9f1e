-- Constants are printed as the session is set, and plans of catalog queries are not worth compiling.
select set_config(s.name, s.value, true)
from (
    values
        ('jit', 'off'),
        ('quote_all_identifiers', 'off'),
        ('datestyle', 'ISO, YMD'),
        ('intervalstyle', 'postgres'),
        ('timezone', 'UTC'),
        ('extra_float_digits', '1'),
        ('bytea_output', 'hex'),
        ('lc_monetary', 'C')
) as s (name, value)
