"""Seals and opens: the only room that knows the sealed format, without clock, files, network or settings."""
