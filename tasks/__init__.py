"""Celery tasks, each one call into a service; and the Celery application they hang on.

The broker carries a job's id, never bytes. No Flask here.
"""
