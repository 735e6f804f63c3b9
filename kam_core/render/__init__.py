"""Dashboard values and answers as files, charts and terminal text."""
