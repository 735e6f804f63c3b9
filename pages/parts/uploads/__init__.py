"""The parts of the page of uploads."""
