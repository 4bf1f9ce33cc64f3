"""What a service tells others of its rows: samples as messages, counters, topics, discovery."""
