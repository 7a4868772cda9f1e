-- The tool's own objects: the version table and the record of what was closed.
create schema if not exists rempart;
revoke all on schema rempart from public, anon, authenticated, service_role;
