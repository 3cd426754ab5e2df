"""The table of patterns: every entry compiles, is asked for, and is found where it is asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cchc_analysis.read.patterns import P
from cchc_analysis.read.recognise import Kind

ROOM = Path(__file__).parents[1] / "src" / "cchc_analysis" / "read"


def test_what_the_code_asks_for_is_what_the_table_holds() -> None:
    code = "\n".join(path.read_text("utf-8") for path in sorted(ROOM.rglob("*.py")))
    table = (ROOM / "patterns.toml").read_text("utf-8")
    asked = set(re.findall(r"\bP\.([a-z]\w*)", code)) - {"rules", "openers"}
    pieces = set(re.findall(r"<<(\w+)>>", table))
    assert asked <= set(P.names())
    assert set(P.names()) - asked - pieces == set()


@pytest.mark.parametrize("name", sorted(set(P.names()) - {"CAPITALS"}))
def test_every_pattern_compiles(name: str) -> None:
    assert getattr(P, name).pattern


def test_every_rule_of_numerals_names_a_kind() -> None:
    assert {kind for kind, _, _ in P.rules} <= set(Kind.__members__)


def test_a_pattern_is_made_of_the_pieces_that_it_names() -> None:
    assert "<<" not in P.from_to.pattern
    assert P.from_to.search("từ ngày 15/12/2022 đến ngày 20/9/2023")


def test_an_unknown_pattern_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_pattern"):
        _ = P.no_such_pattern
