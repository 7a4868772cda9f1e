-- found: PUBLIC is a word, whatever its case
CREATE POLICY "Notes: read" ON public."Notes" AS PERMISSIVE FOR SELECT TO PUBLIC
  USING ("authorId" = (SELECT auth.uid()));
