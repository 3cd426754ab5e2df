"""Broken rules about rows and pairs of rows into drafts of findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Severity
from cchc_analysis.rules.drafts import PLACE, Draft
from cchc_analysis.rules.engine import Outcome
from cchc_analysis.rules.figures import Integers
from cchc_analysis.rules.sentences import BREAKS
from cchc_analysis.rules.wording import COMPUTED, LANGUAGES, Teller, write_number

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[Any, Any]

SHAPES: Mapping[str, tuple[str, str]] = {
    "expect_one_value_for_each_quantity": ("stated_twice", "≠"),
    "expect_sources_to_agree": ("two_sources", "≠"),
    "expect_longer_window_not_below_shorter": ("window", ">"),
    "expect_opening_to_equal_previous_closing": ("opening", "≠"),
    "expect_magnitude_like_other_periods": ("magnitude", "≉"),
    "expect_pooled_rate_between_its_scopes": ("between", "∉"),
    "expect_counts_not_to_repeat_another_period": ("repeated", "="),
    "expect_rates_on_one_scale": ("scale", "≉"),
    "expect_ranks_to_follow_values": ("rank", "≠"),
    "expect_counts_of_its_own_area": ("swapped", "↔"),
}
"""The sentence of each comparison, and how its left stands to its right when it is broken."""

ONE_SIDED = ("magnitude", "between", "scale", "rank")
"""Comparisons whose right side is worked out, and not another figure."""

MOST_ALONE = 3
"""More rows of one source than this that break one rule about cells have one cause."""

SMALLEST_COPY = 10
"""Below this, that two figures are equal says nothing."""


def draft_comparisons(
    outcome: Outcome, verdict: pd.DataFrame, table: pd.DataFrame, teller: Teller
) -> Iterator[Draft]:
    """Rows that disagree with other rows.

    Args:
        outcome: The rows that break the rule.
        verdict: What they were compared with.
        table: Described observations.
        teller: Names of figures.
    """
    shape, relation = SHAPES[outcome.rule.type]
    compared = dict(zip(verdict.index.tolist(), list_rows(verdict), strict=True))
    kind = {"between": "pooled"}.get(shape, shape)
    for rows in _group_broken(shape, outcome.broken, compared, table):
        row = rows[0]
        found = compared[row]
        other, is_loose = int(found["other"]), bool(found["is_loose"])
        is_cut = bool(found.get("is_cut", False))
        # In a one-sided comparison the row itself is on the left, else it is on the right.
        first, second = (row, row) if shape in ONE_SIDED else (other, row)
        left, right = float(found["left"]), float(found["right"])
        place = _place(table, row)
        yield Draft(
            rule_id=outcome.rule.rule_id,
            severity=Severity.INFO if is_loose else outcome.rule.severity,
            kind="truncation" if is_cut else "reconcile" if is_loose else kind,
            place=place,
            indicator=str(table.at[row, "indicator"]),
            left=left,
            right=right,
            arithmetic=f"{write_number(left, 'vi')} {relation} {write_number(right, 'vi')}",
            figures=teller.figures(dict.fromkeys([first, *rows, other]), place["source_id"]),
            operands=teller.operands(
                [int(first), None if shape in ONE_SIDED else int(second)], place["source_id"]
            ),
            sentences={
                language: _tell(shape, language, teller, (int(first), int(second)), (left, right))
                + (_tell_copy(table, int(row), language, teller) if shape == "stated_twice" else "")
                + _tell_again(rows, language, teller)
                + (BREAKS["cut_off"][language] if is_cut else "")
                for language in LANGUAGES
            },
        )


def _group_broken(
    shape: str, broken: Integers, compared: Mapping[int, Row], table: pd.DataFrame
) -> list[list[int]]:
    """The broken rows; windows that take over one number from one day are one finding."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for row in map(int, broken):
        key: tuple[object, ...] = (row,)
        if shape == "opening":
            cells = compared[row]
            key = (int(cells["other"]), float(cells["right"]), bool(cells["is_loose"]))
        groups.setdefault(key, []).append(row)
    ends = table["last_day"].to_numpy()
    return [sorted(rows, key=lambda row: (ends[row], row)) for rows in groups.values()]


def _tell_again(rows: list[int], language: str, teller: Teller) -> str:
    """The later windows in which the same two numbers stand."""
    if len(rows) == 1:
        return ""
    dates = dict.fromkeys(teller.date(row, language) for row in rows[1:])
    return BREAKS["again"][language].format(dates=", ".join(dates))


def _tell(
    shape: str,
    language: str,
    teller: Teller,
    rows: tuple[int, int],
    values: tuple[float, float],
) -> str:
    words: dict[str, str] = {}
    for side, row, value in zip(("left", "right"), rows, values, strict=True):
        words |= {
            side: teller.name(row, language),
            f"{side}_value": write_number(value, language, 2 if shape == "magnitude" else 6),
            f"{side}_at": teller.at(row, language),
            f"{side}_date": teller.date(row, language),
            f"{side}_source": teller.source(row),
            f"{side}_area": teller.area(row),
        }
    return BREAKS[shape][language].format(**words)


def _tell_copy(table: pd.DataFrame, row: int, language: str, teller: Teller) -> str:
    """That the reading not taken is the number of another quantity beside it."""
    own = table.loc[row]
    if own["value"] < SMALLEST_COPY:
        return ""
    beside = table["is_published"] & (table["value"] == own["value"])
    for column in ("source_id", "area_id", "scope", "unit", "period_end"):
        beside &= table[column] == own[column]
    others = table.index[beside & (table["indicator"] != own["indicator"])]
    if others.empty:
        return ""
    other = int(others[0])
    return BREAKS["same_as"][language].format(
        right_value=write_number(float(str(own["value"])), language),
        other=teller.name(other, language),
        other_at=teller.at(other, language),
    )


def draft_cells(outcome: Outcome, table: pd.DataFrame, teller: Teller | None) -> Iterator[Draft]:
    """Rows that break a rule about their own cells; ``teller`` knows rows of observations only."""
    is_hundred = outcome.rule.type == "expect_rates_not_above_hundred"
    is_range = is_hundred or "range" in outcome.rule.type
    rows_by_source: dict[str, list[int]] = {}
    for row in outcome.broken:
        rows_by_source.setdefault(_place(table, row)["source_id"], []).append(int(row))
    for rows in rows_by_source.values():
        if len(rows) > MOST_ALONE and not is_range:
            yield _draft_together(outcome, rows, table)
            continue
        for row in rows:
            yield _draft_cell(outcome, row, table, teller if is_hundred else None, is_range)


def _draft_cell(
    outcome: Outcome, row: int, table: pd.DataFrame, teller: Teller | None, is_range: bool
) -> Draft:
    """One row that breaks a rule; with a teller, one that is above a hundred."""
    cells = table.loc[row]
    value = float(table["value"].to_numpy()[row]) if "value" in table else float("nan")
    return Draft(
        rule_id=outcome.rule.rule_id,
        severity=outcome.rule.severity,
        kind="range" if is_range else "table",
        place=_place(table, row),
        indicator=str(cells.get("indicator", "")),
        left=value,
        right=100.0 if teller else float("nan"),
        arithmetic=f"{write_number(value, 'vi')} > 100" if teller else "",
        figures=_figures(table, row),
        operands=f"{_figures(table, row).partition(' ')[0]} {COMPUTED}" if teller else "",
        sentences={
            language: _tell_hundred(cells, row, language, teller)
            if teller
            else _tell_cells(outcome.rule.meta, cells, language)
            for language in LANGUAGES
        },
    )


def _draft_together(outcome: Outcome, rows: list[int], table: pd.DataFrame) -> Draft:
    """Many rows of one source that break one rule in one way: one finding, not one each."""
    places = [_place(table, row) for row in rows]
    figures = [_figures(table, row) for row in rows]
    return Draft(
        rule_id=outcome.rule.rule_id,
        severity=outcome.rule.severity,
        kind="table",
        place={
            name: places[0][name] if len({place[name] for place in places}) == 1 else ""
            for name in PLACE
        },
        figures=" ".join(figures),
        sentences={
            language: BREAKS["cells"][language].format(
                count=write_number(len(rows), language),
                figures=", ".join(figures[:MOST_ALONE]),
                why=_why(outcome.rule.meta, language),
            )
            for language in LANGUAGES
        },
    )


def _figures(table: pd.DataFrame, row: int) -> str:
    column = "figures" if "figures" in table else "figure_id"
    return str(table.at[row, column]) if column in table else ""


def _tell_hundred(cells: Any, row: int, language: str, teller: Teller) -> str:
    return BREAKS["hundred"][language].format(
        left=teller.name(row, language),
        left_value=write_number(float(cells["value"]), language),
        left_at=teller.at(row, language),
    )


def _tell_cells(meta: Mapping[str, Any], cells: Any, language: str) -> str:
    told = ("indicator", "breakdown", "area_id", "area", "scope", "period_end", "status")
    named = [str(cells[name]) for name in told if name in cells.index and str(cells[name])]
    if "value" in cells.index:
        named.append(str(cells["value"]))
    return BREAKS["cell"][language].format(where=", ".join(named), why=_why(meta, language))


def _why(meta: Mapping[str, Any], language: str) -> str:
    return str(meta["why"] if language == "en" else meta.get("why_vi", meta["why"]))


def _place(table: pd.DataFrame, row: int) -> dict[str, str]:
    return {name: str(table.at[row, name]) if name in table else "" for name in PLACE}
