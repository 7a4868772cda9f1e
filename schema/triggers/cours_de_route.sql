-- The engine closes a trip as the owner, which row security does not apply to.
create trigger trg_cours_de_route_guard_statut
    before update on public.cours_de_route
    for each row
    when (old.statut is distinct from new.statut and row_security_active('public.cours_de_route'))
    execute function app.guard_cours_de_route_statut();

create trigger trg_cours_de_route_prepare
    before insert or update on public.cours_de_route
    for each row execute function app.prepare_cours_de_route();
