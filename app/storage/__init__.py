"""PostgreSQL: our own or a given one, its pool, its schema, its backups."""
