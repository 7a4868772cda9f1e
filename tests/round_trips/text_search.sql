-- case: dictionary and configuration created
-- change
create text search dictionary racines (template = snowball, language = french, stopwords = french); comment on text search dictionary racines is 'racines'; create text search configuration fr (copy = french); alter text search configuration fr alter mapping for word, asciiword with racines, simple; alter text search configuration fr owner to r1; comment on text search configuration fr is 'fr';
-- case: names that need quotes
-- base
create schema "Dépôt";
-- change
create text search dictionary "Dépôt"."Mots, sûrs" (template = pg_catalog.simple, accept = false, stopwords = english); create text search configuration "Dépôt"."Fr-1" (parser = "default"); alter text search configuration "Dépôt"."Fr-1" add mapping for word, "int", version with "Dépôt"."Mots, sûrs", simple; comment on text search configuration "Dépôt"."Fr-1" is 'd''ici';
-- case: options of a dictionary
-- base
create text search dictionary d (template = simple, stopwords = french, accept = false); create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with d;
-- change
alter text search dictionary d (stopwords = english);
-- case: option of a dictionary added and removed
-- base
create text search dictionary d (template = simple, accept = true); create text search dictionary e (template = simple, stopwords = french, accept = false);
-- change
alter text search dictionary d (stopwords = french); alter text search dictionary e (stopwords, accept); alter text search dictionary d owner to r1;
-- case: mapping added, changed and dropped
-- base
create text search configuration c (copy = english);
-- change
alter text search configuration c drop mapping for host, url, email; alter text search configuration c alter mapping for word, hword with simple, english_stem; alter text search configuration c drop mapping for "int"; comment on text search configuration c is 'c';
-- case: mapping by position
-- base
create text search configuration c (parser = "default"); alter text search configuration c add mapping for word with simple, french_stem;
-- change
alter text search configuration c alter mapping for word with french_stem, simple; alter text search configuration c add mapping for url, host with simple;
-- case: dictionary of a configuration renamed
-- base
create text search dictionary d (template = simple); create text search configuration c (copy = simple); alter text search configuration c alter mapping replace simple with d;
-- change
alter text search dictionary d rename to e;
-- case: template of a dictionary in use
-- base
create text search dictionary d (template = simple); create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with d; create table t (a text); create index i on t using gin (to_tsvector('c', a)); create view v as select to_tsvector('public.c', a) as m from t; grant select on v to r1;
-- change
drop view v; drop index i; drop text search configuration c; drop text search dictionary d; create text search dictionary d (template = snowball, language = french); create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with d; create index i on t using gin (to_tsvector('c', a)); create view v as select to_tsvector('public.c', a) as m from t; grant select on v to r1;
-- case: index on a configuration
-- base
create table t (a text); insert into t values ('les camions');
-- change
create text search configuration fr (copy = french); create index i on t using gin (to_tsvector('public.fr', a)); create policy p on t using (to_tsvector('fr', a) @@ to_tsquery('fr', 'camion')); alter table t enable row level security;
-- case: index moves to another configuration
-- base
create table t (a text); create text search configuration fr (copy = french); create index i on t using gin (to_tsvector('fr', a));
-- change
alter text search configuration fr rename to francais;
-- case: generated column on a configuration
-- base
create table t (a text);
-- change
create text search configuration "Fr" (copy = french); alter table t add m tsvector generated always as (to_tsvector('"Fr"', coalesce(a, ''))) stored; create index i on t using gin (m);
-- case: generated column, its configuration made again
-- base
create text search dictionary d (template = simple); create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with d; create table t (a text, m tsvector generated always as (to_tsvector('c', a)) stored, z int); create index i on t using gin (m); insert into t values ('mots', default, 1);
-- change
drop table t; drop text search configuration c; drop text search dictionary d; create text search dictionary d (template = snowball, language = french); create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with d; create table t (a text, m tsvector generated always as (to_tsvector('c', a)) stored, z int); create index i on t using gin (m);
-- case: function with a default configuration
-- change
create text search configuration fr (copy = french); create function cherche(q text, c regconfig default 'public.fr') returns tsquery language sql stable as 'select websearch_to_tsquery(c, q)'; create function lexeme(d regdictionary default 'french_stem') returns text language sql as 'select $1::text';
-- case: function in standard SQL on a configuration
-- base
create text search configuration fr (copy = french); create function f(a text) returns tsvector language sql stable return to_tsvector('fr', a);
-- change
drop function f(text); drop text search configuration fr; create text search configuration en (copy = english); create function f(a text) returns tsvector language sql stable return to_tsvector('en', a);
-- case: column whose default is a configuration that is made again
-- base
create text search dictionary d (template = simple); create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with d; create table t (a text, c regconfig default 'public.c', d regdictionary default 'd', n int);
-- change
alter table t alter c drop default, alter d drop default; drop text search configuration c; drop text search dictionary d; create text search dictionary d (template = ispell, dictfile = ispell_sample, afffile = ispell_sample); create text search configuration c (copy = simple); alter text search configuration c alter mapping for word with d; alter table t alter c set default 'public.c', alter d set default 'd';
-- case: trigger that names a configuration in a text
-- base
create table t (a text, m tsvector);
-- change
create text search configuration fr (copy = french); create trigger g before insert or update on t for each row execute function tsvector_update_trigger(m, 'public.fr', a);
-- case: check, statistics and materialized view on a configuration
-- base
create text search configuration fr (copy = french);
-- change
create table t (a text, b text, constraint k check (to_tsvector('fr', a) @@ 'x'::tsquery)); create statistics s on (to_tsvector('fr', a)), b from t; create materialized view m as select to_tsvector('fr', a) as v from t; create index im on m using gin (v);
-- case: schema with text search goes
-- base
create schema s; create text search dictionary s.d (template = simple); create text search configuration s.c (copy = simple); alter text search configuration s.c alter mapping for word with s.d;
-- change
drop schema s cascade;
