"""What tables of figures contradict, and what they do not: cases of each kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.panels import validate_table
from cchc_analysis.rules.wording import Teller

ROOT = Project(Path(__file__).resolve().parents[1])
REFERENCE = load_reference(ROOT.reference)
DISTRICTS = REFERENCE.areas.query("level == 'district'")["area_id"].tolist()


@cache
def find_all(texts: tuple[str, ...]) -> pd.DataFrame:
    """Findings about some texts, each a source with an area and a year of its own."""
    rows = []
    for at, text in enumerate(texts):
        for row, each in enumerate(text.split(";"), 2):
            name, printed = each.split(maxsplit=1)
            code, _, scope = name.partition("@")
            place = (f"text {at}", DISTRICTS[at], f"{1990 + at}-H1")
            rows.append((*place, scope or "whole_district", code, printed, f"row:{row}"))
    names = ["source", "area_id", "period", "scope", "indicator", "printed", "row"]
    table = pd.DataFrame(rows, columns=names)
    found = validate_table(table.drop(columns="row"), None, REFERENCE, ROOT.expectations)
    own = {f"row:{at}": row for at, row in enumerate(table["row"], 2)} | {"": ""}
    return found.assign(likely_figure=found["likely_figure"].map(own))


def find(text: str) -> pd.DataFrame:
    """Findings about figures written "code printed; code@scope printed", one of ``TEXTS``.

    Rows are numbered as if the text stood alone.
    """
    found = find_all(TEXTS)
    return found[found["source_id"] == f"text {TEXTS.index(text)}"]


def tell(text: str) -> list[str]:
    """In words: severity, kind and arithmetic of each finding."""
    found = find(text)
    columns = ["severity", "kind", "arithmetic"]
    return [" ".join(row) for row in found[columns].itertuples(index=False)]


SETTLED = [
    # On time and overdue make what was due.
    (
        "dossiers_due 19.944; dossiers_resolved_on_time 19.255; dossiers_pending_overdue 600",
        ["warning sum 19.944 ≠ 19.255 + 600 = 19.855"],
    ),
    (
        "dossiers_due 19.855; dossiers_resolved_on_time 19.255; dossiers_pending_overdue 600",
        [],
    ),
    (
        "dossiers_due 900; dossiers_resolved_on_time 850; dossiers_resolved_overdue 50",
        [],
    ),
    (
        "dossiers_due 900; dossiers_resolved_on_time 850; dossiers_resolved_overdue 30;"
        "dossiers_pending_overdue 20",
        [],
    ),
    # Resolved and any printed part of pending do not exceed what was received.
    (
        "dossiers_received_total 54.575; dossiers_resolved_total 51.780;"
        "dossiers_pending_in_term 6.123",
        ["warning order 51.780 + 6.123 = 57.903 > 54.575"],
    ),
    (
        "dossiers_received_total 54.575; dossiers_resolved_total 51.780;"
        "dossiers_pending_overdue 3.000",
        ["warning order 51.780 + 3.000 = 54.780 > 54.575"],
    ),
    (
        "dossiers_received_total 58.000; dossiers_resolved_total 51.780;"
        "dossiers_pending_in_term 6.123",
        [],
    ),
    # What the balance already says is not said again.
    (
        "dossiers_received_total 100; dossiers_resolved_total 90; dossiers_pending_total 20;"
        "dossiers_pending_in_term 15; dossiers_pending_overdue 5",
        ["warning sum 100 ≠ 90 + 20 = 110"],
    ),
    # A share of whole things.
    (
        "dossiers_resolved_total 143; on_time_rate 36,5",
        ["warning whole 36,5 × 143 / 100 = 52,195 ∉ ℕ"],
    ),
    ("dossiers_resolved_total 143; on_time_rate 36,4", []),
    ("tthc_total 7; tthc_onestop_rate 43", []),
    ("tthc_total 7; tthc_onestop_rate 45", ["warning whole 45 × 7 / 100 = 3,15 ∉ ℕ"]),
    ("dossiers_received_total 400; dossiers_resolved_total 143; on_time_rate 36,5", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), SETTLED)
def test_what_no_reading_can_make_right_is_found(text: str, told: list[str]) -> None:
    assert tell(text) == told


NOT_STATED = [
    (
        "dossiers_received_total 659.245; dossiers_resolved_total 643.272;"
        "dossiers_pending_total 7.172",
        "not_stated 659.245 ≠ 643.272 + 7.172 = 650.444",
        "8,801 are in none of them; those returned or withdrawn are not stated",
    ),
    (
        "dossiers_resolved_total 1.611; dossiers_resolved_early 952;"
        "dossiers_resolved_on_due 388; dossiers_resolved_overdue 268",
        "not_stated 1.611 ≠ 952 + 388 + 268 = 1.608",
        "3 are in none of them",
    ),
    (
        "dossiers_pending_total 100; dossiers_pending_in_term 80; dossiers_pending_overdue 15",
        "not_stated 100 ≠ 80 + 15 = 95",
        "those suspended or incomplete are not stated",
    ),
]


@pytest.mark.parametrize(("text", "told", "words"), NOT_STATED)
def test_a_part_that_is_not_stated_is_no_contradiction(text: str, told: str, words: str) -> None:
    found = find(text)
    assert tell(text) == [f"info {told}"]
    assert words in found["explanation_en"].iloc[0]
    assert found["likely_figure"].tolist() == [""]


def test_the_same_gap_at_several_levels_is_told_once() -> None:
    levels = {"district_office": (1611, 952, 388, 268), "commune_aggregate": (2572, 2400, 100, 60),
              "whole_district": (4183, 3352, 488, 328)}  # fmt: skip
    names = ("total", "early", "on_due", "overdue")
    text = ";".join(
        f"dossiers_resolved_{name}@{scope} {number}"
        for scope, numbers in levels.items()
        for name, number in zip(names, numbers, strict=True)
    )
    found = find_all((text,))
    assert found["kind"].tolist() == ["not_stated"]
    told = found["explanation_en"].iloc[0]
    for gap in ("12 are in none", ": 3;", ": 15"):
        assert gap in told
    assert len(found["figures"].iloc[0].split()) == 12


SHARES_OF_WHOLE = [
    (
        "tthc_total 3; tthc_onestop_rate 66,6",
        "66.6%, while 2 of its denominator is 66.667%: further",
    ),
    (
        "tthc_total 12; tthc_onestop_rate 91,6",
        "11 of its denominator is 91.667%: further digits were",
    ),
    (
        "tthc_total 3; tthc_onestop_rate 33,4",
        "1 of its denominator is 33.333%: off by less than one",
    ),
]


@pytest.mark.parametrize(("text", "words"), SHARES_OF_WHOLE)
def test_a_share_cut_off_is_told_by_the_share_that_it_is(text: str, words: str) -> None:
    found = find(text)
    assert found["severity"].tolist() == ["info"]
    assert words in found["explanation_en"].iloc[0]


CAUSES = [
    # 58.305 would close the sum and break the rate, which is kept: only 773 is left.
    (
        "dossiers_resolved_total 59.123; dossiers_resolved_on_time 58.350;"
        "dossiers_resolved_overdue 818; on_time_rate 98,7",
        "",
        "from 818 to 773",
    ),
    # The rate, its numerator or its denominator: nothing tells.
    (
        "dossiers_received_total 6.776; dossiers_received_online 2.521; online_rate 37,76",
        "",
        "Any one of these",
    ),
    # Two sums determine one figure, printed with one digit wrong.
    (
        "dossiers_received_total 1.380; dossiers_resolved_total 1.809;"
        "dossiers_pending_total 71; dossiers_resolved_on_time 1.286;"
        "dossiers_resolved_overdue 23",
        "row:3",
        "should be 1,309 (one digit differs)",
    ),
    # 04 has two digits: what is printed as 34 may be 4, and the total may be 30 more as well.
    (
        "par_tasks_total 57; par_tasks_steering_total 10; par_tasks_institution_total 34;"
        "par_tasks_procedures_total 11; par_tasks_apparatus_total 8;"
        "par_tasks_civil_service_total 9; par_tasks_finance_total 7; par_tasks_digital_total 8",
        "",
        "from 34",
    ),
]


@pytest.mark.parametrize(("text", "likely", "words"), CAUSES)
def test_a_figure_is_named_only_where_nothing_else_would_do(
    text: str, likely: str, words: str
) -> None:
    found = find(text)
    told = found[~found["severity"].eq("info")]
    assert set(told["likely_figure"]) == {likely}
    assert any(words in each for each in told["explanation_en"])


def test_rates_alone_are_valid_input() -> None:
    table = pd.DataFrame(
        {"area": ["A", "B"], "period": "2024-H1", "on_time_rate": ["96,5", "97,5"]}
    )
    found = validate_table(table, None, REFERENCE, ROOT.expectations)
    assert found.empty
    assert found.attrs["rules_applied"] > 0


def test_a_rule_that_every_source_breaks_is_doubted() -> None:
    rows = {"area": list("ABC"), "dossiers_pending_total": 5, "dossiers_pending_in_term": 6}
    found = validate_table(pd.DataFrame(rows), None, REFERENCE, ROOT.expectations)
    assert found.attrs["doubtful_rules"] == ["D07"]


def test_a_year_that_repeats_another_is_worth_knowing() -> None:
    counts = {2022: (950, 900, 50), 2023: (990, 940, 50), 2024: (990, 940, 50)}
    names = ("dossiers_resolved_total", "dossiers_resolved_on_time", "dossiers_resolved_overdue")
    rows = [
        {"area": "Văn Quan", "period": str(year), **dict(zip(names, values, strict=True))}
        for year, values in counts.items()
    ]
    found = validate_table(pd.DataFrame(rows), None, REFERENCE, ROOT.expectations)
    assert found[["rule_id", "severity", "period_end"]].to_numpy().tolist() == [
        ["V07", "info", "2024-12-31"]
    ]


def test_a_count_far_from_its_own_series_is_worth_knowing() -> None:
    quarters = [f"{year}-{label}" for year in range(2021, 2025) for label in ("Q1", "H1", "9M", "")]
    days = {"Q1": 90, "H1": 181, "9M": 273, "": 365}
    rows = [
        {"area": "Văn Quan", "period": each.rstrip("-"), "dossiers_resolved_total":
         round((10 + 0.3 * (at % 3)) * days[each.partition("-")[2]])}
        for at, each in enumerate(quarters)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    assert validate_table(table, None, REFERENCE, ROOT.expectations).empty
    table.loc[15, "dossiers_resolved_total"] *= 5
    found = validate_table(table, None, REFERENCE, ROOT.expectations)
    assert found[["rule_id", "severity", "period_end"]].to_numpy().tolist() == [
        ["V05", "info", "2024-12-31"]
    ]


SCORES = [("A", "90,12", 1), ("B", "88,5", 2), ("C", "88,5", 2), ("D", "86,07", 4)]


RANKS: list[tuple[dict[int, int], list[str]]] = [
    ({}, []),
    ({0: 2, 1: 1}, ["A", "B"]),
    ({3: 3}, ["D"]),
    ({3: 5}, []),  # there may be another one, whose value is not held
    ({1: 3}, ["B"]),
    ({0: 4, 3: 1}, ["A", "D"]),  # B and C stand behind D by its own fault
]


@cache
def find_ranks(shape: str) -> pd.DataFrame:
    """Findings about ranked scores, changed in one way or another, each way a source and year."""
    rows = [
        (f"change {way}", str(2010 + way), area, score, change.get(at, rank))
        for way, (change, _) in enumerate(RANKS)
        for at, (area, score, rank) in enumerate(SCORES)
    ]
    names = ["source", "period", "area", "par_score_total", "par_index_rank"]
    table = pd.DataFrame(rows, columns=names)
    if shape == "long":
        table = table.melt(["source", "period", "area"], var_name="indicator", value_name="printed")
    return validate_table(table, None, REFERENCE, ROOT.expectations)


@pytest.mark.parametrize("shape", ["long", "wide"])
@pytest.mark.parametrize("way", range(len(RANKS)))
def test_ranks_follow_values_and_equal_values_may_share_one(shape: str, way: int) -> None:
    broken, found = RANKS[way][1], find_ranks(shape)
    found = found[found["source_id"] == f"change {way}"]
    assert {*found["rule_id"]} == ({"V09"} if broken else set())
    assert {*broken} == {*found["area_id"]}


@pytest.mark.parametrize(
    ("printed", "broken"),
    [
        (["97,5", "0,9793", "98,1"], ["0,9793 ≉ 97,93"]),
        (["0,975", "0,9793", "0,981"], ["0,975 ≉ 97,5", "0,9793 ≉ 97,93", "0,981 ≉ 98,1"]),
        (["97,5", "97,93", "98,1"], []),
        (["1,2", "0,98", "2,1"], []),  # low rates among low ones
        (["97,5", "1", "98,1"], []),  # one per cent, with nothing behind the mark
    ],
)
def test_a_share_of_one_among_per_cents_is_told(printed: list[str], broken: list[str]) -> None:
    table = pd.DataFrame({"area": list("ABC"), "period": "2024-H1", "on_time_rate": printed})
    found = validate_table(table, None, REFERENCE, ROOT.expectations)
    assert sorted(found["arithmetic"]) == broken
    assert {*found["rule_id"]} <= {"V08"}
    low = table.rename(columns={"on_time_rate": "overdue_rate"})
    if not any(each.startswith("9") for each in printed):
        assert validate_table(low, None, REFERENCE, ROOT.expectations).empty


def test_two_areas_that_took_each_others_counts_are_told_once() -> None:
    usual = {"Văn Quan": 1000, "Cao Lộc": 3000, "Lộc Bình": 1050}
    rows = [
        {
            "area": area,
            "period": str(year),
            "dossiers_received_new": size + 7 * year % 31,
            "dossiers_resolved_total": size - 9 * year % 29,
        }
        for year in range(2019, 2025)
        for area, size in usual.items()
    ]
    table = pd.DataFrame(rows)
    assert validate_table(table, None, REFERENCE, ROOT.expectations).empty
    counts = ["dossiers_received_new", "dossiers_resolved_total"]
    table.loc[[15, 16], counts] = table.loc[[16, 15], counts].to_numpy()
    found = validate_table(table, None, REFERENCE, ROOT.expectations)
    swapped = found[found["rule_id"] == "V10"]
    assert swapped["severity"].tolist() == ["info"]
    assert "Cao Lộc" in swapped["explanation_en"].iloc[0]
    table.loc[16, counts] = [3001, 2990]
    again = validate_table(table, None, REFERENCE, ROOT.expectations)
    assert "V10" not in set(again["rule_id"])


IN_THOUSANDS = {
    new: f"dossiers_received_total 8,98 ngàn; dossiers_received_new {new}; dossiers_carried_over 76"
    for new in ("8.900", "8.906", "8.950")
}


def test_a_count_in_thousands_is_rounded() -> None:
    assert tell(IN_THOUSANDS["8.900"]) == []
    assert tell(IN_THOUSANDS["8.906"]) == []
    assert [each.partition(" ")[0] for each in tell(IN_THOUSANDS["8.950"])] == ["warning"]


TEXTS = (
    *(text for text, *_ in [*SETTLED, *NOT_STATED, *SHARES_OF_WHOLE, *CAUSES]),
    *IN_THOUSANDS.values(),
)
"""What ``find`` can be asked."""


def test_labels_of_the_catalogue_are_headings_and_cells() -> None:
    wide = pd.DataFrame({"Tỷ lệ hồ sơ giải quyết đúng hạn (gồm trước hạn)": ["101"]})
    assert validate_table(wide, None, REFERENCE, ROOT.expectations)["rule_id"].tolist() == ["O12"]
    long = pd.DataFrame({"Chỉ tiêu": ["On-time resolution rate"], "Giá trị": ["101"]})
    assert validate_table(long, None, REFERENCE, ROOT.expectations)["rule_id"].tolist() == ["O12"]


def test_a_workbook_is_read_as_panels_are(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    table = pd.DataFrame({"area": ["A", "B"], "on_time_rate": [0.9793, 97.1], "remarks": "x"})
    table = pd.concat([table, table.assign(area=["C", "D"], on_time_rate=[98.0, 97.0])])
    table.to_excel(path, index=False)
    found = validate_table(path, None, REFERENCE, ROOT.expectations)
    assert found["rule_id"].tolist() == ["V08"]
    assert found.attrs["passed_over"] == ["remarks"]


def test_a_finding_names_a_unit_in_its_own_language(repository: Project) -> None:
    reference = load_reference(repository.reference)
    [commune] = [each for each in reference.area_rows.values() if each["name"] == "Xã Đồng Đăng"][
        :1
    ]
    row = {
        "area_id": commune["area_id"],
        "scope": "commune",
        "indicator": "dossiers_resolved_total",
    }
    row |= dict.fromkeys(("breakdown", "source_id", "figures", "period_end"), "")
    names = Teller(pd.DataFrame([row]), None, reference).list_names([0])
    assert "(xã Đồng Đăng)" in names["vi"]
    assert "(Đồng Đăng commune)" in names["en"]


@pytest.mark.parametrize("overdue", [10, 20])
def test_a_cause_counts_the_rules_that_are_told(overdue: int) -> None:
    columns = {"received_total": 1000, "resolved_total": 1010, "resolved_on_time": 1000}
    columns |= {"resolved_overdue": overdue, "pending_total": 0}
    table = pd.DataFrame([{"area": "A"} | {f"dossiers_{name}": n for name, n in columns.items()}])
    found = validate_table(table, None, REFERENCE, ROOT.expectations)
    for cause, count in found["cause_id"].value_counts().items():
        texts = found.loc[found["cause_id"] == cause, "explanation_en"]
        assert all("broken rules" not in text for text in texts) or count > 1
    assert found["explanation_en"].str.contains("this rule closes").any()
    own, every = found.attrs["rules_of_suite"]
    assert 0 < own < found.attrs["rules_applied"]
    assert own < every
