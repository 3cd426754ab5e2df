"""Documents into plain lines: formats, encodings, limits.

Comes in as a file of a report; goes out as a ``Document``: lines of text and table rows, notes
marked. Nothing here knows what a report says.

- ``lines``: opening one, in a process of its own with limits of time and memory; what it is then;
  names of persons that are not stored
- ``office`` (web pages too), ``pdf``: the formats
"""

from cchc_analysis.read.documents.lines import (
    Cell,
    Document,
    Line,
    mask_persons,
    open_document,
    read_lines,
)

__all__ = ["Cell", "Document", "Line", "mask_persons", "open_document", "read_lines"]
