"""Resubmitted rows: quarantined rows that come back corrected."""
