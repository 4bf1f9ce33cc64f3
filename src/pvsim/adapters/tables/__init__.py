"""Tables that people have: measured meters, PV plants and weather, as text in many dialects."""
