"""Period, status and unit of a figure, by what stands around it.

Comes in as the words around a figure, nearest first, and what the head of the document says; goes
out as one value each. What the sentence says overrides what the list says, and that what the
document says. Nothing here chooses an indicator.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from cchc_analysis.data.records import Period, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.recognise.borders import REMARK, SENTENCE_END
from cchc_analysis.read.recognise.carried import carry_days, carry_windows
from cchc_analysis.read.recognise.head import Head
from cchc_analysis.read.recognise.matching import WordsAround
from cchc_analysis.read.recognise.mentions import Mention
from cchc_analysis.read.recognise.nouns import find_unit
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.status import find_status
from cchc_analysis.read.recognise.stretches import FigureText
from cchc_analysis.read.recognise.windows import (
    find_bracket_window,
    find_compared_window,
    find_day,
    find_series_window,
    find_span_end,
    find_window,
    find_year,
    is_same_period_before,
    shift_year,
)
from cchc_analysis.read.recognise.wording import WordingRule

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
_INDEX = re.compile(r"(?i)\b(?:chỉ số|par index|sipas|papi|pci|ddci|dti)\b")
_INDEX_YEAR = re.compile(
    r"(?i)(?<!so với )(?<!với )\b(?:năm|par index|sipas|papi|d?d?ci|pci|dti)\s+((?:19|20)\d\d)"
)
_YEAR_OF_BRACKET = re.compile(r"(?i)năm\s+((?:19|20)\d\d)\s*\([^()]*$")


class Context:
    """What the document says about all its figures, and what its parts say otherwise."""

    def __init__(
        self,
        head: Head,
        reference: Reference,
        lines: Sequence[Line],
        places: Sequence[OutlinePlace],
    ) -> None:
        self._head, self._reference = head, reference
        self._days = carry_days(lines, places, head.window)
        self._windows = carry_windows(lines, places, head)

    def find_period(
        self, entry: FigureText, words: WordsAround, rule: WordingRule | None
    ) -> Period:
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

    def count_from_new_year(self, period: Period, rule: WordingRule | None) -> Period:
        """A period from the first day of its year, for what is counted so."""
        is_so = rule is not None and rule.indicator.startswith(OF_THE_YEAR)
        return (
            Period(dt.date(period.end.year, 1, 1), period.end) if is_so and period.end else period
        )

    def _cut_at_day(self, entry: FigureText, words: WordsAround, default: Period) -> Period:
        """What has flowed up to a day that the sentence names ("đến ngày 15/9 giải ngân …")."""
        texts = (words.levels[0].text, entry.text[entry.mention.lead : entry.mention.numeral.start])
        days = [day for text in texts if (day := find_day(text, default))]
        if not days or not default.start or not default.end:
            return default
        return Period(default.start, days[0]) if default.start < days[0] < default.end else default

    def find_status(
        self, entry: FigureText, words: WordsAround, rule: WordingRule | None
    ) -> Status:
        """Whether a figure is a result, an estimate, a target, or a norm."""
        row = self._reference.indicator_rows[rule.indicator] if rule else {}
        return find_status(entry, words, rule, row, self._head)

    def find_unit(
        self, mention: Mention, words: WordsAround, rule: WordingRule | None
    ) -> tuple[str, str]:
        """The unit as printed, and how to read the number where no unit of ours is as large."""
        return find_unit(mention.numeral.text, words, rule, self._reference.unit_rows)

    def _find_window(self, entry: FigureText, words: WordsAround) -> Period | None:
        default, text = self._head.window, entry.text
        before = text[entry.mention.own[0] : entry.mention.numeral.start]
        said = text[entry.mention.lead : entry.mention.numeral.start]
        if default.end and (is_same_period_before(before) or is_same_period_before(said)):
            return shift_year(default)
        behind = "" if entry.label else text[entry.mention.numeral.end :]
        said_of = find_compared_window(before, default) or find_bracket_window(behind)
        if said_of := said_of or find_series_window(said, default):
            return said_of
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

    def _find_stock_day(
        self, entry: FigureText, words: WordsAround, window: Period | None
    ) -> dt.date | None:
        for level in words.levels:
            if level.name not in _NEAR_LEVELS:
                continue
            if day := find_day(level.text, self._head.window) or find_span_end(level.text):
                return day
        if window:
            return window.end
        carried, named = self._days[entry.line]
        if entry.label:
            return named or carried
        # A day behind the next figure is of that one: "15/15 nhiệm vụ; … ở mức 6,4% (đến 15/9)".
        following = (
            m.numeral.start for m in entry.mentions[entry.at + 1 :] if m.partner != entry.at
        )
        told = entry.text[: next(following, len(entry.text))]
        return (find_day(told, self._head.window) if named else None) or carried

    def counts_dossiers(self, rule: WordingRule) -> bool:
        """Whether a rule is for dossiers or a share of them."""
        row = self._reference.indicator_rows[rule.indicator]
        numerator = self._reference.indicator_rows.get(str(row["numerator"]), {})
        return "dossier" in (row["unit"], numerator.get("unit"))

    def _is_index(self, rule: WordingRule) -> bool:
        row = self._reference.indicator_rows[rule.indicator]
        return row["reform_area"] == "index" or str(row["aggregation"]) == "rank"

    def _find_index_year(self, entry: FigureText) -> Period | None:
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
            years = _INDEX_YEAR.findall(REMARK.sub(" ", sentence))
            if years:
                return Period(dt.date(int(years[-1]), 1, 1), dt.date(int(years[-1]), 12, 31))
        return None
