-- How many rows break a condition, and some of them.
with broken as materialized (
    select d.{key} as shown from ({rows}) d where {condition}
)
select
    (select pg_catalog.count(*) from broken b),
    array(select b.shown from broken b order by b.shown limit {examples})
