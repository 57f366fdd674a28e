"""What every request passes through: ids, logs, limits, keys, errors, headers. No domain logic."""
