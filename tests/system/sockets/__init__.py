"""Clients that are slow, rude, broken or gone, against rookery-echo."""
