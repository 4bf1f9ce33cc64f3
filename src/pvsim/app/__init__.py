"""Use cases: async functions that take their ports as arguments."""
