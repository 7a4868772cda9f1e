-- The number that a server got when it was made; a copy of its files has it too.
select c.system_identifier::text from pg_catalog.pg_control_system() c
