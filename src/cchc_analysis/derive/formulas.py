"""Values that a report leaves out and its own figures determine, by written formulas.

Comes in as observations and the formulas of ``data/reference/derivations.csv``; goes out as further
rows, each with its formula and the figures of its parts. A rate over several scopes is recomputed
from its parts, never averaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import RESULT_STATUSES, Comparator, Origin, Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import Problem, ReferenceDataError, ValidationError
from cchc_analysis.rules import (
    GroupSum,
    Statements,
    check_codes,
    compute_expression,
    list_operands,
    parse_expression,
    tabulate_statements,
)

if TYPE_CHECKING:
    import pandas as pd


def derive_rows(observations: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The rows that the formulas add, wherever a source prints all their parts and not the whole.

    Formulas are applied in the order of their file, so that a later one may use an earlier.

    Returns:
        The columns of observations, and ``printed`` (empty), ``origin`` and ``parts``.

    Raises:
        ReferenceDataError: A formula is none, or could not name what its value comes from.
    """
    if problems := list(check_formulas(reference)):
        raise ReferenceDataError(problems)
    known = observations[observations["is_published"]]
    statements, fresh = tabulate_statements(known, reference), set[str]()
    added: list[pd.DataFrame] = []
    for derivation in list_rows(reference.derivations):
        operands = list_operands(parse_expression(derivation["formula"]))
        if fresh & {operand.code for operand in operands}:
            statements, fresh = tabulate_statements(known, reference), set()
        derived = _leave_out_known(_apply(derivation, statements, reference), known)
        if len(derived):
            known = add_rows(known, derived)
            fresh.add(derivation["indicator"])
            added.append(derived)
    return add_rows(*added) if added else known.iloc[:0].assign(printed="", origin="", parts="")


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
        if isinstance(operand, GroupSum):
            continue  # check_formulas let none pass
        at = statements.find_positions(operand)[computed.index]
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


def check_formulas(reference: Reference) -> Iterator[Problem]:
    """The formulas that cannot be read or could not name what they come from, as problems."""
    for derivation in list_rows(reference.derivations):
        where = f"data/reference/derivations.csv, {derivation['indicator']}"
        if derivation["scope"] not in ("", *Scope):
            expected = f"empty, or one of {', '.join(Scope)}"
            yield Problem(where, f"scope {derivation['scope']!r}", expected, "Use one of these.")
        try:
            operands = list_operands(parse_expression(derivation["formula"]))
        except ValidationError as error:
            for problem in error.problems:
                yield Problem(
                    where, f"{problem.where}: {problem.found}", problem.expected, problem.remedy
                )
            continue
        yield from check_codes(where, operands, reference)
        if not operands or any(isinstance(operand, GroupSum) for operand in operands):
            yield Problem(
                where,
                f"formula {derivation['formula']!r}",
                "quantities named one by one",
                "A derived value has to name what it comes from; write the parts out.",
            )


def _as_index(columns: pd.DataFrame) -> pd.MultiIndex:
    """The rows of some columns as one index, to look others up in."""
    import pandas as pd

    return pd.MultiIndex.from_frame(columns)


def add_rows(*tables: pd.DataFrame) -> pd.DataFrame:
    """Some tables one below the other; empty ones, whose columns carry no types, left out."""
    import pandas as pd

    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
