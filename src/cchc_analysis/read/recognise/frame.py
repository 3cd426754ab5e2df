"""What holds for a figure: whose it is, when, of which index, in which unit, result or target.

Comes in as the lines of a document with their places; goes out as one ``Frame`` a line, found in a
single pass over the outline, and for each figure as period, status and unit. What opens a part of a
frame and until when it holds is a table (``openers`` in ``patterns.toml``): a heading holds below
it and below its own headings, a line that does nothing but name a level up to a rival or a heading,
days up to the caption of another table. What a sentence or a bracket opens ends with it; those are
read where the figure is, and override what its frame says, as that does what the document says.
Nothing here chooses an indicator.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

from cchc_analysis.data.clean import OTHER_DAYS
from cchc_analysis.data.records import TWO_TIERS_SINCE, Period, Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents import Line
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise import windows
from cchc_analysis.read.recognise.head import ReportHead, leave_cited, level_of, list_names
from cchc_analysis.read.recognise.matching import WordsAround
from cchc_analysis.read.recognise.numerals import find_first_figure
from cchc_analysis.read.recognise.outline import INNER, OutlinePlace, find_note_below, say_heading
from cchc_analysis.read.recognise.surroundings import CAPTION, FigureText, Paper
from cchc_analysis.read.recognise.wording import MONEY, WordingRule

OPENING = 12
"""Words of a sentence with which it may open the time of those behind it."""
LEVEL_WORDS, BARE_WORDS = 8, 5
"""Words of a line that does nothing but open a level or an area, with its colon or without one."""


@dataclass(frozen=True)
class Frame:
    """What holds for one line; nothing where only the head of the document does.

    Attributes:
        area: Another area than the document's.
        scope: Whose work is counted.
        window: The days over which dossiers are counted, its own line included.
        day: The day up to which stocks are counted, by what stands above.
        index: The year that an index is of.
        status: A result or a target, by the heading that says so.
        ahead: The later time for which its heading sets targets.
        years: The days over which the document counts a year, by the year, where it says so.
    """

    area: str = ""
    scope: Scope | None = None
    window: Period | None = None
    day: dt.date | None = None
    index: Period | None = None
    status: Status | None = None
    ahead: Period | None = None
    years: Mapping[str, Period] = field(default_factory=dict)


def frame_lines(
    paper: Paper, read_scope: Callable[[str], Scope | None], is_inside: Callable[[str], bool]
) -> list[Frame]:
    """The frame of every line.

    ``read_scope`` tells the one level that a short line names, ``is_inside`` whether a commune lies
    in the area of the document.
    """
    lines, head = paper.lines, paper.head
    above = [head.window]
    readers: dict[str, Callable[[str], Any]] = {
        "area": lambda text: _name_area(text, head, is_inside),
        "scope": read_scope,
        "window": lambda text: (None if not PATTERNS.digit.search(text)
                                or PATTERNS.event_days.search(text)
                                or windows.find_days_of_years(text)
                                else windows.find_exact_window(
                                    windows.leave_carried(_leave_compared(text)), above[0])),
        "day": lambda text: windows.find_day(text, head.window),
        "index": lambda text: next((windows.make_year(int(year))
                                    for year in PATTERNS.index_year.findall(
                                        PATTERNS.no_index_year.sub(" ", text))[-1:]
                                    if PATTERNS.says_index.search(text)), None),
        "status": lambda text: next((Status(row["status"]) for row in PATTERNS.rows("statuses")
                                     if row["pattern"].search(say_heading(text))), None),
        "ahead": lambda text: windows.find_ahead(say_heading(text), head.window),
    }  # fmt: skip
    # Whose work the title and the line that announces what follows say it is, if it is one's:
    # "Trung tâm Phục vụ hành chính công tỉnh báo cáo kết quả như sau:".
    announced = (PATTERNS.to_whom.sub("", leave_cited(text)) for text in head.opening
                 if text.endswith(":") and not PATTERNS.bullet.match(text))  # fmt: skip
    said = PATTERNS.committee_itself.sub(" ", " | ".join([head.title, *announced]))
    days = readers["window"](head.title) or _find_dossier_days(lines, head)
    years = (windows.find_days_of_years(line.text).items() for line in lines)
    # "Thực hiện công văn của sở, huyện … báo cáo như sau:": what lies above asks, and does nothing.
    scope = None if (named := read_scope(said)) is Scope.UNSPECIFIED else named
    titled = Frame(window=days, scope=scope, years=dict(chain.from_iterable(years)))
    opened: dict[str, tuple[Any, list[str]]] = {}
    home: tuple[int, ...] = ()
    annexes: dict[str, Period] = {}
    outside: dict[str, tuple[Any, list[str]]] = {}
    frames = []
    for at, (line, place) in enumerate(zip(lines, paper.places, strict=True)):
        if bool(line.cells) != bool(at and lines[at - 1].cells):
            # What the rows of a table open ends with it.
            outside, opened = (opened, dict(opened)) if line.cells else ({}, outside)
        is_below = not place.is_heading or (home and set(home) <= set(place.headings))
        below = lines[at + 1].text if at + 1 < len(lines) else ""
        events = _list_events(line, place, below) + ["other heading"] * (not is_below)
        events = [] if find_note_below(lines, at) else events
        opened = {part: (value, until) for part, (value, until) in opened.items()
                  if not set(until) & set(events)}  # fmt: skip
        if place.is_heading:
            headings = [lines[at].text for at in place.headings]
            opened |= _open(headings, "heading", readers)
        # "Cấp xã (từ 01/7/2025)" is up to the last day of the block.
        above[0] = opened["window"][0] if "window" in opened else head.window
        before = {part: value for part, (value, _) in opened.items()}
        for event in events:
            found = _open([line.text], event, readers)
            opened |= found
            if "window" in found:
                home = (at, *place.headings) if place.is_heading else place.headings
        annex = PATTERNS.annex.match(line.text.strip())
        if annex and annex[1] in annexes:
            opened["window"] = annexes[annex[1]], ["caption"]
        elif window := (events and readers["window"](line.text)):
            # "Số liệu từ … đến … tại Phụ lục 1 và Phụ lục 2": for what is below those captions.
            annexes |= dict.fromkeys(PATTERNS.annex.findall(line.text), window)
        own = {part: value for part, (value, _) in opened.items()}
        # Its day a line may say of its last figure alone, and its window behind the sentence of
        # its first, where that is not said to be counted; nor is a heading what it announces.
        own |= {part: before.get(part) for part in ("day", "status", "ahead")}
        outer = before.get("window", titled.window)
        if events and own.get("window", outer) != outer:
            figure = find_first_figure(line.text)
            ended = figure and PATTERNS.sentence_end.search(line.text, figure.end)
            first = line.text[: ended.start()] if ended else line.text
            if not (PATTERNS.counted_days.search(line.text) or readers["window"](first)):
                own["window"] = outer
        frames.append(replace(titled, **own))
    return frames


def _find_dossier_days(lines: Sequence[Line], head: ReportHead) -> Period | None:
    """The days over which dossiers alone are counted, where the opening or the title says so."""
    texts = (head.title, *head.opening, *(line.text for line in lines[:OPENING]))
    for said in filter(None, map(PATTERNS.counted_dossiers.search, texts)):
        told = said.string[said.start() :]
        if window := windows.find_exact_window(PATTERNS.sentence_end.split(told)[0], head.window):
            return window
        day = windows.find_day(told, head.window)
        if day and head.window.start and head.window.start < day:
            return Period(head.window.start, day)
    return None


def _list_events(line: Line, place: OutlinePlace, below: str) -> list[str]:
    """What a line is, as an opener: the kinds of the table that it fits.

    ``below`` is the line that follows it.
    """
    text = line.text.strip()
    is_open = text.endswith(":") and not line.cells
    # "- Cấp xã", and below it what its communes have done; "Kết quả tại cấp xã" above a list.
    is_point, is_list = (PATTERNS.bullet.match(each) is not None for each in (text, below))
    is_point = is_point or PATTERNS.head_of_level.fullmatch(text) is not None
    most = BARE_WORDS if is_point else LEVEL_WORDS * (is_list and text[-1:].isalnum())
    is_bare = not re.search(r"\d", text) and not line.cells and len(text.split()) <= most
    # The days of one column are not those of the lines below the table.
    is_one = sum(bool(cell.text) for cell in line.cells) < 2
    events = {
        "heading": place.is_heading,
        "caption": PATTERNS.caption.match(text),
        "text": is_one and not place.note and not PATTERNS.summed_up.match(text),
        "list": is_open and not place.note,
        "label": is_bare or (is_open and len(text.split()) <= LEVEL_WORDS),
        "whole": not line.cells and PATTERNS.opens_whole.match(text),
    }
    return [event for event, is_so in events.items() if is_so]


def _leave_compared(text: str) -> str:
    """A text without the days of what its first figure is set beside: another year, or a sum."""
    # Most lines set nothing beside, and need not be searched for figures.
    others = (PATTERNS.time_of_others, PATTERNS.summed_behind)
    figure = find_first_figure(text) if any(each.search(text) for each in others) else None
    at = figure.end if figure else len(text)
    behind = text[at:]
    for each in others:
        behind = each.sub(" ", behind)
    return text[:at] + behind


def _open(
    texts: Sequence[str], event: str, readers: dict[str, Callable[[str], Any]]
) -> dict[str, tuple[Any, list[str]]]:
    """What lines of one kind open, the nearest first, and until when."""
    return {
        part: (value, opener["until"])
        for opener in PATTERNS.rows("openers")
        if opener["opener"] == event
        for part in opener["opens"]
        if (value := next(filter(None, map(readers[part], texts)), None))
    }


def _name_area(text: str, head: ReportHead, is_inside: Callable[[str], bool]) -> str:
    """Another area, where a heading or label names just one and does little else."""
    names = dict.fromkeys(list_names(leave_cited(text)))
    is_short = len(text.split()) <= LEVEL_WORDS
    name = next(iter(names), "")
    if len(names) != 1 or not is_short or not head.area or name == head.area:
        return ""
    return name if level_of(name) == level_of(head.area) or is_inside(name) else ""


_NEAR = frozenset({"words of its own", "what it is a part of", "its sentence"})
APPRAISED = "par_score_total"
"""The points that are left when the province has appraised them."""


def find_status(
    entry: FigureText,
    words: WordsAround,
    rule: WordingRule | None,
    row: Mapping[str, str],
    head: ReportHead,
    framed: Status | None,
) -> Status:
    """Whether a figure is a result, an estimate, a target, or a norm."""
    said = entry.said
    if rule and (fixed := _find_fixed(entry, rule, row)):
        return fixed
    column = entry.label.column.rpartition(INNER)[2] if entry.label else ""
    if PATTERNS.set.match(column):
        return Status.TARGET
    near = " ".join(level.text for level in words.levels if level.name in _NEAR)
    opens = PATTERNS.opens_target.match(said) or _opens_ahead(said, head)
    is_done = PATTERNS.done_head.match(column)
    is_below = framed is Status.TARGET and "%" in words.units and not is_done
    if head.kind == "plan" or opens or is_below or PATTERNS.target.search(near):
        return Status.TARGET
    is_score = rule and rule.indicator.startswith("par_score") and rule.indicator != APPRAISED
    if is_score and not PATTERNS.appraised.search(near):
        # Points that a district gives itself are an estimate until the province has appraised them.
        return Status.ESTIMATE
    if entry.mention.role == "whole":
        # "Ước hoàn thành 12/13 nhiệm vụ": how many there are is known.
        return Status.ACTUAL
    above = [level.text for level in words.levels if level.name in WORDS.estimating_levels]
    first, *clauses = said.split(";")
    if clauses:
        # "…, ước cả năm đạt 98%; phần mềm đã triển khai tới 31 đơn vị": the last is no estimate.
        said = f"{' '.join(first.split()[:LEVEL_WORDS])} {clauses[-1]}"
        near = " ".join(
            level.text for level in words.levels if level.name in _NEAR - {"its sentence"}
        )
    if "point" not in words.units:
        # "Dự kiến điểm": only the points are an estimate, not what they are given for.
        said, near, *above = (PATTERNS.of_points.sub(" ", text) for text in (said, near, *above))
    is_estimate = any(map(PATTERNS.estimate.search, (said, near, *above)))
    return Status.ESTIMATE if is_estimate else Status.ACTUAL


def _opens_ahead(said: str, head: ReportHead) -> bool:
    """Whether a sentence opens with what is to be done later: "8. Nhiệm vụ năm 2026: …"."""
    opened = PATTERNS.opens_ahead.match(said)
    end = head.window.end
    if not opened or not end:
        return False
    ahead = windows.find_ahead(opened[0], head.window)
    return bool(ahead and ahead.start and ahead.start > end)


def counts_dossiers(code: str, reference: Reference) -> bool:
    """Whether an indicator is of dossiers or a share of them."""
    row = reference.indicator_rows.get(code, {})
    part = reference.indicator_rows.get(str(row.get("numerator")), row)
    return part.get("unit") == "dossier"


def _find_fixed(entry: FigureText, rule: WordingRule, row: Mapping[str, str]) -> Status | None:
    """What an indicator is by nature, a maximum, threshold, norm or plan; or is asked to be."""
    is_norm = row["aggregation"] == "norm"
    is_quota = rule.indicator == "recruits_quota"
    if is_quota or row["aggregation"] == "extremum":
        # "Xã ít nhất 04 người" asks for nothing.
        return Status.PLAN if is_quota else Status.ACTUAL
    if is_norm and row["unit"] == "point":
        return Status.MAX_SCORE
    if is_norm and ("min" in rule.indicator or "required" in rule.indicator):
        return Status.THRESHOLD
    if is_norm and row["unit"] in ("day", "year"):
        return Status.LEGAL_NORM
    if entry.is_asked:
        return Status.TARGET if PATTERNS.goal.search(entry.said) else Status.THRESHOLD
    return None


def _list_alike(words: WordsAround) -> list[str]:
    """The sentences of a paragraph before a figure, nearest first, that do not count other things.

    "Đến 20/9 giải ngân 3.904 tỷ đồng. 702 đơn vị …": the day is that of the money.
    """
    paragraph = next((level for level in words.levels if level.name == "its paragraph"), None)
    if paragraph is None:
        return []
    ends = [0, *(m.end() for m in PATTERNS.sentence_end.finditer(paragraph.text))]
    ends.append(len(paragraph.text))
    own = words.own & WORDS.nouns
    alike = []
    for start, end in pairwise(ends):
        said = {hit.term for hit in paragraph.hits if start <= hit.start < end} & WORDS.nouns
        is_money = PATTERNS.of_money.search(paragraph.text, start, end)
        is_other = is_money and words.units.isdisjoint(MONEY | {"%"})
        if not is_other and (not own or not said or own & said):
            alike.append(paragraph.text[start:end])
    return alike[::-1]


@lru_cache(maxsize=4096)  # all figures of a paragraph ask
def _name_later(text: str) -> str | None:
    """The later time that a text names last; "" where another time is named behind it."""
    later = next(reversed([*PATTERNS.later_time.finditer(text)]), None)
    is_other = PATTERNS.said_time.search(text, later.end() if later else 0)
    return "" if is_other else later and later[0]


CARRIED, OWN_TIME, BY_CUSTOM = "time carried", "own time named", "time by custom"
"""Marks of a figure: only an earlier sentence says when; its words name the report's own time."""


class FigureContext:
    """What the document says about all its figures, and what its parts say otherwise."""

    def __init__(self, paper: Paper, frames: Sequence[Frame]) -> None:
        self._head, self._reference = paper.head, paper.reference
        self._frames = frames
        self._is_commune = paper.level == "commune"
        self.mark_of_time = ""

    def find_period(
        self, entry: FigureText, words: WordsAround, rule: WordingRule | None
    ) -> Period:
        """The window of a flow, or the day of a stock.

        ``mark_of_time``: whether an earlier sentence says it, or the words name the report's own.
        """
        self.mark_of_time = ""
        default = self._head.window
        is_dossiers = rule is not None and counts_dossiers(rule.indicator, self._reference)
        framed = self._frames[entry.line].window if is_dossiers else None
        own = framed or default
        window = self._find_window(entry, words, own)
        self.mark_of_time = OWN_TIME if window == own else self.mark_of_time
        # The report's own time is no other one: its days and stocks may still be said elsewhere.
        window = framed if window in (None, own) else window
        is_cut = entry.label and windows.find_day(words.levels[0].text, own)
        if window and (is_dossiers or is_cut):
            # "Cấp huyện (đến hết 30/6/2025)" below "từ 01/01 đến 30/11/2025".
            window = self._cut_at_day(entry, words, window)
        row = self._reference.indicator_rows[rule.indicator] if rule else {}
        # This index is counted from day to day, not once a year.
        is_running = rule is not None and rule.indicator.startswith("service_index")
        if rule and row["reform_area"] == "index":
            told = windows.find_compared_window(entry.said, default)
            told = told or self._find_index_year(entry, is_running=is_running)
            window = told or window or self._frames[entry.line].index
        aggregation = str(row.get("aggregation", ""))
        if aggregation == "ratio" and row["numerator"]:
            aggregation = str(self._reference.indicator_rows[row["numerator"]]["aggregation"])
        is_maximum = bool(rule and rule.unit == "point" and aggregation == "norm")
        of_index = self._frames[entry.line].index if rule and rule.unit == "point" else None
        if rule and (rule.period == "year" or is_maximum) and default.end:
            window = of_index or self._head.begin(windows.make_year(default.end.year))
        if self._head.kind == "plan":
            return window or default
        is_stock = rule is not None and rule.indicator.startswith("onestop_staff_per")
        if not is_stock and (not rule or aggregation in WORDS.flows):
            counted = self.count_from_new_year(default, rule)
            window = window or of_index
            if not window and counted != default:
                self.mark_of_time = BY_CUSTOM
            default = counted
            return window or self._cut_at_day(entry, words, default, goes_on=is_dossiers)
        if rule and rule.period == "year" and window:
            # "Đến ngày 14/6 hoàn thành 31/68 nhiệm vụ": those of the plan are of all the year.
            return Period(None, window.end)
        return Period(None, self._find_stock_day(entry, words, window) or default.end)

    def find_later(self, entry: FigureText, words: WordsAround) -> Period | None:
        """The time behind the report's that is named last before a figure.

        "Thời gian tới, phường tập trung nâng cao chất lượng. Phấn đấu …"; none in a plan, whose
        own it is.
        """
        if self._head.kind == "plan" or entry.label:
            return None
        texts = [entry.said]
        for level in words.levels:
            if level.name == "its paragraph":
                sentences = reversed(PATTERNS.sentence_end.split(level.text))
                texts += [" ".join(each.split()[:7]) for each in sentences]
            elif level.name in ("its sentence, line before", "the list it stands in"):
                texts.append(level.text)
        for text in texts:
            if (later := _name_later(text)) is not None:
                return windows.find_ahead(later, self._head.window) if later else None
        return None

    def count_from_new_year(self, period: Period, rule: WordingRule | None) -> Period:
        """A period from the first day of its year, for what is counted so in any report."""
        of_year = ("public_investment", "budget_revenue")
        if not rule or not period.end or not rule.indicator.startswith(of_year):
            return period
        if self._is_commune and period.end.year == int(TWO_TIERS_SINCE[:4]):
            # A commune of July 2025 has counted nothing before.
            return period
        return Period(dt.date(period.end.year, 1, 1), period.end)

    def _cut_at_day(
        self, entry: FigureText, words: WordsAround, default: Period, *, goes_on: bool = False
    ) -> Period:
        """What has flowed up to a day that the sentence names ("đến ngày 15/9 giải ngân …").

        ``goes_on``: or that an earlier one of its paragraph opens with, as dossiers do.
        """
        said = PATTERNS.of_today.split(entry.said)[-1]
        opened = (" ".join(each.split()[:OPENING]) for each in _list_alike(words) if goes_on)
        caption = [level.text for level in words.levels if level.name == CAPTION]
        texts = (words.levels[0].text, said, *caption, *opened)
        days = [day for text in texts if (day := windows.find_day(text, default))]
        day = self._frames[entry.line].day
        if day and default.end and (default.end - day).days > OTHER_DAYS:
            # "b) Cấp huyện (đến hết ngày 30/6/2025)" below a heading with the days of all.
            days.append(day)
        if not days or not default.start or not default.end:
            return default
        return Period(default.start, days[0]) if default.start < days[0] < default.end else default

    def _find_window(self, entry: FigureText, words: WordsAround, default: Period) -> Period | None:
        before, said, label = entry.own_before, entry.said, entry.label
        heads = (*label.column.split(INNER), label.row) if label else ()
        is_same = any(map(PATTERNS.same_period.match, (before, said)))
        if default.end and (is_same or any(map(PATTERNS.same_head.fullmatch, heads))):
            # "Lũy kế 10 tháng đạt 98%, tăng 2% so với cùng kỳ (96%)": of the ten months.
            beside = None if label else PATTERNS.compared_to.search(said)
            own = self._name_time(said[: beside.start()], default) if beside else None
            return windows.shift_year(own or self._cut_at_day(entry, words, default))
        has_risen = PATTERNS.was_before.search(before) and PATTERNS.rose.match(entry.behind)
        if default.end and has_risen and PATTERNS.year_ago.search(said):
            # "so với cùng kỳ, tỷ lệ tăng từ 45,6% lên 70,3%": the first is of the year before.
            return windows.shift_year(default)
        headed = (PATTERNS.month_of_head.fullmatch(head) for head in heads)
        months = (windows.make_month(int(each[2]), int(each[1])) for each in headed if each)
        said_of = next(months, None) or windows.find_compared_window(said, default)
        if said_of := said_of or windows.find_window_behind(before, "" if label else entry.behind):
            return said_of
        for level in words.levels:
            # "II. Lũy kế từ ngày 01/7/2025 đến ngày 19/10/2025" is said of all below it.
            is_time = level.name == "heading" and PATTERNS.only_time.fullmatch(level.text)
            if level.name not in WORDS.near_levels and not is_time:
                continue
            if level.name == "its paragraph":
                opened = self._find_opened(_list_alike(words), default)
                self.mark_of_time = CARRIED if opened not in (None, default) else ""
                if opened:
                    return opened
                continue
            is_own = level.name == "words of its own" and not entry.label
            clip = before if is_own else _leave_compared(level.text)
            clip = windows.leave_carried(clip)
            if time := self._name_time(clip, default, is_caption=level.name == CAPTION):
                return time
        return None

    def _name_time(self, text: str, default: Period, *, is_caption: bool = False) -> Period | None:
        """The window or year that a text names; the report's own are the days that it counts."""
        found = windows.find_window(text, default)
        found = found or windows.find_year(text, default, is_caption=is_caption)
        for year, days in self._frames[0].years.items():
            found = days if found == windows.make_year(int(year)) else found
        since = self._head.since
        is_earlier = since and found and str(found.start) < since <= str(found.end)
        of_year = (PATTERNS.since_new_year, PATTERNS.new_year_to)
        if found and is_earlier and any(each.search(text) for each in of_year):
            # Its first year begins with the unit itself, where no first day is told.
            found = replace(found, start=dt.date.fromisoformat(since))
        return default if found == self._head.period else found

    def _find_opened(self, sentences: Sequence[str], default: Period) -> Period | None:
        """The time that an earlier sentence of the paragraph opens with, the nearest first.

        "Từ ngày 01/7 đến ngày 15/9, trung tâm tiếp nhận …. Đã giải quyết …" goes on with it; what
        stands further on in a sentence ("hồ sơ năm 2023 mang sang") ends with that.
        """
        for sentence in sentences:
            opened = PATTERNS.year_in_brackets.sub(" ", sentence)
            if "(" in opened and (figure := find_first_figure(opened)):
                # "(quý III 21)" behind a figure is of that quarter.
                opened = opened[: figure.end] + PATTERNS.remark.sub(" ", opened[figure.end :])
            opened = _leave_compared(opened)
            opened = windows.leave_carried(" ".join(opened.split()[:OPENING]))
            # What stands behind a figure opens nothing: "tăng từ 21,4% năm 2021 lên …".
            time = self._name_time(PATTERNS.behind_share.sub("", opened), default)
            if time and not PATTERNS.says_index.search(sentence):
                return time
        return None

    def _find_stock_day(
        self, entry: FigureText, words: WordsAround, window: Period | None
    ) -> dt.date | None:
        is_today = PATTERNS.of_today.search(entry.said) is not None
        for level in words.levels:
            if level.name not in WORDS.near_levels:
                continue
            text = level.text
            if level.name != "words of its own" and is_today:
                break
            if level.name == "its paragraph":
                text = " ".join(reversed(_list_alike(words)))
            if day := windows.find_day(text, self._head.window):
                is_carried = level.name in ("its paragraph", "the list it stands in")
                self.mark_of_time = CARRIED if is_carried else ""
                return day
        if window:
            return window.end
        carried = self._frames[entry.line].day
        if entry.label:
            return carried
        # A day behind the next figure is of that one: "15/15 nhiệm vụ; … ở mức 6,4% (đến 15/9)".
        end = entry.mention.numeral.end
        following = (
            m.numeral.start for m in entry.mentions[entry.at + 1 :] if m.partner != entry.at
            and not PATTERNS.counted_together.fullmatch(entry.text, end, m.numeral.start)
        )  # fmt: skip
        stop = PATTERNS.sentence_end.search(entry.text, end)
        ends = [stop.end() if stop else len(entry.text), *following]
        told = PATTERNS.of_today.split(entry.text[entry.mention.lead : min(ends)])[-1]
        return windows.find_day(told, self._head.window) or carried

    def _find_index_year(self, entry: FigureText, *, is_running: bool) -> Period | None:
        """An index is that of the year named last before it, whatever the year of the report.

        Sentences that go on about indices keep it: "Chỉ số SIPAS đạt …" right behind that of 2020;
        but not of one that is counted from day to day.
        """
        if opened := PATTERNS.year_of_bracket.search(entry.said):
            # Up four places against 2022 (88,05 points, 13th): those in brackets are of 2022.
            return windows.make_year(int(opened[1]))
        earlier = entry.text[: entry.mention.lead].strip()
        sentences = [entry.said, *reversed(PATTERNS.sentence_end.split(earlier))]
        for sentence in filter(str.strip, sentences):
            is_other = sentence is not sentences[0]
            if is_other and (is_running or not PATTERNS.says_index.search(sentence)):
                return None
            # "Chỉ số CCHC năm 2021 (công bố tháng 4/2022)" is of the year.
            plain = PATTERNS.remark.sub(" ", sentence)
            months = PATTERNS.index_month.findall(sentence if is_running else plain)
            months = [] if is_other else months
            if months and (month := windows.make_month(int(months[-1][1]), int(months[-1][0]))):
                return month
            years = PATTERNS.index_year.findall(plain)
            if years:
                return windows.make_year(int(years[-1]))
        return None
