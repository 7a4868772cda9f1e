insert into rempart.environment_marker (environment) values (%(environment)s) on conflict do nothing
