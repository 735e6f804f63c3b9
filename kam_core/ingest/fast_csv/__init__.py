"""The fast path for large CSV files."""
