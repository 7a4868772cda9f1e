-- with options
create foreign table public.csv_import (ligne text) server fichiers options (filename '/tmp/x.csv');
