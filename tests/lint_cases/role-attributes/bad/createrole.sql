-- may make roles
alter role authenticated createrole;
