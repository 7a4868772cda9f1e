-- a sequence
grant usage, select on sequence public.depots_id_seq to "anon";
