"""Counters, Prometheus metrics and traces."""
