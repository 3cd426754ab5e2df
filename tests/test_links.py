"""Numbers of a page lead to the very figures that print them: sums, and sentences with scopes."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

from brief_work import (
    PROJECT,
    load_words_of,
    made_up_reference,
    make_tables,
    open_made_up,
    open_real_briefs,
    read_figures,
    read_text,
    tabulate,
    tell_page,
)
from cchc_analysis import brief as briefs
from cchc_analysis.brief.brief_sections import list_sentences
from cchc_analysis.brief.content import Brief
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import SOURCE_COLUMNS, Tables
from cchc_analysis.rules import validate_tables
from cchc_analysis.stats.derive import mark_findings

SUM = re.compile(r'<span class="?sum"?>(.*?)</span>', re.DOTALL)
LINK = re.compile(r'<a (?:id="?[^" >]*"? )?href="?#([^" >]+)"?>([^<]+)</a>')
NUMBER = re.compile(r"\d")
WORKED_OUT = re.compile(r"(?<== )\d[\d.,]*|\b100 [×−]|100 −|> 100$")
FIELDS = (
    *("steering", "institution", "procedures", "apparatus", "civil_service", "finance"),
    *("digital", "impact"),
)
WINDOW = ("2022-01-01", "2022-06-30")


def read_value(text: str, lang: str) -> float:
    """A number of a page."""
    swapped = text if lang == "vi" else text.translate(str.maketrans(".,", ",."))
    return float(swapped.replace(".", "").replace(",", ".").replace("\u2212", "-"))


def find_target(page: str, anchor: str) -> str:
    """The text of what an anchor of the notes names, up to its end."""
    name = re.escape(anchor)
    found = re.search(rf'<li id="{name}">(.*?)\n|<span id="{name}">(.*?)</span>', page, re.DOTALL)
    assert found, f"no {anchor}"
    return read_text(found[1] or found[2])


def check_sums(page: str, brief: Brief) -> int:
    """Hold every sum of a page against the figures of its brief; how many there are.

    A number links to the place of a figure with its value. Only what is worked out stands without
    a link: the results of sides with more than one term, and the hundred of a rate.
    """
    values = {
        figure: float(row["value"])
        for row in list_rows(brief.observations)
        for figure in row["figures"].split()
    }
    lines = {row["figure_id"]: row["line"] for row in list_rows(brief.figures)}
    rows = [row for row in list_rows(brief.findings) if row["arithmetic"]]
    by_sum = {write_sum(row["arithmetic"], brief.lang): row for row in rows}
    sums = SUM.findall(page)
    for told in sums:
        finding = by_sum[unescape(re.sub("<[^>]+>", "", told))]
        linked = []
        for anchor, number in LINK.findall(told):
            figure = anchor.split("-")[-1]
            assert values[figure] == pytest.approx(read_value(number, brief.lang))
            assert brief.words.say("note.line", n=lines[figure]) in find_target(page, anchor)
            linked.append(figure)
        assert set(linked) <= set(finding["figures"].split())
        assert len(linked) == len(set(linked)), f"{finding['arithmetic']}: one figure twice"
        assert LINK.sub("", told).count("=") == 0 or linked
        assert not NUMBER.search(WORKED_OUT.sub("", LINK.sub("#", told))), told
    return len(sums)


def write_sum(arithmetic: str, lang: str) -> str:
    """An arithmetic in the numbers of a language."""
    return arithmetic if lang == "vi" else arithmetic.translate(str.maketrans(".,", ",."))


def test_every_operand_of_the_real_briefs_leads_to_its_own_figure() -> None:
    counts = [check_sums(tell_page(brief), brief) for brief in open_real_briefs()]
    assert sum(counts) >= 2 * 26


@pytest.mark.parametrize("number", [10, pytest.param(50, marks=pytest.mark.soak)])
def test_equal_operands_lead_each_to_its_own_figure_in_made_up_briefs(number: int) -> None:
    briefs_told = open_many(number)
    assert len(briefs_told) == number
    with_equal = 0
    for brief in briefs_told:
        assert check_sums(tell_page(brief), brief) >= 2
        sums = [each.rpartition(" = ")[0].split(" + ") for each in brief.findings["arithmetic"]]
        with_equal += any(len(set(terms)) < len(terms) for terms in sums)
    assert with_equal == number


def open_many(number: int) -> list[Brief]:
    """Briefs of made-up reports of real districts: points that do not add up, several alike."""
    chance, reference = random.Random(14), made_up_reference()  # noqa: S311 - no secret
    names = [
        str(row["name"])
        for row in reference.area_rows.values()
        if row["level"] == "district"
        and row["valid_from"] <= WINDOW[0]
        and row["valid_to"] >= WINDOW[1]
    ]
    only = [name for name in names if names.count(name) == 1][:number]
    parts, sources = [], []
    for at, area in enumerate(only):
        source_id = f"made_{at:02}"
        parts.append(read_figures(write_points(chance), source_id, area, WINDOW))
        sources.append(
            dict.fromkeys(SOURCE_COLUMNS, "")
            | {"source_id": source_id, "kind": "period_report", "area": area, "issuer": "UBND"}
            | {"title": "Báo cáo bịa để thử", "period": "2022-H1", "state": "accepted"}
            | {"period_start": WINDOW[0], "period_end": WINDOW[1]}
        )
    tables = tabulate(pd.concat(parts, ignore_index=True), pd.DataFrame(sources))
    verdict = validate_tables(
        tables.observations,
        tables.indicators,
        tables.transcripts,
        reference,
        PROJECT.expectations,
    )
    told = replace(
        tables,
        findings=verdict.findings,
        indicators=mark_findings(tables.indicators, verdict.findings),
    )
    return [
        briefs.open_brief(told, reference, load_words_of(chance.choice(["vi", "en"])), *place)
        for place in briefs.list_briefs(told, reference)
    ]


def write_points(chance: random.Random) -> str:
    """Points by field in any order, at least two alike, and dossiers whose parts are alike too."""
    points = [chance.choice((8, 8.5, 9, 9.5)) for _ in FIELDS]
    points[1] = points[0]
    dossiers = chance.randint(40, 900)
    fields = [
        *((f"par_score_{name}", str(each)) for name, each in zip(FIELDS, points, strict=True)),
        ("par_score_self_total", str(sum(points) + 1)),
    ]
    chance.shuffle(fields)
    lines = [f"III.{at} {code} whole_district {n}" for at, (code, n) in enumerate(fields)]
    lines += [
        f"II.1 dossiers_resolved_early district_office {dossiers}",
        f"II.1 dossiers_resolved_overdue district_office {dossiers}",
        f"II.2 dossiers_resolved_on_due district_office {dossiers}",
        f"II.2 dossiers_resolved_total district_office {3 * dossiers + 7}",
        f"II.2 dossiers_received_total district_office {3 * dossiers + 7}",
        "II.2 on_time_rate district_office 66",
    ]
    return "\n".join(
        f"M{at:03} {line.replace('.', ',') if 0 else line}" for at, line in enumerate(lines)
    )


# Scopes

SCOPED = {
    "dossiers_received_total": (16425, 4103, 12322),
    "dossiers_resolved_total": (15001, 4001, 11000),
    "dossiers_resolved_on_time": (14801, 3980, 10821),
    "dossiers_pending_total": (1424, 102, 1322),
    "dossiers_pending_overdue": (47, 19, 28),
    "on_time_rate": ("98,7", "99,46", "98,1"),
    "online_rate": ("61,2", "70,3", "55,4"),
    "satisfaction_rate": ("91,5", "93,6", "90,7"),
    "public_investment_disbursed_rate": ("45,1", "46,2", "47,3"),
    "par_score_self_total": ("81,5", "82,5", "83,5"),
    "tthc_total": (301, 202, 103),
    "tthc_onestop_rate": ("88,1", "87,2", "86,3"),
    "par_tasks_total": (41, 32, 23),
    "par_tasks_started": (40, 31, 22),
    "staff_total_present": (141, 132, 123),
    "staff_total_quota": (144, 135, 126),
}
SCOPES = ("whole_district", "district_office", "commune_aggregate")
SPOKEN = {
    "vi": {"whole_district": "toàn huyện", "district_office": "cấp huyện"}
    | {"commune_aggregate": "cấp xã"},
    "en": {"whole_district": "whole district", "district_office": "district level"}
    | {"commune_aggregate": "communes"},
}


def write_scopes(chance: random.Random, *, is_full: bool) -> str:
    """A report that gives each quantity for any of the three scopes, each time another number."""
    lines = [
        f"{code} {scope} {number}"
        for code, numbers in SCOPED.items()
        for scope, number in zip(SCOPES, numbers, strict=True)
        if is_full or chance.random() < 0.6
    ]
    lines.append("par_score_max_self_assessed whole_district 90 max_score")
    return "\n".join(f"M{at:03} II.1 {line}" for at, line in enumerate(lines))


def check_scopes(html: str, brief: Brief) -> int:
    """Hold the scopes of a sentence's numbers against its scope words, one after the other.

    A number without a word is of the whole district, and nothing else is reported of it.
    """
    entries = {entry.note: entry for entry in brief.entries}
    words = {word: scope for scope, word in SPOKEN[brief.lang].items()}
    pattern = re.compile(rf'href="#(n-[^"]+)"|({"|".join(words)})', re.IGNORECASE)
    spoken = [words[match[2].lower()] for match in pattern.finditer(html) if match[2]]
    told = [entries[match[1]] for match in pattern.finditer(html) if match[1]]
    results = [entry for entry in told if entry.is_result]
    if spoken:
        scopes = [entry.scope for entry in results]
        assert drop_repeats(scopes) == drop_repeats(spoken), read_text(html)
    for entry in [] if spoken else results:
        assert entry.scope == "whole_district", read_text(html)
        assert not any(brief.find(entry.indicator, scope) for scope in SCOPES[1:])
    return len(results)


def drop_repeats(names: list[str]) -> list[str]:
    """A list without what stands twice in a row."""
    return [name for at, name in enumerate(names) if not at or names[at - 1] != name]


@pytest.fixture(scope="module")
def scoped() -> list[Tables]:
    """The tables of twelve made-up reports over several scopes."""
    chance = random.Random(21)  # noqa: S311 - no secret
    return [make_tables(write_scopes(chance, is_full=case == 0)) for case in range(12)]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_each_number_of_a_sentence_stands_with_its_own_scope(
    lang: str, scoped: list[Tables]
) -> None:
    told = 0
    for tables in scoped:
        brief = open_made_up(tables, lang)
        for _, sentence in list_sentences(brief):
            told += check_scopes(sentence, brief)
    assert told > 60
