-- suppressions cannot be suppressed
-- rempart: allow suppression-unused: never mind
create schema app;
