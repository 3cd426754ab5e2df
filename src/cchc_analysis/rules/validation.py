"""Tables into findings: every rule over all tables, once, and what it breaks in words.

Comes in as the tables of a run and the suites of ``expectations/``; goes out as findings, as
tallies of what was applied, and as the definitions that sources follow. Great Expectations says
which rows break which rule; findings are made of that, and of the evaluation that its metric kept.
It runs in one ephemeral context, over each table once. A rule that could not be run is an error of
ours, never a failure of the data.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cchc_analysis.data import records
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import CchcError, CommandError, ValidationError
from cchc_analysis.rules import arithmetic, suites
from cchc_analysis.rules.causes import CauseSearch
from cchc_analysis.rules.evaluation import join_definitions, make_nothing
from cchc_analysis.rules.expressions import Identity, list_operands
from cchc_analysis.rules.rows import describe_rows
from cchc_analysis.rules.statements import (
    ROW_COLUMNS,
    Integers,
    tabulate_columns,
    tabulate_statements,
)
from cchc_analysis.rules.suites import Rule, Suite, list_rounded
from cchc_analysis.rules.wording import DraftFinding, Teller, draft_rows, tabulate_drafts

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition


@dataclass(frozen=True)
class Validated:
    """What validation found, in tables of the columns that ``records`` names.

    Findings sorted by id; a tally for each rule and source; the definition that a source follows of
    each group, where one fits.
    """

    findings: pd.DataFrame
    tallies: pd.DataFrame
    definitions: pd.DataFrame


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations answers for one rule.

    ``broken`` are the positions of the rows that it reports; ``verdict`` is what the metric kept of
    the rows that the rule applies to, with ``holds`` as Great Expectations says, or nothing for a
    stock rule; ``definitions`` say which one each source follows.
    """

    rule: Rule
    broken: Integers
    verdict: pd.DataFrame | None = None
    definitions: pd.DataFrame | None = None


class Found:
    """What the rules of one suite found in a table whose rows have these sources.

    ``counts`` are by rule the rows of each source that it applied to, kept, broke and did not speak
    of: a line for each of these, a column for each of the sorted ``sources``.
    """

    def __init__(self, sources: pd.Series) -> None:
        cells = sources.to_numpy(dtype=object)
        self.drafts: list[DraftFinding] = []
        self.sources, self._codes = np.unique(cells, return_inverse=True)
        self.counts: dict[str, Integers] = {}
        self._rows = self._count(np.arange(len(sources)))

    @property
    def applied(self) -> int:
        """How many rules found something to apply to."""
        return sum(bool(counts[0].any()) for counts in self.counts.values())

    def tally(self, outcome: Outcome, rule_id: str = "") -> None:
        """Tally what a rule answers; one without a verdict speaks of every row."""
        if (verdict := outcome.verdict) is None:
            used, failed = self._rows, self._count(np.unique(outcome.broken))
        else:
            rows = verdict.index.to_numpy()
            used, failed = self._count(rows), self._count(rows[~verdict["holds"].to_numpy(bool)])
        counts = np.stack([used, used - failed, failed, self._rows - used])
        self.counts[rule_id or outcome.rule.rule_id] = counts.astype(np.int32)

    def _count(self, rows: Integers) -> Integers:
        counts = np.bincount(self._codes[rows], minlength=len(self.sources))
        return np.asarray(counts, dtype=np.int64)

    def forget(self, before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> None:
        """Count as not applicable what another rule has told: rules and sources of what broke."""
        for (rule_id, source), count in (Counter(before) - Counter(after)).items():
            column = self.counts[rule_id][:, np.searchsorted(self.sources, source)]
            column += [-count, 0, -count, count]


def join_tallies(found: Iterable[Found]) -> pd.DataFrame:
    """All tallies as a table (``TALLY_COLUMNS``), sorted by rule and source."""
    tallies = [(rule_id, each) for each in found for rule_id in each.counts]
    tallies.sort(key=lambda tally: tally[0])
    rules = np.array([rule_id for rule_id, _ in tallies], dtype=object)
    counts = np.concatenate([each.counts[rule_id] for rule_id, each in tallies], axis=1)
    return pd.DataFrame(
        {
            "rule_id": np.repeat(rules, [len(each.sources) for _, each in tallies]),
            "source_id": np.concatenate([each.sources for _, each in tallies]),
            **dict(zip(records.TALLY_COLUMNS[2:], counts, strict=True)),
        }
    )


def suite_parameters(reference: Reference, table: pd.DataFrame | None = None) -> dict[str, Any]:
    """The values of the ``$PARAMETER`` arguments of our suites.

    Args:
        reference: The reference tables.
        table: What is to be validated: only areas and indicators that it names are known. Great
            Expectations copies what a rule is asked about a hundred times, word by word.

    Returns:
        ``indicators``, ``areas``, ``units``, ``breakdowns``, ``scopes``, ``statuses``,
        ``comparators`` and ``origins``: the words that are known; ``rounded``: the indicators whose
        printed numbers are rounded, with blanks between them, where all others are counted; and
        ``cchc_analysis``, without which the guard of each suite fails.
    """
    named = reference.area_rows if table is None or "area_id" not in table else table["area_id"]
    areas = [each for each in dict.fromkeys(named) if each in reference.area_rows]
    indicators = list(reference.indicators["indicator"])
    if table is not None and "indicator" in table:
        held = set(table["indicator"].unique())
        indicators = [each for each in indicators if each in held]
    return {
        "cchc_analysis": 0,
        "indicators": indicators,
        "rounded": " ".join(list_rounded(reference)),
        "areas": areas,
        "units": list(reference.units["unit"]),
        "breakdowns": ["", *reference.breakdowns["breakdown"]],
        "scopes": [*map(str, records.Scope)],
        "statuses": [*map(str, records.Status)],
        "comparators": [*map(str, records.Comparator)],
        "origins": [*map(str, records.Origin)],
    }


def tabulate_for(
    suite: str, tables: records.Tables, reference: Reference, expectations: Path
) -> pd.DataFrame:
    """The table that a suite of ours judges; a CommandError where none has this name."""
    if suite not in suites.SUITES:
        known = ", ".join(suites.SUITES)
        raise CommandError(problem("strange_suite", "make_table", suite=suite, known=known))
    if suite != "identities":
        table = getattr(tables, suite)
        table = join_kinds(table, tables.sources) if suite == "transcripts" else table
        return describe_rows(suite, table, reference)
    identities = suites.load_identities(expectations / "identities.json", reference)
    operands = dict.fromkeys(each for rule in identities for each in rule.operands)
    return tabulate_columns(tabulate_statements(tables.observations, reference), operands)


def join_kinds(transcripts: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Figures with the ``kind`` of their source: news has no sections, and lacks none."""
    return transcripts.merge(sources[["source_id", "kind"]], "left", "source_id")


def validate_tables(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    transcripts: pd.DataFrame | None,
    reference: Reference,
    expectations: Path,
    sources: pd.DataFrame | None = None,
) -> Validated:
    """Validate the tables of a run; observations with one published reading for each quantity.

    Without transcripts findings do not say where figures stand, without sources who states them. A
    ValidationError where a suite would not do what it says, or a rule could not be run.
    """
    loaded = suites.load_suites(expectations, reference)
    stated = observations.reset_index(drop=True)
    teller = Teller(stated, transcripts, reference, sources)
    identities, definitions = check_identities(loaded["identities"], stated, reference, teller)
    found = [
        identities,
        check_rows(loaded["observations"], stated, reference, teller),
        check_rows(loaded["indicators"], indicators, reference),
    ]
    if transcripts is not None:
        found.append(check_rows(loaded["transcripts"], transcripts, reference))
    fitting = definitions[definitions["fits"] > 0]
    drafts = [*settle_repeated(found), *draft_remarks(stated, reference)]
    return Validated(
        findings=tabulate_drafts(drafts),
        tallies=join_tallies(found),
        definitions=fitting[list(records.DEFINITION_COLUMNS)].reset_index(drop=True),
    )


def try_suites(expectations: Path, reference: Reference) -> dict[str, Suite]:
    """Load all suites of a folder, see each identity fail on an example, and miss none."""
    loaded = suites.load_suites(expectations, reference)
    tried = (suites.check_examples(suite, reference) for suite in loaded.values())
    owed = suites.check_owed(loaded["identities"], reference)
    if problems := [*chain(*tried), *owed]:
        raise ValidationError(problems)
    return loaded


def check_rows(
    suite: Suite,
    rows: pd.DataFrame,
    reference: Reference,
    teller: Teller | None = None,
    rules: Sequence[Rule] | None = None,
) -> Found:
    """Check the cells of rows, and what rows owe each other; by some of the rules."""
    table = describe_rows(suite.table, rows, reference)
    teller = teller or Teller(table, None, reference)
    found = Found(table["source_id"])
    for outcome in run_suite(suite, table, suite_parameters(reference, table), rules):
        found.tally(outcome)
        found.drafts.extend(draft_rows(outcome, table, teller))
    return found


def check_critical(
    observations: pd.DataFrame, transcripts: pd.DataFrame, reference: Reference, expectations: Path
) -> None:
    """Refuse tables of which a rule says that nothing may be published (ValidationError)."""
    drafts = list[DraftFinding]()
    for name, rows in (("observations", observations), ("transcripts", transcripts)):
        suite = suites.load_suite(expectations / f"{name}.json", name, reference)
        rules = [rule for rule in suite.rules if rule.severity == records.Severity.CRITICAL]
        teller = Teller(rows, transcripts, reference) if name == "observations" else None
        drafts += check_rows(suite, rows, reference, teller, rules).drafts
    for error in list_errors(tabulate_drafts(drafts)):
        raise error


def list_errors(findings: pd.DataFrame) -> list[CchcError]:
    """The findings with which nothing may be published, as one error or none."""
    critical = findings[findings["severity"] == records.Severity.CRITICAL]
    said = critical.assign(explanation_en=critical["explanation_en"].str.rstrip("."))
    problems = [
        problem("critical", f"{row['source_id']}, figures {row['figures']}", **row)
        for row in list_rows(said)
    ]
    return [ValidationError(problems)] if problems else []


def check_identities(
    suite: Suite, observations: pd.DataFrame, reference: Reference, teller: Teller
) -> tuple[Found, pd.DataFrame]:
    """Check what the quantities of each source owe each other, by the definitions it follows."""
    given = tabulate_statements(observations, reference)
    statements, own = arithmetic.align_days(given), len(given.rows)
    table = tabulate_columns(statements, suite.operands)
    found = Found(given.rows["source_id"])
    verdicts: dict[str, pd.DataFrame] = {}
    broken: list[arithmetic.Broken] = []
    chosen = []
    for outcome in run_suite(suite, table, suite_parameters(reference, table)):
        here = replace(outcome, broken=outcome.broken[outcome.broken < own])
        if (judged := outcome.verdict) is None:
            found.tally(here)
            found.drafts.extend(draft_rows(here, table, teller))
            continue
        is_one_of_several = len(outcome.rule.identities) > 1 and not judged.empty
        for identity in outcome.rule.identities:
            verdict = judged[judged["rule_id"] == identity.rule_id] if is_one_of_several else judged
            mine = verdict.iloc[: verdict.index.searchsorted(own)]
            verdicts[identity.rule_id] = mine
            found.tally(replace(here, verdict=mine), identity.rule_id)
            # Most rules are kept everywhere, and to look would cost more than to judge them.
            if len(outcome.broken):
                rows = verdict[~verdict["holds"].to_numpy(dtype=bool)]
                severity = outcome.rule.severity
                broken.extend(
                    arithmetic.Broken(identity, int(row), cells, statements, severity)
                    for row, cells in zip(rows.index, rows.to_dict("records"), strict=True)
                )
        if outcome.definitions is not None:
            sources = outcome.definitions["source_id"].str
            is_own = ~sources.endswith(arithmetic.OTHER_DAYS).astype(bool)
            chosen.append(outcome.definitions[is_own].assign(rival_group=outcome.rule.rule_id))
    definitions = join_definitions(chosen)
    index = statements.figures["index"].to_numpy()
    causes = CauseSearch(
        statements, suite.identities, verdicts, lambda figure: teller.printed(int(index[figure]))
    ).find()
    rivals: dict[str, list[str]] = {}
    for each in suite.identities:
        rivals.setdefault(each.rival_group or "", []).append(each.rule_id)
    stated = [each for each in broken if each.row < own]
    told = arithmetic.drop_echoes(stated)
    found.forget(map(_name, stated), map(_name, told))
    found.drafts.extend(arithmetic.draft_identities(told, teller, causes, definitions, rivals))
    moved = (each for each in broken if each.row >= own)
    found.drafts.extend(arithmetic.draft_unreconciled(moved, teller))
    return found, definitions


def _name(told: arithmetic.Broken | DraftFinding) -> tuple[str, str]:
    """The rule and the source of what is broken."""
    rule_id = told.rule_id if isinstance(told, DraftFinding) else told.identity.rule_id
    return rule_id, told.place["source_id"]


def settle_repeated(found: Sequence[Found]) -> list[DraftFinding]:
    """The findings of several suites, each told once; what is not told is not tallied as broken.

    What the counts of a rate have told is not told again by its bound, nor that it is a share.
    """
    drafts = [draft for each in found for draft in each.drafts]
    told = {
        (kind, draft.indicator, *draft.place.values())
        for draft in drafts
        if draft.kind in ("pooled", "ratio") and draft.cause is not None
        for kind in ("scale", draft.kind)
    }

    def is_told(draft: DraftFinding) -> bool:
        is_bound = draft.cause is None and draft.kind in ("pooled", "scale")
        return is_bound and (draft.kind, draft.indicator, *draft.place.values()) in told

    for each in found:
        kept = (draft for draft in each.drafts if not is_told(draft))
        each.forget(map(_name, each.drafts), map(_name, kept))
    return [draft for draft in drafts if not is_told(draft)]


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
    cited = observations[observations["source_id"].isin(set(reference.remarks["source_id"]))]
    cited = cited.assign(first=cited["figures"].str.split(" ", n=1).str[0])
    areas = cited.groupby("source_id")["area_id"].agg(lambda cells: cells.mode().iloc[0])
    places = cited.drop_duplicates(["source_id", "first"])
    places = places.set_index(["source_id", "first"], drop=False)
    for remark in reference.remarks.to_dict("records"):
        source_id, figures = str(remark["source_id"]), str(remark["figures"])
        if source_id not in areas.index:
            continue
        first = (source_id, figures.partition(" ")[0])
        about = dict.fromkeys((*ROW_COLUMNS, "indicator"), "") | {"area_id": str(areas[source_id])}
        if first in places.index:
            about = dict(zip(about, map(str, places.loc[first, list(about)]), strict=True))
        yield DraftFinding(
            rule_id=f"remark_{str(remark['remark_id']).removeprefix(f'{source_id}.')}",
            severity=records.Severity.INFO,
            kind="remark",
            place={name: about[name] for name in ROW_COLUMNS} | {"source_id": source_id},
            indicator=about["indicator"],
            figures=figures,
            sentences={"vi": str(remark["text_vi"]), "en": str(remark["text_en"])},
        )


def run_suite(
    suite: Suite,
    table: pd.DataFrame,
    parameters: Mapping[str, Any],
    rules: Sequence[Rule] | None = None,
) -> list[Outcome]:
    """Run the rules of a suite, or some of them, over a table with rows numbered from zero.

    A rule about quantities of which the table has no column is not applicable, and is not run. A
    ValidationError says that one could not be.
    """
    from great_expectations.core import ExpectationSuite

    rules = suite.rules if rules is None else rules
    nothing = np.array([], dtype=np.int64)
    outcomes = {
        rule.rule_id: Outcome(rule, nothing, make_nothing() if rule.identities else None)
        for rule in rules
    }

    def has_columns(identity: Identity) -> bool:
        sides = (list_operands(side) for side in (identity.left_side, identity.right_side))
        return all(not side or any(str(each) in table for each in side) for side in sides)

    run = {
        rule.rule_id: rule
        for rule in rules
        if not rule.identities or any(map(has_columns, rule.identities))
    }
    if not run or table.empty:
        return [*outcomes.values()]
    # Of what is said about a rule its id: Great Expectations copies all of it many times over.
    named = ((each, (each.meta or {}).get("rule_id")) for each in suite.built.expectations)
    chosen = [
        each.copy(update={"meta": {"rule_id": rule_id}})
        for each, rule_id in named
        if each.expectation_type == suites.GUARD or rule_id in run
    ]
    with _ALONE, warnings.catch_warnings():
        # Warnings of the libraries below are about them, not about the data.
        warnings.simplefilter("ignore")
        rows = define_batch()
        try:
            answer = rows.get_batch({"dataframe": table}).validate(
                ExpectationSuite(name=suite.file, expectations=chosen),
                # Without columns to name rows by, rows are named by their position, all at once.
                result_format={
                    "result_format": "COMPLETE",
                    "partial_unexpected_count": 0,
                    "return_unexpected_index_query": False,
                },
                expectation_parameters=dict(parameters),
            )
        finally:
            # Else the table is kept until the process ends.
            engine = rows.data_asset.datasource.get_execution_engine()
            engine.batch_manager.reset_batch_cache()
    answers = {
        str((each.expectation_config.meta or {}).get("rule_id", "")): each
        for each in answer.results
        if each.expectation_config
    }
    if lost := [rule_id for rule_id in run if rule_id not in answers]:
        raise RuntimeError(f"{suite.file}: no answer for {', '.join(lost)}")
    for rule_id, rule in run.items():
        outcomes[rule_id] = _read_answer(suite.file, rule, answers[rule_id])
    return [*outcomes.values()]


def _read_answer(file: str, rule: Rule, answer: ExpectationValidationResult) -> Outcome:
    # Great Expectations keeps one, or one for each metric.
    info = answer.exception_info or {}
    infos = [info] if "raised_exception" in info else [*info.values()]
    errors = [each["exception_message"] for each in infos if each.get("raised_exception")]
    if not answer.success and "unexpected_index_list" not in answer.result:
        errors.append("it fails and names no row")
    if errors:
        where = f"{file}, rule {rule.rule_id}"
        raise ValidationError(problem("rule_not_run", where, error=errors[0]))
    listed = [] if answer.success else answer.result.get("unexpected_index_list", [])
    broken = np.array(listed, dtype=np.int64)
    evaluation = answer.result.get("details", {}).get("evaluation")
    if evaluation is None:
        return Outcome(rule, broken)
    # Great Expectations decides: what it reports is broken, and nothing else.
    holds = ~evaluation.verdict.index.isin(broken) if len(broken) else True
    return Outcome(rule, broken, evaluation.verdict.assign(holds=holds), evaluation.definitions)


_ALONE = Lock()
"""Held while a table is judged: all of them go by one name."""


@cache
def define_batch() -> BatchDefinition[Any]:
    """What every table is: a batch of one context for each process.

    It writes its configuration whenever an asset is added, so there is one asset for all tables.
    """
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # Nothing is kept, and no folder made for pages that nobody asked for.
    nowhere = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    config = DataContextConfig(
        store_backend_defaults=nowhere,
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.pandas_default.add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("all")
