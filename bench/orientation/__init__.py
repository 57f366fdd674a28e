"""Pages that lie, and skewed ones: what righting them costs and buys. Run by ``python -m bench orientation``."""
