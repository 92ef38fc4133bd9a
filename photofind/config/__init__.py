"""Where things lie, what the user chose, what is logged."""
