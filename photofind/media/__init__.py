"""Files in, pixels and facts out."""
