-- case: partitioned table
-- change
create table p (id int, jour date not null, v text default 'x', primary key (id, jour)) partition by range (jour);
create table p1 partition of p for values from ('2026-01-01') to ('2026-02-01'); create table pd partition of p default; create index i on p (v); alter table p enable row level security; create policy pol on p for select to r1 using (id > 0);
-- case: partition added
-- base
create table p (id int primary key, v text) partition by range (id); create table p1 partition of p for values from (0) to (10); create index i on p (v);
-- change
create table p2 partition of p for values from (10) to (20); alter table p2 alter v set default 'z';
-- case: partition detached
-- base
create table p (id int, v text) partition by range (id); create table p1 partition of p for values from (0) to (10);
-- change
alter table p detach partition p1;
-- case: partition dropped
-- base
create table p (id int, v text check (v <> '')) partition by list (v); create table p1 partition of p for values in ('a', 'b'); create table p2 partition of p for values in ('c');
-- change
drop table p2;
-- case: column added to a partitioned table
-- base
create table p (id int) partition by hash (id); create table p1 partition of p for values with (modulus 2, remainder 0); create table p2 partition of p for values with (modulus 2, remainder 1);
-- change
alter table p add v text not null default 'q'; alter table p add constraint c check (id > 0);
-- case: foreign key of a partitioned table
-- base
create table a (id int primary key); create table p (id int, a int) partition by range (id); create table p1 partition of p for values from (0) to (10);
-- change
alter table p add foreign key (a) references a;
-- case: sub-partitions
-- change
create table p (id int, j int) partition by range (id); create table p1 partition of p for values from (0) to (10) partition by list (j); create table p11 partition of p1 for values in (1);
-- case: trigger of a partitioned table
-- base
create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (10); create function f() returns trigger language plpgsql as 'begin return new; end';
-- change
create trigger g before insert on p for each row execute function f();
-- case: bounds moved
-- base
create table t (a int) partition by range (a); create table t1 partition of t for values from (1) to (10); create table t2 partition of t for values from (10) to (20);
-- change
alter table t detach partition t1; alter table t detach partition t2; alter table t attach partition t1 for values from (1) to (15); alter table t attach partition t2 for values from (15) to (20);
-- case: trigger disabled on one partition
-- base
create table t (a int) partition by list (a); create table t1 partition of t for values in (1); create trigger x before update on t for each row execute function suppress_redundant_updates_trigger();
-- change
alter table t1 disable trigger x;
-- case: default of the parent alone
-- base
create table m (a int, q int default 1) partition by range (a); create table p partition of m (q default 7) for values from (1) to (2); create table r partition of m for values from (2) to (3);
-- change
alter table only m alter q set default 2;
-- case: default of the parent alone goes
-- base
create table m (a int, q int default 1) partition by range (a); create table p partition of m (q default 7) for values from (1) to (2);
-- change
alter table only m alter q drop default;
-- case: type of a column whose partitions have defaults of their own
-- base
create table m (a int, q int default 1) partition by range (a); create table p partition of m (q default 7) for values from (1) to (2);
-- change
alter table m alter q type bigint;
-- case: NOT NULL of a new partition alone
-- base
create table m (a int, n text) partition by list (a);
-- change
create table p partition of m (n not null) for values in (1);
-- case: a table attached whose NOT NULL gets the parent's name
-- base
create table m (a int not null, b int not null) partition by range (a); create table p (a int not null, b int constraint own not null);
-- change
drop table p; create table p partition of m for values from (1) to (2);
-- case: partitioned by a column that the parent gets
-- base
create table p (r text) partition by list (r);
-- change
alter table p add d date; create table p1 partition of p for values in ('eu') partition by range (d);
-- case: trigger of the parent goes while a partition has it switched off
-- base
create function f() returns trigger language plpgsql as 'begin return new; end'; create table m (a int) partition by list (a); create table m1 partition of m for values in (1); create trigger x before insert on m for each row execute function f(); alter table m1 disable trigger x;
-- change
drop trigger x on m;
-- case: trigger of the parent replaced while partitions have it otherwise
-- base
create function f() returns trigger language plpgsql as 'begin return new; end'; create table m (a int) partition by list (a); create table m1 partition of m for values in (1); create table m2 partition of m for values in (2) partition by list (a); create table m21 partition of m2 for values in (2); create trigger x before insert on m for each row execute function f(); alter table m1 disable trigger x; alter table m21 enable always trigger x;
-- change
create or replace trigger x before insert or update on m for each row execute function f(); alter table m1 disable trigger x; alter table m21 enable always trigger x;
-- case: constraint trigger of the parent replaced while a partition has it switched off
-- base
create function f() returns trigger language plpgsql as 'begin return new; end'; create table m (a int) partition by list (a); create table m1 partition of m for values in (1); create constraint trigger x after insert on m for each row execute function f(); alter table m1 disable trigger x;
-- change
drop trigger x on m; create constraint trigger x after insert or update on m deferrable for each row execute function f(); alter table m1 disable trigger x;
-- case: index that takes in the key of a partition
-- base
create table m (a int, b int) partition by list (a); create table m1 partition of m for values in (1);
-- change
alter table m1 add primary key (a, b); create unique index mi on m (a, b); create table r (a int, b int, foreign key (a, b) references m1 (a, b));
-- case: partition whose NOT NULL has another name than its parent's
-- base
create table m (a int not null, b text constraint mb not null, c int) partition by list (a);
-- change
create table m1 partition of m (a constraint own not null, b not null, c not null) for values in (1) partition by list (c); create table m11 partition of m1 for values in (1);
-- case: partition with keys, indexes, a CHECK and a trigger of its parent's becomes a table
-- base
create function f() returns trigger language plpgsql as 'begin return new; end'; create table r (id int primary key); create table m (id int primary key, v text check (v <> ''), r int references r) partition by range (id); create index mi on m (v); create trigger x before insert on m for each row execute function f(); create table m1 partition of m for values from (1) to (9); create table m2 partition of m for values from (9) to (19);
-- change
alter table m detach partition m1;
-- case: partition becomes a table with other indexes, while the parent's changes
-- base
create table m (id int primary key, v text) partition by range (id); create index mi on m (v); create table m1 partition of m for values from (1) to (9);
-- change
alter table m detach partition m1; alter table m1 drop constraint m1_pkey; drop index m1_v_idx; create index other on m1 (v, id); drop index mi; create index mi on m (v desc);
-- case: partition stays and its table goes
-- base
create table m (id int primary key, v text) partition by range (id); create index mi on m (v); create table m1 partition of m for values from (1) to (9);
-- change
alter table m detach partition m1; drop table m;
-- case: table with partitions becomes a partition
-- base
create table m (id int, j int, v text) partition by range (id); create index mi on m (v); create table s (id int, j int, v text) partition by list (j); create table s1 partition of s for values in (1); create index s_v_idx on s (v);
-- change
alter table m attach partition s for values from (1) to (5);
