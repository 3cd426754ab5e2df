"""The table of patterns: every entry compiles, is asked for, and is found where it is asked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cchc_analysis.data.outside import load_yaml
from cchc_analysis.read.patterns import PATTERNS, WORDS, Patterns
from cchc_analysis.read.recognise import Kind

ROOM = Path(__file__).parents[1] / "src" / "cchc_analysis" / "read"


def test_what_the_code_asks_for_is_what_the_table_holds() -> None:
    code = "\n".join(path.read_text("utf-8") for path in sorted(ROOM.rglob("*.py")))
    table = (ROOM / "patterns.toml").read_text("utf-8")
    asked = set(re.findall(r"\bPATTERNS\.([a-z]\w*)", code)) - {"rows"}
    pieces = set(re.findall(r"<<(\w+)>>", table))
    assert asked <= set(PATTERNS.texts)
    assert set(PATTERNS.texts) - asked - pieces == set()


def test_the_words_that_the_code_asks_for_are_those_of_the_table() -> None:
    code = "\n".join(path.read_text("utf-8") for path in sorted(ROOM.rglob("*.py")))
    table = tomllib.loads((ROOM / "patterns.toml").read_text("utf-8"))["words"]
    assert set(re.findall(r"\bWORDS\.([a-z]\w*)", code)) == set(table)
    assert WORDS.present in WORDS.of_present
    with pytest.raises(AttributeError):
        _ = WORDS.no_such_words


@pytest.mark.parametrize(
    "table", ["rules", "openers", "implied", "against", "documents", "headings", "statuses"]
)
def test_every_row_of_a_table_compiles(table: str) -> None:
    for row in PATTERNS.rows(table):
        assert all(isinstance(cell, str | int | list | re.Pattern) for cell in row.values())


def test_a_second_pattern_of_one_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"head": {"place": "a"}, "scopes": {"unit": "b", "place": "c"}}
    monkeypatch.setattr("cchc_analysis.read.patterns._load", lambda: tables)
    with pytest.raises(ValueError, match=r"patterns\.toml \[scopes\]: there is a place already"):
        _ = Patterns().texts


@pytest.mark.parametrize("name", sorted(set(PATTERNS.texts) - {"CAPITALS"}))
def test_every_pattern_compiles(name: str) -> None:
    assert getattr(PATTERNS, name).pattern


def test_every_rule_of_numerals_names_a_kind() -> None:
    assert {kind for row in PATTERNS.rows("rules") for kind in [row["kind"]]} <= set(
        Kind.__members__
    )


def test_no_rule_of_numerals_matches_without_what_it_needs() -> None:
    texts = {
        line: line.casefold()
        for path in sorted((Path(__file__).parent / "made_up").rglob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
    }
    for row in PATTERNS.rows("rules"):
        needs = row.get("needs", ("",))
        assert [need.casefold() for need in needs] == list(needs)
        without = [text for text, low in texts.items() if not any(need in low for need in needs)]
        assert not any(map(row["pattern"].search, without)), row["reason"]


def test_a_pattern_is_made_of_the_pieces_that_it_names() -> None:
    assert "<<" not in PATTERNS.from_to.pattern
    assert PATTERNS.from_to.search("từ ngày 15/12/2022 đến ngày 20/9/2023")


def test_an_unknown_pattern_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_pattern"):
        _ = PATTERNS.no_such_pattern


def test_no_phrase_is_listed_that_is_made_of_another() -> None:
    """What offices shorten inside a longer phrase follows from the table of abbreviations."""
    wording = load_yaml(ROOM.parents[2] / "data" / "reference" / "wording.yml")
    for term, held in wording["terms"].items():
        phrases = held if isinstance(held, list) else held["phrases"]
        for long, ways in wording["abbreviations"].items():
            longer = [each for each in phrases if long in each != long]
            made = {each.replace(long, way) for each in longer for way in ways}
            assert made.isdisjoint(phrases), term
