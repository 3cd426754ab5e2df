"""What was revised since an earlier edition of the data, told on a brief that is given one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cchc_analysis.brief.telling import name_indicator
from cchc_analysis.brief.templates import Section, join, render
from cchc_analysis.data.editions import compare_editions, name_edition
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import clean_text

if TYPE_CHECKING:
    from cchc_analysis.brief.content import Brief


def show_revised(brief: Brief, since: Path | str) -> Section:
    """The values of this brief that moved, came or went since an earlier edition.

    ``table`` has a row a value, with the reason where a correction or the CHANGELOG gives one.

    Args:
        brief: The brief.
        since: The earlier edition: a folder of processed data, one above it, or its
            ``indicators.csv``.

    Raises:
        CommandError: It holds no published values.
    """
    words, own = brief.words, set(brief.sources["source_id"])
    changes = compare_editions(Path(since), brief.indicators, own)
    edition = name_edition(Path(since))
    tally = {kind: int((changes["change"] == kind).sum()) for kind in ("moved", "came", "went")}
    told = {kind: str(n) for kind, n in tally.items()}
    html = render(
        words,
        "revised",
        said=words.say(
            "revised.intro" if len(changes) else "revised.none", edition=edition, **told
        ),
        rows=[
            [_name(brief, row), *(_tell(brief, row[f"value_{side}"]) for side in ("old", "new"))]
            for row in list_rows(changes)
        ],
    )
    return Section(html, "revised", lambda: changes)


def tell_since(notebook: Path, since: Path, folder: Path) -> Path:
    """A copy of the notebook of a brief that says after its head what was revised."""
    import nbformat
    from nbformat.v4 import new_code_cell

    read: Any = nbformat
    copy = read.read(str(notebook), 4)
    heads = [at for at, cell in enumerate(copy.cells) if "show_head(" in cell.source]
    cell = new_code_cell(f"brief.show_revised({str(since.absolute())!r})")  # type: ignore[no-untyped-call]
    copy.cells.insert(heads[0] + 1 if heads else len(copy.cells), cell)
    read.write(copy, folder / notebook.name)
    return folder / notebook.name


def _name(brief: Brief, row: Mapping[str, Any]) -> Markup:
    code = row["indicator"]
    is_known = code in brief.reference.indicator_rows  # of then it may have gone since
    return join(
        ", ",
        name_indicator(brief, code) if is_known else clean_text(code),
        brief.name_breakdown(row["breakdown"]) if row["breakdown"] else "",
        brief.name_scope(row["scope"]),
        brief.words.span(row["period_start"], row["period_end"]),
    )


def _tell(brief: Brief, value: str) -> Markup | str:
    """A value of one of the editions with the digits that it has there."""
    if not value:
        return brief.tell_missing()
    return brief.words.number(float(value), min(len(value.partition(".")[2]), 3))
