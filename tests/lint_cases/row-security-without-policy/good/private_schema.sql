-- not found: not exposed; row security without policies is a second lock
create schema vaults;
create table vaults.keys (id uuid primary key);
alter table vaults.keys enable row level security;
