"""How well the bands of answers hold, on photos whose labels are known."""
