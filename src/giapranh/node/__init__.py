"""One node on one machine: its folder, its settings file, its secrets, and the PostgreSQL that comes with it."""
