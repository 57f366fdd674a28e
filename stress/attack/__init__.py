"""Attacks on the running service: bombs, slow clients and floods, while honest clients are served and measured."""
