"""What a sentence says against a candidate; and shares and points that have no words of their own.

Comes in as a figure in its line, a rule, and the figures proposed before it; goes out as yes or no,
or as a candidate: a share by the figure right before it, points of a criterion by what was told
under the same heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cchc_analysis.data.reference import Reference
from cchc_analysis.read.patterns import P, W
from cchc_analysis.read.recognise.companions import SURE, Companions, list_scopes
from cchc_analysis.read.recognise.figures import Figure
from cchc_analysis.read.recognise.frame import APPRAISED, is_asked
from cchc_analysis.read.recognise.head import level_of, list_names
from cchc_analysis.read.recognise.matching import LATER, Claim, WordsAround
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.surroundings import (
    FigureText,
    WordCollector,
    is_placed,
    name_field,
)
from cchc_analysis.read.recognise.wording import Wording, WordingRule

NOUN = 80
"""Characters behind a number within which its noun ends."""
_BEYOND = frozenset({"title", "its paragraph", "the document"})


def speaks_against(
    entry: FigureText,
    words: WordsAround,
    rule: WordingRule,
    near: WordCollector,
    *,
    is_dossiers: bool,
) -> bool:
    """Whether the sentence says that a figure is none of an indicator that its words allow."""
    code = rule.indicator
    return (
        (rule.unit in ("rank", "point") and is_other_score(entry, words, rule, near))
        or ("index" in code and is_of_other_area(entry, near.area))
        or (rule.alone and not counts_all_of_them(entry, words, rule, near))
        or (rule.unit == "commune" and counts_other_things(entry, words))
        or is_told_otherwise(entry, words, rule, is_dossiers=is_dossiers)
    )


def is_of_other_area(entry: FigureText, area: str) -> bool:
    """Whether the clause of a rank or score names another area last, or right behind it.

    "vị trí thứ 2 là tỉnh Quảng Ninh; tỉnh Bình Thuận xếp vị trí thứ 20": none is the paper's own.
    """
    mention, text = entry.mention, entry.text
    if entry.label or not area:
        return False
    clause = max(mention.lead, text.rfind(";", mention.lead, mention.numeral.start) + 1)
    behind = P.is_of_area.match(text, mention.numeral.end)
    named = list_names(behind[1]) if behind else list_names(text[clause : mention.numeral.start])
    return bool(named) and named[-1] != area and level_of(named[-1]) == level_of(area)


def counts_all_of_them(
    entry: FigureText, words: WordsAround, rule: WordingRule, near: WordCollector
) -> bool:
    """Whether all there are of something are counted: "12 phòng hoàn thành" are some."""
    mention, text = entry.mention, entry.text
    if entry.label or mention.role:
        return True
    clause = max(mention.lead, text.rfind(";", mention.lead, mention.numeral.start) + 1)
    first = next(m for m in entry.mentions if m.numeral.start >= clause)
    opened = near.read_level("", text[clause : first.numeral.start])
    if opened.terms.intersection(rule.never):
        return False
    noun = near.read_level("", text[mention.numeral.end :][:NOUN]).hits
    if noun and noun[0].first == 0:
        return P.noun_ends.match(text, mention.numeral.end + noun[0].end) is not None
    # "160 thôn": a noun that no unit of ours has.
    return bool(words.units) or not re.match(r"\s*[^\W\d_]", text[mention.numeral.end :])


def counts_other_things(entry: FigureText, words: WordsAround) -> bool:
    """Whether a noun right behind the number is none that we know: "08 quầy", "01 Trung tâm"."""
    behind = entry.text[entry.mention.numeral.end :]
    is_bare = not words.units and not entry.label and not entry.mention.role
    return is_bare and re.match(r"\s+[^\W\d_]", behind) is not None


def is_told_otherwise(
    entry: FigureText, words: WordsAround, rule: WordingRule, *, is_dossiers: bool
) -> bool:
    """Whether the text says in one of the ways of a table that a figure is none of an indicator."""
    counts = "shares of dossiers" if rule.unit == "%" else "dossiers"
    return any(
        is_placed(row, entry)
        and ("own" not in row or row["own"].search(words.levels[0].text))
        and not any(row.get("but", "-") in term for term in words.own)
        for row in P.rows("against")
        if rule.indicator in row.get("indicators", ())
        or rule.unit in row.get("units", ())
        or (is_dossiers and counts == row.get("counts"))
    )


def is_other_score(
    entry: FigureText, words: WordsAround, rule: WordingRule, near: WordCollector
) -> bool:
    """Whether the sentence speaks of another index, of one field of this one, or of no points."""
    if rule.indicator.startswith("par_score") and P.mean.search(words.levels[0].text):
        # The mean of several districts is no district's.
        return True
    if "_lost" in rule.indicator and not entry.label and not _speaks_of_points(words):
        # "Công chức đạt chuẩn 131/133, chưa đạt 02": people, where the heading is that of a field.
        return True
    if _names_other_index(entry, rule, near):
        return True
    if entry.label and "_max" in rule.indicator and not words.own & W.maxima:
        # Of a table only what its row or column calls one is a maximum.
        return True
    if rule.indicator == APPRAISED and P.in_which.match(entry.text, entry.mention.lead):
        # "Trong đó, điểm thẩm định … đạt 42,30": a part of the total before it.
        return True
    is_all = words.own & W.appraised or _tells_whole_index(entry)
    return rule.indicator == APPRAISED and not is_all


def _speaks_of_points(words: WordsAround) -> bool:
    return any(
        P.says_points.search(level.text) for level in words.levels if level.name not in _BEYOND
    )


def _tells_whole_index(entry: FigureText) -> bool:
    """Whether the points of an index are all of it: those of a year, or that are ranked.

    In a chapter on one field "Chỉ số CCHC đạt 8,5 điểm" may be that of the field.
    """
    mention, text = entry.mention, entry.text
    before, behind = text[mention.lead : mention.numeral.start], text[mention.numeral.end :]
    return bool(
        P.of_year.search(before) or P.ranked_behind.match(behind) or P.ranked_behind.match(before)
    )


def _names_other_index(entry: FigureText, rule: WordingRule, near: WordCollector) -> bool:
    """Whether the sentence names an index right before the figure that is not this one's."""
    mention = entry.mention
    before = entry.text[mention.lead : mention.numeral.start]
    named = list(P.names_index.finditer(before))
    if entry.label or not named:
        return False
    terms = rule.speaking - W.of_any_index
    hits = near.read_level("its sentence", before).hits
    return not any(hit.term in terms and hit.end > named[-1].start() for hit in hits)


def is_entity_row(entry: FigureText, wording: Wording, candidate: Claim) -> bool:
    """A row that names one field or office: its numbers are parts that we have no code for."""
    label = entry.label
    if label is None or not label.column or not label.row or candidate.breakdown:
        return False
    row = {hit.term for hit in wording.find_terms(label.row)}
    row |= {name_field(label.row)} - {""}
    is_level = P.head_of_level.fullmatch(label.row) or P.row_of_offices.fullmatch(label.row)
    if is_level or row & W.totals or list_scopes(frozenset(row)):
        return False
    return row.isdisjoint(wording.rules[candidate.indicator].speaking)


_CLOSES = re.compile(r"\s*%\s*\)")


class Shares:
    """Finds the shares of one document."""

    def __init__(self, beside: Companions, reference: Reference, wording: Wording) -> None:
        self._beside, self._reference, self._wording = beside, reference, wording

    def is_beside_unknown(self, entry: FigureText) -> bool:
        """Whether it is a share of a count that nothing is known of: "44 phiếu (37,3%)"."""
        start, end = entry.mention.numeral.start, entry.mention.numeral.end
        is_bare = P.bracket.search(entry.text, 0, start) and _CLOSES.match(entry.text, end)
        if is_bare and P.satisfied.search(entry.text, 0, start):
            return False
        before = self._beside.figure_before(entry)
        return bool(is_bare and before and not before.indicator and not entry.label)

    def find_asked(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """What is asked of the share before it is of the same: "là 8,7% (yêu cầu dưới 5%)"."""
        if not is_asked(entry) or "%" not in words.units:
            return None
        told = self._beside.list_before(entry)
        # A distance may stand between the two: "31,2%, vượt 1,2% so với kế hoạch (30%)".
        before = next((figure for figure in told if figure.indicator), None)
        if before is None or "%" not in before.units:
            return None
        return Claim(before.indicator, SURE, "asked of the figure before it")

    def find_share(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The share that a bare percentage is, by the figure right before it."""
        if words.own & W.no_share:
            return None
        before = self._beside.figure_before(entry)
        if before is None or not before.indicator:
            return None
        shares = [
            code
            for code, rule in self._wording.rules.items()
            if rule.unit == "%"
            and before.indicator in rule.of
            and words.own.isdisjoint(rule.never)
            and self._fits_pair(entry, before, code)
            and not is_told_otherwise(entry, words, rule, is_dossiers=False)
        ]
        if len(shares) != 1:
            return None
        return Claim(shares[0], SURE, f"a share right behind {before.indicator}")

    def _fits_pair(self, entry: FigureText, before: Figure, share: str) -> bool:
        """Whether a share right behind "A/B" can be one of the B: "giải quyết 80/98 (81,6%)"."""
        whole = self._wording.rules[before.indicator].over
        is_pair = entry.mentions[entry.at - 1].role == "whole"
        return not is_pair or self._reference.indicator_rows[share]["denominator"] in ("", whole)


_FIELD = re.compile(r"(par_score_\w+?)_lost")
_OPENED = re.compile(r"\(\s*$")


class Criteria:
    """Finds the points of criteria of one document."""

    def __init__(self, wording: Wording, places: Sequence[OutlinePlace]) -> None:
        self._wording, self._places = wording, places
        self._losing: dict[int, str] = {}

    def note(self, entry: FigureText, figure: Figure) -> None:
        """Remember that a loss of a field was told under a heading."""
        if field := _FIELD.match(figure.indicator):
            self._losing[self._find_heading(entry)] = field[1]

    def find(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """What bare points are: lost where a loss was told, a maximum in brackets elsewhere."""
        is_bare = "point" in words.units and not entry.label and not entry.mention.role
        if not is_bare or words.own & W.points_told:
            return None
        field = self._losing.get(self._find_heading(entry))
        return self._name_loss(field, words) if field else self._name_maximum(entry, words)

    def _name_loss(self, field: str, words: WordsAround) -> Claim | None:
        rule = self._wording.rules.get(f"{field}_lost_item")
        parts = [term for term in rule.breakdown if term in words.own] if rule else []
        if rule is None or not parts:
            return None
        part = min(parts, key=lambda term: words.gaps.get(term, LATER))
        reason = "below a loss of its field"
        return Claim(rule.indicator, SURE, reason, rule.breakdown[part])

    def _name_maximum(self, entry: FigureText, words: WordsAround) -> Claim | None:
        numeral = entry.mention.numeral
        opened = _OPENED.search(entry.text[: numeral.start])
        if not opened or not P.points_closed.match(entry.text, numeral.end):
            return None
        codes = [
            code
            for code, rule in self._wording.rules.items()
            if rule.unit == "point"
            and (W.maximum,) in rule.says
            and rule.under
            and all(words.own.intersection(terms) for terms in rule.under)
            and words.own.isdisjoint(rule.unless)
        ]
        return Claim(codes[0], SURE, "points in brackets") if len(codes) == 1 else None

    def _find_heading(self, entry: FigureText) -> int:
        headings = self._places[entry.line].headings
        return headings[0] if headings else -1
