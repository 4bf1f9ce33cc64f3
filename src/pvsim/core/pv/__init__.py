"""Sources of PV power: the brief's curve, physical plants, and the plant that fits a measured curve."""
