"""A second look at what was proposed, with what the figures owe each other.

Comes in as proposals of one document; goes out as proposals, some changed, each change with its
reason. A number that the text repeats takes the place of its twin; an open choice is decided by the
identity that holds for one of the candidates alone; a dot that can be read in two ways is read so
that a sum closes. What stays wrong is left as printed: it is a finding, not ours to mend.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cchc_analysis.clean import NumberError, parse_number
from cchc_analysis.identities import Identity, evaluate_identity, tabulate_statements
from cchc_analysis.recognise.figures import Confidence, Figure
from cchc_analysis.recognise.wording import Wording
from cchc_analysis.records import OBSERVATION_COLUMNS, Comparator
from cchc_analysis.reference import Reference

if TYPE_CHECKING:
    import pandas as pd

MOST_CHOICES = 200
"""Open choices tried against the identities; a document with more is left to its reviewer."""
NEIGHBOURS = 40


def look_again(
    figures: Sequence[Figure],
    wording: Wording,
    reference: Reference,
    identities: Iterable[Identity] = (),
) -> tuple[Figure, ...]:
    """Look again at the proposals of one document."""
    found = _complete_wholes(list(figures), wording)
    found = _take_scope_of_twins(found, reference)
    found = _check_shares(found, reference)
    return tuple(_decide_open(found, reference, tuple(identities)))


def tabulate_figures(figures: Sequence[Figure], reference: Reference) -> pd.DataFrame:
    """The proposals as observations, for the identities; ``figures`` holds their positions."""
    import pandas as pd

    rows = []
    for position, figure in enumerate(figures):
        value = read_value(figure, reference)
        if not figure.indicator or value is None:
            continue
        unit = reference.indicator_rows[figure.indicator]["unit"]
        half = 0.0
        if reference.unit_rows[unit]["kind"] in ("rate", "money"):
            half = 0.5 * 10.0 ** -_count_decimals(figure)
        try:
            factor = reference.convert_unit(figure.unit or unit, unit)
        except KeyError:
            continue
        quantity = {
            "source_id": "draft", "area_id": figure.area, "scope": str(figure.scope),
            "indicator": figure.indicator, "breakdown": figure.breakdown,
            "period_start": figure.period_start, "period_end": figure.period_end,
            "status": str(figure.status), "reading": 1, "value": value * factor,
            "low": (value - half) * factor, "high": (value + half) * factor, "unit": unit,
            "decimals": _count_decimals(figure), "comparator": str(figure.comparator),
            "is_published": True, "figures": str(position),
        }  # fmt: skip
        rows.append(quantity)
    table = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    key = list(OBSERVATION_COLUMNS[:8])
    # A quantity printed twice with one value is one; with two, the first speaks.
    return table.drop_duplicates(key, ignore_index=True)


def read_value(figure: Figure, reference: Reference) -> float | None:
    """The number of a figure, or nothing where it can be read in two ways."""
    unit = figure.unit or (
        reference.indicator_rows[figure.indicator]["unit"] if figure.indicator else ""
    )
    kind = str(reference.unit_rows[unit]["kind"]) if unit in reference.unit_rows else "other"
    try:
        return parse_number(figure.read_as or figure.printed, kind).value
    except NumberError:
        return None


def _count_decimals(figure: Figure) -> int:
    try:
        return parse_number(figure.read_as or figure.printed).decimals
    except NumberError:
        return 0


def _complete_wholes(figures: list[Figure], wording: Wording) -> list[Figure]:
    """A total without words of its own that comes back as the B of a pair in its line."""
    wholes = {rule.over for rule in wording.rules.values() if rule.over}
    by_line: dict[int, list[Figure]] = {}
    for figure in figures:
        by_line.setdefault(figure.line, []).append(figure)
    found = []
    for each in figures:
        figure = each
        twins = [
            other
            for other in by_line[figure.line]
            if other.indicator in wholes and other.printed == figure.printed and other is not figure
        ]
        if not figure.indicator and twins and twins[0].start > figure.start:
            twin = twins[0]
            figure = replace(
                figure, indicator=twin.indicator, scope=twin.scope, unit=twin.unit,
                period_start=twin.period_start, period_end=twin.period_end,
                confidence=Confidence.LOW, reason="comes back as the whole of a pair in its line",
                looked_again="took the indicator of the same number further on in the line",
            )  # fmt: skip
        found.append(figure)
    return found


def _take_scope_of_twins(figures: list[Figure], reference: Reference) -> list[Figure]:
    """A number repeated without saying whose it is, is that of the place that says so."""
    said: dict[tuple[str, str, str, str], set[str]] = {}
    for figure in figures:
        if figure.indicator and figure.is_scope_said:
            key = (figure.indicator, figure.breakdown, figure.printed, str(figure.status))
            said.setdefault(key, set()).add(str(figure.scope))
    found = []
    for each in figures:
        figure = each
        key = (figure.indicator, figure.breakdown, figure.printed, str(figure.status))
        scopes = said.get(key, set())
        value = read_value(figure, reference) or 0.0
        is_stock = figure.indicator and (
            reference.indicator_rows[figure.indicator]["aggregation"] == "stock"
        )
        if is_stock and not figure.is_scope_said and len(scopes) == 1 and value > 20:
            scope = type(figure.scope)(next(iter(scopes)))
            if scope is not figure.scope:
                figure = replace(
                    figure, scope=scope,
                    looked_again=f"took the scope {scope} of the same number elsewhere",
                )  # fmt: skip
        found.append(figure)
    return _follow_wholes(found)


def _follow_wholes(figures: list[Figure]) -> list[Figure]:
    """The A of a pair is counted where its B is."""
    found = list(figures)
    for at in range(len(found) - 1):
        part, whole = found[at], found[at + 1]
        is_pair = whole.reason == f"the whole that {part.indicator} is a part of"
        if is_pair and part.line == whole.line and whole.looked_again and not part.is_scope_said:
            found[at] = replace(part, scope=whole.scope, looked_again=whole.looked_again)
    return found


def _check_shares(figures: list[Figure], reference: Reference) -> list[Figure]:
    """A share named only by what stands before it must be that share of its whole."""
    found = []
    for at, each in enumerate(figures):
        figure = each
        if figure.reason.startswith("a share right behind"):
            row = reference.indicator_rows[figure.indicator]
            part = _last_value(figures, at, str(row["numerator"]), figure, reference)
            whole = _last_value(figures, at, str(row["denominator"]), figure, reference)
            share = read_value(figure, reference)
            if share is not None and _is_other_share(figures, at, str(row["numerator"]), reference):
                figure = replace(
                    figure, indicator="", confidence=Confidence.NONE,
                    rivals=(figure.indicator, *figure.rivals),
                    looked_again="it is the share that the figure before it has in another one",
                )  # fmt: skip
            elif part and whole and share is not None and abs(100 * part / whole - share) > 3:
                figure = replace(
                    figure, indicator="", confidence=Confidence.NONE,
                    rivals=(figure.indicator, *figure.rivals),
                    looked_again=f"{100 * part / whole:.1f} % would be the share; left open",
                )  # fmt: skip
        found.append(figure)
    return found


def _is_other_share(
    figures: Sequence[Figure], at: int, numerator: str, reference: Reference
) -> bool:
    """Whether a share is that of the figure before it in something else than its whole."""
    before, share = figures[at - 1], read_value(figures[at], reference)
    value = read_value(before, reference)
    if before.indicator == numerator or not value or share is None or share == 100:
        return False
    half = 0.5 * 10.0 ** -_count_decimals(figures[at]) + 0.01
    wholes = [
        read_value(other, reference)
        for other in figures[max(0, at - 12) : at - 1]
        if other.scope == before.scope and other.unit == before.unit
    ]
    return any(whole and abs(100 * value / whole - share) <= half for whole in wholes)


def _last_value(
    figures: Sequence[Figure], at: int, code: str, like: Figure, reference: Reference
) -> float | None:
    for figure in reversed(figures[max(0, at - 12) : at]):
        if code and figure.indicator == code and figure.scope == like.scope:
            return read_value(figure, reference)
    return None


def _decide_open(
    figures: list[Figure], reference: Reference, identities: tuple[Identity, ...]
) -> list[Figure]:
    """Give an open figure the one candidate with which an identity closes that did not before."""
    if not identities:
        return figures
    opened = [at for at, f in enumerate(figures) if not f.indicator and f.rivals and _is_plain(f)]
    figures = [*figures]
    for at in opened[:MOST_CHOICES]:
        # Figures that owe each other something stand near each other.
        start, end = max(0, at - NEIGHBOURS), at + NEIGHBOURS
        near = figures[start:end]
        trials = []
        for code in figures[at].rivals[:3]:
            unit = str(reference.indicator_rows[code]["unit"])
            trial = replace(figures[at], indicator=code, unit=figures[at].unit or unit)
            attempt = [*near[: at - start], trial, *near[at - start + 1 :]]
            about = tuple(rule for rule in identities if code in rule.codes)
            gain, is_broken = _weigh_trial(near, attempt, about, reference)
            if gain > 0 and not is_broken:
                trials.append((gain, trial, code))
        if len(trials) == 1:
            gain, trial, code = trials[0]
            figures[at] = replace(
                trial, confidence=Confidence.LOW, reason=f"an identity of {code} closes with it",
                looked_again=f"chosen because {gain} identities hold with it and none breaks",
            )  # fmt: skip
    return figures


def _weigh_trial(
    before: Sequence[Figure],
    after: Sequence[Figure],
    identities: tuple[Identity, ...],
    reference: Reference,
) -> tuple[int, bool]:
    old, new = (_judge(each, reference, identities) for each in (before, after))
    return new[0] - old[0], new[1] > old[1]


def _judge(
    figures: Sequence[Figure], reference: Reference, identities: tuple[Identity, ...]
) -> tuple[int, int]:
    """How many identities hold in full, and how many break."""
    observations = tabulate_figures(figures, reference)
    if observations.empty or not identities:
        return 0, 0
    statements = tabulate_statements(observations, reference)
    held = broken = 0
    for identity in identities:
        verdict = evaluate_identity(identity, statements)
        complete = verdict[verdict["is_complete"].astype(bool)]
        good = complete["holds"].astype(bool) | complete["is_within_unit"].astype(bool)
        held, broken = held + int(good.sum()), broken + int((~good).sum())
    return held, broken


def _is_plain(figure: Figure) -> bool:
    return figure.comparator is Comparator.EQUAL
