"""A mapping file begun for a person to finish: every heading of a file, and what it may be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.clean import nearest_names, slug_text
from cchc_analysis.panels.cells import open_sheet
from cchc_analysis.panels.headings import find_head
from cchc_analysis.panels.mapping import PanelMapping
from cchc_analysis.panels.vocabulary import Vocabulary

if TYPE_CHECKING:
    from cchc_analysis.reference import Reference


def draft_mapping(file: Path, reference: Reference, sheet: str = "") -> str:
    """Begin a mapping file for a table.

    Headings that are known are written down; each of the others stands under ``ignore`` with the
    nearest known names beside it, for a person to move to ``columns`` or ``values``.

    Args:
        file: The table.
        reference: Whose labels are known.
        sheet: The worksheet, where there are several.

    Returns:
        YAML text.

    Raises:
        ReportError: The file cannot be read.
    """
    mapping = PanelMapping(sheet=sheet)
    opened = open_sheet(file, sheet)
    known = Vocabulary(mapping, reference)
    names = [name for name in find_head(opened, mapping, reference).names if name]
    fields = {name: field for name in names if (field := known.match_field(name))}
    values = {
        name: value.indicator
        for name in names
        if name not in fields and (value := known.match_value(name)) is not None
    }
    rest = [name for name in names if name not in fields and name not in values]
    return "\n".join(
        [
            f"panel: {slug_text(file.stem).replace('-', '_')}",
            *([f"sheet: {_quote(sheet)}"] if sheet else []),
            "columns:",
            *(f"  {field}: {_quote(name)}" for name, field in fields.items()),
            "values:",
            *(f"  {_quote(name)}: {indicator}" for name, indicator in values.items()),
            "ignore:",
            *(f"  - {_quote(name)}{_suggest(name, known)}" for name in rest),
            "constants: {}",
            "sources:",
            "  - source_id: ",
            "    publisher: ",
            "    title: ",
            "    url: ",
            "    licence: ",
            "",
        ]
    )


def _suggest(name: str, known: Vocabulary) -> str:
    near = nearest_names(name, known.list_names())
    return f"  # nearest known: {', '.join(near)}" if near and not known.is_ignored(name) else ""


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
