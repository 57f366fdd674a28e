"""The web server: gunicorn worker, thread pool, connection counts, and the event loop that holds waiting connections."""
