"""Who may do what at a broker: roles, and what RabbitMQ has to be told of them."""
