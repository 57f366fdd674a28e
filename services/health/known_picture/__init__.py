"""The known-picture check: a picture with known text goes through the queue to a real worker."""
