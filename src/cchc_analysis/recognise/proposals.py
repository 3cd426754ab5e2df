"""What each figure is proposed to be: indicator, scope, period, status, unit, and how surely.

Comes in as mentions in the order they stand; goes out as figures. A figure without words of its own
takes those of the line that opened its list; the B of a pair follows from the A; a share without
words of its own follows from the figure before it. What two rules claim alike is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cchc_analysis.documents.lines import Line
from cchc_analysis.recognise.clauses import Mention
from cchc_analysis.recognise.context import Context
from cchc_analysis.recognise.head import Head
from cchc_analysis.recognise.matching import Candidate, Words, fits_unit, match_rules
from cchc_analysis.recognise.outline import Place
from cchc_analysis.recognise.surroundings import Entry, Surroundings
from cchc_analysis.recognise.wording import Wording
from cchc_analysis.records import Comparator, Scope, Status
from cchc_analysis.reference import Reference

CLAIM, SURE = 3.2, 5.5
"""Scores from which an indicator is claimed, and claimed with confidence."""
MARGIN = 0.45
"""By how much the best candidate must lead the second."""
EMPTY_TERMS = frozenset({"tổng số", "tỷ lệ", "bộ phận một cửa", "so sánh", "xã", "có mặt", "sở"})
"""Terms that say nothing about what is counted."""
NOUNS = frozenset(
    {"hồ sơ", "tthc", "TTHC", "văn bản", "nhiệm vụ", "biên chế", "điểm", "người", "đơn vị", "đạt"}
)
"""Terms that only name what is counted."""
NO_SHARE = frozenset({"cùng kỳ", "dự toán tỉnh", "dự toán huyện", "so sánh"})
"""Terms of a percentage that compares, and is no share of the figure before it."""
ROW_OF_TOTALS = frozenset({"tổng số"})
_CHANGE = re.compile(
    r"(?i)(?<!cắt )(?<!tinh )(?<!phấn đấu )\b(?:tăng|giảm|cao hơn|thấp hơn|nhiều hơn|ít hơn)"
    r"(?:\s+(?:thêm|tới|đến|được|khoảng|gần|trên|hơn|là|từ|xuống|lên))*\s*$"
)
_RANKED = re.compile(
    r"(?i)(?:thứ|hạng|vị trí|đứng|xếp|nhóm|tốp|top)"
    r"(?:\s+(?:thứ|hạng|số|là|từ|đạt|dẫn đầu|cao|nhất))*\s*:?\s*\(?$"
)


class Confidence(StrEnum):
    """How surely a proposal is made, least first."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True)
class Figure:
    """A proposed figure; the columns of a transcript, and why.

    ``line`` counts from 1; ``start`` is its place in the line or cell. ``rivals`` are candidates
    that were not taken. ``looked_again`` says what a second look changed.
    """

    line: int
    start: int
    printed: str
    section: str
    place: str
    area: str
    scope: Scope
    period_start: str
    period_end: str
    indicator: str
    breakdown: str
    unit: str
    status: Status
    comparator: Comparator
    confidence: Confidence
    reason: str
    rivals: tuple[str, ...] = ()
    read_as: str = ""
    is_scope_said: bool = False
    looked_again: str = ""
    units: frozenset[str] = field(default=frozenset(), repr=False)


class Proposer:
    """Proposes figures one after the other, each knowing those before it."""

    def __init__(
        self,
        head: Head,
        reference: Reference,
        wording: Wording,
        surroundings: Surroundings,
        lines: Sequence[Line],
        places: Sequence[Place],
    ) -> None:
        self._reference, self._wording, self._surroundings = reference, wording, surroundings
        self._lines, self._places = lines, places
        self._context = Context(head, reference, surroundings, lines, places)
        self._figures: list[Figure] = []
        self._by_mention: dict[tuple[int, str, int], Figure] = {}
        self._mentions_of: dict[tuple[int, str], tuple[Mention, ...]] = {}
        self._first_of_line: dict[int, Figure] = {}

    def propose(self, entry: Entry) -> None:
        """Propose one figure; a zero in words only where an indicator is found for it."""
        words = self._surroundings.collect(entry)
        candidate, rivals = self._choose(entry, words)
        is_zero = not entry.mention.numeral.text[:1].isdigit()
        if is_zero and (candidate is None or candidate.score < SURE - 1 or not words.units):
            return
        figure = self._build(entry, words, candidate, rivals)
        if is_zero:
            figure = replace(figure, read_as="0")
        self._figures.append(figure)
        self._by_mention[entry.line, entry.text, entry.at] = figure
        self._mentions_of[entry.line, entry.text] = entry.mentions
        if figure.indicator:
            self._first_of_line.setdefault(entry.line, figure)

    def finish(self) -> tuple[Figure, ...]:
        """All proposed figures in the order of the document."""
        return tuple(self._tell_offices_apart())

    def _tell_offices_apart(self) -> Iterator[Figure]:
        """In "huyện rà soát 22 văn bản …; UBND các xã rà soát 05", the first is the office's own.

        A line that counts the communes beside, and not within, a figure of the same indicator says
        of that figure that it leaves them out.
        """
        apart: dict[int, int] = {}
        told = {
            (figure.line, figure.indicator)
            for figure in self._figures
            if figure.scope is Scope.DISTRICT_OFFICE
        }
        for (line, text, at), figure in self._by_mention.items():
            if figure.scope is not Scope.COMMUNE_AGGREGATE or not figure.indicator:
                continue
            mentions = self._mentions_of[line, text]
            if mentions[at].role == "whole" or (figure.line, figure.indicator) in told:
                continue
            for before in range(at):
                other = self._by_mention.get((line, text, before))
                is_beside = not _is_within(mentions, at, before) or (
                    # A clause of its own, with a verb of its own: "…; các xã rà soát 05 văn bản".
                    "words of its own" in figure.reason
                    and ";" in text[mentions[before].numeral.end : mentions[at].numeral.start]
                )
                if other and _leaves_open(other, figure) and is_beside:
                    apart[figure.line] = min(figure.start, apart.get(figure.line, figure.start))
        for figure in self._figures:
            is_before = figure.start < apart.get(figure.line, -1)
            if is_before and figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said:
                yield replace(
                    figure, scope=Scope.DISTRICT_OFFICE,
                    looked_again="the line counts the communes apart, so this is without them",
                )  # fmt: skip
            else:
                yield figure

    def _choose(self, entry: Entry, words: Words) -> tuple[Candidate | None, tuple[str, ...]]:
        mention = entry.mention
        if mention.role in ("whole", "high"):
            return self._follow_partner(entry), ()
        if _CHANGE.search(entry.text, entry.mention.own[0], mention.numeral.start):
            # "tăng 2,5%" is no value of anything: it is the distance between two.
            return None, ()
        candidates = [
            each for each in match_rules(words, self._wording) if self._allows(entry, each)
        ]
        candidates = _keep_best(self._favour_shares(entry, candidates, words))
        if candidates and candidates[0].score >= CLAIM:
            best = candidates[0]
            second = candidates[1].score if len(candidates) > 1 else 0.0
            names = tuple(each.indicator for each in candidates[1:4])
            if best.score - second >= MARGIN:
                return best, names
            return None, (best.indicator, *names)
        share = self._find_share(entry, words) if "%" in words.units else None
        inherited = share or self._complete_pair(entry, words) or self._inherit(entry, words)
        return inherited, tuple(each.indicator for each in candidates[:3])

    def _favour_shares(
        self, entry: Entry, candidates: list[Candidate], words: Words
    ) -> list[Candidate]:
        """Of several shares that the words allow, that of the figure right before it."""
        before = self._figure_before(entry) if "%" in words.units else None
        if before is None or not before.indicator:
            return candidates
        favoured = [
            replace(each, score=each.score + 2)
            if before.indicator in self._wording.rules[each.indicator].of
            else each
            for each in candidates
        ]
        return sorted(favoured, key=lambda each: -each.score)

    def _allows(self, entry: Entry, candidate: Candidate) -> bool:
        """Whether the printed digits can be a value of the indicator at all."""
        row = self._reference.indicator_rows[candidate.indicator]
        kind = self._reference.unit_rows[row["unit"]]["kind"]
        printed = entry.mention.numeral.text
        before = entry.text[: entry.mention.numeral.start]
        if kind == "rank" and not entry.label and not _RANKED.search(before):
            return False
        is_fraction = "," in printed and not printed.replace(",", "").isdigit()
        if kind == "count" and (is_fraction or (printed.count(",") == 1 and "." not in printed)):
            return False
        if entry.label and not entry.label.row and not entry.label.column:
            return False
        return not (entry.label and _is_entity_row(entry, self._wording, candidate))

    def _follow_partner(self, entry: Entry) -> Candidate | None:
        """The B of A/B, or the upper end of a range, by what the A is."""
        mention = entry.mention
        figure = self._by_mention.get((entry.line, entry.text, mention.partner))
        if figure is None or not figure.indicator:
            return None
        if mention.role == "high":
            code = figure.indicator.removesuffix("_min") + "_max"
            if not figure.indicator.endswith("_min") or code not in self._wording.rules:
                return None
            return Candidate(code, SURE, "the upper end of a range")
        whole = self._wording.rules[figure.indicator].over
        if not whole:
            return None
        return Candidate(whole, SURE, f"the whole that {figure.indicator} is a part of")

    def _find_share(self, entry: Entry, words: Words) -> Candidate | None:
        """The share that a bare percentage is, by the figure right before it."""
        if words.own & NO_SHARE:
            return None
        before = self._figure_before(entry)
        if before is None or not before.indicator:
            return None
        shares = [
            code
            for code, rule in self._wording.rules.items()
            if rule.unit == "%" and before.indicator in rule.of
        ]
        if len(shares) != 1:
            return None
        return Candidate(shares[0], SURE, f"a share right behind {before.indicator}")

    def _figure_before(self, entry: Entry) -> Figure | None:
        """The nearest figure before a percentage that is no percentage and no B of a pair."""
        at = entry.at - 1
        if at < 0:
            return None
        mention = entry.mentions[at]
        if mention.role == "whole":
            at = mention.partner
        return self._by_mention.get((entry.line, entry.text, at))

    def _complete_pair(self, entry: Entry, words: Words) -> Candidate | None:
        """The other one of "giao 92 người, hiện có mặt 89": quota and present follow each other."""
        if words.own - EMPTY_TERMS - NOUNS - {"được giao"} or "%" in words.units or not entry.at:
            return None
        before = self._by_mention.get((entry.line, entry.text, entry.at - 1))
        if before is None or entry.mentions[entry.at - 1].lead != entry.mention.lead:
            return None
        if "có mặt" in words.own and before.indicator.endswith("_quota"):
            codes = [c for c, rule in self._wording.rules.items() if rule.over == before.indicator]
            if len(codes) == 1:
                return Candidate(codes[0], SURE, f"present, right behind {before.indicator}")
        if "được giao" in words.own and before.indicator.endswith("_present"):
            whole = self._wording.rules[before.indicator].over
            return Candidate(whole, SURE, f"given, right behind {before.indicator}")
        return None

    def _inherit(self, entry: Entry, words: Words) -> Candidate | None:
        """What the line that opened the list counts, where the line itself names only a scope."""
        bare = words.own - EMPTY_TERMS - NOUNS - _scopes(words.own)
        if bare or not _scopes(words.own):
            return None
        place = self._places[entry.line]
        heads = [self._first_of_line.get(parent) for parent in place.parents]
        if entry.mention.role == "each":
            heads.insert(0, self._by_mention.get((entry.line, entry.text, entry.mention.partner)))
        elif entry.at and entry.mentions[entry.at - 1].lead == entry.mention.lead:
            # The second of "cấp huyện đạt 98,9 %, cấp xã đạt 99,1 %" is as the first.
            before = self._by_mention.get((entry.line, entry.text, entry.at - 1))
            if before and before.is_scope_said and before.units & words.units:
                heads.insert(0, before)
        if entry.mention.parent >= 0:
            heads.insert(0, self._by_mention.get((entry.line, entry.text, entry.mention.parent)))
        for figure in heads:
            if figure and figure.indicator:
                unit = str(self._reference.indicator_rows[figure.indicator]["unit"])
                if fits_unit(unit, words.units) and (unit == "%") == ("%" in words.units):
                    return Candidate(figure.indicator, CLAIM + 1, "as the line that opens the list")
        return None

    def _find_twin_scope(self, entry: Entry) -> tuple[Scope, bool] | None:
        """A second run in a sentence goes through the things that the first has named."""
        mention = entry.mention
        if mention.role != "turn":
            return None
        runs = {
            at: each for at, each in enumerate(entry.mentions[: entry.at])
            if each.role == "each" and each.lead == mention.lead and each.turn == mention.turn
        }  # fmt: skip
        if not runs or self._count_run(entry, mention) != self._count_run(
            entry, [*runs.values()][-1]
        ):
            return None
        twin = self._by_mention.get((entry.line, entry.text, max(runs)))
        return (twin.scope, twin.is_scope_said) if twin else None

    def _count_run(self, entry: Entry, mention: Mention) -> int:
        return sum(each.turn > 0 and each.partner == mention.partner for each in entry.mentions)

    def _build(
        self, entry: Entry, words: Words, candidate: Candidate | None, rivals: tuple[str, ...]
    ) -> Figure:
        place, mention = self._places[entry.line], entry.mention
        indicator = candidate.indicator if candidate else ""
        rule = self._wording.rules.get(indicator)
        scope, is_said = self._find_twin_scope(entry) or self._context.find_scope(
            entry, words, rule
        )
        period = self._context.find_period(entry, words, rule)
        status = self._context.find_status(entry, words, rule)
        comparator = mention.comparator
        if status is Status.TARGET and comparator is Comparator.EQUAL:
            comparator = Comparator.AT_MOST if indicator.endswith("_rank") else Comparator.AT_LEAST
        unit, read_as = self._context.find_unit(mention, words, rule)
        where = "table" if entry.label else f"footnote {place.note}" if place.note else "text"
        breakdown = candidate.breakdown if candidate else ""
        is_twin = self._find_twin_scope(entry) is not None
        if mention.role == "turn" and indicator and not breakdown and not is_twin:
            breakdown = f"position={mention.turn}"
        return Figure(
            line=self._lines[entry.line].number,
            start=mention.numeral.start,
            printed=mention.numeral.text,
            section=place.section,
            place=where,
            area=self._context.find_area(words),
            scope=scope,
            period_start=period.start.isoformat() if period.start else "",
            period_end=period.end.isoformat() if period.end else "",
            indicator=indicator,
            breakdown=breakdown,
            unit=unit,
            status=status,
            comparator=comparator,
            confidence=_weigh(candidate),
            reason=candidate.reason if candidate else "",
            rivals=rivals,
            read_as=read_as,
            is_scope_said=is_said,
            units=words.units,
        )


def _leaves_open(figure: Figure, like: Figure) -> bool:
    """Whether a figure is of the same kind as another and does not say whose it is."""
    is_same = (figure.indicator, figure.breakdown) == (like.indicator, like.breakdown)
    return is_same and figure.scope is Scope.WHOLE_DISTRICT and not figure.is_scope_said


def _is_within(mentions: Sequence[Mention], at: int, whole: int) -> bool:
    """Whether a figure is a part of another one."""
    while at >= 0:
        if at == whole:
            return True
        at = mentions[at].parent
    return False


def _keep_best(candidates: list[Candidate]) -> list[Candidate]:
    """One candidate per indicator, the best."""
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(candidate.indicator, candidate)
    return list(kept.values())


def _weigh(candidate: Candidate | None) -> Confidence:
    if candidate is None:
        return Confidence.NONE
    return Confidence.HIGH if candidate.score >= SURE else Confidence.LOW


def _scopes(terms: frozenset[str]) -> frozenset[str]:
    return frozenset(term for term in terms if term.startswith("@"))


def _is_entity_row(entry: Entry, wording: Wording, candidate: Candidate) -> bool:
    """A row that names one field or office: its numbers are parts that we have no code for."""
    label = entry.label
    if label is None or not label.column or not label.row or candidate.breakdown:
        return False
    row = {hit.term for hit in wording.find_terms(label.row)}
    if row & ROW_OF_TOTALS or _scopes(frozenset(row)):
        return False
    rule = wording.rules[candidate.indicator]
    speaking = {term for saying in rule.says for term in saying} | {
        term for group in rule.under for term in group
    }
    return not row & speaking
