"""What a mapping file may say: how the headings and words of one panel become ours.

A mapping is a small YAML file in ``data/reference/panel_mappings``, reviewed like code. This
module knows its shape; what the words do is in ``headings`` and ``layouts``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cchc_analysis.data.clean import PeriodError, nearest_names, parse_period
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.data.system import is_portable
from cchc_analysis.errors import Problem, ReportError

FIELDS = (
    *("area", "area_code", "province", "scope", "period", "period_start", "period_end"),
    *("indicator", "breakdown", "value", "low", "high", "standard_error"),
    *("unit", "status", "source", "note"),
)
"""What a column of a panel can be."""

FORBIDS = re.compile(
    r"\b(internal|confidential|restricted|private|not (?:for|to be) (?:publication|published|"
    r"redistribut\w+|shared)|no (?:publication|redistribution)|do not (?:publish|share)|"
    r"nội bộ|mật|không (?:được )?(?:công bố|phát hành|phổ biến|chia sẻ))\b",
    re.IGNORECASE,
)
"""Licences that say that the figures are not for everybody."""
_ID = re.compile(r"[a-z][a-z0-9_]{2,60}")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, content: object) -> object:
        """An entry that a draft offers and nobody filled is no entry, unless one is needed."""
        if not isinstance(content, dict):
            return content
        needed = {name for name, each in cls.model_fields.items() if each.is_required()}
        return {name: each for name, each in content.items() if each is not None or name in needed}


class ValueColumn(_Entry):
    """What the numbers of one heading of a wide table are.

    ``bound`` says that they are no values but how sure those of the same indicator are.
    """

    indicator: str = ""
    unit: str = ""
    scope: str = ""
    breakdown: str = ""
    status: str = ""
    period: str = ""
    bound: Literal["", "low", "high", "standard_error", "interval"] = ""

    @property
    def said(self) -> dict[str, str]:
        """What is said at all."""
        return {name: cell for name, cell in self.model_dump().items() if cell}


class AreaRule(_Entry):
    """What a label in the area column stands for, where it is no name of an area."""

    area_id: str
    indicators: dict[str, str] = Field(default_factory=dict)


class Absence(_Entry):
    """A number that stands for a missing figure, with the reason why we say so."""

    indicator: str
    printed: str
    reason: str


class RankRule(_Entry):
    """A column of ranks beside the values: the indicator that each rank is, by level of area.

    ``period`` says which of several periods in a row is ranked.
    """

    column: str
    period: str = ""
    of: str = ""
    last: str = "last"
    indicators: dict[str, dict[str, str]]

    @field_validator("period", mode="before")
    @classmethod
    def _is_period(cls, period: object) -> str:
        if period:
            parse_period(str(period))
        return str(period)


def _check_id(name: str) -> str:
    """Refuse what cannot be the name of a source or panel, and so of a file on every system."""
    if not _ID.fullmatch(name):
        said = "use small letters, digits and _, a letter first, three to 61 in all"
        raise ValueError(f"{name!r} is no such name; {said}")
    if not is_portable(name):
        raise ValueError(f"{name!r} is kept for a device by Windows; write a longer name")
    return name


class PanelSource(_Entry):
    """Who published the figures, where, and what may be done with them.

    ``key`` is what the ``source`` column of a panel says where it has several sources. ``publish``
    is ``yes`` or ``no``; where it is not said, a licence that forbids publication says no.
    """

    source_id: Annotated[str, AfterValidator(_check_id)]
    publisher: str = Field(min_length=2)
    licence: str = Field(min_length=2)
    title: str = ""
    url: str = ""
    number: str = ""
    dated: str = ""
    language: str = "vi"
    key: str = ""
    note_vi: str = ""
    note_en: str = ""
    publish: Literal["", "yes", "no"] = ""

    @field_validator("publish", mode="before")
    @classmethod
    def _allow_yaml_words(cls, publish: object) -> object:
        """YAML reads a bare ``no`` as false."""
        return {True: "yes", False: "no"}[publish] if isinstance(publish, bool) else publish

    @property
    def may_be_published(self) -> bool:
        """Whether the rows may stand on the site and in its downloads."""
        return (self.publish or ("no" if FORBIDS.search(self.licence) else "yes")) == "yes"


class PanelMapping(_Entry):
    """One mapping file.

    ``sheets`` says what each worksheet is, an indicator or a period. ``columns`` gives fields their
    headings; ``values`` gives the headings of a wide table their indicators; ``indicators``,
    ``areas`` and ``units`` translate words of the panel; ``constants`` hold for every row;
    ``ignore`` lists headings left out on purpose, ``small_rates`` indicators whose per cents of at
    most 1 are no shares of one.
    """

    panel: Annotated[str, AfterValidator(lambda name: name and _check_id(name))] = ""
    sheet: str = ""
    sheets: dict[str, ValueColumn] = Field(default_factory=dict)
    header_row: int = Field(default=0, ge=0)
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, ValueColumn] = Field(default_factory=dict)
    indicators: dict[str, str] = Field(default_factory=dict)
    areas: dict[str, AreaRule] = Field(default_factory=dict)
    units: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    scopes: dict[str, str] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    absent: tuple[Absence, ...] = ()
    totals: tuple[str, ...] = ()
    small_rates: tuple[str, ...] = ()
    decimal_mark: Literal["", ".", ","] = ""
    ranks: RankRule | None = None
    sources: tuple[PanelSource, ...] = ()

    @field_validator("values", "sheets", "areas", mode="before")
    @classmethod
    def _allow_bare_entries(cls, entries: object, info: ValidationInfo) -> object:
        """What an entry is in one word: an area, a period where it reads as one, an indicator."""
        if not isinstance(entries, dict):
            return entries
        kind = {"values": "indicator", "areas": "area_id"}.get(str(info.field_name), "")

        def name_kind(text: str) -> str:
            with suppress(PeriodError):
                parse_period(text)
                return kind or "period"
            return kind or "indicator"

        return {
            str(name): {name_kind(str(each)): str(each)} if isinstance(each, str | int) else each
            for name, each in entries.items()
        }

    @field_validator("columns", "constants")
    @classmethod
    def _know_the_fields(cls, fields: dict[str, str]) -> dict[str, str]:
        for field in fields:
            if field not in FIELDS:
                offer = ", ".join(nearest_names(field, FIELDS)) or ", ".join(FIELDS)
                raise ValueError(f"unknown field {field!r}; did you mean {offer}?")
        return fields


E = TypeVar("E", bound=_Entry)


def load_mapping(path: Path) -> PanelMapping:
    """Load a mapping file.

    Raises:
        ReportError: The file is absent, not YAML, or says something that no mapping can say; all
            of it at once.
    """
    return build_mapping(load_yaml(path), path.name)


def build_mapping(content: object, name: str) -> PanelMapping:
    """Make a mapping of the content of its file; what no mapping can say is refused."""
    if not isinstance(content, dict | None):
        found, remedy = "no entries", "Begin one with `cchc add-panel TABLE --draft`."
        raise ReportError(Problem(name, found, "a mapping in YAML (`panel: …`)", remedy))
    return build_entry(PanelMapping, content or {}, name)


def build_entry(kind: type[E], content: object, name: str) -> E:
    """Make an entry of what a person wrote under some name; what it cannot say is refused."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ReportError(_list_faults(name, error)) from None


def _list_faults(name: str, error: ValidationError) -> Iterator[Problem]:
    known = (*PanelMapping.model_fields, *PanelSource.model_fields, *ValueColumn.model_fields)
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"]) or "the file"
        near = nearest_names(str(fault["loc"][-1]), known) if fault["loc"] else []
        offer = f"Did you mean {', '.join(near)}?" if "extra" in fault["type"] and near else ""
        if fault.get("input") is None and fault["type"] != "missing":
            said = "a value, or no such line"
            yield Problem(name, f"{place} is empty", said, "Fill it in, or remove the line.")
            continue
        given = f" ({fault['input']!r})" if fault["type"] != "missing" else ""
        yield Problem(
            name,
            f"{place}: {fault['msg'].removeprefix('Value error, ')}{given}",
            "what data/reference/panel_mappings/README.md describes",
            offer or "Mend the entry.",
        )
