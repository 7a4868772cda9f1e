-- casts and slices have colons too
create table app.mesures (valeurs integer[]);
create view app.premieres with (security_invoker = true) as
select m.valeurs[1:2] as deux, '1'::integer as un from app.mesures m;
