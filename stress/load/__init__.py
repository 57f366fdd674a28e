"""`python -m stress load PART`: how much the whole service handles."""
