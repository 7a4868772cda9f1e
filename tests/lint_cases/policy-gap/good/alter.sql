-- altered in place
alter policy lecture on public.depots using (nom is not null);
