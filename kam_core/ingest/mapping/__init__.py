"""What the columns and words of a file mean."""
