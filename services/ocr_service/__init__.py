"""One uploaded document as pages: decode or render a page, read it, return its result."""
