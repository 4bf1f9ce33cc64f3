"""What a site is, as plain data, and what can be wrong with it."""
