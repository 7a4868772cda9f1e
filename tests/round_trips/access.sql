-- case: row security on and off
-- base
create table t (a int); create table u (a int); alter table u enable row level security; alter table u force row level security;
-- change
alter table t enable row level security; alter table u no force row level security; alter table u disable row level security;
-- case: policy created
-- base
create table t (a int); alter table t enable row level security;
-- change
create policy p on t as restrictive for update to r1, r2 using (a > 0) with check (a > 1); comment on policy p on t is 'p';
-- case: policy altered in place
-- base
create table t (a int); create policy p on t for select to r1 using (a > 0);
-- change
alter policy p on t to r1, r2 using (a > 5);
-- case: policy to public altered to a role
-- base
create table t (a int); create policy p on t using (true);
-- change
alter policy p on t to r1 using (a > 5) with check (a > 6);
-- case: policy command
-- base
create table t (a int); create policy p on t for select to r1 using (a > 0);
-- change
drop policy p on t; create policy p on t for delete to r1 using (a > 0);
-- case: policy loses its check
-- base
create table t (a int); create policy p on t to r1 using (a > 0) with check (a > 1);
-- change
drop policy p on t; create policy p on t to r1 using (a > 0);
-- case: policy reads another table
-- base
create table t (a int); create table u (a int);
-- change
create policy p on t for select to r1 using (exists (select from u where u.a = t.a) and a in (select 1 union select length('x')));
-- case: policy uses a column that is dropped
-- base
create table t (a int, b int); create policy p on t for select to r1 using (b > 0);
-- change
alter policy p on t using (a > 0); alter table t drop b;
-- case: grants on a table
-- base
create table t (a int); grant select, insert on t to r1;
-- change
revoke insert on t from r1; grant update, delete, truncate on t to r1 with grant option; grant select on t to public;
-- case: grant option taken away
-- base
create table t (a int); grant select on t to r1 with grant option;
-- change
revoke grant option for select on t from r1;
-- case: owner loses a privilege
-- base
create table t (a int);
-- change
revoke truncate on t from current_user;
-- case: column privileges
-- base
create table t (a int, b int, c int); grant select (a, b), update (b) on t to r1;
-- change
revoke select (b) on t from r1; grant insert (c) on t to r1, r2; grant select (c) on t to public;
-- case: table privilege narrowed to columns
-- base
create table t (a int, b int); grant select, update on t to r1; grant update (b) on t to r1;
-- change
revoke update on t from r1; grant update (a) on t to r1;
-- case: grants on everything else
-- base
create schema s; create sequence q; create function f() returns int language sql as 'select 1'; create type e as enum ('a'); create domain d as int;
-- change
grant usage, create on schema s to r1; grant usage, select on sequence q to r1; revoke execute on function f() from public; grant execute on function f() to r2; revoke usage on type e from public; grant usage on type e to r1; revoke usage on domain d from public;
-- case: default privileges
-- change
alter default privileges revoke execute on functions from public; alter default privileges grant select on tables to r1; create schema s; alter default privileges in schema s grant usage on sequences to r1 with grant option; alter default privileges grant usage on schemas to r2;
-- case: default privileges of another role, changed and removed
-- base
alter default privileges for role r2 grant select, insert on tables to r1; alter default privileges grant all on functions to r1;
-- change
alter default privileges for role r2 revoke insert on tables from r1; alter default privileges revoke all on functions from r1;
-- case: default privileges, then objects
-- base
alter default privileges grant select on tables to r1;
-- change
create table t (a int); create table u (a int); revoke select on u from r1; create view v as select a from t; grant update on v to r2; create function f() returns int language sql as 'select 1'; create sequence q;
-- case: owner
-- base
create table t (a int); create view v as select a from t; create function f() returns int language sql as 'select 1'; create schema s; create type e as enum ('a'); grant select on t to r1;
-- change
alter table t owner to r2; alter view v owner to r2; alter function f() owner to r2; alter schema s owner to r2; alter type e owner to r2;
-- case: objects of another owner created
-- change
create table t (a int); alter table t owner to r2; grant select on t to r1;
-- case: schema public closed
-- change
revoke all on schema public from public; grant usage on schema public to r1;
-- case: publication
-- base
create table t (a int primary key, b int); create table u (a int primary key);
-- change
create publication p for table t (a) where (a > 0), u with (publish = 'insert, update'); create publication q for all tables;
-- case: publication changed
-- base
create table t (a int primary key, b int); create table u (a int primary key); create publication p for table t;
-- change
alter publication p set table u; alter publication p set (publish = 'insert');
-- case: publication of a schema
-- base
create schema s; create publication p for tables in schema s;
-- change
alter publication p add tables in schema public; alter publication p drop tables in schema s;
-- case: row filter of a publication, and the type of its column
-- base
create table t (a int primary key, b int); create publication p for table t (a, b) where (a > 5);
-- change
alter publication p drop table t; alter table t alter a type bigint; alter publication p add table t (a, b) where (a > 5);
-- case: an owner that had everything with the option to grant it on
-- base
create table t (a int); grant all on t to r1 with grant option;
-- change
alter table t owner to r1; revoke grant option for all on t from r1; grant all on t to r1;
-- case: the privileges of an owner that was a grantee
-- base
create table t (a int, b int); grant all on t to r1 with grant option; grant select (b) on t to r1 with grant option;
-- change
drop table t; create table t (a int, b int); alter table t owner to r1; grant select (b) on t to r2;
-- case: new objects on which their owner has not all privileges
-- base
create table k (a int);
-- change
create table t (a int); revoke all on t from postgres; create table u (a int); revoke delete, truncate on u from postgres; grant select on u to r1; create view v as select 1 as a; revoke all on v from postgres; grant select on v to public;
create sequence s; revoke usage on sequence s from postgres; create function f() returns int language sql as 'select 1'; revoke all on function f from postgres, public; create type e as enum ('a'); revoke all on type e from postgres;
create schema x; revoke create on schema x from postgres; create table w (a int); grant all on w to postgres with grant option; create table o (a int); alter table o owner to r1; revoke insert on o from r1;
create table i (id int generated always as identity); revoke all on sequence i_id_seq from postgres;
