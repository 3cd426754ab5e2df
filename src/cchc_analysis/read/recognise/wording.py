"""The wording of reports: which words speak of which indicator.

Comes in as ``data/reference/wording.yml``, reviewed like code; goes out as terms found in a text
and one rule per indicator. Words are compared without case and diacritics, so that a slip of the
scanner does not hide them; a phrase of one syllable must carry its diacritics, since "xã" and "xa"
are different words. Nothing here knows a document.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Hit:
    """A term found in a text: where it stands, in characters and in words."""

    term: str
    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True)
class WordingRule:
    """How an indicator is put into words.

    Attributes:
        indicator: The code.
        unit: What its figures count.
        says: Alternatives; each a set of terms that must stand with the figure itself.
        under: Terms, each with alternatives, that must stand with the figure or above it.
        unless: Terms that must not stand nearer to the figure than what ``under`` asks for.
        never: Terms that must not stand with the figure.
        over: The indicator of the second number of a pair "A/B".
        of: The indicators of which this is a share, where the figure has no words of its own.
        scope: Whose work it always counts, or "".
        period: "year" for what is set for a whole year.
        alone: Whether it counts all there are, so that no verb may follow its noun.
        breakdown: Terms that name a part, with the code of the part.
        example: A made-up sentence in which the rule finds its figure.
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


@dataclass(frozen=True)
class Wording:
    """Terms with their phrases, rules by indicator, and the nouns of the units.

    ``variants`` holds every rule, those under ``or`` included: another way to say the same.
    """

    terms: Mapping[str, tuple[str, ...]]
    means: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, WordingRule]
    units: Mapping[str, tuple[str, ...]]
    variants: tuple[WordingRule, ...] = ()

    @cached_property
    def _index(self) -> dict[str, list[_Phrase]]:
        """Phrases by their first folded word, longest first."""
        index: dict[str, list[_Phrase]] = {}
        for term, phrases in self.terms.items():
            for phrase in phrases:
                entry = _make_phrase(phrase, term)
                index.setdefault(entry.words[0], []).append(entry)
        for entries in index.values():
            entries.sort(key=lambda entry: -len(entry.words))
        return index

    @cached_property
    def _speakers(self) -> dict[str, tuple[int, ...]]:
        """The variants that a term can speak for, as positions; "" for those that need none."""
        found: dict[str, list[int]] = {}
        for at, rule in enumerate(self.variants):
            for term in {term for saying in rule.says for term in saying} or {""}:
                found.setdefault(term, []).append(at)
        return {term: tuple(places) for term, places in found.items()}

    def list_rules(self, terms: Iterable[str]) -> list[WordingRule]:
        """The rules that one of these terms can speak for, in their order."""
        places = {at for term in (*terms, "") for at in self._speakers.get(term, ())}
        return [self.variants[at] for at in sorted(places)]

    def find_terms(self, text: str) -> list[Hit]:
        """The terms of a text in order; a term inside a longer one is not there.

        "đang giải quyết" is one term, and does not also say "giải quyết".
        """
        words = list(_WORD.finditer(text))
        folded = [fold_word(word[0]) for word in words]
        plain = _has_no_diacritics(text)
        hits: list[Hit] = []
        reach = -1
        for at in range(len(words)):
            found = self._longest(text, words, folded, at, is_plain=plain)
            if not found or at + found[0] - 1 <= reach:
                continue
            length, terms = found
            if at <= reach and terms[0].startswith("@") and hits[-1].term.startswith("@"):
                # "cơ quan, đơn vị, UBND các xã" has said whose work it is.
                continue
            reach = at + length - 1
            start, end = words[at].start(), words[reach].end()
            hits += [
                Hit(each, start, end, at, reach)
                for term in terms
                for each in (term, *self.means.get(term, ()))
            ]
        return hits

    def _longest(
        self, text: str, words: list[re.Match[str]], folded: list[str], at: int, *, is_plain: bool
    ) -> tuple[int, list[str]] | None:
        length, terms = 0, []
        for phrase in self._index.get(folded[at], ()):
            if len(phrase.words) < length:
                break
            if phrase.strict and not is_plain and words[at][0].casefold() != phrase.strict:
                continue
            if tuple(folded[at : at + len(phrase.words)]) != phrase.words:
                continue
            if _is_joined(text, words[at : at + len(phrase.words)], phrase.commas):
                length = len(phrase.words)
                terms.append(phrase.term)
        return (length, terms) if terms else None


@dataclass(frozen=True)
class _Phrase:
    """A phrase ready to be compared; ``commas`` tells behind which of its words one may stand."""

    words: tuple[str, ...]
    commas: tuple[bool, ...]
    strict: str
    term: str


def _make_phrase(phrase: str, term: str) -> _Phrase:
    words = list(_WORD.finditer(phrase))
    commas = tuple("," in phrase[left.end() : right.start()] for left, right in pairwise(words))
    folded = tuple(fold_word(word[0]) for word in words)
    return _Phrase(folded, commas, phrase.casefold() if len(words) == 1 else "", term)


def _is_joined(text: str, words: list[re.Match[str]], commas: tuple[bool, ...]) -> bool:
    """Whether nothing parts the words of a phrase: no stop, and a comma only where it has one."""
    for left, right, may_part in zip(words, words[1:], commas, strict=False):
        gap = text[left.end() : right.start()]
        if ("," in gap and not may_part) or any(mark in gap for mark in ";:()|\t") or ". " in gap:
            return False
    return True


def count_words(text: str) -> int:
    """How many words a text has; distances are measured in words."""
    return sum(1 for _ in _WORD.finditer(text))


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """One word without case and diacritics, to compare and never to store."""
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _has_no_diacritics(text: str) -> bool:
    return text.isascii()
