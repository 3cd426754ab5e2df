"""From a published number back to its place in a document, and how to cite it.

Comes in as the tables of a run; goes out as lines of text for a terminal. Says for each published
value whether it is reported or derived, from which figures, where each of them stands and how it
is printed, which other readings there are, and which findings concern it. A citation is a line,
and an entry for BibTeX, of the data set, one of its sources, or one value. Two editions of the
data are held against each other: what moved, what came, what went, and why.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis import __version__
from cchc_analysis.data.clean import STANDARD_LABEL, label_period, label_span, slug_text
from cchc_analysis.data.files import format_table, list_rows
from cchc_analysis.data.named import (
    label_reports,
    list_days,
    list_source_ids,
    match_indicator,
    match_period,
)
from cchc_analysis.data.outside import load_yaml, refuse
from cchc_analysis.data.records import QUANTITY, Tables, problem, render_own
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.store import load
from cchc_analysis.data.words import Words, load_words
from cchc_analysis.errors import CommandError


def trace_value(
    project: Project, *, cite: bool, lang: str, **wanted: Any
) -> tuple[str, list[Citation]]:
    """Where the values that ``find_published`` finds as ``wanted`` come from; how to cite each."""
    reference, tables = load(project)
    published = find_published(tables, reference, **wanted)
    rows = [row for _, row in published.iterrows()] if cite else []
    cited = [cite_any(row, project.root, tables.sources) for row in rows]
    words = load_words(project.notebooks / "page", lang) if lang == "vi" else None
    return format_trace(published, tables, reference, words), cited


def find_published(
    tables: Tables,
    reference: Reference,
    area: str,
    indicator: str,
    period: str,
    scope: str | None = None,
) -> pd.DataFrame:
    """The published values of an area, indicator and period, of one scope if it is given.

    ``period`` is the label of a reporting period; what is told of other days than any report has
    is meant too where it ends inside. Whatever is unknown, or not published then, is a
    ``CommandError``.
    """
    for name, said in (("period", period), ("area", area)):
        if said in reference.indicator_rows:
            raise CommandError(problem("swapped_words", f"{name} {said!r}", name=name))
    wanted, code = match_period(period), match_indicator(reference, indicator)
    days = list_days(wanted)
    held = tables.indicators[tables.indicators["indicator"] == code]
    held = held.assign(period=label_reports(held, tables.sources)).astype({"period": "str"})
    is_other = ~held["period"].str.fullmatch(STANDARD_LABEL).astype(bool)
    is_meant = is_other & held["period_end"].between(days[0], days[-1])
    then = held[is_meant | (held["period"] == label_period(wanted))]
    then = then if scope is None else then[then["scope"] == scope]
    area_id = reference.match_published(area, set(then["area_id"]), days)
    rows: pd.DataFrame = then[then["area_id"] == area_id]
    if rows.empty:
        own = held[held["area_id"] == area_id]
        places = ", ".join(sorted(set(own["scope"] + " " + own["period"])))
        asked = ", ".join(filter(None, (code, period, scope)))
        expected = f"one of {places}" if places else "an indicator that a report of the area gives"
        raise CommandError(problem("not_published", asked, expected=expected))
    return rows


def format_trace(
    published: pd.DataFrame, tables: Tables, reference: Reference, words: Words | None = None
) -> str:
    """Where each of some published values comes from, as text; quotations stay as they are.

    In English with codes, or in Vietnamese, by its ``words``, with what these mean.
    """
    rows, transcripts = list_rows(published), tables.transcripts
    named, broken = (
        {each for row in rows for each in row[column].split()}
        for column in ("source_id", "findings")
    )
    return render_own(
        "trace",
        words=words,
        split=_PART.split,
        marks=str.maketrans(",.", ".,"),
        rows=rows,
        label=label_span,
        is_period=STANDARD_LABEL.fullmatch,
        areas=reference.area_rows,
        catalogue=reference.indicator_rows,
        units=reference.unit_rows,
        breakdowns={row["breakdown"]: row for row in list_rows(reference.breakdowns)},
        sources={row["source_id"]: row for row in list_rows(tables.sources)},
        figures=list_rows(transcripts[transcripts["source_id"].isin(named)]),
        findings=list_rows(tables.findings[tables.findings["finding_id"].isin(broken)]),
    )


_PART = re.compile(r"(@?\b[a-z]\w*)")
"""An operand of a formula, and behind it the scope that it is of where that is another one."""


CITATION = "CITATION.cff"


@dataclass(frozen=True)
class Citation:
    """A reference to what is quoted: a line, and an entry for a bibliography."""

    text: str
    bibtex: str

    def __str__(self) -> str:
        return self.text


def cite_data(root: Path, version: str, sources: pd.DataFrame) -> Citation:
    """Cite the data set: who, title, version, until when it goes, and its address if it has one.

    Who and what stands in the ``CITATION.cff`` of the project; ``sources`` are those meant.
    """
    path = root / CITATION
    said: Any = (load_yaml(path) if path.is_file() else None) or {}
    people = (said.get("authors") or []) if isinstance(said, dict) else said
    if not isinstance(people, list) or not all(isinstance(each, dict) for each in [said, *people]):
        raise refuse(path, "no_citation")
    title = " ".join(str(said.get("title") or "cchc_analysis").split())
    names = (
        str(each.get("name") or f"{each.get('family-names', '')} {each.get('given-names', '')}")
        for each in people
    )
    authors = ", ".join(names) or "cchc_analysis contributors"
    told = sources[sources["kind"] != "plan"]  # a plan tells of days that are still to come
    until = max((str(each) for each in told["period_end"]), default="")
    note, url = f"data to {until}" if until else "", str(said.get("url") or said.get("doi") or "")
    fields = {"author": f"{{{authors}}}", "title": title, "version": version, "year": until[:4]}
    fields |= {"note": note, "url": url}
    line = authors, f"{title}, version {version}", note, url
    return _cite("software", f"cchc_{version}", fields, line)


def cite_any(what: object, root: Path, sources: pd.DataFrame) -> Citation:
    """Cite a row of the indicators, a brief, or the data set behind a table that is not empty."""
    if isinstance(what, pd.Series) and "source_id" in what:
        return _cite_value(dict(what), sources, cite_data(root, __version__, sources))
    table = what if isinstance(what, pd.DataFrame) else getattr(what, "indicators", None)
    if table is None or table.empty:
        found = "a table without rows" if table is not None else type(what).__name__
        raise CommandError(problem("cannot_cite", "cite", found=found))
    named = list_source_ids(table)
    of_it = sources if named is None else sources[sources["source_id"].isin(named)]
    return cite_data(root, __version__, of_it)


def _cite_value(row: Mapping[str, Any], sources: pd.DataFrame, data: Citation) -> Citation:
    """Cite one published value: the document that prints it, and the data set that holds it."""
    what = ", ".join(
        str(row[key]) for key in ("indicator", "area_id", "scope", "period") if row.get(key)
    )
    number, figures = row.get("value"), str(row.get("figures") or "")
    detail = f"{what}: {number:g} {row.get('unit', '')}".strip() if number is not None else what
    told = f"{detail}{f' (figure {figures})' if figures else ''}. In: {data.text}"
    source_id = str(row["source_id"]).split(" ")[0]
    held = list_rows(sources[sources["source_id"] == source_id])
    if not held:
        return Citation(told, data.bibtex)
    keys = ("issuer", "title", "number", "dated", "url", "period_end")
    issuer, title, number, dated, url, end = (str(held[0].get(key) or "") for key in keys)
    fields = {"author": f"{{{issuer}}}", "title": title, "number": number}
    fields |= {"year": (dated or end)[:4], "url": url, "note": told}
    own = _cite("techreport", source_id, fields, (issuer, title, number, dated or end[:4], url))
    return Citation(f"{own.text} {told}", f"{own.bibtex}\n\n{data.bibtex}")


def _cite(kind: str, name: str, fields: Mapping[str, str], line: Iterable[str]) -> Citation:
    signs = re.compile(r"(?<!\\)([%&#$_])")  # BibTeX takes them for commands
    safe = {key: signs.sub(r"\\\1", value) for key, value in fields.items() if value}
    entry = [f"  {key} = {{{value}}}," for key, value in safe.items()]
    bibtex = "\n".join([f"@{kind}{{{slug_text(name)},", *entry, "}"])
    return Citation(" ".join(f"{part.rstrip('.')}." for part in line if part), bibtex)


DIFF_COLUMNS = ("change", *QUANTITY, "value_old", "value_new", "unit", "source_id", "reason")
"""Columns of ``compare_editions``; ``change`` is moved, came or went."""


def compare_editions(
    old: Path, new: Path | pd.DataFrame, sources: Collection[str] = ()
) -> pd.DataFrame:
    """List every published value that moved, came or went between two editions: ``DIFF_COLUMNS``.

    An edition is a folder of processed data, one above it, or its indicators; of ``sources`` alone,
    if some are given. ``reason`` is the correction that decided the new value, or the entry of the
    later edition's CHANGELOG that names its source or indicator; empty where neither says why.
    """
    before, after = _load_values(old), _load_values(new)
    if sources:
        own = set(sources)
        before = before.loc[[not own.isdisjoint(each.split()) for each in before["source_id"]]]
    key = list(QUANTITY)
    both = before.merge(after, on=key, how="outer", suffixes=("_old", "_new"), indicator="change")
    names = {"left_only": "went", "right_only": "came", "both": "moved"}
    both["change"] = both["change"].map(names).astype(str)
    for column in ("unit", "source_id"):
        both[column] = both[f"{column}_new"].fillna(both[f"{column}_old"])
    moved = (both["change"] != "moved") | (both["value_old"] != both["value_new"])
    changed = both[moved].fillna("")
    entries = [] if isinstance(new, pd.DataFrame) else _read_changelog(new)

    @cache
    def find_entry(name: str) -> str:
        named = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        return next(filter(named.search, entries), "")

    changed["reason"] = [
        row["correction_new"]
        if row["correction_new"] not in ("", row["correction_old"])
        else find_entry(row["source_id"]) or find_entry(row["indicator"])  # the closer first
        for row in list_rows(changed)
    ]
    return changed.sort_values(["change", *key], ignore_index=True)[list(DIFF_COLUMNS)]


def tell_editions(old: Path, new: Path, form: str) -> str:
    """What ``compare_editions`` lists, as ``csv``, or as ``text``: a line a value, and a tally."""
    changes = compare_editions(old, new)
    if form == "csv":
        return format_table(changes)
    tally = changes["change"].value_counts().to_dict()
    return render_own("editions", rows=list_rows(changes), tally=tally)


def name_edition(place: Path) -> str:
    """An edition as a person calls it: its folder, and the version that made it."""
    folder = place.parent if place.is_file() else place
    for path in (folder / "manifest.json", folder / "data" / "processed" / "manifest.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            return f"{folder.resolve().name}, {json.loads(path.read_bytes())['version']}"
    return folder.resolve().name


def _load_values(place: Path | pd.DataFrame) -> pd.DataFrame:
    columns = [*QUANTITY, "value", "unit", "source_id", "correction"]
    if isinstance(place, pd.DataFrame):
        text = io.StringIO(format_table(place[columns]))
        return pd.read_csv(text, dtype=str, keep_default_na=False)
    found = "no indicators.csv"
    for path in (place, place / "indicators.csv", place / "data" / "processed" / "indicators.csv"):
        if path.is_file():
            try:
                return pd.read_csv(path, dtype=str, keep_default_na=False, usecols=columns)
            except ValueError as error:
                found = f"an indicators.csv of another form ({error})"
                break
    raise CommandError(problem("no_edition", str(place), found=found))


def _read_changelog(place: Path) -> list[str]:
    """The entries of the CHANGELOG beside or above an edition, each as one line."""
    for folder in (place, *place.resolve().parents[:3]):
        path = folder / "CHANGELOG.md"
        if path.is_file():
            text = re.sub(r"\n {2,}", " ", path.read_text("utf-8", errors="replace"))
            return [line[2:].strip() for line in text.split("\n") if line.startswith("- ")]
    return []
