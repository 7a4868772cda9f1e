-- case: wrapper created
-- change
create foreign data wrapper w options (debug 'true', "Clé" 'l''eau'); comment on foreign data wrapper w is 'w'; grant usage on foreign data wrapper w to r1; grant usage on foreign data wrapper w to r2 with grant option;
-- case: wrapper altered
-- base
create foreign data wrapper w validator postgresql_fdw_validator; create foreign data wrapper x options (a '1', b '2'); grant usage on foreign data wrapper x to r1;
-- change
alter foreign data wrapper w no validator; alter foreign data wrapper x options (drop a, set b '3', add c 'ü'); revoke usage on foreign data wrapper x from r1; comment on foreign data wrapper x is 'x';
-- case: server created
-- base
create foreign data wrapper w;
-- change
create server s type 'pg' version '15' foreign data wrapper w options (host 'h', dbname 'd'); alter server s owner to r1; comment on server s is 's'; grant usage on foreign server s to r2;
-- case: wrapper, server, mappings and table at once
-- change
create foreign data wrapper "W x"; create server "S-1" foreign data wrapper "W x" options ("Hôte" 'a=b'); create user mapping for public server "S-1"; create user mapping for r1 server "S-1" options (user 'u'); create user mapping for "Rôle" server "S-1" options (user 'ü', password_required 'false'); create foreign table "T" (id int options (nom 'ID', "Clé" 'x') not null, n text default 'x' collate "C", constraint k check (id > 0)) server "S-1" options (schema_name 'public', table_name 'u'); comment on foreign table "T" is 't'; comment on column "T".id is 'id'; grant select on "T" to r1; alter foreign table "T" owner to r2;
-- case: server altered
-- base
create foreign data wrapper w; create server s version '1' foreign data wrapper w options (a '1', b '2'); create server r foreign data wrapper w;
-- change
alter server s version '2' options (drop a, set b '3', add c '4'); alter server r options (add z 'z'); alter server r owner to r1; grant usage on foreign server s to public; comment on server r is 'r';
-- case: version of a server taken away
-- base
create foreign data wrapper w; create server s version '1' foreign data wrapper w;
-- change
alter server s version null;
-- case: wrapper of a server in use
-- base
create foreign data wrapper w; create foreign data wrapper x; create server s foreign data wrapper w; grant usage on foreign server s to r1; create user mapping for r1 server s options (user 'u'); create foreign table t (a int, b text) server s options (o '1'); create view v as select a from t; grant select on v to r1;
-- change
drop view v; drop foreign table t; drop server s cascade; create server s foreign data wrapper x; grant usage on foreign server s to r1; create user mapping for r1 server s options (user 'u'); create foreign table t (a int, b text) server s options (o '1'); create view v as select a from t; grant select on v to r1;
-- case: server renamed
-- base
create foreign data wrapper w; create server s foreign data wrapper w; create user mapping for public server s; create foreign table t (a int not null, check (a > 0)) server s;
-- change
alter server s rename to r;
-- case: foreign table moves to another server
-- base
create foreign data wrapper w; create server s foreign data wrapper w; create server r foreign data wrapper w; create foreign table t (a int, b int default 3 not null, check (a > 0)) server s options (x '1'); grant select (a) on t to r1; create trigger g before insert on t for each row execute function suppress_redundant_updates_trigger();
-- change
drop foreign table t; create foreign table t (a int, b int default 3 not null, check (a > 0)) server r options (x '1'); grant select (a) on t to r1; create trigger g before insert on t for each row execute function suppress_redundant_updates_trigger();
-- case: options of a foreign table and its columns
-- base
create foreign data wrapper w; create server s foreign data wrapper w; create foreign table t (a int options (n 'a', m 'b'), b int, c int) server s options (x '1', y '2');
-- change
alter foreign table t options (drop x, set y '3', add z '4'); alter foreign table t alter a options (set n 'c', drop m), alter b options (add q ''), drop c, add d text options (e 'f'), alter b set not null; alter foreign table t alter b type bigint, alter b set default 4; alter foreign table t add constraint k check (b > 0);
-- case: foreign table inherits, and is a partition
-- base
create foreign data wrapper w; create server s foreign data wrapper w; create table p (a int, b text) partition by list (a); create table q (a int, b text);
-- change
create foreign table p1 partition of p for values in (1) server s options (x '1'); create foreign table p2 (a int options (n 'm'), b text) server s; alter table p attach partition p2 for values in (2); create foreign table q1 (c int) inherits (q) server s options (x '1');
-- case: partition that is foreign leaves
-- base
create foreign data wrapper w; create server s foreign data wrapper w; create table p (a int, b text) partition by list (a); create foreign table p1 partition of p for values in (1) server s options (x '1');
-- change
alter table p detach partition p1; alter foreign table p1 alter b options (add n 'b');
-- case: mapping altered
-- base
create foreign data wrapper w; create server s foreign data wrapper w; create user mapping for r1 server s options (user 'a'); create user mapping for r2 server s; create user mapping for public server s options (user 'p');
-- change
alter user mapping for r1 server s options (set user 'b', add sslcert '/c'); drop user mapping for public server s; create user mapping for postgres server s options (username 'x');
-- case: server with a secret keeps it
-- base
create foreign data wrapper w; create server s foreign data wrapper w options (api_key 'confidentiel', api_key_id 'k'); create user mapping for r1 server s options (user 'a', password 'confidentiel');
-- change
alter server s options (set api_key_id 'l'); alter user mapping for r1 server s options (set user 'b'); comment on server s is 's'; grant usage on foreign server s to r1;
-- case: everything of a server changes hands
-- base
create foreign data wrapper w; create server s foreign data wrapper w; create foreign table t (a int) server s; grant usage on foreign server s to r2;
-- change
alter server s owner to r1; alter foreign table t owner to r1;
