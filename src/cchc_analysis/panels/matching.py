"""What is printed in a panel into ids and numbers: areas, periods, indicators, units, values.

Each different word is looked at once, however many rows say it. Names of areas that several areas
share are told apart by their province, by when they existed and, a province and its capital for
instance, by the level of the other areas of the panel; never otherwise.

A number of a spreadsheet is what it is. A text may be a count with dots between its thousands, a
score with a decimal dot, or the other way round, so the texts of one indicator are read together:
``5.76248`` among them proves a decimal dot, ``1.234.567`` a dot between thousands, and ``20.845``
follows what the others prove. Where nothing is proved, the range of the indicator may rule one
reading out; where that does not help either, the number is refused. Words around a number ("trên
60%", "không phát sinh") are left to ``clean.parse_number``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.data import clean
from cchc_analysis.data.areas import COMMUNE_TYPES, LEVELS, exists_on, keep_widest
from cchc_analysis.data.records import Comparator, Scope, Status, problem, refusal
from cchc_analysis.data.reference import Reference, ask_for, offer_names
from cchc_analysis.errors import Problem, ReportError, join_some
from cchc_analysis.panels.cells import MOST_DECIMALS, print_cell, print_cells
from cchc_analysis.panels.mapping import PanelMapping, Vocabulary
from cchc_analysis.panels.words import bare_period, load_vocabulary, spell

MOST_STRANGERS = 12
"""More areas of another level than most are no slip: the panel is of several levels."""
USUAL_SCOPES = {"district": Scope.WHOLE_DISTRICT.value, "commune": Scope.COMMUNE.value}

_FORMS = {
    mark: re.compile(rf"-?(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)(?:\{mark}(\d+))?")
    for mark, group in ((".", ","), (",", r"\."))
}
"""A number with a decimal dot and commas between thousands, and the other way round."""


@dataclass
class Figures:
    """The figures of a table, while their words become ids; gathers ``problems`` and ``notes``.

    Words in ``faulty`` rows are none of ours. In a table of one's own (``is_own``) an area that
    nobody knows stands for itself. Of ``cells`` each could have held a figure.
    """

    rows: pd.DataFrame
    where: str
    reference: Reference
    mapping: PanelMapping = field(default_factory=PanelMapping)
    is_own: bool = False
    cells: int = 0
    problems: list[Problem] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def complain(
        self, rows: Any, kind: str, cell: tuple[str, str] | None = None, /, **said: object
    ) -> None:
        """Note a problem of some rows, by a mask or by their labels."""
        self.faulty.update(self.rows.loc[rows, "row"])
        place = place_rows(self.where, self.rows.loc[rows, "row"])
        self.problems.append(problem(kind, place, cell, **said))

    def match(self) -> None:
        """Give the rows ``area_id`` (none for totals), and all words and days as ours."""
        self.match_periods()
        none = (self.rows["period_end"] == "") & (self.rows["period"] == "")
        if (none := none & ~self.rows["is_total"]).any():
            self.complain(none, "undated_figures")
        self.match_areas()
        self.translate()
        indicator, scope = self.rows["indicator"], self.rows["scope"]
        for name, rule in self.mapping.areas.items():  # labels that say they count something else
            is_meant = self.rows["area"] == name
            indicator = indicator.mask(is_meant, indicator.replace(rule.indicators))
        levels = self.reference.tabulate_areas(self.rows["area_id"].unique())["level"]
        scopes = levels.map(USUAL_SCOPES | self.mapping.scopes).fillna(Scope.UNSPECIFIED.value)
        usual = look_up(self.rows["area_id"], dict(scopes))
        self.rows = self.rows.assign(indicator=indicator, scope=scope.where(scope != "", usual))

    def translate(self) -> None:
        """Indicator, unit, scope and status as ours, or as is usual."""
        reference, units = self.reference, self.reference.units
        known, cells = Vocabulary(PanelMapping(), reference), self.rows["indicator"].unique()
        values = {cell: value for cell in cells if (value := known.match_value(cell))}
        codes = {cell: value.indicator for cell, value in values.items() if value.is_plain}
        labels = reference.indicators[["indicator", "label_vi", "label_en"]].to_numpy().flat
        names = dict(zip(units["label_vi"], units["unit"], strict=True))
        names |= {unit: unit for unit in units["unit"]} | spell("units")
        scopes = spell("scopes") | {each.value: each.value for each in Scope}
        indicator = self._translate("indicator", codes | self.mapping.indicators, labels)
        unit = self._translate("unit", names | self.mapping.units, ())
        scope = self._translate("scope", scopes)
        status = self._translate("status", {each.value: each.value for each in Status})
        own = {code: str(row["unit"]) for code, row in reference.indicator_rows.items()}
        self.rows = self.rows.assign(
            indicator=indicator,
            unit=unit.where(unit != "", look_up(indicator, own)),
            scope=scope,
            status=status.where(status != "", Status.ACTUAL.value),
        )

    def _translate(
        self, column: str, words: Mapping[str, str], more: Iterable[str] | None = None
    ) -> pd.Series[Any]:
        """What words stand for; ``more`` are to be offered, where they are too many to name."""
        cells, is_listed = self.rows[column], more is not None
        folded = {clean.fold_text(word): code for word, code in reversed([*words.items()])}
        translated = {
            cell: words.get(cell) or folded.get(clean.fold_text(cell) or "?") or ""
            for cell in cells.unique()
        }
        own = "Mend it" if self.is_own else f"Translate it under `{column}s:` in the mapping"
        row = f", or add a row to data/reference/{column}s.csv" if is_listed else ""
        few = f"one of {', '.join(dict.fromkeys(filter(None, words.values())))}"
        said, names = {"expected": "a known one" if is_listed else few}, [*words]
        names += more or ()
        for cell in (cell for cell, code in translated.items() if cell and not code):
            remedy = f"{offer_names(cell, names)}{own}{row}."
            self.complain(cells == cell, "untranslated", (column, cell), remedy=remedy, **said)
        return look_up(cells, translated)

    def match_periods(self) -> None:
        """Dates from labels, where the table gives labels.

        In one of one's own, as ours are, days stand beside the label of a report, and say more;
        in a panel a day beside a year may be that on which the row was written.
        """
        labels = self.rows["period"]
        if self.is_own:
            labels = labels.where(self.rows["period_end"] == "", "")
        starts, ends = dict[str, str](), dict[str, str]()
        for label in filter(None, labels.unique()):
            try:
                period = clean.parse_period(bare_period(label))
                starts[label], ends[label] = str(period.start or ""), str(period.end or "")
            except clean.PeriodError as error:
                self.complain(labels == label, "strange_period", error=error)
        for column, days in (("period_start", starts), ("period_end", ends)):
            dates = self.rows[column].where(labels == "", look_up(labels, days))
            written = {"": ""}
            for day in filter(None, dates.unique()):
                with suppress(clean.PeriodError):
                    period = clean.parse_period(day)
                    written |= {day: str(period.end)} if period.start is None else {}
                if day not in written:
                    self.complain(dates == day, "wrong_day", column=column, day=day)
            self.rows = self.rows.assign(**{column: look_up(dates, written)})
        start, end = self.rows["period_start"], self.rows["period_end"]
        if (is_turned := (start > end) & (end != "")).any():
            self.complain(is_turned, "turned_days")

    def match_areas(self) -> None:
        """Give the rows ``area_id``; what is odd about their names is noted."""
        columns = ["area", "area_code", "province", "period_end"]
        named = self.rows.loc[~self.rows["is_total"], columns].drop_duplicates()
        ids = {AreaWords(*words): "" for words in named.itertuples(index=False, name=None)}
        meant, areas = self.mapping.areas, self.reference.area_rows
        level = find_panel_level(
            (place for place in ids if place.name not in meant), self.reference
        )
        for place in ids:
            try:
                rule = meant.get(place.name)
                ids[place] = rule.area_id if rule else match_area(place, self.reference, level)
            except ReportError as error:
                [fault] = error.problems
                if self.is_own:
                    ids[place] = _match_loosely(place, self.reference, level)
                elif not any(each.found == fault.found for each in self.problems):
                    is_meant = self.rows["area"] == place.name
                    is_meant &= self.rows["area_code"] == place.code
                    where = place_rows(self.where, self.rows.loc[is_meant, "row"])
                    self.problems.append(replace(fault, where=where))
        found = named.assign(area_id=pd.array([*ids.values()], dtype="str"))
        self.rows = self.rows.merge(found, how="left", on=columns).fillna({"area_id": ""})
        told = {place.name: area_id for place, area_id in ids.items() if place.name not in meant}
        self.notes += tell_respelt(told, self.reference)
        strangers = {
            f"{place.name!r} read as {areas[area_id]['name']}": None
            for place, area_id in ids.items()
            if area_id in areas and areas[area_id]["level"] not in (level, "nation", "region")
        }
        if level and 0 < len(strangers) <= MOST_STRANGERS:  # so that a slip stands out
            self.notes.append(f"areas that are no {level}: {'; '.join(strangers)}")

    def check_numerals(self) -> None:
        """Cells that are no number or two; a row of one's own is told with what it is about."""
        faulty = self.rows[self.rows["fault"] != ""]
        for indicator, rows in faulty.groupby("indicator", sort=False):
            words = join_some([*dict.fromkeys(rows["fault"])], mark="; ")
            kind = "own_" * self.is_own + "unread_number"
            if rows["fault"].str.contains("thousands or decimals").any():
                kind = "own_" * self.is_own + "open_mark"
            elif rows["fault"].str.startswith("the number").any():
                kind = "parted_number"
            place, found = place_rows(self.where, rows["row"]), f"{indicator}: {words}"
            if self.is_own:
                named = (str(rows[name].iloc[0]) for name in ("area", "period", "indicator"))
                place, found = f"{place} ({', '.join(filter(None, named))})", words
            self.problems.append(problem(kind, place, found=found))

    def check_units(self) -> None:
        """Units that do not turn into the unit of their indicator."""
        reference = self.reference
        for key, rows in self.rows.groupby(["indicator", "unit"], sort=False):
            indicator, unit = map(str, key)
            if not unit or indicator not in reference.indicator_rows:
                continue
            own = reference.indicator_rows[indicator]["unit"]
            try:
                reference.convert_unit(unit, own)
            except KeyError:
                near = clean.nearest_names(own, [*reference.unit_rows, *load_vocabulary()["units"]])
                remedy = f"translate the unit under `units:` (known: {', '.join(map(repr, near))})"
                said = {"unit": unit, "indicator": indicator, "own": own, "remedy": remedy}
                self.complain(rows.index, "strange_unit", **said)


def look_up(cells: pd.Series[Any], words: Mapping[str, str]) -> pd.Series[Any]:
    """What some words stand for, ``""`` where nothing; always text."""
    return cells.map({cell: words.get(cell, "") for cell in cells.unique()}).astype("str")


def name_rows(numbers: Iterable[Any]) -> str:
    """Some row numbers in words: "row 3", "rows 3, 4 and 120 more"."""
    rows = [*dict.fromkeys(str(int(each)) for each in numbers)]
    return f"row{'s' * (len(rows) > 1)} {join_some(rows, 5)}"


def place_rows(where: str, numbers: Iterable[Any]) -> str:
    """Some rows of a table, in words."""
    return f"{where}, {name_rows(numbers)}"


class AreaWords(NamedTuple):
    """What a row says of its area: a name, a code, a province, and a day of its period."""

    name: str
    code: str
    province: str
    day: str


def match_area(place: AreaWords, reference: Reference, level: str = "") -> str:
    """The area that a row means; of a name that levels share, the one of the panel's ``level``.

    None or several are refused, by one problem that does not say where.
    """
    meant, rows = find_areas(place, reference, level), reference.area_rows
    chosen = {each for each in meant if rows[each]["level"] == level} or keep_widest(meant, rows)
    if len(chosen) > 1:
        named = reference.describe_areas(chosen)
        raise refusal("many_areas", "", name=place.name, named=named)
    return chosen.pop()


def find_areas(place: AreaWords, reference: Reference, level: str = "") -> set[str]:
    """All areas that a row can mean, those that existed then if any did; errors as above.

    What an error offers is of the kind that the name says, or else of the ``level``.
    """
    name, code, province, day = place
    wide, rows, types = reference.wide_areas, reference.area_rows, clean.take_apart(name).types
    is_wide = wide.find(name, province) or wide.list_coded(code)
    index = wide if is_wide and not (types and types <= COMMUNE_TYPES) else reference.all_areas
    named = index.find(name, province) if name else set()
    coded = index.list_coded(code) if code else set()
    if found := named & coded or (coded if not name else named if not coded else set()):
        return {each for each in found if exists_on(rows[each], day)} or found
    if not name and not code:
        raise refusal("no_area", "")
    if province and not coded and (elsewhere := index.find(clean.take_apart(name).head)):
        told = reference.describe_areas(elsewhere)
        raise refusal("area_elsewhere", "", name=name, province=province, named=told)
    if types and level not in {row["level"] for row in wide.rows.values() if row["type"] in types}:
        level = ""  # the row says of which level it is
    near = reference.list_near(name, day, level) or reference.list_near(name, "", level)
    if not (near or types or level):  # without any level, provinces and districts came first
        near = reference.list_near(name, level="commune")
    offer = ask_for(row["name"] for row in near)
    if coded and name:
        held = " or ".join(str(rows[each]["name"]) for each in sorted(coded))
        raise refusal("other_code", "", code=code, held=held, name=name, offer=offer)
    said = (repr(name) if name else f"of code {code!r}") + f" of {province!r}" * bool(province)
    raise refusal("unknown_area_name", "", said=said, offer=offer)


def _match_loosely(place: AreaWords, reference: Reference, level: str) -> str:
    """The area that a row may mean, or else its own words for it.

    A code beside a name may be that of the area above it, and is no other's then.
    """
    for words in (place._replace(code=""), place._replace(name="")):
        with suppress(ReportError):
            return match_area(words, reference, level)
    return place.code or ", ".join(filter(None, (place.name, place.province)))


def tell_respelt(ids: Mapping[str, str], reference: Reference) -> Iterator[str]:
    """The names that have other diacritics than their area, or only some: another may be meant."""
    for name, area_id in ids.items():
        meant = str(reference.area_rows.get(area_id, {}).get("name", name))
        bare, own = (re.sub(r"\W", "", clean.take_apart(each).bare) for each in (name, meant))
        if bare != own and not bare.isascii() and clean.fold_text(bare) == clean.fold_text(own):
            yield f"{name!r} is taken for {meant}; mend the name where another is meant"


def find_panel_level(places: Iterable[AreaWords], reference: Reference) -> str:
    """The level that most of the areas of a panel are of, by the names that one level alone has."""
    levels: Counter[str] = Counter()
    for place in {place.name: place for place in places}.values():
        with suppress(ReportError):
            of_areas = {reference.area_rows[each]["level"] for each in find_areas(place, reference)}
            levels.update(of_areas if len(of_areas) == 1 else ())
    return levels.most_common(1)[0][0] if levels else ""


def place_columns(columns: Mapping[Any, pd.Series[Any]], reference: Reference) -> dict[str, Any]:
    """Of columns of areas the ``area`` of the finest level, and the ``province`` that holds it."""
    levels = {
        at: find_panel_level([AreaWords(each, "", "", "") for each in cells.unique()], reference)
        for at, cells in zip(columns, map(print_cells, columns.values()), strict=True)
    }
    finest_first = [*reversed(LEVELS), ""]
    area, *above = sorted(columns, key=lambda at: finest_first.index(levels[at]))
    return {"area": area} | ({"province": above[0]} if above and levels[area] else {})


def read_numerals(printed: pd.Series[Any], about: pd.DataFrame) -> pd.DataFrame:
    """Read the printed numbers of a whole panel at once, floats and texts, none of them empty.

    ``about`` says by the same index the ``group`` that is read together, the ``kind`` of its unit,
    the ``most`` that it may be, NaN where nothing is known, and the ``decimal_mark`` where one is
    agreed on. Comes back ``value`` (NaN where refused), ``decimals`` as printed, ``comparator``,
    ``fault`` in words, and the decimal ``mark`` that a text proves by itself, both empty for none.
    """
    is_text = printed.map(lambda cell: isinstance(cell, str)).astype("bool")
    numbers = printed[~is_text].astype("float64").round(MOST_DECIMALS)
    values = numbers.to_numpy()
    noise = 1e-10 * np.maximum(np.abs(values), 1)
    with np.errstate(invalid="ignore"):  # infinity
        is_more = [abs(values.round(places) - values) > noise for places in range(MOST_DECIMALS)]
    decimals = np.sum(is_more, axis=0)  # of its shortest form
    read = numbers.to_frame("value").assign(decimals=decimals, comparator=Comparator.EQUAL.value)
    read = read.assign(fault="", mark="")
    if is_text.any():
        texts = printed[is_text].astype("str").str.replace("−", "-", regex=False)
        texts = texts.str.strip().str.removesuffix("%").str.rstrip()
        asked = about.reindex(columns=["group", "kind", "most", "decimal_mark"], fill_value="")
        found = _read_texts(texts.to_frame("text").join(asked))
        read = pd.concat([read, found]) if len(read) else found
    read = read.reindex(printed.index)
    is_counted = about.loc[printed.index, "kind"].isin(["count", "rank"])
    is_parted = is_counted & ~np.isclose(read["value"], read["value"].round())
    is_parted &= read["fault"] == ""
    said = "is a fraction of a thing that is counted"
    words = [
        f"{cell!r} {said}" if isinstance(cell, str) else f"the number {print_cell(cell)} {said}"
        for cell in printed[is_parted]
    ]
    read.loc[is_parted, "fault"] = words
    read.loc[is_parted, "value"] = np.nan
    # "12.0", as programs write it, is whole; below 0 decimals are thousands.
    is_whole = is_counted & (read["decimals"] > 0)
    return read.assign(decimals=read["decimals"].mask(is_whole, 0).astype("int64"))


def tell_mixed_marks(figures: pd.DataFrame) -> Iterator[str]:
    """The indicators that print decimals both ways, with an example of each, in words."""
    shown = figures[figures["mark"] != ""].drop_duplicates(["indicator", "mark"])
    marks = shown.pivot(index="indicator", columns="mark", values="read_as")
    for name, dot, comma in marks.reindex(columns=[".", ","]).dropna().itertuples():
        yield f"{name}: decimals with a dot ({dot}) and with a comma ({comma}); both were read"


def describe_units(rows: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """What ``read_numerals`` asks about rows with ``indicator`` and ``unit``, but for the mark."""
    kinds = {unit: str(row["kind"]) for unit, row in reference.unit_rows.items()}
    kind = look_up(rows["unit"], kinds).replace("", "rate")
    most = rows["indicator"].map(reference.indicators.set_index("indicator")["range_max"])
    return pd.DataFrame({"group": rows["indicator"], "kind": kind, "most": most})


@lru_cache(maxsize=65_536)
def _read_both(text: str, kind: str) -> dict[str, tuple[float, int]]:
    """The number and its decimals by the decimal mark that it may have; no count has any."""
    readings = {}
    for mark, form in _FORMS.items():
        if found := form.fullmatch(text):
            plain = text.replace("," if mark == "." else ".", "").replace(",", ".")
            readings[mark] = (float(plain), len(found[1] or ""))
    is_open = kind == "count" and len(readings) > 1
    return {mark: each for mark, each in readings.items() if not (is_open and each[1])}


def _read_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Every text, each different one once, by the mark that its group or else the file proves."""
    codes = table.groupby([*table.columns], sort=False, dropna=False).ngroup()
    unique = [*table[~codes.duplicated()].itertuples(index=False, name=None)]
    proved, shown = defaultdict[str, set[str]](set), list[str]()
    for text, name, kind, *_ in unique:
        readings = _read_both(text, kind)
        proof = {*readings} if len(readings) == 1 and re.search("[.,]", text) else set[str]()
        proved[name] |= proof
        shown.append("".join(proof & {*text}))
    every = set().union(*proved.values())
    rows = [
        _read_text(text, {*mark} or proved[name] or every, kind, most)
        for text, name, kind, most, mark in unique
    ]
    read = pd.DataFrame(rows, columns=["value", "decimals", "comparator", "fault"])
    return read.assign(mark=shown).take(codes.to_numpy()).set_axis(table.index)


def _read_text(text: str, marks: set[str], kind: str, most: float) -> tuple[float, int, str, str]:
    """The number, its decimals, its comparator and its fault."""
    equal, readings = Comparator.EQUAL.value, _read_both(text, kind)
    numbers = {*readings.values()}
    if len(numbers) > 1 and len(marks) == 1:
        return *readings[min(marks)], equal, ""
    if len(numbers) > 1 and not max(numbers)[0] > most:
        return np.nan, 0, equal, f"{text!r} can be thousands or decimals"
    if numbers:
        return *min(numbers), equal, ""
    if text.casefold() in load_vocabulary()["not_yet"]:
        return np.nan, 0, equal, f"{text!r} can be none so far or a number that is not known yet"
    try:
        number = clean.parse_number(text, kind)
    except clean.NumberError as error:
        return np.nan, 0, equal, str(error)
    return number.value, number.decimals, number.comparator.value, ""
