"""Metrics and queries: catalogue, periods, day cache, scorecard, targets, change."""
