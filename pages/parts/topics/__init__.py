"""The parts of the topic pages."""
