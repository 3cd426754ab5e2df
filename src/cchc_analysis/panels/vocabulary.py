"""The headings that are known: those of the mapping first, then our own names and labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import PeriodError, fold_text, parse_period
from cchc_analysis.panels.mapping import FIELDS, PanelMapping, ValueColumn

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference

SCORE_WORDS = ("diem", "diem so", "score", "scores", "diem chi so", "diem chi so thanh phan")
"""Headings of the one value of a row, or below the heading that says which value it is."""

FIELD_WORDS: Mapping[str, tuple[str, ...]] = {
    "area": (
        *("area name", "ten don vi", "don vi", "dia phuong", "ten dia phuong", "tinh", "huyen"),
        *("tinh thanh pho", "tinh thanh", "quan huyen", "huyen thi xa thanh pho", "district"),
        *("don vi hanh chinh", "xa phuong thi tran", "ten tinh", "ten huyen", "ten tinh thanh pho"),
        *("ten don vi hanh chinh", "cac tinh thanh pho", "province city", "provinces", "locality"),
        *("ubnd cac huyen thi xa thanh pho", "ubnd huyen", "tinh tp", "huyen tx tp", "districts"),
        *(
            "huyen thanh pho",
            "huyen thi xa",
            "thanh pho huyen",
            "thi xa thanh pho huyen",
            "provname",
        ),
        *("cac huyen thanh pho", "cac huyen thi xa thanh pho", "cac dia phuong", "ubnd cap huyen"),
    ),
    "area_code": (
        *("ma tinh", "ma tinh thanh pho", "ma huyen", "ma xa", "province code"),
        *("area id", "ma don vi", "ma dia phuong", "ma gso", "gso code", "ma so"),
    ),
    "province": (
        *("province name", "prov", "provinces names"),
        "tinh thanh pho truc thuoc",
        "thuoc tinh",
        "tinh thanh pho truc thuoc trung uong",
    ),
    "period": (
        *("ky", "ky bao cao", "nam", "year", "thoi ky", "nam danh gia", "nam khao sat"),
        *("nam bao cao", "survey year"),
    ),
    "period_start": ("tu ngay", "start", "ngay bat dau"),
    "period_end": ("den ngay", "end", "ngay ket thuc", "thoi diem"),
    "indicator": ("chi tieu", "ten chi tieu", "noi dung", "indicator code"),
    "value": ("gia tri", "so lieu", "ket qua", "so luong", *SCORE_WORDS),
    "unit": ("don vi tinh", "dvt"),
    "breakdown": ("linh vuc", "linh vuc giai quyet", "phan to", "field"),
    "scope": ("pham vi", "cap"),
    "status": ("tinh chat", "trang thai"),
    "source": ("nguon", "source id"),
    "note": ("ghi chu", "chu thich", "notes"),
}
"""What columns are called where nobody says so; folded."""

SERIAL_WORDS = ("stt", "tt", "so tt", "so thu tu", "no")

LONG_TITLE = 25
"""Letters of the name of a sheet from which on it may be cut off; 31 is the most of Excel."""

INTERVAL_WORDS = frozenset(
    (
        *("95", "ci", "khoang", "tin", "cay", "confidence", "interval"),
        *("diem", "gia", "tri", "muc", "of", "the"),
    )
)
"""Words that may stand before the word for a bound and say no more than it."""

RANK_WORDS = (
    *("xep hang", "thu hang", "hang", "vi thu", "xep thu", "vi tri", "rank", "ranking", "xep loai"),
)
"""How the heading of a column of ranks begins."""

QUALIFYING = ("toi da", "max", "tu danh gia", "tu cham", "hang", "rank", "ty le", "mat", "chua dat")
"""Words of an upper heading that make something else of the lower one."""

FILLERS = frozenset(
    (
        *("diem", "so", "chi", "score", "scores", "index", "sub", "subindex", "cstp", "thanh"),
        *("of", "the", "and", "in", "va", "phan", "noi", "dung", "dimension", "nam"),
    )
)
"""Words of a heading that do not tell one indicator of a family from another."""

_YEAR = re.compile(r"(?:\bnăm\s+|\byear\s+)?\b((?:19|20)\d\d)\b", re.IGNORECASE)
_UNIT = re.compile(r"\s*\((?:%|điểm|points?|tỷ lệ %)\)\s*$", re.IGNORECASE)
_PART = (
    r"(?:(?:trục\s+)?nội dung|(?:chỉ số )?thành phần|lĩnh vực|cstp|dimension|d"
    r"|sub(?:-?ind(?:ex|ice))?)"
)
_NUMBERING = re.compile(
    rf"^\s*(?:(?:chỉ số )?{_PART}\s*)?(?:[IVX]+|\d{{1,2}}(?:\.\d{{1,2}})*)"
    r"\s*(?:[.):–-]?\s+|[.)])(?=\D)",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(.+) \[(\w+)\]")
"""The label of a variable and its name, as of Stata."""
_HUMP = re.compile(
    r"(?<=[^\W\d_A-ZĐ])(?=[A-ZĐ])|(?<=\d)(?=[A-ZĐ][^\W\d_A-ZĐ])|_"
    r"|(?<=[^\W\d_])(?=(?:19|20)\d\d(?!\d))"
)
"""Where words of a heading without spaces meet: "TinhThanh", "d5Procedures", "pci2009"."""
_BOUND = re.compile(
    r"(?P<low>\b(?:diem |gia tri )?(?:toi thieu|thap nhat)\b.*\btin cay\b|\b(?:can|gioi han) duoi\b"
    r"|\blower (?:95 )?(?:bound|limit|ci|confidence)\b"
    r"|\b(?:(?:ci )?(?:low|lower)|ci min|lb|lci)(?: 95)?$"
    r"|\b(?:ci|tin cay|interval)(?: 95)? (?:thap|duoi)$)"
    r"|(?P<high>\b(?:diem |gia tri )?(?:toi da|cao nhat)\b.*\btin cay\b|\b(?:can|gioi han) tren\b"
    r"|\bupper (?:95 )?(?:bound|limit|ci|confidence)\b"
    r"|\b(?:(?:ci )?(?:high|upper)|ci max|ub|uci)(?: 95)?$"
    r"|\b(?:ci|tin cay|interval)(?: 95)? (?:cao|tren)$)"
    r"|(?P<standard_error>\bsai so(?: chuan)?\b|\bstandard err(?:or)?\b|\bstd err(?:or)?\b|\bse$)"
)
"""How a heading says, folded, that it is about the interval or the error of another one."""


class Vocabulary:
    """The headings that are known, folded: those of the mapping first."""

    def __init__(self, mapping: PanelMapping, reference: Reference) -> None:
        self._mapping = mapping
        self._reference = reference

    def match_field(self, name: str) -> str:
        """The field that a heading names, or ``""``."""
        is_left_out = fold_text(name) in {*map(fold_text, self._mapping.ignore)}
        if is_left_out or any(form in self._values for form in _forms(name)):
            return ""
        found = next((self._fields[form] for form in _forms(name) if form in self._fields), "")
        upper, _, lower = name.rpartition(" / ")
        if not found and not (fold_text(lower) in SCORE_WORDS and self.match_value(upper)):
            found = next((self._fields[form] for form in _forms(lower) if form in self._fields), "")
        return found

    def match_bound(self, name: str) -> tuple[str, str]:
        """Which bound a heading speaks of, and the heading of its value; ``""`` for none.

        >>> Vocabulary.match_bound(None, "PAPI - điểm tối thiểu trong khoảng tin cậy 95%")
        ('low', 'PAPI')
        """
        last = re.split(r"\s[-–—]\s|[:/(,]\s*|^\s*[-–—]\s*", name)
        for at in range(1, len(last) + 1):
            tail = fold_text(_HUMP.sub(" ", " ".join(last[-at:])))
            if found := _BOUND.search(tail):
                role = next(key for key, said in found.groupdict().items() if said)
                if {*tail[: found.start()].split()} <= INTERVAL_WORDS:
                    return role, _before(name, last[-at:]) if at < len(last) else ""
                words = re.split(r"[\s_]+", name)  # no mark between: what is left of the words
                kept = words[: -len(tail[found.start() :].split())]
                return role, " ".join(kept).rstrip(" -–—:(,/")
        return "", ""

    def match_value(self, name: str) -> ValueColumn | None:
        """What the figures below a heading are, or ``None``."""
        for table in (self._values, self._catalogue):
            for form in _forms(name):
                if form in table:
                    return table[form]
        upper, _, lower = name.rpartition(" / ")
        said = self._match_period(name) or self._values.get(fold_text(lower))
        if said is None and upper and fold_text(lower) in SCORE_WORDS:
            return self.match_value(upper)
        return said

    def match_lower(self, name: str, family: str = "") -> ValueColumn | None:
        """What a heading may be by its lower row or its family; for a draft, which people review.

        Args:
            name: The heading.
            family: How the codes of the table's other headings begin, see ``find_family``.
        """
        if labelled := _LABELLED.fullmatch(name):
            name = labelled[1]
        upper, _, lower = name.rpartition(" / ")
        if any(word in fold_text(upper) for word in QUALIFYING):
            return None
        codes: set[str] = set()
        for part in (lower, upper):
            forms = (self._labels.get(form, set()) for form in _forms(part))
            codes = codes or next(filter(None, forms), set())
        own = {code for code in codes if code.startswith(family)} if len(codes) > 1 else codes
        if not codes and family:
            own = self._find_alike(lower, family) or self._find_alike(name, family)
        return ValueColumn(indicator=next(iter(own))) if len(own) == 1 else None

    def _find_alike(self, name: str, family: str) -> set[str]:
        """The indicators of a family whose labels have every word of a heading, or its initials.

        "Gia nhập TT" is "Gia nhập thị trường" there, and "Entry" are "Entry costs".
        """
        bare = _YEAR.sub("", name)
        parted = _NUMBERING.sub("", _HUMP.sub(" ", bare))
        words = [word for word in re.findall(r"[^\W_]+", parted) if fold_text(word) not in FILLERS]
        is_part = re.search(r"\d[.)]\d", bare)  # "1.2 …" is a part of the first
        if is_part or not any(len(word) > 2 or word.isupper() for word in words):
            return set()
        return {
            code
            for code, known in self._labels_of.items()
            if code.startswith(family) and all(_is_in(word, known) for word in words)
        }

    def match_title(self, title: str, family: str = "") -> str:
        """The indicator that a sheet is named after; long names are cut off by programs."""
        value = self.match_value(title) or self.match_lower(title, family)
        if value and value.indicator:
            return value.indicator
        starts = [form for form in _forms(title) if len(title) >= LONG_TITLE and form]
        codes = {
            code
            for form in starts
            for label, known in self._labels.items()
            if label.startswith(form)
            for code in known
        }
        if not codes:
            # "Entry costs for …" is about entry costs: the longest label that it begins with.
            begun = [
                label
                for label, known in self._labels.items()
                for form in _forms(title)
                if " " in label and form.startswith(f"{label} ")
            ]
            codes = self._labels[max(begun, key=len)] if begun else set()
        return next(iter(codes)) if len(codes) == 1 else ""

    def is_about(self, name: str, title: str, indicator: str) -> bool:
        """Whether a heading holds the name of its sheet, or of what the sheet is about."""
        labels = {label for label, codes in self._labels.items() if indicator in codes}
        words = {_forms(title)[-1], *(label for label in labels if " " in label)}
        return any(word and word in fold_text(name) for word in words)

    def match_dated(self, name: str) -> ValueColumn | None:
        """What a heading is that names its year too ("SIPAS 2022 (%)"); for a draft."""
        name = _HUMP.sub(" ", name)
        years = _YEAR.findall(name)
        if len(years) != 1:
            return None
        bare = _UNIT.sub("", _YEAR.sub("", name)).strip(" ,-–/")
        if fold_text(bare) in SCORE_WORDS:
            return ValueColumn(period=years[0])
        value = self.match_value(bare)
        if value is None or not value.indicator or value.period:
            return None
        return value.model_copy(update={"period": years[0]})

    def find_family(self, names: Iterable[str]) -> str:
        """How the codes of most headings of a table begin ("papi"), or ``""``."""
        codes = [value.indicator for name in names if (value := self.match_value(name))]
        counts = Counter(code.partition("_")[0] for code in codes if code)
        return counts.most_common(1)[0][0] if counts else ""

    def is_rank(self, name: str) -> bool:
        """Whether a heading is that of ranks."""
        lower = _YEAR.sub("", name.rpartition(" / ")[2])
        return any(form.startswith(RANK_WORDS) for form in _forms(lower))

    def is_ignored(self, name: str) -> bool:
        """Whether a heading is left out: on purpose, or a running number."""
        ranks = self._mapping.ranks
        beside = (ranks.column, ranks.of) if ranks else ()
        words = {*map(fold_text, (*self._mapping.ignore, *beside)), *SERIAL_WORDS} - {""}
        return fold_text(name) in words and not self.match_field(name)

    def is_beside(self, name: str) -> bool:
        """Whether a heading is that of a column which only describes its row."""
        field = self.match_field(name)
        return self.is_ignored(name) or self.is_rank(name) or bool(field and field != "value")

    def is_plain(self, name: str) -> bool:
        """Whether a heading says no more than that its figures are scores ("Sub-index score")."""
        words = {word for word in last_part(name).split() if not word.isdigit()}
        return bool(words) and words <= FILLERS

    def knows(self, name: str) -> bool:
        """Whether a heading is known at all."""
        return bool(
            self.is_ignored(name) or self.match_field(name) or self.match_value(name) is not None
        )

    def list_names(self) -> list[str]:
        """Everything that a heading may be called, to suggest from."""
        catalogue, headings = self._reference.indicators, self._reference.panel_headings
        own = [*self._mapping.columns.values(), *self._mapping.values]
        labels = [*catalogue["label_vi"], *catalogue["label_en"]]
        return [*FIELDS, *own, *headings["heading"], *catalogue["indicator"], *labels]

    @cached_property
    def _fields(self) -> dict[str, str]:
        said = {fold_text(head): name for name, head in self._mapping.columns.items()}
        ours = {fold_text(name): name for name in FIELDS if name not in said.values()}
        words = {
            word: name
            for name, words in FIELD_WORDS.items()
            if name not in said.values()
            for word in words
        }
        taken = {*map(fold_text, self._mapping.ignore), *self._values}
        return {word: name for word, name in (words | ours).items() if word not in taken} | said

    @cached_property
    def _values(self) -> dict[str, ValueColumn]:
        return {fold_text(head): value for head, value in self._mapping.values.items()}

    @cached_property
    def _catalogue(self) -> dict[str, ValueColumn]:
        """Labels that two indicators share once folded name neither."""
        return {
            name: ValueColumn(indicator=next(iter(codes)))
            for name, codes in self._labels.items()
            if len(codes) == 1
        }

    @cached_property
    def _labels(self) -> dict[str, set[str]]:
        """The indicators by their labels and codes, and by headings that publishers use."""
        table, headings = self._reference.indicators, self._reference.panel_headings
        known: dict[str, set[str]] = {}
        for words, column in (
            *((table, column) for column in ("label_en", "label_vi", "indicator")),
            (headings, "heading"),
        ):
            for name, code in zip(words[column], words["indicator"], strict=True):
                known.setdefault(fold_text(name), set()).add(code)
        return known

    @cached_property
    def _labels_of(self) -> dict[str, list[str]]:
        """The labels of each indicator."""
        found: dict[str, list[str]] = {}
        for label, codes in self._labels.items():
            for code in codes:
                found.setdefault(code, []).append(label)
        return found

    def _match_period(self, name: str) -> ValueColumn | None:
        """A heading that is a period, where the mapping says of which indicator."""
        if "indicator" not in self._mapping.constants:
            return None
        try:
            parse_period(name.removesuffix(".0"))
        except PeriodError:
            return None
        return ValueColumn(period=name.removesuffix(".0"))


def find_years(text: str) -> str:
    """The year that a text speaks of, ``""`` where there is none or several.

    >>> find_years("PCI 2021 (2021)"), find_years("2006-2010")
    ('2021', '')
    """
    years = {*re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)}
    return years.pop() if len(years) == 1 else ""


def _is_in(word: str, labels: list[str]) -> bool:
    """Whether some labels have a word; one in capitals may be the initials of several."""
    folded = fold_text(word)
    if any(character.isdigit() for character in word):
        return False
    if any(folded in label.split() for label in labels):
        return True
    is_short = word.isupper() and len(word) > 1
    return is_short and any(folded in "".join(w[0] for w in label.split()) for label in labels)


def _forms(name: str) -> tuple[str, ...]:
    """A heading folded as it stands, parted at its capitals, and without its numbering.

    >>> _forms("5. Public administrative procedures")[-1], _forms("TinhThanh")[1]
    ('public administrative procedures', 'tinh thanh')
    """
    labelled = _LABELLED.fullmatch(name)
    forms = []
    for each in (name, *(labelled.groups() if labelled else ())):
        parted = _HUMP.sub(" ", each)
        forms += [each, parted, _NUMBERING.sub("", each), _NUMBERING.sub("", parted)]
    return tuple(dict.fromkeys(map(fold_text, forms)))


def _before(name: str, parts: list[str]) -> str:
    """What of a heading stands before its last parts, without the mark between them."""
    return name[: name.rindex(parts[0].strip() or parts[-1].strip())].rstrip(" -–—:(,/")


def last_part(name: str) -> str:
    """The lower row of a heading of two rows, folded."""
    return fold_text(name.rpartition(" / ")[2])
