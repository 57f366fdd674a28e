"""Load and chaos runs against the real service; `stress.harness` starts its processes (the tests use it, too)."""
