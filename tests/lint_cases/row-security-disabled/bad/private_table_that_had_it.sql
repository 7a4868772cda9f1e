-- found: not exposed, but it had row security until now
create schema compta;
create table compta.ecritures (id uuid primary key);
alter table compta.ecritures enable row level security;
alter table compta.ecritures disable row level security;
