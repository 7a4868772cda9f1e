-- found: ONLY, IF EXISTS and no schema change nothing
ALTER TABLE IF EXISTS ONLY "Depots" DISABLE ROW LEVEL SECURITY;
