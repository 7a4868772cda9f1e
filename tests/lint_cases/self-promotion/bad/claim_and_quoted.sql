-- found: the user is told by a claim, the names are quoted
CREATE TABLE public."Users" ("Id" uuid PRIMARY KEY, "displayName" text, "isAdmin" boolean);
ALTER TABLE public."Users" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Edit self" ON public."Users" FOR UPDATE TO authenticated
  USING ("Id"::text = (SELECT auth.jwt() ->> 'sub'));
