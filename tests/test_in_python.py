"""What a researcher passes to the front door by mistake is told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import cchc_analysis as cchc
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import CchcError

ONE = pd.DataFrame({"area": ["A"], "period": ["2024"], "value": [1.0]})
WRONG = {
    "a list for an indicator": ("open_trends", (["on_time_rate"],), "one name or code"),
    "a list for an area": ("open_brief", (["Đồng Gió"], "2022-H1"), "one name or code"),
    "a list for a period": ("open_brief", ("Đồng Gió", ["2022-H1"]), "one name or code"),
    "a list for a panel": ("load_panel", (["papi"],), "one name or code"),
    "a language that is none": ("open_brief", ("Đồng Gió", "2022-H1", "fr"), "vi or en"),
    "no table to widen": ("to_wide", (3,), "a DataFrame of pandas"),
    "no table to export": ("export", ([1], "a.csv"), "a DataFrame of pandas"),
    "no panel to rank": ("rank_within", (ONE,), "no column is_full"),
    "no panel to judge": ("judge_many", (ONE,), "no column"),
    "no panel to grow": ("grow", (None,), "grow: NoneType; expected a DataFrame"),
    "no panel to compare": ("change_over", (ONE, "2023", "2024"), "no column"),
    "no day": ("load_areas", ("district", None), "day '2025-13-01'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_thing_is_told_in_a_sentence(
    case: str, processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    name, given, said = WRONG[case]
    more = {"day": "2025-13-01"} if case == "no day" else {}
    with pytest.raises(CchcError, match=said):
        getattr(cchc, name)(*given, **more)


def test_what_is_opened_is_a_line_and_html(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    brief = cchc.open_brief("Đồng Gió", "2022-H1")
    assert repr(brief) == "<Brief Huyện Đồng Gió, 2022-H1, vi>"
    assert "<h1" in brief._repr_html_()
    quality = cchc.open_quality("en")
    assert repr(quality) == "<Quality of 3 sources, en>"
    assert "<h1" in quality._repr_html_()


def test_an_empty_choice_has_all_columns_and_says_why(
    processed_once: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed_once.root))
    whole = cchc.load_indicators("vi")
    with pytest.warns(UserWarning, match="Nothing is held where period is 2030"):
        none = cchc.load_indicators("vi", periods=2030)
    assert len(whole)
    assert none.empty
    assert list(none.columns) == list(whole.columns)


def test_a_new_project_takes_a_panel_before_any_report(tmp_path: Path) -> None:
    root = tmp_path / "own"
    assert main(["init", str(root)]) == 0
    table, mapping = tmp_path / "hand.csv", tmp_path / "hand.yml"
    table.write_text("Tỉnh,Năm,Điểm\nLạng Sơn,2023,7.2\nLạng Sơn,2024,7.31\n", "utf-8")
    mapping.write_text(
        "panel: hand\ncolumns: {area: Tỉnh, period: Năm}\nvalues: {Điểm: papi_procedures}\n"
        "constants: {}\nsources:\n  - {source_id: hand, publisher: Me, title: By hand, "
        "url: 'https://example.org', licence: CC BY 4.0, publish: yes}\n",
        "utf-8",
    )
    project = ("--root", str(root))
    assert main([*project, "add-panel", str(table), "--mapping", str(mapping)]) == 0
    assert main([*project, "process"]) == 0
    held = cchc.load_indicators("en", areas="Lạng Sơn", project=root)
    assert held["period"].tolist() == ["2023", "2024"]
    assert held["value"].tolist() == [7.2, 7.31]
