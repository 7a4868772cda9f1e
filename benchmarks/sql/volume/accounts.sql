-- The accounts of the profiles. bench.rows of them; `md5` gives every row an id that other files can name again.
insert into auth.users (id, email)
select md5('user' || i)::uuid, 'user' || i || '@example.org'
from generate_series(1, current_setting('bench.rows')::integer) i;
