"""From the words around a figure to its indicator and its unit.

Comes in as the words of a figure, level by level: its own, those it is a part of, its sentence,
the list it stands in, the headings above. Goes out as candidates, best first, each with the words
that spoke for it; and as the unit that the noun behind a number means. A rule whose words are not
there, or whose rivals stand nearer, is no candidate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise.wording import Hit, Wording, WordingRule, fold_word

SAID, ASKED, UNIT_FITS = 4.0, 1.2, 1.5
"""What a term that stands with the figure, one found above it, and a fitting unit speak for."""
PART = 0.5
"""What it speaks for a rule that it names the part that is counted."""
FADING = 0.06
"""What every word between a term and its figure takes from that."""
ONLY_LATER = 1.0
"""What is taken off where the own words say nothing and only those that follow do."""
LATER = 25
"""The words that a term behind the own words counts as away."""

FAR = frozenset({"its paragraph", "heading", "title", "the document"})


@dataclass(frozen=True)
class Level:
    """Words at one distance from a figure: what they are to it, and the terms among them.

    ``base`` is where the text stands in the line of the figure, -1 if it stands elsewhere.
    """

    name: str
    text: str
    hits: tuple[Hit, ...]
    base: int = -1

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of this level."""
        return frozenset(hit.term for hit in self.hits)

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Its terms that say whose work is counted."""
        return frozenset(term for term in self.terms if term.startswith("@"))


@dataclass(frozen=True)
class WordsAround:
    """All words around a figure, nearest level first; the first level is the figure's own.

    ``gaps`` holds, for every term of the first level, how many words stand between it and the
    figure. ``units`` are the units that the noun behind the figure can mean; empty if none stands
    there. ``later`` are the terms of the text that goes on behind the own words. ``factor`` is what
    one of the number stands for ("37 nghìn hồ sơ"). For a cell, ``later`` is what stands above
    the table, which can add to what its row and column say, never say all.
    """

    levels: tuple[Level, ...]
    gaps: Mapping[str, int]
    units: frozenset[str]
    later: frozenset[str] = frozenset()
    factor: int = 1
    is_cell: bool = False

    @cached_property
    def own(self) -> frozenset[str]:
        """The terms that stand with the figure."""
        return self.levels[0].terms

    @cached_property
    def said(self) -> frozenset[str]:
        """The terms that stand with the figure or behind it."""
        return self.own | self.later

    def find(self, alternatives: Iterable[str]) -> tuple[int, str] | None:
        """The nearest level at which one of the terms stands, and that term."""
        wanted = tuple(alternatives)
        for depth, level in enumerate(self.levels):
            for term in wanted:
                if term in level.terms:
                    return depth, term
        return None

    def locate(self, alternatives: Iterable[str], depth: int) -> int:
        """Where in the line the last of some terms ends that stand at a level; -1 if elsewhere."""
        wanted, level = set(alternatives), self.levels[depth]
        if level.base < 0:
            return -1
        ends = (hit.end for hit in level.hits if hit.term in wanted)
        return level.base + max(ends, default=-1 - level.base)


@dataclass(frozen=True)
class Claim:
    """An indicator that the words may speak of: how much speaks for it, and why.

    ``against`` says what speaks against it; such a claim is kept for whoever reviews, and not made.
    ``lead`` is by how much more speaks for it than for the next one.
    """

    indicator: str
    score: float
    reason: str
    breakdown: str = ""
    against: tuple[str, ...] = ()
    lead: float = math.inf


AGAINST = 2.0
"""What each thing that speaks against a candidate takes off."""


def match_rules(words: WordsAround, wording: Wording) -> list[Claim]:
    """All indicators that the words around a figure may speak of, best first.

    Those that nothing speaks against come before all others.
    """
    rules = wording.list_rules(words.said, words.units)
    claims = (_match_rule(rule, words) for rule in rules)
    found = [each for each in claims if each is not None]
    return sorted(found, key=lambda each: (bool(each.against), -each.score, each.indicator))


def match_widely(words: WordsAround, wording: Wording) -> list[Claim]:
    """What the sentence and the list of a figure may speak of, where its own words do not say."""
    wide = tuple(hit for level in words.levels if level.name not in FAR for hit in level.hits)
    own = replace(words.levels[0], hits=wide)
    return match_rules(replace(words, levels=(own, *words.levels[1:])), wording)


def _match_rule(rule: WordingRule, words: WordsAround) -> Claim | None:
    said = _best_saying(rule, words)
    if said is None:
        return None
    against = [f"“{term}”" for term in rule.never if term in words.own][:1]
    asked, missed = _find_asked(rule, words)
    against += [missed] * bool(missed)
    terms, said_score = said
    if WORDS.weak.issuperset(terms) and any(
        _is_far(words.levels[depth], term) for depth, term in asked
    ):
        against.append("told far above")
    score = said_score + sum(
        ASKED * (1 if depth else 1.5) - 0.06 * depth for depth, term in asked if term not in terms
    )
    score += UNIT_FITS if rule.unit in words.units else 0.0
    parts = [term for term in rule.breakdown if term in words.own]
    if rule.breakdown and not parts:
        # Which part it is of all that are told apart, nobody says.
        return None
    breakdown = rule.breakdown[min(parts, key=lambda t: words.gaps.get(t, LATER))] if parts else ""
    score += PART if parts else 0.0
    score = round(score - AGAINST * len(against), 3)
    why = [f"“{term}” (words of its own)" for term in terms]
    why += [f"“{term}” ({words.levels[depth].name})" for depth, term in asked if term not in terms]
    reason = ", ".join(dict.fromkeys(why))
    return Claim(rule.indicator, score, reason, breakdown, tuple(against))


def _is_far(level: Level, term: str) -> bool:
    """Whether a term stands where much else may be spoken of.

    A paragraph that has counted but one kind of thing goes on with it: "Số nhiệm vụ: 09. Đã …"; and
    so does a heading that names one index: "2. Chỉ số SIPAS" and below it "Đạt 83,9%".
    """
    kinds = {"its paragraph": (WORDS.nouns, WORDS.indices), "heading": (WORDS.indices,)}
    if any(level.terms & kind == {term} for kind in kinds.get(level.name, ())):
        return False
    return level.name in FAR and not term.startswith("lv ")


def _best_saying(rule: WordingRule, words: WordsAround) -> tuple[tuple[str, ...], float] | None:
    best: tuple[tuple[str, ...], float] | None = None
    said = words.said if words.later.isdisjoint(rule.never) else words.own
    for terms in rule.says:
        is_later = words.own.isdisjoint(terms)
        if not said.issuperset(terms) or (words.is_cell and is_later):
            continue
        score = sum(SAID - FADING * words.gaps.get(term, LATER) for term in terms)
        # Two terms say more than one, but not twice as much; of a cell only its own say more.
        above = len({*terms} - words.own) if words.is_cell else 0
        score -= ONLY_LATER * (above or is_later)
        score = score / len(terms) + 1.5 * (len(terms) - above - 1)
        if best is None or score > best[1]:
            best = (terms, score)
    return best


def _find_asked(rule: WordingRule, words: WordsAround) -> tuple[list[tuple[int, str]], str]:
    """Where each asked term stands; and what is missing, or what rival stands as near."""
    places = [(alternatives, words.find(alternatives)) for alternatives in rule.under]
    found = [place for _, place in places if place is not None]
    if missing := [alternatives[0] for alternatives, place in places if place is None]:
        return found, f"nothing says “{missing[0]}”"
    far = {term.startswith("lv "): words.levels[depth].name in FAR for depth, term in found}
    if far.get(True) and WORDS.index in words.own:
        # "4. Chính quyền số": what a sentence of this chapter says of the index is not of its part.
        return found, "told of the whole index"
    # A noun that is named once holds for all that follows: what is done decides by its own place.
    verbs = [place for place in found if place[1] not in WORDS.nouns] or found
    nouns = [term for term in rule.unless if term in WORDS.nouns]
    others = [term for term in rule.unless if term not in WORDS.nouns]
    is_nearest = _is_nearest(found, nouns, words) and _is_nearest(verbs, others, words)
    # "Cải cách thể chế xếp thứ 18; chỉ đạo, điều hành xếp thứ 20": a field told nearer is its own.
    fields = [place for place in found if place[1].startswith("lv ") and (place[1],) in rule.under]
    rivals = [term for term in WORDS.reform_fields if term not in rule.speaking]
    is_nearest = is_nearest and (not fields or _is_nearest(fields, rivals, words))
    return found, "" if is_nearest else "something else is named nearer"


def _is_nearest(
    found: Sequence[tuple[int, str]], rivals: Sequence[str], words: WordsAround
) -> bool:
    """Whether no rival of the asked terms stands nearer than the farthest of them, or as near."""
    depth = max((depth for depth, _ in found), default=0)
    rival = words.find(rivals) if rivals else None
    if rival is None:
        return True
    deepest = [term for term_depth, term in found if term_depth == depth]
    asked_at, rival_at = words.locate(deepest, depth), words.locate(rivals, rival[0])
    if depth and min(asked_at, rival_at) >= 0:
        # Both stand in the line, before the figure: the later is the nearer.
        return asked_at > rival_at
    return rival[0] > depth


NounIndex = dict[str, list[tuple[str, str, str]]]
"""By the first letter without diacritics: noun, noun without diacritics, unit."""


def find_units_behind(text: str, end: int, nouns: NounIndex) -> frozenset[str]:
    """The units that the noun behind a number can mean; the longest noun wins."""
    behind = text[end : end + 60].lstrip(" *⁽⁾()⁰¹²³⁴⁵⁶⁷⁸⁹\u00a0")
    if many := PATTERNS.factor.match(behind):
        behind = behind[many.end() :]
    folded = behind.casefold()
    best: set[str] = set()
    length = 0
    for name, plain, unit in nouns.get(fold_word(folded[:1]), ()):
        shown = plain if behind.isascii() else name
        if len(shown) < length or not folded.startswith(shown):
            continue
        if folded[len(shown) : len(shown) + 1].isalnum() and name != "%":
            continue
        if len(shown) > length:
            best, length = set(), len(shown)
        best.add(unit)
    return frozenset(best)


def index_nouns(nouns_of: Mapping[str, Sequence[str]]) -> NounIndex:
    """The nouns of the units by their first letter, with and without diacritics."""
    index: NounIndex = {}
    for unit, nouns in nouns_of.items():
        for noun in nouns:
            name = noun.casefold()
            index.setdefault(fold_word(name[:1]), []).append((name, fold_word(noun), unit))
    return index


def find_unit(digits: str, words: WordsAround, rule: WordingRule | None) -> tuple[str, str]:
    """The unit as printed, and how to read the number where one of it stands for many."""
    is_money = "VND" in rule.unit if rule else "point" not in words.units
    # Points before money: "8,5đ" is points, and money comes in larger numbers.
    money = [unit for unit in sorted(words.units) if "VND" in unit and is_money]
    points_first = sorted(words.units, key=lambda unit: (unit != "point", unit))
    unit = rule.unit if rule else next(iter(points_first), "")
    if money:
        return money[0], ""
    return unit, _multiply(digits, words.factor) if words.factor > 1 else ""


def _multiply(digits: str, factor: float) -> str:
    """A printed number times what one of it stands for, as we write numbers; "?" if unclear."""
    plain = digits.replace(".", "").replace(",", ".")
    try:
        value = float(plain) * factor
    except ValueError:
        return "?"
    return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")
