-- found: quoted names, and a cast on one side
CREATE POLICY "Team docs" ON public."Docs" FOR UPDATE TO authenticated USING (
  EXISTS (SELECT 1 FROM public."Members" AS m WHERE m."teamId"::text = "teamId"::text AND m."userId" = (SELECT auth.uid()))
);
