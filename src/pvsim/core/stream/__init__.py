"""RabbitMQ's stream protocol, without its socket: frames, chunks, a connection, a new stream's leader."""
