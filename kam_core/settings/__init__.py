"""Settings files and how they are read."""
