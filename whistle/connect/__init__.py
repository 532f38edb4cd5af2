"""Asks a company's own systems for one person's data: knows no case, no key and no page."""
