"""Rotated and skewed pages: gain and cost of turning pages upright. Run with ``python -m bench orientation``."""
