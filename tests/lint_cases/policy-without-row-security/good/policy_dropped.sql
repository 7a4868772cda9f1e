-- not found: no policy is left, and the schema is not exposed
create schema compta;
create table compta.ecritures (id uuid primary key, agent_id uuid);
create policy lecture on compta.ecritures for select to authenticated using (agent_id = (select auth.uid()));
drop policy lecture on compta.ecritures;
