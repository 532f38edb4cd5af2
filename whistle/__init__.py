"""Whistle: a secure, anonymous whistleblowing system whose server keeps only what it cannot read."""
