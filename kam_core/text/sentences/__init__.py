"""What a picture or a table shows, in a sentence with the number in it."""
