"""What travels through the broker: the contract of a message, many at once as blocks, and the broker's address."""
