"""A document into proposed figures: indicator, scope, period, status, unit, and how surely.

Comes in as an opened document, the reference tables and the wording; goes out as its numerals, all
of them, and for each that counts something a proposal with a reason and a confidence. Nothing is
written and nothing dropped: a figure without an indicator stays, for a person to give it one. What
two rules claim alike is left open.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cchc_analysis.data.records import TWO_TIERS_SINCE, Comparator, Period, Scope, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents import Cell, Document, Line
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise import companions, outline, scopes
from cchc_analysis.read.recognise.figures import (
    LEVEL_CARRIED,
    OTHER_REPORT,
    Figure,
    mark_entry,
)
from cchc_analysis.read.recognise.frame import FigureContext, counts_dossiers, find_status
from cchc_analysis.read.recognise.head import (
    ReportHead,
    find_level,
    find_other_news,
    part_reports,
    read_head,
)
from cchc_analysis.read.recognise.matching import (
    Claim,
    WordsAround,
    find_unit,
    match_rules,
    match_widely,
)
from cchc_analysis.read.recognise.numerals import (
    Kind,
    Numeral,
    find_mentions,
    find_numerals,
    find_spelled,
    read_spelled,
)
from cchc_analysis.read.recognise.surroundings import FigureText, Paper, WordCollector
from cchc_analysis.read.recognise.windows import find_target_period
from cchc_analysis.read.recognise.wording import Wording

MOST_RIVALS = 5
"""Candidates that are kept beside the one that was taken."""


class Proposer:
    """Proposes figures one after the other, each knowing those before it."""

    def __init__(self, paper: Paper) -> None:
        self._reference, self._wording, self._head = paper.reference, paper.wording, paper.head
        self._lines, self._places = paper.lines, paper.places
        self._others = find_other_news(paper.lines, paper.head.kind)
        self.surroundings = WordCollector(paper)
        self._beside = companions.Companions(paper)
        self._scopes = scopes.Scopes(paper, self.surroundings)
        self._context = FigureContext(paper, self._scopes.frames)
        self._speakers = scopes.Speakers(paper)
        self.figures: list[tuple[FigureText, Figure]] = []

    def propose(self, entry: FigureText) -> None:
        """Propose one figure; a number in words only where an indicator is found for it."""
        words = self.surroundings.collect(entry)
        is_ours = entry.line < self._others
        candidate, rivals = self._choose(entry, words) if is_ours else (None, ())
        choices = len(rivals)
        if candidate is None and words.units:
            wide = (each.indicator for each in match_widely(words, self._wording))
            rivals = tuple(dict.fromkeys([*rivals, *wide]))[:MOST_RIVALS]
        speaker = self._speakers.find(entry, is_of_dossiers=self._is_of_dossiers(candidate))
        place = self._scopes.name_speaker(speaker)
        if (
            candidate
            and speaker
            and not (place or self._speaks_for(speaker, candidate, entry, words))
        ):
            candidate, rivals = None, ()
        is_below = self._scopes.level == "province" and words.own & scopes.BOTH
        if candidate and not is_below:
            code = self._name_of_level(candidate.indicator, self._scopes.find_area(entry, words))
            is_whole = candidate.indicator in WORDS.whole_payroll
            if is_whole and PATTERNS.with_units.match(entry.text, entry.mention.numeral.end):
                code = candidate.indicator
            candidate = replace(candidate, indicator=code) if code else None
        is_spelled = not entry.mention.numeral.text[:1].isdigit()
        if is_spelled and candidate is None:
            return
        figure = self._build(entry, words, candidate, rivals, choices)
        figure = self._beside.stay_beside(entry, figure)
        if speaker and (place or speaker.kind is scopes.Speech.COMMUNE):
            # What one commune did is its own and no sum of all.
            is_other = place and figure.area == self._head.area
            is_commune = not place or find_level(place, self._reference) == "commune"
            figure = replace(
                figure, area=place if is_other else figure.area,
                scope=Scope.COMMUNE if is_commune else Scope.WHOLE_DISTRICT,
                is_scope_said=True, looked_again=f"told of {speaker.name} alone",
            )  # fmt: skip
        unit = self._reference.unit_rows.get(figure.unit, {})
        is_count = figure.indicator and unit.get("kind") == "count"
        if is_spelled:
            figure = replace(figure, read_as=str(read_spelled(figure.printed)))
        elif PATTERNS.comma_groups.fullmatch(figure.printed) and is_count:
            figure = replace(
                figure, read_as=figure.printed.replace(",", ""),
                looked_again="the comma is read as one between thousands: a count has no fraction",
            )  # fmt: skip
        self.figures.append((entry, figure))
        self._beside.note(entry, figure)

    def _speaks_for(
        self, speaker: scopes.Speaker, candidate: Claim, entry: FigureText, words: WordsAround
    ) -> bool:
        """Whether what a speaker counts can be an indicator of ours."""
        if speaker.kind in (scopes.Speech.COMMUNE, scopes.Speech.ELSEWHERE):
            # What one commune has done is no figure of a province; of a known place it is its own.
            is_ours = speaker.kind is scopes.Speech.COMMUNE and self._scopes.level != "province"
            return is_ours or self._scopes.find_area(entry, words) != self._head.area
        rule = self._wording.rules[candidate.indicator]
        if speaker.kind is not scopes.Speech.FIELD:
            return False
        return bool(rule.speaking & WORDS.fields) or not self._is_of_dossiers(candidate)

    def _name_of_level(self, code: str, area: str) -> str:
        """What an indicator is called of an area of a level; "" where there is none such."""
        level = find_level(area, self._reference, self._head.day)
        is_new = level == "commune" and self._head.day >= TWO_TIERS_SINCE
        return str(WORDS.of_level.get("new commune" if is_new else level, {}).get(code, code))

    def _is_of_dossiers(self, candidate: Claim | None) -> bool:
        return candidate is not None and counts_dossiers(candidate.indicator, self._reference)

    def _choose(
        self, entry: FigureText, words: WordsAround
    ) -> tuple[Claim | None, tuple[str, ...]]:
        mention = entry.mention
        before = entry.text[: mention.numeral.start]
        # It stands as last year's, without a verb of its own.
        is_last_years = not entry.label and PATTERNS.compared.search(before) is not None
        if mention.role in ("whole", "high") and not is_last_years:
            return self._beside.follow_partner(entry, words), ()
        is_cut = "%" in words.units and PATTERNS.cut_time.search(entry.said)
        is_change = (
            not is_cut
            and PATTERNS.change.search(entry.text, entry.mention.own[0], mention.numeral.start)
        ) or (entry.label and PATTERNS.change_head.search(entry.label.column))
        if is_change or is_last_years:
            # "tăng 2,5%" is no value of anything: it is the distance between two.
            is_same = is_last_years and not is_change
            return (self._beside.follow_years(entry, words) if is_same else None), ()
        companion = self._beside.follow_rank(entry, words)
        if companion := companion or self._beside.follow_years(entry, words):
            return companion, ()
        matched = match_rules(words, self._wording)
        candidates = [c for c in matched if not c.against and self._allows(entry, words, c)]
        candidates = self._favour_shares(entry, candidates, words)
        names = tuple(dict.fromkeys(each.indicator for each in [*candidates, *matched]))
        if candidates and candidates[0].score >= companions.CLAIM:
            best = candidates[0]
            second = next((c.score for c in candidates if c.indicator != best.indicator), 0.0)
            allowed = (c.score for c in matched if not c.against and c.indicator != best.indicator)
            best = replace(best, lead=best.score - max(allowed, default=-math.inf))
            if best.score - second >= 0.45:
                if entry.mention.role != "part":
                    best = self._beside.follow_whole(entry, words, best)
                return best, names[1 : MOST_RIVALS + 1]
            return None, names[:MOST_RIVALS]
        area = self._scopes.find_area(entry, words)
        is_ours = area in (self._head.area, *self._head.rivals)
        of_place = None if is_ours else self._beside.follow_place(entry, words, area)
        share = self._beside.find_share(entry, words) if "%" in words.units else None
        inherited = (
            of_place
            or share
            or self._beside.complete_pair(entry, words)
            or self._beside.inherit(entry, words)
        )
        return inherited, names[:MOST_RIVALS]

    def _favour_shares(
        self, entry: FigureText, candidates: list[Claim], words: WordsAround
    ) -> list[Claim]:
        """Of several shares that the words allow, that of the figure right before it."""
        before = self._beside.figure_before(entry) if "%" in words.units else None
        if before is None or not before.indicator:
            return candidates
        rules, code = self._wording.rules, before.indicator
        favoured = [
            replace(each, score=each.score + 2) if code in rules[each.indicator].of else each
            for each in candidates
        ]
        return sorted(favoured, key=lambda each: -each.score)

    def _repeats_whole(self, entry: FigureText, words: WordsAround, candidate: Claim) -> bool:
        """Whether a part would be what its whole is: then it is a part by something else."""
        if words.levels[0].scopes or PATTERNS.other_time.search(words.levels[0].text):
            return False
        same = {(candidate.indicator, candidate.breakdown), (f"{candidate.indicator}_lost", "")}
        wholes = (self._beside.at(entry, at) for at in entry.wholes)
        return any(each and (each.indicator, each.breakdown) in same for each in wholes)

    def _allows(self, entry: FigureText, words: WordsAround, candidate: Claim) -> bool:
        """Whether the printed digits can be a value of the indicator at all."""
        row = self._reference.indicator_rows[candidate.indicator]
        kind = self._reference.unit_rows[row["unit"]]["kind"]
        printed = entry.mention.numeral.text
        rule = self._wording.rules[candidate.indicator]
        is_part = entry.mention.role == "part" and kind == "count"
        # The A of "A/B" is a part: what knows no whole cannot be it.
        has_no_whole = is_part and not rule.over and WORDS.given not in words.own
        if has_no_whole or self._repeats_whole(entry, words, candidate):
            return False
        stem = candidate.indicator.removesuffix("_min").removesuffix("_max")
        is_bound = row["aggregation"] == "extremum" and f"{stem}_max" in self._wording.rules
        is_placed = _is_placed(entry, words, is_rank=kind == "rank", is_bound=is_bound)
        is_dossiers = self._is_of_dossiers(candidate)
        if not is_placed or companions.speaks_against(
            entry, words, rule, self.surroundings, is_dossiers=is_dossiers
        ):
            return False
        is_fraction = "," in printed and not PATTERNS.comma_groups.fullmatch(printed)
        if kind == "count" and words.factor == 1 and is_fraction:
            return False
        is_entity = entry.label and companions.is_entity_row(entry.label, self._wording, candidate)
        # A row that names a commune that we know is told of that commune.
        return not is_entity or self._scopes.find_area(entry, words) != self._head.area

    def _build(
        self,
        entry: FigureText,
        words: WordsAround,
        candidate: Claim | None,
        rivals: tuple[str, ...],
        choices: int,
    ) -> Figure:
        place, mention = self._places[entry.line], entry.mention
        indicator = candidate.indicator if candidate else ""
        rule = self._wording.rules.get(indicator)
        twin = self._beside.find_twin_scope(entry)
        scope, is_said = twin or self._scopes.find_scope(entry, words, rule)
        level_mark = LEVEL_CARRIED if not twin and self._scopes.is_carried else ""
        period = self._context.find_period(entry, words, rule)
        if scope is Scope.PROVINCE_OFFICE and str(period.end or "") >= TWO_TIERS_SINCE:
            # The offices of a province: since there are two levels they are its own.
            scope = Scope.DISTRICT_OFFICE
        mark_of_time = self._context.mark_of_time
        row = self._reference.indicator_rows[indicator] if rule else {}
        frame = self._scopes.frames[entry.line]
        later = self._context.find_later(entry, words)
        framed = Status.TARGET if later else frame.status
        status = find_status(entry, words, rule, row, self._head, framed)
        if status is Status.TARGET:
            said = entry.text[mention.lead : max(mention.own[1], mention.numeral.end)]
            said = f"{entry.label.column} | {said}" if entry.label else said
            window = frame.window if frame.window and period == frame.window else self._head.window
            told = window if later else period
            period = find_target_period(said, later or frame.ahead, told, window)
            period = self._context.count_from_new_year(period, rule)
        comparator = Comparator.EQUAL if status is Status.MAX_SCORE else mention.comparator
        if (status is Status.TARGET or entry.is_asked) and comparator is Comparator.EQUAL:
            # A rank, and what is better the lower it is, is not to be exceeded.
            falls = indicator.endswith("_rank") or (row and row["polarity"] == "lower")
            comparator = Comparator.AT_MOST if falls else Comparator.AT_LEAST
        area = self._scopes.find_area(entry, words)
        said = entry.text[mention.lead : mention.numeral.end]
        if indicator.endswith(companions.MEAN) and PATTERNS.all_districts.search(said):
            area, scope, is_said = self._scopes.name_above(), Scope.DISTRICT_AGGREGATE, True
        unit, read_as = find_unit(mention.numeral.text, words, rule)
        where = "table" if entry.label else f"footnote {place.note}" if place.note else "text"
        breakdown = candidate.breakdown if candidate else ""
        return Figure(
            line=self._lines[entry.line].number,
            start=entry.offset + mention.numeral.start,
            printed=mention.numeral.text,
            section=place.section,
            place=where,
            area=area,
            named=self._scopes.find_named(entry, words) if area == self._head.area else "",
            scope=scope,
            period_start=period.start.isoformat() if period.start else "",
            period_end=period.end.isoformat() if period.end else "",
            indicator=indicator,
            breakdown=breakdown,
            unit=unit,
            status=status,
            comparator=comparator,
            reason=candidate.reason if candidate else "",
            rivals=rivals,
            choices=choices,
            marks=mark_entry(entry, candidate, words, scope, period)
            | ({mark_of_time, level_mark} - {""}),
            read_as=read_as,
            is_scope_said=is_said,
            is_time_said=period.end is not None
            and period not in (self._head.window, Period(None, self._head.window.end)),
            units=words.units,
            sentence=-1 if entry.label else mention.lead,
        )


def _is_placed(entry: FigureText, words: WordsAround, *, is_rank: bool, is_bound: bool) -> bool:
    """Whether a rank is told as one, and the least or the most of several as that."""
    before = entry.text[: entry.mention.numeral.start]
    if is_rank:
        return bool(
            WORDS.ranked in words.own if entry.label else PATTERNS.ranked_before.search(before)
        )
    # "đăng 56 tin" is no least and no most of anything.
    return not is_bound or PATTERNS.bound_of_range.search(before) is not None


FEWEST_STAGES = 3
"""Stages of dossiers among the heads of a table from which it counts dossiers."""


@dataclass(frozen=True)
class Reading:
    """What was read: the head, every numeral by line number, and the proposed figures.

    ``others`` are the lines in which further reports of the same file begin.
    """

    head: ReportHead
    numerals: dict[int, tuple[Numeral, ...]]
    figures: tuple[Figure, ...]
    others: tuple[int, ...] = ()


def read_document(
    document: Document, reference: Reference, wording: Wording, head: ReportHead | None = None
) -> Reading:
    """Read a document; its head is proposed from the first lines if it is not given."""
    lines = outline.spread_tables(outline.restore_words([*outline.cut_lines(document.lines)]))
    own, *others = part_reports(lines)
    reading = _read_part(own, reference, wording, head or read_head(own, reference))
    if others and head is None:
        reading = replace(reading, head=replace(reading.head, is_sure_area=False))
    for part in others:
        # A second report in the file: its head is its own, and nobody has said that it is meant.
        other = _read_part(part, reference, wording, read_head(part, reference))
        told = f"{OTHER_REPORT} {part[0].number}"
        figures = (replace(figure, looked_again=told) for figure in other.figures)
        reading = replace(
            reading, numerals=reading.numerals | other.numerals,
            figures=(*reading.figures, *figures), others=(*reading.others, part[0].number),
        )  # fmt: skip
    return reading


def _read_part(
    lines: Sequence[Line], reference: Reference, wording: Wording, head: ReportHead
) -> Reading:
    """One report, whose lines are ready."""
    proposer = Proposer(Paper(lines, outline.outline_lines(lines), head, reference, wording))
    tables: dict[int, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        if line.cells:
            tables[line.table].append(at)
    labels: dict[tuple[int, int], outline.Label] = {}
    for rows in tables.values():
        found = dict(outline.label_cells([lines[at] for at in rows]))
        labels |= _name_counted(found, proposer.surroundings.find_caption(rows[0]))
    numerals: dict[int, tuple[Numeral, ...]] = defaultdict(tuple)
    for at, line in enumerate(lines):
        for digits, entries in _enter_line(at, line, labels):
            numerals[line.number] += tuple(digits)
            for entry in entries:
                proposer.propose(entry)
    return Reading(head, dict(numerals), tuple(scopes.tell_offices_apart(proposer.figures)))


def _enter_line(
    at: int, line: Line, labels: dict[tuple[int, int], outline.Label]
) -> Iterator[tuple[list[Numeral], list[FigureText]]]:
    """The numerals of a line and its mentions, ready to be looked at: cell by cell in a table."""
    begin = 0
    for column, cell in enumerate(line.cells or (Cell(line.text, 0),)):
        text, label = cell.text, labels.get((line.number, column))
        numerals = find_numerals(text, is_cell=bool(line.cells))
        if cell.is_repeated:
            told = "it stands in the first row of its cell"
            numerals = [each._replace(kind=Kind.REPEATED, reason=told) for each in numerals]
        elif label and label.is_order:
            told = "numbers a row or column"
            numerals = [each._replace(kind=Kind.SECTION, reason=told) for each in numerals]
        begin = line.text.find(text, begin)
        by = line.start + begin
        moved = [each._replace(start=each.start + by, end=each.end + by) for each in numerals]
        if not label:
            # Numbers put in words join the figures; they are kept only where an indicator is found.
            numerals = sorted([*numerals, *find_spelled(text)], key=lambda numeral: numeral.start)
        mentions = tuple(find_mentions(text, numerals))
        yield moved, [FigureText(at, text, mentions, n, label, by) for n in range(len(mentions))]
        begin += len(text)


def _name_counted(
    labels: dict[tuple[int, int], outline.Label], caption: str
) -> dict[tuple[int, int], outline.Label]:
    """A table whose heads are the stages of dossiers counts dossiers, though not all heads say so.

    But for one of tasks, documents or complaints, which go through the same stages. A head that
    names only when ("Quá hạn") or how ("Trực tuyến") is a part of the stage before it.
    """
    heads = {text for each in labels.values() for text in (each.row, each.column, each.group)}
    said = " | ".join((caption, *sorted(heads)))
    if PATTERNS.others.search(said):
        return labels
    if _count_stages(label.row for label in labels.values()) >= FEWEST_STAGES:
        group = WORDS.dossier
        return {
            at: replace(each, group=f"{each.group} {group}".strip()) for at, each in labels.items()
        }
    if _count_stages(label.column for label in labels.values()) < FEWEST_STAGES:
        return labels
    named, stage = {}, ""
    for at in sorted(labels):
        label = labels[at]
        column = label.column
        if PATTERNS.part.fullmatch(column) and stage:
            column = f"{stage} {outline.INNER} {column}".replace(WORDS.new, WORDS.newly_received)
        else:
            stage = column
        named[at] = replace(label, column=column, group=f"{label.group} {WORDS.dossier}".strip())
    return named


def _count_stages(heads: Iterable[str]) -> int:
    said = " | ".join(dict.fromkeys(heads))
    return len({stage.casefold() for stage in PATTERNS.stages.findall(said)})
