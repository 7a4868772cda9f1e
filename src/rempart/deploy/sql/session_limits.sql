-- How long a session may wait, work and idle. A client that is gone without a word is noticed within a minute.
select pg_catalog.set_config(limits.name, limits.value, false)
from (
    values
        ('lock_timeout', %(lock)s::text),
        ('statement_timeout', %(statement)s::text),
        ('idle_in_transaction_session_timeout', '5min'),
        ('tcp_keepalives_idle', '30'),
        ('tcp_keepalives_interval', '10'),
        ('tcp_keepalives_count', '3'),
        ('tcp_user_timeout', '60000')
) limits (name, value)
