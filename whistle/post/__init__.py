"""Letters that say nothing, and the line over which they go to a mail server."""
