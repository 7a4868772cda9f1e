-- not found: not exposed, and it never had row security
create schema compta;
create table compta.brouillons (id uuid primary key);
alter table compta.brouillons disable row level security;
