-- with the owner's rights
-- also: view-without-security-invoker
create view public.comptes as select id, email from auth.users;
