"""What is wrong with figures of a panel that can be read.

Impossible values, two values for one quantity and areas that did not exist then are problems;
rows of totals that do not add up and holes in the panel are notes, since the panel stays usable
and a reader has to know. Everything is found for the whole panel at once. Published ranks are held
against the values that they rank: whoever stands before has a value that is not smaller.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

import numpy as np
import pandas as pd

from cchc_analysis.data.clean import fold_text, nearest_names
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import QUANTITY, UNCERTAINTY
from cchc_analysis.data.reference import Reference, exists_on
from cchc_analysis.errors import Problem, ReportError, join_some
from cchc_analysis.panels.mapping import load_vocabulary, problem
from cchc_analysis.panels.matching import name_rows, place_rows
from cchc_analysis.rules.rows import RANKED, judge_ranks
from cchc_analysis.stats.peers import list_breaks

MOST_NAMED = 6
"""Holes, cells or ranks named one by one; more are counted."""
OF_DISTRICTS = ("par_index_rank", "ddci_rank")
"""Ranks of districts; the others are of provinces."""
SLACK = 1e-9


def check_figures(
    figures: pd.DataFrame, reference: Reference, where: str, small_rates: Container[str] = ()
) -> Iterator[Problem]:
    """Everything that keeps figures from being data; small per cents of some are meant so."""
    yield from check_numerals(figures, where)
    yield from _check_shares(figures, where, small_rates)
    yield from _check_values(figures, reference, where)
    yield from _check_existence(figures, reference, where)
    yield from check_units(figures, reference, where)


def check_numerals(
    figures: pd.DataFrame, where: str, named_by: Sequence[str] = ()
) -> Iterator[Problem]:
    """Cells that are no number or two; ``named_by`` columns that name a row without a mapping."""
    faulty = figures[figures["fault"] != ""]
    for indicator, rows in faulty.groupby("indicator", sort=False):
        words = "; ".join(dict.fromkeys(rows["fault"].iloc[:MOST_NAMED]))
        is_open = rows["fault"].str.contains("thousands or decimals").any()
        kind = "own_" * bool(named_by) + ("open_mark" if is_open else "no_number")
        place, found = place_rows(where, rows["row"]), f"{indicator}: {words}"
        if named := [str(rows[name].iloc[0]) for name in named_by if name in rows]:
            place, found = f"{place} ({', '.join(filter(None, named))})", words
        yield problem(kind, place, found=found)


def check_units(figures: pd.DataFrame, reference: Reference, where: str) -> Iterator[Problem]:
    """Units that do not turn into the unit of their indicator."""
    for key, rows in figures.groupby(["indicator", "unit"], sort=False):
        indicator, unit = map(str, key)
        if not unit or indicator not in reference.indicator_rows:
            continue
        own = reference.indicator_rows[indicator]["unit"]
        try:
            reference.convert_unit(unit, own)
        except KeyError:
            near = nearest_names(own, [*reference.unit_rows, *load_vocabulary()["units"]])
            said = {"unit": unit, "indicator": indicator, "own": own}
            known = ", ".join(map(repr, near))
            yield problem("strange_unit", place_rows(where, rows["row"]), **said, known=known)


def _check_shares(
    figures: pd.DataFrame, where: str, small_rates: Container[str]
) -> Iterator[Problem]:
    """Per cents between 0 and 1 are shares of one, unless the mapping or the cell denies it."""
    # A unit "%" denies nothing: people head a column so and keep shares of one in it.
    has_sign = figures["printed"].map(lambda cell: isinstance(cell, str) and cell.endswith("%"))
    rates = figures[(figures["unit"] == "%") & ~has_sign.astype("bool") & (figures["value"] != 0)]
    for (indicator, section), rows in rates.groupby(["indicator", "section"], sort=False):
        is_share = rows["value"].abs() <= 1
        others, shares = rows.loc[~is_share, "value"], rows[is_share]
        if indicator in small_rates or shares.empty or (len(others) and others.median() < 50):
            continue
        said = {"number": len(shares), "all": len(rows), "printed": shares["printed"].iloc[0]}
        place = place_rows(where, shares["row"])
        yield problem("shares", place, indicator=indicator, section=section, **said)


def _check_values(figures: pd.DataFrame, reference: Reference, where: str) -> Iterator[Problem]:
    """A value lies in the range of its indicator and in its own interval; no error is below 0."""
    catalogue = reference.indicators.set_index("indicator")[["range_min", "range_max"]]
    placed = figures.join(catalogue, on="indicator")
    value, least, most = (placed[name] for name in ("value", "range_min", "range_max"))
    outside = placed[(value < least - SLACK) | (value > most + SLACK)]
    for (indicator, printed), rows in outside.groupby(["indicator", "printed"], sort=False):
        first, shown, advice = rows.iloc[0], printed, ""
        marks = [mark for mark in ".," if isinstance(printed, str) and mark in printed]
        if len(marks) == 1 and first["value"].is_integer() and abs(first["value"]) >= 1000:
            # The mark was taken for thousands, and may be decimal.
            shown = f"{printed}, read as {first['value']:.12g}"
            mark = f"say `decimal_mark: {marks[0]!r}` in the mapping"
            advice = f"If {marks[0]!r} parts the decimals, {mark}. "
        low, high = first["range_min"], first["range_max"]
        said = {
            "areas": ", ".join(dict.fromkeys(rows["area"].iloc[:MOST_NAMED])),
            "range": f"{low:g} to {high:g}" if np.isfinite(high) else f"at least {low:g}",
            "advice": advice,
        }
        place = place_rows(where, rows["row"])
        yield problem("out_of_range", place, indicator=indicator, shown=shown, **said)
    low, high, error = (figures[name] for name in UNCERTAINTY)
    slack = 0.5 * 10.0 ** -figures["decimals"].astype("float64") + SLACK
    is_out = (low > figures["value"] + slack) | (high < figures["value"] - slack) | (error < 0)
    for _, rows in figures[is_out].groupby("indicator", sort=False):
        first = rows.iloc[0]
        told = {name: first[name] for name in ("indicator", "printed", "area")}
        told["said"] = ", ".join(f"{n} {first[n]:g}" for n in UNCERTAINTY if first.notna()[n])
        yield problem("out_of_bounds", place_rows(where, rows["row"]), **told)


def _check_existence(figures: pd.DataFrame, reference: Reference, where: str) -> Iterator[Problem]:
    """An area speaks of a period at whose end it did not yet, or no longer, exist."""
    areas = reference.tabulate_areas(figures["area_id"].unique()).fillna("")
    placed = figures.join(areas[["name", "valid_from", "valid_to"]], on="area_id", how="inner")
    first, end, last = (placed[name] for name in ("valid_from", "period_end", "valid_to"))
    for is_wrong, column, one, several in (
        (first > end, "valid_from", "does not exist before", "do not exist before"),
        (
            (last != "") & (end > last),
            "valid_to",
            "no longer exists after",
            "no longer exist after",
        ),
    ):
        for day, rows in placed[is_wrong].groupby(column):
            named = list(dict.fromkeys(rows["name"] + " (" + rows["area_id"] + ")"))
            said = {name: rows[name].iloc[0] for name in ("period_start", "period_end")}
            said["areas"] = join_some(named, MOST_NAMED)
            said["words"] = f"{several if len(named) > 1 else one} {day}"
            yield problem("no_area_then", place_rows(where, rows["row"]), **said)


def drop_doubles(figures: pd.DataFrame, where: str, notes: list[str]) -> pd.DataFrame:
    """Figures without those said twice; two different values for one quantity are refused."""
    key, problems = ["source", *QUANTITY], []
    known = figures[figures["area_id"] != ""]
    for _, rows in known[known.duplicated(key, keep=False)].groupby(key, sort=False):
        if rows["value"].nunique() > 1:
            said = {name: rows[name].iloc[0] for name in ("area", "indicator", "period_end")}
            said["values"] = " and ".join(map(str, rows["printed"].iloc[:3]))
            problems.append(problem("two_values", place_rows(where, rows["row"]), **said))
    if problems:
        raise ReportError(problems)
    if (is_again := figures.duplicated(key)).any():
        places = name_rows(figures.loc[is_again, "row"])
        notes.append(f"{int(is_again.sum())} figures said twice with one value ({places})")
    return figures[~is_again]


def compare_totals(figures: pd.DataFrame, totals: pd.DataFrame, reference: Reference) -> list[str]:
    """How the rows of totals, means and extremes compare with the rows that they are about."""
    if totals.empty:
        return []
    statistics = load_vocabulary()["statistics"]
    kinds = {unit: row["kind"] for unit, row in reference.unit_rows.items()}
    key = ["indicator", "breakdown", "period", "period_end"]
    words = {word: name for name, words in statistics.items() for word in words}
    reckoned = totals["area"].map(
        lambda label: next((words[each] for each in words if each in fold_text(label)), "")
    )
    is_summed = totals["unit"].map(kinds).isin(["count", "money"]) | (reckoned != "sum")
    wanted = totals.assign(reckoned=reckoned)[is_summed & (reckoned != "")]
    own = figures.groupby(key, sort=False)["value"].agg([*statistics])
    both, said = wanted.merge(own.reset_index(), on=key), []
    for row in list_rows(both):
        value = row[row["reckoned"]]
        room = 1e-6 * abs(value) if row["reckoned"] == "sum" else 0.5 * 10.0 ** -row["decimals"]
        if abs(row["value"] - value) > room + SLACK:
            printed = f"printed {row['printed']}, the rows give {value:.12g}"
            said.append(f"{row['area']} of {row['indicator']} in row {row['row']}: {printed}")
    kept = f"{len(both) - len(said)} of {len(both)} totals and means follow from their rows"
    told = _shorten(said, "{} more totals that do not follow from their rows")
    return [*told, kept] if len(both) else []


def tell_gaps(figures: pd.DataFrame, reference: Reference) -> list[str]:
    """Changes of definition in and between periods of indicators, then their holes, in words."""
    changes, holes = list[str](), list[str]()
    names = dict(zip(figures["area_id"], figures["area"], strict=True))
    for indicator, rows in figures.groupby("indicator", sort=False):
        days = [row["effective"] for row in list_breaks(str(indicator), reference)]
        ends = rows["period_end"]
        starts = rows["period_start"].where(rows["period_start"] != "", ends)
        if inside := [day for day in days if ((starts < day) & (ends >= day)).any()]:
            changed = f"its definition changes on {', '.join(inside)}, within a period"
            changes.append(f"{indicator}: {changed}; such values are part of no series")
        if between := [day for day in days if (ends < day).any() and (starts >= day).any()]:
            apart = f"values before and after {', '.join(between)} are not joined"
            changes.append(f"{indicator}: {apart} (its definition changes there)")
        grid = rows.groupby(["area_id", "period_end"]).size().unstack().isna()
        lacking = [
            f"{names[area]} {day}"
            for day in grid.columns
            for area in grid.index[grid[day]]
            if exists_on(reference.area_rows[area], day)
        ]
        told = f"no figure for {', '.join(lacking)}"
        if len(lacking) > MOST_NAMED:
            told = f"{len(lacking)} of {grid.size} area-periods without a figure"
        holes += [f"{indicator}: {told}"] * bool(lacking)
    told_changes = _shorten(changes, "changes of {} more indicators")
    return [*told_changes, *_shorten(holes, "holes in {} more indicators")]


def _shorten(said: list[str], more: str) -> list[str]:
    rest = [more.format(len(said) - MOST_NAMED)] if len(said) > MOST_NAMED else []
    return [*said[:MOST_NAMED], *rest]


def check_ranks(observations: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """The published ranks of areas with a published value, as ``judge_ranks`` judges them."""
    shown = observations[observations["is_published"] & (observations["breakdown"] == "")]
    return judge_ranks(shown.join(areas.set_index("area_id")[["parent_id", "level"]], on="area_id"))


def list_rank_codes(indicator: str) -> dict[str, str]:
    """The indicators that are ranks of an indicator, by level of area.

    >>> list_rank_codes("par_index")
    {'district': 'par_index_rank', 'province': 'par_index_rank_national'}
    """
    return {
        "district" if rank in OF_DISTRICTS else "province": rank
        for rank, ranked in RANKED.items()
        if ranked[0] == indicator and not indicator.startswith("par_score")
    }


def compare_ranks(figures: pd.DataFrame, areas: pd.DataFrame) -> Iterator[str]:
    """How the ranks printed in a panel compare with the values beside them, in words."""
    if not (printed := {*figures["indicator"].unique()} & {*RANKED}):
        return
    hidden = 0.5 * 10.0 ** -figures["decimals"].astype("float64")
    bounds = {"low": figures["value"] - hidden, "high": figures["value"] + hidden}
    stated = figures.drop(columns="printed").assign(source_id=figures["source"], **bounds)
    judged = check_ranks(stated.assign(is_published=True), areas)
    alone = sorted(printed - {*judged["rank_id"]})
    yield from (f"{rank}: ranks without values to hold them against" for rank in alone)
    names = dict(zip(figures["area_id"], figures["area"], strict=True))
    for indicator, rows in judged.groupby("indicator", sort=False):
        off = []
        for row in list_rows(rows[~rows["holds"].astype("bool")]):
            more = f" to {row['most']:g}" if row["most"] > row["least"] else ""
            own = f"{row['least']:g}{more if row['is_complete'] else ' or more'}"
            place = f"{names[row['area_id']]} {row['period_end'][:4]}"
            off.append(f"{place} is printed {row['printed']:g}, its value gives {own}")
        named = f": {join_some(off, MOST_NAMED, '; ')}" if off else ""
        kept = f"{len(rows) - len(off)} of {len(rows)} ranks of {indicator} follow from its values"
        yield f"{kept}{named}"
