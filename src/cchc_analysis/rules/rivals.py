"""Rival definitions: identities that exclude one another, of which a source follows one.

Whether dossiers carried over are counted inside the online ones, or by what an on-time rate is
divided, differs from district to district. What fits decides, source by source; the choice is
recorded, and the readings that a source rejects accuse it of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from cchc_analysis.rules.evaluation import evaluate_identity
from cchc_analysis.rules.figures import Booleans
from cchc_analysis.rules.identity import ALTERNATIVE, Identity
from cchc_analysis.rules.statements import Statements

if TYPE_CHECKING:
    import pandas as pd


def evaluate_rivals(
    identities: Iterable[Identity], statements: Statements
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Evaluate all identities, and let every source follow the definitions that fit it.

    Returns:
        Verdicts by rule id, as ``evaluate_identity`` gives them, without the rivals that a source
        rejects; and the definitions that sources follow, as ``choose_definitions`` gives them.
    """
    rules = tuple(identities)
    verdicts = {rule.rule_id: evaluate_identity(rule, statements) for rule in rules}
    definitions = choose_definitions(rules, verdicts, statements)
    groups = {rule.rule_id: rule.rival_group for rule in rules if rule.rival_group}
    followed = {
        rule.rule_id: _list_followed(rule, groups, verdicts[rule.rule_id], definitions, statements)
        & _list_accusable(rule, groups, verdicts, definitions, statements)
        for rule in rules
    }
    return {name: verdict[followed[name]] for name, verdict in verdicts.items()}, definitions


def choose_definitions(
    identities: Iterable[Identity], verdicts: Mapping[str, pd.DataFrame], statements: Statements
) -> pd.DataFrame:
    """Which of its rival definitions each source follows: the one that fits most often.

    Where they fit equally often the one counts that breaks less, then the one written first.

    Returns:
        ``source_id``, ``rival_group``, ``rule_id``, ``fits`` (statements that fit), ``breaks``
        and ``rivals`` (how many rules of the group the figures of the source could decide
        between); sorted, a row for each source to which a rule of the group applies.
    """
    import pandas as pd

    columns = ["source_id", "rival_group", "rule_id", "fits", "breaks", "rivals"]
    key = ["source_id", "rival_group"]
    found = []
    for rank, rule in enumerate(identities):
        verdict = verdicts[rule.rule_id]
        verdict = verdict[verdict["is_complete"]]
        if rule.rival_group is None or verdict.empty:
            continue
        fits = (verdict["holds"] | verdict["is_within_unit"]).astype(int)
        counts = fits.groupby(statements.rows["source_id"].loc[verdict.index].to_numpy())
        found.append(
            pd.DataFrame({"fits": counts.sum(), "breaks": counts.size() - counts.sum()})
            .rename_axis("source_id")
            .reset_index()
            .assign(rival_group=rule.rival_group, rule_id=rule.rule_id, rank=rank)
        )
    if not found:
        return pd.DataFrame(columns=columns)
    ordered = pd.concat(found, ignore_index=True).sort_values(
        [*key, "fits", "breaks", "rank"], ascending=[True, True, False, True, True]
    )
    ordered["rivals"] = ordered.groupby(key)["rule_id"].transform("size")
    return ordered.drop_duplicates(key).reset_index(drop=True)[columns]


def _list_followed(
    identity: Identity,
    groups: Mapping[str, str],
    verdict: pd.DataFrame,
    definitions: pd.DataFrame,
    statements: Statements,
) -> Booleans:
    """Where a source follows an identity: one of no rival group is always followed.

    An identity that assumes definitions is not followed where a source is told to take others.
    Where no definition of its own group can be told, the first one stands for all of them.
    """
    sources = statements.rows["source_id"].loc[verdict.index]
    followed = np.ones(len(verdict), dtype=bool)
    if identity.rival_group:
        first = next(name for name, of in groups.items() if of == identity.rival_group)
        told, met = _tell(identity.rule_id, groups, definitions, sources)
        followed &= met | ~told if first == identity.rule_id else met
    fitting = definitions[definitions["fits"] > 0]
    for clause in identity.assumes:
        told, met = _tell(clause, groups, fitting, sources)
        followed &= met | ~told
    return followed


def _tell(
    clause: str, groups: Mapping[str, str], definitions: pd.DataFrame, sources: pd.Series
) -> tuple[Booleans, Booleans]:
    """Where a definition is told for a group of a clause ("D03 or D25"), and where it is met."""
    names = clause.split(ALTERNATIVE)
    told = definitions[definitions["rival_group"].isin({groups[name] for name in names})]
    met = told[told["rule_id"].isin(names)]
    return (
        np.asarray(sources.isin(set(told["source_id"])), dtype=bool),
        np.asarray(sources.isin(set(met["source_id"])), dtype=bool),
    )


def _list_accusable(
    identity: Identity,
    groups: Mapping[str, str],
    verdicts: Mapping[str, pd.DataFrame],
    definitions: pd.DataFrame,
    statements: Statements,
) -> Booleans:
    """Where a rival may accuse: a source that it never fits may follow the official definition.

    That one, written first, is what a source is held to when nothing fits; where its figures are
    not printed it cannot be told from the rival, and a gap is no contradiction.
    """
    verdict, group = verdicts[identity.rule_id], identity.rival_group
    first = next((name for name, of in groups.items() if of == group), identity.rule_id)
    if group is None or first == identity.rule_id:
        return np.ones(len(verdict), dtype=bool)
    official = verdicts[first]
    told = set(official.index[official["is_complete"] | ~official["holds"]])
    fitting = definitions.loc[
        (definitions["rival_group"] == group) & (definitions["fits"] > 0), "source_id"
    ]
    sources = statements.rows["source_id"].loc[verdict.index]
    return np.asarray(sources.isin(set(fitting)).to_numpy() | verdict.index.isin(told))
