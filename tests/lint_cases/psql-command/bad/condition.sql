-- which branch runs is not known
\if :with_app
create schema app;
\endif
