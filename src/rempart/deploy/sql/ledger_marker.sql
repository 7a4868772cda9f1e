select environment, database::text from rempart.environment_marker
