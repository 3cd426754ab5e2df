"""A mapping file begun for a person to finish: every heading of a file, and what it may be."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from cchc_analysis.data.clean import fold_text, is_day, slug_text, tidy_name
from cchc_analysis.data.named import check_reference_data, take_path
from cchc_analysis.data.records import refusal, render_own
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import ReportError
from cchc_analysis.panels import layouts
from cchc_analysis.panels.cells import Worksheet, choose_sheet, open_sheets, print_cells
from cchc_analysis.panels.mapping import PanelMapping, ValueColumn, Vocabulary
from cchc_analysis.panels.matching import AreaWords, find_panel_level
from cchc_analysis.panels.words import (
    is_period,
    is_rank,
    is_score,
    is_total,
    last_part,
    list_forms,
    load_vocabulary,
    part_period,
    pattern,
    word_key,
)
from cchc_analysis.rules.rows import RANKED

FEWEST_COLUMNS = 2
LONGEST_TITLE = 4
"""Rows at the top of a sheet that may be its title."""
LONG_TITLE = 25
"""Letters of the name of a sheet from which on it may be cut off; 31 is the most of Excel."""
MOST_STRANGERS = 40
"""Rows that name no area, more of which are no foot of a table."""
RANKS_OF_DISTRICTS = ("par_index_rank", "ddci_rank")
"""Ranks of districts; the others are of provinces."""


def _list_marked(text: str) -> set[str]:
    return {word for word in tidy_name(text).split() if not word.isascii()}


class Guesser(Vocabulary):
    """The labels that are known, and what others may be: for a draft, which is reviewed."""

    def guess_value(self, name: str, family: str = "") -> ValueColumn | None:
        """What a heading may be in its family, by its lower row below words that say nothing more.

        Else what one indicator of the family alone is called, of which it has a part.
        """
        if value := self.match_value(name, family):
            return value
        period, bare = part_period(name)
        upper, _, lower = bare.rpartition(" / ")
        says_more = word_key(upper) - word_key(load_vocabulary()["neutral"]) - {family}
        value = self.match_value(lower, family) if upper and not says_more else None
        is_index = self.reference.indicator_rows.get(family, {}).get("reform_area") == "index"
        is_index |= f"{family}_total" in self.reference.indicator_rows
        if value is None and is_index and len(own := self._find_alike(bare, family)) == 1:
            value = ValueColumn(indicator=own.pop())
        if value and value.indicator:
            return value.model_copy(update={"period": value.period or period})
        return None

    def _find_alike(self, bare: str, family: str) -> set[str]:
        """The indicators of a family whose labels have every word: "Entry" are "Entry costs".

        Other marks make another word: "Nháp" is no part of "Gia nhập thị trường".
        """
        key = word_key(bare.replace(" / ", " "))
        is_told = any(len(word) > 2 for word in key) and not re.search(r"\d", "".join(key))
        labels = self.labels.keyed.items() if is_told else ()
        named = set[str]().union(*(codes for label, codes in labels if key <= label))
        said = (self.reference.indicators, "label_vi"), (self.reference.panel_headings, "heading")
        texts = [row for table, name in said for row in table[["indicator", name]].to_numpy()]
        own = (row for row in texts if row[0] in named and row[0].startswith(family))
        return {code for code, text in own if _list_marked(bare) <= _list_marked(text)}

    def guess_title(self, title: str, family: str = "") -> str:
        """The indicator that a sheet is named after; long names are cut off by programs."""
        value = self.guess_value(title, family)
        if value and value.indicator:
            return value.indicator
        labels, said = self.labels.folded, list_forms(title)[-1]
        cut = [each for each in labels if each.startswith(said)] if len(title) >= LONG_TITLE else []
        # "Entry costs for …" is about entry costs: the longest label it begins with.
        begun = [each for each in labels if " " in each and said.startswith(f"{each} ")]
        found = set[str]().union(*(labels[each] for each in cut or sorted(begun, key=len)[-1:]))
        return found.pop() if len(found) == 1 else ""

    def is_about(self, name: str, title: str, indicator: str) -> bool:
        """Whether a heading holds the name of its sheet, or of what the sheet is about."""
        labels = (key for key, codes in self.labels.keyed.items() if indicator in codes)
        words = filter(None, (word_key(title), *(key for key in labels if len(key) > 1)))
        return any(key <= word_key(name) for key in words)

    def find_family(self, names: Iterable[str]) -> str:
        """How the codes of most headings of a table begin ("papi"), or ``""``."""
        values = filter(None, map(self.match_value, names))
        counts = Counter(each.indicator.partition("_")[0] for each in values if each.indicator)
        return max(counts, key=counts.__getitem__, default="")


@dataclass
class Guess:
    """What headings may be (of ``dated`` ones a row says the period), and rows of no areas."""

    what: ValueColumn = field(default_factory=ValueColumn)
    fields: dict[str, str] = field(default_factory=dict)
    values: dict[str, ValueColumn] = field(default_factory=dict)
    dated: dict[str, str] = field(default_factory=dict)
    periods: list[str] = field(default_factory=list)
    ranks: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    level: str = ""

    @property
    def indicators(self) -> set[str]:
        """The indicators that the headings or the name of the sheet say."""
        return {one.indicator for one in (self.what, *self.values.values())} - {""}

    @property
    def columns(self) -> list[str]:
        """The columns of figures of which no heading says the indicator."""
        undated = [heading for heading, value in self.values.items() if not value.indicator]
        return [*self.periods[:3], *undated, *filter(None, [self.fields.get("value")])]

    def list_lacks(self) -> Iterator[str]:
        """What neither a column nor the name of the sheet says."""
        if self.columns and not (self.what.indicator or "indicator" in self.fields):
            yield "indicator"
        is_dated = self.periods or self.what.period or {"period", "period_end"} & {*self.fields}
        said = [*(value.period for value in self.values.values()), *self.dated.values()]
        if not (is_dated or (said and all(said))):
            yield "period"
        if not {"area", "area_code"} & {*self.fields}:
            yield "area"

    def add(self, part: Guess) -> None:
        """Put the headings of one more table to those of the others; the first one speaks."""
        for own in ("fields", "values", "dated"):
            first = getattr(self, own)
            setattr(self, own, {**first, **getattr(part, own), **first})
        for own in ("periods", "ranks", "rest", "strangers"):
            setattr(self, own, [*dict.fromkeys([*getattr(self, own), *getattr(part, own)])])
        self.level = self.level or part.level


def draft_mapping(file: Path, reference: Reference, sheet: str = "") -> str:
    """Begin a mapping file (YAML text) for a table, or for one worksheet of it.

    Headings that are known are written down; each of the others stands under ``ignore``, or under
    ``values`` where one of its rows says the period, with the nearest known names beside it. What
    no column says stands under ``constants``, filled in where a title or the name of the file says
    it. Of a workbook each sheet stands under ``sheets`` whose name or headings say what it holds.
    Rows of figures that name no area stand under ``totals``.
    A file that is no table is refused.
    """
    check_reference_data(reference, "draft_mapping")
    file = take_path(file, "file")
    known, sheets = Guesser(PanelMapping(), reference), open_sheets(file, sheet)
    guesses, whole = _guess_sheets(file, sheets, known), Guess()
    for guess in guesses.values():
        whole.add(guess)
    stem = file.stem.replace("_", " ")
    titles = [each for own in sheets if own.title in guesses for each in _read_titles(own)]
    words = re.findall(r"\w+", " ".join([stem, *guesses, *titles]))
    said = {each: known.match_value(each) for each in (*words, *titles)}
    named = {each: value.indicator for each, value in said.items() if value and value.indicator}
    subjects = [*dict.fromkeys(named.values())]
    heads = [*titles, *guesses] if len(sheets) == 1 else titles
    subject = subjects[0] if len(subjects) == 1 else ""
    said_of = part_period(" ".join(heads))[0], part_period(stem)[0]
    codes = [code for each in guesses.values() if (code := each.what.indicator)]
    name = slug_text(file.stem).replace("-", "_")[:60]
    draft = render_own(
        "draft",
        known=known,
        is_rank=is_rank,
        quote=partial(json.dumps, ensure_ascii=False),
        name=name if re.match(r"[a-z]..", name) else f"panel_{name}".rstrip("_"),
        sheet=sheet,
        sheets=[each.title for each in sheets],
        guesses=guesses,
        ranked=_settle_ranks(whole, codes or subjects),
        whole=whole,
        lacks={name for guess in guesses.values() for name in guess.list_lacks()},
        subject=subject,
        # "PAPI" names two totals, of six dimensions and of eight: such a subject is only offered.
        is_sure=bool(subject) and ("_" not in subject or subject in map(named.get, titles)),
        # Figures up to a day may count from another one.
        year=next(filter(None, (name for name in said_of if not is_day(name))), ""),
    )
    return f"{draft}\n"


def _guess_sheets(file: Path, sheets: list[Worksheet], known: Guesser) -> dict[str, Guess]:
    """What the sheets hold that are to be read, by title."""
    stem, titles = file.stem.replace("_", " "), {each.title: _read_titles(each) for each in sheets}
    if len(sheets) == 1:
        words = [stem, *titles, *titles[sheets[0].title]]
        return {sheets[0].title: _guess_sheet(sheets[0], ValueColumn(), words, known)}
    # The names of sheets say which period or which indicator they are.
    family, years = known.find_family(titles), {name: part_period(name)[0] for name in titles}
    codes = {name: "" if years[name] else known.guess_title(name, family) for name in titles}
    said = {name: ValueColumn(period=years[name], indicator=codes[name]) for name in titles}
    named = {name: what for name, what in said.items() if what.said}
    counts, found = Counter(word for each in titles.values() for word in {*each}), {}
    for each in sheets:
        # A title that sheets share is that of the workbook, and says nothing of one sheet.
        heads, what = titles[each.title], named.get(each.title, ValueColumn())
        own = [title for title in heads if counts[title] == 1]
        try:
            guess = _guess_sheet(each, what, [stem, *named, *heads], known, own)
        except ReportError:
            if each.title in named:
                raise
            continue  # a sheet of words
        year = part_period(" ".join(heads))[0]
        if year and "period" in guess.list_lacks():
            guess.what = guess.what.model_copy(update={"period": year})
        if each.title in named or (guess.indicators and "area" not in guess.list_lacks()):
            found[each.title] = guess
    if not found:
        choose_sheet(file, sheets)
    held = {code for title in named for code in found[title].indicators}
    return {
        title: guess
        for title, guess in found.items()
        if title in named or not held & guess.indicators
    }


def _read_titles(sheet: Worksheet) -> list[str]:
    """The words above the head of a sheet: rows that say one thing only."""
    rows: Iterable[Any] = () if sheet.names else sheet.cells.iloc[:LONGEST_TITLE].to_numpy()
    held = ({cell for cell in row if cell != ""} for row in rows)
    return [str(cell) for cells in held if len(cells) == 1 for cell in cells]


def _guess_sheet(
    sheet: Worksheet,
    what: ValueColumn,
    words: list[str],
    known: Guesser,
    titles: Iterable[str] = (),
) -> Guess:
    """What a sheet holds, by its headings or else its own ``titles``; prose is refused.

    ``what`` is what its name says; ``words`` may name the family of its indicators.
    """
    own = Vocabulary(PanelMapping(constants=what.said), known.reference)
    tables, whole = layouts.arrange_sheet(sheet, own), Guess(what)
    family = known.find_family(name for table in tables for name in table.names)
    family = family or known.find_family(words) or known.find_family(" ".join(words).split())
    for table in tables:
        number = len([*filter(None, table.names)])
        has_figures = table.cells.map(layouts.is_figure).sum() * 2 > (table.cells != "").sum()
        if number < FEWEST_COLUMNS or not has_figures.any():
            lack = f"{number} column" if number < FEWEST_COLUMNS else "no column of figures"
            raise refusal("prose", table.name, lack=lack)
        whole.add(_guess_table(table, known, family, what.indicator))
    found = (known.guess_title(part_period(each)[1], family) for each in titles)
    code = what.indicator or next(filter(None, found), "")
    _drop_surname(whole, code)
    if not whole.indicators:
        whole.what = what.model_copy(update={"indicator": code})
    return whole


def _list_rank_codes(indicator: str) -> dict[str, str]:
    """The indicators that are ranks of an indicator, by level of area.

    >>> _list_rank_codes("par_index")
    {'district': 'par_index_rank', 'province': 'par_index_rank_national'}
    """
    return {
        "district" if rank in RANKS_OF_DISTRICTS else "province": rank
        for rank, ranked in RANKED.items()
        if ranked[0] == indicator and not indicator.startswith("par_score")
    }


def _drop_surname(guess: Guess, code: str) -> None:
    """In a sheet about a sub-index "PCI 2021" heads scores and ranks of that, and says no more."""
    index = code.partition("_")[0]
    ranks = {*_list_rank_codes(index).values()}
    own = {value.indicator for value in guess.values.values()} - ranks
    if code == index or own != {index}:
        return
    guess.rest += [name for name, value in guess.values.items() if value.indicator in ranks]
    guess.values = {
        name: value.model_copy(update={"indicator": ""})
        for name, value in guess.values.items()
        if value.period and value.indicator == index
    }


def _guess_table(table: Worksheet, known: Guesser, family: str, indicator: str) -> Guess:
    """What the headings of a table may be, by their family and what the sheet is named after."""
    roles, names, guess = layouts.sort_columns(table, known), table.names, Guess()
    guess.fields = {word: names[at] for word, at in roles.fields.items()}
    held = {names[at]: value for at, value in roles.values.items() if not value.bound}
    guess.values = {name: value for name, value in held.items() if value.said}
    _find_area(table, guess, roles.unknown, known)
    score = guess.fields.get("value", "")
    is_of_unknown = " / " in score  # of something that is not known
    if is_of_unknown:
        roles.unknown.append(guess.fields.pop("value"))
    for name in roles.unknown:
        _sort_heading(name, family, known, guess)
    _find_due(known, guess)
    if is_of_unknown and score in guess.rest and not guess.values:
        guess.fields["value"] = score
        guess.rest.remove(score)
    if indicator and not (guess.values or guess.periods or "value" in guess.fields):
        about_it = (name for name in guess.rest if known.is_about(name, table.title, indicator))
        if own := next(about_it, ""):
            guess.values[own] = ValueColumn(indicator=indicator)
        elif own := next(filter(_is_filler, guess.rest), ""):  # tells none from another: "CSTP 4"
            guess.values[own] = ValueColumn()
        guess.rest = [name for name in guess.rest if name != own]
    for value in dict.fromkeys(guess.values.values()):
        # Of several columns below one heading that names an indicator the one of its score.
        same = [heading for heading, each in guess.values.items() if each == value]
        scores = [heading for heading in same if is_score(last_part(heading))]
        if len(scores) == 1:
            guess.rest += [heading for heading in same if heading not in scores]
    kept = [name for name in names if name in guess.values and name not in guess.rest]
    guess.values = {name: guess.values[name] for name in kept}
    return guess


def _find_due(known: Guesser, guess: Guess) -> None:
    """Beside a column of early dossiers, "Đúng hạn" are those on the due date alone."""
    if "dossiers_resolved_early" in guess.indicators:
        due = {name: known.match_value(f"{name} không gồm trước hạn") for name in guess.rest}
        guess.values |= {name: value for name, value in due.items() if value}
        guess.rest = [name for name, value in due.items() if not value]


def _is_filler(name: str) -> bool:
    return word_key(re.sub(r"\b\d+\b", "", name.rpartition(" / ")[2])) == frozenset()


def _find_area(table: Worksheet, guess: Guess, unknown: list[str], known: Guesser) -> None:
    """The column of areas, by its heading or else by what it holds, and what else it shows."""
    reference = known.reference
    if not {"area", "area_code"} & {*guess.fields}:
        cells = table.cells[[at for at, name in enumerate(table.names) if name in unknown]]
        if areas := layouts.list_area_columns(cells, reference.wide_areas):
            guess.fields["area"] = table.names[areas[0]]
            unknown.remove(table.names[areas[0]])
    if not (area := guess.fields.get("area", "")):
        return
    names, index = print_cells(table.cells[table.names.index(area)]), reference.wide_areas
    if code := guess.fields.get("area_code", ""):  # numbers of another list are no codes
        codes = print_cells(table.cells[table.names.index(code)])
        pairs = {*zip(names, codes, strict=True)}
        meant = ((index.find(name), index.list_coded(own)) for name, own in pairs if name and own)
        fits = [bool(areas & coded) for areas, coded in meant if areas]
        if fits and sum(fits) <= layouts.MOSTLY * len(fits):
            unknown.append(guess.fields.pop("area_code"))
    guess.strangers = _find_strangers(table, area, reference)
    sample = names.iloc[: layouts.SAMPLE].unique()
    guess.level = find_panel_level([AreaWords(each, "", "", "") for each in sample], reference)


def _sort_heading(name: str, family: str, known: Guesser, guess: Guess) -> None:
    """Put a heading that is not known for sure where it may belong."""
    period, bare = part_period(name)
    if has_ranks := is_rank(name):  # of what it names: "PAR INDEX 2022 / Hạng"
        upper, _, lower = bare.rpartition(" / ")
        ranked = pattern("ranked").sub("", fold_text(lower))
        named = (f"{upper} {ranked}", upper, f"chỉ số {ranked}")  # "Xếp hạng CCHC"
        of = next(filter(None, map(known.match_value, named)), None)
        code = _list_rank_codes(of.indicator).get(guess.level) if of else ""
        value = ValueColumn(indicator=code, period=period) if code else None
    else:
        value = known.guess_value(name, family)
    if value is not None:
        guess.values[name] = value
    elif has_ranks:
        guess.ranks.append(name)
    elif is_period(name):
        guess.periods.append(name)
    elif period and " / " in name:
        guess.dated[name] = period
    else:
        guess.rest.append(name)


def _find_strangers(table: Worksheet, area: str, reference: Reference) -> list[str]:
    """Labels of rows with figures that are no area, no total, no area misspelt, and not many."""
    body, at = table.cells, table.names.index(area)
    beside = [each for each in map(int, body.columns) if each > at]
    has_figures = body[beside].map(layouts.is_figure).any(axis=1)
    labels = print_cells(body[at]).astype("str")[has_figures]
    known = (reference.wide_areas, reference.all_areas)
    unknown = (
        label
        for label in labels.unique()
        if layouts.is_word(label) and not is_total(label)
        if not any(each.find(label) for each in known)
    )
    strange = list(islice(unknown, MOST_STRANGERS + 1))
    if len(strange) > MOST_STRANGERS:
        return []
    return [each for each in strange if not reference.wide_areas.list_near(each)]


def _settle_ranks(guess: Guess, subjects: list[str]) -> dict[str, Any]:
    """The rule for a column of ranks; other ranks become values, or are left out."""
    codes = {value.indicator for value in guess.values.values()} - {""}
    if not codes or "value" in guess.fields or guess.periods:
        codes |= {*subjects}
    by_level = {code: levels for code in codes if (levels := _list_rank_codes(code))}
    code, levels = next(iter(by_level.items())) if len(by_level) == 1 else ("", {})
    rank = next(iter(levels.values()), "") if len(levels) == 1 else levels.get(guess.level, "")
    dated = {name: part_period(name)[0] for name in guess.ranks}
    is_alone = len(guess.ranks) == 1 and not (guess.values or guess.columns)
    if code and len(guess.ranks) == 1 and not (rank and is_alone):
        years = {value.period for value in guess.values.values() if value.indicator == code}
        period = max(years) if len(years) > 1 else ""
        return {"column": guess.ranks[0], "period": period, "of": code, "levels": levels}
    if rank and (is_alone or len({*dated.values()} - {""}) == len(dated)):
        own = {name: ValueColumn(indicator=rank, period=year) for name, year in dated.items()}
        guess.values |= own
    else:
        guess.rest.extend(guess.ranks)
    return {}
