-- a table that no revision here creates was there before
-- upgrade 0001
alter table legacy.notes enable row level security;
