"""What a site can do with its power: the battery, and the balance with the grid in each second."""
