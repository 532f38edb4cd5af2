"""The figures the program must keep, measured from outside a real server: `python -m tests.bench`."""
