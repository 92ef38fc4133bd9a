"""The doctor: looks at each part of a library, says in words what is wrong, and mends what can be mended."""
