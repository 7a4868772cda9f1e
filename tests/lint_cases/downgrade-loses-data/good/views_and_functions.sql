-- what holds no rows of its own
-- upgrade 0001
create view app.v with (security_invoker = true) as select 1 as un;
-- downgrade 0001
drop view app.v;
drop schema app;
drop type if exists app.etat;
