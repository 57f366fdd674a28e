"""What every request passes: ids, logs, limits, errors, headers. No domain here."""
