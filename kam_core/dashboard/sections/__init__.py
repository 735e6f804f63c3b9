"""What each part of a page or a pack says, composed once."""
