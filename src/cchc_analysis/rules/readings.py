"""Which of several printed values we publish.

A report that prints one quantity with two values leaves a choice. The written rule: the reading
that most identities speak for; of equals the one printed most often; of equals the one printed
first. The other readings stay beside it, and the finding names them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cchc_analysis.data.records import QUANTITY
from cchc_analysis.rules.counterfactuals import Surroundings, build_worlds, judge_worlds
from cchc_analysis.rules.expressions import Identity
from cchc_analysis.rules.statements import tabulate_statements

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference

QUANTITY_OF_SOURCE = ["source_id", *QUANTITY]


def choose_readings(
    observations: pd.DataFrame, identities: Iterable[Identity], reference: Reference | None = None
) -> pd.DataFrame:
    """Choose the published reading of every quantity that a source prints with several values.

    Returns:
        The observations with ``is_published`` set on one reading of each quantity.
    """
    contested = observations[observations.duplicated(QUANTITY_OF_SOURCE, keep=False)]
    if contested.empty:
        return observations.assign(is_published=True)
    first = _publish_best(observations, contested.assign(fits=0))
    fits = count_fits(first, contested, identities, reference)
    return _publish_best(first, contested.assign(fits=fits))


def count_fits(
    observations: pd.DataFrame,
    contested: pd.DataFrame,
    identities: Iterable[Identity],
    reference: Reference | None = None,
) -> pd.Series:
    """Count the identities that hold when one contested reading is taken for its quantity.

    Every reading gets a world of its own, in which it stands for its quantity and all else stays
    as published.

    Returns:
        A count for each row of ``contested``.
    """
    import pandas as pd

    rules = tuple(identities)
    statements = tabulate_statements(observations, reference)
    figures = statements.figures[QUANTITY_OF_SOURCE].assign(figure=statements.figures.index)
    readings = (
        contested[[*QUANTITY_OF_SOURCE, "value"]]
        .assign(world=contested.index)
        .merge(figures, on=QUANTITY_OF_SOURCE)
    )
    if readings.empty:
        return pd.Series(0, index=contested.index)
    surroundings = Surroundings(statements, rules)
    members = [
        pd.DataFrame({"world": world, "figure": surroundings.list_figures(figure)})
        for world, figure in zip(readings["world"], readings["figure"], strict=True)
    ]
    changes = readings[["world", "figure", "value"]]
    judged = judge_worlds(build_worlds(statements, pd.concat(members), changes), rules)
    worlds = pd.Series(judged.world[judged.fits & judged.is_complete], dtype="int64")
    return worlds.value_counts().reindex(contested.index).fillna(0).astype("int64")


def _publish_best(observations: pd.DataFrame, contested: pd.DataFrame) -> pd.DataFrame:
    """Publish of each contested quantity the reading with most fits, prints, and the first."""
    prints = contested["figures"].map(lambda figures: len(figures.split()))
    ranked = contested.assign(prints=prints).sort_values(
        ["fits", "prints", "reading"], ascending=[False, False, True], kind="stable"
    )
    best = ranked.drop_duplicates(QUANTITY_OF_SOURCE).index
    is_published = ~observations.index.isin(contested.index) | observations.index.isin(best)
    return observations.assign(is_published=is_published)
