"""Wrong figures put into real reports, to see which are noticed.

Every quantity that takes part in an identity that holds is changed in a copy of its report: a digit
changed, two swapped, a separator moved, the figure dropped. All copies are validated together, each
as a source of its own. What cannot be noticed is named below, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cchc_analysis.data.records import QUANTITY
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.data.tidy import tidy_observations
from cchc_analysis.read.transcripts import read_transcripts
from cchc_analysis.rules import (
    choose_readings,
    evaluate_rivals,
    load_identities,
    tabulate_statements,
)
from cchc_analysis.rules.expressions import Identity
from cchc_analysis.rules.suites import load_suite
from cchc_analysis.rules.validation import check_identities
from cchc_analysis.rules.wording import DraftFinding, Teller

ROOT = Project(Path(__file__).resolve().parents[1])

SLIPS = ("first digit", "last digit", "swapped", "separator")
KINDS = (*SLIPS, "dropped")

# What the arithmetic cannot notice, and why:
# - A figure that only an order binds ("at most the quota") may change a good deal within it.
# - A part that is not printed is no contradiction; only a row of a list that must be complete is.
# - Of several percentages that a rule works a plan back from, the last digit of one is below what
#   the rounding of the others leaves open.

EVERY = 12
"""Of so many quantities one is changed in a slow run; all of them with -m soak."""


@dataclass(frozen=True)
class Group:
    """The figures of an identity that holds, by figure id."""

    source_id: str
    rule_id: str
    figures: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Mutant:
    """A copy of a report in which one quantity is changed wherever it is printed."""

    name: str
    kind: str
    source_id: str
    figures: tuple[str, ...]
    is_bound: bool


def run_mutants(every: int) -> pd.DataFrame:
    """Mutants, and whether each is noticed."""
    reference = load_reference(ROOT.reference)
    identities = load_identities(ROOT.expectations / "identities.json", reference)
    read = read_transcripts(ROOT.raw)
    transcripts, sources = read.transcripts, read.sources
    groups = list(list_clean_groups(transcripts, sources, identities, reference))
    pairs = list(make_mutants(transcripts, groups, identities, every))
    copies = pd.concat([transcripts, *(copy for _, copy in pairs)], ignore_index=True)
    mutants = pd.DataFrame([(m.name, m.source_id) for m, _ in pairs], columns=["name", "source_id"])
    copied = mutants.merge(sources, on="source_id").drop(columns="source_id")
    sources = pd.concat([sources, copied.rename(columns={"name": "source_id"})])
    tidied = tidy_observations(copies, reference, sources)
    drafts = validate(tidied.observations, identities, reference)
    known = {_name(draft, draft.place["source_id"]) for draft in drafts}
    found: dict[str, list[DraftFinding]] = {}
    for draft in drafts:
        found.setdefault(draft.place["source_id"], []).append(draft)
    return pd.DataFrame(
        {
            "name": mutant.name,
            "kind": mutant.kind,
            "is_bound": mutant.is_bound,
            # A slip that leaves no readable number is refused before any rule is run.
            "caught": mutant.name in tidied.problems
            or any(is_about(draft, mutant, known) for draft in found.get(mutant.name, ())),
        }
        for mutant, _ in pairs
    )


def is_about(draft: DraftFinding, mutant: Mutant, known: set[tuple[str, ...]]) -> bool:
    """A finding that is new, and names the changed figure or, where that is gone, its group."""
    if _name(draft, mutant.source_id) in known:
        return False
    return mutant.kind == "dropped" or bool({*mutant.figures} & {*draft.figures.split()})


def _name(draft: DraftFinding, source_id: str) -> tuple[str, ...]:
    return (draft.rule_id, *({**draft.place, "source_id": source_id}).values(), draft.kind)


def list_clean_groups(
    transcripts: pd.DataFrame,
    sources: pd.DataFrame,
    identities: tuple[Identity, ...],
    reference: Reference,
) -> Iterator[Group]:
    """The identities that hold, none of whose figures is part of a broken one."""
    observations = choose_readings(
        tidy_observations(transcripts, reference, sources).observations, identities, reference
    )
    statements = tabulate_statements(observations, reference)
    verdicts, _ = evaluate_rivals(identities, statements)
    figures = statements.figures["figures"].to_list()

    def list_figures(rule: Identity, row: int) -> list[int]:
        return [at for each in rule.operands for at in statements.list_figures(each, row)]

    contested = observations.duplicated(["source_id", *QUANTITY], keep=False)
    is_contested = contested.to_numpy()[statements.figures["index"]]
    suspect = set(np.flatnonzero(is_contested)) | {
        at
        for rule in identities
        for row in verdicts[rule.rule_id].query("not holds").index
        for at in list_figures(rule, row)
    }
    for rule in identities:
        for row in verdicts[rule.rule_id].query("holds and is_complete").index:
            spoken = list_figures(rule, row)
            if not suspect & {*spoken}:
                source_id = str(statements.rows.at[row, "source_id"])
                yield Group(
                    source_id, rule.rule_id, tuple(tuple(figures[at].split()) for at in spoken)
                )


def make_mutants(
    transcripts: pd.DataFrame,
    groups: list[Group],
    identities: tuple[Identity, ...],
    every: int,
) -> Iterator[tuple[Mutant, pd.DataFrame]]:
    codes = [rule.codes for rule in identities]
    quantities = dict.fromkeys(
        (group.source_id, figures) for group in groups for figures in group.figures
    )
    tight = {rule.rule_id for rule in identities if rule.operator == "="}
    loose = {rule.rule_id for rule in identities if rule.tolerance == 0.01}
    bound = {
        (group.source_id, figures, group.rule_id in loose)
        for group in groups
        if group.rule_id in tight
        for figures in group.figures
    }
    for source_id, figures in list(quantities)[::every]:
        report = transcripts[transcripts["source_id"] == source_id]
        is_changed = report["figure_id"].isin(figures)
        code = str(report.loc[is_changed, "indicator"].iloc[0])
        kin = frozenset[str]().union(*(each for each in codes if code in each), {code})
        near = report[report["indicator"].isin(kin)]
        for kind in KINDS:
            copy = change(near, near["figure_id"].isin(figures), kind)
            if copy is not None:
                name = f"{source_id} {figures[0]} {kind}"
                is_bound = (source_id, figures, False) in bound or (
                    kind != "last digit" and (source_id, figures, True) in bound
                )
                mutant = Mutant(name, kind, source_id, figures, is_bound)
                yield mutant, copy.assign(source_id=name)


def change(report: pd.DataFrame, is_changed: pd.Series, kind: str) -> pd.DataFrame | None:
    if kind == "dropped":
        return report[~is_changed]
    copy = report.copy()
    for row in copy.index[is_changed]:
        printed = copy.at[row, "read_as"] or copy.at[row, "printed"]
        changed = change_number(printed, kind)
        if changed is None:
            return None
        copy.loc[row, ["printed", "read_as"]] = [changed, ""]
    return copy


def change_number(printed: str, kind: str) -> str | None:
    """The printed number with one slip of the pen; nothing where it cannot have that slip."""
    digits = [at for at, letter in enumerate(printed) if letter.isdigit()]
    letters = list(printed)
    if kind == "first digit":
        at = next((at for at in digits if printed[at] != "0"), digits[-1])
        letters[at] = "7" if letters[at] != "7" else "4"
    elif kind == "last digit":
        letters[digits[-1]] = str((int(letters[digits[-1]]) + 3) % 10)
    elif kind == "swapped":
        pairs = pairwise(digits)
        pair = next(((a, b) for a, b in pairs if letters[a] != letters[b]), None)
        if pair is None:
            return None
        letters[pair[0]], letters[pair[1]] = letters[pair[1]], letters[pair[0]]
    else:
        return move_separator(printed)
    changed = "".join(letters)
    return None if changed == printed else changed


def move_separator(printed: str) -> str | None:
    """A decimal mark one place to the right, or a group of thousands added."""
    if parts := re.fullmatch(r"(\d+)([.,])(\d)(\d*)", printed):
        is_group = len(parts[3] + parts[4]) == 3 and parts[2] == "."
        if not is_group:
            rest = f"{parts[2]}{parts[4]}" if parts[4] else ""
            return f"{parts[1]}{parts[3]}{rest}"
    number = re.sub(r"\D", "", printed).lstrip("0")
    return f"{number}0" if number else None


def validate(
    observations: pd.DataFrame, identities: tuple[Identity, ...], reference: Reference
) -> list[DraftFinding]:
    chosen = choose_readings(observations, identities, reference)
    suite = load_suite(ROOT.expectations / "identities.json", "statements", reference)
    teller = Teller(chosen, None, reference)
    return check_identities(suite, chosen, reference, teller)[0].drafts


@pytest.mark.slow
def test_slips_of_figures_that_an_equality_binds_are_noticed() -> None:
    _expect_caught(run_mutants(EVERY))


@pytest.mark.soak
def test_slips_of_all_figures_are_noticed_as_often_as_is_said() -> None:
    mutants = run_mutants(1)
    print(mutants.groupby(["is_bound", "kind"])["caught"].agg(["size", "sum", "mean"]).round(3))
    _expect_caught(mutants)


def _expect_caught(mutants: pd.DataFrame) -> None:
    bound = mutants[mutants["is_bound"] & mutants["kind"].isin(SLIPS)]
    assert len(bound) > 0
    assert bound.loc[~bound["caught"], "name"].tolist() == []


@pytest.mark.parametrize(
    ("printed", "kind", "changed"),
    [
        ("1.310", "first digit", "7.310"),
        ("1.310", "last digit", "1.313"),
        ("1578", "swapped", "5178"),
        ("22", "swapped", None),
        ("89,4", "separator", "894"),
        ("98,09", "separator", "980,9"),
        ("301.610.000", "separator", "3016100000"),
        ("05", "separator", "50"),
    ],
)
def test_slips_are_made_as_people_make_them(printed: str, kind: str, changed: str | None) -> None:
    assert change_number(printed, kind) == changed
