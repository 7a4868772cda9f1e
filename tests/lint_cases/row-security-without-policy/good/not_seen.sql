-- not found: the table was created elsewhere, and its policies may be there too
alter table public.orders enable row level security;
