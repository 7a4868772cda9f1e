-- case: operator created
-- change
create function contient(text, text) returns boolean language sql immutable strict as 'select $1 like $2'; create operator ~@ (function = contient, leftarg = text, rightarg = text, restrict = contsel, join = contjoinsel); comment on operator ~@ (text, text) is 'l''op'; alter operator ~@ (text, text) owner to r1;
-- case: operators that are each other's negator and commutator
-- base
create schema "Op"; create type t as (a int);
-- change
create function "Op"."Égal"(t, t) returns boolean language sql immutable as 'select $1.a = $2.a'; create function "Op".autre(t, t) returns boolean language sql immutable as 'select $1.a <> $2.a'; create operator "Op".=== (function = "Op"."Égal", leftarg = t, rightarg = t, commutator = operator("Op".===), negator = operator("Op".!==), restrict = eqsel, join = eqjoinsel, hashes, merges); create operator "Op".!== (function = "Op".autre, leftarg = t, rightarg = t, commutator = operator("Op".!==), negator = operator("Op".===));
-- case: prefix operator, arrays
-- change
create function f(int[]) returns int language sql immutable as 'select $1[1]'; create operator !!@ (function = f, rightarg = int[]); comment on operator !!@ (none, int[]) is 'x';
-- case: estimates of an operator
-- base
create function f(int, int) returns boolean language sql immutable as 'select $1 = $2'; create operator === (function = f, leftarg = int, rightarg = int, restrict = eqsel);
-- change
alter operator === (int, int) set (restrict = none, join = eqjoinsel); alter operator === (int, int) owner to r2; comment on operator === (int, int) is 'c';
-- case: function of an operator under a view, an index and a default
-- base
create function f(int, int) returns int language sql immutable as 'select $1 + $2'; create function g(int, int) returns int language sql immutable as 'select $1 - $2'; create operator +@ (function = f, leftarg = int, rightarg = int); create table t (a int, b int default 1 operator(public.+@) 2, c int generated always as (a operator(public.+@) 1) stored); create view v as select a operator(public.+@) 1 as x from t; grant select on v to r1; create index i on t ((a operator(public.+@) 2)); create policy p on t using (a operator(public.+@) 1 > 0);
-- change
drop policy p on t; drop index i; drop view v; drop table t; drop operator +@ (int, int); create operator +@ (function = g, leftarg = int, rightarg = int); create table t (a int, b int default 1 operator(public.+@) 2, c int generated always as (a operator(public.+@) 1) stored); create view v as select a operator(public.+@) 1 as x from t; grant select on v to r1; create index i on t ((a operator(public.+@) 2)); create policy p on t using (a operator(public.+@) 1 > 0);
-- case: function of an operator with another result
-- base
create function f(int, int) returns int language sql immutable as 'select $1 + $2'; create operator +@ (function = f, leftarg = int, rightarg = int);
-- change
drop operator +@ (int, int); drop function f(int, int); create function f(int, int) returns bigint language sql immutable as 'select ($1 + $2)::bigint'; create operator +@ (function = f, leftarg = int, rightarg = int, commutator = +@);
-- case: negator added to an operator in use
-- base
create function f(int, int) returns boolean language sql immutable as 'select $1 = $2'; create operator === (function = f, leftarg = int, rightarg = int); create view v as select 1 operator(public.===) 2 as x;
-- change
create function g(int, int) returns boolean language sql immutable as 'select $1 <> $2'; create operator !== (function = g, leftarg = int, rightarg = int, negator = ===);
-- case: operators on two types, one is dropped
-- base
create function f(int, text) returns boolean language sql immutable as 'select true'; create function f(text, int) returns boolean language sql immutable as 'select true'; create operator =@ (function = f, leftarg = int, rightarg = text, commutator = @=); create operator @= (function = f, leftarg = text, rightarg = int, commutator = =@); create operator =@ (function = f, leftarg = text, rightarg = int);
-- change
drop operator =@ (int, text); drop operator =@ (text, int);
