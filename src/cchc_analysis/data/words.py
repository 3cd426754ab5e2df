"""What a reader reads: our strings in their language, numbers and dates in its form, safe text.

Comes in as ``strings.csv`` and as text from transcripts; goes out as ``Markup``, which cannot be
escaped twice or forgotten. This module knows no table and no sentence; those stand in the string
table and in the stage ``brief``.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from cchc_analysis.data.clean import STANDARD_LABEL
from cchc_analysis.data.files import load_text_table
from cchc_analysis.data.records import load_own, problem, tell_value
from cchc_analysis.errors import BriefError, CommandError

LANGUAGES = ("vi", "en")
STRINGS = "strings.csv"
NO_BREAK = "\u00a0"
COMPARATOR_SIGNS: Mapping[str, str] = load_own("spellings")["signs"]
AREA_KINDS: Mapping[str, str] = load_own("spellings")["strings"]
"""Kinds of area, by the Vietnamese word that the areas hold."""
LICENCES: Mapping[str, str] = load_own("spellings")["licences"]
"""What is said of terms of use, by its English words."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """The strings of one language, and its numbers and dates.

    ``folder`` is where they and the templates that say them lie. ``fits`` are endings of keys that
    go before the key itself, ``terms`` words of the law with what stands in for each, see ``fit``.
    """

    lang: str
    texts: Mapping[str, str]
    folder: Path = Path()
    fits: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()

    def fit(self, area: Mapping[str, Any], day: str, terms: Iterable[Row] = ()) -> Words:
        """The same strings as they are said of an area on a day.

        A string ``key@ward`` or ``key@commune``, of a kind or of a level, stands in for ``key``;
        what the law calls otherwise since a day, or at a level, is called so (``terms.csv``).
        ``area`` has the type of that day, which is the last of what is told.

        >>> ward, texts = {"type": "phường", "level": "commune"}, {"a": "Toàn xã", "a@ward": "x"}
        >>> Words("vi", texts).fit(ward, "2026-01-01").plain("a")
        'x'
        """
        kind, level = AREA_KINDS.get(str(area["type"]), ""), str(area["level"])
        pairs = [
            (row[f"term_{self.lang}"], row[f"becomes_{self.lang}"])
            for row in terms
            if row["level"] in ("", level) and row["valid_from"] <= day
        ]
        pairs += [(old[:1].upper() + old[1:], new[:1].upper() + new[1:]) for old, new in pairs]
        ordered = sorted(dict.fromkeys(pairs), key=lambda pair: -len(pair[0]))
        return replace(self, fits=(f"@{kind}", f"@{level}"), terms=tuple(ordered))

    def _use_terms(self, text: str) -> str:
        for term, becomes in self.terms:
            text = text.replace(term, becomes)
        return text

    def say(self, key: str, /, **values: Any) -> Markup:
        """The string of a key with its values put in; plain values are escaped, Markup is not.

        >>> Words("en", {"a": "{n} < {m}"}).say("a", n="<b>", m=Markup("<i>1</i>"))
        Markup('&lt;b&gt; &lt; <i>1</i>')
        """
        fitting = (key + each for each in self.fits)
        found = next(filter(self.has, fitting), key)
        said: Markup = self.fill(found, values, lambda text: escape(self._use_terms(text)))
        return said

    def fill(self, key: str, values: Mapping[str, Any], form: Callable[[str], Any] = str) -> Any:
        """The string of just this key, put into a form, and then its values into that.

        Raises:
            BriefError: The table, which may be an older copy, has no such string, or one whose
                braces ask for what it is not told.
        """
        try:
            return form(self.texts[key]).format(**values)
        except (KeyError, IndexError, ValueError) as error:
            found = f"its braces: {error}" if self.has(key) else "there is none"
            raise BriefError(problem("other_string", STRINGS, key=key, found=found)) from None

    def plain(self, key: str, /, **values: Any) -> str:
        """``say`` for where there is no markup: a chart, a title."""
        return plain(self.say(key, **values))

    def count(self, key: str, n: int, /, **values: Any) -> Markup:
        """``say`` with the singular ``<key>.one`` where there is one thing."""
        return self.say(f"{key}.one" if n == 1 else key, n=self.number(n), **values)

    def has(self, key: str) -> bool:
        """Whether there is such a string."""
        return key in self.texts

    def pick(self, row: Row, stem: str) -> Markup:
        """The cell ``<stem>_vi`` or ``<stem>_en`` of a reference row, made safe."""
        text = str(row.get(f"{stem}_{self.lang}") or "")
        # What the catalogue says in the words of the law; notes and reasons stay.
        is_law = stem in ("label", "definition", "source")
        return clean_text(self._use_terms(text) if is_law else text, longest=None)

    def licence(self, text: str) -> Markup:
        """Terms of use in the language, where their words are known; names of licences stay.

        >>> Words("vi", {}).licence("CC BY 4.0; internal use")
        Markup('CC BY 4.0; dùng nội bộ')
        """
        known = LICENCES if self.lang == "vi" else {vi: en for en, vi in LICENCES.items()}
        words = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
        # A run of capitals is a name: "GNU General Public License" is nothing public.
        told = re.sub(
            rf"\b(?:[A-Z]\w*(?: [A-Z]\w*)+|(?i:{words}))\b",
            lambda each: known.get(each[0].casefold(), each[0]),
            text,
        )
        return clean_text(told, longest=None)

    def number(self, value: float, decimals: int | None = None) -> str:
        """A number in the form of the language, with the decimals that it has, three at most.

        >>> Words("vi", {}).number(1310), Words("en", {}).number(-89.4, 2)
        ('1.310', '−89.40')
        """
        # −0 is 0, and would be taken for it once it is kept.
        return _format_number(float(value) + 0.0, decimals, self.lang)

    def as_printed(self, value: float) -> str:
        """A number with the decimals that it has; what was worked out, and has more, with two.

        >>> Words("vi", {}).as_printed(98.4), Words("vi", {}).as_printed(99.7989)
        ('98,4', '99,80')
        """
        decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
        return self.number(value, min(decimals, 2))

    def date(self, day: str) -> str:
        """An ISO date in the form of the language; anything else as it is.

        >>> Words("vi", {}).date("2024-06-01"), Words("en", {}).date("2024-06-01")
        ('1/6/2024', '1 June 2024')
        """
        from babel.dates import format_date

        form = {"vi": "d/M/y", "en": "d MMMM y"}[self.lang]
        try:
            return format_date(dt.date.fromisoformat(day), form, self.lang)
        except ValueError:
            return day

    def period(self, label: str, form: str = "") -> Markup:
        """A period label as people call it, "6 tháng đầu năm 2024"; what is none stands for itself.

        ``.in`` is the form for the beginning of a sentence, "Trong 6 tháng đầu năm 2024".
        """
        if match := STANDARD_LABEL.fullmatch(label):
            said = self.say(f"period.{match[2] or 'year'}{form}", year=match[1])
            return said.replace(f" {match[1]}", f"{NO_BREAK}{match[1]}")  # no line begins with it
        name = Markup(" – ").join(self.date(day) for day in label.split("/"))
        return self.say("period.other.in", period=name) if form else name

    def place(self, row: Row) -> Markup:
        """The name of an area in the language: "huyện Cao Lộc", "Cao Lộc district"."""
        if kind := AREA_KINDS.get(str(row.get("type") or "")):
            return self.say(f"area.{kind}", name=self.short_name(row))
        # A region has an English name; the English one of a place is its own without its marks.
        return clean_text(str((self.lang == "en" and row.get("name_en")) or row["name"]))

    def short_name(self, row: Row) -> Markup:
        """The name of an area without its kind."""
        return clean_text(bare_name(row, may_be_number=True))

    def span(self, start: str, end: str) -> Markup:
        """The dates of a window, or the one day of a stock."""
        kind, last = "window" if start else "day" if end else "none", self.date(end)
        return self.say(f"span.{kind}", start=self.date(start), end=last, day=last)

    def turn(self, text: str) -> str:
        """A text with numbers in the Vietnamese form, "1.310,5", in that of the language."""
        return text if self.lang == "vi" else text.translate(str.maketrans(".,", ",."))

    def join(self, parts: Iterable[Any]) -> Markup:
        """A list in words: "a, b và c"."""
        *first, last = [escape(part) for part in parts] or [Markup("")]
        return self.say("list.and", first=Markup(", ").join(first), last=last) if first else last


def load_words(folder: Path, lang: object) -> Words:
    """Load the strings of one language (``vi``, ``en``) from the folder of the page template.

    Its ``strings.csv`` has key, vi and en. A ``CommandError``: there is no such language; a
    ``BriefError``: the table is absent or damaged, or a string lacks a language.
    """
    if not isinstance(lang, str) or lang not in LANGUAGES:
        raise CommandError(problem("no_language", f"language {tell_value(lang)}"))
    path = folder / STRINGS
    try:
        return _read_words(path.read_bytes(), lang, folder)
    except OSError as error:
        raise BriefError(problem("no_strings", path.name, error=error.strerror)) from None


@lru_cache(maxsize=len(LANGUAGES))
def _read_words(_content: bytes, lang: str, folder: Path) -> Words:
    """The strings in a table; read once, as every page asks for them several times."""
    table = load_text_table(folder / STRINGS, ("key", *LANGUAGES), ("key",), kind=BriefError)
    if holes := [*table.loc[(table == "").any(axis=1), "key"]]:
        raise BriefError(problem("no_string", STRINGS, keys=", ".join(holes)))
    return Words(lang, dict(zip(table["key"], table[lang], strict=True)), folder)


def shorten_text(text: str, longest: int) -> str:
    """A text of at most so many letters, cut between words; within one only if it is longer.

    >>> shorten_text("một hai ba", 9), shorten_text("một hai ba", 10)
    ('một hai…', 'một hai ba')
    """
    if len(text) <= longest:
        return text
    kept = text[:longest]
    head, space, _ = kept.rpartition(" ")
    return (head.rstrip(" ,;:–-") if space else kept[:-1]) + "…"


def clean_text(text: str, longest: int | None = 600) -> Markup:
    r"""Foreign text made safe: escaped, without control and direction characters, not endless.

    What runs from right to left is put into a ``<bdi>``: it cannot turn its neighbours around.

    >>> clean_text("a<b>\u202e\x00")
    Markup('a&lt;b&gt;')
    """
    unsafe = ("Cc", "Cf", "Cs", "Co")
    kept = "".join(e for e in text if e in "\n\t" or unicodedata.category(e) not in unsafe)
    kept = " ".join(kept.split()) if "\n" in kept or "\t" in kept else kept
    kept = shorten_text(kept, longest) if longest else kept
    is_turned = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in kept)
    return Markup("<bdi>{}</bdi>").format(kept) if is_turned else escape(kept)


_KIND = re.compile(f"(?i)(?:{'|'.join(sorted({*AREA_KINDS, 'vùng'}, key=len))}) +")
"""What a name of an area begins with; of a few communes of 2025 it isn't the kind of their type."""


def bare_name(row: Row, *, may_be_number: bool = False) -> str:
    """The name of an area without its kind; a number alone is no name in a list of many areas.

    >>> bare_name({"name": "Thành Phố Bắc Kạn", "type": "thành phố"})
    'Bắc Kạn'
    >>> bare_name({"name": "Quận 1", "type": "quận"})
    'Quận 1'
    """
    name = str(row["name"])
    kind = _KIND.match(name)
    bare = name[kind.end() :] if kind else name.lstrip()
    return bare if may_be_number or not bare[:1].isdigit() else name


def plain(text: Markup | str) -> str:
    """Text for where there is no markup: markup loses its tags, foreign text what is unsafe."""
    return (text if isinstance(text, Markup) else clean_text(text)).striptags()


@lru_cache(maxsize=4096)
def _format_number(value: float, decimals: int | None, lang: str) -> str:
    """A page tells most of its numbers several times."""
    from babel.numbers import format_decimal

    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    pattern = "#,##0." + ("###" if decimals is None else "0" * decimals)
    # Half up, as people round: half to even, the default, makes 2.5 of both 2.45 and 2.55. The
    # shortest digits that mean this float are rounded, so that 2.675 counts as it was printed.
    with localcontext(rounding=ROUND_HALF_UP):
        return format_decimal(Decimal(repr(value)), pattern, lang).replace("-", "−")
