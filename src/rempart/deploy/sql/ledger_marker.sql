select environment, database::text, marked_at from rempart.environment_marker
