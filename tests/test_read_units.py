"""Whose a figure is in a document of a province that names the units below it."""

from __future__ import annotations

import pandas as pd
import pytest

from cchc_analysis.data.reference import Project
from cchc_analysis.errors import ReportError
from cchc_analysis.read.correcting import Change, apply_change
from cchc_analysis.read.drafting import DraftResult, read_report
from cchc_analysis.read.review import accept_source
from cchc_analysis.read.transcripts import open_draft, read_transcripts
from conftest import confirm_all
from reading_work import load_rules, read_text

HEAD = (
    "UBND TỈNH LẠNG SƠN\nSố: 45/TB-UBND\nLạng Sơn, ngày 10 tháng 10 năm 2024\n\nTHÔNG BÁO\n"
    "Kết quả giải quyết thủ tục hành chính 9 tháng đầu năm 2024\n"
    "(Số liệu từ ngày 01/01/2024 đến ngày 30/9/2024)\n\n"
    "1. Toàn tỉnh tiếp nhận 120.450 hồ sơ, đã giải quyết 118.000 hồ sơ.\n"
)
LISTED = (
    "2. Trong đó, huyện Cao Lộc tiếp nhận 12.300 hồ sơ, huyện Văn Quan tiếp nhận 8.200 hồ sơ, "
    "huyện Xuân Lạc tiếp nhận 7.100 hồ sơ.\n"
)
SOURCE = "notice"


def draft(project: Project, text: str) -> DraftResult:
    path = project.root / "notice.txt"
    path.write_text(HEAD + text, "utf-8")
    return read_report(project, path, source_id=SOURCE)


def list_areas(result: DraftResult) -> dict[str, str]:
    rows = pd.read_csv(result.transcript, dtype=str, keep_default_na=False)
    return dict(zip(rows["printed"], rows["area"], strict=True))


def set_cell(project: Project, printed: str, column: str, cell: str) -> None:
    path = project.raw / "transcripts" / f"{SOURCE}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows.loc[rows["printed"] == printed, column] = cell
    rows.to_csv(path, index=False)


def confirm_indicators(project: Project) -> None:
    path = project.raw / "transcripts" / f"{SOURCE}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows["indicator"] = rows["indicator"].str.removeprefix("?")
    rows.to_csv(path, index=False)


def test_a_row_that_names_a_unit_is_no_figure_of_the_province(project: Project) -> None:
    result = draft(project, LISTED)
    assert list_areas(result) == {
        "120.450": "tỉnh Lạng Sơn",
        "118.000": "tỉnh Lạng Sơn",
        "12.300": "huyện Cao Lộc",
        "8.200": "?huyện Văn Quan",
        "7.100": "?huyện Xuân Lạc",
    }
    confirm_indicators(project)
    accept_source(project, SOURCE)  # as long as nothing takes such a figure, nobody need decide


def test_accept_refuses_a_row_of_an_undecided_unit(project: Project) -> None:
    result = draft(project, LISTED)
    confirm_indicators(project)
    for printed in ("8.200", "7.100"):
        set_cell(project, printed, "indicator", "dossiers_received_total")
    said = (
        r"notice\.csv, figure F004: “8\.200” in line 10 stands with huyện Văn Quan, and the "
        r"document is of tỉnh Lạng Sơn; .*Write huyện Văn Quan as its area"
    )
    with pytest.raises(ReportError, match=said):
        accept_source(project, SOURCE)
    confirm_all(project, SOURCE)
    with pytest.raises(ReportError, match="Xuân Lạc"):
        accept_source(project, SOURCE)  # no area that we know
    set_cell(project, "7.100", "area", "huyện Bình Gia")
    accept_source(project, SOURCE)
    held = read_transcripts(project.raw).transcripts
    areas = held.loc[held["source_id"] == SOURCE].set_index("figure_id")["area"]
    assert [*areas[-3:]] == ["huyện Cao Lộc", "huyện Văn Quan", "huyện Bình Gia"]
    assert result.source_id == SOURCE


@pytest.mark.parametrize(
    ("line", "printed", "named"),
    [
        ("2. Các đơn vị: Cao Lộc 12.300 hồ sơ, Văn Quan 8.200 hồ sơ.", "8.200", "huyện Văn Quan"),
        ("2. UBND huyện Văn Quan giải quyết 9 hồ sơ. Trong đó quá hạn 7.", "7", "huyện Văn Quan"),
        ("2. Huyện Xuân Lạc\n- Tiếp nhận 71 hồ sơ.", "71", "huyện Xuân Lạc"),
        ("Đơn vị | Tiếp nhận\nHuyện Xuân Lạc | 71\nHuyện Cao Lộc | 80", "71", "huyện Xuân Lạc"),
        ("2. Xã Gia Cát (huyện Cao Lộc): nhận 31 hồ sơ, trả 30 hồ sơ.", "30", "xã Gia Cát"),
        ("2. Sau huyện Xuân Lạc, toàn tỉnh tiếp nhận 71 hồ sơ.", "71", ""),
        ("2. Cán bộ cấp xã Cấp huyện có 71 người.", "71", ""),
        ("2. Đã giải quyết 71 hồ sơ; UBND tỉnh Lạng Sơn nhận 9 hồ sơ.", "71", ""),
    ],
)
def test_a_figure_knows_the_unit_that_its_text_names(line: str, printed: str, named: str) -> None:
    figures = [f for f in read_text(f"{HEAD}{line}\n")[1] if f.printed == printed]
    assert [figure.named for figure in figures] == [named]


def test_a_lead_above_a_table_says_less_than_the_heads_of_its_columns() -> None:
    lead = "2. Các đơn vị có nhiều hồ sơ giải quyết quá hạn:\n"
    table = (
        "Đơn vị | Tổng số hồ sơ tiếp nhận | Đã giải quyết | Quá hạn\nHuyện Cao Lộc | 71 | 62 | 9\n"
    )
    found = [f.indicator for f in read_text(HEAD + lead + table)[1][2:]]
    stages = ("received_total", "resolved_total", "resolved_overdue")
    assert found == [f"dossiers_{stage}" for stage in stages]


@pytest.mark.parametrize(
    ("heading", "scope"),
    [("II. KẾT QUẢ CỦA UBND CẤP HUYỆN", "district_office"), ("II. KẾT QUẢ", "whole_district")],
)
def test_districts_below_a_heading_of_their_offices_count_no_communes(
    heading: str, scope: str
) -> None:
    table = "Đơn vị | Hồ sơ tiếp nhận\nHuyện Cao Lộc | 71\nHuyện Văn Quan | 80\n"
    figures = read_text(f"{HEAD}{heading}\n{table}")[1][2:]
    assert [(f.area, f.scope) for f in figures] == [
        ("huyện Cao Lộc", scope),
        ("huyện Văn Quan", scope),
    ]


@pytest.mark.parametrize(
    ("line", "code", "area"),
    [
        (
            "2. Trong vùng, tỉnh Cao Bằng có tỷ lệ hồ sơ trực tuyến 71%.",
            "online_rate",
            "tỉnh Cao Bằng",
        ),
        (
            "2. Nhiều nơi làm tốt; huyện Cao Lộc mở lớp; xã Gia Cát giải quyết đúng hạn 71% hồ sơ.",
            "on_time_rate",
            "xã Gia Cát",
        ),
        # A share is held against the counts of its own place alone.
        (
            "* Huyện Cao Lộc: tiếp nhận 900 hồ sơ.\n* Huyện Văn Quan: có 400 hồ sơ nộp trực tuyến, "
            "đạt 71% tổng số hồ sơ tiếp nhận.",
            "online_rate",
            "huyện Văn Quan",
        ),
    ],
)
def test_a_figure_is_of_the_place_that_its_clause_tells_of(line: str, code: str, area: str) -> None:
    figures = [f for f in read_text(f"{HEAD}{line}\n")[1] if f.printed == "71"]
    assert [(f.indicator, f.area) for f in figures] == [(code, area)]


def test_the_head_that_is_mended_takes_the_rows_that_name_it(project: Project) -> None:
    draft(project, LISTED)
    reference = load_rules()[0]
    before = open_draft(project, SOURCE)
    change = Change(version="", head={"area": "huyện Văn Quan"})
    after = apply_change(before, change, reference)
    areas = {row["printed"]: row["area"] for row in after.rows}
    assert areas["8.200"] == areas["118.000"] == "huyện Văn Quan"
    assert areas["7.100"] == "?huyện Xuân Lạc"
