"""What must hold while things break: `python -m stress.chaos`, which is `make chaos`; `make test` has a short form."""
