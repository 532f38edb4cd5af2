"""What the server keeps: sealed bytes, days and counts, and the commands that change them."""
