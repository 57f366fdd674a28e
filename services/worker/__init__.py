"""The worker side: takes units, reads pages, ends jobs, and recovers from failures."""
