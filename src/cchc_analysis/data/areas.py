"""The administrative units: by id, by code and name on a day, and what became of them.

Comes in as the tables of areas; goes out as rows and ids. An id names one unit for as long as it
is there, and no other ever; a printed code was given to several. The 13,000 communes lie in a file
of their own, which is read when one of them is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import TONES, Name, fold_text, is_day, take_apart, tidy_name
from cchc_analysis.data.files import list_rows, load_text_table
from cchc_analysis.data.records import load_own, problem
from cchc_analysis.errors import Problem, ReferenceDataError

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

Row = Mapping[str, Any]

LEVELS = ("nation", "region", "province", "district", "commune")
"""From the widest on: a name that a province and its capital share means the province."""
COMMUNE_TYPES = frozenset({"xã", "phường", "thị trấn", "đặc khu"})
MOST_OFFERED = 3
FOR_EVER = "9999-12-31"


class AreaRows(Mapping[str, Row]):
    """The areas by id; the communes are loaded where an id is none of the others, or for all."""

    def __init__(self, wide: Mapping[str, Row], folder: Path | None) -> None:
        self.wide = wide
        self._folder = folder

    @cached_property
    def _all(self) -> dict[str, Row]:
        communes = load_communes(self._folder, self.wide) if self._folder else {}
        return {**self.wide, **communes}

    def __getitem__(self, area_id: str) -> Row:
        return self.wide[area_id] if area_id in self.wide else self._all[area_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class AreaIndex:
    """Areas by name and by printed code, with all areas that share one.

    The reference tables know their other spellings, and what they were called before.
    """

    def __init__(self, rows: Mapping[str, Row], reference: Reference) -> None:
        self.rows = rows
        self._aliases, self._former = (
            [row for row in list_rows(table) if row["area_id"] in rows]
            for table in (reference.area_aliases, reference.area_names)
        )

    @cached_property
    def _spellings(self) -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, set[str]]]:
        """The areas by every name, and by those written down as aliases; the types of each area.

        A spelling of a province is one of every province that bears its name, before and after;
        types are its own, those before, and those of its other spellings.
        """
        names, aliased, types = (defaultdict[str, set[str]](set) for _ in range(3))
        regions = [row for row in self.rows.values() if row["level"] == "region"]
        english = ({**row, "name": row["name_en"]} for row in regions if row["name_en"])
        for row in (*self.rows.values(), *english, *self._former):
            names[tidy_name(row["name"])].add(row["area_id"])
            types[row["area_id"]].add(str(row["type"]))
        for alias in self._aliases:
            area_id, tidy = alias["area_id"], tidy_name(alias["alias"])
            row = self.rows[area_id]
            same = names[tidy_name(row["name"])] if row["level"] == "province" else set()
            aliased[tidy] |= {area_id, *(e for e in same if self.rows[e]["level"] == "province")}
            names[tidy] |= aliased[tidy]
            types[area_id] |= take_apart(tidy).types
        return dict(names), dict(aliased), dict(types)

    _whole = cached_property(lambda self: _group(self._spellings[0], str))
    _bare = cached_property(lambda self: _group(self._spellings[0], lambda e: take_apart(e).bare))
    _folded = cached_property(lambda self: [fold_text(next(iter(e))) for e in self._bare.values()])
    """The bare names in their order, once for all names that are looked up in vain."""

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

    def find_strictly(self, name: str) -> set[str]:
        """The areas of a code, an id, a spelling that was written down, or else of a name."""
        certain = self.list_coded(name) or self._spellings[1].get(tidy_name(name))
        return certain or self.find(name, is_loose=False)

    def find(self, name: str, province: str = "", *, is_loose: bool = True) -> set[str]:
        """The ids of all areas that a name can mean, with or without kind and province.

        Inside the province that a table says beside it; a province's own row names it twice: it is
        meant as well as what it holds. Unless ``is_loose``, diacritics may be left out only, and
        never differ ("Cao Loc", and not "Cao Lốc", is Cao Lộc).
        """
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
                return chosen
        return set()

    def _keep_inside(self, found: set[str], inside: str, said: Name, is_loose: bool) -> set[str]:
        """Those of some areas that lie in an area of a name, or are it."""
        named = take_apart(inside)
        above = next(iter(self._list_spelled(named, is_loose)), set())
        if not named.types:  # "huyện Châu Thành" may be one of several
            above = keep_widest(above, self.rows)  # a province before its capital
        own = found & above
        below = {each for each in found - above if is_inside(each, above, self.rows)}
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
            # "Vũng Tàu" begins like a kind, and is none.
            found = _pick(self._whole, said.head, agrees) | _pick(self._bare, said.head, agrees)
            kin = _pick(self._bare, said.bare, agrees)
            if found := found | {each for each in kin if self._spellings[2][each] & said.types}:
                yield found

    def list_near(self, name: str) -> list[Row]:
        """The areas of the same bare name, then whose begin alike, or differ in a letter or two."""
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
        return [self.rows[each] for *_, each in sorted(scored)]


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


def climb(area_id: str, rows: Mapping[str, Row]) -> Iterator[Row]:
    """An area, then what it lies in, from the narrowest on."""
    while area_id and (row := rows.get(area_id)):  # "" is no commune to be looked for
        yield row
        area_id = row["parent_id"]


def is_inside(area_id: str, above: Collection[str], rows: Mapping[str, Row]) -> bool:
    """Whether an area is one of some areas or lies below one."""
    return any(row["area_id"] in above for row in climb(area_id, rows))


def exists_on(area: Row, day: str) -> bool:
    """Whether an area exists on a day; an open end is for ever."""
    return str(area["valid_from"] or "") <= day <= (str(area["valid_to"] or "") or FOR_EVER)


def _pick(
    names: Mapping[str, Mapping[str, set[str]]], name: str, agrees: Callable[[str, str], bool]
) -> set[str]:
    spelled = names.get(fold_text(name).replace(" ", ""), {})
    return {each for known, ids in spelled.items() if agrees(name, known) for each in ids}


def _group(
    names: Mapping[str, set[str]], cut: Callable[[str], str]
) -> dict[str, dict[str, set[str]]]:
    """The areas by what is cut out of their names, and that by its letters."""
    grouped: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for name, ids in zip(map(cut, names), names.values(), strict=True):
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
_WORD = re.compile(r"\w+")
_WAYS: tuple[Callable[[str, str], bool], ...] = (
    lambda written, known: "".join(_WORD.findall(written)) == "".join(_WORD.findall(known)),
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


def check_areas(rows: Iterable[Row], wide: Mapping[str, Row], file: str) -> Iterator[Problem]:
    """An area has days, in their order, and lies in one that is there on all of them.

    Either day may be unknown.
    """
    place = f"data/reference/{file}.csv"
    for row in rows:
        days = [str(row[end]) for end in ("valid_from", "valid_to") if row[end]]
        said = {"name": row["name"], "area_id": row["area_id"]}
        if not all(map(is_day, days)) or days != sorted(days):
            yield problem("bad_days", place, days=" to ".join(days), **said)
        above = wide.get(row.get("parent_id", ""))
        first, last = (above["valid_from"], above["valid_to"]) if above else ("", "")
        is_early = bool(row["valid_from"]) and row["valid_from"] < first
        if above and (is_early or (row["valid_to"] or FOR_EVER) > (last or FOR_EVER)):
            said |= {"first": first or "…", "last": last or "…", "above": above["name"]}
            yield problem("outside_parent", place, parent_id=row["parent_id"], **said)


def load_communes(folder: Path, wide: Mapping[str, Row]) -> dict[str, dict[str, Any]]:
    """The rows of ``communes.csv`` by id, with the columns that the areas above them have."""
    blank = {"level": "commune", "communes": "", "note_vi": "", "note_en": "", "source": ""}
    communes = {row["area_id"]: blank | row for row in list_large(folder, "communes")}
    problems = [*check_areas(communes.values(), wide, "communes")]
    lost = [each for each, row in communes.items() if row["parent_id"] not in wide]
    twice = [each for each in communes if each in wide]
    for kind, ids in (("doubled_communes", twice), ("lost_communes", lost)):
        if ids:
            said = {"number": len(ids), "ids": ", ".join(ids[:5])}
            problems.insert(0, problem(kind, "data/reference/communes.csv", **said))
    if problems:
        raise ReferenceDataError(problems)
    return communes


def list_large(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table that is read when somebody asks for it."""
    said = load_own("columns")["large"][name]
    return list_rows(load_text_table(folder / f"{name}.csv", **said, kind=ReferenceDataError))
