"""What a review shows: the text with every numeral marked, beside what was made of it.

Comes in as a draft and what was thought of it; goes out as parts of one page. ``page/review.html``
makes it twice: as ``cchc review`` serves it, and as a static page without script, for reading.
Unsure rows come first. Reasons are made in English, of terms in Vietnamese; here they get the words
of the reviewer (``page/words.toml``). Persons' names and addresses are masked, and everything from
the document is escaped. A draft that stands the review is accepted here.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from bisect import bisect, insort
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from cchc_analysis import rules
from cchc_analysis.data import records
from cchc_analysis.data.clean import can_stand_for, format_number
from cchc_analysis.data.owned import changing
from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.tidy import tidy_observations
from cchc_analysis.errors import Problem, ReportError, count, escape_controls, join_some
from cchc_analysis.read import transcripts
from cchc_analysis.read.correcting import Row, read_line
from cchc_analysis.read.documents import Document, mask_persons
from cchc_analysis.read.recognise import OWNER_OPEN, Reading
from cchc_analysis.read.transcripts import UNDECIDED, Draft
from cchc_analysis.rules.validation import check_critical

if TYPE_CHECKING:
    from jinja2 import Environment

QUOTED = 110
"""Letters of a line that a row of the table shows before a figure."""


@cache
def load_page_words() -> dict[str, Any]:
    """The words of the review page, by table."""
    return tomllib.loads(Path(__file__).with_name("page").joinpath("words.toml").read_text("utf-8"))


@cache
def _open_templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cchc_analysis.read", "page"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    # Lists and menus of the page are in the order of the catalogue and of the words.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment


@lru_cache(1000)  # most figures of a long report have one of few remarks
def tell_reviewer(said: str) -> str:
    """A remark or a part of a message in the words of the reviewer; else as it is."""
    words = load_page_words()
    names = words["scopes"] | words["head"] | words["columns"]
    for pattern, told in (*words["remarks"].items(), *words["messages"].items()):
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return re.sub(
                r"(?<=“)\w+(?=”)", lambda code: names.get(code[0], code[0]), found.expand(told)
            )
    return str(names.get(said, said))


def tell_problem(problem: Problem) -> str:
    """A problem in the words of the reviewer."""
    where, found, expected, remedy = map(tell_reviewer, dataclasses.astuple(problem))
    found = found.replace(f"“{where}” ", "")  # what it is about is said in front
    end = "" if expected.endswith("?") else "."
    return escape_controls(f"{where}: {found}; cần {expected}{end} {remedy}")


def tell_reason(reason: str, indicators: Mapping[str, Row]) -> str:
    """A reason in the words of the reviewer; what has none stays as it is."""
    for english, vietnamese in load_page_words()["reasons"].items():
        reason = reason.replace(english, vietnamese)

    def name(code: re.Match[str]) -> str:
        return f"“{indicators[code[0]]['label_vi']}”" if code[0] in indicators else code[0]

    return re.sub(r"[a-z]+(?:_\w+)+", name, reason)


def describe_text(
    document: Document, reading: Reading, rows: Sequence[Row], reference: Reference
) -> dict[str, Any]:
    """What a review shows beside the rows: masked lines, figures and other numerals.

    Of a figure the letter at which it starts, why it was read so, and whether only the area of the
    document keeps it from being sure.
    """
    texts = mask_persons([line.text for line in document.lines])
    lines = zip((line.number for line in document.lines), texts, strict=True)
    tell = partial(tell_reason, indicators=reference.indicator_rows)
    kinds, said = load_page_words()["kinds"], load_page_words()["said"]["names_unit"]
    return {
        "sha256": document.sha256,
        "lines": [[number, text] for number, text in lines if text.strip()],
        "figures": {
            row["figure_id"]: {
                "start": figure.start,
                "why": " · ".join(filter(None, (
                    tell(figure.reason), tell_reviewer(figure.looked_again),
                    figure.named and said.format(figure.named),
                ))),
                "rivals": list(dict.fromkeys(figure.rivals)),
                "waits_for_area": figure.looked_again == OWNER_OPEN,
            }
            for figure, row in zip(reading.figures, rows, strict=True)
        },
        "others": [
            {"line": number, "start": numeral.start, "text": numeral.text,
             "kind": kinds[numeral.kind.value]}
            for number, numerals in reading.numerals.items()
            for numeral in numerals
            if not numeral.is_figure
        ],
    }  # fmt: skip


def doubt_head(source: Row, text: Mapping[str, Any], reference: Reference) -> Iterator[str]:
    """That a head names another area than it is said to be of, or its period is not decided."""
    if text["doubt"] and source["period"].startswith(UNDECIDED):
        yield text["doubt"]
    area, (named, is_sure) = source["area"].removeprefix(UNDECIDED), text["named"]
    if not area or not named or area == named:
        return
    with suppress(KeyError):
        [*meant] = (reference.match_source(source | {"area": each}) for each in (area, named))
        if meant[0] == meant[1]:
            return
    seems = "its head names" if is_sure else "it may be of"
    yield f"{seems} {named!r}, and you said {area!r}: check which is right"


def describe_draft(draft: Draft, text: Mapping[str, Any]) -> dict[str, Any]:
    """The draft as the page shows it: its head, and each row with what was thought of it."""
    lines, rows = dict(text["lines"]), []
    for row in draft.rows:
        thought = text["figures"].get(row["figure_id"], {})
        code, start = row["indicator"].removeprefix(UNDECIDED), thought.get("start", -1)
        is_undecided = bool(transcripts.find_open(row))
        told = {
            "id": row["figure_id"],
            "cells": {name: row[name] for name in records.TRANSCRIPT_COLUMNS},
            "is_undecided": is_undecided,
            "state": "unsure" if is_undecided else "sure" if code else "open",
            "start": start,
            "code": code,
            "said": quote(lines.get(read_line(row), ""), row["printed"], start),
            "why": thought.get("why", ""),
            "candidates": [*dict.fromkeys(filter(None, (code, *thought.get("rivals", []))))],
        }
        rows.append(told)
    return {"version": draft.version, "source": draft.source, "rows": rows}


def find_place(text: str, printed: str, start: int, taken: Sequence[tuple[int, int]] = ()) -> int:
    """Where a figure stands in its line, nearest to where it was read; -1 if nowhere.

    A mask may have moved it; and "201" is not in "5.201", unless a part of a figure is meant.
    What is ``taken`` is told in order, and nothing of it overlaps.
    """

    def is_free(at: re.Match[str]) -> bool:
        behind = bisect(taken, at.span())
        beside = taken[max(0, behind - 1) : behind + 1]
        return not any(at.start() < stop and begin < at.end() for begin, stop in beside)

    whole = rf"(?<!\d)(?<!\d[.,]){re.escape(printed)}(?!\d|[.,]\d)"
    for pattern in map(re.compile, (whole, re.escape(printed))):
        if start >= 0 and (here := pattern.match(text, start)) and is_free(here):
            return start
        places = [at.start() for at in pattern.finditer(text) if is_free(at)]
        if places:
            return min(places, key=lambda at: abs(at - start))
    return -1


def quote(text: str, printed: str, start: int) -> tuple[str, str, str]:
    """The words before a figure, the figure, and the words behind it, short enough for a row."""
    at = find_place(text, printed, start)
    if at < 0:
        return text[:QUOTED], "", ""
    end = at + len(printed)
    before, behind = text[:at], text[end:]
    if len(before) > QUOTED:
        before = "…" + before[-QUOTED:].partition(" ")[2]
    if len(behind) > QUOTED // 2:
        behind = behind[: QUOTED // 2].rpartition(" ")[0] + "…"
    return before, printed, behind


Piece = tuple[str, Mapping[str, Any] | None, str]
"""Text, the row of the figure that it is, and what it is if it is a numeral but no figure."""


def mark_lines(
    rows: Sequence[Mapping[str, Any]], text: Mapping[str, Any]
) -> Iterator[tuple[int, list[Piece]]]:
    """Every line with its figures and other numerals told from the words between them."""
    numerals: dict[int, list[tuple[int, Piece]]] = {}
    for row in rows:
        of_line = numerals.setdefault(read_line(row["cells"]), [])
        of_line.append((row["start"], (row["cells"]["printed"], row, "")))
    for each in text["others"]:
        of_line = numerals.setdefault(each["line"], [])
        of_line.append((each["start"], (each["text"], None, each["kind"])))
    for number, line in text["lines"]:
        shown = line.replace("\t", " │ ")
        found: dict[tuple[int, int], Piece] = {}
        taken: list[tuple[int, int]] = []
        for start, piece in numerals.get(number, ()):
            moved = start + 2 * line.count("\t", 0, max(0, start))
            at = find_place(shown, piece[0], moved, taken)
            if at >= 0:
                place = at, at + len(piece[0])
                found[place] = piece
                insort(taken, place)
        pieces: list[Piece] = []
        end = 0
        for (at, behind), piece in sorted(found.items(), key=lambda each: each[0]):
            pieces += [(shown[end:at], None, ""), piece]
            end = behind
        yield number, [*pieces, (shown[end:], None, "")]


def render_page(name: str, **parts: Any) -> str:
    """A template of the page: the whole of it, or a part that changes with the draft."""
    return _open_templates().get_template(name).render(words=load_page_words(), **parts)


def render_static(
    draft: Draft,
    document: Document,
    text: Mapping[str, Any],
    reference: Reference,
    identities: Sequence[rules.Identity],
) -> str:
    """The page of a draft to be read from its file: no script, and nothing can be changed."""
    told = describe_draft(draft, text)
    rank = {"unsure": 0, "open": 1, "sure": 2}
    rows = sorted(told["rows"], key=lambda row: rank[row["state"]])
    lines = mark_lines(rows, text)
    remarks = (*document.remarks, *doubt_head(draft.source, text, reference))
    told["remarks"] = [*map(tell_reviewer, remarks)]
    told |= judge_draft(draft, reference, identities) | {"rows": rows, "lines": lines}
    told |= {"others": len(text["others"]), "terms": describe_words(reference)}
    return render_page("review.html", served=False, document=document, **told)


def judge_draft(
    draft: Draft, reference: Reference, identities: Sequence[rules.Identity]
) -> dict[str, Any]:
    """What the rows contradict, and which of them cannot be understood yet; live beside them.

    Rows of one area are compared although nobody knows yet which area it is.
    """
    table, sources = (each.replace(rf"^\{UNDECIDED}", "", regex=True) for each in draft.tabulate())

    def tidy(rows: pd.DataFrame, **how: bool) -> tuple[pd.DataFrame, list[dict[str, str]]]:
        """The observations, and of each figure that cannot be understood the id and why."""
        tidied = tidy_observations(rows, reference, sources, **how)
        told = [
            {
                "id": each.where.rpartition(" ")[2],
                "text": f"{tell_reviewer(each.found)}; cần {tell_reviewer(each.expected)}",
            }
            for each in chain(*tidied.problems.values())
        ]
        return tidied.observations, told

    observations, problems = tidy(table)
    if problems:  # a figure that cannot be understood speaks for itself, not for all
        _, unclear = tidy(table, keeps_unknown_areas=True)
        is_well = ~table["figure_id"].isin([each["id"] for each in unclear])
        observations, _ = tidy(table[is_well], keeps_unknown_areas=True)
    found, verdict = list[dict[str, Any]](), "not_judged"
    if not observations.empty:
        chosen = rules.choose_readings(observations, identities, reference)
        found = [*_find_repeated(chosen), *_find_broken(chosen, identities, reference)]
        verdict = "no_conflict"
    return {
        "version": draft.version,
        "problems": [*problems, *_find_misread(draft)],
        "contradictions": found,
        "verdict": "" if found else load_page_words()["said"][verdict],
    }


def _find_misread(draft: Draft) -> Iterator[dict[str, str]]:
    """The figures that are read as another number than is printed (N08), and what to do."""
    said = load_page_words()["said"]["misread"]
    for row in draft.rows:
        read_as = row["read_as"]
        is_decided = read_as and not read_as.startswith(UNDECIDED)
        if is_decided and not can_stand_for(row["printed"], read_as):
            yield {"id": row["figure_id"], "text": said.format(**row)}


def describe_words(reference: Reference) -> dict[str, Any]:
    """The words that the page offers: indicators, units, scopes and so on, each with its label."""
    breakdowns, words = reference.breakdowns, load_page_words()
    return {
        "indicators": {
            code: [str(row["label_vi"]), str(row["unit"])]
            for code, row in reference.indicator_rows.items()
        },
        "units": {unit: str(row["label_vi"]) for unit, row in reference.unit_rows.items()},
        "breakdowns": dict(zip(breakdowns["breakdown"], breakdowns["label_vi"], strict=True)),
        "scopes": {scope.value: words["scopes"][scope] for scope in records.Scope},
        "statuses": {status.value: words["statuses"][status] for status in records.Status},
        "comparators": {each.value: each.value for each in records.Comparator},
        "head": words["head"],
    }


def _find_broken(
    observations: pd.DataFrame, identities: Sequence[rules.Identity], reference: Reference
) -> Iterator[dict[str, Any]]:
    statements = rules.tabulate_statements(observations, reference)
    # With their rivals; most rules need what no report has.
    there = set(statements.figures["indicator"])
    names = {rule.rival_group or rule.rule_id for rule in identities if rule.codes & there}
    identities = [rule for rule in identities if (rule.rival_group or rule.rule_id) in names]
    verdicts, definitions = rules.evaluate_rivals(identities, statements)
    unfit = definitions[(definitions["fits"] == 0) & (definitions["rivals"] > 1)]
    told, found = set[str](), list[rules.Broken]()
    for identity in identities:
        verdict = verdicts[identity.rule_id]
        if verdict.empty or identity.rival_group in told:
            continue
        broken = verdict[~(verdict["holds"] | verdict["is_within_unit"])]
        if broken.empty:
            continue
        if identity.rival_group and identity.rule_id in set(unfit["rule_id"]):
            # A source that fits none of several definitions contradicts itself once.
            told.add(identity.rival_group)
            broken = broken.head(1)
        cells = zip(broken.index, broken.to_dict("records"), strict=True)
        found += [rules.Broken(identity, int(row), each, statements) for row, each in cells]
    for each in rules.drop_echoes(found):
        sign = "≠" if each.verdict["is_complete"] else "<"
        sides = [format_number(each.verdict["left"]), format_number(each.verdict["right"])]
        yield {
            "rule_id": each.identity.rule_id,
            "statement": str(each.identity),
            "arithmetic": f" {'>' if each.identity.operator == '<=' else sign} ".join(sides),
            "scope": each.place["scope"],
            "figures": _list_figures(observations.loc[each.rows]),
            "is_gap": each.kind == "not_stated",  # a part that reports may leave out would fill it
        }


def _list_figures(rows: pd.DataFrame) -> list[str]:
    return [*dict.fromkeys(" ".join(rows["figures"]).split())]


def _find_repeated(observations: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Quantities that the document prints with values that do not meet."""
    key = ["source_id", *records.QUANTITY]
    repeated = observations[observations.duplicated(key, keep=False)]
    stated = repeated.assign(**rules.leave_room(repeated))
    for _, readings in stated.groupby(key, sort=False):
        if readings["low"].max() <= readings["high"].min():
            continue
        first = readings.iloc[0]
        yield {
            "rule_id": "",
            "statement": load_page_words()["said"]["two_values"].format(first["indicator"]),
            "arithmetic": " ≠ ".join(map(format_number, readings["value"])),
            "scope": first["scope"],
            "figures": _list_figures(readings),
            "is_gap": False,
        }


class Accepted(NamedTuple):
    """Figures with an indicator and without one, and how often those contradict each other."""

    mapped: int
    unmapped: int
    contradictions: int


def accept_source(project: Project, source_id: str) -> Accepted:
    """Accept a draft: from now on it is one of the sources.

    A ReportError says that there is no such draft, or all at once that is undecided in it, or not
    valid; a ValidationError, with what nothing of the project could be published.
    """
    with changing(project, "cchc accept"):
        reference = load_reference(project.reference)
        sources = transcripts.read_sources(project.raw)
        draft = transcripts.open_draft(project, source_id)
        transcript, _ = draft.tabulate()
        mapped = transcript[transcript["indicator"] != ""]
        tidied = tidy_observations(mapped, reference, sources)
        wrong = [*_find_duplicates(project, draft, reference), *_find_problems(draft, reference)]
        if wrong := wrong or [*chain(*tidied.problems.values())]:
            raise ReportError(wrong)
        identities = rules.load_identities(project.expectations / "identities.json", reference)
        if len(mapped):
            stated = rules.choose_readings(tidied.observations, identities, reference)
            check_critical(stated, transcript, reference, project.expectations)
        found = judge_draft(draft, reference, identities)["contradictions"]
        contradictions = sum(not each["is_gap"] for each in found)
        source, rows = draft.source | {"state": "accepted"}, tuple(map(_drop_offer, draft.rows))
        transcripts.save_draft(project, Draft(source, rows))
    return Accepted(len(mapped), len(transcript) - len(mapped), contradictions)


def _drop_offer(row: Mapping[str, str]) -> dict[str, str]:
    """A figure without the codes that were offered to whoever decided it: a note is published.

    Nor is the area of one that nobody gave an indicator in question any more.
    """
    offers = (f"{load_page_words()['said']['may_be']}: ", transcripts.OFFER)
    notes = (each for each in ("note_vi", "note_en") if row[each].startswith(offers))
    return {**row, **dict.fromkeys(notes, ""), "area": row["area"].removeprefix(UNDECIDED)}


def _find_duplicates(project: Project, draft: Draft, reference: Reference) -> Iterator[Problem]:
    """The accepted sources of the same document: it would count twice."""
    own = draft.source_id
    for other, how in transcripts.find_duplicates(project.raw, draft, reference):
        if other["state"] != "draft":
            said = {"other": other["source_id"], "how": how, "own": own}
            yield problem("same_document", f"source {own}", **said)


def _find_problems(draft: Draft, reference: Reference) -> Iterator[Problem]:
    """One sentence a file on the cells that nobody has decided; and what its source lacks."""
    open_cells, where, source = draft.list_undecided(), f"source {draft.source_id}", draft.source
    own = source["area"].removeprefix(UNDECIDED)
    for row in draft.rows:
        if "area" in transcripts.find_open(row):
            open_cells.remove(f"{row['figure_id']}.area")
            at = f"data/raw/transcripts/{draft.source_id}.csv, figure {row['figure_id']}"
            named = {"name": row["area"].removeprefix(UNDECIDED), "own": own}
            yield problem("undecided_area", at, line=row["line"], printed=row["printed"], **named)
    for file, found in (
        ("sources.csv", [cell for cell in open_cells if "." not in cell]),
        (f"transcripts/{draft.source_id}.csv", [cell for cell in open_cells if "." in cell]),
    ):
        if found:
            named = {"number": count(len(found), "cell"), "source_id": draft.source_id}
            yield problem("undecided", f"data/raw/{file}", cells=join_some(found, 8), **named)
    if not source["area"].startswith(UNDECIDED):
        try:
            reference.match_source(source)
        except KeyError as error:
            yield problem("no_such_area", where, ("area", source["area"]), nearest=error.args[0])
    if not source["period"].startswith(UNDECIDED):
        yield from transcripts.check_times(source, draft.rows)
