"""The reference tables, held against each other, and the matching of names, areas and units.

Comes in as the small reviewed files of ``data/reference``; goes out as one ``Reference`` that
matches names to ids. Nothing unknown is guessed: a name that is not here raises, with the nearest
names that are. Where the parts of a project folder lie stands here too.
"""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import filter as filter_names
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from cchc_analysis.data.areas import (
    COMMUNE_TYPES,
    MOST_OFFERED,
    AreaIndex,
    AreaRows,
    Row,
    check_areas,
    climb,
    exists_on,
    find_issue_day,
    is_inside,
    keep_widest,
    list_large,
)
from cchc_analysis.data.clean import keep_text, nearest_names, take_apart
from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.records import load_own, problem
from cchc_analysis.data.system import is_portable
from cchc_analysis.errors import AreaError, CommandError, Problem, ReferenceDataError, join_some

SEVERAL = "Several areas have that name"
_TABLES: Mapping[str, Mapping[str, Any]] = load_own("columns")["reference"]
"""The files of ``data/reference``: the columns and the key of each, and what its cells point at."""
T = TypeVar("T")


def _group(rows: Iterable[Row], key: str) -> dict[str, list[Any]]:
    """Rows by each word of a cell."""
    found = defaultdict(list)
    for row in rows:
        for word in dict.fromkeys(str(row[key]).split()):
            found[word].append(row)
    return dict(found)


def _index(table: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in list_rows(table)}


@dataclass(frozen=True, eq=False)
class Reference:
    """The reference tables, and matching against them.

    Each table is a frame with the columns of ``columns.toml``; text cells are strings with ``""``
    for a missing one, numbers are floats.
    """

    indicators: pd.DataFrame
    areas: pd.DataFrame
    area_names: pd.DataFrame
    area_aliases: pd.DataFrame
    area_changes: pd.DataFrame
    breaks: pd.DataFrame
    panel_headings: pd.DataFrame
    regions: pd.DataFrame
    units: pd.DataFrame
    breakdowns: pd.DataFrame
    targets: pd.DataFrame
    target_results: pd.DataFrame
    corrections: pd.DataFrame
    derivations: pd.DataFrame
    identities: pd.DataFrame
    remarks: pd.DataFrame
    terms: pd.DataFrame
    tile_map_63: pd.DataFrame
    tile_map_34: pd.DataFrame
    indicator_definitions: pd.DataFrame
    folder: Path | None = None
    """Where the communes lie; without it there are none but those among the areas."""
    _found: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    indicator_rows = cached_property(lambda self: _index(self.indicators, "indicator"))
    """The catalogue by indicator."""
    unit_rows = cached_property(lambda self: _index(self.units, "unit"))
    """The units by code."""
    changes_of = cached_property(lambda self: _group(list_rows(self.area_changes), "area_ids"))
    """The rows of ``area_changes`` that name an area, by area."""
    former_of = cached_property(lambda self: _group(list_rows(self.area_names), "area_id"))
    """What areas were called before (rows of ``area_names``), by area."""
    region_of = cached_property(
        lambda self: dict[str, str](self.regions[["area_id", "region_id"]].to_numpy())
    )
    """The region of each province."""
    area_rows = cached_property(lambda self: AreaRows(_index(self.areas, "area_id"), self.folder))
    """The areas by id; those of ``communes.csv`` are loaded when they are asked for."""
    wide_areas = cached_property(lambda self: AreaIndex(self.area_rows.wide, self))
    """All areas but the communes of the country, by name and code."""
    all_areas = cached_property(lambda self: AreaIndex(dict(self.area_rows), self))
    """All areas by name and code, the communes of the country among them."""

    @cached_property
    def definition_of(self) -> dict[str, dict[str, Any]]:
        """The definition of each indicator that has one: its own, else the narrowest pattern's."""
        rows = list_rows(self.indicator_definitions)
        rows.sort(key=lambda row: ("*" not in row["indicator"], len(row["indicator"])))
        codes = self.indicator_rows
        return {code: row for row in rows for code in filter_names(codes, row["indicator"])}

    def keep(self, key: tuple[object, ...], find: Callable[[], T]) -> T:
        """What was looked up before: every page asks again."""
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found

    def rows_where(self, table: str, column: str, *values: str) -> list[Row]:
        """The rows of a table whose cell in a column is one of some values, in their order."""
        rows = self.keep(("rows", table), lambda: list_rows(getattr(self, table)))
        return [row for row in rows if row[column] in values]

    def list_flows(self) -> list[str]:
        """The indicators that grow from a first day on."""
        is_flow = self.indicators["aggregation"].str.startswith("flow_ytd")
        return list(self.indicators.loc[is_flow, "indicator"])

    def list_counts(self) -> list[str]:
        """The counts and sums of money that areas have together, flows and stocks."""
        kinds = self.indicators["unit"].map(self.units.set_index("unit")["kind"])
        is_had = self.indicators["aggregation"].isin(["opening_stock", "stock"])
        is_had |= self.indicators["indicator"].isin(self.list_flows())
        return list(self.indicators.loc[is_had & kinds.isin(["count", "money"]), "indicator"])

    def list_areas(self, level: str, day: str = "") -> list[Row]:
        """The areas of a level, on a day where one is given, with their names of that day."""
        rows = self.area_rows if level == "commune" else self.area_rows.wide
        own = (row for row in rows.values() if row["level"] == level)
        then = (self.area_on(row["area_id"], day) for row in own if not day or exists_on(row, day))
        return [*self.keep(("areas", level, day), lambda: [*then])]

    def tabulate_areas(self, area_ids: Iterable[str]) -> pd.DataFrame:
        """The rows of some areas, a table by id; ids that are not known have no row."""
        rows = {each: self.area_rows[each] for each in area_ids if each in self.area_rows}
        columns = ["code", "name", "level", "type", "parent_id", "valid_from", "valid_to"]
        return pd.DataFrame([*rows.values()], [*rows], columns=columns, dtype="str")

    def list_kind(self, level: str, kind: str) -> Mapping[str, list[str]]:
        """The ids of the areas of a level and type, of any time, by province."""

        def find() -> dict[str, list[str]]:
            found = defaultdict[str, list[str]](list)
            for area_id in (r["area_id"] for r in self.list_areas(level) if r["type"] == kind):
                found[self.find_province(area_id)].append(area_id)
            return found

        return self.keep(("kind", level, kind), find)

    def find_province(self, area_id: str) -> str:
        """The province that an area lies in, or is; ``""`` above provinces."""
        above = climb(area_id, self.area_rows)
        return next((str(row["area_id"]) for row in above if row["level"] == "province"), "")

    def area_on(self, area_id: str, day: str) -> Row:
        """An area with the name and type that it bore on a day; today's, without a day."""
        row = self.area_rows[area_id]
        for former in self.former_of.get(area_id, ()):
            if day and exists_on(former, day):
                return {**row, "name": former["name"], "type": former["type"]}
        return row

    def find_on(self, area_id: str, day: str) -> Row | None:
        """As ``area_on``; nothing for an id that no area has."""
        return self.area_on(area_id, day) if area_id in self.area_rows else None

    def match_area(self, name: str, day: str = "", level: str = "", inside: str = "") -> str:
        """Match a name, a printed code or an id to the one area that it means on a day.

        A name that several areas bear is told apart by its kind, by its province behind a comma,
        by the day and the level, if they are given, and by the area whose document names it
        (``inside``): what lies in that is meant first. Of those left the widest is meant, a
        province before its capital. An ``AreaError``, where none is meant, or several, says what
        to do.
        """
        rows, known = self.area_rows, set[str]()
        for found in self.list_named(name, level):
            known |= found
            there = {each for each in found if not day or exists_on(rows[each], day)}
            named = {each for each in there if not day or self._bore_kind(each, name, day)}
            below = {each for each in named if inside and is_inside(each, {inside}, rows)}
            meant = keep_widest(below or named, rows)
            gone = {each for each in found - there if rows[each]["level"] == "province"}
            is_commune = any(rows[each]["level"] == "commune" for each in meant)
            if gone and is_commune and not below and not take_apart(name).types:
                # A bare name of a province that is gone: its namesakes may lie anywhere.
                shown = [repr(self.name_in_parent(each)) for each in sorted(meant)]
                raise self._refuse_past(name, gone, day, f", or {join_some(shown, mark=' or ')}")
            if len(meant) == 1:
                return meant.pop()
            if meant:
                raise self._refuse_shared(name, meant)
        if known:
            raise self._refuse_past(name, known, day)
        raise self._refuse_strange(name, day, level)

    def list_named(self, name: str, level: str = "") -> Iterator[set[str]]:
        """All areas that a name, code or id can mean at any time, the communes after the others."""
        for index in self._choose_indexes(name, level):
            key = ("meant", index is self.wide_areas, name)
            found = self.keep(key, partial(index.find_strictly, name))
            yield {each for each in found if not level or index.rows[each]["level"] == level}

    def match_held(
        self, name: str, held: Collection[str] | None = None, days: Sequence[str] = ()
    ) -> list[str]:
        """The areas of which something is held that a name, code or id means: the widest of them.

        They bore it one after the other: Hưng Yên before July 2025 and since. Something is held of
        all, where ``held`` is ``None``. They must be there on one of some days, if days are given.
        Of several of one level and time the only one of which anything is held is taken, with a
        warning. An ``AreaError`` where there are more of these, or the widest, a province before
        its capital, holds nothing and another of the name does: who is meant has to be said; and
        where no area ever had the name.
        """
        rows, is_known = self.area_rows, False
        for found in self.list_named(name):
            is_known |= bool(found)
            named = {e for e in found if not days or any(exists_on(rows[e], day) for day in days)}
            widest = sorted(keep_widest(named, rows), key=lambda e: (rows[e]["valid_from"], e))
            meant = [each for each in widest if held is None or each in held]
            at_one_time = (exists_on(rows[a], rows[b]["valid_from"]) for a, b in pairwise(widest))
            if meant and any(at_one_time):
                if len(meant) > 1:
                    raise self._refuse_shared(name, widest)
                said = f"{name!r} is taken for {self.describe_areas(meant)}"
                told = f"{said}: of no other of that name is anything held"
                warnings.warn(told, UserWarning, stacklevel=2)
            if meant:
                return meant
            if others := named.intersection(held or ()):
                raise self._refuse_shared(name, others.union(widest))
        if not is_known:
            raise self._refuse_strange(name, *days[-1:])
        return []

    def match_published(self, name: str, held: Collection[str], days: Sequence[str] = ()) -> str:
        """The one area of ``match_held``, or else that of ``match_area`` on the last of the days.

        So every door understands a name: a brief, a trace, a ``load_`` function.
        """
        meant = self.match_held(name, held, days)
        return meant[0] if len(meant) == 1 else self.match_area(name, *days[-1:])

    def match_source(self, source: Row) -> str:
        """The area that a source is about, a row with ``area``, ``dated`` and its period."""
        area, day = str(source["area"]), find_issue_day(source)
        return self.keep(("source", area, day), lambda: self.match_area(area, day))

    def _choose_indexes(self, name: str, level: str) -> Iterable[AreaIndex]:
        """The wide areas first: the communes are loaded for their kinds and for strangers only."""
        types = take_apart(name).types
        is_commune = level == "commune" or (not level and bool(types) and types <= COMMUNE_TYPES)
        if not is_commune:
            yield self.wide_areas
        if is_commune or not level:
            yield self.all_areas

    def _bore_kind(self, area_id: str, name: str, day: str) -> bool:
        """Whether an area that was renamed or changed its type bore the written one on a day."""
        former = self.former_of.get(area_id, ())
        borne = {str(each["type"]) for each in (self.area_rows[area_id], *former)}
        types = take_apart(name).types & borne  # "TT Huế" says no kind, and neither does an id
        return not (former and types) or str(self.area_on(area_id, day)["type"]) in types

    def list_moved(self, area_id: str) -> list[tuple[str, str]]:
        """What the reform of July 2025 made of an area below a province, or made it of.

        Of a commune of before: where its territory went, with ``whole``, ``main part`` or ``part``
        of it. Of a commune since: what it was made of, with how much of each. Of a district: the
        communes that hold its territory, with ``whole`` where all of such a commune lay in it.
        """
        level = self.area_rows[area_id]["level"]
        if level == "commune":
            return [*self.moves.get(area_id, ())]
        communes = self._communes_of.get(area_id, ()) if level == "district" else ()
        own = [row["area_id"] for row in communes]
        held = dict.fromkeys(new for old in own for new, _ in self.moves.get(old, ()))
        wholly = {new for new in held if all(old in own for old, _ in self.moves[new])}
        return [(new, "whole" if new in wholly else "part") for new in held]

    @cached_property
    def moves(self) -> Mapping[str, list[tuple[str, str]]]:
        """What ``list_moved`` says of every commune (``commune_changes.csv``)."""
        moves = defaultdict[str, list[tuple[str, str]]](list)
        for row in list_large(self.folder, "commune_changes") if self.folder else ():
            moves[row["old_id"]].append((row["new_id"], row["part"]))
            moves[row["new_id"]].append((row["old_id"], row["part"]))
        return dict(moves)

    _communes_of = cached_property(lambda self: _group(self.list_areas("commune"), "parent_id"))
    """The communes by what they lie or lay in."""

    def is_below(self, area_id: str, above: str) -> bool:
        """Whether an area lies in another one."""
        return is_inside(str(self.area_rows[area_id]["parent_id"]), {above}, self.area_rows)

    def describe_area(self, area_id: str) -> str:
        """An area with what it lies in and its id, "Xã Mẫu, Tỉnh Lạng Sơn (06001-2025)"."""
        row = self.area_rows[area_id]
        ends = {"valid_from": "from", "valid_to": "until"}
        time = " ".join(f"{word} {row[end]}" for end, word in ends.items() if row[end])
        return f"{self.name_in_parent(area_id)} ({', '.join(filter(None, (area_id, time)))})"

    def describe_areas(self, area_ids: Iterable[str]) -> str:
        """Some areas, each as ``describe_area`` tells it, in the order of their ids."""
        return join_some([*map(self.describe_area, sorted(area_ids))], mark="; ")

    def _refuse_shared(self, name: str, area_ids: Iterable[str]) -> AreaError:
        """Say what tells areas of one name apart: what they lie in, or when they were there."""
        chosen = sorted(area_ids)
        places = [repr(self.name_in_parent(each)) for each in chosen]
        if len({*places}) < len(places):
            told = self.describe_areas(chosen)
            said = f"{SEVERAL}: {told}. Say the period, or write the id"
        else:
            told, codes = (join_some(each, mark=" or ") for each in (places, chosen))
            said = f"{SEVERAL}: write {told}, or the code ({codes})"
        return _refuse("shared_area", name, said=said)

    def name_in_parent(self, area_id: str, day: str = "") -> str:
        """An area with its district and province behind commas, as ``match_area`` takes it."""
        rows = climb(area_id, self.area_rows)
        above = ("district", "province")
        told = (e["area_id"] for e in rows if e["area_id"] == area_id or e["level"] in above)
        return ", ".join(str(self.area_on(each, day)["name"]) for each in told)

    def _refuse_past(self, name: str, area_ids: set[str], day: str, others: str = "") -> AreaError:
        """Say when areas were there, or under which other name, and what became of them."""
        told = []
        for area_id in sorted(area_ids):
            moved = (self.area_rows[each] for each, _ in self.list_moved(area_id))
            named = [row["name"] for row in moved if exists_on(row, day)]
            heirs = f" (its territory is that of {join_some(named)})" if named else ""
            said = f"is not there on {day}{heirs}"
            if exists_on(self.area_rows[area_id], day):
                said = f"is {self.area_on(area_id, day)['name']!r} on {day}"
            told.append(f"{self.describe_area(area_id)} {said}")
        return _refuse("past_area", name, said=join_some(told, mark="; "), others=others)

    def _refuse_strange(self, name: str, day: str = "", level: str = "") -> AreaError:
        """Offer the nearest names, or say that what one lies in was there at another time."""
        if not name.strip():
            return _refuse("no_name", name)
        place = take_apart(name).province or name.partition(",")[2].rpartition(",")[2]
        above = keep_widest(self.wide_areas.find(place, is_loose=False), self.area_rows)
        if day and above and not any(exists_on(self.area_rows[each], day) for each in above):
            return self._refuse_past(name, above, day)
        near = self.list_near(name, day, level)
        names = [self.name_in_parent(row["area_id"]) if place else row["name"] for row in near]
        return _refuse("strange_area", name, offer=ask_for(names))

    def list_near(self, name: str, day: str = "", level: str = "") -> list[Row]:
        """The areas whose names are most like one that nothing bears, best first.

        They are of the day and of the level, or else of the level of the written kind; of the very
        kind too, but for the very name and where none is.
        """
        said = take_apart(name)
        for index in self._choose_indexes(name, level):
            levels = {level} if level else {
                row["level"] for row in index.rows.values() if row["type"] in said.types
            }  # fmt: skip
            then = [row for row in index.list_near(name) if not day or exists_on(row, day)]
            near = [row for row in then if not levels or row["level"] in levels]
            kin = [row for row in near if not said.types or row["type"] in said.types]
            akin = [row for row in near if row in kin or take_apart(row["name"]).bare == said.bare]
            if near:
                return (akin or near)[:MOST_OFFERED]
        return []

    def convert_unit(self, unit: str, to: str) -> float:
        """The factor that turns a value in ``unit`` into one in ``to``.

        A ``KeyError`` where a unit is unknown, or the two measure different things.
        """
        for each in (unit, to):
            if each not in self.unit_rows:
                raise KeyError(suggest(each, self.unit_rows, "units.csv"))
        source, target = self.unit_rows[unit], self.unit_rows[to]
        if source["base_unit"] != target["base_unit"]:
            raise KeyError(f"write the value in {to!r}, the unit of its indicator")
        return float(source["multiplier"]) / float(target["multiplier"])

    def convert_value(self, value: float, unit: str, to: str) -> float:
        """A value in another unit, without the noise of binary fractions in its last digits."""
        factor = self.convert_unit(unit, to)
        return value if factor == 1 else float(f"{value * factor:.14g}")


def _refuse(kind: str, name: str, **said: str) -> AreaError:
    return AreaError(problem(kind, f"area {name!r}", **said))


def suggest(name: str, known: Iterable[str], file: str) -> str:
    """A remedy that offers the nearest known names and the file in which to add a new one."""
    if not name:
        return f"Fill the cell; data/reference/{file} lists what can stand there"
    return f"{offer_names(name, known)}A new one is a row in data/reference/{file}"


def offer_names(name: str, known: Iterable[str]) -> str:
    """The question that offers the nearest known names; empty where none is near."""
    return ask_for(nearest_names(name, known))


def ask_for(names: Iterable[str]) -> str:
    """The question whether one of some names was meant; empty for none."""
    told = ", ".join(map(repr, dict.fromkeys(names)))
    return f"Did you mean {told}? " if told else ""


def load_reference(folder: Path) -> Reference:
    """Load all reference tables and hold them against each other.

    What cannot be read, or points at nothing, is one ``ReferenceDataError``, all at once.
    """
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name, rule in _TABLES.items():
        said = {each: rule[each] for each in ("columns", "key", "may_be_empty") if each in rule}
        try:
            path = folder / f"{name}.csv"
            tables[name] = load_text_table(path, **said, is_typed=True, kind=ReferenceDataError)
        except ReferenceDataError as error:
            problems.extend(error.problems)
    if problems:
        raise ReferenceDataError(problems)
    reference = Reference(**tables, folder=folder)
    if problems := list(check_reference(reference)):
        raise ReferenceDataError(problems)
    return reference


def check_reference(reference: Reference) -> Iterable[Problem]:
    """Every entry that points at something that is not there, as problems."""
    seen: dict[str, str] = {}
    for alias, area_id in reference.area_aliases[["alias", "area_id"]].to_numpy():
        if (first := seen.setdefault(keep_text(alias).casefold(), area_id)) != area_id:
            said = {"alias": alias, "first": first, "other": area_id}
            yield problem("doubled_alias", "data/reference/area_aliases.csv", **said)
    wide = reference.area_rows.wide
    yield from check_areas(wide.values(), wide, "areas")
    yield from check_areas(list_rows(reference.area_names), {}, "area_names")
    keys = {name: getattr(reference, name)[rule["key"][0]] for name, rule in _TABLES.items()}
    # In the order of the file, in which equally near names are offered.
    known = {name: dict.fromkeys(column) for name, column in keys.items()}
    for table, rule in _TABLES.items():
        pattern, optional = rule.get("pattern", ""), rule.get("optional", ())
        for number, row in enumerate(list_rows(getattr(reference, table)), start=2):
            where = f"data/reference/{table}.csv row {number}"
            if empty := [column for column in rule.get("filled", ()) if not row[column]]:
                yield problem("empty_cell", where, columns=", ".join(empty))
            for column, other in rule.get("links", {}).items():
                cell, held = row[column], known[other]
                if cell in held or (not cell and column in optional):
                    continue
                if not (pattern and filter_names(held, cell)):
                    said = {"file": f"data/reference/{other}.csv"}
                    said["more"] = f", or {pattern}" if pattern else ""
                    remedy = suggest(cell, held, f"{other}.csv")
                    yield problem("loose_end", where, (column, cell), remedy=remedy, **said)


def _part(path: str) -> cached_property[Path]:
    return cached_property(lambda project: project.root / path)


@dataclass(frozen=True)
class Project:
    """Where the parts of a project folder lie.

    Given are sources and transcripts (``raw``), beside the documents themselves, where the user
    keeps them. People decide what is in ``reference``, the suites, the notebooks and the page
    template. The rest is made; ``build``, copies made for speed, may be deleted at any time.
    """

    root: Path

    raw = _part("data/raw")
    reports = _part("data/raw/reports")
    reference = _part("data/reference")
    expectations = _part("expectations")
    notebooks = _part("notebooks")
    processed = _part("data/processed")
    site = _part("site")
    build = _part("build")


def check_ids(where: str, ids: Iterable[str]) -> Iterator[Problem]:
    """Refuse ids of sources and panels that cannot name a file of the project on every system."""
    for each in dict.fromkeys(ids):
        if not (re.fullmatch("[a-z0-9_]+", each) and is_portable(each)):
            yield problem("no_id", where, id=each)


def find_project(start: Path) -> Project:
    """The project that a folder lies in: the nearest one above with ``data/reference``."""
    for folder in (start, *start.parents) if start.exists() else ():
        if (folder / "data" / "reference" / "indicators.csv").is_file():
            return Project(folder)
    raise CommandError(problem("no_project", str(start)))
