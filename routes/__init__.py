"""URLs, methods, schemas and guards; a view is one call into a controller."""
