"""Rules about rows of our tables: about the cells of one, and about what several owe each other.

Comes in as rows with what the catalogue says beside them (``describe_rows``). A rule about cells
is a condition that each row keeps; a cell that is missing is no answer: another rule asks for it.
A comparison goes out as one verdict per row that it applies to: ``left`` and ``right``, ``holds``,
``other`` (the position of the row it is compared with) and ``is_loose`` (both may be right: they
differ in date, scope or firmness, and are only to be reconciled). Positions count from zero; row
order does not matter.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.data.clean import VERBAL_ZEROS, can_stand_for, is_cut_off
from cchc_analysis.data.records import OBSERVATION_KEY, QUANTITY, RESULT_STATUSES, Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.rules.statements import Booleans, Integers, leave_room


def describe_rows(name: str, table: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The rows that a suite judges, by position, with what the catalogue says beside them.

    Observations have ``first_day`` and ``last_day`` (days since 1970), ``series`` (one number for
    each area, scope, indicator and breakdown), and ``low`` and ``high`` with the room that
    approximate words leave; transcripts the ``kind`` of their source, empty where nobody says it.
    """
    if name not in ("observations", "indicators"):
        # A figure that no person has given an indicator yet says nothing that could be wrong.
        is_mapped = table["indicator"] != "" if "indicator" in table else slice(None)
        told = table[is_mapped].reset_index(drop=True)
        return told if "kind" in told else told.assign(kind="")
    catalogue = reference.indicators.set_index("indicator")
    indicators = table["indicator"].reset_index(drop=True)
    ranges = {end: indicators.map(catalogue[end]) for end in ("range_min", "range_max")}
    table = table.reset_index(drop=True).assign(row=range(len(table)), **ranges)
    table = table.astype(dict.fromkeys(ranges, "float64"))
    if name == "indicators":
        return table
    areas, places = reference.tabulate_areas(table["area_id"].unique()), table["area_id"]
    room, kinds = leave_room(table), reference.units.set_index("unit")["kind"]
    # Few words stand in these over and over: each is held once, and compared as a number.
    few = ("source_id", "area_id", "scope", "indicator", "breakdown", "status", "comparator")
    words = {name: table[name].astype("category") for name in few}
    series = [words[name] for name in ("area_id", "scope", "indicator", "breakdown")]
    used = {"unit": table["unit"], "catalogue_unit": _look_up(indicators, catalogue["unit"])}
    dates = {name: table[name] for name in ("period_start", "period_end")}
    dates |= {name: _look_up(places, areas[name]) for name in ("valid_from", "valid_to")}
    return table.assign(
        **words,
        **_share_words(used),
        **_share_words(dates),
        **{name: _look_up(indicators, catalogue[name]) for name in ("aggregation", "polarity")},
        **{name: _look_up(places, areas[name]) for name in ("level", "parent_id")},
        unit_kind=_look_up(table["unit"], kinds),
        low=room["low"],
        high=room["high"],
        first_day=_count_days(table["period_start"]),
        last_day=_count_days(table["period_end"]),
        series=table.groupby(series, sort=False, dropna=False, observed=True).ngroup(),
    )


def _look_up(cells: pd.Series, words: pd.Series) -> pd.Series:
    return cells.map(words).astype("str").fillna("").astype("category")


def _share_words(columns: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Columns whose cells are compared with each other, as numbers of the same sorted words."""
    words = {word for cells in columns.values() for word in cells.dropna().unique()}
    shared = pd.CategoricalDtype(sorted(words), ordered=True)
    return {name: cells.astype(shared) for name, cells in columns.items()}


def _count_days(dates: pd.Series) -> pd.Series:
    """Days since 1970 of ISO dates."""
    days = pd.to_datetime(dates, format="ISO8601", errors="coerce")
    return (days - pd.Timestamp(0)).dt.days.astype("float64")


SAID = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
"""What the file beside this module says of the rule types about rows."""

CELLS: Mapping[str, str] = {name: " ".join(each.split()) for name, each in SAID["cells"].items()}
"""The rule types about one row, each with the condition that it keeps."""


def stand_for(printed: pd.Series[str], read_as: pd.Series[str]) -> pd.Series[bool]:
    """Whether printed digits can stand for what a person reads them as, where one does."""
    pairs = zip(printed, read_as, strict=True)
    return pd.Series([not read or can_stand_for(one, read) for one, read in pairs], printed.index)


_KNOWN = {"results": RESULT_STATUSES, "infinity": np.inf, "zeros": VERBAL_ZEROS}
_KNOWN |= {"stand_for": stand_for}
"""What conditions name with @."""


def list_cells(condition: str) -> list[str]:
    """The columns that a condition looks at."""
    tree = [*ast.walk(ast.parse(condition.replace("@", ""), mode="eval"))]
    called = {id(each.func) for each in tree if isinstance(each, ast.Call)}
    names = [each.id for each in tree if isinstance(each, ast.Name) and id(each) not in called]
    return [name for name in dict.fromkeys(names) if name not in _KNOWN]


def keep_condition(table: pd.DataFrame, condition: str) -> dict[str, Booleans]:
    """Where rows keep a condition, as the column ``holds``."""
    # Of a table of many columns those alone: each is made a series before anything is asked.
    asked = table[[name for name in list_cells(condition) if name in table]]
    holds = asked.eval(condition, engine="python", local_dict=_KNOWN)
    return {"holds": np.asarray(holds, dtype=bool)}


RANKED: Mapping[str, Sequence[str]] = SAID["ranked"]
"""Each indicator that is a rank, and what it ranks."""

COLUMNS = (
    *OBSERVATION_KEY,
    *("value", "low", "high", "decimals", "is_published", "figures", "unit", "unit_kind"),
    *("aggregation", "polarity", "level", "parent_id", "series", "first_day", "last_day"),
)
"""The columns that comparisons look at."""

GROWING = ("flow_ytd", "flow_ytd_incl_opening")
"""What accumulates from one day on; what was there on that day changes nothing of it."""

JUMPY = 5
"""How many times the usual distance from the usual size is out of the usual."""

FEWEST_COPIED, FEWEST_LARGE = 3, 2
"""So many counts, so many larger ones among them, do not equal another period's by chance."""

FEW = 2
"""With only two periods, nobody can tell which is the odd one."""

LIKE, NEAR = 1.5, 1.1
"""Two areas whose usual sizes differ by less than the first factor cannot be told apart by size; a
count within the second one of what is usual, or twice the usual distance from it, is usual."""


def compare_readings(table: pd.DataFrame) -> pd.DataFrame:
    """A source that prints a quantity more than once prints one value."""
    key = ["source_id", *QUANTITY]
    is_contested = table.duplicated(key, keep=False)
    is_repeated = table["figures"].str.contains(" ", regex=False)
    stated = table[is_contested | is_repeated]
    published = stated[stated["is_published"]].drop_duplicates(key)
    homes = published[key].assign(other=published.index)
    others = stated[key].assign(row=stated.index).merge(homes, on=key).set_index("row")["other"]
    is_other = others.to_numpy() != others.index.to_numpy()
    is_alone = ~is_contested[others.index].to_numpy()
    return _compare(table, others.iloc[np.flatnonzero(is_other | is_alone)])


def compare_sources(table: pd.DataFrame) -> pd.DataFrame:
    """Two sources that state one quantity for one window state one value.

    Each is held against all before it, and judged with the first that it disagrees with.
    """
    pairs = pair_sources(table).sort_values("holds", kind="stable").drop_duplicates("row")
    told = pairs.sort_values("row")
    verdict = _tell_places(table, told["row"], told["other"], told["holds"])
    return verdict.assign(is_loose=told["is_loose"].to_numpy())


def pair_sources(table: pd.DataFrame) -> pd.DataFrame:
    """All pairs of rows of two sources about one quantity and window.

    ``row`` is the one of the later source, ``other`` that of the earlier, with their values as
    ``right`` and ``left``; those of one ``pair`` of values have one number. ``holds`` where they
    agree as far as digits go, ``is_loose`` and ``is_cut`` where both may be right all the same.
    """
    key = ["series", "period_start", "period_end"]
    results = _keep_results(table)
    stated = results.loc[results.duplicated(key, keep=False)]
    stated = stated[[*key, "value", "decimals", "low", "high"]].assign(
        row=stated.index,
        source=stated["source_id"].cat.codes,
        is_estimate=stated["status"] == Status.ESTIMATE,
    )
    both = stated.merge(stated, on=key, suffixes=("", "_before"))
    both = both[both["source_before"] < both["source"]].sort_values(["row", "source_before"])
    holds = (both["low"] <= both["high_before"]) & (both["low_before"] <= both["high"])
    value, before = both["value"], both["value_before"]
    places = both[["decimals", "decimals_before"]]
    # Scores are exact among those of one source; two may print more digits or fewer of one.
    is_rounded = places["decimals"] != places["decimals_before"]
    is_rounded &= (value - before).abs() <= 0.5 * 10.0 ** -places.min(axis=1) + 1e-9
    holds |= is_rounded
    is_cut = is_cut_off(value, places["decimals"], before, places["decimals_before"]) & ~holds
    least, most = np.minimum(value, before), np.maximum(value, before)
    return both[["row"]].assign(
        other=both["row_before"],
        left=before,
        right=value,
        pair=both.groupby([*key, least, most], observed=True).ngroup(),
        holds=holds,
        is_loose=both["is_estimate"] | both["is_estimate_before"] | is_cut,
        is_cut=is_cut,
    )


def compare_windows(table: pd.DataFrame) -> pd.DataFrame:
    """A window counts no less than a shorter one in it."""
    flows = _keep_results(table)
    flows = flows[flows["aggregation"].isin(GROWING) & flows["first_day"].notna()]
    verdict = _compare(table, pd.concat([_find_shorter(flows), _find_inner(flows)]))
    rows, others = verdict.index, verdict["other"]
    is_below = table["high"].to_numpy()[rows] < table["low"].to_numpy()[others]
    was_estimate = table["status"].to_numpy()[others] == Status.ESTIMATE
    verdict = verdict.assign(holds=~is_below, is_loose=was_estimate)
    # A window that is longer than two others is told of once, where it is less than one.
    verdict = verdict.sort_values("holds", kind="stable")
    return verdict[~verdict.index.duplicated()].sort_index()


def _find_shorter(flows: pd.DataFrame) -> pd.Series[int]:
    """The next shorter window that begins on the day of one."""
    begun = ["series", "first_day"]
    ordered = flows[[*begun, "last_day"]].sort_values([*begun, "last_day"], kind="stable")
    before = ordered.shift(1)
    follows = (ordered[begun] == before[begun]).all(axis=1)
    follows &= ordered["last_day"] > before["last_day"]
    return ordered.index.to_series().shift(1)[follows].astype("int64")


def _find_inner(flows: pd.DataFrame) -> pd.Series[int]:
    """Of the windows that begin later than one and end with it or before, that which counts most.

    They are looked for in its year.
    """
    years = flows["last_day"].to_numpy().astype("datetime64[D]").astype("datetime64[Y]")
    days = ["first_day", "last_day"]
    own = flows[["series", *days, "value"]].assign(year=years.astype("int64"), row=flows.index)
    # Few begin later than another of their year does, and only these can lie inside of one.
    first = own.groupby(["series", "year"])["first_day"].transform("min")
    later = own[own["first_day"] > first]
    own = own[own["series"].isin(later["series"])]
    met = own.merge(later, on=["series", "year"], suffixes=("", "_inner"))
    is_inside = met["first_day"] < met["first_day_inner"]
    is_inside &= met["last_day"] >= met["last_day_inner"]
    inner = met[is_inside].sort_values("value_inner", ascending=False, kind="stable")
    found: pd.Series[int] = inner.drop_duplicates("row").set_index("row")["row_inner"]
    return found


def compare_openings(table: pd.DataFrame, opening: str, closing: str) -> pd.DataFrame:
    """What a window takes over is what was left on the last day before it."""
    results = _keep_results(table)
    place = ["area_id", "scope", "breakdown"]
    taken = results[(results["indicator"] == opening) & results["first_day"].notna()]
    left = results[(results["indicator"] == closing) & results["last_day"].notna()]
    met = pd.merge_asof(
        taken[[*place, "first_day"]].assign(row=taken.index).sort_values("first_day"),
        left[[*place, "last_day"]].assign(other=left.index).sort_values("last_day"),
        left_on="first_day",
        right_on="last_day",
        by=place,
        tolerance=20,  # days
        allow_exact_matches=False,
    ).dropna(subset="other")
    met = met.set_index("row").sort_index()
    verdict = _compare(table, met["other"].astype("int64"))
    return verdict.assign(is_loose=(met["first_day"] - met["last_day"] != 1).to_numpy())


def compare_magnitudes(table: pd.DataFrame, factor: float, least: float) -> pd.DataFrame:
    """A count has the size that it has in other periods; flows are compared per day.

    A count that jumps from period to period anyway is never out of the usual. ``factor`` times the
    usual size, or such a part of it, is out of it where too few periods tell how far the series
    strays; below the size ``least`` nothing is said: small counts jump.
    """
    sized = _measure_sizes(table)
    expected = np.exp(sized["usual"]) * sized["days"]
    # Six periods show how far a series usually strays; then twice the usual size may be odd.
    limit = np.log(np.where(sized["periods"] >= 6, np.minimum(factor, 2.0), factor))
    is_odd = (sized["away"] >= limit) & (sized["away"] >= JUMPY * sized["spread"])
    is_small = np.maximum(sized["value"], expected) < least
    return _tell_verdict(
        sized.index, sized["value"], expected, ~is_odd | is_small, others=sized.index
    )


def _measure_sizes(table: pd.DataFrame) -> pd.DataFrame:
    """Counts of series of three periods or more, with how far each is from its usual size.

    ``pace`` is the logarithm of the size per day, ``usual`` and ``spread`` its median and that of
    the distances from it (``away``).
    """
    sized = _keep_results(table)
    sized = sized[sized["unit_kind"].isin(["count", "money"]) & (sized["value"] > 0)]
    is_flow = sized["aggregation"].isin(GROWING)
    window = (sized["last_day"] - sized["first_day"] + 1).where(is_flow).fillna(1).clip(lower=1)
    sized = sized.assign(
        days=window,
        pace=np.log(sized["value"] / window),
        periods=sized.groupby("series")["period_end"].transform("nunique"),
    )
    sized = sized[sized["periods"] > FEW]
    usual = sized.groupby("series")["pace"].transform("median")
    away = (sized["pace"] - usual).abs()
    spread = away.groupby(sized["series"]).transform("median")
    return sized.assign(usual=usual, away=away, spread=spread)


def compare_areas(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """Two areas have not taken each other's counts: what is odd for both is usual for the other.

    One count of each area, scope and window is judged; it is broken where two counts or more tell
    two areas apart, and all that are odd for one are the usual ones of the other.
    """
    sized = _measure_sizes(table)
    sized = sized[sized["value"] >= least]
    window = ["scope", "period_start", "period_end"]
    near = np.maximum(np.log(NEAR), 2 * sized["spread"])
    counts = sized[["row", "pace", "usual"]].assign(
        area=sized["area_id"].cat.codes,
        place=sized.groupby(["area_id", *window], observed=True).ngroup(),
        quantity=sized.groupby(["indicator", "breakdown", *window], observed=True).ngroup(),
        low=sized["usual"] - near,
        high=sized["usual"] + near,
    )
    is_odd = sized["away"] > np.maximum(np.log(LIKE) / 2, JUMPY * sized["spread"])
    broken = _find_swapped(counts, counts[is_odd]) if is_odd.any() else {}
    rows = sorted({*counts.drop_duplicates("place")["row"]} | {*broken})
    others, holds = [broken.get(row, row) for row in rows], [row not in broken for row in rows]
    return _tell_places(table, rows, others, holds)


def _find_swapped(counts: pd.DataFrame, odd: pd.DataFrame) -> dict[int, int]:
    """A row of each place whose odd counts are the usual ones of another area, and one of those."""
    odd = odd.sort_values(["quantity", "pace"], ignore_index=True)
    one, other = (odd.iloc[at].reset_index(drop=True) for at in _meet(odd))
    is_swapped = one["pace"].between(other["low"], other["high"])
    is_swapped &= (one["usual"] - other["usual"]).abs() > np.log(LIKE)
    is_swapped &= one["area"] < other["area"]
    pairs = one[["place", "row"]].assign(area=other["area"], other=other["row"])[is_swapped]
    found = pairs.groupby(["place", "area"], as_index=False).agg(
        row=("row", "min"), other=("other", "min"), swapped=("row", "size")
    )
    found = found[found["swapped"] >= FEWEST_LARGE]
    # Whether any other odd count of theirs tells them apart, and is not the usual one of the other.
    mine = found[["place", "area"]].merge(odd[["place", "quantity", "usual"]], on="place")
    met = mine.merge(counts[["area", "quantity", "usual"]], on=["area", "quantity"])
    is_apart = (met["usual_x"] - met["usual_y"]).abs() > np.log(LIKE)
    apart = met[is_apart].groupby(["place", "area"]).size().rename("apart").reset_index()
    found = found.merge(apart, on=["place", "area"])
    told = found[found["swapped"] == found["apart"]]
    return dict(told[["row", "other"]].itertuples(index=False))


def _meet(odd: pd.DataFrame) -> tuple[Integers, Integers]:
    """Pairs of odd counts of one quantity of which the second has the usual size of the first.

    They are sought by size: to hold each against each would take the square of their number.
    """
    pace, least, most = odd["pace"], odd["pace"].min() - 0.5, odd["pace"].max() + 0.5
    # What keeps one quantity apart from the next on the line along which is searched.
    shift = odd["quantity"] * (most - least + 1.0)
    line = (pace + shift).to_numpy()
    first = np.searchsorted(line, odd["low"].clip(least, most) + shift)
    times = np.searchsorted(line, odd["high"].clip(least, most) + shift, side="right") - first
    one = np.repeat(np.arange(len(odd)), times)
    return one, np.arange(len(one)) + np.repeat(first - (times.cumsum() - times), times)


def compare_scales(table: pd.DataFrame) -> pd.DataFrame:
    """A rate is printed in per cent like the others, and not as a share of one.

    A share of one has two decimals or more. Where all are so, only of rates whose high values are
    the good ones can it be said that per cents would be larger.
    """
    rates = _keep_results(table)
    rates = rates[(rates["unit"] == "%") & (rates["comparator"] == "=") & (rates["value"] > 0)]
    is_share = (rates["value"] <= 1) & (rates["decimals"] >= 2)
    by_code = [rates["indicator"].astype("str")]
    usual = rates["value"].where(rates["value"] > 1).groupby(by_code).transform("median")
    shares = rates["value"].where(is_share).groupby(by_code).transform("median")
    count = is_share.groupby(by_code).transform("sum")
    # Where per cents are usually above 50, one of at most 1 may be a share of one.
    is_whole = usual.isna() & (count > FEW) & (100 * shares >= 50)
    is_whole &= rates["polarity"] == "higher"
    is_odd = is_share & (is_whole | (usual >= 50))
    return _tell_verdict(
        rates.index, rates["value"], 100 * rates["value"], ~is_odd, others=rates.index
    )


def compare_ranks(table: pd.DataFrame) -> pd.DataFrame:
    """A rank follows the values that it ranks: nobody with a smaller value stands before.

    Ranks compare areas of one level below one area in one period; whichever source states either.
    Where every value held has its rank, and no rank is beyond their number, the rank is the very
    one that the values give; equal values may share one.
    """
    shown = _keep_results(table)
    shown = shown[shown["breakdown"] == ""]
    names = shown["area_id"].astype("str")
    names = names.where(names != "", shown["source_id"].astype("str"))
    judged = judge_ranks(shown.assign(area_id=names))
    return _tell_verdict(
        judged["row"], judged["printed"], judged["nearest"], judged["holds"], judged["other"]
    ).sort_index()


def judge_ranks(shown: pd.DataFrame) -> pd.DataFrame:
    """Hold the ranks of a period and of areas below one area against the values that they rank.

    Comes back a row per rank of an area whose value is held: ``row`` and ``other`` (the rows of the
    rank and of its value), ``least`` and ``most`` (the ranks that the values allow; ties share the
    better one, and where areas are not held, only the ranks of others say what is too far),
    ``nearest`` of them to the printed one, ``areas`` (how many are held) and ``holds``.
    """
    group = ["period_end", "parent_id", "level"]
    place = ["area_id", *group]
    columns = ["source_id", "indicator", "value", "low", "high", "decimals", *place]
    codes = {*RANKED, *(each for indicators in RANKED.values() for each in indicators)}
    shown = shown.loc[shown["indicator"].isin(codes), columns]
    # Many small tables are cut from it, and each costs less where words are plain objects.
    shown = shown.astype(dict.fromkeys(("area_id", "source_id", "indicator", *group), "object"))
    shown = shown.assign(row=shown.index, printed=shown["value"])
    ordered = shown.sort_values("decimals", ascending=False, kind="stable")
    told = ["indicator", "value", "low", "high", "other"]
    judged = []
    for rank_id, indicators in RANKED.items():
        ranks = shown.loc[shown["indicator"] == rank_id, ["source_id", "printed", "row", *place]]
        values = ordered[ordered["indicator"].isin(indicators)]
        if ranks.empty or values.empty:
            continue
        order = values["indicator"].map({name: at for at, name in enumerate(indicators)})
        is_first = order == order.groupby([values[name] for name in group]).transform("min")
        values = values[is_first].drop_duplicates(place).rename(columns={"row": "other"})
        held = dict(list(values.groupby(group)))
        pairs = ranks.merge(values[[*place, *told]], on=place).assign(rank_id=rank_id)
        judged += [_judge_group(own, held[key]) for key, own in pairs.groupby(group)]
    verdict = ["rank_id", "printed", "row", *told, "nearest", "holds"]
    return pd.concat(judged, ignore_index=True) if judged else pd.DataFrame(columns=verdict)


def _judge_group(ranks: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """The ranks of a group held against all its values."""
    low, high, printed = (ranks[name].to_numpy("float64") for name in ("low", "high", "printed"))
    all_low, all_high = (values[name].to_numpy("float64") for name in ("low", "high"))
    least = 1 + (all_low[None, :] > high[:, None]).sum(axis=1)
    most = 1 + (all_high[None, :] > low[:, None]).sum(axis=1) - (high > low)
    is_complete = bool(len(ranks) == len(values) >= printed.max())
    is_off = (printed < least) | (is_complete & (printed > most))
    # Nobody stands behind one of a smaller value, but for one whose rank is wrong itself.
    is_behind = (high[None, :] < low[:, None]) & ~is_off[None, :]
    if not is_complete:
        most = np.where(is_behind, printed[None, :], np.inf).min(axis=1)
    return ranks.assign(
        least=least,
        most=most,
        nearest=np.clip(printed, least, most),
        areas=len(values),
        holds=(least <= printed) & (printed <= most),
    )


def compare_copies(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """A report brings new counts: not all of them are those of another period.

    One count may stay as it was; that all of several larger ones (``least`` and more) do is no
    chance. One count of each source, area, scope and last day that has enough of them is judged.
    """
    flows = _keep_results(table)
    flows = flows[flows["aggregation"].isin(GROWING) & flows["last_day"].notna()]
    key = ["source_id", "area_id", "scope", "last_day"]
    flows = flows.assign(
        row=flows.index,
        place=flows.groupby(key, observed=True).ngroup(),
        is_large=flows["value"] >= least,
    )
    flows = flows[["row", "place", "series", "last_day", "value", "is_large"]]
    enough = flows[flows["is_large"]].groupby("place")["row"].agg(["size", "min"])
    first = enough.loc[enough["size"] >= FEWEST_LARGE, "min"]
    both, beside = ["place", "place_other"], ("", "_other")
    same = flows.merge(flows, on=["series", "value"], suffixes=beside)
    equal = same[same["last_day"] > same["last_day_other"]].groupby(both).size()
    equal = equal[equal >= FEWEST_COPIED]
    # Pairs of all counts are many: they are made of places alone that have so many in common.
    large = flows[flows["is_large"] & flows["place"].isin(np.unique([*equal.index]))]
    pairs = large.merge(large, on="series", suffixes=beside)
    met = (
        pairs.assign(is_equal=pairs["value"] == pairs["value_other"])
        .groupby(both)
        .agg(
            large=("row", "size"),
            equal=("is_equal", "all"),
            row=("row", "min"),
            other=("row_other", "min"),
        )
    )
    is_copied = met["equal"].astype(bool) & (met["large"] >= FEWEST_LARGE)
    is_copied &= met.index.isin(equal.index)
    copied = met.loc[is_copied, ["row", "other"]].droplevel("place_other").assign(holds=False)
    # What is no copy is held against itself, and a copy against the last that it is one of.
    rows = pd.concat([first.to_frame("row").assign(other=first, holds=True), copied])
    rows = rows[~rows.index.duplicated(keep="last")].set_index("row").sort_index()
    return _tell_places(table, rows.index, rows["other"], rows["holds"])


def compare_pooled_rates(table: pd.DataFrame) -> pd.DataFrame:
    """The rate of a whole lies between the rates of its scopes, whatever their weights are."""
    rates = _keep_results(table)
    rates = rates[(rates["unit"] == "%") & rates["aggregation"].str.startswith("ratio")]
    key = ["source_id", "area_id", "indicator", "breakdown", "period_start", "period_end"]
    rates = rates[[*key, "scope", "value", "low", "high"]].assign(row=rates.index)
    whole, office, communes = (
        rates[rates["scope"] == scope].drop_duplicates(key).set_index(key).drop(columns="scope")
        for scope in (Scope.WHOLE_DISTRICT, Scope.DISTRICT_OFFICE, Scope.COMMUNE_AGGREGATE)
    )
    parts = office.join(communes, how="inner", lsuffix="_office", rsuffix="_communes")
    met = whole.join(parts, how="inner")
    beside = {
        name: met[[f"{name}_office", f"{name}_communes"]] for name in ("value", "low", "high")
    }
    nearest = met["value"].clip(beside["value"].min(axis=1), beside["value"].max(axis=1))
    is_above = met["high"] >= beside["low"].min(axis=1)
    is_below = met["low"] <= beside["high"].max(axis=1)
    verdict = _tell_verdict(
        met["row"], met["value"], nearest, is_above & is_below, met["row_office"]
    )
    return verdict.sort_index()


COMPARISONS: Mapping[str, Callable[..., pd.DataFrame]] = {
    "expect_one_value_for_each_quantity": compare_readings,
    "expect_sources_to_agree": compare_sources,
    "expect_longer_window_not_below_shorter": compare_windows,
    "expect_opening_to_equal_previous_closing": compare_openings,
    "expect_magnitude_like_other_periods": compare_magnitudes,
    "expect_pooled_rate_between_its_scopes": compare_pooled_rates,
    "expect_counts_not_to_repeat_another_period": compare_copies,
    "expect_rates_on_one_scale": compare_scales,
    "expect_ranks_to_follow_values": compare_ranks,
    "expect_counts_of_its_own_area": compare_areas,
}
"""The rule types that compare rows: what compares them, with the arguments that it takes."""


def _keep_results(table: pd.DataFrame) -> pd.DataFrame:
    """Published results that are numbers; positions as index."""
    is_result = table["status"].isin(RESULT_STATUSES) & table["is_published"]
    at = np.flatnonzero(is_result & np.isfinite(table["value"]))
    # What only rules about cells look at: each copy of all would cost memory.
    unasked = ["figures", "reading", "is_published", "catalogue_unit"]
    unasked += ["range_min", "range_max", "valid_from", "valid_to"]
    return table.drop(columns=unasked, errors="ignore").iloc[at]


def _compare(table: pd.DataFrame, pairs: pd.Series) -> pd.DataFrame:
    """Hold rows (the index of ``pairs``) against others (its cells): equal as far as digits go."""
    pairs = pairs.sort_index(kind="stable")
    rows, others = pairs.index.to_numpy(), pairs.to_numpy()
    low, high = (table[name].to_numpy("float64") for name in ("low", "high"))
    holds = (low[rows] <= high[others]) & (low[others] <= high[rows])
    return _tell_places(table, rows, others, holds)


def _tell_places(table: pd.DataFrame, rows: Any, others: Any, holds: Any) -> pd.DataFrame:
    """A verdict on some rows, with the values of those that they are held against."""
    value = table["value"].to_numpy("float64")
    left, right = (value[np.asarray(each, dtype="int64")] for each in (others, rows))
    return _tell_verdict(rows, left, right, holds, others)


def _tell_verdict(rows: Any, left: Any, right: Any, holds: Any, others: Any) -> pd.DataFrame:
    """A verdict on some rows of a table; nothing in it is loose."""
    return pd.DataFrame(
        {
            "left": np.asarray(left, dtype="float64"),
            "right": np.asarray(right, dtype="float64"),
            "holds": np.asarray(holds, dtype=bool),
            "other": np.asarray(others, dtype="int64"),
            "is_loose": False,
        },
        index=pd.Index(np.asarray(rows, dtype="int64"), name="row"),
    )
