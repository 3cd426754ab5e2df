"""The wording file into rules, held against the catalogue.

Comes in as ``data/reference/wording.yml``; goes out as ``Wording``, or as everything in the file
that cannot be right, told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.errors import Problem, ReferenceDataError, ReportError
from cchc_analysis.read.recognise.wording import Wording, WordingRule

RULE_KEYS = frozenset(
    {
        "unit",
        "says",
        "under",
        "unless",
        "never",
        "over",
        "of",
        "scope",
        "period",
        "alone",
        "breakdown",
        "example",
        "or",
    }
)


def load_wording(path: Path, indicators: Iterable[str]) -> Wording:
    """Load the wording and hold it against the catalogue.

    Raises:
        ReferenceDataError: The file is not what it should be, or an entry points at nothing.
    """
    entries = _load_yaml(path)
    terms, means = _parse_terms(entries.get("terms") or {})
    rules = {
        code: _parse_rule(code, entry) for code, entry in (entries.get("indicators") or {}).items()
    }
    variants = tuple(
        _parse_rule(code, body)
        for code, entry in (entries.get("indicators") or {}).items()
        for body in (entry, *({**entry, **other} for other in entry.get("or") or ()))
    )
    units = {unit: tuple(nouns) for unit, nouns in (entries.get("units") or {}).items()}
    for phrase in _list_phrases(variants):
        terms.setdefault(phrase, (phrase,))
    wording = Wording(terms, means, rules, units, variants)
    if problems := list(check_wording(wording, entries, set(indicators), path.name)):
        raise ReferenceDataError(problems)
    return wording


def check_wording(
    wording: Wording, entries: Mapping[str, Any], indicators: set[str], file: str
) -> Iterator[Problem]:
    """Every entry of the wording that cannot be right, as problems."""
    for code, rule in wording.rules.items():
        where = f"{file}, {code}"
        for pointed in (code, rule.over, *rule.of):
            if pointed and pointed not in indicators:
                nearest = ", ".join(nearest_names(pointed, indicators))
                yield Problem(where, f"unknown indicator {pointed!r}", "a known one", nearest)
        if unknown := sorted(set(entries["indicators"][code]) - RULE_KEYS):
            found, expected = f"unknown key {', '.join(unknown)}", ", ".join(sorted(RULE_KEYS))
            yield Problem(where, found, expected, "Rename or remove it.")
        if not rule.example:
            yield Problem(where, "no example", "a made-up sentence", "Write one.")


def _load_yaml(path: Path) -> dict[str, Any]:
    try:
        entries = load_yaml(path)
    except ReportError as error:
        raise ReferenceDataError(error.problems) from None
    if not isinstance(entries, dict):
        raise ReferenceDataError(Problem(path.name, "no entries", "a mapping", "Restore it."))
    return entries


def _parse_terms(
    entries: Mapping[str, Any],
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """A term stands for its phrases; ``means`` names the terms that it says as well."""
    terms, means = {}, {}
    for term, entry in entries.items():
        phrases = entry["phrases"] if isinstance(entry, dict) else entry
        terms[str(term)] = tuple(str(phrase) for phrase in phrases)
        if isinstance(entry, dict):
            means[str(term)] = tuple(entry.get("means") or ())
    return terms, means


def _parse_rule(code: str, entry: Mapping[str, Any]) -> WordingRule:
    def listed(key: str) -> tuple[str, ...]:
        value = entry.get(key) or ()
        return (value,) if isinstance(value, str) else tuple(map(str, value))

    def split(text: str, mark: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in text.split(mark))

    return WordingRule(
        code,
        str(entry.get("unit") or ""),
        tuple(split(each, "+") for each in listed("says")),
        tuple(split(each, "|") for each in listed("under")),
        listed("unless"),
        listed("never"),
        str(entry.get("over") or ""),
        listed("of"),
        str(entry.get("scope") or ""),
        str(entry.get("period") or ""),
        bool(entry.get("alone")),
        dict(entry.get("breakdown") or {}),
        str(entry.get("example") or ""),
    )


def _list_phrases(rules: Iterable[WordingRule]) -> Iterator[str]:
    for rule in rules:
        for group in (*rule.says, *rule.under, rule.unless, rule.never, tuple(rule.breakdown)):
            yield from group
