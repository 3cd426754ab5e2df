"""What a figure is by the figures beside it, and what its sentence says against a candidate.

Comes in as a figure in its line, a rule, and the figures proposed before it; goes out as a
candidate, or as yes or no. The B of a pair follows from the A, quota and present from each other,
"cấp xã: 20" from the line or the figure that it tells apart, a share from the figure right before
it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from cchc_analysis.data.records import Scope, Status
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise.figures import Figure, say_whole
from cchc_analysis.read.recognise.frame import APPRAISED
from cchc_analysis.read.recognise.matching import Claim, WordsAround, match_rules
from cchc_analysis.read.recognise.outline import Label
from cchc_analysis.read.recognise.surroundings import (
    FigureText,
    Paper,
    WordCollector,
    is_placed,
    name_field,
)
from cchc_analysis.read.recognise.wording import Wording, WordingRule, count_words, fits_unit

CLAIM, SURE = 3.2, 5.5
"""Scores from which an indicator is claimed, and claimed with confidence."""
WHOLE = "what it is a part of"
COMMUNES = "communes_total"
MEAN = "_district_mean"


class Companions:
    """The figures proposed so far, by where they stand."""

    def __init__(self, paper: Paper) -> None:
        self._reference, self._wording = paper.reference, paper.wording
        self._places = paper.places
        self.by_mention: dict[tuple[int, str, int], Figure] = {}
        self._by_line: dict[int, list[Figure]] = {}
        rules = paper.wording.rules.items()
        self._present = {rule.over: code for code, rule in rules if rule.over.endswith("_quota")}

    def note(self, entry: FigureText, figure: Figure) -> None:
        """Remember a figure that was proposed."""
        self.by_mention[entry.line, entry.text, entry.at] = figure
        self._by_line.setdefault(entry.line, []).append(figure)

    def at(self, entry: FigureText, turn: int) -> Figure | None:
        """The figure proposed for a mention beside another, by its turn in the text."""
        return self.by_mention.get((entry.line, entry.text, turn))

    def follow_partner(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The B of A/B, or the upper end of a range, by what the A is."""
        mention = entry.mention
        figure = self.at(entry, mention.partner)
        if figure is None or not figure.indicator:
            return None if mention.role == "high" else self._name_by_noun(entry, words)
        if mention.role == "high":
            code = figure.indicator.removesuffix("_min") + "_max"
            if not figure.indicator.endswith("_min") or code not in self._wording.rules:
                return None
            return Claim(code, SURE, "the upper end of a range")
        whole = self._wording.rules[figure.indicator].over
        if whole:
            return Claim(whole, SURE, say_whole(figure.indicator))
        # "được giao/có mặt: 92/89": the pair is turned round.
        present = self._present.get(figure.indicator)
        return Claim(present, SURE, f"present, of {figure.indicator}") if present else None

    def _name_by_noun(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The B of an A that we have no code for, by its noun: "kiểm tra 06/15 xã, thị trấn"."""
        end = entry.mention.numeral.end
        before = entry.text[: entry.mentions[entry.mention.partner].numeral.start]
        if entry.label or PATTERNS.ranked_before.search(before):
            return None
        own = words.levels[0]
        noun = replace(own, hits=tuple(hit for hit in own.hits if hit.start >= end))
        named = {hit.term for hit in noun.hits if not entry.text[end : hit.start].strip()}
        if named.intersection(*self._wording.rules[COMMUNES].under):
            return Claim(COMMUNES, SURE, "all there are, of which it is a part")
        rules = self._wording.rules.values()
        wholes = {rule.over for rule in rules if rule.unit in ("task", "unit")}
        claims = match_rules(replace(words, levels=(noun, *words.levels[1:])), self._wording)
        fitting = (each for each in claims if each.indicator in wholes and not each.against)
        return next((each for each in fitting if each.score >= CLAIM), None)

    def stay_beside(self, entry: FigureText, figure: Figure) -> Figure:
        """A B that nothing is known of is of its A's office and time."""
        part = self.at(entry, entry.mention.partner)
        if entry.mention.role != "whole" or part is None or figure.indicator:
            return figure
        return replace(
            figure, area=part.area, scope=part.scope, is_scope_said=part.is_scope_said,
            period_start=part.period_start, period_end=part.period_end,
        )  # fmt: skip

    def figure_before(self, entry: FigureText) -> Figure | None:
        """The nearest figure before a percentage that is no percentage and no B of a pair."""
        at = self._step_back(entry)
        if at >= 0 and entry.mentions[at].role == "whole":
            at = entry.mentions[at].partner
        return self.at(entry, at)

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
        if at < 0 and entry.at and PATTERNS.in_which.match(entry.text, entry.mention.lead):
            # "… giao: 1.650. Trong đó: viên chức 1.543": a sentence of its own, but no other whole.
            first = min(n for n, m in enumerate(entry.mentions) if m.lead == entry.mention.lead)
            at = first - 1
        if at < 0:
            return candidate
        if entry.mentions[at].role == "whole":
            # "19/20 người (cán bộ 10, công chức 9)" tells the nineteen apart.
            at = entry.mentions[at].partner
        whole = self.at(entry, at)
        over = self._wording.rules[candidate.indicator].over
        is_quota = any(lev.name == WHOLE and WORDS.given in lev.terms for lev in words.levels)
        if whole and whole.indicator:
            is_quota = whole.indicator.endswith("_quota")
        is_given = is_quota and over.endswith("_quota")
        is_maximum = whole and whole.status is Status.MAX_SCORE and "_max" in over
        if (is_given and WORDS.present not in words.own) or is_maximum:
            return replace(candidate, indicator=over, reason=f"{candidate.reason}, as its whole")
        return candidate

    def complete_pair(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """Those present in "giao 92 người, hiện có mặt 89", by the quota before them."""
        if words.own - WORDS.empty - WORDS.of_quota or "%" in words.units or not entry.at:
            return None
        at = self._step_back(entry)
        before = self.at(entry, at)
        if before is None or entry.mentions[at].lead != entry.mention.lead:
            return None
        if words.own & WORDS.of_present and (present := self._present.get(before.indicator)):
            return Claim(present, SURE, f"present, right behind {before.indicator}")
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
        between = PATTERNS.ranked_in.sub("", between, count=1)
        is_same = PATTERNS.reaches.fullmatch(between) and fits_unit(
            self._wording.rules[code].unit, words.units
        )
        return Claim(code, SURE, f"the value right behind {before.indicator}") if is_same else None

    def follow_years(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The same in another year, or what is asked of it: "từ 12% lên 68% (yêu cầu 70%)"."""
        is_next = PATTERNS.other_year.fullmatch(entry.own_before)
        # "tăng 2,5 điểm so với tháng 8/2025 (88,9 điểm)": what was added is no value. Nor is a
        # distance that stands between: "31,2%, vượt 1,2% so với kế hoạch (30%)".
        asked = entry.is_asked and "%" in words.units
        last = entry.mentions[entry.at - 1].numeral.end if entry.at else 0
        is_summed = PATTERNS.summed_beside.search(entry.text[last : entry.mention.numeral.start])
        compared = asked or is_summed or PATTERNS.compared_to.search(entry.said)
        of_sentence = (self.at(entry, at) for at in reversed(range(entry.at))
                       if entry.mentions[at].lead == entry.mention.lead)  # fmt: skip
        alike = [f for f in of_sentence if f and (f.units == words.units or not words.units)]
        before = next((f for f in alike if f.indicator or not compared), None)
        is_bare = asked or not words.own - WORDS.empty - {WORDS.same_time}
        # Of several quantities that it may be, a person says which.
        is_only = compared and len({f.indicator for f in alike if f.indicator}) == 1
        if not (is_next or compared) or not (is_bare or is_only):
            return None
        if before is None or not before.indicator:
            return None
        why = "asked of the figure before it" if asked else "as the one before it, of the same kind"
        return Claim(before.indicator, SURE, why)

    def follow_place(self, entry: FigureText, words: WordsAround, area: str) -> Claim | None:
        """The same of another place: "huyện A đạt 91,4%, sau huyện B (92,1%)"."""
        lines = range(entry.line - 5, entry.line + 1)
        told = {
            at: [f for f in self._by_line.get(at, ()) if f.units == words.units] for at in lines
        }
        own = [f for f in told[entry.line] if f.indicator][-1:]
        # An index may be told above, if it is only one.
        above = (f for line in told.values() for f in line if f.indicator in WORDS.whole_indices)
        named = own or [*above]
        codes = {f.indicator.removesuffix(MEAN) for f in named}
        if len(codes) != 1 or named[-1].area == area:
            return None
        return Claim(codes.pop(), SURE, "as the one before it, of another place")

    def inherit(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """What the line that opened the list counts, where the line itself names only a scope."""
        scopes = words.levels[0].scopes
        if words.own - WORDS.empty - scopes or not scopes:
            return None
        for figure in self._list_heads(entry, words):
            if figure and figure.indicator:
                code = _name_of_level(figure.indicator, words)
                unit = str(self._reference.indicator_rows[code]["unit"])
                if fits_unit(unit, words.units) and (unit == "%") == ("%" in words.units):
                    return Claim(code, CLAIM + 1, "as the line that opens the list")
        return None

    def _list_heads(self, entry: FigureText, words: WordsAround) -> list[Figure | None]:
        """The figures that one may be as, where it names only a level, the likeliest first."""
        above = [self._by_line.get(at, ()) for at in self._places[entry.line].parents]
        heads = [next((each for each in line if each.indicator), None) for line in above]
        # The second of "cấp huyện 98/99 TTHC, đạt 98,9%; cấp xã 53/54 TTHC" is as the first.
        heads.insert(0, self._find_other_level(entry, words))
        if entry.mention.parent >= 0:
            parent = self.at(entry, entry.mention.parent)
            is_sibling = entry.at and entry.mentions[entry.at - 1].parent == entry.mention.parent
            heads.insert(len(heads) if is_sibling else 0, parent)
        lead = entry.mention.lead
        if PATTERNS.in_which.match(entry.text, lead):
            # "… 41.230/48.510 hồ sơ. Trong đó: các sở 9.870/10.120 hồ sơ": of what was told first.
            told = [f for f in self._by_line.get(entry.line, ()) if 0 <= f.sentence < lead]
            heads += [f for f in told if f.indicator and f.sentence == told[-1].sentence][:1]
        line, at = self._places[entry.line].anchor
        # "Quá hạn 116 hồ sơ[4]" and in the note "[4] huyện 101 hồ sơ, xã 15 hồ sơ".
        told = [figure for figure in self._by_line.get(line, ()) if figure.end <= at]
        return [*heads, *told[-1:]]

    def _find_other_level(self, entry: FigureText, words: WordsAround) -> Figure | None:
        """The nearest figure before one in its sentence that counts the like of a level."""
        mention = entry.mention
        for at in reversed(range(entry.at)):
            each = entry.mentions[at]
            if (each.lead, each.parent) != (mention.lead, mention.parent):
                continue
            if (each.role, mention.role) == ("whole", "part"):
                continue
            figure = self.at(entry, at)
            if not figure or not figure.is_scope_said:
                continue
            if figure.units & words.units or figure.units == words.units:
                return figure
        return None

    def find_twin_scope(self, entry: FigureText) -> tuple[Scope, bool] | None:
        """A second run in a sentence goes through the things that the first has named."""
        mention = entry.mention
        if mention.role != "turn":
            return None
        twins = [
            at for at, each in enumerate(entry.mentions[: entry.at])
            if (each.role, each.lead, each.turn) == ("each", mention.lead, mention.turn)
        ]  # fmt: skip
        twin = self.at(entry, twins[-1]) if twins else None
        return (twin.scope, twin.is_scope_said) if twin else None

    def find_share(self, entry: FigureText, words: WordsAround) -> Claim | None:
        """The share that a bare percentage is, by the figure right before it."""
        before = self.figure_before(entry)
        if before is None or not before.indicator:
            return None
        whole = self._wording.rules[before.indicator].over
        is_pair = entry.mentions[entry.at - 1].role == "whole"
        shares = [
            code
            for code, rule in self._wording.rules.items()
            if rule.unit == "%"
            and before.indicator in rule.of
            and words.own.isdisjoint(rule.never)
            # Right behind "A/B" only one of the B: "giải quyết 80/98 (81,6%)".
            and (not is_pair or self._reference.indicator_rows[code]["denominator"] in ("", whole))
            and not is_told_otherwise(entry, words, rule, is_dossiers=False)
        ]
        if len(shares) != 1:
            return None
        return Claim(shares[0], SURE, f"a share right behind {before.indicator}")


def _name_of_level(code: str, words: WordsAround) -> str:
    """The part of one level of what three have: "1.918, trong đó cấp tỉnh 1.487"."""
    level = "@province" if "@province" in words.own else ""
    return str(WORDS.of_levels.get(code, {}).get(level, code))


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
    # A noun right behind the number that is none we know: "08 quầy", "01 Trung tâm".
    is_bare = not words.units and not entry.label and not entry.mention.role
    is_other_noun = is_bare and re.match(r"\s+[^\W\d_]", entry.behind) is not None
    return (
        (rule.unit in ("rank", "point") and is_other_score(entry, words, rule, near))
        or (rule.alone and not counts_all_of_them(entry, words, rule, near))
        or (rule.unit == "commune" and is_other_noun)
        or is_told_otherwise(entry, words, rule, is_dossiers=is_dossiers)
    )


def counts_all_of_them(
    entry: FigureText, words: WordsAround, rule: WordingRule, near: WordCollector
) -> bool:
    """Whether all there are of something are counted: "12 phòng hoàn thành" are some."""
    mention, text = entry.mention, entry.text
    first = next(m for m in entry.mentions if m.numeral.start >= entry.clause)
    opened = near.read_level("", text[entry.clause : first.numeral.start])
    if opened.terms.intersection(rule.never):
        return False
    behind = entry.behind[:80]  # in which its noun ends
    noun = near.read_level("", behind).hits
    # What stands behind a comma or a full stop is no noun: "số đơn vị sự nghiệp: 54, giảm 02".
    if noun and not count_words(behind[: noun[0].start]) and not behind.startswith((",", ".")):
        return PATTERNS.noun_ends.match(text, mention.numeral.end + noun[0].end) is not None
    # "160 thôn": a noun that no unit of ours has.
    return bool(words.units) or not re.match(r"\s*[^\W\d_]", entry.behind)


def is_told_otherwise(
    entry: FigureText, words: WordsAround, rule: WordingRule, *, is_dossiers: bool
) -> bool:
    """Whether the text says in one of the ways of a table that a figure is none of an indicator."""
    counts = "shares of dossiers" if rule.unit == "%" else "dossiers"
    return any(
        is_placed(row, entry) and ("own" not in row or row["own"].search(words.levels[0].text))
        for row in PATTERNS.rows("against")
        if rule.indicator in row.get("indicators", ())
        or rule.unit in row.get("units", ())
        or (is_dossiers and counts == row.get("counts"))
    )


def is_other_score(
    entry: FigureText, words: WordsAround, rule: WordingRule, collector: WordCollector
) -> bool:
    """Whether the sentence speaks of another index, of one field of this one, or of no points."""
    near = " ".join(level.text for level in words.levels if level.name not in _BEYOND)
    mention, text = entry.mention, entry.text
    before, behind = entry.said, entry.behind
    if named := [] if entry.label else list(PATTERNS.names_index.finditer(before)):
        # An index right before the figure that is not this one's.
        terms = rule.speaking - WORDS.of_any_index
        hits = collector.read_level("its sentence", before).hits
        if not any(hit.term in terms and hit.end > named[-1].start() for hit in hits):
            return True
    code, is_appraised = rule.indicator, rule.indicator == APPRAISED
    wholes = (entry.mentions[at].numeral.end for at in entry.wholes)
    is_part = any(PATTERNS.of_whole_points.match(text, end) for end in wholes)
    asked = (term for terms in rule.under for term in terms)
    is_of_field = "_item" not in code and any(term.startswith("lv ") for term in asked)
    if (
        # The mean of several districts is no district's.
        (code.startswith("par_score") and PATTERNS.mean.search(words.levels[0].text))
        # "Công chức đạt chuẩn 131/133, chưa đạt 02": people, where the heading is that of a field.
        or ("_lost" in code and not entry.label and not PATTERNS.says_points.search(near))
        # What the column of a table calls a maximum is no score.
        or (entry.label and "_max" not in code and WORDS.maximum in words.own)
        # "Trong đó, điểm thẩm định … đạt 42,30": a part of the total before it.
        or (is_appraised and (PATTERNS.in_which.match(text, mention.lead) or is_part))
        # "Trong đó tiêu chí 2.1 đạt 1,5/2": a part of the field before it.
        or (is_of_field and rule.unit == "point" and PATTERNS.of_criterion.search(before))
    ):
        return True
    # In a chapter on one field "Chỉ số CCHC đạt 8,5 điểm" may be that of the field; the points of a
    # year are all of them, and those that are ranked.
    return is_appraised and not (
        words.own & WORDS.appraised
        or PATTERNS.of_hundred.match(behind)
        or PATTERNS.of_year.search(before)
        or PATTERNS.ranked_behind.match(behind)
        or PATTERNS.ranked_behind.match(before)
    )


def is_entity_row(label: Label, wording: Wording, candidate: Claim) -> bool:
    """A row that names one field or office: its numbers are parts that we have no code for."""
    row = {hit.term for hit in wording.find_terms(label.row)}
    row |= {name_field(label.row)} - {""}
    levels = (PATTERNS.only_time, PATTERNS.head_of_level, PATTERNS.row_of_offices)
    is_level = any(each.fullmatch(label.row) for each in levels)
    if is_level or row & WORDS.totals or any(term.startswith("@") for term in row):
        return False
    return row.isdisjoint(wording.rules[candidate.indicator].speaking)
