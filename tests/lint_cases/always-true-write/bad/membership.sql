-- found: the role is one the gateway can become
create role redacteur nologin;
grant redacteur to authenticator;
create policy stocks_delete on public.stocks for delete to redacteur using (true);
