"""What a figure is by the figures beside it, where its own words do not say.

Comes in as a figure in its line and those proposed before it; goes out as a candidate: the B of a
pair follows from the A, a bare share from the figure before it, quota and present from each other,
and "cấp xã: 20" from the line or the figure that it tells apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cchc_analysis.clean import NumberError, parse_number
from cchc_analysis.recognise.figures import Figure
from cchc_analysis.recognise.matching import Candidate, Words, fits_unit
from cchc_analysis.recognise.mentions import Mention
from cchc_analysis.recognise.outline import Place
from cchc_analysis.recognise.stretches import SUBJECT, Entry
from cchc_analysis.recognise.wording import Wording
from cchc_analysis.records import Scope, Status
from cchc_analysis.reference import Reference

CLAIM, SURE = 3.2, 5.5
"""Scores from which an indicator is claimed, and claimed with confidence."""
EMPTY_TERMS = frozenset({"tổng số", "tỷ lệ", "bộ phận một cửa", "so sánh", "xã", "có mặt", "sở"})
"""Terms that say nothing about what is counted."""
NOUNS = frozenset(
    {"hồ sơ", "tthc", "TTHC", "văn bản", "nhiệm vụ", "biên chế", "điểm", "người", "đơn vị", "đạt"}
)
"""Terms that only name what is counted."""
NO_SHARE = frozenset({"cùng kỳ", "dự toán tỉnh", "dự toán huyện", "so sánh"})
"""Terms of a percentage that compares, and is no share of the figure before it."""
_IN_WHICH = re.compile(r"(?i)\W*(?:trong đó|trong số đó|cụ thể|bao gồm|gồm)\b")
_BRACKET = re.compile(
    r"(?i)\d\s[^\W\d]+(?:\s[^\W\d]+){0,3}\s*\(\s*(?:(?:đạt|chiếm|bằng)\s*)?(?:tỷ lệ|tỉ lệ)?\s*$"
)
_CLOSES = re.compile(r"\s*%\s*\)")
CHANGE = re.compile(
    r"(?i)(?<!cắt )(?<!tinh )(?<!phấn đấu )\b(?:tăng|giảm|cao hơn|thấp hơn|nhiều hơn|ít hơn)"
    r"(?:\s+(?:thêm|tới|đến|được|khoảng|gần|trên|hơn|là|từ|xuống|lên))*\s*$"
)
"""The words before a distance between two values."""
_OURS = re.compile(r"(?i)\b(?:của|tại|ở)\s+(?:huyện|quận|thành phố|thị xã)\b")
_REACHES = re.compile(
    r"(?i)[^\W\d_\s,;.]*(?:\s+[^\W\d_]+){0,6}?\s*[,;(]?\s*(?:với|đạt)(?:\s+mức)?\s*"
)
_LESS = re.compile(r"(?i)giảm|thấp hơn|ít hơn")
_COMPARED = re.compile(r"(?i)\bcùng kỳ\b(?:\s+năm)?\s*(?:trước|ngoái|\d{4})?\s*(?:là\s*)?[:(]?\s*$")
"""The words before last year's figure where no verb of its own says what it counts."""


class Companions:
    """The figures proposed so far, by where they stand."""

    def __init__(self, reference: Reference, wording: Wording, places: Sequence[Place]) -> None:
        self._reference, self._wording, self._places = reference, wording, places
        self.by_mention: dict[tuple[int, str, int], Figure] = {}
        self.first_of_line: dict[int, Figure] = {}

    def follow_partner(self, entry: Entry, _: Words) -> Candidate | None:
        """The B of A/B, or the upper end of a range, by what the A is."""
        mention = entry.mention
        figure = self.by_mention.get((entry.line, entry.text, mention.partner))
        if figure is None or not figure.indicator:
            return None
        if mention.role == "high":
            code = figure.indicator.removesuffix("_min") + "_max"
            if not figure.indicator.endswith("_min") or code not in self._wording.rules:
                return None
            return Candidate(code, SURE, "the upper end of a range")
        whole = self._wording.rules[figure.indicator].over
        if not whole and figure.indicator.endswith("_quota"):
            # "được giao/có mặt: 92/89": the pair is turned round.
            parts = [c for c, rule in self._wording.rules.items() if rule.over == figure.indicator]
            if len(parts) == 1:
                return Candidate(parts[0], SURE, f"present, of {figure.indicator}")
        if not whole:
            return None
        return Candidate(whole, SURE, f"the whole that {figure.indicator} is a part of")

    def is_beside_unknown(self, entry: Entry) -> bool:
        """Whether it is a share of a count that nothing is known of: "44 phiếu (37,3%)"."""
        start, end = entry.mention.numeral.start, entry.mention.numeral.end
        is_bare = _BRACKET.search(entry.text, 0, start) and _CLOSES.match(entry.text, end)
        before = self.figure_before(entry)
        return bool(is_bare and before and not before.indicator and not entry.label)

    def find_share(self, entry: Entry, words: Words) -> Candidate | None:
        """The share that a bare percentage is, by the figure right before it."""
        if words.own & NO_SHARE:
            return None
        before = self.figure_before(entry)
        if before is None or not before.indicator:
            return None
        shares = [
            code
            for code, rule in self._wording.rules.items()
            if rule.unit == "%"
            and before.indicator in rule.of
            and words.own.isdisjoint(rule.never)
            and self._fits_pair(entry, before, code)
        ]
        if len(shares) != 1:
            return None
        return Candidate(shares[0], SURE, f"a share right behind {before.indicator}")

    def _fits_pair(self, entry: Entry, before: Figure, share: str) -> bool:
        """Whether a share right behind "A/B" can be one of the B: "giải quyết 80/98 (81,6%)"."""
        whole = self._wording.rules[before.indicator].over
        is_pair = entry.mentions[entry.at - 1].role == "whole"
        return not is_pair or self._reference.indicator_rows[share]["denominator"] in ("", whole)

    def is_compared(self, entry: Entry) -> bool:
        """Whether a figure stands as last year's, without a verb of its own."""
        before = entry.text[: entry.mention.numeral.start]
        return not entry.label and _COMPARED.search(before) is not None

    def find_compared(self, entry: Entry, words: Words) -> Candidate | None:
        """What last year's figure is of ("tăng 5% so với cùng kỳ (1.175 hồ sơ)").

        It is of the quantity that the change brings to it. Without a change it is of the only one
        named before it, and unsure.
        """
        earlier = [
            (at, self.by_mention.get((entry.line, entry.text, at)))
            for at in range(entry.at)
            if entry.mentions[at].lead == entry.mention.lead
        ]
        is_share = "%" in words.units
        quantities = [
            figure
            for _, figure in earlier
            if figure and figure.indicator and ("%" in figure.units) == is_share
        ]
        change = CHANGE.search(entry.text[: entry.mentions[entry.at - 1].numeral.start])
        if not entry.at or not change:
            codes = {figure.indicator for figure in quantities}
            return (
                Candidate(codes.pop(), CLAIM, "last year's, of the same")
                if len(codes) == 1
                else None
            )
        distance = entry.mentions[entry.at - 1].numeral
        behind = entry.text[distance.end : distance.end + 2].strip()
        fits = {
            figure.indicator
            for figure in quantities
            if _is_changed(
                figure.printed, entry.mention.numeral.text, distance.text,
                is_ratio=behind.startswith("%") and not is_share,
                is_less=bool(_LESS.search(change[0])),
            )
        }  # fmt: skip
        return Candidate(fits.pop(), SURE, "what the change is of") if len(fits) == 1 else None

    def figure_before(self, entry: Entry) -> Figure | None:
        """The nearest figure before a percentage that is no percentage and no B of a pair."""
        at = entry.at - 1
        if at < 0:
            return None
        mention = entry.mentions[at]
        if mention.role == "whole":
            at = mention.partner
        return self.by_mention.get((entry.line, entry.text, at))

    def pair_points(self, entry: Entry, words: Words) -> Candidate | None:
        """The points reached of the maximum that stands right before them."""
        if "điểm đạt" not in words.own or words.own - EMPTY_TERMS - NOUNS - {"điểm đạt"}:
            return None
        before = self.by_mention.get((entry.line, entry.text, entry.at - 1)) if entry.at else None
        if before is None or not before.indicator.endswith("_max"):
            return None
        if entry.mentions[entry.at - 1].lead != entry.mention.lead:
            return None
        codes = [c for c, rule in self._wording.rules.items() if rule.over == before.indicator]
        if len(codes) != 1:
            return None
        return Candidate(codes[0], SURE, f"points reached, right behind {before.indicator}")

    def follow_whole(self, entry: Entry, words: Words, candidate: Candidate) -> Candidate:
        """A part of what was given is given, of a maximum one, and of a level what its whole is.

        But what says that it is there ("hiện có mặt 89") is no part of what was given.
        """
        whole = self.by_mention.get((entry.line, entry.text, entry.mention.parent))
        if whole is None or not whole.indicator:
            return candidate
        over = self._wording.rules[candidate.indicator].over
        is_given = whole.indicator.endswith("_quota") and over.endswith("_quota")
        is_maximum = whole.status is Status.MAX_SCORE and "_max" in over
        if (is_given and "có mặt" not in words.own) or is_maximum:
            return replace(candidate, indicator=over, reason=f"{candidate.reason}, of the whole")
        is_bare = not words.own - EMPTY_TERMS - NOUNS - list_scopes(words.own)
        # Of "TTHC of local level" the district's are its TTHC: one name is the other's kind.
        is_other = not whole.indicator.startswith(candidate.indicator)
        if is_bare and is_other and list_scopes(words.own) and whole.units & words.units:
            return replace(candidate, indicator=whole.indicator, reason="as what it is a part of")
        return candidate

    def complete_pair(self, entry: Entry, words: Words) -> Candidate | None:
        """The other one of "giao 92 người, hiện có mặt 89": quota and present follow each other."""
        if (
            words.own - EMPTY_TERMS - NOUNS - {"được giao", "thực hiện", "chỉ tiêu"}
            or "%" in words.units
            or not entry.at
        ):
            return None
        before = self.by_mention.get((entry.line, entry.text, entry.at - 1))
        if before is None or entry.mentions[entry.at - 1].lead != entry.mention.lead:
            return None
        if words.own & {"có mặt", "thực hiện"} and before.indicator.endswith("_quota"):
            codes = [c for c, rule in self._wording.rules.items() if rule.over == before.indicator]
            if len(codes) == 1:
                return Candidate(codes[0], SURE, f"present, right behind {before.indicator}")
        if "được giao" in words.own and before.indicator.endswith("_present"):
            whole = self._wording.rules[before.indicator].over
            return Candidate(whole, SURE, f"given, right behind {before.indicator}")
        return None

    def follow_rank(self, entry: Entry, words: Words) -> Candidate | None:
        """The value behind a rank: "Chỉ số CCHC xếp thứ 2, đạt 82,36%"."""
        before = self.figure_before(entry)
        code = before.indicator.removesuffix("_rank") if before else ""
        if not before or code == before.indicator or code not in self._wording.rules:
            return None
        between = entry.text[entry.mentions[entry.at - 1].numeral.end : entry.mention.numeral.start]
        is_same = _REACHES.fullmatch(between) and fits_unit(
            self._wording.rules[code].unit, words.units
        )
        return (
            Candidate(code, SURE, f"the value right behind {before.indicator}") if is_same else None
        )

    def follow_series(self, entry: Entry, words: Words) -> Candidate | None:
        """The second of "Bộ phận một cửa: 255 TTHC cấp huyện, 118 TTHC cấp xã" is as the first."""
        before = self.figure_before(entry)
        if not before:
            return None
        rule = self._wording.rules.get(before.indicator)
        start, end = entry.mentions[entry.at - 1].numeral.end, entry.mention.numeral.start
        first = SUBJECT.fullmatch(entry.text[start:end])
        behind = entry.text[entry.mention.numeral.end :].split()[:1]
        if not rule or rule.scope or not first or behind != first[1].split()[:1]:
            return None
        is_bare = not words.own - EMPTY_TERMS - NOUNS - list_scopes(words.own)
        if not is_bare and "và" not in first[0]:
            return None
        return Candidate(before.indicator, SURE, "as the one before it, of the same kind")

    def inherit(self, entry: Entry, words: Words) -> Candidate | None:
        """What the line that opened the list counts, where the line itself names only a scope."""
        bare = words.own - EMPTY_TERMS - NOUNS - list_scopes(words.own)
        if bare or not list_scopes(words.own):
            return None
        place = self._places[entry.line]
        heads = [self.first_of_line.get(parent) for parent in place.parents]
        if entry.mention.role == "each":
            heads.insert(0, self.by_mention.get((entry.line, entry.text, entry.mention.partner)))
        elif entry.at and entry.mentions[entry.at - 1].lead == entry.mention.lead:
            # The second of "cấp huyện đạt 98,9 %, cấp xã đạt 99,1 %" is as the first.
            before = self.by_mention.get((entry.line, entry.text, entry.at - 1))
            start, end = entry.mentions[entry.at - 1].own[0], entry.mention.own[0]
            is_told = before and (before.is_scope_said or _OURS.search(entry.text, start, end))
            if before and is_told and before.units & words.units:
                heads.insert(0, before)
        elif _IN_WHICH.match(entry.text, entry.mention.lead):
            # A sentence of its own that opens with "Trong đó" tells the one before it apart.
            earlier = (self.by_mention.get((entry.line, entry.text, at)) for at in range(entry.at))
            heads += [figure for figure in earlier if figure and figure.units & words.units][-1:]
        if entry.mention.parent >= 0:
            heads.insert(0, self.by_mention.get((entry.line, entry.text, entry.mention.parent)))
        for figure in heads:
            if figure and figure.indicator:
                unit = str(self._reference.indicator_rows[figure.indicator]["unit"])
                if fits_unit(unit, words.units) and (unit == "%") == ("%" in words.units):
                    return Candidate(figure.indicator, CLAIM + 1, "as the line that opens the list")
        return None

    def find_twin_scope(self, entry: Entry) -> tuple[Scope, bool] | None:
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
        twin = self.by_mention.get((entry.line, entry.text, max(runs)))
        return (twin.scope, twin.is_scope_said) if twin else None

    def _count_run(self, entry: Entry, mention: Mention) -> int:
        return sum(each.turn > 0 and each.partner == mention.partner for each in entry.mentions)


def list_scopes(terms: frozenset[str]) -> frozenset[str]:
    """The terms that say whose work is counted."""
    return frozenset(term for term in terms if term.startswith("@"))


def _is_changed(now: str, before: str, distance: str, *, is_ratio: bool, is_less: bool) -> bool:
    """Whether a value is what an earlier one has become by a change, as far as it is printed."""
    try:
        new, old, change = (parse_number(text) for text in (now, before, distance))
    except NumberError:
        return False
    if not old.value:
        return False
    found = (new.value - old.value) * (-1 if is_less else 1)
    found *= 100 / old.value if is_ratio else 1
    half = (
        0.51 * 10.0**-change.decimals
        if is_ratio
        else 0.51 * 10.0 ** -max(old.decimals, new.decimals)
    )
    return abs(found - change.value) <= half
