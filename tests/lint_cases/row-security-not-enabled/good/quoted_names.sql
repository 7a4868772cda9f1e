-- not found: the same quoted table is meant
create table public."Invoices" ("Id" uuid primary key, "OwnerId" uuid);
alter table "public"."Invoices" enable row level security;
create policy "Owner" on "Invoices" for select to authenticated using ("OwnerId" = (select auth.uid()));
