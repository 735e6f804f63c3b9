"""Cards, figures, tables and sentences on a page."""
