"""Rooms whose logs are in a file."""
