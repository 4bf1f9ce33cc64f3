"""Joins ports and adapters; nothing else does."""
