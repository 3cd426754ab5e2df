"""Documents into plain lines: formats, encodings, limits.

Comes in as a file of a report; goes out as a ``Document``: lines of text and table rows, notes
marked. Nothing here knows what a report says.

- ``lines``: what a document is once opened
- ``office``, ``web``, ``pdf``: the formats
- ``guard``: opening in a process of its own, with limits of time and memory
- ``persons``: names and addresses that are not stored
"""

from cchc_analysis.read.documents.guard import open_document
from cchc_analysis.read.documents.lines import Cell, Document, Line, read_lines
from cchc_analysis.read.documents.persons import mask_persons

__all__ = ["Cell", "Document", "Line", "mask_persons", "open_document", "read_lines"]
