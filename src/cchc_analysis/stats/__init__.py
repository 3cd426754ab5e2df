"""Statistics: windows, rates, trends and peers. Numbers in, numbers out; no file and no page."""
