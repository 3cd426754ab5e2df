"""Suites over tables: what they break as drafts of findings, and what they were applied to.

Each table goes through Great Expectations once. What it reports broken is looked up again in the
verdicts of our own tools, which know both sides, and told by the modules that word findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Comparator, Origin, Scope, Severity, Status
from cchc_analysis.data.reference import Reference
from cchc_analysis.rules.arithmetic import (
    Arithmetic,
    draft_identities,
    draft_unreconciled,
)
from cchc_analysis.rules.broken import Broken
from cchc_analysis.rules.causes import find_causes
from cchc_analysis.rules.columns import tabulate_columns
from cchc_analysis.rules.comparisons import COMPARISONS
from cchc_analysis.rules.described import describe_observations
from cchc_analysis.rules.drafts import PLACE, Draft
from cchc_analysis.rules.engine import Outcome, run_suite
from cchc_analysis.rules.evaluation import evaluate_lone_parts
from cchc_analysis.rules.identity import Identity
from cchc_analysis.rules.nearby import align_days, compare_days
from cchc_analysis.rules.rivals import evaluate_rivals
from cchc_analysis.rules.rows import draft_cells, draft_comparisons
from cchc_analysis.rules.statements import Statements, tabulate_statements
from cchc_analysis.rules.suites import WHOLE_TYPE, Rule, Suite, list_stated, list_sums
from cchc_analysis.rules.tallies import Sources, Tally
from cchc_analysis.rules.wording import Teller

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Found:
    """What the rules of one suite found."""

    drafts: list[Draft]
    tallies: list[Tally]


def list_known(reference: Reference, table: pd.DataFrame) -> dict[str, list[str]]:
    """The known words that rules refer to as ``$PARAMETER``; of communes, those of the table."""
    named = set(table["area_id"]) if "area_id" in table else set()
    of_table = sorted(each for each in named if each in reference.area_rows)
    return {
        "indicators": list(reference.indicators["indicator"]),
        "areas": [*dict.fromkeys([*reference.areas["area_id"], *of_table])],
        "units": list(reference.units["unit"]),
        "breakdowns": ["", *reference.breakdowns["breakdown"]],
        "scopes": [*map(str, Scope)],
        "statuses": [*map(str, Status)],
        "comparators": [*map(str, Comparator)],
        "origins": [*map(str, Origin)],
    }


def check_observations(
    suite: Suite, observations: pd.DataFrame, reference: Reference, teller: Teller
) -> Found:
    """Check the cells of observations, and what rows owe each other."""
    table = describe_observations(observations, reference)
    sources, found = Sources(table["source_id"]), Found([], [])
    for outcome in run_suite(suite, table, list_known(reference, table)):
        compare = COMPARISONS.get(outcome.rule.type)
        if compare is None:
            found.tallies.append(sources.tally(outcome))
            found.drafts.extend(draft_cells(outcome, table, teller))
        else:
            verdict = compare(table, **outcome.rule.kwargs)
            found.tallies.append(sources.tally(outcome, verdict.index.to_numpy()))
            found.drafts.extend(draft_comparisons(outcome, verdict, table, teller))
    return found


def check_rows(suite: Suite, table: pd.DataFrame, reference: Reference) -> Found:
    """Check the cells of a table of another kind; it has the column ``row``."""
    outcomes, sources = (
        run_suite(suite, table, list_known(reference, table)),
        Sources(table["source_id"]),
    )
    return Found(
        [draft for outcome in outcomes for draft in draft_cells(outcome, table, None)],
        [sources.tally(outcome) for outcome in outcomes],
    )


def check_identities(
    suite: Suite, observations: pd.DataFrame, reference: Reference, teller: Teller
) -> tuple[Found, pd.DataFrame]:
    """Check what the quantities of each source owe each other.

    Returns:
        What was found; and the definitions that sources follow.
    """
    statements = tabulate_statements(observations, reference)
    identities = suite.identities
    verdicts, definitions = evaluate_rivals(identities, statements)
    for rule in suite.rules:
        if rule.type == WHOLE_TYPE:
            verdicts[rule.rule_id] = evaluate_lone_parts(
                list_sums(identities), set(list_stated(identities)), statements
            )
    operands = dict.fromkeys(each for rule in identities for each in rule.operands)
    sources = Sources(statements.rows["source_id"])
    found, broken = Found([], []), list[Broken]()
    for outcome in run_suite(suite, tabulate_columns(statements, operands)):
        verdict = verdicts[outcome.rule.rule_id]
        rows = np.intersect1d(outcome.broken, verdict.index)
        followed = Outcome(outcome.rule, rows, outcome.is_applicable)
        found.tallies.append(sources.tally(followed, verdict.index.to_numpy()))
        broken.extend(_list_broken(outcome.rule, verdict.loc[rows], statements))
    known = {rule.rule_id: verdicts[rule.rule_id] for rule in identities}
    causes = find_causes(statements, identities, known)
    arithmetic = Arithmetic(statements, teller)
    rivals: dict[str, list[str]] = {}
    for each in identities:
        rivals.setdefault(each.rival_group or "", []).append(each.rule_id)
    found.drafts.extend(draft_identities(arithmetic, broken, causes, definitions, rivals))
    found.drafts.extend(_reconcile_days(suite, statements, teller))
    return found, definitions


def _list_broken(rule: Rule, verdict: pd.DataFrame, statements: Statements) -> Iterator[Broken]:
    for row, cells in zip(verdict.index, list_rows(verdict), strict=True):
        if not cells["holds"]:
            yield Broken(rule, rule.identity or _make_order(cells), int(row), cells, statements)


def _make_order(cells: dict[Any, Any]) -> Identity:
    """A part that stands alone, and its whole, as an order."""
    return Identity("", "order", cells["part"], "<=", cells["whole"])


def _reconcile_days(suite: Suite, statements: Statements, teller: Teller) -> Iterator[Draft]:
    """Equalities that only figures of different days could break."""
    aligned = align_days(statements)
    if aligned.figures.empty:
        return
    arithmetic = Arithmetic(aligned, teller)
    for rule in suite.rules:
        if rule.identity:
            verdict = compare_days(rule.identity, aligned)
            yield from draft_unreconciled(arithmetic, _list_broken(rule, verdict, aligned))


def settle_repeated(found: Sequence[Found]) -> Found:
    """All that was found, told once, with tallies that count as broken only what is told."""
    drafts = [draft for each in found for draft in each.drafts]
    tallies = [tally for each in found for tally in each.tallies]
    kept = drop_repeated(drafts)
    dropped = Counter((d.rule_id, d.place["source_id"]) for d in drafts)
    dropped -= Counter((d.rule_id, d.place["source_id"]) for d in kept)
    for tally in tallies:
        for at, source in enumerate(tally.sources):
            if count := dropped[tally.rule_id, source]:
                tally.counts[:, at] += [-count, 0, -count, count]
    return Found(kept, tallies)


def drop_repeated(drafts: list[Draft]) -> list[Draft]:
    """Without the bound of a pooled rate where its counts have already told that it is wrong."""
    told = {
        (draft.indicator, *draft.place.values())
        for draft in drafts
        if draft.kind == "pooled" and draft.cause is not None
    }
    return [
        draft
        for draft in drafts
        if draft.cause is not None
        or draft.kind != "pooled"
        or (draft.indicator, *draft.place.values()) not in told
    ]


def draft_remarks(observations: pd.DataFrame, reference: Reference) -> Iterator[Draft]:
    """What readers noticed that no arithmetic can, in the sources at hand.

    A remark about a figure stands at the place of the first one, any other at that of the source.
    """
    remarked = observations[observations["source_id"].isin(set(reference.remarks["source_id"]))]
    areas = remarked.groupby("source_id")["area_id"].agg(lambda cells: cells.mode().iloc[0])
    for remark in list_rows(reference.remarks):
        source_id, named = str(remark["source_id"]), str(remark["figures"]).split()
        if source_id not in areas.index:
            continue
        is_shown = remarked["figures"].str.split(" ", n=1).str[0] == " ".join(named[:1])
        shown = remarked[is_shown & (remarked["source_id"] == source_id)]
        place = dict.fromkeys(PLACE, "") | {"source_id": source_id}
        place["area_id"] = str(areas[source_id])
        if len(shown):
            place = {name: str(shown.iloc[0][name]) for name in PLACE}
        yield Draft(
            rule_id=f"remark_{str(remark['remark_id']).removeprefix(f'{source_id}.')}",
            severity=Severity.INFO,
            kind="remark",
            place=place,
            indicator=str(shown.iloc[0]["indicator"]) if len(shown) else "",
            figures=str(remark["figures"]),
            sentences={"vi": str(remark["text_vi"]), "en": str(remark["text_en"])},
        )
