"""The web server: gunicorn worker, thread pool, connection counts, and the event loop for waiting connections.

It knows the application only through `hooks.py` and the WSGI environ (`utils/environ_keys.py`).
"""
