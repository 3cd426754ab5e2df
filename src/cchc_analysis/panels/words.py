"""The words of other people's headings: what a heading says besides, and what is left to match.

The words of publishers stand in ``words.toml``; here they are compared as texts, and mean nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from cchc_analysis.data.clean import PeriodError, fold_text, label_period, parse_period

T = TypeVar("T")


@cache
def load_vocabulary() -> dict[str, Any]:
    """The words of ``words.toml`` by what they say."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def spell(kind: str) -> dict[str, str]:
    """What the words of a part of ``words.toml`` stand for; each code is one of its own."""
    said = load_vocabulary()[kind].items()
    return {word: code for code, words in said for word in (code, *words)}


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One of the patterns of ``words.toml``."""
    return re.compile(load_vocabulary()["patterns"][name])


def is_score(text: str) -> bool:
    """Whether a heading says no more than that its figures are scores ("Điểm", "Chỉ số (%)")."""
    return fold_text(text) in load_vocabulary()["scores"]


def is_rank(name: str) -> bool:
    """Whether a heading is that of ranks."""
    lower = part_period(name)[1].rpartition(" / ")[2]
    return any(map(pattern("ranked").search, list_forms(lower)))


def is_total(label: str, more: Iterable[str] = ()) -> bool:
    """Whether a label is that of a row which adds up others, or one ``more`` label of such."""
    folded = fold_text(label)
    return folded in map(fold_text, more) or bool(pattern("total").fullmatch(folded))


def is_period(name: str) -> bool:
    """Whether a heading is a period."""
    with suppress(PeriodError):
        return parse_period(bare_period(name)).end is not None
    return False


def bare_period(name: str) -> str:
    """A period without what programs and footnotes put behind its year.

    >>> bare_period("2021.0"), bare_period("PCI / Năm 2021 (1)")
    ('2021', 'PCI / Năm 2021')
    """
    return pattern("behind_year").sub("", name)


@cache
def part_period(text: str) -> tuple[str, str]:
    """The label of the only period that a text speaks of, and the text without it.

    Of several none is meant, nor a year of which other words name a part.

    >>> part_period("9 tháng năm 2024 - Hồ sơ"), part_period("PCI / Năm 2021 (1)")
    (('2024-9M', 'Hồ sơ'), ('2021', 'PCI'))
    >>> part_period("2006-2010")[0], part_period("Tháng 9 năm 2024")[0]
    ('', '')
    """
    parted = pattern("hump").sub(" ", pattern("scale").sub("", bare_period(text)))
    bare = pattern("heading_mark").sub("", parted)
    if len({*pattern("year").findall(bare)}) != 1:
        return "", bare
    words, marks = bare.split(), " ,-–—/()[]:"
    spans = combinations(range(len(words) + 1), 2)
    for first, end in sorted(spans, key=lambda span: span[0] - span[1]):
        period = " ".join(words[first:end]).strip(marks)
        if words[first] != "/" != words[end - 1] and is_period(period):
            rest = " ".join([*words[:first], *words[end:]])
            left = pattern("year").sub("", rest).strip(" ,-–—/:")
            is_part = pattern("part_of_year").search(left.casefold())
            return ("", bare) if is_part else (label_period(parse_period(period)), left)
    return "", bare


def part_status(name: str) -> tuple[str, str]:
    """What a row of a heading says of all below it, plan or result, and the other rows.

    >>> part_status("Kế hoạch / PCI / Thực hiện"), part_status("Chỉ tiêu / PCI")
    (('actual', 'PCI'), ('', 'Chỉ tiêu / PCI'))
    """
    *upper, lowest = parts = name.split(" / ")
    said = [spell("statuses").get(fold_text(each), "") for each in upper]
    said.append((spell("statuses") | spell("statuses_below")).get(fold_text(lowest), ""))
    left = [part for part, status in zip(parts, said, strict=True) if not status]
    return next(filter(None, reversed(said)), ""), " / ".join(left)


def last_part(name: str) -> str:
    """The lower row of a heading of two rows, folded."""
    return fold_text(name.rpartition(" / ")[2])


def first_form(table: Mapping[str, T], name: str) -> T | None:
    """What a table holds for the first form of a heading that it has."""
    return next((table[form] for form in list_forms(name) if form in table), None)


def list_forms(name: str) -> tuple[str, ...]:
    """A heading folded as it stands, parted at its capitals, without marks of notes or numbering.

    >>> list_forms("5. Public administrative procedures")[-1], list_forms("TinhThanh")[1]
    ('public administrative procedures', 'tinh thanh')
    >>> list_forms("PAR INDEX(1) / 2022(2)")[-1]
    'par index 2022'
    """
    labelled = pattern("labelled").fullmatch(name)
    bare = pattern("heading_mark").sub("", name)
    whole = (name, *(labelled.groups() if labelled else ()), bare)
    parted = [pattern("hump").sub(" ", each) for each in whole]
    return tuple(dict.fromkeys(map(fold_text, (*whole, *parted, *map(strip_number, parted)))))


def strip_number(name: str) -> str:
    """A heading without its number; "1.1. …" keeps it, or it would be the whole of its part."""
    number = pattern("numbering").match(name)
    return name[number.end() :] if number and not pattern("part").search(number[0]) else name


@cache
def _spellings() -> tuple[re.Pattern[str], dict[str, str]]:
    """The phrases of headings that are spelt otherwise, or say nothing, and what each becomes."""
    words = load_vocabulary()
    said = dict.fromkeys(words["fillers"], "") | spell("spelt")
    longest_first = sorted(said, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b"), said


@cache
def word_key(name: str) -> frozenset[str]:
    """The words of a heading that say what is measured, in any order and spelling.

    >>> word_key("1. Tỉ lệ HS trễ hạn") == word_key("Tỷ lệ quá hạn của hồ sơ")
    True
    """
    labelled = pattern("labelled").fullmatch(name)
    bare = strip_number(pattern("hump").sub(" ", labelled[1] if labelled else name))
    whole = pattern("part").sub(lambda part: re.sub(r"\W", "p", part[0]), bare)  # "1.1" is one word
    phrases, said = _spellings()
    shown = fold_text(pattern("department").sub("department", whole).replace("%", " percent "))
    return frozenset(phrases.sub(lambda found: said[found[0]], shown).split())
