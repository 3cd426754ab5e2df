"""Statistics: indicators from observations; windows, rates, trends and peers; no file, no page."""
