"""The administrative units: by id, by code and name on a day, and what became of them.

Comes in as the tables of areas; goes out as rows and ids. An id names one unit for as long as it
is there, and no other ever; a printed code was given to several. The 13,000 communes lie in a file
of their own, which is read when one of them is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from cchc_analysis.data.clean import TONES, Name, fold_text, is_day, take_apart, tidy_name
from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.records import load_own, problem
from cchc_analysis.errors import Problem, ReferenceDataError

Row = Mapping[str, Any]

LEVELS = ("nation", "region", "province", "district", "commune")
"""From the widest on: a name that a province and its capital share means the province."""
COMMUNE_TYPES = frozenset({"xã", "phường", "thị trấn", "đặc khu"})
MOST_OFFERED = 3
MOST_NAMED = 8
FOR_EVER = "9999-12-31"


class AreaRows(Mapping[str, Row]):
    """The areas by id; the communes are loaded when an id is none of the others, or all are asked.

    >>> rows = AreaRows({"20": {"name": "Lạng Sơn"}}, lambda: {"06001": {"name": "Xã Mẫu"}})
    >>> rows["20"]["name"], rows["06001"]["name"], "00000" in rows, len(rows)
    ('Lạng Sơn', 'Xã Mẫu', False, 2)
    """

    def __init__(self, rows: Mapping[str, Row], load: Callable[[], Mapping[str, Row]]) -> None:
        self.wide = rows
        self._load = load

    @cached_property
    def _all(self) -> dict[str, Row]:
        return {**self.wide, **self._load()}

    def __getitem__(self, area_id: str) -> Row:
        return self.wide[area_id] if area_id in self.wide else self._all[area_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class AreaIndex:
    """Areas by name and by printed code, with all areas that share one.

    ``aliases`` are other spellings with the id of their area, ``former`` names and types that an
    area bore before (rows of ``area_names``).
    """

    def __init__(
        self, rows: Mapping[str, Row], aliases: Iterable[tuple[str, str]], former: Iterable[Row]
    ) -> None:
        self.rows = rows
        self._aliases = [each for each in aliases if each[1] in rows]
        self._former = [each for each in former if each["area_id"] in rows]

    @cached_property
    def _spellings(self) -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, set[str]]]:
        """The areas by every name, and by those written down as aliases; the types of each area.

        A spelling of a province is one of every province that bears its name, before and after;
        types are its own, those before, and those of its other spellings.
        """
        names: dict[str, set[str]] = defaultdict(set)
        aliased: dict[str, set[str]] = defaultdict(set)
        types = {area_id: {str(row["type"])} for area_id, row in self.rows.items()}
        for area_id, row in self.rows.items():
            names[tidy_name(row["name"])].add(area_id)
            if row["level"] == "region" and row["name_en"]:
                names[tidy_name(row["name_en"])].add(area_id)
        for row in self._former:
            names[tidy_name(row["name"])].add(row["area_id"])
            types[row["area_id"]].add(str(row["type"]))
        for alias, area_id in self._aliases:
            tidy, row = tidy_name(alias), self.rows[area_id]
            same = names[tidy_name(row["name"])] if row["level"] == "province" else set()
            aliased[tidy] |= {area_id, *(e for e in same if self.rows[e]["level"] == "province")}
            names[tidy] |= aliased[tidy]
            types[area_id] |= take_apart(tidy).types
        return dict(names), dict(aliased), types

    @cached_property
    def _whole(self) -> dict[str, dict[str, set[str]]]:
        return _group(self._spellings[0].items())

    @cached_property
    def _bare(self) -> dict[str, dict[str, set[str]]]:
        return _group((take_apart(name).bare, ids) for name, ids in self._spellings[0].items())

    @cached_property
    def _folded(self) -> list[str]:
        """The bare names in their order, once for all names that are looked up in vain."""
        return [fold_text(next(iter(spelled))) for spelled in self._bare.values()]

    @cached_property
    def _codes(self) -> dict[str, set[str]]:
        codes: dict[str, set[str]] = defaultdict(set)
        for area_id, row in self.rows.items():
            codes[area_id].add(area_id)
            codes[str(row["code"]) or area_id].add(area_id)
        return dict(codes)

    def list_coded(self, code: str) -> set[str]:
        """The areas of a printed code or an id; spreadsheets drop zeros in front."""
        digits = code.strip().removesuffix(".0")
        forms = (digits, *(digits.zfill(width) for width in (2, 3, 5) if digits.isdigit()))
        return next((set(self._codes[form]) for form in forms if form in self._codes), set())

    def list_certain(self, name: str) -> set[str]:
        """The areas of a code, an id, or a spelling that was written down to decide it."""
        return self.list_coded(name) or self._spellings[1].get(tidy_name(name), set())

    def find(self, name: str, province: str = "", *, is_loose: bool = True) -> set[str]:
        """The ids of all areas that a name can mean, with or without kind and province.

        Inside the province that a table says beside it; a province's own row names it twice: it is
        meant as well as what it holds. Unless ``is_loose``, diacritics may be left out only, and
        never differ ("Cao Loc", and not "Cao Lốc", is Cao Lộc).
        """
        return next(iter(self.list_tiers(name, province, is_loose=is_loose)), set())

    def list_tiers(
        self, name: str, province: str = "", *, is_loose: bool = True
    ) -> Iterator[set[str]]:
        """What ``find`` finds, then what looser ways of comparing find besides."""
        head, _, farther = name.rpartition(", ")  # "xã A, huyện B, tỉnh C"
        head, farther = (head, farther) if "," in head else (name, "")
        said = take_apart(head)
        if said.province and said.text in self._spellings[0]:
            said = said._replace(head=said.text, bare=said.text, province="")
        for found in self._list_spelled(said, is_loose):
            chosen = found
            for inside in filter(None, (province or said.province, farther)):
                chosen = self._keep_inside(chosen, inside, said, is_loose)
            if chosen:
                yield chosen

    def _keep_inside(self, found: set[str], inside: str, said: Name, is_loose: bool) -> set[str]:
        """Those of some areas that lie in an area of a name, or are it."""
        named = take_apart(inside)
        above = next(iter(self._list_spelled(named, is_loose)), set())
        if not named.types:  # "huyện Châu Thành" may be one of several
            above = keep_widest(above, self.rows)  # a province before its capital
        own = found & above
        below = {each for each in found - above if self.is_inside(each, above)}
        is_twice = fold_text(named.bare) == fold_text(said.bare)
        return below | own if is_twice else below or own

    def _list_spelled(self, said: Name, is_loose: bool) -> Iterator[set[str]]:
        """By each way of comparing that finds something; diacritics count before they do not.

        What the name means without its kind is added, so that "Bắc Ninh" is the province or the
        city, whichever of both has been written down.
        """
        if said.head.isdigit():
            return  # a running number: "1" is not how people write Quận 1
        # "Phuong Long Hoa" does not say whether marks were left out: "Long Hoa", "Long Hòa".
        for agrees in _WAYS[said.text.isascii() : None if is_loose else STRICT]:
            loose = _pick(self._bare, said.bare, agrees)
            if said.types:
                loose = {each for each in loose if self._spellings[2][each] & said.types}
                # "Vũng Tàu" begins like a kind, and is none.
                loose |= _pick(self._bare, said.head, agrees)
            if found := _pick(self._whole, said.head, agrees) | loose:
                yield found

    def is_inside(self, area_id: str, above: set[str]) -> bool:
        """Whether an area is one of some areas or lies below one."""
        while area_id and area_id not in above:
            area_id = str(self.rows[area_id]["parent_id"])
        return bool(area_id)

    def list_near(self, name: str, is_meant: Callable[[Row], bool]) -> list[Row]:
        """The areas whose bare names begin alike, then those that differ in a letter or two.

        The same name comes first. ``is_meant`` says which may be offered at all.
        """
        from rapidfuzz.distance import DamerauLevenshtein
        from rapidfuzz.process import cdist

        wanted = fold_text(take_apart(name).bare)
        if not wanted:
            return []
        distances = cdist([wanted], self._folded, scorer=DamerauLevenshtein.distance)[0].tolist()
        most, scored = max(1, len(wanted) // 4), []
        listed = zip(self._folded, self._bare.values(), distances, strict=True)
        for bare, spelled, distance in listed:
            begins_alike = bare.startswith(wanted) or wanted.startswith(f"{bare} ")
            if distance <= most or begins_alike:
                ids = {*chain(*spelled.values())}
                scored += [(distance > 0, not begins_alike, distance, bare, each) for each in ids]
        rows = (self.rows[each] for *_, each in sorted(scored))
        return [row for row in rows if is_meant(row)][:MOST_OFFERED]


def find_issue_day(source: Row) -> str:
    """The day whose areas a source speaks of: when it was signed, or its last day if that is later.

    A report of a half year that is signed in July is the report of a unit that was there in June;
    a plan for the next year is one of a unit that is there when the year begins.
    """
    start, end, dated = (
        str(source.get(each) or "").lstrip("?") for each in ("period_start", "period_end", "dated")
    )
    dated = dated or end
    return min(max(dated, start), end) if end else dated


def keep_widest(area_ids: Iterable[str], rows: Mapping[str, Row]) -> set[str]:
    """Those of the widest level among some areas."""
    ranks = {each: LEVELS.index(rows[each]["level"]) for each in area_ids}
    least = min(ranks.values(), default=0)
    return {each for each, rank in ranks.items() if rank == least}


def exists_on(area: Row, day: str) -> bool:
    """Whether an area exists on a day; an open end is for ever."""
    return str(area["valid_from"] or "") <= day <= (str(area["valid_to"] or "") or FOR_EVER)


def _pick(
    names: Mapping[str, Mapping[str, set[str]]], name: str, agrees: Callable[[str, str], bool]
) -> set[str]:
    spelled = names.get(fold_text(name).replace(" ", ""), {})
    return {each for known, ids in spelled.items() if agrees(name, known) for each in ids}


def _group(names: Iterable[tuple[str, set[str]]]) -> dict[str, dict[str, set[str]]]:
    grouped: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for name, ids in names:
        grouped[fold_text(name).replace(" ", "")].setdefault(name, set()).update(ids)
    return dict(grouped)


def _leaves_marks_out(written: str, known: str) -> bool:
    """Whether a name is another with tones or all marks of some letters left out, none changed.

    >>> _leaves_marks_out("dak nông", "đắk nông"), _leaves_marks_out("cao lốc", "cao lộc")
    (True, False)
    """
    letters, others = (
        _LETTER.findall(unicodedata.normalize("NFD", name.casefold()).replace("đ", "d\u0335"))
        for name in (written, known)
    )
    return len(letters) == len(others) and all(
        not marks or ({*marks} <= {*more} and {*more} - {*marks} <= TONES.keys())
        for (_, marks), (_, more) in zip(letters, others, strict=True)
    )


_LETTER = re.compile(r"([^\W_])([\u0300-\u036f]*)")
"""A letter or figure with its marks; the stroke of đ is one."""
_WAYS: tuple[Callable[[str, str], bool], ...] = (
    str.__eq__,
    lambda written, known: (
        fold_text(written) == fold_text(known) and _leaves_marks_out(written, known)
    ),
    _leaves_marks_out,
    lambda written, known: fold_text(written) == fold_text(known),
    lambda _written, _known: True,
)
"""How a written name may agree with a known one of the same letters, the closest way first."""
STRICT = 3
"""The ways in which no mark may differ: marks may be left out."""


def check_days(rows: Iterable[Row], file: str) -> Iterator[Problem]:
    """The first and the last day of an area are days, in this order; either may be unknown."""
    for row in rows:
        days = [str(row[end]) for end in ("valid_from", "valid_to") if row[end]]
        if not all(map(is_day, days)) or days != sorted(days):
            said = {"name": row["name"], "area_id": row["area_id"], "days": " to ".join(days)}
            yield problem("bad_days", f"data/reference/{file}", **said)


def check_parents(rows: Mapping[str, Row], wide: Mapping[str, Row], file: str) -> Iterator[Problem]:
    """An area lies in one that is there from its first day to its last, where both are known."""
    for row in rows.values():
        above = wide.get(row["parent_id"])
        if above is None:
            continue
        is_early = bool(row["valid_from"]) and row["valid_from"] < above["valid_from"]
        if is_early or (row["valid_to"] or FOR_EVER) > (above["valid_to"] or FOR_EVER):
            said = {key: row[key] for key in ("name", "area_id", "parent_id")}
            said |= {"first": above["valid_from"] or "…", "last": above["valid_to"] or "…"}
            said["above"] = above["name"]
            yield problem("outside_parent", f"data/reference/{file}", **said)


def load_communes(folder: Path, wide: Mapping[str, Row]) -> dict[str, dict[str, Any]]:
    """The rows of ``communes.csv`` by id, with the columns that the areas above them have."""
    blank = {"level": "commune", "communes": "", "note_vi": "", "note_en": "", "source": ""}
    communes = {row["area_id"]: blank | row for row in _list(folder, "communes")}
    place, problems = "data/reference/communes.csv", []
    if lost := [each for each, row in communes.items() if row["parent_id"] not in wide]:
        said = {"number": len(lost), "ids": ", ".join(lost[:5])}
        problems.append(problem("lost_communes", place, **said))
    if twice := [each for each in communes if each in wide]:
        problems.append(problem("doubled_communes", place, ids=", ".join(twice[:5])))
    problems += check_days(communes.values(), "communes.csv")
    problems += check_parents(communes, wide, "communes.csv")
    if problems:
        raise ReferenceDataError(problems)
    return communes


@lru_cache(maxsize=2)
def load_moves(folder: Path) -> Mapping[str, list[tuple[str, str]]]:
    """Where the territory of each commune of before went, and that of each of today came from.

    With each goes ``whole`` (all of the old one), ``main part`` (most of it) or ``part``. Read from
    ``commune_changes.csv``, once for a folder.
    """
    moves: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _list(folder, "commune_changes"):
        moves[row["old_id"]].append((row["new_id"], row["part"]))
        moves[row["new_id"]].append((row["old_id"], row["part"]))
    return dict(moves)


def _list(folder: Path, name: str) -> list[dict[str, Any]]:
    said = load_own("columns")["large"][name]
    table = load_text_table(
        folder / f"{name}.csv", said["columns"], said["key"], kind=ReferenceDataError
    )
    return list_rows(table)
