"""The way from one schema to the next, on both databases."""
