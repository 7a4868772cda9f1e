-- Privileges, attributes and member in one statement.
create role boss bypassrls role authenticated;
