"""Jobs: their record, their units of work, and everything that changes their state."""
