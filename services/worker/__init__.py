"""The worker: takes units from the queue, reads their pages, ends jobs, and recovers from failures."""
