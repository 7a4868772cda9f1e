-- found: in a schema that is not exposed too: the policies say that they are wanted
create schema compta;
create table compta.ecritures (id uuid primary key, agent_id uuid);
create policy lecture on compta.ecritures for select to authenticated using (agent_id = (select auth.uid()));
