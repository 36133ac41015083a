"""Is this installation well: one small check a promise, each with what mends it."""
