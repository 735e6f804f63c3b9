"""The parts of the page that opens one figure."""
