"""What lies beside a brief for those who go on computing.

Figures and findings as CSV, JSON and one workbook, with a Data Package descriptor. The values are
those of the page, under the anchors of their notes. In CSV a text that a spreadsheet could run as a
formula begins with an apostrophe; numbers are never touched. JSON holds every text as it is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.ledger import grade_brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.workbook import bind_workbook, is_formula, write_front
from cchc_analysis.data.export import (
    LICENSE,
    describe_file,
    describe_package,
    describe_table,
    type_of,
)
from cchc_analysis.data.files import format_table, list_rows, write_bytes, write_text
from cchc_analysis.data.records import COLUMN_MEANINGS, FINDING_COLUMNS, FINDING_KEY
from cchc_analysis.data.words import Words, plain

if TYPE_CHECKING:
    import pandas as pd

BRIEF_FILES = ("brief.xlsx", "figures.csv", "findings.csv", "brief.json", "datapackage.json")
"""What lies beside every brief, in the order of the links."""

RERUN = "rerun.zip"
"""The kit beside a brief from which anybody makes the page again (``site.rerun``)."""

SITE_FILES = (
    "observations.csv",
    "indicators.csv",
    "findings.csv",
    "sources.csv",
    "datapackage.json",
)
"""What lies in ``data/`` of the site, in the order of the links."""

SITE_FOLDER = "data"
CITATION = "CITATION.cff"

ROWS_AT_ONCE = 20_000

MEANINGS: Mapping[str, str] = COLUMN_MEANINGS | {
    "note": "the anchor of the value's note on the page: annex.html#<note>",
    "area": "name of the administrative unit",
    "name": "name of the quantity, in the language of the page",
    "document": "the documents that print it, in the order of figures, divided by “; ”",
    "section": "the sections in which they print it, in the same order",
    "line": "the lines of the documents, in the same order",
    "place": "text, table or footnote, in the same order",
    "printed": "the digits as printed, in the same order; empty for a derived value",
    "contradiction": "number of the contradiction on the page: annex.html#c-<number>",
    "issuer": "who issued the document",
    "title": "title of the document",
    "number": "number of the document",
    "dated": "date of the document",
}

FIGURE_COLUMNS = (
    *("note", "area_id", "area", "scope", "indicator", "name", "breakdown", "period_start"),
    *("period_end", "status", "value", "unit", "comparator", "wilson_low", "wilson_high", "origin"),
    *("parts", "source_id", "figures", "document", "section", "line", "place", "printed"),
    *("other_readings", "correction", "is_contested", "findings"),
)
SOURCE_COLUMNS = (
    *("source_id", "kind", "issuer", "title", "number", "dated", "period_start", "period_end"),
    "licence",
)
LISTED = ("document", "section", "line", "place", "printed")
"""Columns that hold one part for each figure behind a value; all of them are text."""

MEDIA_TYPES = {
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_BETWEEN = "; "


def write_downloads(folder: Path, brief: Brief) -> None:
    """Put the figures and findings of a brief beside its page.

    Args:
        folder: The folder of the page; former downloads are replaced one by one.
        brief: The brief that the page tells.

    Raises:
        OSError: The folder cannot be written to.
    """
    from cchc_analysis import __version__

    tables = tabulate_brief(brief)
    title = brief.words.plain(
        "head.title", area=brief.name_area(), period=brief.words.period(brief.period)
    )
    write_csv(folder / "figures.csv", tables["figures"])
    write_csv(folder / "findings.csv", tables["findings"])
    _write_json(folder / "brief.json", _tell_head(brief, title) | _list_tables(tables))
    citation = brief.words.plain(
        "downloads.cite", title=title, version=__version__, until=brief.words.date(brief.end)
    )
    readme = tell_columns(tables, title, [brief.words], [citation])
    front = partial(write_front, brief=brief, citation=citation)
    book = bind_workbook(tables | {"read-me": readme}, title, front)
    write_bytes(folder / "brief.xlsx", book)
    resources = [
        *describe_csv(folder, "figures", FIGURE_COLUMNS, ("note",)),
        *describe_csv(folder, "findings", ("contradiction", *FINDING_COLUMNS), FINDING_KEY),
        *(describe_file(folder / f"brief{end}", kind) for end, kind in MEDIA_TYPES.items()),
    ]
    name = f"cchc-{brief.area['area_id']}-{brief.period}-{brief.lang}".lower()
    write_package(folder, name, title, resources)


def tabulate_brief(brief: Brief) -> dict[str, pd.DataFrame]:
    """The tables of a brief: ``figures``, ``findings`` and ``sources``, texts as they are."""
    import pandas as pd

    figures = [_tell_figure(brief, entry) for entry in brief.entries]
    findings = [
        {"contradiction": brief.contradiction_of[row["finding_id"]].number, **row}
        for row in list_rows(brief.findings)
    ]
    findings.sort(key=lambda row: (row["contradiction"], row["finding_id"]))
    return {
        "figures": pd.DataFrame(figures, columns=list(FIGURE_COLUMNS)),
        "findings": pd.DataFrame(findings, columns=["contradiction", *FINDING_COLUMNS]),
        "sources": list_sources(brief.sources),
    }


def list_sources(sources: pd.DataFrame) -> pd.DataFrame:
    """Who stands behind the figures, and what may be done with them."""
    kept: pd.DataFrame = sources.reindex(columns=list(SOURCE_COLUMNS), fill_value="")
    return kept.reset_index(drop=True)


def _tell_figure(brief: Brief, entry: Entry) -> dict[str, Any]:
    """One published value as a row."""
    nan, own = float("nan"), entry.source_id.partition(" ")[0]
    area = brief.reference.area_rows.get(entry.area_id, {})
    same = (
        *("note", "area_id", "scope", "indicator", "breakdown", "status", "value", "unit"),
        *("comparator", "origin", "parts", "source_id", "other_readings", "correction"),
    )
    return {
        **{name: getattr(entry, name) for name in same},
        "area": str(area.get("name", "")),
        "name": plain(brief.name_entry(entry)),
        "period_start": entry.start,
        "period_end": entry.end,
        "wilson_low": nan if entry.low is None else entry.low,
        "wilson_high": nan if entry.high is None else entry.high,
        "figures": " ".join(id_ if of == own else f"{of}/{id_}" for of, id_ in entry.figures),
        **_find_places(brief, entry),
        "is_contested": entry.is_contested,
        "findings": " ".join(entry.findings),
    }


def _find_places(brief: Brief, entry: Entry) -> dict[str, str]:
    """Document, section, line, place and printed digits of the figures behind a value."""
    own = [brief.printed[each] for each in entry.figures if each in brief.printed]
    titles = dict(zip(brief.sources["source_id"], brief.sources["title"], strict=True))
    parts = {
        "document": [str(titles.get(row["source_id"], row["source_id"])) for row in own],
        **{name: [str(row[name]) for row in own] for name in ("section", "line", "place")},
        "printed": [] if entry.is_derived else [str(row["printed"]) for row in own],
    }
    return {name: _BETWEEN.join(texts) for name, texts in parts.items()}


def _tell_head(brief: Brief, title: str) -> dict[str, Any]:
    """What a brief is of, for who has only the JSON file."""
    from cchc_analysis import __version__

    return {
        "title": title,
        "language": brief.lang,
        "area_id": brief.area["area_id"],
        "area": brief.area["name"],
        "period": brief.period,
        "period_start": brief.start,
        "period_end": brief.end,
        "grade": grade_brief(brief).letter,
        "version": __version__,
    }


def _list_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    return {
        name: [{column: _plain_value(cell) for column, cell in row.items()} for row in rows]
        for name, table in tables.items()
        for rows in [list_rows(table)]
    }


def _plain_value(cell: Any) -> Any:
    """A cell as JSON holds it: whole numbers without a point, ``null`` for a missing one."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool) or type(cell).__name__ == "bool":
        return bool(cell)
    number = float(cell)
    if math.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def tell_columns(
    tables: Mapping[str, pd.DataFrame], title: str, words: list[Words], citations: list[str]
) -> Any:
    """The sheet that says what the others hold and how to cite them, in the languages given."""
    import pandas as pd

    from cchc_analysis import __version__

    head = [["", "cchc_analysis", __version__, *[title] * len(words)]]
    head.append(["", "", "CC-BY-4.0", *(each.plain("downloads.readme") for each in words)])
    head.append(["", "", "", *(each.plain("downloads.csv") for each in words)])
    head.append(["", "", "", *citations])
    rows = [
        [sheet, column, _type_of(column), *(each.plain(f"column.{column}") for each in words)]
        for sheet, table in tables.items()
        for column in table.columns
    ]
    names = ["sheet", "column", "type", *(f"meaning_{each.lang}" for each in words)]
    return pd.DataFrame([*head, *rows], columns=names)


def _type_of(column: str) -> str:
    if column == "contradiction":
        return "integer"
    return "string" if column in LISTED else type_of(column)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table in pieces: as text it takes many times the room that it takes as a table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, max(len(table), 1), ROWS_AT_ONCE):
            text = format_table(_disarm_texts(table.iloc[start : start + ROWS_AT_ONCE]))
            file.write(text if start == 0 else text.partition("\n")[2])
    fresh.replace(path)


def _disarm_texts(table: pd.DataFrame) -> pd.DataFrame:
    texts = table.select_dtypes(["str", "object"])
    armed = (
        str(name) for name in texts if any(disarm(text) != text for text in texts[name].unique())
    )
    return table.assign(**{name: table[name].map(disarm) for name in armed})


def disarm(cell: Any) -> Any:
    """A cell for CSV: text that could run begins with an apostrophe, numbers stay numbers.

    >>> disarm("=SUM(A1)"), disarm(-5.0), disarm("=")
    ("'=SUM(A1)", -5.0, '=')
    """
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def describe_csv(
    folder: Path, name: str, columns: Iterable[str], key: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """The entry of a table in the descriptor."""
    meanings = {column: MEANINGS[column] for column in columns}
    described = describe_table(folder / f"{name}.csv", meanings, key)
    for field in described["schema"]["fields"]:
        field["type"] = _type_of(field["name"])
    yield described


def write_package(
    folder: Path,
    name: str,
    title: str,
    resources: list[dict[str, Any]],
    licences: Sequence[Mapping[str, str]] = (LICENSE,),
) -> None:
    """Write the descriptor of a folder of downloads."""
    from cchc_analysis import __version__

    content = describe_package(name, title, __version__, resources, "data-package", licences)
    _write_json(folder / "datapackage.json", content)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
