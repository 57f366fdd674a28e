"""The structure of a page: what its lines belong to."""
