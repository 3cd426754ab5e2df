"""Panels: every kind of table that people keep, and every fault that they hold."""

from __future__ import annotations

import ast
import shutil
import time
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.files import format_table, list_rows, write_text
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.data.records import (
    OBSERVATION_COLUMNS,
    SOURCE_COLUMNS,
    TRANSCRIPT_COLUMNS,
    Readings,
)
from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.errors import CommandError, Problem, ReportError
from cchc_analysis.panels import (
    PanelMapping,
    PanelSource,
    PanelSummary,
    add_panel,
    draft_mapping,
    read_panels,
    register,
)
from cchc_analysis.panels.cells import Worksheet
from cchc_analysis.panels.drafts import Guesser
from cchc_analysis.panels.layouts import arrange_sheet
from cchc_analysis.panels.mapping import Vocabulary, as_plain, read_entry
from cchc_analysis.panels.matching import AreaWords, find_areas, match_area, read_numerals
from cchc_analysis.panels.register import PANEL_SOURCE_COLUMNS, load_register
from cchc_analysis.panels.words import is_total
from cchc_analysis.pipeline import remove_source
from cchc_analysis.rules.rows import judge_ranks
from cchc_analysis.stats.derive import derive_indicators
from cchc_analysis.stats.peers import break_series, find_linked, list_changes
from cchc_analysis.stats.trends import keep_last_part
from sentence_work import check_sentences

ROOT = Path(__file__).resolve().parents[1]
PANELS = ROOT / "src" / "cchc_analysis" / "panels"
MAPPINGS = ROOT / "data" / "reference" / "panel_mappings"
Table = str | list[list[object]]
SOURCE = PanelSource(source_id="made_up_panel", publisher="Nhóm thử nghiệm", licence="CC0")


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference")


@pytest.fixture
def project(tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project without reports that knows our reference tables, which no test may write to.

    They are loaded once for all; one that a test copies is loaded itself.
    """
    made = Project(tmp_path / "project")
    made.raw.mkdir(parents=True)
    made.reference.symlink_to(ROOT / "data" / "reference", target_is_directory=True)

    def load(folder: Path) -> Reference:
        return reference if folder.is_symlink() else load_reference(folder)

    monkeypatch.setattr("cchc_analysis.panels.register.load_reference", load)
    return made


def write(
    folder: Path,
    name: str,
    content: str | Sequence[Sequence[object]] | Mapping[str, Sequence[Sequence[object]]],
    merged: Sequence[str] = (),
) -> Path:
    """A file of a table: a text, the rows of a sheet, or those of several by their titles."""
    if isinstance(content, str):
        (folder / name).write_text(content, "utf-8")
        return folder / name
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in (content if isinstance(content, Mapping) else {"Sheet": content}).items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([*row])
        for area in merged:
            sheet.merge_cells(area)
    book.save(folder / name)
    return folder / name


def build_mapping(content: object, name: str, reference: Reference | None = None) -> PanelMapping:
    problems: list[Problem] = []
    found = read_entry(PanelMapping, as_plain(content), name, problems, reference)
    if found is None:
        raise ReportError(problems)
    return found


def bring(project: Project, path: Path, **mapping: object) -> PanelSummary:
    return add_panel(project, path, SOURCE, build_mapping(mapping, "mapping.yml"))


def read(project: Project) -> Readings:
    return read_panels(project.raw, register.load_reference(project.reference))


def values_of(project: Project) -> dict[tuple[str, str, str], float]:
    return list_values(read(project).observations)


def list_values(observations: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    keys = observations[["area_id", "indicator", "period_end"]].itertuples(index=False, name=None)
    return dict(zip(keys, observations["value"], strict=True))


def refuse(project: Project, path: Path, **mapping: object) -> str:
    before = sorted(project.raw.rglob("*"))
    with pytest.raises(ReportError) as caught:
        bring(project, path, **mapping)
    assert sorted(project.raw.rglob("*")) == before, "something was half registered"
    assert path.name in str(caught.value)
    return str(caught.value)


LONG = """area,period,indicator,value
huyện Cao Lộc,2024-H1,dossiers_resolved_total,1.310
huyện Văn Quan,2024-H1,dossiers_resolved_total,950
huyện Cao Lộc,2024-H1,on_time_rate,98.24
"""


# --- What is read rightly -------------------------------------------------------------------------


READ: dict[str, tuple[Table, dict[str, object], dict[tuple[str, str, str], float], str]] = {
    "a column an indicator": (
        "Đơn vị;Kỳ báo cáo;Đã xong;Tỷ lệ\nCao Lộc;6 tháng đầu năm 2024;1.310;98,24\n",
        {"values": {"Đã xong": "dossiers_resolved_total", "Tỷ lệ": "on_time_rate"}},
        {
            ("183", "dossiers_resolved_total", "2024-06-30"): 1310,
            ("183", "on_time_rate", "2024-06-30"): 98.24,
        },
        "",
    ),
    "a column a period": (
        "Tỉnh,2011,2012\nLạng Sơn,35.6402,36.1\nĐắk Nông,34.2205,\n",
        {"constants": {"indicator": "papi_total_6dim"}},
        {
            ("20", "papi_total_6dim", "2011-12-31"): 35.6402,
            ("67", "papi_total_6dim", "2011-12-31"): 34.2205,
            ("20", "papi_total_6dim", "2012-12-31"): 36.1,
        },
        "  1 empty cell\n  papi_total_6dim: no figure for Đắk Nông 2012-12-31",
    ),
    "a head of two rows": (
        "Địa phương,Năm,Hồ sơ,\n,,Đã giải quyết,Đang giải quyết\nhuyện Cao Lộc,2023,120,8\n",
        {
            "values": {
                "Hồ sơ / Đã giải quyết": "dossiers_resolved_total",
                "Hồ sơ / Đang giải quyết": "dossiers_pending_total",
            }
        },
        {
            ("183", "dossiers_resolved_total", "2023-12-31"): 120,
            ("183", "dossiers_pending_total", "2023-12-31"): 8,
        },
        "",
    ),
    "thousands as text": (
        [["area", "period", "dossiers_resolved_total"], ["Cao Lộc", "2023", "20.845"]],
        {},
        {("183", "dossiers_resolved_total", "2023-12-31"): 20845},
        "",
    ),
    "two decimal marks": (
        "area;period;on_time_rate\nCao Lộc;2023;98,24\nVăn Quan;2023;97.1\n",
        {},
        {
            ("183", "on_time_rate", "2023-12-31"): 98.24,
            ("184", "on_time_rate", "2023-12-31"): 97.1,
        },
        "decimals with a dot (97.1) and with a comma (98,24)",
    ),
    "an area twice with one value": (
        "area,period,dossiers_resolved_total\nCao Lộc,2023,5\nhuyện Cao Lộc,2023,5\n",
        {},
        {("183", "dossiers_resolved_total", "2023-12-31"): 5},
        "1 figures said twice with one value (row 3)",
    ),
    "running numbers without a heading": (
        ",area,period,par_index,,\n0,Cao Lộc,2023,80,,\n1,Văn Quan,2023,81,,\n",
        {},
        {("183", "par_index", "2023-12-31"): 80, ("184", "par_index", "2023-12-31"): 81},
        "2 figures",
    ),
    "a code that was another area's before": (
        "area,area_code,period,par_index\nLào Cai,10,2023,85.1\nLào Cai,15,2025-H2,86.2\n",
        {},
        {("10", "par_index", "2023-12-31"): 85.1, ("15-2025", "par_index", "2025-12-31"): 86.2},
        "",
    ),
    "a capital and its districts": (
        "area,period,par_index\nTiên Du,2023,80.5\nGia Bình,2023,81.5\nBắc Ninh,2023,82.5",
        {},
        {
            ("260", "par_index", "2023-12-31"): 80.5,
            ("263", "par_index", "2023-12-31"): 81.5,
            ("256", "par_index", "2023-12-31"): 82.5,
        },
        "",
    ),
    "a row of totals that says so in another column": (
        "STT,Tỉnh,Năm,PCI\n1,Lạng Sơn,2022,60\n2,Đắk Nông,2022,62\nTrung bình,,2022,61\n",
        {},
        {("20", "pci", "2022-12-31"): 60, ("67", "pci", "2022-12-31"): 62},
        "1 of 1 totals and means follow from their rows",
    ),
    "ranks without values": (
        "Tỉnh;Năm;pci_rank\nLạng Sơn;2022;15\nĐắk Nông;2022;50\n",
        {},
        {("20", "pci_rank", "2022-12-31"): 15, ("67", "pci_rank", "2022-12-31"): 50},
        "pci_rank: ranks without values to hold them against",
    ),
    "a row of codes under the head": (
        "Tỉnh,PCI,Năm\n\n,pci_score,YEAR\nHanoi,NA,NA\nLang Son,60.5,2021\n",
        {},
        {("20", "pci", "2021-12-31"): 60.5},
        "from 2 cells\n  row 3 of names of variables passed over",
    ),
    "districts, and the province of each": (
        "Huyện,Hồ sơ đã giải quyết,Tỉnh,Hồ sơ đang giải quyết,Năm\n"
        "Cao Lộc,10,Lạng Sơn,1,2023\nVăn Quan,20,Lạng Sơn,2,2023\n",
        {"columns": {"area": "Huyện", "province": "Tỉnh"}},
        {
            ("183", "dossiers_resolved_total", "2023-12-31"): 10,
            ("183", "dossiers_pending_total", "2023-12-31"): 1,
            ("184", "dossiers_resolved_total", "2023-12-31"): 20,
            ("184", "dossiers_pending_total", "2023-12-31"): 2,
        },
        "",
    ),
    "a city of a list of districts": (
        "area,province,period,par_index\n"
        "Lạng Sơn,Lạng Sơn,2023,80.5\nCao Lộc,Lạng Sơn,2023,81\nVăn Quan,Lạng Sơn,2023,82\n",
        {},
        {
            ("178", "par_index", "2023-12-31"): 80.5,
            ("183", "par_index", "2023-12-31"): 81,
            ("184", "par_index", "2023-12-31"): 82,
        },
        "",
    ),
    "provinces that name themselves twice": (
        "area,area_code,province,period,par_index\nLạng Sơn,20,Lạng Sơn,2023,80.5\n"
        "Đắk Nông,,Đắk Nông,2023,81.5\nThừa Thiên Huế,46,Thừa Thiên Huế,2023,81.7\n",
        {},
        {
            ("20", "par_index", "2023-12-31"): 80.5,
            ("67", "par_index", "2023-12-31"): 81.5,
            ("46", "par_index", "2023-12-31"): 81.7,
        },
        "",
    ),
    "years as numbers below indicators": (
        [
            ["Tỉnh", "PAR INDEX", "", "DTI", ""],
            ["", 2022, 2023, 2022, 2023],
            ["Lạng Sơn", 80.5, 81.5, 0.5, 0.6],
        ],
        {
            "values": {
                f"{name} / {year}": {"indicator": code, "period": str(year)}
                for name, code in (("PAR INDEX", "par_index"), ("DTI", "dti"))
                for year in (2022, 2023)
            }
        },
        {
            ("20", "par_index", "2022-12-31"): 80.5,
            ("20", "par_index", "2023-12-31"): 81.5,
            ("20", "dti", "2022-12-31"): 0.5,
            ("20", "dti", "2023-12-31"): 0.6,
        },
        "4 figures",
    ),
    "marks of notes behind values and areas": (
        [["Tỉnh", "PCI(1) 2022(2)"], ["Lạng Sơn (a)", "60,10*"], ["Đắk Nông*", "61,2 ⁽³⁾"]],
        {"values": {"PCI(1) 2022(2)": {"indicator": "pci", "period": 2022}}},
        {("20", "pci", "2022-12-31"): 60.1, ("67", "pci", "2022-12-31"): 61.2},
        "marks of notes behind values (rows 2, 3)",
    ),
    "years with footnotes": (
        "Tỉnh,Năm 2022 (1),2023*,2024\nLạng Sơn,60,61,62\n",
        {"constants": {"indicator": "pci"}},
        {("20", "pci", f"{year}-12-31"): year - 1962 for year in (2022, 2023, 2024)},
        "3 figures",
    ),
    "a column of years with footnotes": (
        "Tỉnh,Năm,PCI\nLạng Sơn,2022 (1),60\nLạng Sơn,2023,61\n",
        {},
        {("20", "pci", f"{year}-12-31"): year - 1962 for year in (2022, 2023)},
        "2 figures",
    ),
    "regions between provinces, below a head of two rows": (
        [
            ["TT", "Tỉnh/TP", "PAR INDEX", ""],
            ["", "", "Năm 2022", "Năm 2023"],
            ["I", "Đông Bắc", "", ""],
            [1, "Lạng Sơn", 80.5, 81.5],
            ["II", "Miền Trong", "Miền Trong", "Miền Trong"],
            [2, "Đắk Nông", 70.5, "n/a"],
        ],
        {},
        {
            ("20", "par_index", "2022-12-31"): 80.5,
            ("20", "par_index", "2023-12-31"): 81.5,
            ("67", "par_index", "2022-12-31"): 70.5,
        },
        "rows 3, 5 ('Đông Bắc', 'Miền Trong') left out: over the rows below, no areas\n"
        "  1 empty cell",
    ),
    "figures of regions": (
        "TT,Tỉnh/TP,PCI 2022\nI,Đông Bắc,66\n1,Lạng Sơn,60\n2,Cao Bằng,61\n"
        "II,Tây Nguyên,63\n3,Đắk Nông,62\n",
        {},
        {
            ("20", "pci", "2022-12-31"): 60,
            ("04", "pci", "2022-12-31"): 61,
            ("V4", "pci", "2022-12-31"): 63,
            ("67", "pci", "2022-12-31"): 62,
        },
        "row 2 ('Đông Bắc') left out: over the rows below, no areas",
    ),
    "notes below and between the rows": (
        [
            ["TT", "Tỉnh/TP", "PCI 2022", "PCI 2023"],
            [1, "Lạng Sơn", 60, 61],
            ["", "Số liệu sơ bộ", "", ""],
            [2, "Đắk Nông", 62, ""],
            ["", "Cao Bằng", "", ""],
            ["Nguồn: nhóm thử nghiệm", "", "", ""],
        ],
        {},
        {
            ("20", "pci", "2022-12-31"): 60,
            ("20", "pci", "2023-12-31"): 61,
            ("67", "pci", "2022-12-31"): 62,
        },
        "rows 3, 6 ('Số liệu sơ bộ', 'Nguồn: nhóm thử nghiệm') left out: notes, no areas\n"
        "  3 empty cells",
    ),
    "areas that all have numbers of one kind": (
        "TT,Tỉnh,Năm,PCI\nI,Lạng Sơn,2022,60\nII,Đắk Nông,2022,\n",
        {},
        {("20", "pci", "2022-12-31"): 60},
        "1 empty cell",
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_a_table_says_is_read(name: str, project: Project, tmp_path: Path) -> None:
    content, mapping, values, note = READ[name]
    file = "table.csv" if isinstance(content, str) else "table.xlsx"
    summary = bring(project, write(tmp_path, file, content), **mapping)
    assert note in str(summary)
    assert values_of(project) == values


def test_the_mark_of_a_note_is_kept_as_a_note(project: Project, tmp_path: Path) -> None:
    text = "Tỉnh,Ghi chú,PCI 2022\nLạng Sơn,ước,60.1*\nĐắk Nông,,61.2 (b)\nCao Bằng,,62\n"
    bring(project, write(tmp_path, "marked.csv", text))
    table = pd.read_csv(project.raw / "panels" / "marked.csv", dtype=str, keep_default_na=False)
    assert table["note"].tolist() == ["ước *", "(b)", ""]
    assert table["printed"].tolist() == ["60.1", "61.2", "62"]


def test_long_csv(project: Project, tmp_path: Path) -> None:
    summary = bring(project, write(tmp_path, "long.csv", LONG))
    assert (summary.figures, summary.areas, summary.periods) == (3, 2, 1)
    readings = read(project)
    assert list(readings.observations.columns) == list(OBSERVATION_COLUMNS)
    assert list(readings.transcripts.columns) == list(TRANSCRIPT_COLUMNS)
    assert readings.problems == {}
    assert readings.sources["kind"].tolist() == ["panel"]
    assert readings.sources["issuer"].tolist() == ["Nhóm thử nghiệm"]
    rate = readings.observations.set_index("indicator").loc["on_time_rate"]
    assert (rate["low"], rate["high"]) == pytest.approx((98.235, 98.245))
    assert rate["scope"] == "whole_district"
    values = list_values(readings.observations)
    assert values["183", "dossiers_resolved_total", "2024-06-30"] == 1310


def test_parquet_with_typed_columns(project: Project, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "area_code": [183, 184],
            "year": [2023, 2023],
            "period_end": pd.to_datetime(["2023-12-31", "2023-12-31"]),
            "dossiers_resolved_total": [10.0, None],
        }
    )
    path = tmp_path / "typed.parquet"
    table.to_parquet(path)
    bring(project, path, columns={"period": "year"}, ignore=["period_end"])
    assert values_of(project) == {("183", "dossiers_resolved_total", "2023-12-31"): 10}


FORM = [
    ["Biểu số II.06a/VPCP/KSTT"],
    ["TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"],
    [
        *("STT", "Lĩnh vực giải quyết", "Số lượng hồ sơ tiếp nhận", "", "", ""),
        *("Số lượng hồ sơ đã giải quyết", "", "", "", "Số lượng hồ sơ đang giải quyết", "", ""),
    ],
    [
        *("", "", "Tổng số", "Trực tuyến", "Trực tiếp, bưu chính", "Từ kỳ trước"),
        *("Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"),
    ],
    [
        *("(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)"),
        *("(8)", "(9)", "(10)", "(11)=(12)+(13)", "(12)", "(13)"),
    ],
    [1, "Đất đai", 60, 20, 30, 10, 50, 30, 15, 5, 10, 9, 1],
    [2, "Hộ tịch", 40, 30, 10, 0, 40, 35, 5, 0, 0, 0, 0],
    ["", "Tổng cộng", 100, 50, 40, 10, 90, 65, 20, 5, 10, 9, 1],
]
FORM_MERGED = ("A1:M1", "A2:M2", "A3:A4", "B3:B4", "C3:F3", "G3:J3", "K3:M3")
FORM_CONSTANTS = {"area": "huyện Cao Lộc", "period": "2024-H1", "scope": "district_office"}


def test_form_ii_06a_is_recognised(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path, "form_ii_06a.xlsx", FORM, FORM_MERGED)
    summary = add_panel(project, path, mapping=MAPPINGS / "form_ii_06a.yml")
    assert summary.form == "II.06a"
    assert summary.figures == 33
    observations = read(project).observations
    whole = observations[observations["breakdown"] == ""].set_index("indicator")["value"]
    assert whole["dossiers_received_total"] == 100
    assert whole["dossiers_carried_over"] == 10
    assert whole["dossiers_resolved_on_due"] == 20
    assert whole["dossiers_pending_overdue"] == 1
    assert set(observations["breakdown"]) == {"", "field=dat_dai", "field=ho_tich"}


def test_form_columns_are_bound_to_words_not_only_numbers(project: Project, tmp_path: Path) -> None:
    turned = [list(row) for row in FORM]
    turned[2][2], turned[2][6] = turned[2][6], turned[2][2]
    path = write(tmp_path, "form_with_turned_headings.xlsx", turned, FORM_MERGED)
    assert "column (3) is headed" in refuse(project, path, constants=FORM_CONSTANTS)


def test_two_row_header_with_merged_cells(project: Project, tmp_path: Path) -> None:
    rows = [
        ["Địa phương", "Năm", "Hồ sơ", ""],
        ["", "", "Đã giải quyết", "Đang giải quyết"],
        ["huyện Cao Lộc", 2023, 120, 8],
        ["huyện Văn Quan", 2023, 90, 3],
    ]
    path = write(tmp_path, "two_row_header.xlsx", rows, ("A1:A2", "B1:B2", "C1:D1"))
    values = {
        "Hồ sơ / Đã giải quyết": "dossiers_resolved_total",
        "Đang giải quyết": "dossiers_pending_total",
    }
    bring(project, path, values=values)
    assert values_of(project)["184", "dossiers_pending_total", "2023-12-31"] == 3


def test_merged_area_cells_hold_for_all_their_rows(project: Project, tmp_path: Path) -> None:
    rows = [
        ["Địa phương", "Kỳ", "dossiers_resolved_total"],
        ["huyện Cao Lộc", "2023-H1", 50],
        ["", "2023", 120],
    ]
    bring(project, write(tmp_path, "merged_cells.xlsx", rows, ("A2:A3",)))
    assert values_of(project)["183", "dossiers_resolved_total", "2023-12-31"] == 120


def test_totals_rows_are_checked_and_left_out(project: Project, tmp_path: Path) -> None:
    text = (
        "area,period,dossiers_resolved_total,dossiers_pending_total\n"
        "huyện Cao Lộc,2023,120,8\nhuyện Văn Quan,2023,90,3\nTổng cộng,2023,210,12\n"
    )
    summary = str(bring(project, write(tmp_path, "totals_row.csv", text)))
    assert "1 rows of totals ('Tổng cộng') left out" in summary
    assert "Tổng cộng of dossiers_pending_total in row 4: printed 12, the rows give 11" in summary
    assert "1 of 2 totals and means follow" in summary
    assert len(values_of(project)) == 4


def test_percent_cells_of_a_spreadsheet(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path, "percent_cells.xlsx", [["area", "period", "on_time_rate"]])
    book = openpyxl.load_workbook(path)
    book.active.append(["Cao Lộc", "2023", 0.9824])
    book.active["C2"].number_format = "0.00%"
    book.save(path)
    bring(project, path)
    assert list(values_of(project).values()) == [98.24]


def test_shares_of_one_where_the_mapping_says_so(project: Project, tmp_path: Path) -> None:
    text = "area,period,Tỷ lệ\nCao Lộc,2023,0.9824\n"
    path = write(tmp_path, "shares.csv", text)
    bring(project, path, values={"Tỷ lệ": {"indicator": "on_time_rate", "unit": "fraction"}})
    row = read(project).observations.iloc[0]
    assert (row["value"], row["decimals"]) == (98.24, 2)


@pytest.mark.parametrize(
    ("names", "offered", "kinds"),
    [
        (("TP. Hà Nội", "Lạng Sươn", "Bà Rịa – Vũng Tàu"), "'Tỉnh Lạng Sơn'", {"Tỉnh"}),
        (("Cao Bằng", "Hải Ph", "Hà Giang"), "'Thành phố Hải Phòng'", {"Thành"}),
        (("Cao Bằng", "huyện Bắc Sươn", "Hà Giang"), "'Huyện Bắc Sơn'", {"Huyện"}),
        (("Cao Lộc", "Bắc Sươn", "Văn Quan"), "'Huyện Bắc Sơn'", {"Huyện"}),
    ],
)
def test_near_names_are_of_the_level_of_the_other_rows(
    names: Sequence[str], offered: str, kinds: set[str], project: Project, tmp_path: Path
) -> None:
    rows = [["area", "period", "par_index"], *([name, 2023, 80.5] for name in names)]
    said = refuse(project, write(tmp_path, "misspelt.xlsx", rows))
    found = said.partition("Did you mean ")[2].partition("?")[0]
    assert found.startswith(offered)
    assert {name.strip("' ").split()[0] for name in found.split(",")} == kinds


def test_hand_kept_sheet_loads_after_editing_one_file(project: Project, tmp_path: Path) -> None:
    rows = [
        ["THEO DÕI KẾT QUẢ GIẢI QUYẾT HỒ SƠ"],
        ["STT", "Đơn vị", "Kỳ báo cáo", "Tổng số hồ sơ tiếp nhận", "Tiếp nhận trực tuyến",
         "Đã giải quyết", "Trước và đúng hạn", "Quá hạn", "Đang giải quyết",
         "Tỷ lệ đúng hạn (%)", "Ghi chú"],
        [1, "Cao Lộc", "9 tháng năm 2023", "1.380", 900, "1.310", "1.287", 23, 70, "98,24", ""],
        [2, "Văn Quan", "9 tháng năm 2023", 800, "-", 700, 700, 0, 100, "100", "số sơ bộ"],
    ]  # fmt: skip
    path = write(tmp_path, "so_theo_doi.xlsx", rows, ("A1:K1",))
    summary = add_panel(project, path, mapping=MAPPINGS / "hand_kept_sheet.yml")
    assert summary.figures == 13
    assert values_of(project)["183", "dossiers_resolved_total", "2023-09-30"] == 1310


def test_a_drafted_mapping_loads(project: Project, tmp_path: Path, reference: Reference) -> None:
    text = "Đơn vị,Năm,dossiers_resolved_total,Điểm cộng\nCao Lộc,2023,5,1\n"
    path = write(tmp_path, "draft.csv", text)
    draft = draft_mapping(path, reference)
    assert '- "Điểm cộng"  # nearest known:' in draft
    written = write(tmp_path, "draft.yml", draft.partition("sources:")[0])
    add_panel(project, path, SOURCE, written)
    assert list(values_of(project).values()) == [5]


@pytest.mark.parametrize(
    ("heading", "drafted"),
    [
        ("Chỉ số CCHC (PAR INDEX) năm 2021", "{indicator: par_index, period: 2021}"),
        ("Chỉ số hài lòng (SIPAS) 2022 (%)", "{indicator: sipas, period: 2022}"),
        ("Chỉ số PAR INDEX(1)", "par_index"),
        ("PAR INDEX(1) 2022(2)", "{indicator: par_index, period: 2022}"),
        ("PAR INDEX - Chỉ số CCHC", "par_index"),
        ("PCI (điểm)", "pci"),
        ("PCI (Chỉ số năng lực cạnh tranh cấp tỉnh)", "pci"),
        ("Điểm Chuyển đổi số 2023", "{indicator: dti, period: 2023}"),
        ("Chỉ số cải cách hành chính cấp tỉnh (PAR INDEX)", "par_index"),
    ],
)
def test_names_of_one_indicator_and_what_is_added_to_them_are_known_to_a_draft(
    heading: str, drafted: str, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, "index.xlsx", [["Tỉnh", heading], ["Cao Bằng", 0.5]])
    assert f'  "{heading}": {drafted}\n' in draft_mapping(path, reference)


@pytest.mark.parametrize(
    "heading",
    [
        "Chỉ số CCHC (SIPAS)",
        "Tác động của CCHC (PAR INDEX)",
        "PAR INDEX (điểm)",
        "Điểm tối đa (PAR INDEX)",
        "Kết quả đúng hạn",
        "PCI (thành phần)",
    ],
)
def test_a_heading_of_two_indicators_or_another_unit_is_left_to_a_person(
    heading: str, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, "index.xlsx", [["Tỉnh", heading], ["Cao Bằng", 0.5]])
    assert yaml.safe_load(draft_mapping(path, reference))["ignore"] == [heading]


def test_a_second_column_of_a_heading_stands_in_the_draft(
    tmp_path: Path, reference: Reference
) -> None:
    rows = [["area", "period", "indicator", "value", "value"], ["Lạng Sơn", 2023, "pci", 61, 62]]
    draft = draft_mapping(write(tmp_path, "long.xlsx", rows), reference)
    assert '  value: "value"' in draft.splitlines()
    assert draft.partition("ignore:")[2].count('- "value"') == 1


def test_areas_and_a_score_below_headings_that_nothing_knows_are_drafted(
    tmp_path: Path, reference: Reference
) -> None:
    text = "Nơi chấm;Năm;Nhóm chấm;\n;;Điểm;Ghi chú\nLạng Sơn;2021;5,5;\nĐắk Nông;2021;6,5;x\n"
    draft = draft_mapping(write(tmp_path, "scores.csv", text), reference)
    assert {'  area: "Nơi chấm"', '  value: "Nhóm chấm / Điểm"'} <= {*draft.splitlines()}
    assert "what the columns Nhóm chấm / Điểm … hold" in draft


def test_a_year_hides_no_known_name(tmp_path: Path, reference: Reference) -> None:
    path = write(tmp_path, "index.xlsx", [["Tỉnh", "Mức chuyển đổi số 2023"], ["Cao Bằng", 0.5]])
    [line] = [each for each in draft_mapping(path, reference).splitlines() if "Mức" in each]
    assert line.endswith("nearest known: Chỉ số chuyển đổi số, Chỉ số chuyển đổi số (DTI), "
                         "Thứ hạng chuyển đổi số (DTI)")  # fmt: skip


YEARS_BELOW = [
    ["Tỉnh", "Tỷ lệ cấp xã đúng hẹn (%)", "", "Mức độ yên tâm (%)", ""],
    ["", 2021, "Năm 2022", 2021, "Năm 2022"],
    ["Hà Nội", 90.7, 94.2, 89.0, 89.3],
    ["Cao Bằng", 97.6, 93.4, 82.2, 89.5],
]
WITHOUT_PERIODS = {
    f"{name} / {year}": code
    for name, code in (
        ("Tỷ lệ cấp xã đúng hẹn (%)", "on_time_rate"),
        ("Mức độ yên tâm (%)", "sipas"),
    )
    for year in (2021, "Năm 2022")
}


def test_years_below_headings_that_nothing_knows_are_drafted_as_their_periods(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, "years.xlsx", YEARS_BELOW)
    draft = draft_mapping(path, reference)
    assert '"Mức độ yên tâm (%) / 2021": {indicator: , period: 2021}  # nearest known: ' in draft
    mapping = yaml.safe_load(draft)
    assert not mapping["ignore"]
    assert not mapping["constants"]
    said = refuse(project, path, values=mapping["values"], columns=mapping["columns"])
    assert "nothing says the indicator of 'Tỷ lệ cấp xã đúng hẹn (%) / 2021'" in said
    for heading, value in mapping["values"].items():
        value["indicator"] = "sipas" if "yên tâm" in heading else "on_time_rate"
    bring(project, path, values=mapping["values"], columns=mapping["columns"])
    read = values_of(project)
    assert read["01", "sipas", "2022-12-31"] == 89.3
    assert read["04", "on_time_rate", "2021-12-31"] == 97.6


@pytest.mark.parametrize(
    ("heading", "opposite"),
    [
        *(("Tỷ lệ hồ sơ giải quyết đúng hạn (%)", "quá hạn"), ("Ty le ho so tre han", "đúng hạn")),
        *(
            ("Tổng điểm trước thẩm định của Bộ", "sau thẩm định"),
            ("Hồ sơ nhận trực tiếp", "trực tuyến"),
        ),
        *(
            ("TTHC tiếp nhận tại Bộ phận một cửa huyện", "không"),
            ("Hồ sơ tiếp nhận đã số hóa", "chưa"),
        ),
        ("Tỷ lệ tăng thời gian thực hiện TTHC", "giảm"),
    ],
)
def test_no_name_is_suggested_that_says_the_opposite(
    heading: str, opposite: str, reference: Reference
) -> None:
    known = Vocabulary(PanelMapping(), reference)
    assert any(opposite in each for each in known.list_names())
    near = [*known.list_near(heading), *nearest_names(heading, known.list_names())]
    assert near
    assert not any(opposite in each for each in near)


def test_names_that_share_the_word_which_has_an_opposite_are_suggested_first(
    reference: Reference,
) -> None:
    near = Vocabulary(PanelMapping(), reference).list_near("Tỷ lệ hồ sơ giải quyết đúng hạn (%)")
    assert all("đúng hạn" in each for each in near)


INDEX_ROWS = [
    ["BẢNG XẾP HẠNG CHỈ SỐ CẢI CÁCH HÀNH CHÍNH", *[""] * 6],
    ["STT", "Tỉnh, thành phố", "Điểm các lĩnh vực", "", "Tổng điểm", "", "Xếp hạng"],
    ["", "", "1. Cải cách thể chế", "Cải cách tài chính công", "Điểm thẩm định", "Chỉ số", ""],
    [1, "TP HCM", "9,25", "10", "80,1", 90.5, 1],
    [2, "BRVT", "8,5", "10", "79,25", 88.25, 2],
    [3, "Thừa Thiên – Huế", "8", "9,5", "79", 88, 3],
    ["", "Trung bình", "8,58", "9,83", "79,45", 88.92, ""],
]
MERGED = ["C2:D2", "E2:F2", "A2:A3", "B2:B3", "G2:G3"]


def test_a_published_index_comes_in_by_the_recipe(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, "index.xlsx", INDEX_ROWS, MERGED)
    draft = draft_mapping(path, reference)
    assert '"Điểm các lĩnh vực / 1. Cải cách thể chế": par_score_institution' in draft
    assert "period:   # no column says it" in draft
    mapping = yaml.safe_load(draft)
    assert set(mapping["ignore"]) == {"Tổng điểm / Chỉ số", "Xếp hạng"}
    mapping |= {
        "constants": {"period": 2023},
        "values": {**mapping["values"], "Chỉ số": "par_index"},
        "ignore": ["STT"],
        "ranks": {
            "column": "Xếp hạng",
            "indicators": {"par_index": {"province": "par_index_rank_national"}},
        },
    }
    del mapping["sources"]
    summary = str(bring(project, path, **mapping))
    assert "15 figures of 3 areas, 1 period, 5 indicators" in summary
    assert "3 of 3 ranks of par_index follow from its values" in summary
    assert "4 of 4 totals and means follow from their rows" in summary
    assert values_of(project)["46", "par_score_total", "2023-12-31"] == 79


DATED_ROWS = [
    ["KẾT QUẢ NĂM 2022 CỦA CÁC TỈNH, THÀNH PHỐ", "", "", ""],
    ["STT", "Tỉnh, thành phố", "PAR INDEX 2022 (%)", "Xếp hạng"],
    [1, "TP HCM", 90.5, 1],
    [2, "BRVT", 88.25, 2],
    ["", "Giá trị trung bình", 89.38, ""],
    ["Ghi chú: số liệu đã công bố.", "", "", ""],
]


@pytest.mark.parametrize("merged", [(), ("B1:C1", "D1:E1"), ("A1:A2", "B1:C1", "D1:E1")])
@pytest.mark.parametrize("said", ["{}", "Năm {}", "Năm {} (1)", "{}*", 0])
def test_years_below_indicators_are_drafted_and_read(
    merged: Sequence[str], said: str | int, project: Project, tmp_path: Path, reference: Reference
) -> None:
    years = [said.format(year) if isinstance(said, str) else year for year in (2022, 2023)]
    rows = [
        ["Tỉnh", "PAR INDEX", "", "DTI", ""],
        ["", *years, *years],
        ["Lạng Sơn", 80.5, 81.5, 0.5, 0.6],
        ["Đắk Nông", "n/a", 71.5, 0.3, 0.4],
    ]
    path = write(tmp_path, "two.xlsx", rows, merged)
    draft = draft_mapping(path, reference)
    assert [*yaml.safe_load(draft)["values"]] == [
        f"{name} / {year}" for name in ("PAR INDEX", "DTI") for year in years
    ]
    add_panel(project, path, mapping=finish(draft))
    values = values_of(project)
    assert len(values) == 7
    assert values["20", "par_index", "2022-12-31"] == 80.5
    assert values["67", "dti", "2023-12-31"] == 0.4


def test_a_heading_that_names_its_year_is_drafted_with_it(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, "index.xlsx", DATED_ROWS)
    mapping = yaml.safe_load(draft_mapping(path, reference))
    assert mapping["values"] == {"PAR INDEX 2022 (%)": {"indicator": "par_index", "period": 2022}}
    assert mapping["constants"] == {}
    del mapping["sources"]
    summary = str(bring(project, path, **mapping))
    assert "2 of 2 ranks of par_index follow from its values" in summary
    assert "1 of 1 totals and means follow from their rows" in summary
    assert values_of(project)["79", "par_index", "2022-12-31"] == 90.5


@pytest.mark.parametrize(
    ("rows", "name", "hint"),
    [
        (
            [DATED_ROWS[0], ["", "Tỉnh, thành phố", "PAR INDEX", "Xếp hạng"]],
            "t.xlsx",
            "period: 2022 ",
        ),
        ([["", "Tỉnh, thành phố", "PAR INDEX", "Xếp hạng"]], "par_2021.xlsx", "period: 2021 "),
        ([["", "Tỉnh, thành phố", "PAR INDEX", "Xếp hạng"]], "t.xlsx", "period:   #"),
    ],
    ids=["title", "file", "nowhere"],
)
def test_a_draft_offers_the_year_of_the_title_or_the_file(
    rows: list[list[object]], name: str, hint: str, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, name, [*rows, *DATED_ROWS[2:4]])
    [asked] = [line for line in draft_mapping(path, reference).splitlines() if "period:" in line]
    assert hint in asked


def test_lists_side_by_side_are_read_pair_by_pair(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    """Each list has its own order of areas: the first column of areas holds for none but its."""
    text = "Province,Entry costs,Province,Land access\nHà Nội,7.1,Đà Nẵng,6.5\n"
    path = write(tmp_path, "blocks.csv", text + "Đà Nẵng,6.9,Hà Nội,6.1\n")
    assert "3 lists" not in str(bring(project, path, constants={"period": "2016"}))
    assert values_of(project) == {
        ("01", "pci_entry_costs", "2016-12-31"): 7.1,
        ("48", "pci_entry_costs", "2016-12-31"): 6.9,
        ("48", "pci_land_access", "2016-12-31"): 6.5,
        ("01", "pci_land_access", "2016-12-31"): 6.1,
    }
    assert '"Land access": pci_land_access' in draft_mapping(path, reference)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1258"])
def test_a_table_in_an_encoding_of_old_comes_in(
    encoding: str, project: Project, tmp_path: Path
) -> None:
    text = "Tỉnh;Năm;PCI\nLạng Sơn;2016;56,29\nĐắk Nông;2016;53,63\n"
    if encoding == "cp1258":  # whole letters with a mark of tone after them
        parts = (unicodedata.normalize("NFD", letter) for letter in text)
        tones = "\u0300\u0301\u0303\u0309\u0323"
        text = "".join(
            unicodedata.normalize("NFC", "".join(mark for mark in part if mark not in tones))
            + "".join(mark for mark in part if mark in tones)
            for part in parts
        )
    path = tmp_path / "old.csv"
    path.write_bytes(text.encode(encoding))
    summary = str(bring(project, path))
    assert ("decoded from cp1258" in summary) == (encoding == "cp1258")
    assert values_of(project)["20", "pci", "2016-12-31"] == 56.29


def test_a_rank_that_its_value_denies_is_named(project: Project, tmp_path: Path) -> None:
    text = "area,period,pci,Rank\nHà Nội,2016,60,1\nĐà Nẵng,2016,70,2\nLào Cai,2016,50,3\n"
    ranks = {"column": "Rank", "indicators": {"pci": {"province": "pci_rank"}}}
    summary = str(bring(project, write(tmp_path, "p.csv", text), ranks=ranks))
    assert "1 of 3 ranks of pci follow" in summary
    assert "Hà Nội 2016 is printed 1, its value gives 2" in summary


def test_years_as_headings_ask_for_their_indicator(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, "pci.csv", "Province;2017;2018\nHa Noi;60,5;61\nLao Cai;58,25;60\n")
    draft = draft_mapping(path, reference)
    assert "indicator: pci   # what the columns 2017, 2018 … hold" in draft
    assert "check" in draft
    other = path.rename(tmp_path / "papi.csv")  # of six dimensions, or of eight?
    asked = draft_mapping(other, reference)
    assert "indicator:   # what the columns 2017, 2018 … hold" in asked
    assert "(papi_total?)" in asked
    other.rename(path)
    bring(project, path, constants={"indicator": "pci"})
    assert values_of(project)["01", "pci", "2017-12-31"] == 60.5


def test_an_unfilled_draft_says_what_it_lacks(tmp_path: Path, reference: Reference) -> None:
    path = write(tmp_path, "t.csv", "Province,PCI\nHà Nội,60\n")
    with pytest.raises(ReportError) as caught:
        build_mapping(yaml.safe_load(draft_mapping(path, reference)), "draft.yml")
    said = str(caught.value)
    assert "sources.0.publisher is empty" in said
    assert "constants.period is empty" in said
    assert "title" not in said


@pytest.mark.parametrize(
    ("name", "day", "area_id"),
    [
        ("Huyện Đạ Huoai", "2024-06-30", "681"),
        ("Huyện Đạ Huoai", "2025-03-31", "682-2024"),
        ("Kỳ Sơn, Nghệ An", "2019-06-30", "417"),
        ("Kỳ Sơn, Hoà Bình", "2019-06-30", "151"),
        ("Huyện Kỳ Sơn", "2023-06-30", "417"),
        ("TP Đông Triều", "2025-03-31", "205"),
        ("Thành phố Huế, Thừa Thiên Huế", "2023-12-31", "474"),
    ],
)
def test_a_name_means_the_district_that_was_there_then(
    reference: Reference, name: str, day: str, area_id: str
) -> None:
    found = find_areas(AreaWords(name, "", "", day), reference)
    assert found == {area_id}


def test_district_names_are_told_apart_by_province(reference: Reference) -> None:
    index = reference.wide_areas
    assert index.find("Châu Thành", "Tây Ninh") == {"708"}
    assert index.find("H. Châu Thành, nơi nào") == set()
    assert index.find("TP. Hồ Chí Minh") == {"79", "79-2025"}
    assert index.list_coded("1") == {"01"}
    assert index.list_coded("15") == {"15", "15-2025"}


@pytest.mark.parametrize(
    ("name", "area_id"),
    [
        *(("TP HCM", "79"), ("TP. Hồ Chí Minh", "79"), ("Ho Chi Minh City", "79")),
        *(("Hồ Chí Minh (TP)", "79"), ("HoChiMinh", "79"), ("TP.HCM", "79")),
        *(("Thừa Thiên – Huế", "46"), ("TT Huế", "46"), ("Thua Thien Hue province", "46")),
        *(("BRVT", "77"), ("Bà Rịa - Vũng Tàu", "77"), ("BR - VT", "77")),
        *(("Đăk Lăk", "66"), ("Dak Lak", "66"), ("DakLak", "66"), ("Đắc Lắc", "66")),
        *(("Ðà Nẵng", "48"), ("1. Quảng Ninh*", "22"), ("T. Hà Giang", "02")),
        *(("Hoà Bình", "17"), ("Hòa Bình", "17"), ("HA GIANG", "02"), ("Tỉnh Vĩnh Phúc (1)", "26")),
    ],
)
def test_spellings_of_provinces(name: str, area_id: str, reference: Reference) -> None:
    place = AreaWords(name, "", "", "2020-12-31")
    assert match_area(place, reference, "province") == area_id


@pytest.mark.parametrize(
    ("name", "province", "area_id"),
    [
        *(("H. Châu Thành", "Long An", "808"), ("Châu Thành (Long An)", "", "808")),
        *(("huyện Châu Thành, tỉnh Long An", "", "808"), ("Bắc Ninh", "Bắc Ninh", "256")),
        *(("TP Hà Giang", "", "024"), ("Vũng Tàu", "", "747"), ("Q.1", "TP HCM", "760")),
        *(("Huyện Thanh Trì", "", "020"), ("TX Sơn Tây", "", "269"), ("Quan Hóa", "", "385")),
    ],
)
def test_spellings_of_districts(
    name: str, province: str, area_id: str, reference: Reference
) -> None:
    place = AreaWords(name, "", province, "2020-12-31")
    assert match_area(place, reference, "district") == area_id


def test_a_name_of_several_areas_is_refused_with_their_list(
    project: Project, tmp_path: Path
) -> None:
    path = write(
        tmp_path, "a.csv", "area,period,par_index\nTân Biên,2023,80.5\nChâu Thành,2023,81.5"
    )
    said = refuse(project, path)
    assert "Huyện Châu Thành, Tỉnh Long An (808, until 2025-06-30)" in said
    assert "constants: {province: …}" in said
    bring(project, path, constants={"province": "Tây Ninh"})
    assert {area_id for area_id, *_ in values_of(project)} == {"705", "708"}


# --- What is refused, with a sentence -------------------------------------------------------------


REFUSED: dict[str, tuple[Table, dict[str, object], tuple[str, ...]]] = {
    "two columns of provinces, and none of areas": (
        "Province,Entry costs,Province\nHà Nội,7.1,Đà Nẵng\nĐà Nẵng,6.9,Hà Nội\n",
        {"constants": {"period": "2016"}},
        ("'Province' and 'Province' are both the area", "columns: {area: …}"),
    ),
    "headings that nothing knows": (
        "area,period,Tổng số hồ sơ giải quyết hộ,Điểm thưởng\nCao Lộc,2023,5,1\n",
        {},
        (
            "unknown heading 'Tổng số hồ sơ giải quyết hộ'",
            "'Hồ sơ đã giải quyết'",
            "unknown heading 'Điểm thưởng'",
        ),
    ),
    "a stray cell far down": (
        "area,period,on_time_rate\n"
        + "".join(f"Văn Quan,{year},98\n" for year in range(1950, 2000))
        + "Cao Lộc,2023,98,24\n",
        {},
        ("row 52: '24' in column D, under no heading",),
    ),
    "a rank or a note behind a value": (
        [["Tỉnh", "PCI 2022"], ["Lạng Sơn", "60,10 (2)"]],
        {},
        ("'60,10 (2)' is not a number",),
    ),
    "a stray cell of a workbook": (
        [["area", "period", "par_index"], ["Cao Lộc", "2023", 80, "xem lại"]],
        {},
        ("row 2: 'xem lại' in column D, under no heading",),
    ),
    "a formula without a saved result": (
        [["area", "period", "pci"], ["Hà Nội", "2016", "=30+30"]],
        {},
        ("formulas without a saved result in C2",),
    ),
    "per cents as shares of one": (
        "area,period,on_time_rate\nCao Lộc,2023,0.982\nVăn Quan,2023,97.5\n",
        {},
        (
            "1 of 2 per cents under 'on_time_rate' lie between 0 and 1, such as 0.982",
            "unit: fraction",
        ),
    ),
    "columns of years without their periods": (
        YEARS_BELOW,
        {"values": WITHOUT_PERIODS},
        (
            "nothing says the period of 'Tỷ lệ cấp xã đúng hẹn (%) / 2021'",
            "`'Tỷ lệ cấp xã đúng hẹn (%) / 2021': {indicator: on_time_rate, period: 2021}`",
        ),
    ),
    "columns of years that a constant makes one": (
        [*YEARS_BELOW, ["Lạng Sơn", 90.1, "-", 80.5, 81.5]],
        {
            "values": WITHOUT_PERIODS,
            "constants": {"period": 2023},
        },
        (
            "rows 3, 4: the columns 'Tỷ lệ cấp xã đúng hẹn (%) / 2021', 'Tỷ lệ cấp xã đúng hẹn (%) "
            "/ Năm 2022' say one quantity, on_time_rate of 2023-12-31: of 'Hà Nội' 90.7 and 94.2",
            "{indicator: on_time_rate, period: 2021}",
            "rows 3, 4, 5: the columns 'Mức độ yên tâm (%) / 2021'",
        ),
    ),
    "values by two designs of one year": (
        "Tỉnh,Năm,SIPAS\nLạng Sơn,2021,80\nLạng Sơn,2021,83\n",
        {},
        (
            "'Lạng Sơn' twice for sipas, 2021-12-31: 80 and 83",
            "values by two designs of an index are those of two indicators",
        ),
    ),
    "thousands or decimals": (
        "area;period;budget_revenue_total\nCao Lộc;2023;248.123\n",
        {},
        ("'248.123' can be thousands or decimals", 'decimal_mark: "."'),
    ),
    "an area twice": (
        "area,period,dossiers_resolved_total\nCao Lộc,2023,5\nhuyện Cao Lộc,2023,6\n",
        {},
        ("rows 2, 3: 'Cao Lộc' twice for dossiers_resolved_total",),
    ),
    "none so far, or not known yet": (
        "area,period,dossiers_resolved_total\nCao Lộc,2023,Chưa có\nVăn Quan,2023,5\n",
        {},
        ("'Chưa có' can be none so far or a number that is not known yet",),
    ),
    "words that nothing knows, all at once": (
        "area,period,indicator,value,unit\n"
        "Cao Lọc,2023,dossiers_resolved_total,5,dossier\n"
        "Văn Quan,quý 7,dossiers_resolved_total,5,dossier\n"
        "Văn Quan,2023,dossiers_resolvd_total,5,dossier\n"
        "Văn Quan,2022,dossiers_resolved_total,5,bao\n",
        {"missing": ["?"]},
        (
            "row 3: 'quý 7' is not a period",
            "row 4: unknown indicator 'dossiers_resolvd_total'",
            "row 5: unknown unit 'bao'",
        ),
    ),
    "an area that nothing knows": (
        "area,period,par_index\nhuyện Cao Lốp,2023,80\n",
        {},
        ("unknown area 'huyện Cao Lốp'", "'Huyện Cao Lộc'"),
    ),
    "an empty area": (
        "area,period,par_index\nCao Lộc,2023,80\n,2022,81\n",
        {},
        ("row 3: no area", "fill them down"),
    ),
    "a number read with thousands": (
        "area;period;on_time_rate\nCao Lộc;2023;97,1\nVăn Quan;2023;98.241\n",
        {},
        (
            "on_time_rate = 98.241, read as 98241 (Văn Quan); expected 0 to 100",
            "say `decimal_mark: '.'`",
        ),
    ),
    "a period that is left out": (
        "area,period,par_index\nCao Lộc,2023,80\nCao Lộc,,81\n",
        {},
        ("row 3: no period; expected a period for every figure",),
    ),
    "days that are none, or turned": (
        "area,start,end,par_index\nCao Lộc,2023-01-01,12/31/2023,80\n"
        "Văn Quan,2023-12-31,2023-01-01,81\n",
        {},
        (
            "row 2: period_end '12/31/2023'; expected a day such as 2024-06-30",
            "row 3: a start after its end; expected dates in order",
        ),
    ),
    "a source that nothing describes": (
        "area,period,par_index,source_id\nCao Lộc,2023,80,bộ\nVăn Quan,2023,81,\n",
        {"sources": [{"source_id": "other_one", "publisher": "Ai đó", "licence": "CC0"}]},
        (
            "row 2: unknown source 'bộ', which nothing describes; expected one of",
            "row 3: an empty source, which nothing describes",
        ),
    ),
    "an area that no longer exists": (
        "area,period,par_index\nhuyện Cao Lộc,2026,80.5\n",
        {},
        ("no longer exists after 2025-06-30",),
    ),
    "an area that does not exist yet": (
        "area,period,par_index\n80-2025,2020,80.5\n",
        {"areas": {"80-2025": {"area_id": "80-2025"}}},
        ("does not exist before 2025-07-01",),
    ),
    "an area that was there when the year began, and not when it ended": (
        "area,period,par_index\ntỉnh Hà Giang,2025,80.5\n",
        {},
        ("no longer exists after 2025-06-30",),
    ),
    "spans of years, which are no intervals": (
        "Tỉnh,Năm,PCI,Giai đoạn\nLạng Sơn,2022,60.5,2021-2025\nĐắk Nông,2022,60,2021-2025\n",
        {},
        ("unknown heading 'Giai đoạn'",),
    ),
    "a period that looks like an interval": (
        "Tỉnh,PCI,Năm\nLạng Sơn,60.5,2021-12\nĐắk Nông,60,2021-12\n",
        {},
        ("'2021-12' is not a period",),
    ),
    "provinces of before the merger": (
        "Tỉnh;Năm;PCI\nLâm Đồng;2026;60\nĐắk Nông;2026;60\nHà Nam;2026;60\n",
        {},
        ("Tỉnh Đắk Nông (67), Tỉnh Hà Nam (35) no longer exist after 2025-06-30",),
    ),
    "nothing": ([], {}, ("no cell that holds anything",)),
    "a head alone": ([["area", "period", "par_index"]], {}, ("a head and no rows below it",)),
    "no figure": (
        [["area", "period", "par_index"], ["Lạng Sơn", 2023, "-"]],
        {},
        ("a head and no figure",),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_with_a_sentence(
    name: str, project: Project, tmp_path: Path
) -> None:
    content, mapping, words = REFUSED[name]
    file = "table.csv" if isinstance(content, str) else "table.xlsx"
    said = refuse(project, write(tmp_path, file, content), **mapping)
    assert [each for each in words if each not in said] == []


def test_two_values_are_told_beside_other_faults(project: Project, tmp_path: Path) -> None:
    """Of rows whose words are known alone: two scopes that nobody knows may both be right."""
    text = (
        "area,period,dossiers_resolved_total,scope\nCao Lộc,2023,5,\nCao Lộc,2023,6,\n"
        "Văn Quan,2023,năm,\nVăn Quan,2022,5,đâu\nVăn Quan,2022,6,đó\n"
    )
    said = refuse(project, write(tmp_path, "table.csv", text))
    assert "row 4: dossiers_resolved_total: 'năm'" in said
    assert "row 5: unknown scope 'đâu'" in said
    assert "rows 2, 3: 'Cao Lộc' twice for dossiers_resolved_total, 2023-12-31: 5 and 6" in said
    assert said.count(" twice for ") == 1


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        ("", "1310,1309,98,24,", "row 3: '24' in column F, under no heading"),
        ("", '1310,1309,98,24,"5"', "row 3: '24' in column F, under no heading"),
        (",Ghi chú", "1310,1309,98,24,", "row 3: 7 cells in a row; expected 6"),
        ("", "1,310,1309,98.2", "row 3: '98.2' in column F, under no heading"),
    ],
)
def test_a_cell_under_no_heading_is_never_dropped(
    project: Project, tmp_path: Path, head: str, row: str, words: str
) -> None:
    text = (
        f"area,period,dossiers_resolved_total,dossiers_resolved_on_time,on_time_rate{head}\n"
        f"Văn Quan,2024-H1,700,700,100\nCao Lộc,2024-H1,{row}\n"
    )
    said = refuse(project, write(tmp_path, "decimal_comma.csv", text))
    assert words in said
    assert "Quote numbers with a decimal comma" in said


@pytest.mark.parametrize("cells", [("0.98", "0.9", "1"), ("0.5", "0", "0.7"), ("1", "1", "1")])
def test_a_unit_said_does_not_make_shares_of_one_per_cents(
    project: Project, tmp_path: Path, cells: tuple[str, ...]
) -> None:
    areas = ("Cao Lộc", "Văn Quan", "Bắc Sơn")
    rows = "".join(f"{area},2023,{cell}\n" for area, cell in zip(areas, cells, strict=True))
    path = write(tmp_path, "shares_said_per_cent.csv", f"area,period,Tỷ lệ đúng hạn\n{rows}")
    values = {"Tỷ lệ đúng hạn": {"indicator": "on_time_rate", "unit": "%"}}
    said = refuse(project, path, values=values)
    assert "per cents under 'Tỷ lệ đúng hạn' lie between 0 and 1, such as" in said
    assert "`small_rates: [on_time_rate]`" in said
    bring(project, path, values=values, small_rates=["on_time_rate"])
    assert sorted(values_of(project).values()) == sorted(map(float, cells))


def test_a_long_table_that_says_per_cent_may_hold_shares(project: Project, tmp_path: Path) -> None:
    text = "area,period,indicator,value,unit\nCao Lộc,2023,on_time_rate,0.98,%\n"
    assert "between 0 and 1" in refuse(project, write(tmp_path, "long_shares.csv", text))
    text = text.replace("0.98,", "0.98%,")
    bring(project, write(tmp_path, "long_per_cents.csv", text))
    assert list(values_of(project).values()) == [0.98]


def test_our_own_template_refuses_shares_of_one(project: Project, tmp_path: Path) -> None:
    head = yaml.safe_load((MAPPINGS / "hand_kept_sheet.yml").read_text("utf-8"))
    names = [*head["columns"].values(), *head["values"]]
    rate = "Tỷ lệ đúng hạn (%)"
    cells = {"Đơn vị": "Cao Lộc", "Kỳ báo cáo": "2023", rate: "0,98"}
    text = ";".join(names) + "\n" + ";".join(cells.get(name, "") for name in names) + "\n"
    path = write(tmp_path, "shares_in_template.csv", text)
    with pytest.raises(ReportError, match="lie between 0 and 1, such as 0,98"):
        add_panel(project, path, mapping=MAPPINGS / "hand_kept_sheet.yml")


def test_an_index_whose_design_changes_within_a_year_is_told(
    project: Project, tmp_path: Path
) -> None:
    project.reference.unlink()
    shutil.copytree(ROOT / "data" / "reference", project.reference)
    with (project.reference / "breaks.csv").open("a", encoding="utf-8") as file:
        file.write("made_up,sipas,2021-07-01,đổi phương pháp,another method,made up,certain\n")
    text = "Tỉnh,Năm,SIPAS\nLạng Sơn,2020,80\nLạng Sơn,2021,81\nLạng Sơn,2022,82\n"
    said = str(bring(project, write(tmp_path, "sipas.csv", text)))
    assert "sipas: its definition changes on 2021-07-01, within a period" in said
    assert "sipas: values before and after 2021-07-01 are not joined" in said
    own = load_reference(project.reference)
    rows = break_series(read(project).observations, own).sort_values("period_end")
    assert rows["crosses"].tolist() == ["", "made_up", ""]
    assert [each["period_end"] for each in keep_last_part(list_rows(rows))] == ["2022-12-31"]


MIXED = {
    ("Lâm Đồng", "2024"): "68",
    ("Đắk Nông", "2024"): "67",
    ("Lâm Đồng", "2026"): "68-2025",
    ("TP. Đà Nẵng", "2026"): "48-2025",
    ("Quảng Nam", "2024"): "49",
    ("Cao Bằng", "2024"): "04",
    ("Cao Bằng", "2026"): "04",
}


@pytest.mark.parametrize("is_turned_round", [False, True])
@pytest.mark.parametrize("has_codes", [False, True])
def test_63_and_34_provinces_in_one_panel_are_areas_of_their_time(
    has_codes: bool, is_turned_round: bool, project: Project, tmp_path: Path
) -> None:
    lines = [
        f"{area_id[:2] if has_codes else ''};{name};Năm {year};60,5"
        for (name, year), area_id in MIXED.items()
    ]
    lines = lines[::-1] if is_turned_round else lines
    text = "\n".join(["Mã tỉnh;Tỉnh;Năm;PCI", *lines])
    bring(project, write(tmp_path, "mixed.csv", text))
    found = {(area_id, end[:4]) for area_id, _, end in values_of(project)}
    assert found == {(area_id, year) for (_, year), area_id in MIXED.items()}


def test_two_sources_that_disagree_are_both_kept(project: Project, tmp_path: Path) -> None:
    text = "Tỉnh,Năm,PCI,Nguồn\nLạng Sơn,2021,60.5,one\nLạng Sơn,2021,63.25,two\n"
    both = [
        {**SOURCE.model_dump(), "source_id": f"made_up_{key}", "key": key} for key in ("one", "two")
    ]
    path = write(tmp_path, "both.csv", text)
    add_panel(project, path, mapping=build_mapping({"sources": both}, "both.yml"))
    readings, own = read(project), load_reference(project.reference)
    assert readings.observations["value"].tolist() == [60.5, 63.25]
    published = derive_indicators(
        readings.observations, readings.transcripts, readings.sources, own
    )
    [row] = published.itertuples()
    assert (row.value, row.other_readings, row.is_contested) == (
        63.25,
        "60,5 [made_up_one: R000001]",
        True,
    )


def test_an_area_of_another_province_is_told_from_an_unknown_one(
    project: Project, tmp_path: Path
) -> None:
    text = "area,province,period,par_index\nHuyện Châu Thành,Lạng Sơn,2023,80\n"
    said = refuse(project, write(tmp_path, "other_province.csv", text))
    assert "no area 'Huyện Châu Thành' in 'Lạng Sơn'" in said
    assert "Elsewhere: Huyện Châu Thành, Tỉnh" in said
    assert "Did you mean" not in said


@pytest.mark.parametrize(
    "text",
    [
        "Trong kỳ đã tiếp nhận 120 hồ sơ\nĐã giải quyết 118 hồ sơ\n",
        "Trong kỳ, huyện đã tiếp nhận 1.204 hồ sơ, đạt 98,5%.\n"
        "Công tác chỉ đạo được quan tâm, kịp thời, có kiểm tra.\n"
        "Đã giải quyết 1.118 hồ sơ, đúng hạn 98,24%, tăng 2%.\n",
    ],
    ids=["lines", "commas"],
)
def test_prose_is_no_table(text: str, tmp_path: Path, reference: Reference) -> None:
    with pytest.raises(ReportError, match="cchc read"):
        draft_mapping(write(tmp_path, "report.txt", text), reference)


def test_impossible_value(project: Project, tmp_path: Path) -> None:
    text = "area,period,papi_total_6dim\nLạng Sơn,2014,0\nĐắk Nông,2014,35.2\n"
    path = write(tmp_path, "zero_for_missing.csv", text)
    said = refuse(project, path)
    assert "papi_total_6dim = 0 (Lạng Sơn); expected 6 to 60" in said
    absent = [{"indicator": "papi_total_6dim", "printed": "0", "reason": "never zero"}]
    summary = bring(project, path, absent=absent)
    assert "1 cells '0' of papi_total_6dim (Lạng Sơn) left out: never zero" in str(summary)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "latin.csv",
            "area,period\nCao L\xf4c,2023\n".encode("latin-1"),
            "bytes of no encoding known",
        ),
        ("no_workbook.xlsx", b"PK but no workbook", "a file that is cut off or damaged"),
        ("no_parquet.parquet", b"PAR1", "Parquet that cannot be read"),
        ("table.docx", b"", "a file '.docx'"),
        ("ragged.csv", b"area,period,par_index\nx,1,2,3,4\n,,\n", "'4' in column E, under"),
    ],
)
def test_damaged_files(
    project: Project, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refuse(project, tmp_path / name)


def test_several_sheets_need_a_name(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path, "several_sheets.xlsx", [["area", "period", "par_index"]])
    book = openpyxl.load_workbook(path)
    book.active.append(["Lạng Sơn", 2023, 80.5])
    book.create_sheet("Khác").append(["x"])
    book.save(path)
    assert "2 sheets: 'Sheet', 'Khác'" in refuse(project, path)
    assert bring(project, path, sheet="Sheet").figures == 1


def test_no_source(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path, "no_source.csv", LONG)
    with pytest.raises(ReportError, match="who published the figures"):
        add_panel(project, path)


@pytest.mark.parametrize(
    ("faulty", "words"),
    [
        ("values: {Điểm A: par_indx}", "values.Điểm A.indicator: unknown indicator"),
        ("values: {Điểm A: {indicater: sipas}}", "values.Điểm A.indicater: "),
        ("values: {Điểm A: sipas}\ncolums: {note: Lạ}", "Did you mean columns"),
        ("values: {Điểm A: sipas}\ncolumns: {aera: Điểm C}", "unknown field 'aera'"),
        ("values: {Điểm A: sipas}\ncolumns: {aera: Điểm C, vale: B}", "columns.vale: unknown"),
        ("values: {Điểm A: sipas}\nignore: Điểm C", "ignore: "),
        ("values: {Điểm A: sipas}\nsources: [{source_id: some_one, publisher: Ai}]", "licence"),
        ("values: {Điểm A: sipas}\nsources: []", "no source"),
        ("values: {Điểm A: sipas}\nsources: {source_id: some_one}", "sources: "),
        ("values: {Điểm A: sipas}\nranks: {column: Điểm C, lst: x, indicators: {}}", "ranks.lst"),
    ],
)
def test_faults_of_a_mapping_and_of_the_headings_are_told_in_one_run(
    faulty: str, words: str, project: Project, tmp_path: Path
) -> None:
    path = write(tmp_path, "both.csv", "area,period,Điểm A,Điểm B,Điểm C\nCao Bằng,2023,1,2,3\n")
    source = "" if "sources" in faulty else f"sources: [{SOURCE.model_dump_json()}]\n"
    mapping = write(tmp_path, "both.yml", f"{source}{faulty}\n")
    with pytest.raises(ReportError) as caught:
        add_panel(project, path, mapping=mapping)
    said = str(caught.value)
    assert words in said
    assert "unknown heading 'Điểm B'" in said
    assert "unknown heading 'Điểm A'" not in said, "told already"
    assert ("unknown heading 'Điểm C'" in said) == ("Điểm C" not in faulty)


@pytest.mark.parametrize("faults", ["period: soon", "period: soon, lst: x"])
def test_a_heading_that_a_rule_with_a_fault_names_is_missed_in_the_same_run(
    faults: str, project: Project, tmp_path: Path
) -> None:
    path = write(tmp_path, "ranked.csv", "area,period,Điểm A\nCao Bằng,2023,1\n")
    ranks = f"{{column: Hạng, {faults}, indicators: {{sipas: {{province: pci_rank}}}}}}"
    mapping = write(tmp_path, "ranked.yml", f"values: {{Điểm A: sipas}}\nranks: {ranks}\n")
    with pytest.raises(ReportError) as caught:
        add_panel(project, path, SOURCE, mapping)
    assert "ranks.period" in str(caught.value)
    assert "no heading 'Hạng', which the mapping names" in str(caught.value)


def test_a_faulty_list_of_sheets_says_of_no_heading_that_it_is_strange(
    project: Project, tmp_path: Path
) -> None:
    book = {name: [["area", "period", "Điểm B"], ["Cao Bằng", 2023, 1]] for name in ("A", "B")}
    mapping = write(tmp_path, "sheets.yml", "sheets: {A: {indicater: sipas}}\n")
    with pytest.raises(ReportError) as caught:
        add_panel(project, write(tmp_path, "sheets.xlsx", book), SOURCE, mapping)
    assert [str(each).partition(":")[0] for each in caught.value.problems] == ["sheets.yml"]


def test_a_panel_comes_in_once(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path, "long.csv", LONG)
    bring(project, path)
    with pytest.raises(ReportError, match="panel long: registered already"):
        bring(project, path)
    add_panel(project, path, SOURCE, replace=True)
    assert len(read(project).observations) == 3


def test_a_source_of_a_report_is_never_overwritten(project: Project, tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "made_up" / "sources.csv", project.raw)
    taken = (project.raw / "sources.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    source = {"source_id": taken, "publisher": "Ai đó", "licence": "CC0"}
    with pytest.raises(ReportError, match="registered already, for the reports"):
        add_panel(project, write(tmp_path, "long.csv", LONG), source)


def test_nothing_is_half_registered(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cchc_analysis.panels.register.files.write_text", fail)
    with pytest.raises(ReportError, match="nothing was registered"):
        bring(project, write(tmp_path, "long.csv", LONG))
    assert not list((project.raw / "panels").glob("*.csv"))
    assert read(project).observations.empty


def test_synthetic_figures_are_refused(project: Project, tmp_path: Path) -> None:
    source = {"source_id": "synthetic_country", "publisher": "Máy", "licence": "CC0"}
    with pytest.raises(ReportError, match="Synthetic data are for tests"):
        add_panel(project, write(tmp_path, "long.csv", LONG), source)


@pytest.mark.parametrize("name", ["made_up_panel", "long"])
def test_an_id_in_the_list_that_names_no_file_is_refused(
    project: Project, tmp_path: Path, name: str
) -> None:
    bring(project, write(tmp_path, "long.csv", LONG))
    path = project.raw / "panels" / "sources.csv"
    path.write_text(path.read_text("utf-8").replace(f"{name},", "../../x,", 1), "utf-8")
    with pytest.raises(ReportError, match=r"id '../../x'; expected small letters, digits and _"):
        read(project)


def test_a_panel_that_was_not_brought_in_is_named(project: Project) -> None:
    (project.raw / "panels").mkdir()
    (project.raw / "panels" / "stray.csv").write_text("x\n", "utf-8")
    [problem] = read(project).problems["stray"]
    assert "a panel not registered" in str(problem)


@pytest.mark.parametrize(
    ("held", "now", "told"),
    [
        (",183,", ",999,", "panel long, rows 1, 3: unknown area_id '999'"),
        (",dossier,", ",point,", "rows 1, 2: unit 'point' of dossiers_resolved_total"),
        (",dossier,", ",old_unit,", "unit 'old_unit' of dossiers_resolved_total"),
    ],
)
def test_a_code_that_went_away_sets_its_panel_aside(
    held: str, now: str, told: str, project: Project, tmp_path: Path
) -> None:
    bring(project, write(tmp_path, "long.csv", LONG))
    path = project.raw / "panels" / "long.csv"
    path.write_text(path.read_text("utf-8").replace(held, now), "utf-8")
    readings = read(project)
    assert readings.observations.empty
    assert told in str(readings.problems["made_up_panel"][0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"colums": {}}, "Did you mean columns"),
        ({"columns": {"aera": "x"}}, "did you mean area"),
        ({"decimal_mark": ";"}, "decimal_mark"),
        ({"sources": [{"source_id": "X", "publisher": "P", "licence": "L"}]}, "source_id"),
        (
            {"sources": [{"source_id": "con", "publisher": "P", "licence": "L"}]},
            "source_id: 'con' is kept for a device by Windows; write a longer name",
        ),
        ({"panel": "aux"}, "panel: 'aux' is kept for a device by Windows"),
        ({"panel": b"\xff"}, "panel: '_w=='"),
        ({"panel": "A?"}, "use small letters, digits and _, a letter first"),
        ("area,period,pci", "no entries; expected a mapping in YAML"),
        ({"sources": [{"source_id": "abc", "publisher": "PP"}]}, r"licence: Field required; exp"),
    ],
)
def test_a_wrong_mapping_is_named(content: object, words: str) -> None:
    with pytest.raises(ReportError, match=words):
        build_mapping(content, "mapping.yml")


def test_what_is_wrong_with_the_form_and_the_codes_of_a_mapping_is_told_at_once(
    reference: Reference,
) -> None:
    content = {
        "colums": {},
        "values": {"A": "papi_totl", "B": {"indicator": "pci", "unit": "point"}},
        "areas": {"Cả tỉnh": "1833"},
        "indicators": {"x": "dossiers_resolvd_total"},
        "constants": {"indicator": "pcii"},
        "ranks": {"column": "Hạng", "indicators": {"pci": {"province": "pci_rnk"}}},
        "sources": [{"source_id": "X", "publisher": "P", "licence": "L"}],
    }
    with pytest.raises(ReportError) as caught:
        build_mapping(content, "mapping.yml", reference)
    places = [str(problem).split(": ")[1] for problem in caught.value.problems]
    assert places == [
        *("values.A.indicator", "indicators.x", "areas.Cả tỉnh.area_id", "constants"),
        *("ranks.indicators.pci.province", "sources.0.source_id", "sources.0.publisher"),
        *("sources.0.licence", "colums"),
    ]
    assert "unknown indicator. Did you mean 'papi_total'" in str(caught.value)


def test_all_mappings_can_be_loaded(reference: Reference) -> None:
    for path in MAPPINGS.glob("*.yml"):
        assert build_mapping(load_yaml(path), path.name, reference).sources, path.name


# --- As publishers lay them out -------------------------------------------------------------------

PLACES = {"Ha Noi": "01", "Lang Son": "20", "TT-Hue": "46", "BRVT": "77", "Dak Nong": "67"}
DIMENSIONS = {
    "Chỉ số tổng hợp": "papi_total",
    "1. Tham gia của người dân ở cấp cơ sở": "papi_participation",
    "Nội dung 5: Thủ tục hành chính công": "papi_procedures",
    "8. E-governance": "papi_e_governance",
}


def finish(draft: str, **constants: str) -> PanelMapping:
    """A drafted mapping as a person finishes it: whatever it asks for, and nothing else."""
    content = yaml.safe_load(draft)
    content["sources"] = [SOURCE.model_dump()]
    content["constants"] = {**(content["constants"] or {}), **constants}
    return build_mapping(content, "draft.yml")


def lay_turned(year: int, *, has_codes: bool, has_names: bool, mark: str) -> list[list[object]]:
    """Areas in columns, a scale beside the labels, bounds and errors in rows of their own."""
    rows: list[list[object]] = [[f"CHỈ SỐ NĂM {year}"], []]
    if has_codes:
        rows.append(["Mã tỉnh", "Thang điểm", *map(int, PLACES.values())])
    rows.append(["Tỉnh/Thành phố", "", *PLACES])
    for number, label in enumerate(DIMENSIONS):
        values = [(44 if number == 0 else 5) + at / 10 + year % 10 / 100 for at in range(5)]
        base = f"{label} - " if has_names else "- "
        cells = [
            (label, "10-80 điểm" if number == 0 else "1-10 điểm", values),
            (f"{base}điểm tối thiểu trong khoảng tin cậy 95%", "", [v - 0.5 for v in values]),
            (f"{base}điểm tối đa trong khoảng tin cậy 95%", "", [v + 0.6 for v in values]),
            (f"{base}sai số", "", [0.25] * 5),
            (f"{number + 1}.1. Tiểu mục {number}", "0-3", [1.5] * 5),
            (f"{number + 1}.1. Tiểu mục {number} - sai số", "", [0.1] * 5),
        ]
        for name, scale, row in cells:
            shown = [f"{v:.2f}".replace(".", mark) if mark else round(v, 2) for v in row]
            rows.append([name, scale, *shown])
    return rows


@pytest.mark.parametrize(
    ("mark", "has_codes", "has_names"),
    [(",", True, True), (".", False, False), ("", True, False)],
)
def test_areas_in_columns_and_bounds_in_rows_come_in_from_the_draft(
    project: Project,
    tmp_path: Path,
    reference: Reference,
    mark: str,
    has_codes: bool,
    has_names: bool,
) -> None:
    shape = {"has_codes": has_codes, "has_names": has_names, "mark": mark}
    years = {f"PAPI {year}": lay_turned(year, **shape) for year in (2019, 2022)}  # type: ignore[arg-type]
    path = write(tmp_path, "turned.xlsx", {"Ghi chú": [["về cách tính"]], **years})
    mapping = finish(draft_mapping(path, reference))
    summary = str(add_panel(project, path, mapping=mapping))
    assert "areas stand in columns: turned" in summary
    assert "sheets left out: 'Ghi chú'" in summary
    rows = read(project).observations
    assert len(rows) == len(PLACES) * len(DIMENSIONS) * 2
    assert set(rows["indicator"]) == {*DIMENSIONS.values()}
    assert (rows["published_low"].round(2) == (rows["value"] - 0.5).round(2)).all()
    assert (rows["published_high"].round(2) == (rows["value"] + 0.6).round(2)).all()
    assert (rows["standard_error"] == 0.25).all()
    assert list_values(rows)["67", "papi_total", "2022-12-31"] == 44.42


def test_communes_in_columns_are_areas_too(tmp_path: Path, reference: Reference) -> None:
    text = "Chỉ tiêu,Năm,Yên Trạch,Đồng Đăng,Ba Sơn\nHồ sơ tiếp nhận,2025,812,900,1204\n"
    drafted = draft_mapping(write(tmp_path, "turned.csv", text), reference)
    assert 'area: "area"' in drafted
    assert '"Hồ sơ tiếp nhận": dossiers_received_total' in drafted


def test_a_word_of_other_marks_is_no_part_of_a_label(tmp_path: Path, reference: Reference) -> None:
    text = "Tỉnh,Năm,PCI,Nháp,Gia nhập\nLạng Sơn,2021,63,1,7\nCao Bằng,2021,62,2,6\n"
    drafted = draft_mapping(write(tmp_path, "pci.csv", text), reference)
    assert '"Gia nhập": pci_entry_costs' in drafted
    assert '- "Nháp"' in drafted


def test_a_day_is_the_last_of_its_row_in_both_doors(tmp_path: Path, reference: Reference) -> None:
    text = "Huyện,Ngày,on_time_rate\nCao Lộc,30/06/2024,101\n"
    assert 'period_end: "Ngày"' in draft_mapping(write(tmp_path, "days.csv", text), reference)


def test_two_columns_of_areas_need_no_mapping(project: Project, tmp_path: Path) -> None:
    text = "Tỉnh,Xã,Năm,on_time_rate\nLạng Sơn,Tân Thành,2025,98.5\nCà Mau,Tân Thành,2025,97.5\n"
    bring(project, write(tmp_path, "both.csv", text))
    assert len({area_id for area_id, *_ in values_of(project)}) == 2


@pytest.mark.parametrize(
    ("heading", "role", "base"),
    [
        ("PAPI - điểm tối đa trong khoảng tin cậy 95%", "high", "PAPI"),
        (
            "2. Công khai, minh bạch trong việc cận dưới",
            "low",
            "2. Công khai, minh bạch trong việc",
        ),
        ("Overall (unweighted) - 95% CI lower bound", "low", "Overall (unweighted)"),
        ("Overall (upper bound)", "high", "Overall"),
        ("papi_total_low", "low", "papi total"),
        ("- sai số", "standard_error", ""),
        ("Sai số chuẩn", "standard_error", ""),
        ("Điểm tối đa", "", ""),
        ("Số lượng tối thiểu", "", ""),
    ],
)
def test_what_a_heading_is_a_bound_of(
    heading: str, role: str, base: str, reference: Reference
) -> None:
    assert Vocabulary(PanelMapping(), reference).match_bound(heading) == (role, base)


def test_the_labels_of_a_turned_sheet_are_those_that_are_known(reference: Reference) -> None:
    rows = [
        ["ID", "Chỉ tiêu", "Scale", "Province code", 1, 20, 46, ""],
        ["", "", "", "", "Ha Noi", "Lang Son", "TT-Hue", "National mean"],
        ["D1", "Chỉ số tổng hợp", "8-80", "", 44.1, 43.2, 42.3, 43.2],
        ["D1_lo", "Chỉ số tổng hợp cận dưới", "", "", 43.1, 42.2, 41.3, ""],
    ]
    sheet = Worksheet("turned", pd.DataFrame(rows, index=[1, 2, 3, 4], dtype="object"))
    [table] = arrange_sheet(sheet, Vocabulary(PanelMapping(), reference))
    assert table.names == ("area", "Chỉ số tổng hợp", "Chỉ số tổng hợp cận dưới")
    assert table.cells[0].tolist() == ["Ha Noi", "Lang Son", "TT-Hue", "National mean"]
    assert is_total("National mean")


SUB_INDICES = {
    "Gia nhập thị trường": "pci_entry_costs",
    "Tính minh bạch": "pci_transparency",
    "Tính năng động": "pci_proactivity",
    "Thiết chế pháp lý & ANTT": "pci_legal_institutions",
    "Tiếp cận đất đai và sự ổn định": "pci_land_access",
}


def lay_sub_index(name: str, kind: str, offset: float) -> list[list[object]]:
    scores = [round(5 + offset + at / 10, 4) for at in range(5)]
    if kind == "years":
        head: list[object] = ["Tỉnh/Thành phố", 2020, 2021]
        return [[name], head, *([p, v, v + 1] for p, v in zip(PLACES, scores, strict=True))]
    score = "Điểm số" if kind == "score" else f"Chỉ số thành phần {name}"
    rows: list[list[object]] = [[], ["STT", "Tỉnh", score, "% doanh nghiệp có giấy"]]
    if kind == "score":
        rows.append(["", "pci_id", "sub2_land", "LURC"])
    return [*rows, *([n, p, scores[n], 40.5] for n, p in enumerate(PLACES))]


@pytest.mark.parametrize(
    ("kind", "numbering"),
    [("score", ""), ("named", "{}. "), ("years", "CSTP {}: "), ("named", "")],
)
def test_a_sheet_for_each_indicator_comes_in_from_the_draft(
    project: Project, tmp_path: Path, reference: Reference, kind: str, numbering: str
) -> None:
    sheets = {
        (numbering.replace(":", "").format(at + 1) + name)[:31]: lay_sub_index(name, kind, at / 2)
        for at, name in enumerate(SUB_INDICES)
    }
    path = write(tmp_path, "sub_indices.xlsx", sheets)
    draft = draft_mapping(path, reference)
    mapping = finish(draft, **({} if kind == "years" else {"period": "2021"}))
    add_panel(project, path, mapping=mapping)
    values = values_of(project)
    assert len(values) == 5 * 5 * (2 if kind == "years" else 1)
    for at, code in enumerate(SUB_INDICES.values()):
        assert values["67", code, "2021-12-31"] == 5.4 + at / 2 + (kind == "years")


def number(rows: list[list[object]]) -> list[list[object]]:
    """Rows of a table with a number before each, as publishers print them."""
    return [[at, *row] for at, row in enumerate(rows, start=1)]


SCORES = [[place, 5.1 + at, 55.5 + at, 5 - at] for at, place in enumerate(PLACES)]
TRIALS: dict[str, tuple[dict[str, list[list[object]]], dict[tuple[str, str, str], float]]] = {
    "sheets with numbers and no spaces, years and Hà Tây": (
        {
            "About": [["Provincial Competitiveness Index"], ["Source: made up"]],
            "Sub1_EntryCosts": [
                ["2006-2009"],
                ["Province", 2006, 2009],
                ["Ha Tay", 4.4, ""],
                *([place, 5.5, 6.5] for place in PLACES),
            ],
            "Sub10_LawAndOrder": [
                ["Province", 2006, 2009],
                ["BRVT", 3.25, 4],
                ["Median", 3.25, 4],
                ["Correlation", 0.5, 0.6],
                ["* estimated"],
            ],
        },
        {
            ("28", "pci_entry_costs", "2006-12-31"): 4.4,
            ("77", "pci_entry_costs", "2009-12-31"): 6.5,
            ("77", "pci_legal_institutions", "2006-12-31"): 3.25,
        },
    ),
    "sheets that only their headings or titles tell": (
        {
            "Bảng 1": [
                ["KẾT QUẢ PCI 2020"],
                ["STT", "Tỉnh/Thành phố", "Điểm số PCI", "Hạng"],
                *number([[place, total, rank] for place, _, total, rank in SCORES]),
            ],
            "Bảng 2": [
                ["CSTP 4"],
                ["STT", "Tỉnh/TP", "CSTP 4: Chi phí thời gian", "Hạng"],
                *number([[place, score, rank] for place, score, _, rank in SCORES]),
            ],
            "Bảng 3": [
                ["Chỉ số thành phần 9: Đào tạo lao động"],
                ["Tỉnh", "Điểm"],
                *([place, score] for place, score, *_ in SCORES),
            ],
        },
        {
            ("20", "pci", "2020-12-31"): 56.5,
            ("20", "pci_rank", "2020-12-31"): 4,
            ("20", "pci_time_costs", "2020-12-31"): 6.1,
            ("20", "pci_labour_training", "2020-12-31"): 6.1,
        },
    ),
    "merged headings of years, values and ranks": (
        {
            "PCI": [
                ["Province", "2017", "", 2018, ""],
                ["", "Score", "Rank", "Score", "Rank"],
                *([place, total, rank, total - 1, rank] for place, _, total, rank in SCORES),
            ]
        },
        {
            ("46", "pci", "2018-12-31"): 56.5,
            ("46", "pci_rank", "2017-12-31"): 3,
        },
    ),
    "short headings of one family, regions between": (
        {
            "Data": [
                ["Kết quả năm 2021"],
                ["", "Tỉnh", "PCI", "Gia nhập TT", "CP KCT", "ĐT lao động", "Business", "% firms"],
                ["", "Northern Uplands", 50, 5, 5, 5, 5, 5],
                ["", "South Central Coast", 50, 5, 5, 5, 5, 5],
                *number([[place, total, score, 2, 3, 4, 99] for place, score, total, _ in SCORES]),
            ]
        },
        {
            ("V1", "pci", "2021-12-31"): 50,
            ("67", "pci_entry_costs", "2021-12-31"): 9.1,
            ("67", "pci_informal_charges", "2021-12-31"): 2,
            ("67", "pci_labour_training", "2021-12-31"): 3,
            ("67", "pci_business_support", "2021-12-31"): 4,
        },
    ),
    "bounds under merged headings, the codes of another list, parts of dimensions": (
        {
            "PAPI 2022": [
                ["Mã số", "Tỉnh/TP", "Trục nội dung 1", "", "", "1.1. Tham gia"],
                ["", "", "Điểm", "CI thấp", "CI cao", "Điểm"],
                *number(
                    [[place, score, score - 0.5, score + 0.5, 1] for place, score, *_ in SCORES]
                ),
            ]
        },
        {("01", "papi_participation", "2022-12-31"): 5.1},
    ),
    "areas in columns, a second column of labels that repeats itself": (
        {
            "2021": [["Nội dung", "Loại", *PLACES]]
            + [
                [name if kind == "Điểm" else "", kind, *[score] * 5]
                for name in ("Tham gia của người dân", "Quản trị điện tử")
                for kind, score in (("Điểm", 5.0), ("Cận dưới", 4.5), ("Cận trên", 5.5))
            ],
        },
        {
            ("67", "papi_participation", "2021-12-31"): 5,
            ("67", "papi_e_governance", "2021-12-31"): 5,
        },
    ),
    "areas in columns, a row a year": (
        {
            "Entry costs": [["Year", *PLACES], *([year, *[5.5] * 5] for year in (2019, 2020))],
            "Informal charges": [["Year", *PLACES], *([year, *[4.5] * 5] for year in (2019, 2020))],
        },
        {
            ("67", "pci_entry_costs", "2019-12-31"): 5.5,
            ("67", "pci_informal_charges", "2020-12-31"): 4.5,
        },
    ),
    "a heading in each sheet that says no more than its number": (
        {
            name: [
                ["PCI 2021"],
                ["", "", "Hard data", "", "Survey data"],
                ["STT", "Tỉnh", "Số ngày", "% doanh nghiệp", f"CSTP {at}"],
                *number([[place, 7, 40, score + at / 10] for place, score, *_ in SCORES]),
                ["", "Hệ số tương quan", 0.1, 0.2, 0.3],
            ]
            for at, name in enumerate(("Tính minh bạch", "Chi phí thời gian"), start=3)
        },
        {
            ("20", "pci_transparency", "2021-12-31"): 6.4,
            ("20", "pci_time_costs", "2021-12-31"): 6.5,
        },
    ),
    "a heading in each sheet that holds its name among other words": (
        {
            name: [
                ["PCI 2021"],
                ["STT", "Tỉnh", "Số giờ", f"Điểm tổng hợp về {name.lower()} của doanh nghiệp"],
                *number([[place, 7, score + at / 10] for place, score, *_ in SCORES]),
            ]
            for at, name in enumerate(("Tính minh bạch", "Chi phí thời gian"), start=3)
        },
        {
            ("20", "pci_transparency", "2021-12-31"): 6.4,
            ("20", "pci_time_costs", "2021-12-31"): 6.5,
        },
    ),
    "scores and their parts under the name of each index": (
        {
            "PCI2015": [
                ["No.", "Province", "Entry costs", "", "Informal charges", ""],
                ["", "", "Score", "Indicator A", "Score", "Indicator A"],
                *number([[place, score, 77, score + 0.5, 88] for place, score, *_ in SCORES]),
            ]
        },
        {
            ("20", "pci_entry_costs", "2015-12-31"): 6.1,
            ("20", "pci_informal_charges", "2015-12-31"): 6.6,
        },
    ),
    "ranks of the last of two years": (
        {
            "PCI2022": [
                ["Hạng", "Tỉnh/ thành phố", "PCI 2022", "PCI 2021", "Thay đổi"],
                *([rank, f"{place}*", total, total - 1, "+1"] for place, _, total, rank in SCORES),
            ]
        },
        {("20", "pci_rank", "2022-12-31"): 4, ("20", "pci", "2021-12-31"): 55.5},
    ),
    "ranks alone": (
        {"PCI 2020": [["Tỉnh", "Xếp hạng"], *([place, rank] for place, *_, rank in SCORES)]},
        {("67", "pci_rank", "2020-12-31"): 1},
    ),
    "parts below the name of their whole": (
        {
            "Biểu": [
                ["BẢNG TỔNG HỢP 9 THÁNG NĂM 2024"],
                ["Huyện", "Hồ sơ tiếp nhận", "", "Hồ sơ đã giải quyết", "", ""],
                ["", "Tồn đầu kỳ", "Mới", "Trước hạn", "Đúng hạn", "Trễ hạn"],
                ["UBND huyện Cao Lộc", 3, 90, 50, 30, 1],
                ["Sở Nội vụ", 4, 91, 51, 31, 2],
                ["Văn Quan", 5, 92, 52, 32, 3],
            ]
        },
        {
            ("183", "dossiers_carried_over", "2024-09-30"): 3,
            ("183", "dossiers_received_new", "2024-09-30"): 90,
            ("184", "dossiers_resolved_on_due", "2024-09-30"): 32,
            ("184", "dossiers_resolved_overdue", "2024-09-30"): 3,
        },
    ),
    "communes beside their districts, an indicator that only the title names": (
        {
            "Biểu": [
                ["Tổng số hồ sơ tiếp nhận (kể cả tồn kỳ trước)"],
                ["Huyện", "Xã, thị trấn", "6T/2023", "Cả năm 2023"],
                ["Cao Lộc", "Thị trấn Đồng Đăng", 70, 150],
                ["TP Lạng Sơn", "Phường Tam Thanh", 80, 170],
            ]
        },
        {
            ("06184", "dossiers_received_total", "2023-06-30"): 70,
            ("05974", "dossiers_received_total", "2023-12-31"): 170,
        },
    ),
    "scores and ranks under years, of areas that share their name with a city": (
        {
            "S": [
                ["Xếp hạng PCI các địa phương"],
                ["Địa phương", "Năm 2022", "", "Năm 2023", ""],
                ["", "Điểm số", "Thứ hạng", "Điểm số", "Thứ hạng"],
                ["Lạng Sơn", 67.9, 15, 66.5, 24],
                ["Cao Bằng", 59.6, 63, 60.2, 62],
            ]
        },
        {("20", "pci_rank", "2022-12-31"): 15, ("04", "pci", "2023-12-31"): 60.2},
    ),
    "camel case": (
        {
            "Data": [
                ["MaTinh", "TenTinh", "NamDanhGia", "DiemPCI", "XepHangPCI", "d1EntryCosts"],
                *(["", place, 2021, total, rank, score] for place, score, total, rank in SCORES),
            ]
        },
        {
            ("20", "pci_rank", "2021-12-31"): 4,
            ("20", "pci_entry_costs", "2021-12-31"): 6.1,
        },
    ),
}


WITH_INTERVALS = {
    "bounds under merged headings, the codes of another list, parts of dimensions": 5,
    "areas in columns, a second column of labels that repeats itself": 10,
}
"""How many values have an interval; none in the other trials."""


@pytest.mark.parametrize("name", TRIALS)
def test_a_workbook_comes_in_from_its_draft_and_its_source_alone(
    name: str, project: Project, tmp_path: Path, reference: Reference
) -> None:
    sheets, expected = TRIALS[name]
    path = write(tmp_path, "workbook.xlsx", sheets)
    add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    rows = read(project).observations
    assert expected.items() <= list_values(rows).items()
    assert not (rows["indicator"] == "pci").any() or "pci" in str(expected)
    bounded = rows[rows["published_low"].notna()]
    assert len(bounded) == WITH_INTERVALS.get(name, 0)


@pytest.mark.parametrize(
    ("title", "indicator"),
    [
        ("PCI Sub-index Proactivity of pr", "pci_proactivity"),  # 31 letters: cut off by Excel
        ("PAPI dimension 4", "papi_corruption"),  # and not the total, whose name it begins with
        ("Entry costs for all firms", "pci_entry_costs"),
        ("Entry of all firms", ""),
    ],
)
def test_a_title_that_is_cut_off_or_says_more_names_its_indicator(
    title: str, indicator: str, reference: Reference
) -> None:
    assert Guesser(PanelMapping(), reference).guess_title(title) == indicator


def test_a_title_of_the_whole_workbook_says_nothing_of_one_sheet(
    tmp_path: Path, reference: Reference
) -> None:
    table = [["Province", "Score"], ["Ha Noi", 5.5]]
    titled = [["Provincial Competitiveness Index"], *table]
    sheets = {"Entry costs": titled, "Policy": titled}
    draft = yaml.safe_load(draft_mapping(write(tmp_path, "x.xlsx", sheets), reference))
    assert draft["sheets"] == {"Entry costs": "pci_entry_costs"}


def test_a_rank_of_reform_is_that_of_its_index(tmp_path: Path, reference: Reference) -> None:
    rows = [["Huyện", "Điểm thưởng", "Xếp hạng CCHC năm 2023"], ["Văn Quan", 1, 2]]
    draft = yaml.safe_load(draft_mapping(write(tmp_path, "rank.xlsx", rows), reference))
    assert draft["values"] == {
        "Xếp hạng CCHC năm 2023": {"indicator": "par_index_rank", "period": 2023}
    }


def test_a_day_in_a_title_is_no_period_of_what_is_counted(
    tmp_path: Path, reference: Reference
) -> None:
    rows = [["Số liệu đến ngày 15/6/2024"], ["Huyện", "Hồ sơ đã giải quyết"], ["Cao Lộc", 7]]
    draft = yaml.safe_load(draft_mapping(write(tmp_path, "day.xlsx", rows), reference))
    assert draft["constants"] == {"period": None}


def test_a_row_that_may_be_an_area_misspelt_is_not_left_out(
    tmp_path: Path, reference: Reference
) -> None:
    rows = [["Province", 2020], ["Ha Noi", 60], ["Lang Sonn", 61], ["Correlation", 0.4]]
    draft = yaml.safe_load(draft_mapping(write(tmp_path, "pci.xlsx", rows), reference))
    assert draft["totals"] == ["Correlation"]


def test_a_short_label_of_figures_that_is_no_area_is_drafted_as_a_total(
    tmp_path: Path, reference: Reference
) -> None:
    rows = [["Province", 2020], ["Ha Noi", 60], ["Lang Son", 61], ["TB", 60.5]]
    draft = yaml.safe_load(draft_mapping(write(tmp_path, "pci.xlsx", rows), reference))
    assert draft["totals"] == ["TB"]


def test_ha_tay_is_an_area_until_it_became_part_of_ha_noi(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    count = {
        day: len(reference.list_areas("province", day)) for day in ("2008-07-31", "2008-08-01")
    }
    assert count == {"2008-07-31": 64, "2008-08-01": 63}
    assert reference.area_rows["28"]["code"] == "28"
    assert find_linked("28", reference, is_forward=True) == ["01"]
    assert [row["change_id"] for row in list_changes("26", reference)][:1] == ["me_linh_2008"]
    late = write(tmp_path, "late.csv", "Province,Year,PCI\nHa Tay,2009,52.7\n")
    assert "Tỉnh Hà Tây (28) no longer exists after 2008-07-31" in refuse(project, late)
    text = "Province,Year,PCI,Rank\nHa Tay,2007,52.7,64\nHa Noi,2007,56.7,27\nHa Noi,2009,58,33\n"
    ranks = {"column": "Rank", "indicators": {"pci": {"province": "pci_rank"}}}
    bring(project, write(tmp_path, "pci.csv", text), ranks=ranks)
    rows = break_series(read(project).observations, reference)
    hanoi = rows[(rows["area_id"] == "01") & (rows["indicator"] == "pci")]
    parts = dict(zip(hanoi["period_end"].str[:4], hanoi["segment"], strict=True))
    assert parts["2007"] < parts["2009"]


def test_one_sheet_of_several_may_be_chosen(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    table: list[list[object]] = [["Tỉnh", "Năm", "PCI"], ["Lang Son", 2021, 60.5]]
    path = write(tmp_path, "book.xlsx", {"Bảng A": table, "Bảng B": [["x", "y"], [1, 2]]})
    with pytest.raises(ReportError, match=r"2 sheets: .Bảng A., .Bảng B.; expected one"):
        add_panel(project, path, SOURCE)
    assert '"Bảng A": {}' in draft_mapping(path, reference)
    silent = write(tmp_path, "silent.xlsx", {"A": [["x", "y"], [1, 2]], "B": [["Ghi chú"]]})
    with pytest.raises(ReportError, match=r"2 sheets: .A., .B.; expected one"):
        draft_mapping(silent, reference)
    assert 'sheet: "Bảng A"' in draft_mapping(path, reference, "Bảng A")
    said = refuse(project, path, sheets={"Bảng C": "pci"})
    assert "no sheet 'Bảng C'; expected one of 'Bảng A', 'Bảng B'. Did you mean 'Bảng A'?" in said
    add_panel(project, path, SOURCE, sheet="Bảng A")
    assert values_of(project) == {("20", "pci", "2021-12-31"): 60.5}


@pytest.mark.parametrize("head", ["one", "two"])
def test_ranked_lists_side_by_side_each_have_their_own_areas(
    project: Project, tmp_path: Path, reference: Reference, head: str
) -> None:
    names = [*PLACES]
    orders = [names, names[::-1], names[2:] + names[:2]]
    rows: list[list[object]] = [
        [at + 1, *(cell for order in orders for cell in (order[at], f"{9 - at / 5:.2f}"))]
        for at in range(5)
    ]
    labels = ("Entry costs", "Land access", "Transparency")
    if head == "one":
        heads: list[list[object]] = [["No", "Province", labels[0], "", labels[1], "", labels[2]]]
    else:
        pairs = [cell for label in labels for cell in (label, "")]
        heads = [["", *pairs], ["No", *("Province", "Score") * 3]]
    path = write(tmp_path, "ranked.xlsx", {"Lists": [*heads, *rows]})
    mapping = finish(draft_mapping(path, reference), period="2008")
    if head == "one":
        assert '"Transparency": pci_transparency' in draft_mapping(path, reference)
    add_panel(project, path, mapping=mapping)
    values = values_of(project)
    assert len(values) == 15
    for order, code in zip(orders, ("entry_costs", "land_access", "transparency"), strict=True):
        found = [values[PLACES[name], f"pci_{code}", "2008-12-31"] for name in order]
        assert found == [9, 8.8, 8.6, 8.4, 8.2]


def test_headings_without_spaces_are_parted_at_their_capitals(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    text = "TinhThanh,Nam,DTI_Tong,TienDoGiaiQuyet\nLang Son,2022,0.5,12.5\nDak Nong,2023,0.4,11\n"
    path = write(tmp_path, "camel.csv", text)
    add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    assert values_of(project) == {
        ("20", "dti", "2022-12-31"): 0.5,
        ("20", "service_index_progress", "2022-12-31"): 12.5,
        ("67", "dti", "2023-12-31"): 0.4,
        ("67", "service_index_progress", "2023-12-31"): 11,
    }


HEADINGS = {
    "Tỷ lệ hồ sơ giải quyết đúng hạn": "on_time_rate",
    "Tỉ lệ HS đúng hạn (%)": "on_time_rate",
    "Tỷ lệ GQ đúng hạn": "on_time_rate",
    "Tỷ lệ quá hạn": "overdue_rate",
    "Tỷ lệ hồ sơ nộp trực tuyến 2023": "online_rate",
    "Số hồ sơ đã giải quyết": "dossiers_resolved_total",
    "Tổng số hồ sơ đã tiếp nhận": "dossiers_received_total",
    "Tỷ lệ giải quyết HS đúng và trước hạn (%)": "on_time_rate",
    "% hồ sơ trễ hạn": "overdue_rate",
    "Late dossiers (% of resolved)": "overdue_rate",
    "No. of dossiers filed online": "dossiers_received_online",
    "Hồ sơ trễ hẹn chưa giải quyết": "dossiers_pending_overdue",
    "ho_so_giai_quyet_truoc_han": "dossiers_resolved_early",
    "Hồ sơ tiếp nhận / Tồn đầu kỳ": "dossiers_carried_over",
    "Quý I/2026 - Hồ sơ quá hạn đã giải quyết": "dossiers_resolved_overdue",
    "PCI - Chi phí thời gian": "pci_time_costs",
    "papi8_2022": "papi_e_governance",
    "DTI cấp tỉnh 2022 (thang 0-1)": "dti",
    "Số VBQPPL ban hành": "legal_docs_issued",
    "Cán bộ, công chức cấp xã có mặt đến 31/12/2023": "staff_commune_present",
    "Hồ sơ nhận qua mạng": "dossiers_received_online",
    "overdue_pct": "overdue_rate",
    "Mức độ hài lòng (%)": "satisfaction_rate",
    "Giải ngân vốn ĐTC (%)": "public_investment_disbursed_rate",
    "SIPAS 2022(%)": "sipas",
    "Kết quả Chỉ số CCHC": "par_index",
    "Số doanh nghiệp": "enterprises_total",
}
STRANGE_HEADINGS = (
    "D4.2 Kiểm soát tham nhũng trong cung ứng dịch vụ công",
    "Điểm PAPI có trọng số",
    "Nội dung 5",
    "Tổng số hồ sơ giải quyết hộ",
    "Hồ sơ tiếp nhận / Bị từ chối",
    "Giải ngân vốn ĐTC",
    "Mức độ hài lòng",
    "Tỷ lệ đúng hạn so với cùng kỳ 2023",
    "PCI tháng 9 năm 2024",
    "Số hồ sơ tiếp nhận (điểm)",
    "Điểm số cải cách hành chính năm 2023",
    "PCI / Trọng số",
    "Tổng số dịch vụ công trực tuyến",  # and not their group of the service index
    "Hồ sơ tiếp nhận / Sở",
    "Viên chức có mặt / Nam",
    "Chỉ tiêu / PCI",
    # What may be counted of anything.
    "Nộp",
    "Đã xử lý",
    "Doanh nghiệp",
    "DN",
    "Cải cách hành chính",
)
FIELDS = ("Xã/phường", "Tên phường, xã", "Đơn vị cấp xã", "Tên Tỉnh/TP", "City/Province")


@pytest.mark.parametrize("heading", HEADINGS)
def test_common_headings_are_known_in_their_spellings(heading: str, reference: Reference) -> None:
    value = Vocabulary(PanelMapping(), reference).match_value(heading)
    assert value
    assert value.indicator == HEADINGS[heading]


@pytest.mark.parametrize("heading", STRANGE_HEADINGS)
def test_a_heading_that_may_mean_another_thing_is_not_known(
    heading: str, reference: Reference
) -> None:
    assert Vocabulary(PanelMapping(), reference).match_value(heading) is None


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        (
            "Thu NSNN trên địa bàn (tỷ đồng)",
            {"indicator": "budget_revenue_total", "unit": "billion VND"},
        ),
        (
            "Tỷ lệ hồ sơ trực tuyến (%) / Kế hoạch 2024",
            {"indicator": "online_rate", "status": "target", "period": "2024"},
        ),
        ("SIPAS 9 tháng năm 2024", {"indicator": "sipas", "period": "2024-9M"}),
        ("6T/2023 / Điểm số", {"period": "2023-H1"}),
        ("PCI / Chỉ tiêu", {"indicator": "pci", "status": "target"}),
        ("Kế hoạch / PCI / Thực hiện", {"indicator": "pci", "status": "actual"}),
    ],
)
def test_a_heading_says_its_unit_status_and_period(
    heading: str, said: dict[str, str], reference: Reference
) -> None:
    value = Vocabulary(PanelMapping(), reference).match_value(heading)
    assert value
    assert value.said == said


@pytest.mark.parametrize("heading", FIELDS)
def test_common_headings_of_areas_are_known(heading: str, reference: Reference) -> None:
    assert Vocabulary(PanelMapping(), reference).match_field(heading) == "area"


UNITS_BELOW = [
    ["TT", "Tỉnh", "PAR INDEX", "Tổng số hồ sơ tiếp nhận"],
    ["", "", "(%)", "(hồ sơ)"],
    [1, "Lạng Sơn", "86,5", "1.234"],
    [2, "Cao Bằng", "84", "2.345"],
]


@pytest.mark.parametrize("unit", ["(%)", "%", "Đơn vị: %"])
def test_a_row_of_units_below_the_headings_belongs_to_them(
    unit: str, project: Project, tmp_path: Path, reference: Reference
) -> None:
    rows = [[unit if cell == "(%)" else cell for cell in row] for row in UNITS_BELOW]
    path = write(tmp_path, "units.xlsx", rows)
    mapping = finish(draft_mapping(path, reference), period="2023")
    assert "PAR INDEX (%)" in mapping.values
    add_panel(project, path, mapping=mapping)
    values = values_of(project)
    assert values["20", "par_index", "2023-12-31"] == 86.5
    assert values["04", "dossiers_received_total", "2023-12-31"] == 2345


def test_a_unit_of_thousands_below_a_heading_is_asked_about(
    project: Project, tmp_path: Path
) -> None:
    rows = [[cell if cell != "(hồ sơ)" else "(nghìn hồ sơ)" for cell in row] for row in UNITS_BELOW]
    path = write(tmp_path, "thousands.xlsx", rows)
    told = refuse(project, path, constants={"period": "2023"})
    assert "Tổng số hồ sơ tiếp nhận (nghìn hồ sơ)" in told


def test_codes_that_mostly_fit_their_areas_are_drafted_and_hold_the_others_to_them(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    names = {"20": "Lạng Sơn", "01": "Hà Nội", "04": "Cao Bằng"}
    rows = "".join(f"{code},{name},2022,60\n" for code, name in names.items())
    head = "Mã tỉnh,Tỉnh,Năm,PCI\n"
    path = write(tmp_path, "codes.csv", f"{head}{rows}")
    assert finish(draft_mapping(path, reference)).columns["area_code"] == "Mã tỉnh"
    path = write(tmp_path, "codes.csv", f"{head}{rows}20,Bắc Giang,2022,60\n")
    mapping = finish(draft_mapping(path, reference))
    with pytest.raises(ReportError, match="row 5: code '20', which is Tỉnh Lạng Sơn, for 'Bắc G"):
        add_panel(project, path, mapping=mapping)
    others = "".join(f"{at},{name},2022,60\n" for at, name in enumerate(names.values(), 8))
    path = write(tmp_path, "codes.csv", f"{head}{others}")
    assert '"Mã tỉnh"  # other numbers than the codes of its areas' in draft_mapping(
        path, reference
    )


def test_years_below_two_rows_of_headings_are_drafted(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    rows = [
        ["Tỉnh", "Kết quả giải quyết hồ sơ", "", "", ""],
        ["", "Số hồ sơ tiếp nhận", "", "Đã giải quyết", ""],
        ["", "2022", "2023", "2022", "2023"],
        ["Lạng Sơn", 1000, 2000, 990, 1990],
        ["Cao Bằng", 1100, 2100, 1090, 2090],
    ]
    path = write(tmp_path, "three.xlsx", rows)
    add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    expected = {
        ("20", f"dossiers_{name}_total", f"{year}-12-31"): value
        for name, values in (("received", (1000, 2000)), ("resolved", (990, 1990)))
        for year, value in zip((2022, 2023), values, strict=True)
    }
    assert expected.items() <= values_of(project).items()


@pytest.mark.parametrize("heading", ["Xếp hạng PAR INDEX", "Thứ hạng Chỉ số CCHC"])
def test_ranks_alone_are_those_of_what_their_heading_names(
    heading: str, project: Project, tmp_path: Path, reference: Reference
) -> None:
    rows = f"Tỉnh,Năm,{heading}\nLạng Sơn,2022,20\nHà Nội,2022,3\nCao Bằng,2022,41\n"
    path = write(tmp_path, "ranks.csv", rows)
    add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    assert values_of(project)["20", "par_index_rank_national", "2022-12-31"] == 20


@pytest.mark.parametrize(
    ("head", "passed"),
    [
        ([["Tỉnh", "Năm", "PCI"]], "row 3"),
        ([["Tỉnh", "Năm", "PCI", ""], ["", "", "Điểm", "Hạng"]], "rows 4, 5"),
    ],
)
def test_a_head_that_is_repeated_on_each_sheet_of_paper_is_passed_over(
    head: list[list[object]],
    passed: str,
    project: Project,
    tmp_path: Path,
    reference: Reference,
) -> None:
    rows = [*head, ["Lạng Sơn", 2022, 60, 9], *head, ["Hà Nội", 2022, 66, 3]]
    path = write(tmp_path, "pages.xlsx", [row[: len(head[0])] for row in rows])
    summary = add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    assert f"{passed} left out: the head again" in str(summary)
    assert values_of(project)["01", "pci", "2022-12-31"] == 66


def test_a_stata_file_offers_its_labels(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    table = pd.DataFrame({"prov": [1, 2], "year": [2021, 2021], "y1": [60.5, None], "z": [1.5, 2]})
    table["prov"] = pd.Categorical.from_codes([0, 1], ["Lang Son", "Dak Nong"])
    labels = {"prov": "Tỉnh", "y1": "PCI", "z": "Số đo khác"}
    path = tmp_path / "study.dta"
    table.to_stata(path, version=118, write_index=False, variable_labels=labels)
    mapping = finish(draft_mapping(path, reference))
    assert mapping.values["PCI [y1]"].indicator == "pci"
    assert mapping.ignore == ("Số đo khác [z]",)
    add_panel(project, path, mapping=mapping)
    assert values_of(project) == {("20", "pci", "2021-12-31"): 60.5}


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>
<office:spreadsheet><table:table table:name="B">{rows}</table:table></office:spreadsheet>
</office:body></office:document-content>"""


MANIFEST = """<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""


def test_an_open_document_spreadsheet_is_read(project: Project, tmp_path: Path) -> None:
    def cell(value: object) -> str:
        if isinstance(value, str):
            said = f'office:value-type="string"><text:p>{value}</text:p>'
        else:
            said = f'office:value-type="float" office:value="{value}">'
        return f"<table:table-cell {said}</table:table-cell>"

    rows = [["Tỉnh", "Năm", "PCI"], ["Lạng Sơn", 2021, 60.5], ["Đắk Nông", 2021, 58.25]]
    body = "".join(f"<table:table-row>{''.join(map(cell, r))}</table:table-row>" for r in rows)
    path = tmp_path / "table.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=body))
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    bring(project, path)
    assert values_of(project) == {
        ("20", "pci", "2021-12-31"): 60.5,
        ("67", "pci", "2021-12-31"): 58.25,
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("table.rda", "Convert it; in R: write.csv"),
        ("table.sav", "Convert it; in SPSS"),
        ("table.xls", "a workbook that cannot be read"),
        ("table.ods", "a file that is cut off or damaged"),
        ("table.dta", "a Stata file that cannot be read"),
        ("table.docx", "Save it as one of these"),
    ],
)
def test_files_of_other_programs_are_told_how_to_come_in(
    project: Project, tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / name).write_bytes(b"no such thing")
    assert words in refuse(project, tmp_path / name)


def test_openpyxl_says_nothing(project: Project, tmp_path: Path) -> None:
    """What it warns of, extensions and styles, is nothing that a panel is about."""
    rows: list[list[object]] = [["Tỉnh", "Năm", "PCI"], ["Lang Son", 2021, 60.5]]
    path = write(tmp_path, "book.xlsx", {"A": rows})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    extension = b'<extLst><ext uri="{A0A0}"/></extLst></worksheet>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</worksheet>", extension)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bring(project, path)


# --- Whose row, and how sure ----------------------------------------------------------------------


BOUNDED = "area,period,papi_total,thấp,cao,sai số\nLạng Sơn,2022,43.8475,{low},44.9,0.6\n"
BOUNDS = {"low": "thấp", "high": "cao", "standard_error": "sai số"}


def test_a_value_keeps_the_interval_of_its_source(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path, "bounded.csv", BOUNDED.format(low=42.6))
    bring(project, path, columns=BOUNDS, decimal_mark=".")
    [row] = read(project).observations.itertuples()
    assert (row.published_low, row.published_high, row.standard_error) == (42.6, 44.9, 0.6)
    assert (row.low, row.high) == pytest.approx((43.84745, 43.84755))


def test_an_interval_without_its_value_is_refused(project: Project, tmp_path: Path) -> None:
    path = write(tmp_path, "bounded.csv", BOUNDED.format(low=44.1))
    said = refuse(project, path, columns=BOUNDS, decimal_mark=".")
    assert "papi_total = 43.8475 (Lạng Sơn) with published_low 44.1" in said


def test_a_panel_of_before_has_no_intervals(project: Project, tmp_path: Path) -> None:
    bring(project, write(tmp_path, "long.csv", LONG))
    path = project.raw / "panels" / "long.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.drop(columns=["published_low", "published_high", "standard_error"]).to_csv(
        path, index=False
    )
    readings = read(project)
    assert readings.problems == {}
    assert readings.observations["published_low"].isna().all()


IN_ONE_CELL = {
    "a column of intervals under a heading of its own": (
        "Tỉnh;Năm;Thủ tục hành chính công;95% CI\n"
        'Lạng Sơn;2022;7,12;"[6,9; 7,3]"\nĐắk Nông;2022;6,9;"[6,7; 7,2]"\nCả nước;2022;7,0;\n'
    ),
    "below the same heading as the value": (
        ";;Thủ tục hành chính công;Thủ tục hành chính công\nTỉnh;Năm;Điểm;Khoảng tin cậy\n"
        "Lạng Sơn;2022;7,12;6,9 – 7,3\nĐắk Nông;2022;6,9;6,7 – 7,2\nTrung vị;;;n/a\n"
    ),
    "beside the value": (
        "Province,Year,papi_procedures\n"
        "Lang Son,2022,7.12 [6.9-7.3]\nDak Nong,2022,6.90 (6.7-7.2)\n"
    ),
    "areas in columns": (
        "Chỉ số,Lạng Sơn,Đắk Nông,Hà Giang\nThủ tục hành chính công,7.12,6.90,n/a\n"
        "Khoảng tin cậy 95%,6.9 đến 7.3,6.7 đến 7.2,-\n"
    ),
    "under no heading": (
        "Tỉnh;Năm;Thủ tục hành chính công;\n"
        "Lạng Sơn;2022;7,12;(6,9 - 7,3)\nĐắk Nông;2022;6,9;(6,7 - 7,2)\n"
    ),
}


@pytest.mark.parametrize("name", IN_ONE_CELL)
def test_bounds_in_one_cell_are_those_of_the_value(
    name: str, project: Project, tmp_path: Path, reference: Reference
) -> None:
    path = write(tmp_path, "intervals.csv", IN_ONE_CELL[name])
    constants = (
        {} if "Năm" in IN_ONE_CELL[name] or "Year" in IN_ONE_CELL[name] else {"period": "2022"}
    )
    mapping = finish(draft_mapping(path, reference), **constants)
    assert "CI" not in str(mapping.ignore)
    add_panel(project, path, mapping=mapping)
    rows = read(project).observations.set_index("area_id")
    assert rows.loc[["20", "67"], "value"].tolist() == [7.12, 6.9]
    assert rows.loc[["20", "67"], "published_low"].tolist() == [6.9, 6.7]
    assert rows.loc[["20", "67"], "published_high"].tolist() == [7.3, 7.2]


def test_a_part_of_a_dimension_is_not_the_dimension(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    heads = ("1. Tham gia của người dân ở cấp cơ sở", "1.1. Tham gia của người dân ở cấp cơ sở")
    text = f"Tỉnh;Năm;{';'.join(heads)}\nLạng Sơn;2022;5,1;0,9\n"
    path = write(tmp_path, "papi.csv", text)
    assert f"unknown heading {heads[1]!r}" in refuse(project, path)
    assert yaml.safe_load(draft_mapping(path, reference))["values"] == {
        heads[0]: "papi_participation"
    }


def test_ranks_below_the_name_of_their_index_come_in_from_the_draft(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    rows = [
        ["STT", "Tỉnh, TP", "PAR INDEX 2022", "", "SIPAS 2022 (%)", ""],
        ["", "", "Chỉ số (%)", "Thứ hạng", "Chỉ số (%)", "Thứ hạng"],
        [1, "Thừa Thiên - Huế", 88.1, 1, 81, 2],
        [2, "BRVT (1)", 87.2, 2, 84, 1],
    ]
    path = write(tmp_path, "both.xlsx", rows, ("C1:D1", "E1:F1"))
    add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    assert values_of(project) == {
        ("46", "par_index", "2022-12-31"): 88.1,
        ("46", "par_index_rank_national", "2022-12-31"): 1,
        ("46", "sipas", "2022-12-31"): 81,
        ("46", "sipas_rank", "2022-12-31"): 2,
        ("77", "par_index", "2022-12-31"): 87.2,
        ("77", "par_index_rank_national", "2022-12-31"): 2,
        ("77", "sipas", "2022-12-31"): 84,
        ("77", "sipas_rank", "2022-12-31"): 1,
    }


def test_a_sheet_named_after_a_sub_index_holds_no_index(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    head = [
        ["PCI 2020", "", "", "", "PCI 2021", "", ""],
        ["Hạng", "Tỉnh", "Điểm", "", "Hạng", "Tỉnh", "Điểm"],
    ]
    rows = [
        [1, "Lạng Sơn", 7.2, "", 1, "Đắk Nông", 8.1],
        [2, "Đắk Nông", 6.1, "", 2, "Lạng Sơn", 7.5],
    ]
    sheets = {
        f"CSTP{number}": [[f"Chỉ số thành phần {number}: {name}"], *head, *rows]
        for number, name in ((1, "Gia nhập thị trường"), (3, "Tính minh bạch"))
    }
    path = write(tmp_path, "pci.xlsx", sheets)
    add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    values = values_of(project)
    assert len(values) == 8
    assert values["67", "pci_entry_costs", "2020-12-31"] == 6.1
    assert values["20", "pci_transparency", "2021-12-31"] == 7.5


def test_a_hole_is_of_an_area_that_was_there(project: Project, tmp_path: Path) -> None:
    text = "Tỉnh;Năm;PCI\nĐắk Nông;2024;61\nCao Bằng;2024;60\nCao Bằng;2026;60\nLâm Đồng;2026;62\n"
    assert "no figure" not in str(bring(project, write(tmp_path, "mixed.csv", text)))
    text = text.replace("Cao Bằng;2024;60\n", "Cao Bằng;2025;60\n")
    other = SOURCE.model_copy(update={"source_id": "made_up_holes"})
    said = str(add_panel(project, write(tmp_path, "holes.csv", text), other))
    assert "pci: no figure for Cao Bằng 2024-12-31" in said


def test_areas_below_an_empty_corner_are_areas(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    rows = [["PCI by year"], ["", 2019, 2020], ["Lang Son", 60.5, 61], ["Dak Nong", 60, "n/a"]]
    path = write(tmp_path, "pci.xlsx", rows)
    add_panel(project, path, mapping=finish(draft_mapping(path, reference)))
    assert values_of(project) == {
        ("20", "pci", "2019-12-31"): 60.5,
        ("20", "pci", "2020-12-31"): 61,
        ("67", "pci", "2019-12-31"): 60,
    }


def test_a_folder_is_no_table(tmp_path: Path, reference: Reference) -> None:
    with pytest.raises(ReportError, match="a folder; expected the file of a table"):
        draft_mapping(tmp_path, reference)


# --- Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind", "maximum", "values"),
    [
        (["1.310", "20.845", "07"], "count", None, [1310, 20845, 7]),
        (["5.76248", "20.845", 12.25], "score", None, [5.76248, 20.845, 12.25]),
        (["20.845", "9,5", "1.234,5"], "score", None, [20845, 9.5, 1234.5]),
        (["1,234", "1,234,567", "1,234.5"], "money", None, [1234, 1234567, 1234.5]),
        (["20.845"], "score", 100.0, [20.845]),
        (["20.845"], "score", None, [None]),
        (["12.0", "151.10"], "count", None, [12, None]),
        (["-3", "−4"], "count", None, [-3, -4]),
        (["98,24%", "97 %"], "rate", None, [98.24, 97]),
    ],
)
def test_numerals(
    cells: list[object], kind: str, maximum: float | None, values: list[float | None]
) -> None:
    printed = pd.Series(cells, dtype="object")
    about = pd.DataFrame({"group": "g", "kind": kind, "most": maximum}, index=printed.index)
    read_as = read_numerals(printed, about.astype({"most": "float64"}))
    assert [None if pd.isna(value) else value for value in read_as["value"]] == values
    assert ((read_as["fault"] == "") == read_as["value"].notna()).all()


# --- The real panels ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(reference: Reference) -> Readings:
    return read_panels(ROOT / "data" / "raw", reference)


@pytest.fixture(scope="module")
def shipped(real: Readings) -> pd.DataFrame:
    """The observations of the panels that come with the project: others may have been added."""
    register = load_register(ROOT / "data" / "raw")
    is_shipped = register["panel"].isin(["provincial_indices", "published_indices"])
    own = register.loc[is_shipped, "source_id"]
    return real.observations[real.observations["source_id"].isin(own)]


def test_the_real_panels_are_whole(real: Readings) -> None:
    assert real.problems == {}
    assert len(real.sources) >= 33
    assert (real.sources["issuer"] != "").all()
    assert not real.observations.duplicated(
        ["source_id", "area_id", "indicator", "period_end"]
    ).any()


def test_papi_totals_are_the_sums_of_their_dimensions(real: Readings) -> None:
    papi = real.observations[real.observations["source_id"] == "papi_2011_2016"]
    grid = papi.pivot(index=["area_id", "period_end"], columns="indicator", values="value")
    total = grid.pop("papi_total_6dim")
    assert len(grid) == 376
    assert (grid.sum(axis=1) - total).abs().max() < 1e-4


def check_ranks(observations: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    shown = observations[observations["is_published"] & (observations["breakdown"] == "")]
    return judge_ranks(shown.join(areas.set_index("area_id")[["parent_id", "level"]], on="area_id"))


def test_published_ranks_follow_from_published_values(
    shipped: pd.DataFrame, reference: Reference
) -> None:
    ranks = check_ranks(shipped, reference.areas)
    assert ranks["holds"].all(), ranks[~ranks["holds"].astype(bool)]
    held = ranks[ranks["source_id"].str.match("pci_2016_2022|papi_20|dti_2022_2024")]
    counts = held.groupby("rank_id").size()
    assert counts[["pci_rank", "papi_rank", "dti_rank"]].tolist() == [378, 430, 189]
    dak_nong = ranks[(ranks["area_id"] == "67") & (ranks["rank_id"] == "papi_rank_6dim")].iloc[0]
    assert (dak_nong["printed"], dak_nong["least"], dak_nong["areas"]) == (31, 31, 63)


@pytest.mark.parametrize(
    ("area_id", "indicator", "year", "value"),
    [
        ("20", "pci_rank", 2017, 53),
        ("20", "pci_rank", 2022, 15),
        ("67", "papi_total", 2018, 44.5876),
        ("67", "papi_total", 2024, 40.5374),
        ("48", "dti_rank", 2022, 1),
    ],
)
def test_known_facts_stand_in_the_panels(
    shipped: pd.DataFrame, area_id: str, indicator: str, year: int, value: float
) -> None:
    rows = shipped
    is_meant = (rows["area_id"] == area_id) & (rows["indicator"] == indicator)
    found = rows[is_meant & (rows["period_end"] == f"{year}-12-31")]
    assert found["value"].unique().tolist() == [value]


def test_intervals_of_papi_hold_its_totals(shipped: pd.DataFrame) -> None:
    bounded = shipped[shipped["published_low"].notna()]
    assert bounded.groupby("period_end").size().tolist() == [63, 61, 61]
    assert bounded["value"].between(bounded["published_low"], bounded["published_high"]).all()
    assert (bounded["published_high"] - bounded["published_low"]).mean() == pytest.approx(1.9, 0.05)


def test_pci_ranks_can_be_made_from_its_values(real: Readings) -> None:
    pci = real.observations[real.observations["source_id"] == "pci_2016"]
    ranks = pci.set_index("area_id")["value"].rank(method="min", ascending=False)
    assert ranks["48"] == 1
    assert sorted(ranks) == list(range(1, 64))


def test_a_wrong_rank_is_found(real: Readings, reference: Reference) -> None:
    wrong = real.observations.copy()
    is_rank = (wrong["indicator"] == "par_index_rank") & (wrong["area_id"] == "712")
    wrong.loc[is_rank, "value"] = 1.0
    held = check_ranks(wrong, reference.areas)
    assert set(held.loc[~held["holds"].astype(bool), "area_id"]) >= {"712"}


# --- Size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("longest", [2, 100])
def test_a_panel_is_taken_back_whole_and_laid_aside(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    write_text(project.raw / "sources.csv", ",".join(SOURCE_COLUMNS) + "\n")
    former = bring(project, write(tmp_path, "first.csv", LONG))
    listed = load_register(project.raw)
    kept = former.path.read_bytes()
    monkeypatch.setattr("cchc_analysis.panels.register.LONGEST_CSV", longest)
    other = add_panel(
        project,
        write(tmp_path, "second.csv", LONG),
        SOURCE.model_copy(update={"source_id": "made_up_other"}),
    )
    figures = other.path.read_bytes()
    aside = remove_source(project, "second")
    assert (aside / other.path.name).read_bytes() == figures
    assert load_register(project.raw).equals(listed)
    assert {path.name for path in (project.raw / "panels").iterdir()} == {
        "first.csv",
        "sources.csv",
    }
    assert former.path.read_bytes() == kept


def test_a_panel_in_a_unit_that_its_indicator_no_longer_has_is_set_aside(
    project: Project, tmp_path: Path, reference: Reference
) -> None:
    bring(project, write(tmp_path, "first.csv", LONG))
    units = reference.indicators["unit"].replace({"%": "point", "point": "%"})
    changed = replace(reference, indicators=reference.indicators.assign(unit=units))
    found = read_panels(project.raw, changed).problems[SOURCE.source_id]
    assert "panel first, row" in str(found[0])
    assert "a unit that turns into " in str(found[0])


def test_a_source_is_not_taken_out_of_a_panel_of_several(project: Project, tmp_path: Path) -> None:
    write_text(project.raw / "sources.csv", ",".join(SOURCE_COLUMNS) + "\n")
    add_panel(project, write(tmp_path, "first.csv", LONG), SOURCE)
    listed = project.raw / "panels" / "sources.csv"
    register = load_register(project.raw)
    write_text(listed, format_table(pd.concat([register, register.assign(source_id="b")])))
    before = listed.read_bytes()
    with pytest.raises(ReportError, match=r"source b: in panel first with .*; .*cchc remove first"):
        remove_source(project, "b")
    assert listed.read_bytes() == before
    write_text(listed, before.decode().replace("\nb,", "\nfirst,"))
    remove_source(project, "first")  # the panel, though one of its sources has that id too
    assert load_register(project.raw).empty


def test_a_long_panel_is_kept_as_parquet(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cchc_analysis.panels.register.LONGEST_CSV", 2)
    summary = bring(project, write(tmp_path, "long.csv", LONG))
    assert summary.path.suffix == ".parquet"
    assert len(read(project).observations) == 3


@pytest.mark.soak
def test_a_million_rows(project: Project, tmp_path: Path) -> None:
    days = pd.date_range("1990-01-01", periods=5210).strftime("%Y-%m-%d")
    areas = ["183", "184", "185", "186", "187", "188"]
    codes = [f"papi_{name}" for name in ("participation", "transparency", "accountability")]
    grid = pd.MultiIndex.from_product([areas, days, codes]).to_frame(index=False)
    grid.columns = ["area_code", "period_end", "indicator"]
    wide = pd.concat([grid.assign(scope=s) for s in ("whole_district", "district_office")] * 6)
    wide = wide.assign(breakdown=[f"item={n // 93780}" for n in range(len(wide))])
    wide["value"] = (1 + wide.reset_index().index.to_numpy() % 90 / 10).round(2)
    path = tmp_path / "million_rows.csv"
    wide.iloc[:1_000_000].to_csv(path, index=False)
    begun = time.perf_counter()
    summary = bring(project, path)
    print(f"{summary.figures} figures in {time.perf_counter() - begun:.0f} s")
    assert summary.figures == 1_000_000
    assert len(read(project).observations) == 1_000_000


def test_empty_mapping_is_a_mapping() -> None:
    assert PanelMapping().sources == ()


def test_a_rank_beside_several_periods_says_which_it_ranks(
    project: Project, tmp_path: Path
) -> None:
    text = "Tỉnh,Năm 2021,Năm 2022,Xếp hạng 2022\nLạng Sơn,85.1,86.2,2\nĐắk Nông,84.0,87.3,1\n"
    path = write(tmp_path, "p.csv", text)
    ranks = {
        "column": "Xếp hạng 2022",
        "indicators": {"par_index": {"province": "par_index_rank_national"}},
    }
    years = {
        f"Năm {year}": {"indicator": "par_index", "period": str(year)} for year in (2021, 2022)
    }
    shape = {"columns": {"area": "Tỉnh"}, "values": years}
    assert "Add `period: 2023`" in refuse(project, path, **shape, ranks=ranks)
    with pytest.raises(ReportError, match="'soon' is not a period"):
        build_mapping({**shape, "ranks": ranks | {"period": "soon"}}, "mapping.yml")
    bring(project, path, **shape, ranks=ranks | {"period": 2022})
    ranked = {key: each for key, each in values_of(project).items() if "rank" in key[1]}
    assert {key[2] for key in ranked} == {"2022-12-31"}
    assert sorted(ranked.values()) == [1, 2]


# Licences


@pytest.mark.parametrize(
    ("licence", "publish", "expected"),
    [
        ("CC BY 4.0", "", "yes"),
        ("internal use", "", "no"),
        ("Tài liệu lưu hành nội bộ", "", "no"),
        ("Chưa được phép công bố", "", "no"),
        ("Proprietary, not for distribution", "", "no"),
        ("Do not redistribute", "", "no"),
        ("Redistribution is not permitted", "", "no"),
        ("Cấm phát tán", "", "no"),
        ("Số liệu công khai", "", "yes"),
        ("not for redistribution", "", "no"),
        ("không được công bố", "", "no"),
        ("quotation of published figures", "", "yes"),
        ("internal use", "yes", "yes"),
        ("CC BY 4.0", "no", "no"),
    ],
)
def test_a_licence_that_forbids_publication_keeps_rows_back_unless_it_is_said(
    licence: str, publish: str, expected: str
) -> None:
    source = PanelSource(source_id="a_b_c", publisher="Sở X", licence=licence, publish=publish)
    assert ("yes" if source.may_be_published else "no") == expected


def test_yaml_may_say_no_without_quotes() -> None:
    named = {"source_id": "a_b_c", "publisher": "Sở X", "licence": "CC BY 4.0", "publish": False}
    assert not PanelSource.model_validate(named).may_be_published


def test_a_register_from_before_the_question_is_read_as_published(tmp_path: Path) -> None:
    folder = tmp_path / "panels"
    folder.mkdir()
    former = [name for name in PANEL_SOURCE_COLUMNS if name != "publish"]
    row = ["x" if name in ("panel", "source_id") else "" for name in former]
    (folder / "sources.csv").write_text(",".join(former) + "\n" + ",".join(row) + "\n", "utf-8")
    assert load_register(tmp_path)["publish"].tolist() == ["yes"]


# --- The sentences --------------------------------------------------------------------------------


def find_sentences(code: str) -> Iterator[tuple[str, set[str], bool]]:
    """The kind of each problem that a module tells, what it fills in, and whether that is all."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            kinds = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if name in ("problem", "refusal", "complain") and kinds:
                given = {each.arg for each in node.keywords if each.arg}
                given |= {"cell"} if len(node.args) > 2 else set()
                yield str(kinds[0]), given, all(each.arg for each in node.keywords)


def test_every_sentence_of_a_panel_is_there_and_gets_what_it_names() -> None:
    modules = [each.read_text("utf-8") for each in PANELS.glob("*.py")]
    told = [each for code in modules for each in find_sentences(code)]
    assert len(told) > 40
    check_sentences(told)


def test_a_heading_of_a_mapping_may_be_a_period_alone() -> None:
    mapping = build_mapping({"values": {"Điểm": 2022, "Điểm A": "sipas"}}, "m.yml")
    assert mapping.values["Điểm"].said == {"period": "2022"}
    assert mapping.values["Điểm A"].said == {"indicator": "sipas"}


def test_a_day_of_a_mapping_needs_no_quotes() -> None:
    source = "{source_id: made_up, publisher: Viện, licence: CC BY 4.0, dated: 2024-02-01}"
    text = (
        "constants: {period_start: 2023-01-01, period_end: 2023-06-30}\n"
        "ranks: {column: Hạng, period: 2023-06-30, indicators: {pci: {province: pci_rank}}}\n"
        f"sources: [{source}]\n"
    )
    mapping = build_mapping(yaml.safe_load(text), "m.yml")
    assert mapping.constants == {"period_start": "2023-01-01", "period_end": "2023-06-30"}
    assert mapping.ranks is not None
    assert (mapping.ranks.period, mapping.sources[0].dated) == ("2023-06-30", "2024-02-01")


def test_the_scope_that_is_taken_is_told(project: Project, tmp_path: Path) -> None:
    text = "Đơn vị,Năm,dossiers_received_total\nhuyện Cao Lộc,2021,1000\ntỉnh Lạng Sơn,2021,9000\n"
    summary = add_panel(project, write(tmp_path, "own.csv", text), SOURCE)
    assert "scope: unspecified, whole_district" in str(summary)
    assert {*read(project).observations["scope"]} == {"unspecified", "whole_district"}


def test_days_are_read_as_people_write_them(project: Project, tmp_path: Path) -> None:
    rows = [
        ["Huyện", "Từ ngày", "Đến ngày", "Hồ sơ đã giải quyết"],
        ["Cao Lộc", "15/12/2023", "14/6/2024", 7],
    ]
    bring(project, write(tmp_path, "days.xlsx", rows))
    found = read(project).observations
    assert found[["period_start", "period_end"]].to_numpy().tolist() == [
        ["2023-12-15", "2024-06-14"]
    ]


def test_a_day_beside_a_year_is_not_the_period(project: Project, tmp_path: Path) -> None:
    text = "Tỉnh,Năm,Ngày,SIPAS\nLạng Sơn,2022,15/3/2023,80\n"
    bring(project, write(tmp_path, "sipas.csv", text))
    assert values_of(project) == {("20", "sipas", "2022-12-31"): 80}


def test_a_row_of_totals_needs_no_period(project: Project, tmp_path: Path) -> None:
    rows = [
        ["Huyện", "Kỳ", "Hồ sơ đã giải quyết"],
        ["Cao Lộc", "2024-H1", 7],
        ["Văn Quan", "2024-H1", 8],
        ["Tổng cộng", "", 15],
    ]
    bring(project, write(tmp_path, "sum.xlsx", rows))
    assert sorted(values_of(project).values()) == [7, 8]


def test_a_name_of_other_diacritics_is_told(project: Project, tmp_path: Path) -> None:
    names = ("Cao Lọc", "Van Quan", "Đắk R’Lấp")  # an apostrophe is no diacritic
    text = "\n".join(["huyện,năm,par_index", *(f"{name},2023,80" for name in names)])
    notes = str(bring(project, write(tmp_path, "spelt.csv", text)))
    assert "'Cao Lọc' is taken for Huyện Cao Lộc" in notes
    assert notes.count("is taken for") == 1


def test_what_is_no_project_or_no_path_is_told(project: Project) -> None:
    given: Any = {}
    place: Any = "x.csv"
    with pytest.raises(CommandError, match=r"add_panel: str 'x\.csv'; expected a Project"):
        add_panel(place, given)
    with pytest.raises(CommandError, match=r"file: dict \{\}; expected a path"):
        add_panel(project, given)
    with pytest.raises(CommandError, match=r"draft_mapping: dict \{\}; expected a Reference"):
        draft_mapping(Path("x.csv"), given)
