"""Starts servers, loads them, measures them, compares them."""
