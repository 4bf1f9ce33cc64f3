"""AMQP 0-9-1 as a client of RabbitMQ speaks it: frames, one connection, deliveries as columns of an array."""
