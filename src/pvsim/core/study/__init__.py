"""A study: many runs that differ in some parameters, and what they come to beside each other."""
