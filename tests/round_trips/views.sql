-- case: view created
-- base
create table t (a int, b text);
-- change
create view v with (security_invoker = true, security_barrier = true) as select a, b from t where a > 0 with local check option; grant select on v to r1; comment on view v is 'v'; comment on column v.a is 'a';
-- case: view replaced keeps its options
-- base
create table t (a int, b text); create view v with (security_invoker = true) as select a from t; grant select on v to r1;
-- change
create or replace view v with (security_invoker = true) as select a, b from t;
-- case: view loses a column
-- base
create table t (a int, b text); create view v with (security_invoker = true) as select a, b from t; grant select on v to r1; create view w with (security_invoker = true) as select a from v; grant select (a) on w to r1; comment on view w is 'w';
-- change
drop view v cascade; create view v with (security_invoker = true) as select a from t; grant select on v to r1; create view w with (security_invoker = true) as select a from v; grant select (a) on w to r1; comment on view w is 'w';
-- case: view options
-- base
create table t (a int); create view v with (security_invoker = true) as select a from t;
-- change
alter view v reset (security_invoker); alter view v set (security_barrier = true);
-- case: view option order
-- base
create table t (a int); create view v with (security_invoker = true, security_barrier = true) as select a from t;
-- change
alter view v reset (security_invoker); alter view v set (security_invoker = false);
-- case: view of views reordered
-- base
create table t (a int, b int); create view v1 as select a from t; create view v2 as select a from v1;
-- change
drop view v2; drop view v1; create view v2 as select b from t; create view v1 as select b from v2;
-- case: column default of a view
-- base
create table t (a int, b int); create view v as select a, b from t;
-- change
alter view v alter a set default 5; grant update (b) on v to r1;
-- case: view with an instead trigger, remade
-- base
create table t (a int, b int); create view v as select a, b from t; create function f() returns trigger language plpgsql as 'begin return null; end'; create trigger g instead of insert on v for each row execute function f();
-- change
drop view v; create view v as select b from t; create trigger g instead of insert on v for each row execute function f();
-- case: union whose later branch has no names
-- base
create table t (a int, ts timestamptz);
-- change
create view v as select a, ts from t union all select 1, null; create view v2 as with x as (select a, null::text as n from t union select 2, 'b') select * from x where a = (select 3);
-- case: materialized view
-- base
create table t (a int);
-- change
create materialized view m with (fillfactor = 70) as select a from t with no data;
-- case: view becomes materialized
-- base
create table t (a int); create view v as select a from t; create view w as select a from v;
-- change
drop view w; drop view v; create materialized view v as select a from t; create view w as select a from v;
-- case: view over a function that changes its result
-- base
create function f() returns int language sql as 'select 1'; create view v as select f() as a;
-- change
drop view v; drop function f(); create function f() returns text language sql as 'select ''1'''; create view v as select f() as a;
-- case: column added and dropped under a view
-- base
create table t (a int, b int); create view v as select a, b from t;
-- change
alter table t add c int; drop view v; create view v as select a, c from t; alter table t drop b;
-- case: recursive view
-- base
create table t (id int, parent int);
-- change
create recursive view r (id, depth) as select id, 0 from t where parent is null union all select t.id, r.depth + 1 from t join r on t.parent = r.id;
-- case: rule
-- base
create table t (a int); create table l (a int);
-- change
create rule r as on insert to t do also insert into l values (new.a); comment on rule r on t is 'r';
-- case: rule changed and disabled
-- base
create table t (a int); create table l (a int); create rule r as on insert to t do also insert into l values (new.a);
-- change
create or replace rule r as on insert to t do instead nothing; alter table t disable rule r;
-- case: materialized view over a function that changes its result, with remarks
-- base
create function lo(text) returns text immutable language sql as 'select lower($1)'; create table t (n text); create materialized view m as select lo(n) as l from t; create index i on m (l); comment on column m.l is 'L'; comment on index i is 'i';
-- change
drop materialized view m; drop function lo(text); create function lo(text) returns varchar immutable language sql as 'select lower($1)::varchar'; create materialized view m as select lo(n) as l from t; create index i on m (l); comment on column m.l is 'L'; comment on index i is 'i';
-- case: lists that name columns in a query
-- base
create table t (a int, b int, c boolean);
-- change
create view v as select a, a in (b, 3) or c as listed, case when a between b and 4 and c then 1 else 2 end as kind from t where (a in (b, 7) and c and b in (a, 1)) or exists (select from t x where x.a in (t.b, 2) or x.c);
-- case: BETWEEN and values of a varchar in a query
-- base
create table t (a int, s varchar(5));
-- change
create view v as select a, s in ('x', 'y') as seen from t where a between 1 and 5 and s not in ('q', 'r');
-- case: views that change places above one that is made again
-- base
create table u (id bigint primary key, n text); create view v as select id, n from u; create view a as select id from v; create view b as select id from a; alter view a owner to r1; grant select on b to r2;
-- change
drop view b, a, v; create view v as select id from u; create view b as select id from v; create view a as select id from b; alter view a owner to r1; grant select on b to r2;
-- case: a view in the middle goes while that below it gets a column
-- base
create table t (a int, b text); create view v1 as select a, b from t; create view v2 as select a, b from v1; create view v3 as select a from v2; create function f() returns setof v3 language sql as 'select * from v3'; grant select on v3 to r1;
-- change
drop function f(); drop view v3; drop view v2; create or replace view v1 as select a, b, 3 as c from t; create view v3 as select a from v1; create function f() returns setof v3 language sql as 'select * from v3'; grant select on v3 to r1;
