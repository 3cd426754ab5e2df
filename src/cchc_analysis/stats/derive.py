"""Observations into indicators: what we publish for each area, scope, indicator and period.

A reported value is published as printed. What a report leaves out and its own figures determine is
derived by the formulas of ``data/reference/derivations.csv``; what two reports of one year leave
between them, by subtraction; what people decided about comes in beside it
(``data.tidy``). Does not know how findings are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis import rules
from cchc_analysis.data import records
from cchc_analysis.data.clean import format_number, is_cut_off, label_span
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import QUANTITY, RESULT_STATUSES, Origin, Status, problem
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.tidy import correct_values, mark_corrections
from cchc_analysis.errors import Problem, ValidationError
from cchc_analysis.stats.rates import wilson_interval
from cchc_analysis.stats.windows import SERIES, discretise_windows

SOURCE_RANK = {"period_report": 0, "campaign_report": 1, "plan": 2, "article": 3, "panel": 4}
"""Where two sources state one quantity, the one nearer to the district's own reporting speaks."""

NEVER_PRINTED: dict[str, Any] = {"printed": "", "other_readings": "", "is_published": True}
NEVER_PRINTED |= {"reading": 1, "decimals": 0, "comparator": records.Comparator.EQUAL.value}
"""What is the same of every derived value."""

PRECEDENCE = ("is_derived", "rank", "is_bare", "shortness")
"""Which of several rows of one quantity is published, see ``_choose_source``."""


def derive_indicators(
    observations: pd.DataFrame,
    transcripts: pd.DataFrame,
    sources: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """Derive what we publish.

    Args:
        observations: ``OBSERVATION_COLUMNS``, with one published reading per source and quantity.
        transcripts: ``TRANSCRIPT_COLUMNS``, for the figures as printed.
        sources: ``SOURCE_COLUMNS``.
        reference: The reference tables.

    Returns:
        ``INDICATOR_COLUMNS``, one row per quantity, sorted by key; ``findings`` still empty.
    """
    reported = correct_values(
        _report(observations, transcripts), observations, transcripts, reference
    )
    derived = mark_corrections(derive_rows(reported, reference), reported)
    stated = _choose_source(add_rows(reported, derived), sources)
    published = add_rows(stated, derive_quarters(stated, sources, reference))
    rated = _add_wilson(published, reference)
    is_reported = rated["origin"] == Origin.REPORTED
    labelled = rated.assign(
        **{name: rated[name].where(is_reported) for name in records.UNCERTAINTY},
        period=[
            label_span(start, end) if end else ""
            for start, end in zip(rated["period_start"], rated["period_end"], strict=True)
        ],
        is_contested=rated["other_readings"] != "",
        findings="",
    )
    return labelled.sort_values(list(QUANTITY), kind="stable", ignore_index=True)[
        list(records.INDICATOR_COLUMNS)
    ]


def mark_findings(indicators: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Write into each published value which findings concern it, and whether it is contested.

    A value is contested when another reading of it was printed, or when a finding above info
    involves one of its figures, or names it as the likely cause. What a transcript leaves out is
    told once and is no mark on each of its values.
    """
    concerning: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    is_omission = (findings["kind"] == "table") & (findings["severity"] == records.Severity.INFO)
    for finding in list_rows(findings[~is_omission]):
        for figure in f"{finding['figures']} {finding['likely_figure']}".split():
            source_id, _, figure_id = figure.rpartition("/")
            concerning.setdefault((source_id or finding["source_id"], figure_id), []).append(
                (finding["finding_id"], finding["severity"] != records.Severity.INFO)
            )
    marks: list[list[tuple[str, bool]]] = []
    for sources, figures in zip(indicators["source_id"], indicators["figures"], strict=True):
        named = [figure.rpartition("/") for figure in figures.split()]
        places = [(own, figure) for one, _, figure in named for own in (one or sources).split()]
        marks.append(sorted({mark for place in places for mark in concerning.get(place, ())}))
    return indicators.assign(
        findings=[" ".join(finding_id for finding_id, _ in each) for each in marks],
        is_contested=[
            bool(before) or any(is_serious for _, is_serious in each)
            for before, each in zip(indicators["is_contested"], marks, strict=True)
        ],
    )


def _report(observations: pd.DataFrame, transcripts: pd.DataFrame) -> pd.DataFrame:
    """The published reading of each source and quantity, with the other readings beside it."""
    key = ["source_id", *QUANTITY]
    printed = transcripts.set_index(["source_id", "figure_id"])["printed"].to_dict()
    first_figure = observations["figures"].str.split(" ").str[0]
    places = zip(observations["source_id"], first_figure, strict=True)
    readings = observations.assign(printed=[printed.get(place, "") for place in places])
    others: dict[tuple[str, ...], list[str]] = {}
    for row in list_rows(readings[~readings["is_published"]]):
        note = f"{format_number(row['value'])} [{row['figures']}]"
        others.setdefault(tuple(row[column] for column in key), []).append(note)
    chosen = readings[readings["is_published"]]
    told = ["; ".join(others.get(tuple(place), ())) for place in chosen[key].to_numpy()]
    return chosen.assign(other_readings=told, origin=Origin.REPORTED.value, parts="")


def _choose_source(candidates: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """One row per quantity; what other sources state otherwise goes to ``other_readings``.

    Two sources agree where rounding alone can explain that they print different digits. Among
    panels the one speaks that publishes an interval, then the one that prints most digits.
    """
    kinds = dict(zip(sources["source_id"], sources["kind"], strict=True))
    rank = candidates["source_id"].map(kinds).map(SOURCE_RANK)
    is_panel = rank == SOURCE_RANK["panel"]
    ranked = candidates.assign(
        rank=rank,
        is_derived=candidates["origin"] == Origin.DERIVED,
        is_bare=is_panel & candidates["published_low"].isna(),
        shortness=-candidates["decimals"].where(is_panel, 0),
    ).sort_values([*QUANTITY, *PRECEDENCE, "source_id"], ignore_index=True)
    chosen = ranked.drop_duplicates(list(QUANTITY)).set_index(list(QUANTITY))
    for other in list_rows(ranked[ranked.duplicated(list(QUANTITY))]):
        quantity = tuple(other[column] for column in QUANTITY)
        same = chosen.loc[quantity]
        is_apart = other["low"] > same["high"] or same["low"] > other["high"]
        numbers = (other["value"], other["decimals"], same["value"], same["decimals"])
        if is_apart and not is_cut_off(*numbers):
            note = f"{format_number(other['value'])} [{other['source_id']}: {other['figures']}]"
            before = chosen.loc[quantity, "other_readings"]
            chosen.loc[quantity, "other_readings"] = f"{before}; {note}".strip("; ")
    return chosen.reset_index()


def _add_wilson(published: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Add the Wilson interval of every rate of cases whose two counts are published.

    The cases of the period are seen as one draw of a process (Wilson 1927, JASA 22:209-212). A
    rate over a stock, such as posts filled of posts granted, counts all there is: no draw, no
    interval. Nor has a printed rate that its own two counts do not give: the interval would lie
    around another value.
    """
    flows = set(reference.list_flows())
    shares = {
        code: (row["numerator"], row["denominator"])
        for code, row in reference.indicator_rows.items()
        if row["denominator"] in flows
    }
    results = published[published["status"].isin(RESULT_STATUSES)]
    key = ["source_id", "area_id", "scope", "period_start", "period_end", "breakdown"]
    is_count = results["indicator"].isin({*chain(*shares.values())})
    counts: dict[tuple[str, ...], float] = {}
    for *place, value in results.loc[is_count, ["indicator", *key, "value"]].to_numpy(object):
        counts.setdefault(tuple(place), value)
    rates = results[results["indicator"].isin(shares)]
    pairs = [
        [counts.get((count, *place), np.nan) for count in shares[code]]
        for code, *place in rates[["indicator", *key]].to_numpy(object)
    ]
    numerator, denominator = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    with np.errstate(all="ignore"):
        computed = 100 * numerator / denominator
        fits = (numerator >= 0) & (numerator <= denominator) & (denominator > 0)
    unit = 10.0 ** -rates["decimals"].to_numpy("float64")
    fits &= np.abs(rates["value"].to_numpy("float64") - computed) <= unit
    bounds = wilson_interval(numerator[fits], denominator[fits])
    intervals = published.assign(wilson_low=float("nan"), wilson_high=float("nan"))
    for name, bound in zip(("wilson_low", "wilson_high"), bounds, strict=True):
        intervals.loc[rates.index[fits], name] = (100 * bound).round(6)
    return intervals


def derive_rows(observations: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The rows that the formulas add, wherever a source prints all their parts and not the whole.

    Formulas are applied in the order of their file, so that a later one may use an earlier;
    ``check_formulas`` has found that all of them can be read.

    Returns:
        The columns of observations, and ``printed`` (empty), ``origin`` and ``parts``.
    """
    known = observations[observations["is_published"]]
    statements, fresh = rules.tabulate_statements(known, reference), set[str]()
    added: list[pd.DataFrame] = []
    same = ["source_id", "area_id", "scope", "indicator", "period_start", "period_end"]
    stated = known[known["status"].isin(RESULT_STATUSES) & (known["breakdown"] == "")]
    held = set(stated[same].itertuples(index=False, name=None))
    for derivation in list_rows(reference.derivations):
        expression = rules.parse_expression(derivation["formula"])
        if fresh & {operand.code for operand in rules.list_operands(expression)}:
            statements, fresh = rules.tabulate_statements(add_rows(known, *added), reference), set()
        computed = rules.compute_expression(expression, statements)
        if computed.empty:  # a report states the parts of few formulas
            continue
        # What a source states, or an earlier formula gave, for one window is not derived again.
        derived = _apply(derivation, computed, statements, reference).drop_duplicates(same)
        places = [*derived[same].itertuples(index=False, name=None)]
        derived = derived[[place not in held for place in places]]
        if len(derived):
            held.update(places)
            fresh.add(derivation["indicator"])
            added.append(derived)
    return add_rows(*added) if added else known.iloc[:0].assign(printed="", origin="", parts="")


def _apply(
    derivation: dict[str, Any],
    computed: pd.DataFrame,
    statements: rules.Statements,
    reference: Reference,
) -> pd.DataFrame:
    """The rows that one formula gives, known ones included."""
    expression = rules.parse_expression(derivation["formula"])
    rows, count = computed.index.to_numpy(), len(computed)
    start, figures = np.full(count, "", dtype=object), [""] * count
    is_estimate = np.zeros(count, dtype=bool)
    for operand in rules.list_operands(expression):
        if isinstance(operand, rules.GroupSum):
            continue  # check_formulas let none pass
        at = statements.find_positions(operand)[rows]
        part = {name: cells[at] for name, cells in statements.origins.items()}
        is_result = np.isin(part["status"], RESULT_STATUSES)
        start = np.where(is_result & (part["period_start"] > start), part["period_start"], start)
        figures = [f"{one} {other}" for one, other in zip(figures, part["figures"], strict=True)]
        is_estimate |= part["status"] == Status.ESTIMATE
    words = {name: cells[rows] for name, cells in statements.words.items()}
    told = words | {
        "scope": derivation["scope"] or words["scope"],
        "indicator": derivation["indicator"],
        "breakdown": "",
        "status": np.where(is_estimate, Status.ESTIMATE.value, Status.ACTUAL.value),
        **{name: computed[name].to_numpy() for name in ("value", "low", "high")},
        "unit": reference.indicator_rows[derivation["indicator"]]["unit"],
        "figures": [" ".join(dict.fromkeys(each.split())) for each in figures],
        **NEVER_PRINTED,
        "origin": Origin.DERIVED.value,
        "parts": derivation["formula"],
    }
    # A row of a longer window also finds stocks, which are theirs on their own day.
    return pd.DataFrame(told).iloc[np.flatnonzero(words["period_start"] == start)]


def check_formulas(reference: Reference) -> Iterator[Problem]:
    """The formulas that cannot be read or could not name what they come from, as problems."""
    for derivation in list_rows(reference.derivations):
        where = f"data/reference/derivations.csv, {derivation['indicator']}"
        if derivation["scope"] not in ("", *records.Scope):
            scope, known = derivation["scope"], ", ".join(records.Scope)
            yield problem("strange_scope", where, scope=scope, known=known)
        try:
            operands = rules.list_operands(rules.parse_expression(derivation["formula"]))
        except ValidationError as error:
            for each in error.problems:
                yield replace(each, where=where, found=f"{each.where}: {each.found}")
            continue
        yield from rules.check_codes(where, operands, reference)
        if not operands or any(isinstance(operand, rules.GroupSum) for operand in operands):
            yield problem("unnamed_parts", where, formula=derivation["formula"])


def add_rows(*tables: pd.DataFrame) -> pd.DataFrame:
    """Some tables one below the other; empty ones, whose columns carry no types, left out."""
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def derive_quarters(
    published: pd.DataFrame, sources: pd.DataFrame, reference: Reference
) -> pd.DataFrame:
    """The windows between the cumulative ones of a year, and their rates.

    Args:
        published: One row per quantity, with ``low``, ``high`` and ``figures``.
        sources: ``SOURCE_COLUMNS``: a report that states two windows itself is left as it is.
        reference: The catalogue and the formulas.

    Returns:
        Rows like ``published``, all derived; ``figures`` name their source where there are two.
    """
    stated = published[published["status"].isin(RESULT_STATUSES) & published["value"].notna()]
    panels = set(sources.loc[sources["kind"] == "panel", "source_id"])
    of_window = stated[stated["period_start"] != ""]
    follows = of_window.duplicated([*SERIES, "period_start"])
    if not (follows.any() or stated["source_id"].isin(panels).any()):
        return published.iloc[:0]  # no window begins where another one does
    # With the source that prints them, so that the figures of two reports can stand together.
    named = [
        " ".join(each if "/" in each else f"{source}/{each}" for each in figures.split())
        for source, figures in zip(stated["source_id"], stated["figures"], strict=True)
    ]
    windows = discretise_windows(stated.assign(figures=named), reference)
    if windows.empty:
        return published.iloc[:0]
    is_told = windows["source_id"].str.contains(" ") | windows["source_id"].isin(panels)
    fresh = windows[(windows["origin"] == Origin.DERIVED) & (windows["value"] >= 0) & is_told]
    held = published.set_index(list(QUANTITY)).index
    fresh = fresh[~fresh.set_index(list(QUANTITY)).index.isin(held)]
    if fresh.empty:
        return published.iloc[:0]
    pairs = zip(fresh["source_id"], fresh["figures"], strict=True)
    rows = fresh.assign(
        **NEVER_PRINTED,
        correction="",
        # Figures of one source need not name it.
        figures=[text if " " in name else text.replace(f"{name}/", "") for name, text in pairs],
    )
    return add_rows(rows, derive_rows(rows, reference).assign(correction=""))
