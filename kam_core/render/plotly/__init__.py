"""Rows and words in, a plotly figure out."""
