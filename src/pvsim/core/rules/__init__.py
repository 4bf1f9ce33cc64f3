"""What the law of a country says of PV plants and grid connections, as data with dates."""
