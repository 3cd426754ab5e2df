"""Rows into HTML tables that a screen reader, a phone and a printer can follow.

Cells come in as text or as ``Markup``; text is escaped here. The first cell of a row is its head.
What the cells mean is for the caller to know. Rows are sequences, not frames: pandas turns
``Markup`` into plain text without a word, and it would then be escaped twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from markupsafe import Markup, escape

Cell = Markup | str
Group = tuple[Cell, Iterable[Sequence[Cell]]]

WIDE = 4
"""Columns from which a table may need to be scrolled on a phone, and so has to take the focus."""


def tabulate_rows(
    heads: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    caption: Cell,
    *,
    numbers: Collection[int] = (),
    kind: str = "",
) -> Markup:
    """A table with a caption, column heads and row heads.

    Args:
        heads: The heads of the columns.
        rows: As many cells each as there are heads.
        caption: What the table shows.
        numbers: Positions of the columns to set flush right.
        kind: A class for the style sheet.
    """
    return tabulate_groups(heads, [("", rows)], caption, numbers=numbers, kind=kind)


def tabulate_groups(
    heads: Sequence[Cell],
    groups: Iterable[Group],
    caption: Cell,
    *,
    numbers: Collection[int] = (),
    kind: str = "",
) -> Markup:
    """A table whose rows stand in groups, each with a head of its own.

    Args:
        heads: The heads of the columns.
        groups: Name and rows of each group; a group without a name has no head.
        caption: What the table shows.
        numbers: Positions of the columns to set flush right.
        kind: A class for the style sheet.
    """
    bodies = [_write_group(name, rows, len(heads)) for name, rows in groups]
    label = escape(caption).striptags()
    focus = Markup(' tabindex="0" role="region" aria-label="{}"').format(label)
    return Markup(
        '<div class="scroll"{}><table{}><caption>{}</caption><thead><tr>{}{}</table></div>\n'
    ).format(
        focus if len(heads) >= WIDE else "",
        _name_classes(kind, numbers),
        caption,
        Markup("").join(Markup('<th scope="col">{}').format(head) for head in heads),
        Markup("").join(bodies),
    )


def _name_classes(kind: str, numbers: Collection[int]) -> Markup:
    """The classes of a table: its kind, and ``r2`` where its second column is flush right.

    Said once for the table and not in every cell: a brief has a thousand cells.
    """
    names = [*([kind] if kind else []), *(f"r{each + 1}" for each in numbers)]
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")


def _write_group(name: Cell, rows: Iterable[Sequence[Cell]], width: int) -> Markup:
    head = (
        Markup('<tr class="grp"><th colspan="{}" scope="rowgroup">{}\n').format(width, name)
        if name
        else ""
    )
    body = Markup("\n").join(_write_row(row) for row in rows)
    return Markup("<tbody>{}{}").format(head, body)


def _write_row(row: Sequence[Cell]) -> Markup:
    cells = Markup("").join(Markup("<td>{}").format(cell) for cell in row[1:])
    return Markup('<tr><th scope="row">{}{}').format(row[0], cells)
