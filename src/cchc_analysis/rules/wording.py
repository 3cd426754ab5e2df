"""What a finding says: its arithmetic, and full sentences in Vietnamese and English.

Comes in as numbers, figures and the rows that break a rule; goes out as drafts of findings. The
sentences stand in the string table, under ``finding``. Which rule is broken, and how bad that
is, is decided elsewhere. A likely cause is worded as likely: nothing here repairs a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cchc_analysis.data.clean import format_number
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import FINDING_COLUMNS, Scope, Severity
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.words import LANGUAGES, Words, load_words, plain
from cchc_analysis.rules import expressions
from cchc_analysis.rules.rows import SAID, pair_sources
from cchc_analysis.rules.statements import ROW_COLUMNS, Texts, hold_texts

if TYPE_CHECKING:
    from cchc_analysis.rules.suites import Rule
    from cchc_analysis.rules.validation import Outcome


Sentences = Mapping[str, str]
"""The same in each language."""

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class DraftFinding:
    """One rule that one source breaks in one place.

    ``cause`` is anything that drafts of one cause share; ``figures`` are figure ids,
    ``operands`` the figure behind each number of the arithmetic.
    """

    rule_id: str
    severity: Severity
    kind: str
    place: Mapping[str, str]
    indicator: str = ""
    left: float = float("nan")
    right: float = float("nan")
    arithmetic: str = ""
    figures: str = ""
    operands: str = ""
    sentences: Sentences = field(default_factory=dict)
    cause: object = None
    likely_figure: str = ""
    closing_value: float = float("nan")

    @property
    def name(self) -> str:
        """The id of the finding, but for a number where several would share it."""
        where = (self.place[name] for name in ("source_id", "area_id", "scope", "period_end"))
        return ".".join([self.rule_id, *where])


def tabulate_drafts(drafts: Iterable[DraftFinding]) -> pd.DataFrame:
    """Drafts as findings (``FINDING_COLUMNS``), sorted by id; equal names are numbered."""
    ordered = sorted(drafts, key=lambda draft: (draft.name, draft.indicator, draft.arithmetic))
    seen: dict[str, int] = {}
    leaders: dict[object, str] = {}
    rows: list[dict[str, Any]] = []
    for draft in ordered:
        seen[draft.name] = number = seen.get(draft.name, 0) + 1
        finding_id = draft.name if number == 1 else f"{draft.name}.{number}"
        cause = finding_id if draft.cause is None else draft.cause
        rows.append(
            vars(draft)
            | {**draft.place}
            | {f"explanation_{language}": text for language, text in draft.sentences.items()}
            | {
                "finding_id": finding_id,
                "severity": draft.severity.value,
                "difference": draft.left - draft.right,
                "cause_id": leaders.setdefault(cause, finding_id),
            }
        )
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)).astype(
        dict.fromkeys(("left", "right", "difference", "closing_value"), "float64")
    )


COMPUTED = "-"
"""What stands in ``operands`` for a number that no report prints."""

DECIMALS_MORE = 2
"""Decimals shown of a computed rate beyond those that are printed."""


class Teller:
    """Names, places and numbers of the figures that sentences speak of.

    Figures are rows of ``observations``, by their index.
    """

    def __init__(
        self,
        observations: pd.DataFrame,
        transcripts: pd.DataFrame | None,
        reference: Reference,
        sources: pd.DataFrame | None = None,
    ) -> None:
        self._table = observations
        self._words: dict[str, Texts] = {}
        self._reference = reference
        self._languages = _load_languages(reference.folder or Path("data/reference"))
        listed = [] if sources is None else list_rows(sources)
        self._sources = {row["source_id"]: row for row in listed}
        self._issued = Counter((row["issuer"], row["period"]) for row in listed)
        columns = ["source_id", "figure_id", "section", "place", "printed"]
        rows = [] if transcripts is None else transcripts[columns].to_dict("records")
        self._transcribed = {(row["source_id"], row["figure_id"]): row for row in rows}

    def tell(
        self,
        key: str,
        rows: Mapping[str, int] = NOTHING,
        numbers: Mapping[str, str] = NOTHING,
        **words: str | Sentences,
    ) -> Sentences:
        """A string of findings (``finding.…`` in the string table) in each language.

        Of a figure among ``rows`` called ``left`` it may say ``{left}``, ``{left_at}`` and
        ``{left_comma}`` (its place), ``{left_date}``, ``{left_days}``, ``{left_source}`` and
        ``{left_area}``;
        ``numbers`` are in the Vietnamese form, ``words`` of any language or in each.
        """
        told: dict[str, str] = {}
        for language, texts in self._languages.items():
            values = {name: texts.turn(number) for name, number in numbers.items()}
            for side, row in rows.items():
                values |= self._describe(side, row, language)
            for name, word in words.items():
                values[name] = word if isinstance(word, str) else word[language]
            told[language] = texts.fill(f"finding.{key}", values)
        return told

    def _describe(self, side: str, row: int, language: str) -> dict[str, str]:
        place, words = self._place(row, language), self._languages[language]
        known = self._find_area(row)
        return {
            side: self._name(row, language),
            f"{side}_at": f" ({place})" if place else "",
            f"{side}_comma": f", {place}" if place else "",
            f"{side}_date": words.date(self.cell("period_end", row)),
            f"{side}_days": plain(
                words.span(self.cell("period_start", row), self.cell("period_end", row))
            ),
            f"{side}_source": self._name_source(self.cell("source_id", row), language),
            f"{side}_area": plain(words.place(known)) if known else self.cell("area_id", row),
        }

    def cell(self, column: str, row: int) -> str:
        """One cell of one row."""
        if column not in self._words:
            self._words[column] = hold_texts(self._table[column])
        return str(self._words[column][row])

    def figures(self, rows: Iterable[int], own_source: str) -> str:
        """The figure ids behind some rows; those of another source with its name."""
        named = [
            figure if source_id == own_source else f"{source_id}/{figure}"
            for row in rows
            for source_id in [self.cell("source_id", row)]
            for figure in self.cell("figures", row).split()
        ]
        return " ".join(sorted(dict.fromkeys(named), key=lambda name: ("/" in name, name)))

    def operands(self, rows: Iterable[int | None], own_source: str) -> str:
        """The figure behind each number of an arithmetic, ``-`` behind one that is worked out."""
        firsts = ("" if row is None else self.figures([row], own_source) for row in rows)
        return " ".join(each.partition(" ")[0] or COMPUTED for each in firsts)

    def list_names(self, rows: Sequence[int]) -> Sentences:
        """What figures are of, each once."""
        return self._list(self._name, rows)

    def list_sources(self, rows: Iterable[int]) -> Sentences:
        """Who states figures, each once."""
        return self._list(self._name_source, [self.cell("source_id", row) for row in rows])

    def _list(self, name: Callable[[Any, str], str], told: Sequence[Any]) -> Sentences:
        and_ = self.tell("all_of")
        return {
            language: and_[language].join(dict.fromkeys(name(each, language) for each in told))
            for language in LANGUAGES
        }

    def list_dates(self, rows: Iterable[int]) -> Sentences:
        """The last days of figures, each once, as people write them."""
        days = dict.fromkeys(self.cell("period_end", row) for row in rows)
        return {
            language: ", ".join(map(words.date, days))
            for language, words in self._languages.items()
        }

    def define(self, rule_ids: Iterable[str]) -> Sentences:
        """Definitions as people would put them; by the ids of their rules where nobody did."""
        known = self._reference.identities.set_index("rule_id")
        told = {}
        for language in LANGUAGES:
            words = (known[f"definition_{language}"].get(each, "") or each for each in rule_ids)
            told[language] = "; ".join(dict.fromkeys(str(each).rstrip(".") for each in words))
        return told

    def _find_area(self, row: int) -> Mapping[str, Any] | None:
        """The area of a figure, with the name that it bore then."""
        return self._reference.find_on(self.cell("area_id", row), self.cell("period_end", row))

    def _name(self, row: int, language: str) -> str:
        """A quantity by its label and scope, “Hồ sơ đã giải quyết” (cấp huyện)."""
        code, breakdown = self.cell("indicator", row), self.cell("breakdown", row)
        known = self._reference.indicator_rows.get(code)
        label = str(known[f"label_{language}"]) if known else code
        area = self._find_area(row)
        words, scope = self._languages[language], self.cell("scope", row)
        if scope == Scope.COMMUNE and area and area["level"] == "commune":
            parts = [plain(words.place(area))]
        else:
            named = (words.fit(area, "") if area else words).plain(f"scope.{scope}")
            parts = [named[:1].lower() + named[1:]]
        if breakdown:
            labels = self._reference.breakdowns.set_index("breakdown")[f"label_{language}"]
            parts.append(str(labels.get(breakdown, breakdown)))
        return f"“{label}” ({', '.join(parts)})"

    def _name_source(self, source_id: str, language: str) -> str:
        """Who issued a source, and of when, as pages name it; its id where nobody knows it.

        One of several of an issuer and period has its title besides, or its id.
        """
        if not (known := self._sources.get(source_id)):
            return source_id
        said = plain(self._languages[language].period(known["period"]))
        if known["kind"] == "panel":
            years = known["period_start"][:4], known["period_end"][:4]
            said = "–".join(dict.fromkeys(years))
        named = f"{known['issuer']}, {said}"
        is_alone = self._issued[known["issuer"], known["period"]] == 1
        return named if is_alone else f"{named} ({known['title'] or source_id})"

    def _place(self, row: int, language: str) -> str:
        """Where a row stands in its document; empty where that is not known."""
        told: dict[str, None] = {}
        for figure in self._list_transcribed(row):
            kind, _, number = figure["place"].partition(" ")
            if figure["section"] and kind in ("text", "table", "footnote"):
                values = {"section": figure["section"], "number": number}
                told[self._languages[language].fill(f"finding.place.{kind}", values)] = None
        return "; ".join(told)

    def _list_transcribed(self, row: int) -> list[Mapping[Any, Any]]:
        source_id = self.cell("source_id", row)
        names = ((source_id, figure) for figure in self.cell("figures", row).split())
        return [self._transcribed[name] for name in names if name in self._transcribed]

    def number(self, row: int) -> str:
        """The value of a row."""
        return write_number(float(self._table["value"].array[row]))

    def printed(self, row: int) -> str:
        """A row as printed; where that is not known, its value in the Vietnamese form."""
        printed = (str(figure["printed"]) for figure in self._list_transcribed(row))
        return next(filter(None, printed), self.number(row))


@cache
def _load_languages(reference: Path) -> Mapping[str, Words]:
    folder = Project(reference.parent.parent).notebooks / "page"
    return {language: load_words(folder, language) for language in LANGUAGES}


LARGEST_TOLD = 1e15
"""From here on a number is not exact in binary, and nobody reads its digits."""


def write_number(value: float, decimals: int = 6) -> str:
    """A number in the Vietnamese form, with as many decimals as it has."""
    return format_number(round(value, decimals)).replace("-", "−")


def join_sentences(parts: Iterable[Sentences], between: str = "") -> Sentences:
    """Sentences one after the other, in each language."""
    told = list(parts)
    return {language: between.join(each[language] for each in told) for language in LANGUAGES}


def write_side(
    side: expressions.Expression,
    numbers: Mapping[expressions.Operand, Sequence[float]],
    behind: Mapping[expressions.Operand, Sequence[int]],
) -> tuple[str, list[int | None]]:
    """One side of an identity with its numbers put in, in the Vietnamese form.

    And the row behind each number; none for a constant.
    """
    rows: list[int | None] = []

    def write(leaf: expressions.Expression) -> str:
        if not isinstance(leaf, expressions.Quantity | expressions.GroupSum):
            rows.append(None)
            return write_number(leaf.value) if isinstance(leaf, expressions.Constant) else ""
        if isinstance(leaf, expressions.GroupSum) and len(numbers[leaf]) > 12:
            rows.append(None)  # too many to be read one by one
            return f"Σ({len(numbers[leaf])})"
        rows.extend(behind[leaf])
        return " + ".join(map(write_number, numbers[leaf]))

    printed = _drop_unprinted(side, numbers)
    text = expressions.render_expression(printed, write) if printed else ""
    return text.replace(" - ", " − ").replace(" * ", " × "), rows


def _drop_unprinted(
    side: expressions.Expression, numbers: Mapping[expressions.Operand, Sequence[float]]
) -> expressions.Expression | None:
    """A side without the parts of a sum that are not printed; nothing where none is."""
    if isinstance(side, expressions.Quantity | expressions.GroupSum):
        return side if numbers[side] else None
    if not isinstance(side, expressions.Operation):
        return side
    left, right = _drop_unprinted(side.left, numbers), _drop_unprinted(side.right, numbers)
    if left and right:
        return replace(side, left=left, right=right)
    return left or right


SHAPES: Mapping[str, tuple[str, str]] = SAID["comparisons"]
"""The sentence of each comparison, and how its left stands to its right when it is broken."""

HUNDRED = "expect_rates_not_above_hundred"

MOST_ALONE = 3
"""More rows of one source than this that break one rule about cells have one cause."""


def draft_rows(outcome: Outcome, table: pd.DataFrame, teller: Teller) -> Iterator[DraftFinding]:
    """Rows that break a rule about their own cells, or about other rows."""
    is_compared = outcome.rule.type in SHAPES and outcome.verdict is not None
    return (_draft_comparisons if is_compared else _draft_cells)(outcome, table, teller)


def _draft_comparisons(
    outcome: Outcome, table: pd.DataFrame, teller: Teller
) -> Iterator[DraftFinding]:
    shape, relation = SHAPES[outcome.rule.type]
    # Their right side is worked out, and not another figure.
    is_one_sided = shape in ("magnitude", "between", "scale", "rank")
    failed: Any = outcome.verdict
    failed = failed.loc[outcome.broken].rename_axis("row").reset_index()
    if shape == "two_sources":  # each is held against all before it
        pairs = pair_sources(table)
        failed = pairs[~pairs["holds"] & pairs["row"].isin(outcome.broken)]
    kind = {"between": "pooled"}.get(shape, shape)
    groups: dict[object, list[dict[str, Any]]] = {}
    for found in failed.to_dict("records"):
        # Windows that take over one number from one day are one finding.
        taken = (found["other"], found["right"], found["is_loose"])
        same = {"opening": taken, "two_sources": found.get("pair")}
        groups.setdefault(same.get(shape, found["row"]), []).append(found)
    for group in groups.values():
        group.sort(key=lambda each: (table.at[each["row"], "last_day"], each["row"]))
        rows, others = ([*dict.fromkeys(each[name] for each in group)] for name in ("row", "other"))
        row, is_loose = rows[0], all(each["is_loose"] for each in group)
        is_cut = all(each.get("is_cut", False) for each in group)
        # In a one-sided comparison the row itself is on the left, else it is on the right.
        first = row if is_one_sided else others[0]
        left, right = float(group[0]["left"]), float(group[0]["right"])
        decimals, place = 2 if shape == "magnitude" else 6, _place(table, row)
        sides = {"left_value": left, "right_value": right}
        numbers = {side: write_number(number, decimals) for side, number in sides.items()}
        stating = {
            f"{side}_sources": teller.list_sources(
                each for each in sorted({*rows, *others}) if table.at[each, "value"] == number
            )
            for side, number in (("left", left), ("right", right))
            if shape == "two_sources"
        }
        told = [teller.tell(shape, {"left": first, "right": row}, numbers, **stating)]
        told += _tell_copy(table, row, teller) if shape == "stated_twice" else []
        if shape == "opening" and rows[1:]:  # the later windows in which the two numbers stand
            told.append(teller.tell("again", dates=teller.list_dates(rows[1:])))
        told += [teller.tell("cut_off")] if is_cut else []
        behind = [first, None if is_one_sided else row]
        yield DraftFinding(
            rule_id=outcome.rule.rule_id,
            severity=Severity.INFO if is_loose else outcome.rule.severity,
            kind="truncation" if is_cut else "reconcile" if is_loose else kind,
            place=place,
            indicator=str(table.at[row, "indicator"]),
            left=left,
            right=right,
            arithmetic=f"{write_number(left)} {relation} {write_number(right)}",
            figures=teller.figures(dict.fromkeys([first, *rows, *others]), place["source_id"]),
            operands=teller.operands(behind, place["source_id"]),
            sentences=join_sentences(told),
        )


def _tell_copy(table: pd.DataFrame, row: int, teller: Teller) -> list[Sentences]:
    """That the reading not taken is the number of another quantity beside it."""
    own = table.loc[row]
    if (value := float(str(own["value"]))) < 10:
        return []  # that two small figures are equal says nothing
    beside = table["is_published"] & (table["value"] == value)
    for column in ("source_id", "area_id", "scope", "unit", "period_end"):
        beside &= table[column] == own[column]
    others = table.index[beside & (table["indicator"] != own["indicator"])]
    number = {"right_value": write_number(value)}
    return [teller.tell("same_as", {"other": int(other)}, number) for other in others[:1]]


def _draft_cells(outcome: Outcome, table: pd.DataFrame, teller: Teller) -> Iterator[DraftFinding]:
    """Rows that break a rule about their cells; many of one source, in one way, are one finding."""
    is_range = outcome.rule.type == HUNDRED or "range" in outcome.rule.type
    rows_by_source: dict[str, list[int]] = {}
    for row in map(int, outcome.broken):
        rows_by_source.setdefault(_place(table, row)["source_id"], []).append(row)
    for rows in rows_by_source.values():
        together = [rows] if len(rows) > MOST_ALONE and not is_range else [[row] for row in rows]
        for each in together:
            draft = _draft_cell(outcome.rule, each, table, teller)
            yield replace(draft, kind="range") if is_range else draft


def _draft_cell(
    rule: Rule, rows: Sequence[int], table: pd.DataFrame, teller: Teller
) -> DraftFinding:
    places = [_place(table, row) for row in rows]
    column = "figures" if "figures" in table else "figure_id"
    figures = [str(table.at[row, column]) if column in table else "" for row in rows]
    why = str(rule.meta["why"])
    reasons = {"vi": str(rule.meta.get("why_vi", why)), "en": why}
    place = {
        name: cell if all(each[name] == cell for each in places) else ""
        for name, cell in places[0].items()
    }
    draft = DraftFinding(rule.rule_id, rule.severity, "table", place, figures=" ".join(figures))
    if len(rows) > 1:
        count = {"count": write_number(len(rows))}
        shown = ", ".join(figures[:MOST_ALONE])
        told = teller.tell("cells", numbers=count, figures=shown, why=reasons)
        return replace(draft, sentences=told)
    cells = table.loc[rows[0]]
    value = float(table["value"].to_numpy()[rows[0]]) if "value" in table else np.nan
    draft = replace(draft, indicator=str(cells.get("indicator", "")), left=value)
    if rule.type == HUNDRED:
        number = write_number(value)
        return replace(
            draft,
            right=100.0,
            arithmetic=f"{number} > 100",
            operands=f"{figures[0].partition(' ')[0]} {COMPUTED}",
            sentences=teller.tell("hundred", {"left": rows[0]}, {"left_value": number}),
        )
    if sign := _exceed(rule, cells, value):
        arithmetic = f"{write_number(value)} {sign[0]} {write_number(sign[1])}"
        operands = f"{figures[0].partition(' ')[0]} {COMPUTED}"
        draft = replace(draft, right=sign[1], arithmetic=arithmetic, operands=operands)
    names = ("indicator", "breakdown", "area_id", "area", "scope", "period_end", "status", "value")
    named = [str(cells[name]) for name in names if name in cells.index and str(cells[name])]
    printed = [name for name in ("printed", "read_as") if name in cells.index]
    named += [f"{name} {cells[name]!r}" for name in printed]
    return replace(draft, sentences=teller.tell("cell", where=", ".join(named), why=reasons))


def _exceed(rule: Rule, cells: Any, value: float) -> tuple[str, float] | None:
    """The bound of a range that a value does not keep, and how the value compares with it."""
    if not abs(value) < LARGEST_TOLD:
        return None
    low, high = cells.get("range_min"), cells.get("range_max")
    if "range" not in rule.type:
        if rule.kwargs.get("column") != "value":
            return None
        low, high = (rule.kwargs.get(f"{end}_value") for end in ("min", "max"))
    bounds = [bound if isinstance(bound, int | float) else np.nan for bound in (low, high)]
    if value <= bounds[0]:
        return "<" if value < bounds[0] else "≤", float(bounds[0])
    if value >= bounds[1]:
        return ">" if value > bounds[1] else "≥", float(bounds[1])
    return None


def _place(table: pd.DataFrame, row: int) -> dict[str, str]:
    return {name: str(table.at[row, name]) if name in table else "" for name in ROW_COLUMNS}
