-- case: function created
-- change
create function f(a int, b text default 'x') returns text language plpgsql stable security definer set search_path = '' cost 50 as $$ begin return a || b; end $$; grant execute on function f(int, text) to r1; revoke execute on function f(int, text) from public; comment on function f(int, text) is 'f';
-- case: function body
-- base
create function f() returns int language sql as 'select 1';
-- change
create or replace function f() returns int language sql security definer set search_path = pg_catalog, pg_temp as 'select 2';
-- case: function settings reset
-- base
create function f() returns int language sql security definer set search_path = '' set work_mem = '10MB' as 'select 1';
-- change
alter function f() reset work_mem; alter function f() security invoker;
-- case: function attributes
-- base
create function f() returns int language sql as 'select 1';
-- change
alter function f() stable strict parallel safe cost 7;
-- case: function result under a policy
-- base
create function f() returns int language sql stable as 'select 1'; create table t (a int); alter table t enable row level security; create policy p on t for select to r1 using (a = (select f()));
-- change
drop policy p on t; drop function f(); create function f() returns bigint language sql stable as 'select 1::bigint'; create policy p on t for select to r1 using (a = (select f()));
-- case: argument renamed
-- base
create function f(a int) returns int language sql as 'select $1'; revoke execute on function f(int) from public; grant execute on function f(int) to r1;
-- change
drop function f(int); create function f(b int) returns int language sql as 'select $1'; revoke execute on function f(int) from public; grant execute on function f(int) to r1;
-- case: default of an argument removed
-- base
create function f(a int default 1) returns int language sql as 'select $1';
-- change
drop function f(int); create function f(a int) returns int language sql as 'select $1';
-- case: overloads
-- base
create function f(int) returns int language sql as 'select 1'; create function f(text) returns int language sql as 'select 2';
-- change
drop function f(text); create function f(int, int) returns int language sql as 'select 3'; create or replace function f(int) returns int language sql as 'select 4';
-- case: procedure
-- change
create procedure p(inout a int) language plpgsql as 'begin a := 1; end'; comment on procedure p is 'p';
-- case: set-returning, variadic, out
-- base
create table t (a int);
-- change
create function f(out x int, out y text) returns setof record language sql as 'select 1, ''a'''; create function g(variadic a int[]) returns setof t language sql as 'select 1'; create function h() returns table (i int) language sql as 'select 1';
-- case: body in standard SQL
-- base
create table t (a int);
-- change
create function f() returns bigint language sql begin atomic select count(*) from t; end; create function g(x int) returns int return x + 1;
-- case: body mentions what comes later
-- change
set local check_function_bodies = off; create function a() returns bigint language sql as 'select count(*) from public.z'; create table z (i int);
-- case: trigger
-- base
create table t (a int, b int); create function f() returns trigger language plpgsql as 'begin return new; end';
-- change
create trigger g before insert or update of a on t for each row when (new.a > 0) execute function f('x'); comment on trigger g on t is 'g';
-- case: trigger changed and disabled
-- base
create table t (a int, b int); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before insert on t for each row execute function f(); create trigger h before insert on t for each row execute function f();
-- change
create or replace trigger g after insert on t for each row execute function f(); alter table t disable trigger h;
-- case: constraint trigger
-- base
create table t (a int); create function f() returns trigger language plpgsql as 'begin return new; end';
-- change
create constraint trigger g after insert on t deferrable initially deferred for each row execute function f();
-- case: constraint trigger changed
-- base
create table t (a int); create function f() returns trigger language plpgsql as 'begin return new; end'; create constraint trigger g after insert on t deferrable initially deferred for each row execute function f();
-- change
drop trigger g on t; create constraint trigger g after insert on t for each row execute function f();
-- case: transition tables
-- base
create table t (a int); create function f() returns trigger language plpgsql as 'begin return null; end';
-- change
create trigger g after update on t referencing old table as o new table as n for each statement execute function f(); alter table t enable always trigger g;
-- case: aggregate
-- change
create function s(int, int) returns int language sql immutable as 'select $1 + $2'; create aggregate total(int) (sfunc = s, stype = int, initcond = '0');
-- case: event trigger
-- base
create function f() returns event_trigger language plpgsql as 'begin end';
-- change
create event trigger e on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function f(); alter event trigger e enable always;
-- case: cast
-- base
create type c as (a int); create function f(c) returns int language sql immutable as 'select $1.a';
-- change
create cast (c as int) with function f(c) as assignment;
-- case: procedure starts to give back
-- base
create procedure p(x int) language sql as 'select 1';
-- change
drop procedure p(int); create procedure p(inout x int) language sql as 'select 1';
-- case: types of OUT arguments changed
-- base
create function f(a int, out b int, out c text) language sql as 'select 1, ''x''::text'; create view v as select b from f(1); create function g(int, out int, out text) language sql as 'select 1, ''x''::text';
create function h(inout a int, out b int) returns setof record language sql as 'select 1, 2'; create function k(a int, out b int) language sql as 'select 1';
-- change
drop view v; drop function f; create function f(a int, out b bigint, out c text) language sql as 'select 1::bigint, ''x''::text'; create view v as select b from f(1);
drop function g; create function g(int, out int, out varchar) language sql as 'select 1, ''x''::varchar'; drop function h; create function h(inout a int, out b bigint) returns setof record language sql as 'select 1, 2::bigint';
drop function k; create function k(a int, out c int) language sql as 'select 1';
-- case: a body in standard SQL that returns rows of a table with a column more
-- base
create table t (id int, v text); create function f() returns setof t language sql begin atomic select id, v from t; end; create view w as select id from f();
-- change
drop view w; drop function f(); alter table t add c int; create function f() returns setof t language sql begin atomic select id, v, c from t where c > 0; end; create view w as select id from f();
