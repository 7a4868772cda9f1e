-- no such statement
create tabel app.depots (id uuid);
