"""Observations into indicators: what we publish for each area, scope, indicator and period.

A reported value is published as printed. What a report leaves out and its own figures determine
(a sum of two levels, a rate of two counts) is derived by the formulas of
``data/reference/derivations.csv`` and marked with what it comes from. A rate over several scopes
is recomputed from its parts, never averaged. Does not know how findings are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cchc_analysis.clean import (
    NumberError,
    format_number,
    label_period,
    parse_number,
    parse_period,
)
from cchc_analysis.errors import Problem, ReferenceDataError
from cchc_analysis.files import list_rows
from cchc_analysis.identities import (
    Statements,
    compute_expression,
    list_operands,
    parse_expression,
    tabulate_statements,
)
from cchc_analysis.records import (
    INDICATOR_COLUMNS,
    QUANTITY,
    RESULT_STATUSES,
    Comparator,
    Origin,
    Severity,
    Status,
)
from cchc_analysis.reference import Reference

if TYPE_CHECKING:
    import pandas as pd

SOURCE_RANK = {"period_report": 0, "campaign_report": 1, "plan": 2, "article": 3, "panel": 4}
"""Where two sources state one quantity, the one nearer to the district's own reporting speaks."""

CONFIDENCE = 0.95


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

    Raises:
        ReferenceDataError: A formula cannot be read, or a correction no longer matches anything.
    """
    reported = _report(observations, transcripts)
    derived = _derive(observations, reference)
    candidates = _add_rows(reported, derived)
    published = _choose_source(candidates, sources)
    corrected = _correct(published, transcripts, reference)
    rated = _add_wilson(corrected, reference)
    labelled = rated.assign(
        period=_label_periods(rated),
        is_contested=rated["other_readings"] != "",
        findings="",
    )
    return labelled.sort_values(list(QUANTITY), kind="stable", ignore_index=True)[
        list(INDICATOR_COLUMNS)
    ]


def mark_findings(indicators: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Write into each published value which findings concern it, and whether it is contested.

    A value is contested when another reading of it was printed, or when a finding above info
    involves one of its figures.
    """
    concerning: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for finding in list_rows(findings):
        for figure in finding["figures"].split():
            source_id, _, figure_id = figure.rpartition("/")
            concerning.setdefault((source_id or finding["source_id"], figure_id), []).append(
                (finding["finding_id"], finding["severity"] != Severity.INFO)
            )
    marks = [
        sorted(
            {
                mark
                for source_id in row_source.split()
                for figure_id in figures.split()
                for mark in concerning.get((source_id, figure_id), ())
            }
        )
        for row_source, figures in zip(indicators["source_id"], indicators["figures"], strict=True)
    ]
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
    printed = _printed_by_figure(transcripts)
    first_figure = observations["figures"].str.split(" ").str[0]
    texts = [
        printed.get(place, "")
        for place in zip(observations["source_id"], first_figure, strict=True)
    ]
    readings = observations.assign(printed=texts)
    others: dict[tuple[str, ...], list[str]] = {}
    for row in list_rows(readings[~readings["is_published"]]):
        note = f"{format_number(row['value'])} [{row['figures']}]"
        others.setdefault(tuple(row[column] for column in key), []).append(note)
    chosen = readings[readings["is_published"]]
    return chosen.assign(
        other_readings=[
            "; ".join(others.get(tuple(place), ())) for place in chosen[key].to_numpy()
        ],
        origin=Origin.REPORTED.value,
        parts="",
    )


def _printed_by_figure(transcripts: pd.DataFrame) -> dict[tuple[str, str], str]:
    figures = zip(transcripts["source_id"], transcripts["figure_id"], strict=True)
    return dict(zip(figures, transcripts["printed"], strict=True))


def _derive(observations: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The rows that the formulas add, wherever a source prints all their parts and not the whole.

    Formulas are applied in the order of their file, so that a later one may use an earlier.
    """
    known = observations[observations["is_published"]]
    statements, fresh = tabulate_statements(known, reference), set[str]()
    added: list[pd.DataFrame] = []
    for derivation in list_rows(reference.derivations):
        operands = list_operands(parse_expression(derivation["formula"]))
        if fresh & {operand.code for operand in operands}:
            statements, fresh = tabulate_statements(known, reference), set()
        derived = _leave_out_known(_apply(derivation, statements, reference), known)
        if len(derived):
            known = _add_rows(known, derived)
            fresh.add(derivation["indicator"])
            added.append(derived)
    return _add_rows(*added) if added else known.iloc[:0].assign(printed="", origin="", parts="")


def _leave_out_known(derived: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """What a source states, or an earlier formula gave, for one day is not derived again."""
    key = ["source_id", "area_id", "scope", "indicator", "period_end"]
    stated = known[known["status"].isin(RESULT_STATUSES) & (known["breakdown"] == "")]
    places = _as_index(stated[key])
    return derived[~_as_index(derived[key]).isin(places)].drop_duplicates(key)


def _apply(
    derivation: dict[str, Any], statements: Statements, reference: Reference
) -> pd.DataFrame:
    """The rows that one formula gives, known ones included."""
    import pandas as pd

    expression = parse_expression(derivation["formula"])
    computed = compute_expression(expression, statements)
    rows = statements.rows.iloc[computed.index].reset_index(drop=True)
    start = figures = pd.Series("", index=rows.index, dtype="str")
    is_estimate = start != ""
    for operand in list_operands(expression):
        at = statements.find(operand).position[computed.index]
        part = statements.figures.iloc[at].reset_index(drop=True)
        is_result = part["status"].isin(RESULT_STATUSES)
        start = start.where((start >= part["period_start"]) | ~is_result, part["period_start"])
        figures = (figures + " " + part["figures"]).str.strip()
        is_estimate |= part["status"] == Status.ESTIMATE
    derived = rows.assign(
        scope=derivation["scope"] or rows["scope"],
        indicator=derivation["indicator"],
        breakdown="",
        period_start=start,
        status=is_estimate.map({True: Status.ESTIMATE.value, False: Status.ACTUAL.value}),
        reading=1,
        **{name: computed[name].to_numpy() for name in ("value", "low", "high")},
        unit=reference.indicator_rows[derivation["indicator"]]["unit"],
        decimals=0,
        comparator=Comparator.EQUAL.value,
        is_published=True,
        figures=[" ".join(dict.fromkeys(each.split())) for each in figures],
        printed="",
        other_readings="",
        origin=Origin.DERIVED.value,
        parts=derivation["formula"],
    )
    # A row of a longer window also finds stocks, which are theirs on their own day.
    return derived[rows["period_start"] == start]


def _as_index(columns: pd.DataFrame) -> pd.MultiIndex:
    """The rows of some columns as one index, to look others up in."""
    import pandas as pd

    return pd.MultiIndex.from_frame(columns)


def _add_rows(*tables: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def _choose_source(candidates: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """One row per quantity; what the other sources state goes to ``other_readings``."""
    kinds = dict(zip(sources["source_id"], sources["kind"], strict=True))
    ranked = candidates.assign(
        rank=candidates["source_id"].map(kinds).map(SOURCE_RANK),
        is_derived=candidates["origin"] == Origin.DERIVED,
    ).sort_values([*QUANTITY, "is_derived", "rank", "source_id"], ignore_index=True)
    chosen = ranked.drop_duplicates(list(QUANTITY)).set_index(list(QUANTITY))
    for other in list_rows(ranked[ranked.duplicated(list(QUANTITY))]):
        quantity = tuple(other[column] for column in QUANTITY)
        if other["value"] != chosen.loc[quantity, "value"]:
            note = f"{format_number(other['value'])} [{other['source_id']}: {other['figures']}]"
            before = chosen.loc[quantity, "other_readings"]
            chosen.loc[quantity, "other_readings"] = f"{before}; {note}".strip("; ")
    return chosen.reset_index()


def _correct(
    published: pd.DataFrame, transcripts: pd.DataFrame, reference: Reference
) -> pd.DataFrame:
    """Publish what people decided, where the printed text is still what they decided about."""
    if problems := list(_check_corrections(transcripts, reference)):
        raise ReferenceDataError(problems)
    corrected = published.assign(correction="")
    quantities = _quantity_by_figure(transcripts, reference)
    for correction in list_rows(reference.corrections):
        quantity = quantities.get((correction["source_id"], correction["figure_id"]))
        if quantity is None:
            continue
        chosen = corrected["source_id"] == correction["source_id"]
        for column, cell in zip(QUANTITY, quantity, strict=True):
            chosen &= corrected[column] == cell
        is_kept = correction["action"] == "publish"
        value = parse_number(correction["published"]).value if is_kept else float("nan")
        corrected.loc[chosen, "value"] = value
        corrected.loc[chosen, "correction"] = f"{correction['source_id']}/{correction['figure_id']}"
    return corrected


def _check_corrections(transcripts: pd.DataFrame, reference: Reference) -> Iterator[Problem]:
    printed = _printed_by_figure(transcripts)
    held = set(transcripts["source_id"])
    for correction in list_rows(reference.corrections):
        place = (correction["source_id"], correction["figure_id"])
        where = f"data/reference/corrections.csv, {'/'.join(place)}"
        if correction["source_id"] in held and printed.get(place) != correction["expect"]:
            yield Problem(
                where,
                f"the transcript prints {printed.get(place, 'no such figure')!r}",
                f"{correction['expect']!r}, which was corrected",
                "Remove the correction, or decide again.",
            )
        if correction["action"] not in ("publish", "withhold"):
            yield Problem(
                where,
                f"action {correction['action']!r}",
                "publish or withhold",
                "Use one of these words.",
            )
        elif correction["action"] == "publish":
            try:
                parse_number(correction["published"])
            except NumberError as error:
                yield Problem(where, f"published {error}", "a number", "Write the number.")


def _quantity_by_figure(
    transcripts: pd.DataFrame, reference: Reference
) -> dict[tuple[str, str], tuple[str, ...]]:
    wanted = set(
        zip(reference.corrections["source_id"], reference.corrections["figure_id"], strict=True)
    )
    return {
        (row["source_id"], row["figure_id"]): (
            reference.match_area(row["area"]),
            *(row[column] for column in QUANTITY if column != "area_id"),
        )
        for row in list_rows(transcripts)
        if (row["source_id"], row["figure_id"]) in wanted
    }


def _add_wilson(published: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Add the Wilson interval of every rate of cases whose two counts are published.

    The cases of the period are seen as one draw of a process (Wilson 1927, JASA 22:209-212). A
    rate over a stock, such as posts filled of posts granted, counts all there is: no draw, no
    interval.
    """
    from statsmodels.stats.proportion import proportion_confint

    catalogue = reference.indicators.set_index("indicator")[["numerator", "denominator"]]
    rates = published.join(catalogue, on="indicator")
    key = ["area_id", "scope", "period_end", "breakdown"]
    results = published[published["status"].isin(RESULT_STATUSES)]
    counts = results.drop_duplicates([*key, "indicator"]).set_index([*key, "indicator"])["value"]
    for role in ("numerator", "denominator"):
        places = list(zip(*(rates[column] for column in [*key, role]), strict=True))
        rates[f"{role}_value"] = counts.reindex(places).to_numpy()
    is_result = rates["status"].isin(RESULT_STATUSES)
    fits = is_result & rates["numerator_value"].between(0, rates["denominator_value"])
    fits &= rates["denominator_value"] > 0
    fits &= rates["denominator"].map(_is_flow(reference)).fillna(False).astype(bool)
    low, high = proportion_confint(
        rates.loc[fits, "numerator_value"],
        rates.loc[fits, "denominator_value"],
        alpha=1 - CONFIDENCE,
        method="wilson",
    )
    intervals = published.assign(wilson_low=float("nan"), wilson_high=float("nan"))
    intervals.loc[fits, "wilson_low"] = (100 * low).round(6)
    intervals.loc[fits, "wilson_high"] = (100 * high).round(6)
    return intervals


def _is_flow(reference: Reference) -> dict[str, bool]:
    return {
        indicator: str(row["aggregation"]).startswith("flow")
        for indicator, row in reference.indicator_rows.items()
    }


def _label_periods(rows: pd.DataFrame) -> list[str]:
    windows = list(zip(rows["period_start"], rows["period_end"], strict=True))
    labels = {window: _label_window(*window) for window in set(windows)}
    return [labels[window] for window in windows]


def _label_window(start: str, end: str) -> str:
    return label_period(parse_period(f"{start}/{end}" if start else end)) if end else ""
