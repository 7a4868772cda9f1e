-- case: primary key added
-- base
create table t (id int not null);
-- change
alter table t add constraint pk primary key (id);
-- case: primary key on other columns, with a foreign key to it
-- base
create table t (id int not null, b int not null, constraint pk primary key (id)); create table u (t int constraint fk references t);
-- change
alter table u drop constraint fk; alter table t drop constraint pk; alter table t add constraint pk primary key (b); alter table u add constraint fk foreign key (t) references t (b);
-- case: unique nulls not distinct, include
-- base
create table t (a int, b int);
-- change
alter table t add constraint u unique nulls not distinct (a) include (b);
-- case: unique deferrable
-- base
create table t (a int constraint u unique);
-- change
alter table t drop constraint u; alter table t add constraint u unique (a) deferrable initially deferred;
-- case: check changed
-- base
create table t (a int constraint c check (a > 0));
-- change
alter table t drop constraint c; alter table t add constraint c check (a > 1) no inherit;
-- case: check not valid, then valid
-- base
create table t (a int); alter table t add constraint c check (a > 0) not valid;
-- change
alter table t validate constraint c;
-- case: foreign key deferred
-- base
create table a (id int primary key); create table b (a int constraint fk references a);
-- change
alter table b alter constraint fk deferrable initially deferred;
-- case: foreign key action
-- base
create table a (id int primary key); create table b (a int constraint fk references a);
-- change
alter table b drop constraint fk; alter table b add constraint fk foreign key (a) references a on delete set null;
-- case: exclusion
-- change
create table t (during tsrange, constraint x exclude using gist (during with &&) where (not isempty(during)));
-- case: comment on a constraint
-- base
create table t (a int constraint c check (a > 0));
-- change
comment on constraint c on t is 'why';
-- case: unique column dropped
-- base
create table t (a int unique, b int, unique (a, b));
-- change
alter table t drop column a;
-- case: constraint becomes an index
-- base
create table t (a int constraint u unique);
-- change
alter table t drop constraint u; create unique index u on t (a) where a > 0;
-- case: index storage of a constraint
-- base
create table t (a int);
-- change
alter table t add constraint u unique (a) with (fillfactor = 60);
-- case: clustered on a constraint
-- base
create table t (a int constraint u unique);
-- change
alter table t cluster on u;
-- case: a NOT NULL takes the name of another column's
-- base
create table t (z int constraint t_a_not_null not null, a int constraint t_a_not_null1 not null);
-- change
alter table t rename constraint t_a_not_null to t_z_not_null; alter table t rename constraint t_a_not_null1 to t_a_not_null;
-- case: NOT NULL that is not checked
-- base
create table t (a int);
-- change
alter table t add constraint t_a_not_null not null a not valid;
-- case: NOT NULL that gets checked
-- base
create table t (a int); alter table t add constraint n not null a not valid;
-- change
alter table t validate constraint n;
-- case: new table with a NOT NULL that is not checked
-- change
create table t (a int, b int); alter table t add constraint t_a_not_null not null a not valid;
-- case: keys that are equal
-- change
create table t (a int not null primary key, b int); alter table t add constraint u unique (a); alter table t add constraint v unique (b); alter table t add constraint w unique (b);
-- case: values of a varchar
-- base
create table t (s varchar(20) not null);
-- change
alter table t add check (s in ('x', 'y, ''z'''));
-- case: BETWEEN and more
-- base
create table t (a int, b int, "Ça" int);
-- change
alter table t add check (b between 0 and 10 and a >= 0); alter table t add check ("Ça" not between a and b + 1 or a is null); alter table t add check ((a, b) = (1, 2) and "Ça" > 0);
-- case: rows that are distinct
-- base
create table t (a int, b int, c int);
-- change
alter table t add check ((a, b, c) is distinct from (1, 2, 3)); alter table t add check ((a, b) <> (1, 2) or c between 1 and 2 or a = 0);
-- case: lists that name columns, and more
-- base
create table t (a int, b int, c boolean);
-- change
alter table t add check (a in (b, 3) or c); alter table t add check ((a, b) in ((1, 2), (3, 4)) or c or a = 9); alter table t add check (a not in (b, 3) and c); alter table t add check (a between symmetric b and 2 or c);
-- case: a CHECK that calls a function of the row
-- base
create table t (a int); create function f(x t) returns int language sql immutable as 'select 1'; alter table t add check (f(t) >= 0);
-- change
drop table t cascade;
-- case: tables with checks that are not valid
-- base
create table m (a int);
-- change
create table t (a int, b int constraint ok check (b > 0)); insert into t values (1, 1); alter table t add constraint c check (a > 5) not valid; alter table t add constraint d check (b > 5) no inherit not valid;
create table u () inherits (t); alter table u add constraint e check (b > 5) not valid;
-- case: partitions of which one was made after a check that is not valid
-- base
create table m (a int);
-- change
create table p (a int) partition by list (a); create table p1 partition of p for values in (1); alter table p add constraint pc check (a > 5) not valid;
create table p2 partition of p for values in (2) partition by list (a); alter table p2 add constraint p2c check (a > 7) not valid;
-- case: check of parent and child validated
-- base
create table t (a int); alter table t add constraint c check (a > 5) not valid; create table u () inherits (t); alter table t add constraint d check (a > 6) not valid;
-- change
alter table t validate constraint c;
-- case: table made like another keeps the names of its NOT NULL
-- base
create table k (a int);
-- change
create table job (id int not null, n int not null generated always as identity); create table archive (like job); alter table archive add x text not null;
-- case: rows in rows
-- base
create table t (a int, b int, c int, d int, e int);
-- change
alter table t add check (((a, b), (c, d), e) is distinct from ((1, 2), (3, 4), 5)); alter table t add check (((a, b), c) = ((1, 2), 3) or ((a, b), c) <> ((c, d), 4)); alter table t add check (((a, (b, c)), d) < ((1, (2, 3)), 4)); create view v as select a from t where ((a, b), c) is not distinct from ((1, 2), 3); create index i on t (a) where ((a, b), c) <> ((1, 2), 3);
-- case: comment on the index of a constraint
-- base
create table t (a int primary key, b int constraint u unique); comment on index u is 'by hand';
-- change
comment on index t_pkey is 'it''s the key'; comment on index u is null;
-- case: key whose index has a comment
-- change
create table t (a int primary key); comment on index t_pkey is 'x'; comment on constraint t_pkey on t is 'y';
-- case: comments on NOT NULL
-- base
create table t (a int not null, b int constraint "B x" not null, c int, d int not null, e int primary key);
-- change
comment on constraint t_a_not_null on t is 'l''a'; comment on constraint "B x" on t is 'b'; alter table t alter c set not null; comment on constraint t_c_not_null on t is 'c'; alter table t add f int not null; comment on constraint t_f_not_null on t is 'f'; comment on constraint t_e_not_null on t is 'e';
-- case: comments on NOT NULL of a new table and its partitions
-- change
create table t (a int not null, b int generated always as identity) partition by range (a); create table t1 partition of t for values from (1) to (2); comment on constraint t_a_not_null on t is 'a'; comment on constraint t_a_not_null on t1 is 'a1'; comment on constraint t_b_not_null on t is 'b'; create table u (x int constraint n not null no inherit); comment on constraint n on u is 'n';
-- case: commented NOT NULL changes
-- base
create table t (a int not null, b int not null, c int constraint x not null no inherit, d int not null); comment on constraint t_a_not_null on t is 'a'; comment on constraint t_b_not_null on t is 'b'; comment on constraint x on t is 'c'; comment on constraint t_d_not_null on t is 'd';
-- change
alter table t rename constraint t_a_not_null to n; comment on constraint t_b_not_null on t is null; alter table t alter c drop not null; alter table t alter c set not null; comment on constraint t_c_not_null on t is 'c'; alter table t alter d drop not null;
