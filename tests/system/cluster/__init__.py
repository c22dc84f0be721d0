"""Several nodes and NATS, with real clients."""
