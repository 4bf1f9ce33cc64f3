"""What several adapters need: sockets to brokers, files that are safe, manifests, files of settings."""
