"""The server: takes any WSGI application and keeps it answering while slow, large or hostile clients wait."""
