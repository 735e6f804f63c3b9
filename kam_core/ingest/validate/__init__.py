"""Text cells to typed values, and every problem of every row."""
