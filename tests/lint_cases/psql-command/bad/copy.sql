-- \copy reads a file of the machine psql runs on
create table app.depots (nom text);
\copy app.depots from 'depots.csv' csv
