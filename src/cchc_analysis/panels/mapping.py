"""What a mapping file may say, and what the labels of a table say by it or else by our own names.

A mapping is a small YAML file in ``data/reference/panel_mappings``, reviewed like code. A label is
the heading of a column, or of a row where areas stand in columns, or the name of a sheet. The words
of publishers stand in ``words.toml`` and ``data/reference/panel_headings.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import pydantic
from pydantic_core import to_jsonable_python

from cchc_analysis.data import clean
from cchc_analysis.data.clean import fold_text, nearest_names, parse_period
from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Reference, offer_names
from cchc_analysis.data.system import is_portable
from cchc_analysis.data.words import LANGUAGES
from cchc_analysis.errors import Problem
from cchc_analysis.panels.words import (
    bare_period,
    first_form,
    is_period,
    is_rank,
    is_score,
    last_part,
    load_vocabulary,
    part_period,
    part_status,
    pattern,
    spell,
    word_key,
)


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @pydantic.model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, content: object) -> object:
        """An entry that a draft offers and nobody filled is no entry, unless one is needed."""
        if not isinstance(content, dict):
            return content
        needed = {name for name, each in cls.model_fields.items() if each.is_required()}
        return {name: each for name, each in content.items() if each is not None or name in needed}


def _match_code(table: str, word: str, info: pydantic.ValidationInfo) -> str:
    """The code of a reference table that a word means, where the tables are at hand as context."""
    if info.context is None or not word or word in getattr(info.context, f"{table}_rows"):
        return word
    known = Vocabulary(PanelMapping(), info.context)
    value = known.match_value(word) if table == "indicator" else None
    if value and value.is_plain:
        return value.indicator
    names = known.list_names() if table == "indicator" else info.context.area_rows
    raise ValueError(f"unknown {table}. {offer_names(word, names)}".rstrip())


def _check_field(name: str) -> str:
    fields = load_vocabulary()["fields"]
    if name in fields:
        return name
    offer = ", ".join(nearest_names(name, fields) or fields)
    raise ValueError(f"unknown field {name!r}; did you mean {offer}?")


Field = Annotated[str, pydantic.AfterValidator(_check_field)]
"""What a column of a panel can be."""
Indicator = Annotated[str, pydantic.AfterValidator(partial(_match_code, "indicator"))]
AreaId = Annotated[str, pydantic.AfterValidator(partial(_match_code, "area"))]


class ValueColumn(_Entry):
    """What the numbers of one heading are; with a ``bound``, how sure those of an indicator are."""

    indicator: Indicator = ""
    unit: str = ""
    scope: str = ""
    breakdown: str = ""
    status: str = ""
    period: str = ""
    bound: Literal["", "low", "high", "standard_error", "interval"] = ""

    @property
    def said(self) -> dict[str, str]:
        """What is said at all."""
        return self.model_dump(exclude_defaults=True)

    @property
    def is_plain(self) -> bool:
        """Whether an indicator is all that is said."""
        return {*self.said} == {"indicator"}

    @property
    def bare(self) -> ValueColumn:
        """The same, of the value that a bound is about."""
        return self.model_copy(update={"bound": ""})


def _take_word(said: object, kind: str = "") -> object:
    """An entry in one word: of its ``kind``, or a period where it reads as one, or an indicator."""
    if not isinstance(said, str | int):
        return said
    return {kind or ("period" if is_period(str(said)) else "indicator"): str(said)}


Column = Annotated[ValueColumn, pydantic.BeforeValidator(_take_word)]


class AreaRule(_Entry):
    """What a label in the area column stands for, where it is no name of an area."""

    area_id: AreaId
    indicators: dict[Indicator, Indicator] = pydantic.Field(default_factory=dict)


Area = Annotated[AreaRule, pydantic.BeforeValidator(partial(_take_word, kind="area_id"))]


class Absence(_Entry):
    """A number that stands for a missing figure, with the reason why we say so."""

    indicator: str
    printed: str
    reason: str


class RankRule(_Entry):
    """A column of ranks beside the values, ``of`` a ``period``: their indicators, by level."""

    column: str
    period: Annotated[
        str, pydantic.AfterValidator(lambda label: label and parse_period(label) and label)
    ] = ""
    of: str = ""
    last: str = "last"
    indicators: dict[Indicator, dict[str, Indicator]]


def _check_id(name: str) -> str:
    """Refuse what cannot be the name of a source or panel, and so of a file on every system."""
    if not pattern("id").fullmatch(name):
        said = "use small letters, digits and _, a letter first, three to 61 in all"
        raise ValueError(f"{name!r} is no such name; {said}")
    if not is_portable(name):
        raise ValueError(f"{name!r} is kept for a device by Windows; write a longer name")
    return name


class PanelSource(_Entry):
    """Who published the figures, where, and what may be done with them.

    ``key`` is what the ``source`` column says. A licence that forbids publication says ``no`` to
    ``publish`` where nothing is said.
    """

    source_id: Annotated[str, pydantic.AfterValidator(_check_id)]
    publisher: str = pydantic.Field(min_length=2)
    licence: str = pydantic.Field(min_length=2)
    title: str = ""
    url: str = ""
    number: str = ""
    dated: str = ""
    language: str = "vi"
    key: str = ""
    note_vi: str = ""
    note_en: str = ""
    publish: Annotated[
        Literal["", "yes", "no"],
        # YAML reads a bare ``no`` as false.
        pydantic.BeforeValidator(
            lambda said: ("no", "yes")[said] if isinstance(said, bool) else said
        ),
    ] = ""

    @property
    def may_be_published(self) -> bool:
        """Whether the rows may stand on the site and in its downloads."""
        return self.publish == "yes" or not (
            self.publish or pattern("forbids").search(self.licence)
        )


class PanelMapping(_Entry):
    """One mapping file, as ``data/reference/panel_mappings/README.md`` describes it."""

    panel: Annotated[str, pydantic.AfterValidator(lambda name: name and _check_id(name))] = ""
    sheet: str = ""
    sheets: dict[str, Column] = pydantic.Field(default_factory=dict)
    header_row: int = pydantic.Field(default=0, ge=0)
    columns: dict[Field, str] = pydantic.Field(default_factory=dict)
    values: dict[str, Column] = pydantic.Field(default_factory=dict)
    indicators: dict[str, Indicator] = pydantic.Field(default_factory=dict)
    areas: dict[str, Area] = pydantic.Field(default_factory=dict)
    units: dict[str, str] = pydantic.Field(default_factory=dict)
    constants: dict[Field, str] = pydantic.Field(default_factory=dict)
    scopes: dict[str, str] = pydantic.Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    absent: tuple[Absence, ...] = ()
    totals: tuple[str, ...] = ()
    small_rates: tuple[Indicator, ...] = ()
    decimal_mark: Literal["", ".", ","] = ""
    ranks: RankRule | None = None
    sources: tuple[PanelSource, ...] = ()

    @pydantic.field_validator("constants")
    @classmethod
    def _know_the_indicator(
        cls, said: dict[str, str], info: pydantic.ValidationInfo
    ) -> dict[str, str]:
        codes = {"indicator": _match_code("indicator", said.get("indicator", ""), info)}
        return {name: codes.get(name, word) for name, word in said.items()}


E = TypeVar("E", bound=_Entry)


def as_plain(content: object) -> Any:
    """What a person wrote as JSON has it: days and the years of headings are texts."""
    said = {} if content is None else content
    return to_jsonable_python(said, bytes_mode="base64", fallback=str)


def read_entry(
    kind: type[E],
    content: object,
    name: str,
    problems: list[Problem],
    reference: Reference | None = None,
) -> E | None:
    """Make an entry of what a person wrote under some name, or add the ``problems`` that it has."""
    if not isinstance(content, dict):
        problems.append(problem("no_mapping", name))
        return None
    try:
        return kind.model_validate(content, context=reference)
    except pydantic.ValidationError as error:
        faults = error.errors()
    known = (*PanelMapping.model_fields, *PanelSource.model_fields, *ValueColumn.model_fields)
    for fault in faults:
        place = ".".join(str(each) for each in fault["loc"] if each != "[key]") or "the file"
        is_there = fault["type"] != "missing"
        if fault.get("input") is None and is_there:
            problems.append(problem("empty_entry", name, place=place))
            continue
        near = nearest_names(str(fault["loc"][-1]), known) if "extra" in fault["type"] else []
        given = f" ({fault['input']!r})" if is_there else ""
        found = f"{place}: {fault['msg'].removeprefix('Value error, ')}{given}"
        offer = f"Did you mean {', '.join(near)}?" if near else "Mend the entry."
        problems.append(problem("wrong_entry", name, found=found, offer=offer))
    return None


def salvage_mapping(content: object) -> PanelMapping | None:
    """What is left of a faulty mapping, or ``None`` where the sheet that is meant is lost.

    Codes are not asked about; whatever a part of a faulty entry names counts as left out.
    """
    left, told = deepcopy(content), list[str]()
    while isinstance(left, dict):
        try:
            found = PanelMapping.model_validate(left)
            return found.model_copy(update={"ignore": (*found.ignore, *told)})
        except pydantic.ValidationError as error:
            name, part, *_ = (*map(str, error.errors()[0]["loc"]), "")
        if name in ("sheet", "sheets"):
            return None
        entry = left[name]
        is_part = isinstance(entry, dict) and part in entry
        told += _list_texts({part: entry.pop(part)} if is_part else left.pop(name))
    return None


def _list_texts(entry: object) -> Iterator[str]:
    """Every text of an entry: the headings that it may be about."""
    entry = [*entry, *entry.values()] if isinstance(entry, Mapping) else entry
    if isinstance(entry, list | tuple):
        for each in entry:
            yield from _list_texts(each)
    elif entry is not None:
        yield str(entry)


MARKS = " -–—:(,/"
"""What parts a heading into what is measured and how sure it is."""
MOST_SUGGESTED = 3
SCORES = ("%", "point", "rank")
"""Units in which nothing is counted."""


class Vocabulary:
    """The labels that are known, folded: those of the mapping first."""

    def __init__(
        self, mapping: PanelMapping, reference: Reference, *, is_own: bool = False
    ) -> None:
        """Those of a panel, or of a table of one's own (``is_own``), which no person mapped."""
        self.mapping = mapping
        self.is_own = is_own
        self.reference = reference
        self.labels = reference.keep(("labels",), partial(_list_labels, reference))
        self._left_out = {*map(fold_text, mapping.ignore)}
        self._values = {fold_text(head): value for head, value in mapping.values.items()}
        said = spell("fields") | (spell("own_fields") if is_own else {})
        words = ((fold_text(word), name) for word, name in said.items())
        taken = {*self._left_out, *self._values}
        self._fields = {
            word: name for word, name in words if name not in mapping.columns and word not in taken
        } | {fold_text(head): name for name, head in mapping.columns.items()}

    def match_field(self, name: str) -> str:
        """The field that a heading names, or ``""``."""
        value: ValueColumn | None = first_form(self._values, name)
        if value or fold_text(name) in self._left_out:
            return ""
        upper, _, lower = name.rpartition(" / ")
        found = first_form(self._fields, name)
        if not found and not (upper and is_score(lower) and self.match_value(name)):
            found = first_form(self._fields, lower)
        return found or ""

    def match_bound(self, name: str) -> tuple[str, str]:
        """Which bound a heading speaks of, and the heading of its value; ``""`` for none.

        >>> Vocabulary.match_bound(None, "PAPI - điểm tối thiểu trong khoảng tin cậy 95%")
        ('low', 'PAPI')
        """
        said = load_vocabulary()["bounds"].items()
        bounds = "|".join(rf"(?P<{role}>{'|'.join(words)})" for role, words in said)
        last = re.split(r"\s[-–—]\s|[:/(,]\s*|^\s*[-–—]\s*", name)
        for at in range(1, len(last) + 1):
            tail = fold_text(pattern("hump").sub(" ", " ".join(last[-at:])))
            if found := re.search(bounds, tail):
                role = str(found.lastgroup)
                if {*tail[: found.start()].split()} <= {*load_vocabulary()["interval"]}:
                    end = name.rindex(last[-at].strip() or last[-1].strip())
                    return role, name[:end].rstrip(MARKS) if at < len(last) else ""
                words = re.split(r"[\s_]+", name)  # no mark between: what is left of the words
                kept = words[: -len(tail[found.start() :].split())]
                return role, " ".join(kept).rstrip(MARKS)
        return "", ""

    def match_value(self, name: str, family: str = "") -> ValueColumn | None:
        """What the figures below a heading are, or ``None``: by the mapping, or by its words.

        Its period, unit and status count ("SIPAS 2022 (%)"), and so do all other words that say
        anything, in any order. Of labels that indicators share, the one of the ``family`` is meant.
        """
        upper, _, lower = name.rpartition(" / ")
        value = first_form(self._values, name) or self._values.get(fold_text(lower))
        if value is None and upper and is_score(lower):
            value = self.match_value(upper, family)
        if value is None and "indicator" in self.mapping.constants and is_period(name):
            value = ValueColumn(period=bare_period(name))
        return value or self._read_words(name, family)

    def _read_words(self, name: str, family: str) -> ValueColumn | None:
        """What a heading says by its own words."""
        period, rest = part_period(name)
        status, rest = part_status(rest)
        units, rest = self._part_unit(rest)
        if not units and fold_text(rest).startswith("diem "):
            units = {"point"}
        is_whole = bool(family) and fold_text(rest) in load_vocabulary()["wholes"]
        key = frozenset({family}) if is_whole else word_key(rest)
        if period and not key and is_score(rest):
            return ValueColumn(period=period, status=status)
        is_code = name in self.reference.indicator_rows
        named = {name} if is_code else self.labels.folded.get(fold_text(name), set())
        if is_label := len(named) == 1:  # whose years are its own: "kỳ 2019-2023", "(trước 2022)"
            period = ""
        named = named if is_label else self._find_codes(key, rest, family) if key else set()
        if not (is_label or units) and pattern("counted").match(last_part(rest)):
            rows = self.reference.indicator_rows
            named = {code for code in named if rows[code]["unit"] not in SCORES}
        own = {code: self._fit_unit(units, code) for code in named}
        fitting = [(code, unit) for code, unit in own.items() if unit is not None]
        if len(fitting) != 1:
            return None
        [(code, unit)] = fitting
        return ValueColumn(indicator=code, period=period, status=status, unit=unit)

    def _find_codes(self, key: frozenset[str], name: str, family: str) -> set[str]:
        """The indicators that words name, or that each of several names side by side is one of."""
        folded = fold_text(name)
        is_unsaid = pattern("unsaid").fullmatch(folded)
        known = set() if is_unsaid else self.labels.keyed.get(key, set())
        found = self.labels.folded.get(folded) or known
        if family and len(found) != 1:
            found = found | self.labels.keyed.get(key | {family}, set())
            found = {code for code in found if code.startswith(family)}
        if not found and len(parts := pattern("beside").split(name)) > 1:
            named = [
                self.labels.keyed.get(each, set()) for each in filter(None, map(word_key, parts))
            ]
            found = set.intersection(*named) if named else set()
        return found

    def _part_unit(self, name: str) -> tuple[set[str], str]:
        """What the unit of a heading, at its end or in brackets, can be, and what is left of it."""
        for found in pattern("unit_within").finditer(name):
            said = str(found[found.lastgroup or 0])
            if units := {"%"} if said == "%" else self.labels.units.get(fold_text(said)):
                return units, f"{name[: found.start()]} {name[found.end() :]}"
        return set(), name

    def _fit_unit(self, units: set[str], code: str) -> str | None:
        """The unit where it is another one than the indicator's; ``None`` where it does not fit."""
        rows, own = self.reference.unit_rows, str(self.reference.indicator_rows[code]["unit"])
        base = rows[own]["base_unit"]
        alike = (unit for unit in sorted(units & {*rows}) if rows[unit]["base_unit"] == base)
        return "" if not units or own in units else next(alike, None)

    def is_ignored(self, name: str) -> bool:
        """Whether a heading is left out: on purpose, or a running number."""
        ranks = self.mapping.ranks
        beside = {fold_text(each) for each in (ranks.column, ranks.of)} if ranks else set()
        words = {*self._left_out, *beside, *load_vocabulary()["serial"]} - {""}
        return fold_text(name) in words and not self.match_field(name)

    def is_beside(self, name: str) -> bool:
        """Whether a heading is that of a column which only describes its row."""
        return self.is_ignored(name) or is_rank(name) or self.match_field(name) not in ("", "value")

    def knows(self, name: str) -> bool:
        """Whether a heading is known at all."""
        return bool(self.is_ignored(name) or self.match_field(name) or self.match_value(name))

    def list_near(self, name: str) -> list[str]:
        """The known names to suggest for a heading: first those that have most of its words."""
        bare = part_period(name)[1]
        words = word_key(bare)
        names, sides = clean.drop_opposites(bare, self.list_names()), clean.take_sides(bare)
        shared = {each: len(words & word_key(each)) for each in names}
        most = [each for each in names if shared[each] > 1 and 2 * shared[each] >= len(words)]
        most.sort(key=lambda each: (clean.take_sides(each) != sides, -shared[each], len(each)))
        return [*dict.fromkeys([*most, *nearest_names(bare, names)])][:MOST_SUGGESTED]

    def list_names(self) -> list[str]:
        """Everything that a heading may be called, to suggest from."""
        table, own = self.reference.indicators, [*self.mapping.columns.values()]
        labels = [*table["indicator"], *table["label_vi"], *table["label_en"]]
        headings = self.reference.panel_headings["heading"]
        return [*load_vocabulary()["fields"], *own, *self.mapping.values, *headings, *labels]


@dataclass(frozen=True)
class _Labels:
    """The indicators by every label of theirs, folded, and by its words; the units by their names.

    The words of a label may have the name of its index beside them, or lack its abbreviation. The
    code of a rank is a name by itself only: the level of the areas tells which rank is meant.
    """

    folded: dict[str, set[str]]
    keyed: dict[frozenset[str], set[str]]
    units: dict[str, set[str]]


def _list_labels(reference: Reference) -> _Labels:
    rows, found = reference.indicator_rows, _Labels({}, {}, {})
    units = {unit: str(row["label_vi"]) for unit, row in reference.unit_rows.items()}
    said = [
        (str(row[each]), code) for code, row in rows.items() for each in ("label_en", "label_vi")
    ]
    said += [(code, code) for code, row in rows.items() if row["unit"] != "rank"]
    headings = reference.panel_headings
    said += zip(headings["heading"], headings["indicator"], strict=True)
    for label, code in said:
        found.folded.setdefault(fold_text(label), set()).add(code)
        for name in (label, pattern("abbreviation").sub("", label)):
            key, family = word_key(name), code.partition("_")[0]
            noun = word_key(units[str(rows[code]["unit"])])  # "hồ sơ", which says nothing new
            is_number = all(map(str.isdigit, key))  # "Nội dung 5", of whatever index
            for each in {key | {family}} | (set() if is_number else {key, key | noun}):
                found.keyed.setdefault(each, set()).add(code)
    for unit, row in reference.unit_rows.items():
        names = (unit, *(str(row[f"label_{each}"]) for each in LANGUAGES))
        for name in (*names, *load_vocabulary()["units"].get(unit, ())):
            found.units.setdefault(fold_text(name), set()).add(unit)
    return found
