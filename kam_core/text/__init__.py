"""Words, formats and sentences in both languages."""
