"""Tables in, tables out: what everybody knows of records, numbers, periods, areas and words."""
