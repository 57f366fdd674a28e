"""URLs, methods, schemas and limits. Each view is one call into a controller."""
