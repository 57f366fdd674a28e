"""Celery tasks, each one call into a service, and the Celery application that runs them.

The broker carries job ids, never bytes. No Flask here.
"""
