"""Makes copies of files that no longer say who made them, where or when; knows nothing of cases or keys."""
