"""What must hold while things break: `python -m tests.chaos`, which is `make chaos`; `make test` has a short form."""
