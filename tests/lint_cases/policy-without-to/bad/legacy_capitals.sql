-- found: no command and no role: for everything and for everybody
CREATE POLICY "Depot_Scope" ON "Stocks"
  USING ("depotId" = (SELECT "app"."user_depot_id"()));
