-- found: without a schema it is created in public
CREATE TABLE IF NOT EXISTS "Invoices" ("Id" serial PRIMARY KEY, "Amount" numeric);
-- the sequence of the column is no table
