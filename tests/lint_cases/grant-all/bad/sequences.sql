-- ALL on sequences
grant all on all sequences in schema public to authenticated;
