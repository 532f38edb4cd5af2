"""The doors: each view parses a request, makes one call, and renders."""
