"""Who is looking at what: viewer, filters, address, kept choices, cache."""
