-- case and quotes change nothing
GRANT SELECT ON "Rapports"."Ventes Jour" TO PUBLIC;
