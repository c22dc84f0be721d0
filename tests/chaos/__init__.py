"""Faults under load: what a receipt promises holds through them."""
