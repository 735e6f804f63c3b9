"""The HTML page of an executive pack."""
