"""`python -m stress chaos`: what must hold while things break. tests/integration/test_chaos.py has a short form."""
