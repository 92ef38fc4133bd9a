"""The work: scanning, watching, indexing, searching."""
