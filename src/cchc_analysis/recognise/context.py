"""Scope, period, status, unit and area of a figure, by what stands around it.

Comes in as the words around a figure, nearest first, and what the head of the document says; goes
out as one value each. What the sentence says overrides what the list says, and that what the
document says. Nothing here chooses an indicator.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from cchc_analysis.documents.lines import CAPITALS, Line
from cchc_analysis.recognise.borders import SENTENCE_END
from cchc_analysis.recognise.carried import carry_days, carry_windows
from cchc_analysis.recognise.head import Head, find_level
from cchc_analysis.recognise.matching import Level, Words
from cchc_analysis.recognise.mentions import Mention
from cchc_analysis.recognise.nouns import find_unit
from cchc_analysis.recognise.outline import Place
from cchc_analysis.recognise.status import find_status
from cchc_analysis.recognise.stretches import CAPTION, Entry
from cchc_analysis.recognise.surroundings import Surroundings
from cchc_analysis.recognise.windows import (
    find_compared_window,
    find_day,
    find_span_end,
    find_window,
    find_year,
    is_same_period_before,
    shift_year,
)
from cchc_analysis.recognise.wording import Rule
from cchc_analysis.records import Period, Scope, Status
from cchc_analysis.reference import Reference

TOPIC = 15
"""Words at the head of a sentence that may name whose work it tells of."""
LEVEL = 25
"""Characters by which the name of a level may go on behind its first word: "xã, phường"."""
OF_THE_YEAR = ("public_investment", "budget_revenue")
"""What is counted from the first day of the year on, in the report of a quarter as well."""
FLOWS = ("flow_ytd", "flow_ytd_incl_opening", "opening_stock", "ratio_reported")
_NEAR_LEVELS = frozenset(
    {
        *("words of its own", "what it is a part of", "its sentence", "its sentence, line before"),
        *("the list it stands in", "the text the note hangs on", "above the table"),
        "its paragraph",
    }
)
_ELSEWHERE = frozenset(
    {
        "earlier in its sentence, another clause",
        "title",
        "goes on with",
        "the document",
        "the figure before it",
        "earlier in its sentence",
    }
)
_OFFICE = re.compile(
    r"(?i)(?:^|[-+*•(,;]\s*|(?:tại|riêng)\s+)(?:UBND|Ủy ban nhân dân)\s+(?:huyện|"
    r"thành phố|thị xã|quận)(?:\s+[^\W\d]\w*){0,3}\s*:"
)
_TIMES = re.compile(
    r"(?i)\b\d+\s*tháng\b|\bquý\s+[ivx]+\s*(?:/|năm)?\s*\d{4}|\b(?:năm|tháng|ngày|quý)\s+\d[\d/.-]*"
)
"""Digits that open a sentence and count nothing: "Trong 9 tháng, Bộ phận một cửa …"."""
_OF_INDEX = ("par_score", "par_index", "sipas", "papi", "pci")
_INDEX = re.compile(r"(?i)\b(?:chỉ số|par index|sipas|papi|pci|ddci|dti)\b")
_INDEX_YEAR = re.compile(
    r"(?i)(?<!so với )(?<!với )\b(?:năm|par index|sipas|papi|d?d?ci|pci|dti)\s+((?:19|20)\d\d)"
)
_YEAR_OF_BRACKET = re.compile(r"(?i)năm\s+((?:19|20)\d\d)\s*\([^()]*$")
_COUNTED_CLAUSE = re.compile(r"(?i)(?<![\d/])\d+(?:/\d+)?\s+(?:xã|phường|thị trấn)\b[^;\d]*;")
_AT_COMMUNES = re.compile(
    r"(?i)(?:\s+[^\W\d]+){1,5}?\s+(?:tại|của|ở)\s+\d+(?:/\d+)?\s+(?:xã|phường|thị trấn)\b"
)
"""How many communes something was counted in: "168 TTHC tại 22 xã"."""
_CLOSED = re.compile(r"\([^()]*\)")
_BOTH = re.compile(r"(?i)\bcấp huyện\s*(?:,|và|,\s*và)\s*(?:cấp\s+)?xã\b")
_TOGETHER = re.compile(
    r"(?i)\b(?:huyện|thành phố|thị xã|quận)\s+(?:và|cùng|cùng với)\s+"
    r"(?:\d+\s+|các\s+|cấp\s+|UBND\s+(?:các\s+)?)?(?:xã|phường)\b"
)
"""Both levels as one: "của huyện và 17 xã"."""
_COMMUNE = re.compile(
    rf"(?:UBND\s+)?((?i:xã|phường|thị trấn)\s+[{CAPITALS}][\w'’]*(?:\s+[{CAPITALS}][\w'’]*){{0,3}})"
)


class Context:
    """What the document says about all its figures, and what its parts say otherwise."""

    def __init__(
        self,
        head: Head,
        reference: Reference,
        surroundings: Surroundings,
        lines: Sequence[Line],
        places: Sequence[Place],
    ) -> None:
        self._head, self._reference, self._surroundings = head, reference, surroundings
        self._lines, self._places = lines, places
        self._names: dict[str, bool] = {}
        self._days = carry_days(lines, places, head.window)
        self._windows = carry_windows(lines, places, head)
        self.level = find_level(head.area, reference)
        surroundings.is_commune = self.level == "commune"

    def find_scope(self, entry: Entry, words: Words, rule: Rule | None) -> tuple[Scope, bool]:
        """Whose work is counted, and whether the text says so rather than the document."""
        if self.level == "commune":
            return Scope.COMMUNE, False
        if rule and rule.scope:
            return Scope(rule.scope), True
        if rule and rule.indicator.startswith(_OF_INDEX):
            # "Chỉ số CCHC cấp huyện" is that of the district, not of its office.
            return Scope.WHOLE_DISTRICT, True
        if entry.mention.role == "turn" and _list_said(words.levels[0]):
            # As many things as figures would have been told apart: whose each is, nobody says.
            return Scope.UNSPECIFIED, True
        if self.find_area(words) != self._head.area:
            return Scope.COMMUNE, True
        found = self._find_told(entry, words)
        return (found, True) if found else (Scope.WHOLE_DISTRICT, False)

    def _find_told(self, entry: Entry, words: Words) -> Scope | None:
        """Whose work the text says it is, nearest first."""
        if entry.label and _COMMUNE.match(entry.label.row):
            return Scope.COMMUNE
        if self._names_both(entry):
            return Scope.WHOLE_DISTRICT
        if not entry.label and _AT_COMMUNES.match(entry.text, entry.mention.numeral.end):
            return Scope.COMMUNE_AGGREGATE
        said = (self._read_scope(level) for level in self._list_scopes(entry, words))
        return next((scope for scope in said if scope), None)

    def _names_both(self, entry: Entry) -> bool:
        """Whether a sentence tells of both levels as one and names none again before the figure."""
        mention, text = entry.mention, entry.text
        both = _TOGETHER.search(text, mention.lead, mention.numeral.start)
        if entry.label or not both:
            return False
        go_on = self._surroundings.read_level("", text[both.end() + LEVEL : mention.own[1]])
        return not _list_said(go_on)

    def _read_scope(self, level: Level) -> Scope | None:
        """The scope that a level names last before the figure; a heading must name just one."""
        if _OFFICE.search(level.text):
            return Scope.DISTRICT_OFFICE
        said = [hit.term for hit in level.hits if hit.term.startswith("@")]
        if not said or (level.name in ("heading", CAPTION) and len(set(said)) > 1):
            return None
        last = max(hit.end for hit in level.hits if hit.term.startswith("@"))
        if "|" not in level.text:
            together = _TOGETHER.search(level.text)
            if _BOTH.search(level.text) or (together and last <= together.end() + LEVEL):
                return Scope.WHOLE_DISTRICT
        is_both = {"@district_office", "@commune_aggregate"}.issubset(said)
        if level.name == "its sentence" and is_both and ";" in level.text[last:]:
            # Both levels have been told in clauses of their own: this one speaks of neither.
            return None
        if said[-1] == "@whole_district" and said[0] != said[-1] and level.name != "heading":
            # "Với cấp xã, toàn tỉnh tiếp nhận …": all communes, not all levels.
            said = said[:1]
        # Ours has no word for the offices of a province.
        return Scope.UNSPECIFIED if said[-1] == "@province" else Scope(said[-1].removeprefix("@"))

    def _list_scopes(self, entry: Entry, words: Words) -> Iterator[Level]:
        """The levels that may say whose work it is; far behind a figure something else is said."""
        mention = entry.mention
        for level in words.levels:
            if level.name in _ELSEWHERE:
                continue
            if level.name == "words of its own" and not entry.label:
                near = mention.numeral.end + 40
                hits = tuple(hit for hit in level.hits if hit.start < near)
                yield Level(level.name, level.text, hits)
            elif level.name == "its sentence":
                said = entry.text[mention.lead : mention.numeral.start]
                # "14/14 xã tham gia; huyện có 03 …": what was counted there is not whose this is.
                said = _COUNTED_CLAUSE.sub(" ", _CLOSED.sub(" ", said))
                yield self._surroundings.read_level(level.name, said)
            elif level.name == "its paragraph":
                yield self._read_paragraph(level)
            else:
                yield level

    def _read_paragraph(self, level: Level) -> Level:
        """The last earlier sentence that opens with whose work it tells of, if it is one's."""
        plain = _TIMES.sub(" ", _CLOSED.sub(" ", level.text)).strip()
        for sentence in reversed(SENTENCE_END.split(plain)):
            topics = [re.split(r"\d", clause, maxsplit=1)[0] for clause in sentence.split(";")]
            opened = " | ".join(" ".join(topic.split()[:TOPIC]) for topic in topics)
            found = self._surroundings.read_level(level.name, opened)
            if _list_said(found):
                said = _list_said(self._surroundings.read_level(level.name, sentence))
                return found if len(said) == 1 else Level(level.name, "", ())
        return Level(level.name, "", ())

    def find_area(self, words: Words) -> str:
        """The area of a figure: a commune that its own words name, else that of the document."""
        own = words.levels[0].text
        for match in _COMMUNE.finditer(own):
            name = match[1][0].lower() + match[1][1:]
            if self._knows(name):
                return name
        return self._head.area

    def _knows(self, name: str) -> bool:
        if name not in self._names:
            try:
                self._reference.match_area(name)
            except KeyError:
                self._names[name] = False
            else:
                self._names[name] = True
        return self._names[name]

    def find_period(self, entry: Entry, words: Words, rule: Rule | None) -> Period:
        """The window of a flow, or the day of a stock."""
        default = self._head.window
        window = self._find_window(entry, words)
        if rule and window is None and self.counts_dossiers(rule):
            window = self._windows[entry.line]
        if rule and self._is_index(rule):
            window = self._find_index_year(entry) or window
        aggregation = ""
        if rule:
            aggregation = str(self._reference.indicator_rows[rule.indicator]["aggregation"])
            numerator = str(self._reference.indicator_rows[rule.indicator]["numerator"])
            if aggregation == "ratio" and numerator:
                aggregation = str(self._reference.indicator_rows[numerator]["aggregation"])
        is_flow = (
            aggregation in FLOWS
            or not rule
            or aggregation in ("norm", "score", "rank", "ratio", "extremum")
        )
        is_maximum = bool(rule and rule.unit == "point" and aggregation == "norm")
        if rule and (rule.period == "year" or is_maximum) and default.end:
            window = Period(dt.date(default.end.year, 1, 1), dt.date(default.end.year, 12, 31))
        if self._head.kind == "plan":
            return window or default
        if aggregation == "stock" or (rule and rule.indicator.startswith("onestop_staff_per")):
            is_flow = False
        if is_flow:
            default = self.count_from_new_year(default, rule)
            return window or self._cut_at_day(entry, words, default)
        return Period(None, self._find_stock_day(entry, words, window) or default.end)

    def count_from_new_year(self, period: Period, rule: Rule | None) -> Period:
        """A period from the first day of its year, for what is counted so."""
        is_so = rule is not None and rule.indicator.startswith(OF_THE_YEAR)
        return (
            Period(dt.date(period.end.year, 1, 1), period.end) if is_so and period.end else period
        )

    def _cut_at_day(self, entry: Entry, words: Words, default: Period) -> Period:
        """What has flowed up to a day that the sentence names ("đến ngày 15/9 giải ngân …")."""
        texts = (words.levels[0].text, entry.text[entry.mention.lead : entry.mention.numeral.start])
        days = [day for text in texts if (day := find_day(text, default))]
        if not days or not default.start or not default.end:
            return default
        return Period(default.start, days[0]) if default.start < days[0] < default.end else default

    def find_status(self, entry: Entry, words: Words, rule: Rule | None) -> Status:
        """Whether a figure is a result, an estimate, a target, or a norm."""
        row = self._reference.indicator_rows[rule.indicator] if rule else {}
        return find_status(entry, words, rule, row, self._head)

    def find_unit(self, mention: Mention, words: Words, rule: Rule | None) -> tuple[str, str]:
        """The unit as printed, and how to read the number where no unit of ours is as large."""
        return find_unit(mention.numeral.text, words, rule, self._reference.unit_rows)

    def _find_window(self, entry: Entry, words: Words) -> Period | None:
        default, text = self._head.window, entry.text
        before = text[entry.mention.own[0] : entry.mention.numeral.start]
        said = text[entry.mention.lead : entry.mention.numeral.start]
        if default.end and (is_same_period_before(before) or is_same_period_before(said)):
            return shift_year(default)
        if compared := find_compared_window(before, default):
            return compared
        for level in words.levels:
            if level.name not in _NEAR_LEVELS:
                continue
            clip = before if level.name == "words of its own" and not entry.label else level.text
            if window := find_window(clip, default):
                # "Trong quý I/2023" of the report on it: the days that its opening names.
                return default if window == self._head.period else window
            if year := find_year(clip, default):
                return year
        return None

    def _find_stock_day(self, entry: Entry, words: Words, window: Period | None) -> dt.date | None:
        for level in words.levels:
            if level.name not in _NEAR_LEVELS:
                continue
            if day := find_day(level.text, self._head.window) or find_span_end(level.text):
                return day
        if window:
            return window.end
        return self._days[entry.line]

    def counts_dossiers(self, rule: Rule) -> bool:
        """Whether a rule is for dossiers or a share of them."""
        row = self._reference.indicator_rows[rule.indicator]
        numerator = self._reference.indicator_rows.get(str(row["numerator"]), {})
        return "dossier" in (row["unit"], numerator.get("unit"))

    def _is_index(self, rule: Rule) -> bool:
        row = self._reference.indicator_rows[rule.indicator]
        return row["reform_area"] == "index" or str(row["aggregation"]) == "rank"

    def _find_index_year(self, entry: Entry) -> Period | None:
        """An index is that of the year named last before it, whatever the year of the report.

        Sentences that go on about indices keep it: "Chỉ số SIPAS đạt …" right behind that of 2020.
        """
        text, at = entry.text, entry.mention.lead
        if opened := _YEAR_OF_BRACKET.search(text[at : entry.mention.numeral.start]):
            # Up four places against 2022 (88,05 points, 13th): those in brackets are of 2022.
            return Period(dt.date(int(opened[1]), 1, 1), dt.date(int(opened[1]), 12, 31))
        sentences = [text[at : entry.mention.numeral.start]]
        sentences += reversed(SENTENCE_END.split(text[:at].strip()))
        for sentence in filter(str.strip, sentences):
            if sentence is not sentences[0] and not _INDEX.search(sentence):
                return None
            years = _INDEX_YEAR.findall(_CLOSED.sub(" ", sentence))
            if years:
                return Period(dt.date(int(years[-1]), 1, 1), dt.date(int(years[-1]), 12, 31))
        return None


def _list_said(level: Level) -> set[str]:
    return {hit.term for hit in level.hits if hit.term.startswith("@")}
