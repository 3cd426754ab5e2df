"""Tables into findings: every rule over all tables, once, and what it breaks in words.

Comes in as the tables of a run and the suites of ``expectations/``; goes out as findings, as
tallies of what was applied, and as the definitions that sources follow. Great Expectations says
which rows break which rule; findings are made of that, and of the evaluation that its metric kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import (
    DEFINITION_COLUMNS,
    Comparator,
    Origin,
    Scope,
    Severity,
    Status,
    Tables,
)
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import CommandError, Problem, ValidationError
from cchc_analysis.rules.arithmetic import (
    OTHER_DAYS,
    Broken,
    align_days,
    differ_in_day,
    draft_identities,
    draft_unreconciled,
    drop_echoes,
)
from cchc_analysis.rules.causes import CauseSearch
from cchc_analysis.rules.engine import Outcome, Sources, Tally, join_tallies, run_suite
from cchc_analysis.rules.evaluation import join_definitions
from cchc_analysis.rules.expressions import Identity
from cchc_analysis.rules.rows import describe_rows
from cchc_analysis.rules.statements import tabulate_columns, tabulate_statements
from cchc_analysis.rules.suites import (
    SUITES,
    Suite,
    check_examples,
    check_owed,
    list_rounded,
    load_identities,
    load_suites,
)
from cchc_analysis.rules.wording import (
    PLACE,
    DraftFinding,
    Teller,
    draft_rows,
    tabulate_drafts,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Validated:
    """What validation found.

    Attributes:
        findings: ``FINDING_COLUMNS``, sorted by id.
        tallies: ``TALLY_COLUMNS``, a row for each rule and source.
        definitions: ``DEFINITION_COLUMNS``, the definition that a source follows of each group,
            where one fits.
    """

    findings: pd.DataFrame
    tallies: pd.DataFrame
    definitions: pd.DataFrame


@dataclass(frozen=True)
class Found:
    """What the rules of one suite found."""

    drafts: list[DraftFinding]
    tallies: list[Tally]

    @property
    def applied(self) -> int:
        """How many rules found something to apply to."""
        return sum(bool(tally.counts[0].any()) for tally in self.tallies)


def suite_parameters(reference: Reference, table: pd.DataFrame | None = None) -> dict[str, Any]:
    """The values of the ``$PARAMETER`` arguments of our suites.

    Args:
        reference: The reference tables.
        table: What is to be validated: of communes, only those that it names are known.

    Returns:
        ``indicators``, ``areas``, ``units``, ``breakdowns``, ``scopes``, ``statuses``,
        ``comparators`` and ``origins``: the words that are known; ``rounded``: the indicators whose
        printed numbers are rounded, with blanks between them, where all others are counted; and
        ``cchc_analysis``, without which the guard of each suite fails.
    """
    named = set() if table is None or "area_id" not in table else set(table["area_id"])
    communes = sorted(each for each in named if each in reference.area_rows)
    return {
        "cchc_analysis": 0,
        "indicators": list(reference.indicators["indicator"]),
        "rounded": " ".join(list_rounded(reference)),
        "areas": [*dict.fromkeys([*reference.areas["area_id"], *communes])],
        "units": list(reference.units["unit"]),
        "breakdowns": ["", *reference.breakdowns["breakdown"]],
        "scopes": [*map(str, Scope)],
        "statuses": [*map(str, Status)],
        "comparators": [*map(str, Comparator)],
        "origins": [*map(str, Origin)],
    }


def tabulate_for(
    suite: str, tables: Tables, reference: Reference, expectations: Path
) -> pd.DataFrame:
    """The table that a suite of ours judges.

    Raises:
        CommandError: There is no suite of this name.
    """
    if suite not in SUITES:
        found, expected = f"suite {suite!r}", f"one of {', '.join(SUITES)}"
        raise CommandError(Problem("make_table", found, expected, "Use one of these names."))
    if suite != "identities":
        return describe_rows(suite, getattr(tables, suite), reference)
    identities = load_identities(expectations / "identities.json", reference)
    operands = dict.fromkeys(each for rule in identities for each in rule.operands)
    return tabulate_columns(tabulate_statements(tables.observations, reference), operands)


def validate_tables(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    transcripts: pd.DataFrame | None,
    reference: Reference,
    expectations: Path,
) -> Validated:
    """Validate the tables of a run.

    Args:
        observations: ``OBSERVATION_COLUMNS``, one published reading for each quantity.
        indicators: ``INDICATOR_COLUMNS``.
        transcripts: ``TRANSCRIPT_COLUMNS``; without them findings do not say where figures stand.
        reference: The reference tables.
        expectations: The folder of the suites.

    Raises:
        ValidationError: A suite would not do what it says, or a rule could not be run.
    """
    suites = load_suites(expectations, reference)
    stated = observations.reset_index(drop=True)
    teller = Teller(stated, transcripts, reference)
    arithmetic, definitions = check_identities(suites["identities"], stated, reference, teller)
    found = [
        arithmetic,
        check_rows(suites["observations"], stated, reference, teller),
        check_rows(suites["indicators"], indicators, reference),
    ]
    if transcripts is not None:
        found.append(check_rows(suites["transcripts"], transcripts, reference))
    settled = settle_repeated(found)
    drafts = [*settled.drafts, *draft_remarks(stated, reference)]
    return Validated(
        findings=tabulate_drafts(drafts),
        tallies=join_tallies(settled.tallies),
        definitions=definitions.loc[definitions["fits"] > 0, list(DEFINITION_COLUMNS)].reset_index(
            drop=True
        ),
    )


def try_suites(expectations: Path, reference: Reference) -> dict[str, Suite]:
    """Load all suites of a folder, see each identity fail on an example, and miss none.

    Raises:
        ValidationError: As ``load_suites``; or a rule cannot be shown to work.
    """
    suites = load_suites(expectations, reference)
    problems = [each for suite in suites.values() for each in check_examples(suite, reference)]
    if problems := [*problems, *check_owed(suites["identities"], reference)]:
        raise ValidationError(problems)
    return suites


def check_rows(
    suite: Suite,
    rows: pd.DataFrame,
    reference: Reference,
    teller: Teller | None = None,
    types: Collection[str] | None = None,
) -> Found:
    """Check the cells of rows, and what rows owe each other; by rules of some types."""
    table = describe_rows(suite.table, rows, reference)
    teller = teller or Teller(table, None, reference)
    sources, found = Sources(table["source_id"]), Found([], [])
    for outcome in run_suite(suite, table, suite_parameters(reference, table), types):
        found.tallies.append(sources.tally(outcome))
        found.drafts.extend(draft_rows(outcome, table, teller))
    return found


def check_identities(
    suite: Suite, observations: pd.DataFrame, reference: Reference, teller: Teller
) -> tuple[Found, pd.DataFrame]:
    """Check what the quantities of each source owe each other.

    Returns:
        What was found; and the definitions that sources follow.
    """
    given = tabulate_statements(observations, reference)
    statements, own = align_days(given), len(given.rows)
    operands = dict.fromkeys(each for rule in suite.identities for each in rule.operands)
    table = tabulate_columns(statements, operands)
    sources, found = Sources(given.rows["source_id"]), Found([], [])
    verdicts: dict[str, pd.DataFrame] = {}
    broken: list[Broken] = []
    chosen = []
    for outcome in run_suite(suite, table, suite_parameters(reference)):
        here = replace(outcome, broken=outcome.broken[outcome.broken < own])
        if outcome.verdict is None:
            found.tallies.append(sources.tally(here))
            found.drafts.extend(draft_rows(here, table, teller))
        for identity, verdict in _split(outcome):
            verdicts[identity.rule_id] = mine = verdict[verdict.index < own]
            found.tallies.append(sources.tally(replace(here, verdict=mine), identity.rule_id))
            rows = verdict[~verdict["holds"].to_numpy(dtype=bool)]
            broken.extend(
                Broken(outcome.rule, identity, int(row), cells, statements)
                for row, cells in zip(rows.index, list_rows(rows), strict=True)
            )
        if outcome.definitions is not None:
            is_own = ~outcome.definitions["source_id"].str.endswith(OTHER_DAYS).astype(bool)
            names = {"rival_group": outcome.rule.rule_id}
            chosen.append(outcome.definitions[is_own].assign(**names))
    definitions = join_definitions(chosen)
    index = statements.figures["index"].to_numpy()
    causes = CauseSearch(
        statements, suite.identities, verdicts, lambda figure: teller.printed(int(index[figure]))
    ).find()
    rivals: dict[str, list[str]] = {}
    for each in suite.identities:
        rivals.setdefault(each.rival_group or "", []).append(each.rule_id)
    stated = [each for each in broken if each.row < own]
    told = drop_echoes(stated)
    _forget(found.tallies, map(_name, stated), map(_name, told))
    found.drafts.extend(draft_identities(told, teller, causes, definitions, rivals))
    moved = (each for each in broken if each.row >= own and differ_in_day(each))
    found.drafts.extend(draft_unreconciled(moved, teller))
    return found, definitions


def _split(outcome: Outcome) -> Iterator[tuple[Identity, pd.DataFrame]]:
    """The verdict of each identity of a rule; a rule of several names which one each row is of."""
    verdict = outcome.verdict
    if verdict is None:
        return
    for identity in outcome.rule.identities:
        is_mine = verdict["rule_id"] == identity.rule_id if "rule_id" in verdict else slice(None)
        yield identity, verdict[is_mine]


def _name(told: Broken | DraftFinding) -> tuple[str, str]:
    """The rule and the source of what is broken."""
    rule_id = told.rule_id if isinstance(told, DraftFinding) else told.identity.rule_id
    return rule_id, told.place["source_id"]


def _forget(
    tallies: Iterable[Tally], before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]
) -> None:
    """Count as not applicable what another rule has told already."""
    by_rule = {tally.rule_id: tally for tally in tallies}
    for (rule_id, source), count in (Counter(before) - Counter(after)).items():
        tally = by_rule[rule_id]
        tally.counts[:, tally.sources.index(source)] += [-count, 0, -count, count]


def settle_repeated(found: Sequence[Found]) -> Found:
    """All that was found, told once, with tallies that count as broken only what is told."""
    drafts = [draft for each in found for draft in each.drafts]
    tallies = [tally for each in found for tally in each.tallies]
    kept = drop_repeated(drafts)
    _forget(tallies, map(_name, drafts), map(_name, kept))
    return Found(kept, tallies)


def drop_repeated(drafts: list[DraftFinding]) -> list[DraftFinding]:
    """Without what the counts of a rate have already told: its bound, and that it is a share."""
    told = {
        (kind, draft.indicator, *draft.place.values())
        for draft in drafts
        if draft.kind in ("pooled", "ratio") and draft.cause is not None
        for kind in ("scale", draft.kind)
    }
    return [
        draft
        for draft in drafts
        if draft.cause is not None
        or draft.kind not in ("pooled", "scale")
        or (draft.kind, draft.indicator, *draft.place.values()) not in told
    ]


def list_doubtful(tallies: pd.DataFrame) -> list[str]:
    """Rules that every source breaks to which they apply, three or more: perhaps they are wrong."""
    applied = tallies[tallies["applied"] > 0]
    by_rule = applied.groupby("rule_id")
    is_doubtful = (by_rule.size() > 2) & (by_rule["passed"].sum() == 0)
    return [str(rule_id) for rule_id in is_doubtful.index[is_doubtful]]


def doubt(rule_id: str) -> str:
    """What is said of a doubtful rule."""
    return f"rule {rule_id} is broken by every source that it applies to; is it right?"


def draft_remarks(observations: pd.DataFrame, reference: Reference) -> Iterator[DraftFinding]:
    """What readers noticed that no arithmetic can, in the sources at hand.

    A remark about a figure stands at the place of the first one, any other at that of the source.
    """
    cited = observations.assign(first=observations["figures"].str.split(" ", n=1).str[0])
    cited = cited[cited["source_id"].isin(set(reference.remarks["source_id"]))]
    areas = cited.groupby("source_id")["area_id"].agg(lambda cells: cells.mode().iloc[0])
    places = cited.drop_duplicates(["source_id", "first"])
    places = places.set_index(["source_id", "first"], drop=False)
    for remark in list_rows(reference.remarks):
        source_id, figures = str(remark["source_id"]), str(remark["figures"])
        if source_id not in areas.index:
            continue
        first = (source_id, figures.partition(" ")[0])
        about = dict.fromkeys((*PLACE, "indicator"), "") | {"area_id": str(areas[source_id])}
        if first in places.index:
            about = dict(zip(about, map(str, places.loc[first, list(about)]), strict=True))
        yield DraftFinding(
            rule_id=f"remark_{str(remark['remark_id']).removeprefix(f'{source_id}.')}",
            severity=Severity.INFO,
            kind="remark",
            place={name: about[name] for name in PLACE} | {"source_id": source_id},
            indicator=about["indicator"],
            figures=figures,
            sentences={"vi": str(remark["text_vi"]), "en": str(remark["text_en"])},
        )
