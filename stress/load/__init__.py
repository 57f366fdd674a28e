"""``python -m bench load throughput|probes|connections``: how much the whole service takes, over its front door.

The service is started for it as production runs it: gunicorn's processes, a Celery worker, a Redis with its append-only
file, on this machine and on ports of loopback that are free. Requests come from ``wrk``, beside it on the same cores.
"""
