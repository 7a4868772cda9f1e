-- The policy of prises_de_hauteur as production writes such policies: the functions stand bare.
alter policy prises_de_hauteur_select_cadres_or_depot on public.prises_de_hauteur
    using (
        app.user_role() in ('admin', 'directeur', 'gerant', 'pca')
        or exists (
            select from public.citernes c
            where c.id = prises_de_hauteur.citerne_id and c.depot_id = app.user_depot_id())
    );
