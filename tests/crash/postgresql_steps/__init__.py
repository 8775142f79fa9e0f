"""Django's engine for SQLite, where every commit is a step."""
