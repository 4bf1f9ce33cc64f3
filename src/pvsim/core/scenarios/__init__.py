"""Golden scenarios: named situations with the figures that they must come to, and what differs from these."""
