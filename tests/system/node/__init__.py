"""A real node and real clients: what docs/protocol.md promises."""
