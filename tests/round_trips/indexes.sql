-- case: index created
-- base
create table t (a int, b text);
-- change
create index i on t (lower(b) text_pattern_ops desc nulls last, a) include (a) with (fillfactor = 50) where a is not null; comment on index i is 'z';
-- case: index changed
-- base
create table t (a int, b text); create index i on t (a);
-- change
drop index i; create index i on t using hash (b);
-- case: index dropped
-- base
create table t (a int, b text); create index i on t (a);
-- change
drop index i;
-- case: gin and brin
-- base
create table t (a int, b jsonb);
-- change
create index g on t using gin (b jsonb_path_ops); create index br on t using brin (a) with (pages_per_range = 32);
-- case: index of an expression, with statistics
-- base
create table t (a int, b text); create index i on t (lower(b));
-- change
alter index i alter column 1 set statistics 300; alter table t cluster on i;
-- case: index that a function is in
-- base
create function f(int) returns int language sql immutable as 'select $1'; create table t (a int); create index i on t (f(a));
-- change
drop index i; drop function f(int); create function f(int) returns bigint language sql immutable as 'select $1::bigint'; create index i on t (f(a));
-- case: extended statistics
-- base
create table t (a int, b int, c int);
-- change
create statistics s (dependencies, mcv) on a, b from t; alter statistics s set statistics 200; comment on statistics s is 'x';
-- case: extended statistics changed
-- base
create table t (a int, b int, c int); create statistics s on a, b from t;
-- change
drop statistics s; create statistics s on a, c from t;
-- case: index of a materialized view
-- base
create table t (a int); create materialized view m as select a from t;
-- change
create unique index i on m (a);
-- case: materialized view remade with its index
-- base
create table t (a int, b int); create materialized view m as select a from t; create unique index i on m (a); grant select on m to r1;
-- change
drop materialized view m; create materialized view m as select a, b from t; create unique index i on m (a); grant select on m to r1;
-- case: a row function in an index
-- base
create table t (a int); create function f(x t) returns int language sql immutable as 'select 1'; create index i on t (f(t));
-- change
drop table t cascade;
-- case: predicate with values of a varchar
-- base
create table t (a int, s varchar(5));
-- change
create index i on t (a) where s in ('x', 'y') and a between 1 and 2 and a <> 0;
-- case: another index that the table was clustered on
-- base
create table t (a int primary key, b int); create index i on t (b); create index j on t (b, a); alter table t cluster on i;
-- change
alter table t cluster on j;
-- case: clustered on the primary key instead of an index
-- base
create table t (a int primary key, b int); create index i on t (b); alter table t cluster on i;
-- change
alter table t cluster on t_pkey;
