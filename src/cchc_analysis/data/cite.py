"""How to cite the data set, one of its sources, or one value: a line, and BibTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis import __version__
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd

CITATION = "CITATION.cff"


@dataclass(frozen=True)
class Citation:
    """A reference to what is quoted.

    Attributes:
        text: One line.
        bibtex: One entry, for a bibliography.
    """

    text: str
    bibtex: str

    def __str__(self) -> str:
        return self.text


def cite_data(root: Path, version: str, sources: pd.DataFrame) -> Citation:
    """Cite the data set: who, title, version, until when it goes, and its address if it has one.

    Args:
        root: The project, with ``CITATION.cff``.
        version: The version of the package that made the tables.
        sources: ``SOURCE_COLUMNS`` of the sources meant.
    """
    said = _read_citation(root)
    told = sources[sources["kind"] != "plan"]  # a plan tells of days that are still to come
    until = max((str(each) for each in told["period_end"]), default="")
    title = f"{said['title']}, version {version}"
    until_text = f"data to {until}" if until else ""
    text = _join([said["authors"], title, until_text, said["url"]])
    fields = {
        "author": "{" + said["authors"] + "}",
        "title": said["title"],
        "version": version,
        "year": until[:4],
        "note": until_text,
        "url": said["url"],
    }
    return Citation(text, _write_bibtex("software", f"cchc_{version}", fields))


def cite_any(what: object, root: Path, sources: pd.DataFrame) -> Citation:
    """Cite a row of the indicators, a brief, or the data set behind a table.

    Raises:
        CommandError: It is none of these.
    """
    import pandas as pd

    if isinstance(what, pd.Series) and "source_id" in what:
        return cite_value(dict(what), sources, cite_data(root, __version__, sources))
    table = what if isinstance(what, pd.DataFrame) else getattr(what, "indicators", None)
    if table is None:
        expected = "a row of indicators, a table or a brief"
        raise CommandError(Problem("cite", type(what).__name__, expected, "Pass one."))
    if "source_id" in table:
        named = {each for cell in table["source_id"] for each in str(cell).split()}
        sources = sources[sources["source_id"].isin(named)]
    return cite_data(root, __version__, sources)


def cite_source(source: Mapping[str, Any], detail: str = "") -> Citation:
    """Cite a document: issuer, title, number, date, address, and what is quoted of it.

    Args:
        source: A row of ``SOURCE_COLUMNS``, with ``url`` where it is known.
        detail: What is quoted, such as a value with its place.
    """
    said = {
        key: str(source.get(key) or "") for key in ("issuer", "title", "number", "dated", "url")
    }
    year = str(source.get("period_end") or said["dated"])[:4]
    text = _join(
        [said["issuer"], said["title"], said["number"], said["dated"] or year, said["url"]]
    )
    fields = {
        "author": "{" + said["issuer"] + "}",
        "title": said["title"],
        "number": said["number"],
        "year": said["dated"][:4] or year,
        "url": said["url"],
        "note": detail,
    }
    entry = _write_bibtex("techreport", str(source["source_id"]), fields)
    return Citation(f"{text} {detail}".strip(), entry)


def cite_value(row: Mapping[str, Any], sources: pd.DataFrame, data: Citation) -> Citation:
    """Cite one published value: the document that prints it, and the data set that holds it.

    Args:
        row: A row of the indicators.
        sources: ``SOURCE_COLUMNS``.
        data: The citation of the data set.
    """
    source_id = str(row["source_id"]).split(" ")[0]
    held = {each["source_id"]: each for each in list_rows(sources)}
    what = ", ".join(
        str(row[key]) for key in ("indicator", "area_id", "scope", "period") if row.get(key)
    )
    number = row.get("value")
    detail = f"{what}: {number:g} {row.get('unit', '')}".strip() if number is not None else what
    figures = str(row.get("figures") or "")
    place = f"{detail} (figure {figures})" if figures else detail
    if source_id not in held:
        return Citation(f"{place}. In: {data.text}", data.bibtex)
    source = cite_source(held[source_id], f"{place}. In: {data.text}")
    return Citation(source.text, f"{source.bibtex}\n\n{data.bibtex}")


def _read_citation(root: Path) -> dict[str, str]:
    path = root / CITATION
    said: dict[str, Any] = {}
    if path.is_file():
        said = load_yaml(path) or {}
    names = [
        str(each.get("name") or f"{each.get('family-names', '')} {each.get('given-names', '')}")
        for each in said.get("authors", [])
    ]
    return {
        "title": re.sub(r"\s+", " ", str(said.get("title") or "cchc_analysis")).strip(),
        "authors": ", ".join(names) or "cchc_analysis contributors",
        "url": str(said.get("url") or said.get("doi") or ""),
    }


def _join(parts: list[str]) -> str:
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _write_bibtex(kind: str, name: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {key} = {{{_escape(value)}}}," for key, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{slug_text(name)},", *lines, "}"])


def _escape(text: str) -> str:
    """The signs that BibTeX takes for commands, as letters."""
    return re.sub(r"(?<!\\)([%&#$_])", r"\\\1", text)
