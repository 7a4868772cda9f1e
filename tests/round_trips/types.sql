-- case: enum created and used
-- change
create type humeur as enum ('gaie', 'l''ennui', 'triste'); create table t (h humeur default 'gaie' check (h <> 'triste'), hs humeur[]); comment on type humeur is 'h';
-- case: enum value added
-- base
create type e as enum ('a', 'c'); create table t (x e);
-- change
alter type e add value 'b' before 'c'; alter type e add value 'd';
-- case: enum value added and used
-- base
create type e as enum ('a', 'c'); create table t (x e default 'a');
-- change
alter type e rename to e_old; create type e as enum ('a', 'b', 'c'); alter table t alter x drop default; alter table t alter x type e using x::text::e; alter table t alter x set default 'b'; drop type e_old;
-- case: enum value removed
-- base
create type e as enum ('a', 'b', 'c'); create table t (x e default 'a', y text, check (x <> 'c')); create index i on t (y) where x = 'a'; create view v as select x from t where x = 'a'; create function f(e) returns e language sql as 'select $1'; alter table t enable row level security; create policy p on t for select to r1 using (x = 'a');
-- change
drop function f(e); drop view v; drop policy p on t; drop index i; alter table t drop constraint t_x_check; alter type e rename to e_old; create type e as enum ('a', 'c'); alter table t alter x drop default; alter table t alter x type e using x::text::e; alter table t alter x set default 'a'; drop type e_old;
create view v as select x from t where x = 'a'; create function f(e) returns e language sql as 'select $1'; create policy p on t for select to r1 using (x = 'a'); alter table t add constraint t_x_check check (x <> 'c'); create index i on t (y) where x = 'a';
-- case: domain created
-- change
create domain d as numeric(10, 2) default 0 not null check (value >= 0); comment on domain d is 'd'; create table t (a d);
-- case: domain changed
-- base
create domain d as int constraint c check (value > 0); create table t (a d);
-- change
alter domain d drop constraint c; alter domain d add constraint c check (value > 1) not valid; alter domain d set default 5; alter domain d set not null; comment on constraint c on domain d is 'x';
-- case: domain on another type
-- base
create domain d as int; create table t (a d default 3);
-- change
alter table t alter a drop default; alter domain d rename to d_old; create domain d as bigint; alter table t alter a type d; alter table t alter a set default 3; drop domain d_old;
-- case: composite type
-- change
create type c as (a int, b text collate "C"); comment on column c.a is 'a'; create table t (x c);
-- case: composite attributes
-- base
create type c as (a int, b text);
-- change
alter type c drop attribute b; alter type c add attribute d text; alter type c alter attribute a type bigint;
-- case: composite used by a function and reordered
-- base
create type c as (a int, b text); create function f(c) returns int language sql as 'select 1';
-- change
drop function f(c); drop type c; create type c as (z int, a int, b text); create function f(c) returns int language sql as 'select 1';
-- case: range type
-- change
create type r as range (subtype = float8, subtype_diff = float8mi); create table t (x r);
-- case: sequence
-- change
create sequence q as int start 5 increment 2 minvalue 1 maxvalue 99 cache 3 cycle; comment on sequence q is 'q'; create table t (id int default nextval('q'));
-- case: sequence changed
-- base
create sequence q; create table t (id int);
-- change
alter sequence q increment 10 no cycle maxvalue 1000; alter sequence q owned by t.id;
-- case: collation
-- change
create collation fr (provider = libc, locale = 'C'); create table t (a text collate fr);
-- case: type array in a function
-- base
create type e as enum ('a');
-- change
create function f(e[]) returns e[] language sql as 'select $1'; create table t (a e[] default '{}');
-- case: domain over a domain on another type
-- base
create domain d1 as text check (value <> ''); create domain d2 as d1 default 'x'; create table t (a d2, b d1[]);
-- change
drop table t; drop domain d2; drop domain d1; create domain d1 as varchar(20); create domain d2 as d1 default 'y'; create table t (a d2, b d1[]);
-- case: domain stricter, and arrays of it stored
-- base
create domain d as text; create table t (a d[] default '{}', b d);
-- change
drop table t; create table t (a d[] default '{}', b d); drop table t; alter domain d add constraint k check (value <> ''); alter domain d set not null; create table t (a d[] default '{}', b d);
-- case: enum value removed from under a composite and a domain
-- base
create type e as enum ('a', 'b'); create type c as (x e, y int); create domain d as e check (value <> 'b'); create table t (v c, w c[], z d);
-- change
drop table t; drop domain d; drop type c; drop type e; create type e as enum ('b', 'a', 'c'); create type c as (x e, y int); create domain d as e check (value <> 'b'); create table t (v c, w c[], z d);
-- case: sequence turned round
-- base
create sequence s start 5;
-- change
alter sequence s increment -1 no minvalue maxvalue -1 start -1 restart -1;
-- case: type of an attribute that a column has
-- base
create type c as (a int, b int); create table t (x c, y c[]);
-- change
alter table t drop x, drop y; drop type c; create type c as (a int, b text); alter table t add x c, add y c[];
-- case: domain with BETWEEN
-- change
create domain d as int check (value between 1 and 5 and value <> 3);
-- case: domain that leaves the enum under it, which goes
-- base
create type e as enum ('1', '2'); create domain d as e; create table t (a d default '1'::e not null, b e);
-- change
drop table t; drop domain d; drop type e; create domain d as text; create table t (a d default '1' not null, b text);
-- case: enum that becomes a domain, with an array, a view and an index
-- base
create type e as enum ('1', '2'); create domain d as e; create table t (a d, b e default '1', c e[]); create view v as select b from t; create index i on t (b);
-- change
drop view v; drop table t; drop domain d; drop type e; create domain e as text; create domain d as text; create table t (a d, b e default '1', c e[]); create view v as select b from t; create index i on t (b);
-- case: enum that is made anew while a column becomes an array of it
-- base
create type e as enum ('a'); create table t (v e default 'a', w int);
-- change
drop table t; drop type e; create type e as enum ('b'); create table t (v e[] default '{}', w int[]);
-- case: values that are used at once, with quotes and backslashes, of a type with a keyword's name
-- base
create schema "group"; create type "group".type as enum ('on', 'off'); create table "group".t (id int, "select" "group".type);
-- change
drop table "group".t; drop type "group".type; create type "group".type as enum ('on', 'it''s', E'b\\s', 'off'); create table "group".t (id int, "select" "group".type default 'it''s', c "group".type default E'b\\s');
-- case: a value that is used at once in an array
-- base
create type e as enum ('on', 'off'); create table t (c e[] default '{on}');
-- change
alter table t alter c drop default; drop table t; drop type e; create type e as enum ('on', 'late', 'off'); create table t (c e[] default '{late,on}');
-- case: a value that is used at once in a body
-- base
create type e as enum ('on', 'off'); create table t (c e);
-- change
drop table t; drop type e; create type e as enum ('on', 'late', 'off'); create table t (c e); create function f() returns setof t language sql as $$ select c from t where c = 'late' $$;
-- case: enum value that is at once in the default of an array
-- base
create type e as enum ('a', 'b'); create table t (x e[] default '{a}', y e);
-- change
alter table t alter x drop default; alter type e rename to e_old; create type e as enum ('a', 'b', 'c d', 'z'); alter table t alter x type e[] using x::text[]::e[], alter y type e using y::text::e; drop type e_old; alter table t alter x set default '{a,"c d"}';
-- case: generated column of an enum that loses a value
-- base
create type e as enum ('a', 'b', 'c'); create table t (i int, g e generated always as (case when i > 0 then 'a'::e else 'b'::e end) stored); create index gi on t (g);
-- change
drop table t; drop type e; create type e as enum ('a', 'b'); create table t (i int, g e generated always as (case when i > 0 then 'a'::e else 'b'::e end) stored); create index gi on t (g);
-- case: NOT NULL of domains, named and with comments
-- base
create domain d as int not null; create domain e as text constraint n not null; create domain f as int; create domain g as int constraint x not null;
-- change
alter domain d rename constraint d_not_null to "D x"; comment on constraint "D x" on domain d is 'd'; alter domain e drop not null; alter domain f add constraint y not null; comment on constraint y on domain f is 'f'; comment on constraint x on domain g is 'g'; create domain h as int constraint z not null; comment on constraint z on domain h is 'h';
-- case: domain with NOT NULL renamed
-- base
create domain d as int not null check (value > 0); comment on constraint d_not_null on domain d is 'd'; create table t (a d);
-- change
alter domain d rename to e;
-- case: domain with NOT NULL made again under columns
-- base
create domain d as int not null; comment on constraint d_not_null on domain d is 'd'; create table t (a d); insert into t values (1);
-- change
create domain d2 as bigint not null; alter table t alter a type d2; drop domain d; alter domain d2 rename to d; alter domain d rename constraint d2_not_null to d_not_null; comment on constraint d_not_null on domain d is 'd';
