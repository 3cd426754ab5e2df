"""A suite over a table of somebody's own: what it may look like, and what is asked of it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cchc_analysis as cchc
from cchc_analysis import pipeline
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.errors import ReportError
from cchc_analysis.panels import PanelSource, add_panel, validate_table
from rule_examples import make_statements

ROOT = Project(Path(__file__).resolve().parents[1])
REFERENCE = load_reference(ROOT.reference)
IDENTITIES = ROOT.expectations / "identities.json"
OBSERVATIONS = ROOT.expectations / "observations.json"


def run(content: str, folder: Path, suite: Path | None = None) -> pd.DataFrame:
    """Findings by a suite; without one by our own identities, with no trial of its examples."""
    path = folder / "own.csv"
    path.write_text(content, "utf-8")
    return validate_table(path, suite, REFERENCE, ROOT.expectations)


RIGHT = "≠ 1.244 + 76 = 1.320"
TABLES = {
    "few columns": """indicator,value
dossiers_received_total,1310
dossiers_received_new,1244
dossiers_carried_over,76
""",
    "as printed": """indicator,printed,scope
dossiers_received_total,1.310,district_office
dossiers_received_new,1.244,district_office
dossiers_carried_over,76,district_office
""",
    "other names": """Chỉ tiêu;Số in;Cấp;Kỳ;Huyện
dossiers_received_total;1.310;cấp huyện;2024-H1;Cao Lộc
dossiers_received_new;1.244;cấp huyện;2024-H1;Cao Lộc
dossiers_carried_over;76;cấp huyện;2024-H1;Cao Lộc
""",
    "a mark at the head": """\ufeffindicator\tvalue\tnote
dossiers_received_total\t1310\tin all
dossiers_received_new\t1244\t
dossiers_carried_over\t76\t
""",
    "an area and a blank": """area,indicator,value
huyện Không Ai Biết,dossiers_received_total,1310
huyện Không Ai Biết,dossiers_received_new,1244
huyện Không Ai Biết,dossiers_carried_over,76
huyện Không Ai Biết,dossiers_resolved_total,
""",
    "one column an indicator": """area,"dossiers_received_total","dossiers_received_new",\
"dossiers_carried_over"
Cao Lộc,1310,1244,76
Văn Quan,,1244,76
""",
}


@pytest.mark.parametrize("shape", TABLES)
def test_a_plain_table_is_enough(shape: str, tmp_path: Path) -> None:
    findings = run(TABLES[shape], tmp_path)
    assert findings["rule_id"].tolist() == ["D01"]
    assert RIGHT in findings["arithmetic"].iloc[0]


def test_a_scope_under_another_name_is_not_passed_over(tmp_path: Path) -> None:
    content = """level,indicator,value
district_office,dossiers_received_total,100
district_office,dossiers_received_new,100
commune_aggregate,dossiers_received_total,900
commune_aggregate,dossiers_received_new,900
"""
    assert run(content, tmp_path).empty


def test_units_are_turned_into_those_of_the_catalogue(tmp_path: Path) -> None:
    content = """indicator,value,unit
budget_revenue_total,60.57,billion VND
budget_revenue_domestic,55567,million VND
budget_revenue_border_fee,5000,million VND
"""
    assert run(content, tmp_path).empty
    found = run(content.replace("60.57", "66.57"), tmp_path)
    assert found["rule_id"].tolist() == ["B01"]


def test_what_is_printed_leaves_room_and_a_reader_overrules_it(tmp_path: Path) -> None:
    content = """indicator,value,printed
on_time_rate,98.2,"98,2"
dossiers_resolved_on_time,1286,1.286
dossiers_resolved_total,1309,13.09
"""
    assert run(content, tmp_path).empty


def test_a_quantity_stated_twice_is_told_whatever_the_suite_asks(tmp_path: Path) -> None:
    content = TABLES["few columns"] + "dossiers_received_total,1320\n"
    findings = run(content, tmp_path, IDENTITIES)
    # The reading that adds up is taken; that there is another is said.
    assert findings["rule_id"].tolist() == ["V01"]
    assert "1.310" in findings["arithmetic"].iloc[0]


def test_empty_cells_at_the_end_of_a_row_move_nothing(tmp_path: Path) -> None:
    head = "dossiers_received_total,dossiers_received_new,dossiers_carried_over"
    far_down = "\n".join([head, *["140,90,50"] * 50, "100,90,50,"])
    for content in (f"{head}\n100,90,50,\n", f"{head},,\n\n100,90,50,,,\n", far_down):
        assert run(content, tmp_path)["arithmetic"].tolist() == ["100 ≠ 90 + 50 = 140"]


def test_a_suite_of_identities_asks_for_ranges_as_well(tmp_path: Path) -> None:
    content = "indicator,value\non_time_rate,101\noverdue_rate,-1\nstaff_total_present,5\n"
    assert set(run(content, tmp_path, IDENTITIES)["rule_id"]) == {"O11", "O12"}


def test_a_value_out_of_bounds_is_told_with_the_bound(tmp_path: Path) -> None:
    content = "indicator,value\non_time_rate,101\noverdue_rate,-1\n"
    assert {*run(content, tmp_path, IDENTITIES)["arithmetic"]} == {"101 > 100", "−1 < 0"}
    bounds = {"column": "value", "min_value": 0, "max_value": 50, "strict_max": True}
    rule = {
        "type": "expect_column_values_to_be_between", "severity": "warning", "kwargs": bounds,
        "meta": {"rule_id": "X01", "why": "No more than fifty.", "source": "a test"},
    }  # fmt: skip
    suite = tmp_path / "suite.json"
    suite.write_text(
        json.dumps({"name": "own", "meta": {"table": "observations"}, "expectations": [rule]}),
        "utf-8",
    )
    content = "indicator,value\nstaff_total_present,-5\ndossiers_resolved_total,60\npci,50\n"
    findings = run(content, tmp_path, suite)
    told = findings[findings["rule_id"] == "X01"]
    assert {*told["arithmetic"]} == {"−5 < 0", "60 > 50", "50 ≥ 50"}


ACROSS = """area,period,dossiers_received_total,dossiers_carried_over,dossiers_pending_total
Cao Lộc,2023,,,50
Cao Lộc,2024-Q1,1000,90,
Cao Lộc,2024-H1,2000,90,
Cao Lộc,2024-9M,1500,90,
"""


def test_what_periods_owe_each_other_is_told_once(tmp_path: Path) -> None:
    findings = run(ACROSS, tmp_path)
    assert findings["rule_id"].tolist() == ["V03", "V04"]
    assert findings["arithmetic"].tolist() == ["2.000 > 1.500", "50 ≠ 90"]
    assert "30 June 2024, 30 September 2024" in findings["explanation_en"].iloc[1]
    other = run(ACROSS.replace("2024-9M,1500,90", "2024-9M,2500,91"), tmp_path)
    assert other["arithmetic"].tolist() == ["50 ≠ 90", "50 ≠ 91"]


@pytest.mark.parametrize(
    ("longer", "shorter", "told"),
    [("2024-H1,900", "2024-Q1,1000", 1), ("2024-H1,900", "2024-Q2,1000", 1),
     ("2024,900", "2024-Q2,1000", 1), ("2024-H1,1000", "2024-Q2,1000", 0),
     ("1/1/2024 - 10/6/2024,900", "15/3/2024 - 14/6/2024,1000", 0)],
)  # fmt: skip
def test_a_window_counts_no_less_than_a_part_of_it(
    longer: str, shorter: str, told: int, tmp_path: Path
) -> None:
    content = f"area,period,dossiers_resolved_total\nCao Lộc,{longer}\nCao Lộc,{shorter}\n"
    findings = run(content, tmp_path)
    assert [*findings["rule_id"]] == ["V03"] * told
    if told:
        assert findings["arithmetic"].item() == "1.000 > 900"
        assert "less than the 1,000 over 1 " in findings["explanation_en"].item()


def test_rows_that_nothing_tells_apart_are_no_two_periods(tmp_path: Path) -> None:
    # Two communes under one district, say: which of them belongs to which row is not told.
    content = ACROSS + "Cao Lộc,2024-H1,20,9,\nCao Lộc,2024-9M,1600,12,\n"
    assert "V03" not in set(run(content + "Cao Lộc,2023,100,200,\n", tmp_path)["rule_id"])


def test_the_arithmetic_has_no_hole_where_a_part_is_absent(tmp_path: Path) -> None:
    content = """indicator,value
dossiers_resolved_total,100
dossiers_resolved_early,50
dossiers_resolved_overdue,60
"""
    finding = run(content, tmp_path).iloc[0]
    assert finding["arithmetic"] == "100 < 50 + 60 = 110"
    assert "add up to 50 + 60 = 110" in finding["explanation_en"]


def test_a_share_rounded_rightly_is_not_called_wrong(tmp_path: Path) -> None:
    content = """indicator,value
on_time_rate,100
dossiers_resolved_on_time,11388
dossiers_resolved_total,11389
"""
    finding = run(content, tmp_path).iloc[0]
    assert finding["severity"] == "info"
    assert "rounded rightly, yet it is not all of them" in finding["explanation_en"]
    cut = run(content.replace("11388", "11300"), tmp_path).iloc[0]
    assert "off by less than one unit" in cut["explanation_en"]


ORDERS = [("83", "80"), ("900", "80"), ("4.800", "490")]
PENDING = [(100, 90), (1578, 1567)]


@pytest.fixture(scope="module")
def unsettled(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Findings about figures of which none can be named: each case a source of one table."""
    lines = ["source,indicator,value"]
    for at, (present, quota) in enumerate(ORDERS):
        lines.append(f"order {at},staff_total_present,{present}")
        lines.append(f"order {at},staff_total_quota,{quota}")
    for at, (total, in_term) in enumerate(PENDING):
        lines.append(f"pending {at},dossiers_pending_total,{total}")
        lines.append(f"pending {at},dossiers_pending_in_term,{in_term}")
        lines.append(f"pending {at},dossiers_pending_overdue,20")
    found = run("\n".join([*lines, ""]), tmp_path_factory.mktemp("unsettled"))
    return found.drop_duplicates("source_id").set_index("source_id")


@pytest.mark.parametrize("at", range(len(ORDERS)))
def test_an_order_never_tells_which_figure_is_wrong(at: int, unsettled: pd.DataFrame) -> None:
    finding = unsettled.loc[f"order {at}"]
    assert "nothing tells which" in finding["explanation_en"]
    assert finding["likely_figure"] == ""


@pytest.mark.parametrize("at", range(len(PENDING)))
def test_where_several_figures_would_do_none_is_named(at: int, unsettled: pd.DataFrame) -> None:
    finding = unsettled.loc[f"pending {at}"]
    assert finding["likely_figure"] == ""
    assert "Likely" not in finding["explanation_en"]
    assert "Any one of these" in finding["explanation_en"]
    assert "nothing tells which" in finding["explanation_en"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("indicator,value,scopes\ndossiers_received_total,5,x\n", "Did you mean scope"),
        ("indicator,value,level,scope\ndossiers_received_total,5,a,b\n", "both mean scope"),
        (
            "indicator,value,scope\ndossiers_received_total,5,village\n",
            "scope 'village'",
        ),
        (
            "indicator,value,scope\ndossiers_received_total,5,village\n",
            "one of district_office, ",
        ),
        (
            "indicator,value,status\ndossiers_received_total,5,sure\n",
            "status 'sure'",
        ),
        (
            "indicator,value,status\ndossiers_received_total,5,sure\n",
            "one of actual, estimate, target, ",
        ),
        ("indicator,value\ndossiers_received_total,100000000000000000\n", "a number up to 1e+15"),
        ("indicator,printed\ndossiers_received_total,-2000000000000000\n", "a number up to 1e+15"),
        ("indicator,value\ndossier_received_total,5\n", "dossiers_received_total"),
        ("indicator,value\ndossiers_received_total,inf\n", "own.csv, row 2"),
        ("indicator,value\non_time_rate,inf\n", "row 2 (on_time_rate): 'inf'"),
        ("indicator,value\non_time_rate,nan\n", "row 2 (on_time_rate): 'nan'"),
        ("indicator,value\non_time_rate,1e300\n", "row 2 (on_time_rate): '1e300'"),
        (
            "indicator,value\ndossiers_received_total,1e5\n",
            "row 2 (dossiers_received_total): '1e5'",
        ),
        ("indicator,value\nbudget_revenue_total,55.567\n", "thousands or decimals"),
        ("indicator,value,unit\nbudget_revenue_total,55,dossier\n", "a unit that turns into"),
        (
            "indicator,value\n\ndossiers_received_total,5,7\n",
            "row 3: '7' in column C, under no heading",
        ),
        ("indicator,value,value\ndossiers_received_total,5,7\n", "two columns 'value'"),
        ('indicator,value\ndossiers_received_total,"5\n', "own.csv"),
        ("indicator,value,period\ndossiers_received_total,5,soon\n", "a period such as"),
        ("indicator,value\ndossiers_received_total,\n", "no values"),
        ("indicator;amounts\ndossiers_received_total;5\n", "Did you mean amount"),
    ],
)
def test_what_a_table_gets_wrong_is_said(content: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ReportError) as refusal:
        run(content, tmp_path)
    assert words in str(refusal.value)
    assert "own.csv" in str(refusal.value)


def test_rules_about_areas_and_dates_ask_for_them(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no column area_id, period_end"):
        run(TABLES["few columns"], tmp_path, OBSERVATIONS)
    placed = """area,period,indicator,value
Cao Lộc,2024-H1,dossiers_received_total,1310
Cao Lộc,2024-H1,online_rate,101
"""
    findings = run(placed, tmp_path, OBSERVATIONS)
    assert findings["rule_id"].tolist() == ["O12"]


def test_a_table_with_dates_and_categories_is_read_as_it_stands() -> None:
    table = pd.DataFrame(
        {
            "area": pd.Categorical(["Cao Lộc", "Cao Lộc"]),
            "period_start": pd.to_datetime(["2024-01-01", None]),
            "period_end": pd.to_datetime(["2024-06-30", "2024-06-30"]),
            "indicator": pd.Categorical(["online_rate", "staff_total_present"]),
            "value": [101.0, 5.0],
            "is_checked": [False, False],
        }
    )
    findings = validate_table(table, None, REFERENCE, ROOT.expectations)
    assert findings["rule_id"].tolist() == ["O12"]
    assert findings["period_end"].tolist() == ["2024-06-30"]
    assert findings.attrs["passed_over"] == ["is_checked"]


def test_of_a_table_with_all_our_columns_the_figures_of_the_rule_are_named() -> None:
    """Observations as they are loaded: rows of others stand before and behind those that break."""
    counts = {"dossiers_received_total": 1310, "dossiers_received_new": 1244}
    counts |= {"dossiers_carried_over": 76}
    table = make_statements({"feedback_received": 5, **counts, "staff_total_present": 7}, REFERENCE)
    findings = validate_table(table, IDENTITIES, REFERENCE, ROOT.expectations)
    [figures] = findings["figures"]
    assert figures.split() == table.loc[table["indicator"].isin([*counts]), "figures"].tolist()


def test_two_panels_that_disagree_are_a_finding(project: Project, tmp_path: Path) -> None:
    for name, value in (("one", "60.5"), ("two", "63.25")):
        text = f"Tỉnh,Năm,PCI\nLạng Sơn,2021,{value}\nĐắk Nông,2021,58.5\n"
        source = PanelSource(source_id=f"made_up_{name}", publisher="Nhóm thử", licence="CC0")
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        add_panel(project, tmp_path / f"{name}.csv", source)
    tables = pipeline.process(project).tables
    held = tables.observations[tables.observations["indicator"] == "pci"]
    assert sorted(held.loc[held["area_id"] == "20", "value"]) == [60.5, 63.25]
    between = tables.findings[tables.findings["indicator"] == "pci"]
    [finding] = between.to_dict("records")
    assert finding["rule_id"].startswith("V02")
    said = f"{finding['explanation_en']} {finding['operands']} {finding['source_id']}"
    assert all(each in said for each in ("60.5", "63.25", "made_up_one", "made_up_two")), said
    assert "60.5 by Nhóm thử, 2021 (made_up_one)" in finding["explanation_en"]


def test_all_values_that_sources_give_are_held_against_each_other() -> None:
    """Each pair of values once, with all sources of either; digits that are cut off are none."""
    given = {"a": "60,5", "b": "61,25", "c": "60,5", "d": "63", "e": "61,2534", "f": "61,25"}
    shared = {"area": "Lạng Sơn", "period": "2021", "indicator": "pci"}
    table = pd.DataFrame({**shared, "source_id": [*given], "printed": [*given.values()]})
    findings = validate_table(table, None, REFERENCE, ROOT.expectations)
    between = findings[findings["rule_id"] == "V02"]
    assert sorted(between["arithmetic"]) == [
        "60,5 ≠ 61,25",
        "60,5 ≠ 61,2534",
        "60,5 ≠ 63",
        "61,25 ≠ 63",
        "63 ≠ 61,2534",
    ]
    told = between.set_index("arithmetic")["explanation_en"]
    assert "60.5 by a and c; 61.25 by b and f, for" in told["60,5 ≠ 61,25"]


def test_a_value_that_is_another_number_than_is_printed_is_told() -> None:
    """Rounding, words for thousands and a word before it are none; the value is taken."""
    printed = ["143", "98,4", "1.250", "trên 90%", "8,98 ngàn"]
    shared = {"area": "183", "period": "2024-H1", "printed": printed}
    codes = ["dossiers_resolved_total", "on_time_rate", "dossiers_received_total"]
    shared["indicator"] = [*codes, "online_rate", "dossiers_received_online"]
    table = pd.DataFrame(shared | {"value": ["134", "98.42", "1250", "90", "8980"]})
    told = validate_table(table, IDENTITIES, REFERENCE, ROOT.expectations).attrs["warnings"]
    assert [each for each in told if "printed" in each] == [
        "table: printed and value are two numbers in 1 row (2); the value is taken"
    ]


def test_binary_noise_of_a_data_frame_is_no_digit() -> None:
    """With it a share of one would be told, as digits are counted: 0.30000000000000004."""
    shared = {"area_id": ["183", "184"], "indicator": ["on_time_rate"] * 2}
    shared |= {"period": ["2024-H1", "2024"]}
    noisy, plain = (
        validate_table(
            pd.DataFrame({**shared, "value": [98.24, value]}), None, REFERENCE, ROOT.expectations
        )
        for value in (0.1 + 0.2, 0.3)
    )
    assert noisy["rule_id"].tolist() == plain["rule_id"].tolist() == []


def test_a_likely_cause_is_told_of_a_wide_table_of_numbers(tmp_path: Path) -> None:
    content = """area,dossiers_received_total,dossiers_resolved_total,dossiers_pending_total,\
dossiers_resolved_early,dossiers_resolved_on_due,dossiers_resolved_overdue
A,1520,1480,50,1200,250,20
"""
    findings = run(content, tmp_path)
    assert findings["rule_id"].tolist() == ["D04", "D08"]
    assert "printed as 1,480, should be 1,470" in findings["explanation_en"].iloc[1]


TWICE = """area,period,dossiers_received_total,dossiers_resolved_total
A,2026-Q1,100,90
B,2026-Q1,100,90
A,2026-Q1,999,90
"""


def test_rows_of_one_area_and_period_are_told_and_not_compared(tmp_path: Path) -> None:
    found = run(TWICE, tmp_path)
    assert found.empty
    [said] = found.attrs["warnings"]
    assert said.startswith("own.csv: rows 2, 4 state the same of one area and period")
    for other in ("A,2026-Q2,999", "C,2026-Q1,999"):
        assert run(TWICE.replace("A,2026-Q1,999", other), tmp_path).attrs["warnings"] == []
    # Where nothing says whose numbers a row has, each row is somebody else's.
    bare = "dossiers_received_total,dossiers_resolved_total\n100,90\n999,90\n"
    assert run(bare, tmp_path).attrs["warnings"] == []


@pytest.mark.parametrize("name", ["value", "printed"])
def test_a_wide_table_may_have_a_column_of_the_long_ones(name: str, tmp_path: Path) -> None:
    content = f"area,dossiers_received_total,dossiers_received_online,{name}\nA,3,9,1\n"
    findings = run(content, tmp_path)
    assert len(findings) == 1


def test_a_name_that_lacks_a_diacritic_of_its_area_is_told(tmp_path: Path) -> None:
    head = "area,period,dossiers_resolved_total,dossiers_resolved_on_time,dossiers_resolved_overdue"
    rows = ("Phường Kỳ Lừa", "Phường Kỳ Lưa", "phuong ky lua", "Phường Kì Lừa")
    text = "\n".join([head, *(f"{name},2026-Q{at},9,8,1" for at, name in enumerate(rows, 1))])
    said = run(text, tmp_path).attrs["warnings"]
    assert [each for each in said if "is taken for" in each] == [
        "'Phường Kỳ Lưa' is taken for Phường Kỳ Lừa; mend the name where another is meant"
    ]


def test_a_column_of_another_unit_is_not_taken_for_its_indicator(tmp_path: Path) -> None:
    heading = "Tổng thu ngân sách nhà nước trên địa bàn (tỷ đồng)"
    text = f"Tỉnh,Năm,{heading},on_time_rate\nLạng Sơn,2023,8,98\n"
    assert run(text, tmp_path).attrs["passed_over"] == [heading]


def test_headings_and_units_are_read_as_those_of_a_panel(tmp_path: Path) -> None:
    found = run("STT,Tỉnh,SIPAS 2022\n1,Lạng Sơn,120\n2,Cao Bằng,80\n", tmp_path)
    assert found[["area_id", "period_end"]].to_numpy().tolist() == [["20", "2022-12-31"]]
    assert found.attrs["passed_over"] == []
    head = "area,period,unit,budget_revenue_total,budget_revenue_domestic"
    found = run(f"{head}\nCao Lộc,2024,tỷ đồng,55,60\n", tmp_path)
    assert found["arithmetic"].tolist() == ["55.000 < 60.000"]


def test_a_number_of_a_data_frame_is_no_text_with_a_mark() -> None:
    """Where pandas took a dot between thousands for a decimal mark, it is said, not guessed at."""
    place = {"area": ["Cao Lộc"], "period": ["2024"]}
    told = validate_table(
        pd.DataFrame({**place, "budget_revenue_total": [1.204], "budget_revenue_domestic": [1.5]}),
        *(None, REFERENCE, ROOT.expectations),
    )
    assert told["arithmetic"].tolist() == ["1,204 < 1,5"]
    for number in (Decimal("1.204"), np.float32(1.204)):
        held = pd.Series([number], dtype="object")
        revenue = pd.DataFrame({**place, "budget_revenue_total": held})
        assert validate_table(revenue, None, REFERENCE, ROOT.expectations).empty
    table = pd.DataFrame({**place, "dossiers_received_total": [1.204]})
    with pytest.raises(ReportError, match=r"the number 1\.204 is a fraction .* thousands=\"\.\""):
        validate_table(table, None, REFERENCE, ROOT.expectations)
    texts = table.astype({"dossiers_received_total": "str"}).assign(dossiers_resolved_total=1300.0)
    told = validate_table(texts, None, REFERENCE, ROOT.expectations)
    assert told["arithmetic"].tolist() == ["1.300 > 1.204"]


@pytest.mark.parametrize(
    "places",
    [
        {"province": ["Lạng Sơn", "Cà Mau"]},
        {"Tỉnh": ["Lạng Sơn", "Cà Mau"], "Xã": ["Tân Thành", "Tân Thành"]},
        {"xa": ["Tân Thành", "Tân Thành"], "province": ["Lạng Sơn", "Cà Mau"]},
        {"province_code": [20, 96]},
        {"province": [20, 40]},
    ],
)
def test_areas_are_told_apart_by_whatever_names_them(places: dict[str, list[object]]) -> None:
    counts = {"dossiers_received_total": [100, 90], "dossiers_resolved_total": [120, 80]}
    table = pd.DataFrame({**places, "year": [2025, 2025], **counts})
    told = validate_table(table, None, REFERENCE, ROOT.expectations)
    level = "commune" if len(places) > 1 else "province"
    assert [REFERENCE.area_rows[each]["level"] for each in told["area_id"]] == [level]
    assert told.attrs["warnings"] == []


def test_numbers_beside_names_are_no_areas_that_hold_them() -> None:
    """Cells of a data frame may be numbers, in a column of areas as well."""
    places = {"district": ["Cao Lộc", "Cao Lộc"], "commune": [1.0, None], "year": [2024, 2024]}
    table = pd.DataFrame({**places, "on_time_rate": [98.5, 101.0]})
    told = validate_table(table, None, REFERENCE, ROOT.expectations)
    assert told["area_id"].tolist() == ["183"]


def test_a_panel_of_ours_is_a_table_to_validate() -> None:
    panel = cchc.load_panel("pci", "province", "en", project=ROOT)
    assert validate_table(panel, None, REFERENCE, ROOT.expectations).empty


def test_an_area_that_was_not_there_is_told() -> None:
    table = pd.DataFrame({"area": ["Cao Lộc"], "period": ["2026"], "on_time_rate": [98.5]})
    told = validate_table(table, None, REFERENCE, ROOT.expectations).attrs["warnings"]
    assert told == ["areas that were not there: Huyện Cao Lộc (183) on 2026-12-31"]


def test_a_rank_behind_that_of_a_smaller_value_is_held_against_it() -> None:
    scores = {"pci": [63.92, 62.0, 61.5, 60.9], "pci_rank": [36, 50, 61, 57]}
    place = {"province": ["Lạng Sơn", "Cao Bằng", "Hà Giang", "Bắc Kạn"], "year": [2021] * 4}
    told = validate_table(pd.DataFrame(place | scores), None, REFERENCE, ROOT.expectations)
    assert told["arithmetic"].tolist() == ["61 ≠ 57"]


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (
            "2025-Q4",
            [
                "10.000 ≠ 2.000 + 7.900 = 9.900",
                "98 ≠ 100 × (1.900 + 7.600) / (2.000 + 7.900) = 95,9596",
            ],
        ),
        ("2025", []),
        ("2024", []),
    ],
)
def test_since_there_are_no_districts_a_province_is_departments_and_communes(
    period: str, told: list[str]
) -> None:
    parts = {"province_office": ("2.000", "1.900"), "commune_aggregate": ("7.900", "7.600")}
    rows = [
        ("dossiers_received_total", "10.000", "whole_district"),
        ("on_time_rate", "98,00", "whole_district"),
    ]
    for scope, (total, on_time) in parts.items():
        rows += [
            ("dossiers_received_total", total, scope),
            ("dossiers_resolved_total", total, scope),
        ]
        rows += [("dossiers_resolved_on_time", on_time, scope)]
    table = pd.DataFrame(rows, columns=["indicator", "printed", "scope"])
    table = table.assign(area="Lạng Sơn", period=period)
    findings = validate_table(table, None, REFERENCE, ROOT.expectations)
    assert findings["arithmetic"].tolist() == told
