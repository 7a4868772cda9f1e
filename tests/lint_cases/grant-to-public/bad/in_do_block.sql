-- a DO block runs too
do $$ begin grant select on table public.depots to public; end $$;
