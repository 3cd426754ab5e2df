"""From a published number back to its place in a document, and how to cite it.

Comes in as the tables of a run; goes out as lines of text for a terminal. Says for each published
value whether it is reported or derived, from which figures, where each of them stands and how it
is printed, which other readings there are, and which findings concern it. A citation is a line,
and an entry for BibTeX, of the data set, one of its sources, or one value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis import __version__
from cchc_analysis.data.clean import label_period, parse_period, slug_text
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.named import (
    STANDARD_LABEL,
    label_reports,
    list_days,
    match_indicator,
    match_period,
)
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.data.records import Origin, Tables
from cchc_analysis.data.reference import Reference, explain_name
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd


def find_published(
    tables: Tables,
    reference: Reference,
    area: str,
    indicator: str,
    period: str,
    scope: str | None = None,
) -> pd.DataFrame:
    """The published values of an area, indicator and period.

    Args:
        tables: The tables of a run.
        reference: The reference tables.
        area: Name or code of a province, district or commune.
        indicator: A code of the catalogue, or its label in either language.
        period: A label of a reporting period; what is told of other days than any report has is
            meant too where it ends inside.
        scope: Only this scope.

    Raises:
        CommandError: The area or the indicator is unknown, or nothing is published for it then.
    """
    for name, said in (("period", period), ("area", area)):
        if said in reference.indicator_rows:
            remedy = "Write the area, then the indicator, then the period."
            raise CommandError(Problem(f"{name} {said!r}", "an indicator", f"the {name}", remedy))
    days, code = list_days(period), match_indicator(reference, indicator)
    held = tables.indicators[tables.indicators["indicator"] == code]
    held = held.assign(period=label_reports(held, tables.sources)).astype({"period": "str"})
    is_meant = held["period"] == label_period(match_period(period))
    is_other = ~held["period"].str.fullmatch(STANDARD_LABEL).astype(bool)
    then = held[is_meant | (is_other & held["period_end"].between(days[0], days[-1]))]
    then = then if scope is None else then[then["scope"] == scope]
    try:
        meant = reference.match_held(area, set(then["area_id"]), days)
        area_id = meant.pop() if len(meant) == 1 else reference.match_area(area, days[-1])
    except KeyError as error:
        raise explain_name(area, error) from None
    rows: pd.DataFrame = then[then["area_id"] == area_id]
    if rows.empty:
        own = held[held["area_id"] == area_id]
        places = ", ".join(sorted(set(own["scope"] + " " + own["period"])))
        raise CommandError(
            Problem(
                ", ".join(filter(None, (code, period, scope))),
                "nothing is published",
                f"one of {places}" if places else "an indicator that a report of the area gives",
                "Choose another period, scope or indicator.",
            )
        )
    return rows


def format_trace(published: pd.DataFrame, tables: Tables, reference: Reference) -> str:
    """Where each of some published values comes from, as text."""
    rows = list_rows(published)
    return "\n\n".join("\n".join(_trace_row(row, tables, reference)) for row in rows)


def _trace_row(row: dict[str, Any], tables: Tables, reference: Reference) -> Iterator[str]:
    catalogue = reference.indicator_rows[row["indicator"]]
    breakdown = f" [{row['breakdown']}]" if row["breakdown"] else ""
    yield (
        f"{catalogue['label_en']} / {catalogue['label_vi']}{breakdown}\n"
        f"{reference.area_rows[row['area_id']]['name']}, {row['scope']}, "
        f"{_dates(row)}, {row['status']}"
    )
    unit = "%" if row["unit"] == "%" else f" {row['unit']}"
    yield f"= {row['comparator'].strip('=')}{_value(row['value'])}{unit}, {row['origin']}"
    if row["origin"] == Origin.DERIVED:
        yield f"  from {row['parts']}"
    if not math.isnan(row["wilson_low"]):
        yield (f"  95% Wilson interval {row['wilson_low']:.2f} to {row['wilson_high']:.2f}")
    yield from _trace_figures(row, tables)
    if row["other_readings"]:
        yield f"  also printed: {row['other_readings']}"
    if row["correction"]:
        yield f"  corrected: {row['correction']}"
    yield from _trace_findings(row, tables.findings)


def _trace_figures(row: dict[str, Any], tables: Tables) -> Iterator[str]:
    sources = tables.sources.set_index("source_id")
    for source_id in row["source_id"].split():
        source = sources.loc[source_id]
        yield f"  source {source_id}: {source['title']} ({source['issuer']})"
        own = tables.transcripts[tables.transcripts["source_id"] == source_id]
        named = [each.removeprefix(f"{source_id}/") for each in row["figures"].split()]
        for figure in list_rows(own[own["figure_id"].isin(named)]):
            printed = figure["printed"] or "in words"
            yield (
                f"    {figure['figure_id']}: section {figure['section']}, {figure['place']}, "
                f"line {figure['line']}: “{printed}” {figure['unit']} ({figure['indicator']}, "
                f"{figure['scope']})"
            )


def _trace_findings(row: dict[str, Any], findings: pd.DataFrame) -> Iterator[str]:
    concerned = findings[findings["finding_id"].isin(row["findings"].split())]
    for finding in list_rows(concerned):
        yield f"  {finding['severity']} {finding['rule_id']}: {finding['explanation_en']}"


def _value(value: float) -> str:
    """A value as English text prints it; what a report prints is quoted as it stands."""
    whole = f"{round(value, 6):,}".removesuffix(".0")
    return "withheld" if math.isnan(value) else whole


def _dates(row: dict[str, Any]) -> str:
    start, end = row["period_start"], row["period_end"]
    if not end:
        return "no date printed"
    text = f"{start} to {end}" if start else f"on {end}"
    label = label_period(parse_period(f"{start}/{end}" if start else end))
    return text if "/" in label or not start else f"{label} ({text})"


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
        CommandError: It is none of these, or an empty table.
    """
    import pandas as pd

    if isinstance(what, pd.Series) and "source_id" in what:
        return _cite_value(dict(what), sources, cite_data(root, __version__, sources))
    table = what if isinstance(what, pd.DataFrame) else getattr(what, "indicators", None)
    if table is None:
        expected = "a row of indicators, a table or a brief"
        raise CommandError(Problem("cite", type(what).__name__, expected, "Pass one."))
    if table.empty:
        raise CommandError(Problem("cite", "a table without rows", "a row to cite", "Pass one."))
    if "source_id" in table:
        named = {each for cell in table["source_id"] for each in str(cell).split()}
        sources = sources[sources["source_id"].isin(named)]
    return cite_data(root, __version__, sources)


def _cite_value(row: Mapping[str, Any], sources: pd.DataFrame, data: Citation) -> Citation:
    """Cite one published value: the document that prints it, and the data set that holds it."""
    what = ", ".join(
        str(row[key]) for key in ("indicator", "area_id", "scope", "period") if row.get(key)
    )
    number, figures = row.get("value"), str(row.get("figures") or "")
    detail = f"{what}: {number:g} {row.get('unit', '')}".strip() if number is not None else what
    told = f"{detail}{f' (figure {figures})' if figures else ''}. In: {data.text}"
    held = list_rows(sources[sources["source_id"] == str(row["source_id"]).split(" ")[0]])
    if not held:
        return Citation(told, data.bibtex)
    keys = ("issuer", "title", "number", "dated", "url", "period_end", "source_id")
    said = {key: str(held[0].get(key) or "") for key in keys}
    year = (said["period_end"] or said["dated"])[:4]
    parts = [said["issuer"], said["title"], said["number"], said["dated"] or year, said["url"]]
    fields = {
        "author": "{" + said["issuer"] + "}",
        "title": said["title"],
        "number": said["number"],
        "year": said["dated"][:4] or year,
        "url": said["url"],
        "note": told,
    }
    entry = _write_bibtex("techreport", said["source_id"], fields)
    return Citation(f"{_join(parts)} {told}", f"{entry}\n\n{data.bibtex}")


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
