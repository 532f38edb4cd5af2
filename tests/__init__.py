"""The suite: closed to the network, deaf to the real clock, and strict about warnings."""
