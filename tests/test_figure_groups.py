"""Groups of made-up figures, each with what it owes a reader: nothing missed, no false alarm."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis.data.records import INDICATOR_COLUMNS
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.data.tidy import tidy_observations
from cchc_analysis.rules import choose_readings, load_identities, validate_tables
from figure_groups import Group, add_areas, list_groups, make_transcripts

ROOT = Project(Path(__file__).resolve().parents[1])
ALL = list(list_groups())


def find_kinds(groups: list[Group]) -> dict[str, set[str]]:
    """The kinds of findings about each group, by its name."""
    reference = add_areas(load_reference(ROOT.reference), groups)
    transcripts = make_transcripts(groups, reference)
    tidied = tidy_observations(transcripts, reference)
    identities = load_identities(ROOT.expectations / "identities.json", reference)
    observations = choose_readings(tidied.observations, identities, reference)
    nothing = pd.DataFrame(columns=list(INDICATOR_COLUMNS)).astype(
        dict.fromkeys(("value", "wilson_low", "wilson_high"), "float64")
    )
    verdict = validate_tables(observations, nothing, transcripts, reference, ROOT.expectations)
    kinds: dict[str, set[str]] = {group.name: set() for group in groups}
    for source_id in tidied.problems:
        kinds[source_id.partition("_")[0]].add("refused")
    for source_id, rule_id, kind in verdict.findings[["source_id", "rule_id", "kind"]].itertuples(
        index=False
    ):
        is_hundred = rule_id == "O12"
        kinds[source_id.partition("_")[0]].add("hundred" if is_hundred else kind)
    return kinds


@pytest.fixture(scope="module")
def kinds() -> dict[str, set[str]]:
    return find_kinds(ALL)


@pytest.mark.parametrize("group", ALL, ids=[f"{each.family}: {each.line}" for each in ALL])
def test_a_group_is_told_as_a_reader_with_a_calculator_would(
    group: Group, kinds: dict[str, set[str]]
) -> None:
    assert kinds[group.name] == group.expected
