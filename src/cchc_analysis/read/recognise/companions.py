"""What a figure is by the figures beside it, where its own words do not say.

Comes in as a figure in its line and those proposed before it; goes out as a candidate: the B of a
pair follows from the A, quota and present from each other, and "cấp xã: 20" from the line or the
figure that it tells apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cchc_analysis.data.records import Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.patterns import P, W
from cchc_analysis.read.recognise.figures import Figure, say_whole
from cchc_analysis.read.recognise.frame import APPRAISED
from cchc_analysis.read.recognise.matching import Claim, WordsAround, fits_unit
from cchc_analysis.read.recognise.numerals import Mention
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.surroundings import FigureText
from cchc_analysis.read.recognise.wording import Wording

CLAIM, SURE = 3.2, 5.5
"""Scores from which an indicator is claimed, and claimed with confidence."""
WHOLE = "what it is a part of"
OF_LEVELS = {
    "tthc_total_local": {"@province": "tthc_total_province", "": "tthc_total"},
    "tthc_total_province": {"": "tthc_total"},
}
"""What the offices of each level have of what a province and all below it have together."""


class Companions:
    """The figures proposed so far, by where they stand."""

    def __init__(
        self, reference: Reference, wording: Wording, places: Sequence[OutlinePlace]
    ) -> None:
        self._reference, self._wording, self._places = reference, wording, places
        self.by_mention: dict[tuple[int, str, int], Figure] = {}
        self.first_of_line: dict[int, Figure] = {}

    def follow_partner(self, entry: FigureText) -> Claim | None:
        """The B of A/B, or the upper end of a range, by what the A is."""
        mention = entry.mention
        figure = self.by_mention.get((entry.line, entry.text, mention.partner))
        if figure is None or not figure.indicator:
            return None
        if mention.role == "high":
            code = figure.indicator.removesuffix("_min") + "_max"
            if not figure.indicator.endswith("_min") or code not in self._wording.rules:
                return None
            return Claim(code, SURE, "the upper end of a range")
        whole = self._wording.rules[figure.indicator].over
        if not whole and figure.indicator.endswith("_quota"):
            # "được giao/có mặt: 92/89": the pair is turned round.
            parts = [c for c, rule in self._wording.rules.items() if rule.over == figure.indicator]
            if len(parts) == 1:
                return Claim(parts[0], SURE, f"present, of {figure.indicator}")
        if not whole:
            return None
        named = self._name_whole(entry, whole, figure.indicator)
        return Claim(named, SURE, say_whole(figure.indicator))

    def stay_beside(self, entry: FigureText, figure: Figure) -> Figure:
        """A B that nothing is known of is of the same office and time as its A."""
        part = self.by_mention.get((entry.line, entry.text, entry.mention.partner))
        if figure.indicator or entry.mention.role != "whole" or part is None:
            return figure
        return replace(
            figure, area=part.area, scope=part.scope, is_scope_said=part.is_scope_said,
            period_start=part.period_start, period_end=part.period_end,
        )  # fmt: skip

    def _name_whole(self, entry: FigureText, whole: str, part: str) -> str:
        """A whole, or the part of it that the words behind the B name: "80/98 hồ sơ mới"."""
        behind = entry.text[entry.mention.numeral.end : entry.mention.own[1]]
        terms = {hit.term for hit in self._wording.find_terms(behind)}
        if any(terms.issuperset(saying) for saying in self._wording.rules[part].says):
            # "17/17 xã đã thành lập …" goes on with what it counts.
            return whole
        return next(
            (
                code
                for code, rule in self._wording.rules.items()
                if rule.over == whole
                and rule.unit == "dossier"
                and terms.isdisjoint(rule.never)
                and any(terms.issuperset(saying) for saying in rule.says)
            ),
            whole,
        )

    def list_wholes(self, entry: FigureText) -> Iterator[Figure]:
        """The figures that a figure is a part of, the nearest first."""
        at = entry.mention.parent
        while at >= 0:
            if whole := self.by_mention.get((entry.line, entry.text, at)):
                yield whole
            at = entry.mentions[at].parent

    def list_before(self, entry: FigureText) -> Iterator[Figure]:
        """The figures of the sentence before a figure, the nearest first."""
        for at in range(entry.at - 1, -1, -1):
            if entry.mentions[at].lead != entry.mention.lead:
                return
            if figure := self.by_mention.get((entry.line, entry.text, at)):
                yield figure

    def figure_before(self, entry: FigureText) -> Figure | None:
        """The nearest figure before a percentage that is no percentage and no B of a pair."""
        at = self._step_back(entry)
        if at < 0:
            return None
        mention = entry.mentions[at]
        if mention.role == "whole":
            at = mention.partner
        return self.by_mention.get((entry.line, entry.text, at))

    def _step_back(self, entry: FigureText) -> int:
        """The mention before a figure that stands beside it, not in brackets that have closed."""
        at = before = entry.at - 1
        while at >= 0 and at != entry.mention.parent:
            if entry.mentions[at].parent == entry.mention.parent:
                return at
            at = entry.mentions[at].parent
        return before

    def follow_whole(self, entry: FigureText, words: WordsAround, candidate: Claim) -> Claim:
        """A part of what was given is given, and of a maximum one.

        But what says that it is there ("hiện có mặt 89") is no part of what was given.
        """
        at = entry.mention.parent
        if at < 0 and entry.at and P.in_which.match(entry.text, entry.mention.lead):
            # "… giao: 1.650. Trong đó: viên chức 1.543": a sentence of its own, but no other whole.
            first = min(n for n, m in enumerate(entry.mentions) if m.lead == entry.mention.lead)
            at = first - 1
        if at < 0:
            return self._follow_total(entry, candidate)
        if entry.mentions[at].role == "whole":
            # "19/20 người (cán bộ 10, công chức 9)" tells the nineteen apart.
            at = entry.mentions[at].partner
        whole = self.by_mention.get((entry.line, entry.text, at))
        over = self._wording.rules[candidate.indicator].over
        told = next((lev.terms for lev in words.levels if lev.name == WHOLE), frozenset())
        is_quota = W.given in told and W.present not in told
        if whole is not None and whole.indicator:
            is_quota = whole.indicator.endswith("_quota")
        is_given = is_quota and over.endswith("_quota")
        is_maximum = whole is not None and whole.status is Status.MAX_SCORE and "_max" in over
        if (is_given and W.present not in words.own) or is_maximum:
            return replace(candidate, indicator=over, reason=f"{candidate.reason}, as its whole")
        return candidate

    def _follow_total(self, entry: FigureText, candidate: Claim) -> Claim:
        """Points behind the total of an index are shares of it: "Tổng điểm: 100; … tự chấm 88"."""
        over = self._wording.rules[candidate.indicator].over
        before = list(self.list_before(entry))
        is_share = before and before[-1].indicator == "par_score_max_total" and "_max" in over
        reason = f"{candidate.reason}, as the total before it"
        return replace(candidate, indicator=over, reason=reason) if is_share else candidate

    def complete_pair(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The other one of "giao 92 người, hiện có mặt 89": quota and present follow each other."""
        if words.own - W.empty - W.of_quota or "%" in words.units or not entry.at:
            return None
        at = self._step_back(entry)
        before = self.by_mention.get((entry.line, entry.text, at))
        if before is None or entry.mentions[at].lead != entry.mention.lead:
            return None
        if words.own & W.of_present and before.indicator.endswith("_quota"):
            codes = [c for c, rule in self._wording.rules.items() if rule.over == before.indicator]
            if len(codes) == 1:
                return Claim(codes[0], SURE, f"present, right behind {before.indicator}")
        if W.given in words.own and before.indicator.endswith("_present"):
            whole = self._wording.rules[before.indicator].over
            return Claim(whole, SURE, f"given, right behind {before.indicator}")
        return None

    def follow_rank(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The value behind a rank: "Chỉ số CCHC xếp thứ 2, đạt 82,36%"."""
        before = self.figure_before(entry)
        code = before.indicator.removesuffix("_rank") if before else ""
        if not before or code == before.indicator or code not in self._wording.rules:
            return None
        if code == "par_index" and "point" in words.units:
            code = APPRAISED
        between = entry.text[entry.mentions[entry.at - 1].numeral.end : entry.mention.numeral.start]
        between = P.ranked_in.sub("", between, count=1)
        is_same = P.reaches.fullmatch(between) and fits_unit(
            self._wording.rules[code].unit, words.units
        )
        return Claim(code, SURE, f"the value right behind {before.indicator}") if is_same else None

    def follow_series(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The second of "Bộ phận một cửa: 255 TTHC cấp huyện, 118 TTHC cấp xã" is as the first."""
        before = self.figure_before(entry)
        if not before:
            return None
        rule = self._wording.rules.get(before.indicator)
        start, end = entry.mentions[entry.at - 1].numeral.end, entry.mention.numeral.start
        first = P.subject.fullmatch(entry.text[start:end])
        behind = entry.text[entry.mention.numeral.end :].split()[:1]
        if not rule or rule.scope or not first:
            return None
        if P.elided.match(entry.text, entry.mention.numeral.end):
            return Claim(before.indicator, SURE, "as the one before it, of the same kind")
        if behind != first[1].split()[:1]:
            return None
        is_bare = not words.own - W.empty - list_scopes(words.own)
        if not is_bare and W.joined not in first[0]:
            return None
        return Claim(before.indicator, SURE, "as the one before it, of the same kind")

    def follow_years(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The same in another year: "năm 2021 đạt 81,2%; năm 2022 đạt 84,9%", "từ 12% lên 68%"."""
        start = entry.mention.own[0]
        is_next = P.other_year.fullmatch(entry.text[start : entry.mention.numeral.start])
        alike = (f for f in self.list_before(entry) if f.units == words.units)
        before = next(alike, None)
        if not is_next or before is None or not before.indicator:
            return None
        if words.own - W.empty:
            return None
        return Claim(before.indicator, SURE, "as the one before it, of the same kind")

    def inherit(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """What the line that opened the list counts, where the line itself names only a scope."""
        bare = words.own - W.empty - list_scopes(words.own)
        if bare or not list_scopes(words.own):
            return None
        for figure in self._list_heads(entry, words):
            if figure and figure.indicator:
                code = _take_level(figure.indicator, list_scopes(words.own))
                unit = str(self._reference.indicator_rows[code]["unit"])
                if fits_unit(unit, words.units) and (unit == "%") == ("%" in words.units):
                    return Claim(code, CLAIM + 1, "as the line that opens the list")
        return None

    def _list_heads(self, entry: FigureText, words: WordsAround) -> list[Figure | None]:
        """The figures that one may be as, where it names only a level, the likeliest first."""
        heads = [self.first_of_line.get(at) for at in self._places[entry.line].parents]
        if entry.mention.role == "each":
            heads.insert(0, self.by_mention.get((entry.line, entry.text, entry.mention.partner)))
        elif entry.at and entry.mentions[entry.at - 1].lead == entry.mention.lead:
            # The second of "cấp huyện đạt 98,9 %, cấp xã đạt 99,1 %" is as the first.
            before = self.by_mention.get((entry.line, entry.text, entry.at - 1))
            start, end = entry.mentions[entry.at - 1].own[0], entry.mention.own[0]
            if before and "%" in before.units and "%" not in words.units:
                # "cấp huyện 301 (3,2%), cấp xã 58": the share between is of the first.
                before = next((f for f in self.list_before(entry) if "%" not in f.units), None)
            is_told = before and (before.is_scope_said or P.of_ours.search(entry.text, start, end))
            if before and is_told and (before.units & words.units or before.units == words.units):
                heads.insert(0, before)
        else:
            heads += self._list_earlier(entry, words)
        if entry.mention.parent >= 0:
            parent = self.by_mention.get((entry.line, entry.text, entry.mention.parent))
            is_sibling = entry.at and entry.mentions[entry.at - 1].parent == entry.mention.parent
            heads.insert(len(heads) if is_sibling else 0, parent)
        return heads

    def _list_earlier(self, entry: FigureText, words: WordsAround) -> list[Figure]:
        """The figure of an earlier sentence that the opening of this one goes on with."""
        told = (self.by_mention.get((entry.line, entry.text, at)) for at in range(entry.at))
        earlier = [figure for figure in told if figure]
        if P.in_which.match(entry.text, entry.mention.lead):
            # A sentence of its own that opens with "Trong đó" tells the one before it apart.
            return [figure for figure in earlier if figure.units & words.units][-1:]
        if P.level_label.match(entry.text, entry.mention.lead):
            # "Cấp huyện: 265 (…). Cấp xã: 129" goes on with what the first label counts.
            return [f for f in earlier if f.is_scope_said and f.units == words.units][:1]
        return []

    def find_twin_scope(self, entry: FigureText) -> tuple[Scope, bool] | None:
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

    def _count_run(self, entry: FigureText, mention: Mention) -> int:
        return sum(each.turn > 0 and each.partner == mention.partner for each in entry.mentions)


def _take_level(indicator: str, scopes: frozenset[str]) -> str:
    """The part of one level of what three have together: "1.918, trong đó cấp tỉnh 1.487"."""
    level = "@province" if "@province" in scopes else ""
    return OF_LEVELS.get(indicator, {}).get(level, indicator)


def list_scopes(terms: frozenset[str]) -> frozenset[str]:
    """The terms that say whose work is counted."""
    return frozenset(term for term in terms if term.startswith("@"))


def is_compared(entry: FigureText) -> bool:
    """Whether a figure stands as last year's, without a verb of its own."""
    before = entry.text[: entry.mention.numeral.start]
    return not entry.label and P.compared.search(before) is not None
