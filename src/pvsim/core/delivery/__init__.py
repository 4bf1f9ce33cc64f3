"""Exactly once: what becomes of each message, what is accounted for, and where to go on after a crash."""
