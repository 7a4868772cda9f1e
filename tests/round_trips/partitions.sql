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
