"""What meters read: simple load models and a building."""
