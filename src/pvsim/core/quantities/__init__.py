"""What everything is counted in: types and units, seconds and days, months, text of numbers, seeded noise."""
