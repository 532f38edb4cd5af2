"""What law and policy demand, as data and pure functions: the moment of asking is always an argument."""
