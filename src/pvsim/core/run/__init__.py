"""One run: which meters, which seconds, and how its rows are numbered."""
