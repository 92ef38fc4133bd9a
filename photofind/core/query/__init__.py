"""The language of the search box: one text, several kinds of parts."""
