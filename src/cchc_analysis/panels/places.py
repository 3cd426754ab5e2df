"""Words of a panel into ids: areas, periods, indicators and units of its figures.

Each different word is looked at once, however many rows say it. Names of areas that several areas
share are told apart by their province, by when they existed and, a province and its capital for
instance, by the level of the other areas of the panel; never otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import PeriodError, fold_text, nearest_names, parse_period
from cchc_analysis.data.names import take_apart
from cchc_analysis.data.records import Scope, Status
from cchc_analysis.data.reference import COMMUNE_TYPES, AreaIndex, exists_on, keep_widest
from cchc_analysis.errors import Problem
from cchc_analysis.panels.mapping import PanelMapping

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

UNIT_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("percent", "per cent", "phần trăm", "%"), "%"),
    **dict.fromkeys(("fraction", "share", "phần", "tỷ số"), "fraction"),
    **dict.fromkeys(("điểm", "points", "score"), "point"),
    **dict.fromkeys(("hạng", "thứ hạng"), "rank"),
}
MOST_STRANGERS = 12
"""More areas of another level than most are no slip: the panel is of several levels."""
FRACTION = "fraction"
"""A unit of panels only: a hundred per cent is 1."""
MOST_NAMED = 12


@dataclass(frozen=True)
class Matched:
    """The rows of a panel with ids for their words, and the words that have none."""

    rows: pd.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def match_words(
    rows: pd.DataFrame, mapping: PanelMapping, reference: Reference, where: str
) -> Matched:
    """Give every row its ids.

    Args:
        rows: One row per figure as printed, see ``unfolding``; the columns are texts.
        mapping: How the words of the panel become ours.
        reference: Whose areas, indicators and units.
        where: The name of the file, for problems.

    Returns:
        The rows with ``area_id``, ``indicator``, ``unit``, ``scope``, ``status``,
        ``period_start`` and ``period_end`` as ours; faulty words as problems, all at once.
    """
    problems: list[Problem] = []
    fix = _Fixer(rows, where, problems)
    rows = _match_periods(rows, fix)
    rows = _match_areas(rows, mapping, reference, fix)
    matched = rows.assign(
        indicator=fix.translate("indicator", _indicator_words(mapping, reference), "indicators"),
        unit=fix.translate("unit", _unit_words(mapping, reference), "units"),
        scope=fix.translate("scope", {each.value: each.value for each in Scope}, ""),
        status=fix.translate("status", {each.value: each.value for each in Status}, ""),
    )
    matched = _rename_indicators(matched, mapping)
    units = {code: str(row["unit"]) for code, row in reference.indicator_rows.items()}
    own = look_up(matched["indicator"], units)
    matched["unit"] = matched["unit"].where(matched["unit"] != "", own)
    return Matched(_place_scopes(matched, mapping, reference), tuple(problems), fix.list_notes())


class _Fixer:
    """Words by way of a function, each once; what has no translation becomes a problem."""

    def __init__(self, rows: pd.DataFrame, where: str, problems: list[Problem]) -> None:
        self.rows, self.where, self.problems = rows, where, problems
        self.notes: list[str] = []

    def list_notes(self) -> tuple[str, ...]:
        return tuple(self.notes)

    def complain(self, mask: Any, found: str, expected: str, remedy: str) -> None:
        places = name_rows(self.rows.loc[mask, "row"])
        self.problems.append(Problem(f"{self.where}, {places}", found, expected, remedy))

    def translate(self, column: str, words: Mapping[str, str], table: str) -> pd.Series[Any]:
        cells = self.rows[column]
        known = {**words, "": ""}
        folded = {fold_text(word): code for word, code in reversed([*words.items()]) if word}
        translated: dict[str, str] = {}
        for cell in cells.unique():
            code = known.get(cell, folded.get(fold_text(cell) or "?"))
            if code is None:
                self._complain_of_word(column, cell, words, table)
            translated[cell] = code or ""
        return look_up(cells, translated)

    def _complain_of_word(
        self, column: str, cell: str, words: Mapping[str, str], table: str
    ) -> None:
        near = nearest_names(cell, words)
        offer = f"Did you mean {', '.join(map(repr, near))}? " if near else ""
        remedy = f"{offer}Translate it under `{column}s:` in the mapping"
        if table:
            remedy += f", or add a row to data/reference/{table}.csv"
        self.complain(
            self.rows[column] == cell, f"unknown {column} {cell!r}", "a known one", f"{remedy}."
        )


def look_up(cells: pd.Series[Any], words: Mapping[str, str]) -> pd.Series[Any]:
    """What some words stand for, ``""`` where nothing; always text."""
    import pandas as pd

    codes, unique = pd.factorize(cells)
    found = pd.array([words.get(cell, "") for cell in unique], dtype="str")
    return pd.Series(found.take(codes), index=cells.index)


def name_rows(numbers: pd.Series[Any], most: int = 5) -> str:
    """Some row numbers in words: "row 3", "rows 3, 4 and 120 more"."""
    rows = list(dict.fromkeys(int(each) for each in numbers))
    if len(rows) == 1:
        return f"row {rows[0]}"
    shown = ", ".join(map(str, rows[:most]))
    return f"rows {shown}" + (f" and {len(rows) - most} more" if len(rows) > most else "")


def _indicator_words(mapping: PanelMapping, reference: Reference) -> dict[str, str]:
    table = reference.indicators
    words = {code: code for code in table["indicator"]}
    for column in ("label_vi", "label_en"):
        words |= dict(zip(table[column], table["indicator"], strict=True))
    return words | mapping.indicators


def _unit_words(mapping: PanelMapping, reference: Reference) -> dict[str, str]:
    units = reference.units
    words = dict(zip(units["label_vi"], units["unit"], strict=True))
    words |= {unit: unit for unit in units["unit"]}
    return words | dict(UNIT_WORDS) | mapping.units


def _match_periods(rows: pd.DataFrame, fix: _Fixer) -> pd.DataFrame:
    """Dates from labels, where the panel gives labels."""
    starts, ends = {"": ""}, {"": ""}
    for label in rows["period"].unique():
        if not label:
            continue
        starts[label] = ends[label] = ""
        try:
            period = parse_period(label.removesuffix(".0"))
        except PeriodError as error:
            fix.complain(
                rows["period"] == label,
                str(error),
                "a period such as 2024, 2024-H1 or “6 tháng đầu năm 2024”",
                "Mend the cell, or give two columns of dates.",
            )
            continue
        starts[label] = period.start.isoformat() if period.start else ""
        ends[label] = period.end.isoformat() if period.end else ""
    has_label = rows["period"] != ""
    dated = rows.assign(
        period_start=rows["period_start"].where(~has_label, look_up(rows["period"], starts)),
        period_end=rows["period_end"].where(~has_label, look_up(rows["period"], ends)),
    )
    _check_dates(dated, fix)
    return dated


def find_end(label: str) -> str:
    """The last day of a period label, ``""`` where it is none."""
    try:
        end = parse_period(label.removesuffix(".0")).end
    except PeriodError:
        return ""
    return end.isoformat() if end else ""


def _check_dates(rows: pd.DataFrame, fix: _Fixer) -> None:
    for column in ("period_start", "period_end"):
        for day in rows[column].unique():
            if day and not _is_day(day):
                fix.complain(
                    rows[column] == day,
                    f"{column} {day!r}",
                    "a day such as 2024-06-30",
                    "Write it as year-month-day.",
                )
    none = (rows["period_end"] == "") & (rows["period"] == "")
    if none.any():
        fix.complain(
            none,
            "no period",
            "a period for every figure",
            "Map a column to `period`, or say `constants: {period: …}`.",
        )
    is_turned = (rows["period_start"] > rows["period_end"]) & (rows["period_end"] != "")
    if is_turned.any():
        fix.complain(is_turned, "a start after its end", "dates in order", "Mend the dates.")


def _is_day(text: str) -> bool:
    try:
        return parse_period(text).start is None
    except PeriodError:
        return False


def _match_areas(
    rows: pd.DataFrame, mapping: PanelMapping, reference: Reference, fix: _Fixer
) -> pd.DataFrame:
    import pandas as pd

    columns = ["area", "area_code", "province", "period_end"]
    ids: dict[AreaWords, str] = {}
    cells = rows[columns].drop_duplicates().itertuples(index=False, name=None)
    places = [AreaWords(*each) for each in cells]
    level = find_level(places, mapping, reference)
    for place in places:
        try:
            ids[place] = match_area(place, mapping, reference, level)
        except KeyError as error:
            ids[place] = ""
            found, expected, remedy = error.args
            if not any(problem.found == found for problem in fix.problems):
                mask = (rows["area"] == place.name) & (rows["area_code"] == place.code)
                fix.complain(mask, found, expected, remedy)
    fix.notes.extend(_tell_strangers(ids, level, reference))
    number = rows.groupby(columns, sort=False).ngroup().to_numpy()
    found = pd.array([ids[place] for place in places], dtype="str")
    return rows.assign(area_id=found.take(number))


def _tell_strangers(
    ids: Mapping[AreaWords, str], level: str, reference: Reference
) -> Iterable[str]:
    """Areas of another level than the others, by name, so that a slip stands out."""
    rows = reference.area_rows
    strangers = {
        f"{place.name!r} read as {rows[area_id]['name']}": None
        for place, area_id in ids.items()
        if area_id and rows[area_id]["level"] not in (level, "nation", "region")
    }
    if strangers and len(strangers) <= MOST_STRANGERS:
        yield f"areas that are no {level}: {'; '.join(strangers)}"


def _rename_indicators(rows: pd.DataFrame, mapping: PanelMapping) -> pd.DataFrame:
    """Rows whose label in the area column says that they count something else."""
    renamed = rows["indicator"]
    for name, rule in mapping.areas.items():
        if rule.indicators:
            is_meant = rows["area"] == name
            renamed = renamed.mask(is_meant, renamed.replace(rule.indicators))
    return rows.assign(indicator=renamed)


def _place_scopes(rows: pd.DataFrame, mapping: PanelMapping, reference: Reference) -> pd.DataFrame:
    """The scope of rows that do not name one: a district's own figures are those of all of it."""
    usual = {
        "district": Scope.WHOLE_DISTRICT.value,
        "commune": Scope.COMMUNE.value,
        **mapping.scopes,
    }
    areas = reference.tabulate_areas(rows["area_id"].unique())
    levels = dict(zip(areas.index, areas["level"], strict=True))
    scopes = {
        area_id: usual.get(level, Scope.UNSPECIFIED.value) for area_id, level in levels.items()
    }
    filled = rows["scope"].where(rows["scope"] != "", look_up(rows["area_id"], scopes))
    status = rows["status"].where(rows["status"] != "", Status.ACTUAL.value)
    return rows.assign(scope=filled, status=status)


@dataclass(frozen=True)
class AreaWords:
    """What a row says of its area: a name, a code, a province, and a day of its period."""

    name: str
    code: str
    province: str
    day: str


def match_area(
    place: AreaWords,
    mapping: PanelMapping,
    reference: Reference,
    level: str = "",
) -> str:
    """The area that a name, a code, a province and a day together mean.

    Args:
        place: What the row says.
        mapping: Labels that it translates.
        reference: The areas.
        level: The level that the panel is of, for names that areas of several levels share.

    Raises:
        KeyError: None, or several; carries what was found, what was expected, and what to do.
    """
    if rule := mapping.areas.get(place.name):
        if rule.area_id in reference.area_rows:
            return rule.area_id
        found = f"area {rule.area_id!r}, which the mapping gives for {place.name!r}"
        raise KeyError(found, "a code of areas.csv", "Mend it under `areas:`.")
    meant = find_areas(place, reference)
    of_level = {each for each in meant if reference.area_rows[each]["level"] == level}
    chosen = of_level or keep_widest(meant, reference.area_rows)
    if len(chosen) == 1:
        return next(iter(chosen))
    named = [name_with_province(reference, each) for each in sorted(chosen)]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    found = f"{place.name!r} can be several areas: {'; '.join(named[:MOST_NAMED])}{more}"
    remedy = (
        "Map a column to `province` or `area_code`; or, where all rows are of one province, say "
        "`constants: {province: …}`; or name the area under `areas:`."
    )
    raise KeyError(found, "one area", remedy)


def find_areas(place: AreaWords, reference: Reference) -> set[str]:
    """All areas that a row can mean: those that existed then, if any did.

    Raises:
        KeyError: None; carries what was found, what was expected, and what to do.
    """
    index = _choose_index(place, reference)
    by_name = index.find(place.name, place.province) if place.name else set()
    by_code = index.list_coded(place.code) if place.code else set()
    if by_code and place.name and not by_code & by_name:
        held = " or ".join(str(reference.area_rows[each]["name"]) for each in sorted(by_code))
        found = f"code {place.code!r}, which is {held}, for {place.name!r}"
        raise KeyError(found, "a code and a name of one area", _suggest(place.name, reference))
    if by_code:
        by_name = by_code & by_name if place.name else by_code
    if not by_name and not place.name and not place.code:
        remedy = "Fill the cell; where it was merged with those above it, fill them down."
        raise KeyError("no area", "a name or code of an area in every row", remedy)
    if not by_name and place.province and (elsewhere := index.find(take_apart(place.name).head)):
        named = "; ".join(
            name_with_province(reference, each) for each in sorted(elsewhere)[:MOST_NAMED]
        )
        found = f"no area {place.name!r} in {place.province!r}"
        remedy = f"Elsewhere: {named}. Mend the name or the province."
        raise KeyError(found, "an area of that province", remedy)
    if not by_name:
        said = repr(place.name) if place.name else f"of code {place.code!r}"
        found = f"unknown area {said}" + (f" of {place.province!r}" if place.province else "")
        raise KeyError(found, "a name or alias of data/reference", _suggest(place.name, reference))
    existing = {each for each in by_name if exists_on(reference.area_rows[each], place.day)}
    return existing or by_name


def _choose_index(place: AreaWords, reference: Reference) -> AreaIndex:
    """All areas but communes, where one of them is meant; else the communes as well."""
    wide, types = reference.wide_areas, take_apart(place.name).types
    is_commune = bool(types) and types <= COMMUNE_TYPES
    if not is_commune and (wide.find(place.name, place.province) or wide.list_coded(place.code)):
        return wide
    return reference.all_areas


def find_level(places: Iterable[AreaWords], mapping: PanelMapping, reference: Reference) -> str:
    """The level that most of the areas of a panel are of, by the names that one level alone has."""
    levels: Counter[str] = Counter()
    for name in {place.name: place for place in places}.values():
        if name.name in mapping.areas:
            continue
        try:
            found = find_areas(name, reference)
        except KeyError:
            continue
        of_areas = {str(reference.area_rows[each]["level"]) for each in found}
        if len(of_areas) == 1:
            levels.update(of_areas)
    return levels.most_common(1)[0][0] if levels else ""


def name_with_province(reference: Reference, area_id: str) -> str:
    """An area and what it lies in, in words."""
    row = reference.area_rows[area_id]
    above = reference.area_rows.get(str(row["parent_id"]))
    return f"{row['name']}, {above['name']} ({area_id})" if above else f"{row['name']} ({area_id})"


def _suggest(name: str, reference: Reference) -> str:
    """Names like a given one, in words."""
    near = [row["name"] for row in reference.all_areas.list_near(name, lambda _: True)]
    offer = f"Did you mean {', '.join(map(repr, dict.fromkeys(near)))}? " if near else ""
    return f"{offer}Add a row to data/reference/area_aliases.csv, or `areas:` to the mapping."
