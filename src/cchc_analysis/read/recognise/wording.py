"""The wording of reports: which words speak of which indicator.

Comes in as ``data/reference/wording.yml``, reviewed like code and held against the catalogue; goes
out as terms found in a text and one rule per indicator. Words are compared without case and
diacritics, so that a slip of the scanner does not hide them; a phrase of one syllable must carry
its diacritics, since "xã" and "xa" are different words. Nothing here knows a document.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.files import load_text_table
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.data.records import problem
from cchc_analysis.errors import Problem, ReferenceDataError, ReportError

_WORD = re.compile(r"[^\W_]+")


class Hit(NamedTuple):
    """A term found in a text, and where it stands."""

    term: str
    start: int
    end: int


@dataclass(frozen=True)
class WordingRule:
    """How an indicator is put into words; ``wording.yml`` says at its head what each part means.

    Of ``says`` and ``under`` every alternative is a tuple of terms, all of which or one of which is
    asked for; ``breakdown`` holds the code of a part by the term that names it.
    """

    indicator: str
    unit: str
    says: tuple[tuple[str, ...], ...] = ()
    under: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    over: str = ""
    of: tuple[str, ...] = ()
    scope: str = ""
    period: str = ""
    alone: bool = False
    breakdown: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    @cached_property
    def speaking(self) -> frozenset[str]:
        """The terms that speak for it, with the figure or above it."""
        return frozenset(term for group in (*self.says, *self.under) for term in group)


_KEYS = {each.name for each in fields(WordingRule)} - {"indicator"}


@dataclass(frozen=True)
class Wording:
    """Terms with their phrases, rules by indicator, and the nouns of the units.

    ``variants`` holds every rule, those under ``or`` included: another way to say the same.
    ``weights`` says what each mark of a figure speaks for all of it being right; ``marks`` tells
    them to a reviewer.
    """

    terms: Mapping[str, tuple[str, ...]]
    means: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, WordingRule]
    units: Mapping[str, tuple[str, ...]]
    variants: tuple[WordingRule, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _index(self) -> dict[str, Any]:
        """The phrases below the last of their folded words, each word below the one before it."""
        index: dict[str, Any] = {}
        for term, phrases in self.terms.items():
            for phrase in phrases:
                words = list(_WORD.finditer(phrase))
                commas = ["," in phrase[one.end() : two.start()] for one, two in pairwise(words)]
                strict = phrase.casefold() if len(words) == 1 else ""
                below = index
                for word in words:
                    below = below.setdefault(fold_word(word[0]), {})
                below.setdefault("", []).append(_Phrase(term, strict, commas))
        return index

    @cached_property
    def list_rules(self) -> Callable[[frozenset[str], frozenset[str]], list[WordingRule]]:
        """The rules that terms can speak for and a noun of units can count, in their order."""
        speakers: dict[str, set[int]] = defaultdict(set)
        for at, rule in enumerate(self.variants):
            for term in chain(*rule.says):
                speakers[term].add(at)

        @lru_cache(maxsize=4096)
        def find(terms: frozenset[str], units: frozenset[str]) -> list[WordingRule]:
            places = {at for term in terms for at in speakers.get(term, ())}
            rules = (self.variants[at] for at in sorted(places))
            return [
                rule for rule in rules if fits_unit(rule.unit, units)
                and any(map(terms.issuperset, rule.says))
            ]  # fmt: skip

        return find

    def find_terms(self, text: str) -> list[Hit]:
        """The terms of a text in order; a term inside a longer one is not there.

        "đang giải quyết" is one term, and does not also say "giải quyết".
        """
        words = list(_WORD.finditer(text))
        folded = [*(fold_word(word[0]) for word in words), "\n"]
        hits: list[Hit] = []
        reach = -1
        for at in range(len(words)):
            terms: list[str] = []
            found: list[tuple[int, list[_Phrase]]] = []
            end, below = at, self._index
            while below := below.get(folded[end], {}):
                end += 1
                found += [(end, below[""])] if "" in below else []
            while found and not terms:
                end, phrases = found.pop()
                terms = [
                    phrase.term
                    for phrase in phrases
                    if phrase.strict in ("", words[at][0].casefold())
                    or text.isascii()  # one syllable must carry its diacritics, where any are
                    if end == at + 1 or _is_joined(text, words[at:end], phrase.commas)
                ]
            if not terms or end - 1 <= reach:
                continue
            if at <= reach and terms[0].startswith("@") and hits[-1].term.startswith("@"):
                # "cơ quan, đơn vị, UBND các xã" has said whose work it is.
                continue
            reach = end - 1
            said = (each for term in terms for each in (term, *self.means.get(term, ())))
            hits += [Hit(each, words[at].start(), words[reach].end()) for each in said]
        return hits


@dataclass(frozen=True)
class _Phrase:
    """A phrase ready to be compared; ``commas`` tells behind which of its words one may stand."""

    term: str
    strict: str
    commas: list[bool]


def _is_joined(text: str, words: list[re.Match[str]], commas: list[bool]) -> bool:
    """Whether nothing parts the words of a phrase: no stop, and a comma only where it has one."""
    for left, right, may_part in zip(words, words[1:], commas, strict=False):
        gap = text[left.end() : right.start()]
        if gap == " ":
            continue
        if ("," in gap and not may_part) or any(mark in gap for mark in ";:()|\t") or ". " in gap:
            return False
    return True


MONEY = frozenset({"VND", "thousand VND", "million VND", "billion VND"})


def fits_unit(unit: str, units: frozenset[str]) -> bool:
    """Whether an indicator in ``unit`` can be what a noun of these units counts.

    A share needs its percent sign and money its currency; anything else may stand bare.
    """
    if unit in MONEY:
        return not units.isdisjoint(MONEY)
    if unit == "%":
        return "%" in units
    if unit == "rank" and not units & {"%", "point"}:
        return True
    return not units or unit in units


def count_words(text: str) -> int:
    """How many words a text has; distances are measured in words."""
    return sum(1 for _ in _WORD.finditer(text))


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """One word without case and diacritics, to compare and never to store."""
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


WEIGHT_COLUMNS = ("mark", "weight", "words_vi", "words_en")


def load_wording(path: Path, indicators: Iterable[str]) -> Wording:
    """Load the wording and hold it against the catalogue.

    Raises:
        ReferenceDataError: The file is not what it should be, or an entry points at nothing.
    """
    entries = _load_yaml(path)
    said = {str(term): entry if isinstance(entry, dict) else {"phrases": entry}
            for term, entry in (entries.get("terms") or {}).items()}  # fmt: skip
    terms = {term: tuple(map(str, entry["phrases"])) for term, entry in said.items()}
    means = {term: tuple(entry.get("means") or ()) for term, entry in said.items()}
    variants = tuple(
        _parse_rule(code, body)
        for code, entry in (entries.get("indicators") or {}).items()
        for body in (entry, *({**entry, **other} for other in entry.get("or") or ()))
    )
    rules: dict[str, WordingRule] = {}
    units = {unit: tuple(nouns) for unit, nouns in (entries.get("units") or {}).items()}
    for rule in variants:
        rules.setdefault(rule.indicator, rule)
        for group in (*rule.says, *rule.under, rule.unless, rule.never, rule.breakdown):
            for phrase in group:
                terms.setdefault(phrase, (phrase,))
    shorts = entries.get("abbreviations") or {}
    terms = {term: tuple(_shorten(phrases, shorts)) for term, phrases in terms.items()}
    wording = Wording(terms, means, rules, units, variants)
    if problems := list(check_wording(wording, entries, set(indicators), path.name)):
        raise ReferenceDataError(problems)
    return replace(wording, **load_weights(path.parent / "confidence.csv"))


def _shorten(phrases: Iterable[str], shorts: Mapping[str, Iterable[str]]) -> list[str]:
    """Phrases, and those that hold what offices shorten, each way of writing it."""
    told = [*phrases]
    for long, ways in shorts.items():
        told += [each.replace(long, way) for each in told if long in each != long for way in ways]
    return [*dict.fromkeys(told)]


ESSENTIAL_WEIGHTS = {"(base)", "(sure from)", "(claimed from)"}
"""What no figure can be weighed without."""


def load_weights(path: Path) -> dict[str, Any]:
    """The weights by mark, and the marks in the words of a reviewer.

    ``(base)`` is what all figures have; ``(sure from)`` and ``(claimed from)`` are chances.

    Raises:
        ReferenceDataError: The table cannot be read, or a weight is no number.
    """
    try:
        table = load_text_table(path, WEIGHT_COLUMNS, ["mark"], kind=ReferenceDataError)
        rows = table.to_dict("records")
        read: dict[str, Any] = {
            "weights": {str(row["mark"]): float(row["weight"]) for row in rows},
            "marks": {str(row["mark"]): str(row["words_vi"]) for row in rows},
        }
    except ValueError as error:
        raise ReferenceDataError(problem("no_weight", path.name, error=error)) from None
    if missing := ESSENTIAL_WEIGHTS - {*read["weights"]}:
        names = ", ".join(sorted(missing))
        raise ReferenceDataError(problem("lacking_weights", path.name, names=names))
    return read


def check_wording(
    wording: Wording, entries: Mapping[str, Any], indicators: set[str], file: str
) -> Iterator[Problem]:
    """Every entry of the wording that cannot be right, as problems."""
    for code, rule in wording.rules.items():
        where = f"{file}, {code}"
        for pointed in (code, rule.over, *rule.of):
            if pointed and pointed not in indicators:
                nearest = ", ".join(nearest_names(pointed, indicators))
                yield Problem(where, f"unknown indicator {pointed!r}", "a known one", nearest)
        if unknown := sorted(set(entries["indicators"][code]) - _KEYS - {"or"}):
            known = ", ".join(sorted({*_KEYS, "or"}))
            yield problem("unknown_key", where, unknown=", ".join(unknown), known=known)
        if not rule.example:
            yield Problem(where, "no example", "a made-up sentence", "Write one.")


def _load_yaml(path: Path) -> dict[str, Any]:
    try:
        entries = load_yaml(path)
    except ReportError as error:
        raise ReferenceDataError(error.problems) from None
    if not isinstance(entries, dict):
        raise ReferenceDataError(Problem(path.name, "no entries", "a mapping", "Restore it."))
    return entries


_LISTS = {"says": "+", "under": "|", "unless": "", "never": "", "of": ""}
"""Parts of a rule that are lists, or one word instead; and the mark between the terms of each."""


def _parse_rule(code: str, entry: Mapping[str, Any]) -> WordingRule:
    told = {"unit": "", **{name: value for name, value in entry.items() if name in _KEYS and value}}
    for name, mark in _LISTS.items():
        value = told.get(name, ())
        texts = (value,) if isinstance(value, str) else map(str, value)
        parted = (tuple(map(str.strip, text.split(mark))) if mark else text for text in texts)
        told[name] = tuple(parted)
    return WordingRule(code, **told)
