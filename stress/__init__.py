"""Load and chaos runs of the whole service: `python -m stress load PART`, `python -m stress chaos`.

The service runs as in production: gunicorn, a Celery worker and a Redis with an append-only file, as processes of this
machine on free ports of 127.0.0.1. The clients run beside it on the same cores.
"""
