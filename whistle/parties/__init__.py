"""The people who hold keys; the only room in which readable text exists, and only while a request lasts."""
