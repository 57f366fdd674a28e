"""Health: readiness, worker liveness, the full report, and the known-picture check."""
