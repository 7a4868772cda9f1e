-- not found: temporary tables live in a session
create temporary table invoices_import (id uuid, amount numeric);
create temp table public_totals as select 1 as total;
