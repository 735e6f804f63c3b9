"""Quarantined rows on their way back."""
