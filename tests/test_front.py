"""The front door as a researcher uses it: names, choices, wide tables, files, citations."""

from __future__ import annotations

import datetime as dt
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import cchc_analysis as cchc
from cchc_analysis.data.editions import DIFF_COLUMNS, compare_editions
from cchc_analysis.data.export import export_table, name_variables
from cchc_analysis.data.named import NAME_COLUMNS, label_reports
from cchc_analysis.data.wide import to_wide
from cchc_analysis.errors import CommandError

ROOT = Path(__file__).parents[1]

PUBLIC = {
    "__version__",
    "cite",
    "describe_columns",
    "export",
    "load_areas",
    "load_catalogue",
    "load_findings",
    "load_indicators",
    "load_observations",
    "load_sources",
    "load_transcripts",
    "open_brief",
    "open_quality",
    "open_trends",
    "to_wide",
}


def test_the_names_of_the_front_door_are_there_and_explained() -> None:
    assert set(dir(cchc)) >= PUBLIC
    for name in PUBLIC - {"__version__"}:
        text = inspect.getdoc(getattr(cchc, name)) or ""
        assert len(text) > 80, name


def test_importing_the_package_imports_no_library() -> None:
    code = "import sys, cchc_analysis; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_report_is_found_by_its_own_label_beside_its_exact_days() -> None:
    held = cchc.load_indicators(areas="Văn Quan")
    nine = held.query("period == '2024-9M'")
    flows = nine[nine["period_start"].notna()]
    assert len(flows) > 50
    assert set(flows["period_end"].dt.date) == {dt.date(2024, 9, 20)}


@pytest.mark.parametrize(
    ("label", "start", "end", "shown"),
    [
        ("2024-Q1", "2024-01-01", "2024-03-31", "2024-Q1"),
        ("2024-01-01/2024-06-14", "2024-01-01", "2024-06-14", "2024-H1"),
        ("2023-12-15/2024-06-14", "2023-12-15", "2024-06-14", "2024-H1"),
        ("2024-03-21/2024-06-30", "2024-03-21", "2024-06-30", "2024-03-21/2024-06-30"),
        ("2024-06-01", "", "2024-06-01", "2024-H1"),
        ("2024-01-01", "", "2024-01-01", "2024-01-01"),
        ("2024-12-31", "", "2024-12-31", "2024-12-31"),
        ("", "", "", ""),
    ],
)
def test_which_windows_and_stocks_belong_to_the_period_of_their_report(
    label: str, start: str, end: str, shown: str
) -> None:
    rows = pd.DataFrame(
        {"source_id": ["s"], "period": [label], "period_start": [start], "period_end": [end]}
    )
    sources = pd.DataFrame(
        {
            "source_id": ["s"],
            "period": ["2024-H1"],
            "period_start": ["2024-01-01"],
            "period_end": ["2024-06-30"],
        }
    )
    assert label_reports(rows, sources) == [shown]


def test_names_stand_beside_codes_in_both_languages() -> None:
    for lang, area, province in (
        ("vi", "huyện Cao Lộc", "tỉnh Lạng Sơn"),
        ("en", "Cao Lộc district", "Lạng Sơn province"),
    ):
        table = cchc.load_indicators(lang, areas="183")
        assert set(NAME_COLUMNS) <= set(table.columns)
        assert set(table["area"]) == {area}
        assert set(table["province"]) == {province}
        assert not (table[list(NAME_COLUMNS)] == "").any(axis=None)
    assert "area" not in cchc.load_indicators(areas="183")


def test_every_row_has_its_names_whatever_its_area() -> None:
    table = cchc.load_indicators("en", status=None)
    assert not (table[["area", "indicator_label", "scope_label", "unit_label"]] == "").any(
        axis=None
    )
    levels = cchc.load_areas().set_index("area_id")["level"].reindex(table["area_id"]).to_numpy()
    below = table[pd.Series(levels).isin(["province", "district", "commune"])]
    assert not (below["province"] == "").any()


def test_a_choice_takes_one_or_several_names_or_codes() -> None:
    one = cchc.load_indicators(areas="Cao Lộc", indicators="on_time_rate")
    two = cchc.load_indicators(areas=["183", "Văn Quan"], indicators=["on_time_rate"])
    assert set(one["area_id"]) == {"183"}
    assert set(two["area_id"]) == {"183", "184"}
    label = cchc.load_catalogue().set_index("indicator").loc["papi_total", "label_en"]
    assert set(cchc.load_indicators(indicators=label)["indicator"]) == {"papi_total"}
    assert set(cchc.load_indicators(periods=2016)["period"]) == {"2016"}
    assert set(cchc.load_indicators(periods="6 tháng đầu năm 2024")["period"]) == {"2024-H1"}


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"areas": "Cao Lốc"}, "Cao Lộc"),
        ({"indicators": "on_time"}, "on_time_rate"),
        ({"indicators": "on_time_rat"}, "on_time_rate"),
        ({"periods": "last year"}, "2024-Q1"),
        ({"scope": "district"}, "district_office"),
        ({"status": "real"}, "actual"),
    ],
)
def test_what_is_unknown_is_refused_with_what_is_near(
    choice: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        cchc.load_indicators(**choice)


def test_nothing_held_is_an_empty_table_and_a_reason() -> None:
    with pytest.warns(UserWarning, match=r"2031.*2024-H1"):
        table = cchc.load_indicators("vi", areas="Cao Lộc", periods="2031")
    assert table.empty
    assert list(table.columns) == list(cchc.load_indicators("vi", areas="Cao Lộc").columns)


def test_periods_are_in_the_order_of_time() -> None:
    periods = cchc.load_indicators(areas=["Cao Lộc", "Văn Quan"])["period"]
    order = [each for each in periods.cat.categories if each.startswith("2024")]
    assert order.index("2024-H1") < order.index("2024-9M")
    assert periods.cat.ordered


def test_findings_are_chosen_by_severity() -> None:
    all_of_them = cchc.load_findings()
    assert set(cchc.load_findings(severity="warning")["severity"]) == {"warning"}
    assert list(all_of_them["severity"].cat.categories) == ["warning", "info"]


def test_every_public_column_has_a_meaning() -> None:
    for table in ("indicators", "observations", "findings", "transcripts", "sources"):
        told = cchc.describe_columns(table)
        assert (told["meaning"] != "").all(), table
    with pytest.raises(CommandError, match="indicators"):
        cchc.describe_columns("indicator")


def long(**columns: list[object]) -> pd.DataFrame:
    base = {"area": ["A", "A", "B"], "period": ["2023", "2024", "2024"], "value": [1.0, 2.0, 3.0]}
    return pd.DataFrame({**base, **columns})


def test_wide_leaves_missing_apart_from_zero() -> None:
    wide = to_wide(long(value=[0.0, 2.0, 3.0]))
    assert wide.loc["A", "2023"] == 0
    assert wide.isna().sum().sum() == 1


def test_wide_says_which_values_are_contested() -> None:
    table = long(is_contested=[True, False, False])
    marks = to_wide(table, values="is_contested")
    assert marks.dtypes.unique().tolist() == [bool]
    assert marks.loc["A", "2023"]
    assert marks.sum().sum() == 1
    assert marks.shape == to_wide(table).shape
    assert marks.index.equals(to_wide(table).index)


@pytest.mark.parametrize("name", ["scope", "indicator", "breakdown", "status"])
def test_wide_refuses_to_mix(name: str) -> None:
    table = long(**{name: ["one", "one", "other"]})
    with pytest.raises(CommandError, match=rf"2 values of {name}"):
        to_wide(table)
    assert to_wide(table, columns=["period", name]).shape == (2, 3)


def test_wide_never_averages() -> None:
    table = long(period=["2024", "2024", "2024"], period_end=["2024-06-01", "2024-06-30", "x"])
    with pytest.raises(CommandError, match=r"2 rows for A, 2024, which differ in period_end"):
        to_wide(table)


def test_wide_names_the_columns_that_are_not_there() -> None:
    with pytest.raises(CommandError, match="no column area"):
        to_wide(long().rename(columns={"area": "area_id"}))


SOURCES = pd.DataFrame(
    {
        "source_id": ["s1"],
        "issuer": ["Sở Nội vụ"],
        "title": ["Bảng chỉ số"],
        "licence": ["CC BY 4.0"],
        "period_end": ["2024-12-31"],
    }
)


def table_to_export() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area": ["huyện Đồng Gió", "=SUM(A1)"],
            "when": pd.to_datetime(["2024-01-31", None]),
            "value": [1.5, float("nan")],
            "is_contested": [True, False],
            "level": pd.Categorical(["thấp", "cao"], ["thấp", "cao"], ordered=True),
            "source_id": ["s1", "s1 s2"],
        }
    ).set_index("area")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".dta"])
def test_an_export_keeps_index_text_dates_and_missing(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"own table{suffix}"
    made = export_table(table_to_export(), path, SOURCES, citation="cchc")
    readers = {
        ".csv": lambda: pd.read_csv(path, parse_dates=["when"]),
        ".xlsx": lambda: pd.read_excel(path, engine="openpyxl"),
        ".parquet": lambda: pd.read_parquet(path),
        ".dta": lambda: pd.read_stata(path),
    }
    back = readers[suffix]()
    assert list(back["area"]) == ["huyện Đồng Gió", "=SUM(A1)"]
    assert back["when"].iloc[0] == pd.Timestamp("2024-01-31")
    assert back["when"].isna().tolist() == [False, True]
    assert back["value"].isna().tolist() == [False, True]
    assert [str(each) for each in back["level"]] == ["thấp", "cao"]
    note = made[1].read_text("utf-8")
    assert "Sở Nội vụ. Bảng chỉ số. Licence: CC BY 4.0." in note
    assert "s2: not registered" in note
    assert "Cite as: cchc" in note


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    for suffix in (".csv", ".parquet", ".dta"):
        first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
        for path in (first, second):
            export_table(table_to_export(), path, SOURCES)
        assert first.read_bytes() == second.read_bytes()


def test_stata_shows_what_a_variable_is(tmp_path: Path) -> None:
    path = tmp_path / "t.dta"
    rates = cchc.load_indicators("vi", areas="Cao Lộc", indicators="on_time_rate")
    cchc.export(rates, path)
    with pd.io.stata.StataReader(path) as reader:
        assert reader.variable_labels()["value"] == "the number, in unit"
    assert set(pd.read_stata(path)["area"]) == {"huyện Cao Lộc"}


def test_a_wide_table_with_two_headings_can_be_exported(tmp_path: Path) -> None:
    table = long(scope=["x", "y", "y"])
    path = tmp_path / "w.csv"
    export_table(to_wide(table, columns=["period", "scope"]), path, SOURCES)
    assert path.read_text("utf-8").startswith("area,2023 | x,2024 | y\n")


def test_a_byte_order_mark_only_where_asked_for(tmp_path: Path) -> None:
    export_table(long(), tmp_path / "a.csv", SOURCES, bom=True)
    export_table(long(), tmp_path / "b.csv", SOURCES)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"area")


def test_an_export_replaces_its_own_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    export_table(long(), path, SOURCES)
    export_table(long(value=[4.0, 5.0, 6.0]), path, SOURCES)
    path.write_text("my notes", "utf-8")
    with pytest.raises(CommandError, match="did not write"):
        export_table(long(), path, SOURCES)
    assert path.read_text("utf-8") == "my notes"
    export_table(long(), path, SOURCES, overwrite=True)
    assert path.read_text("utf-8") != "my notes"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("t.doc", r"\.doc"), ("nowhere/t.csv", "no such folder"), ("t", "none")],
)
def test_an_export_says_what_is_wrong_with_its_place(
    tmp_path: Path, name: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        export_table(long(), tmp_path / name, SOURCES)
    assert not list(tmp_path.iterdir())


def test_names_of_variables_are_short_and_all_different() -> None:
    names = name_variables(["a" * 40, "a" * 41, "%", "1"])
    assert len(set(names.values())) == 4
    assert max(map(len, names.values())) <= 32


def test_a_value_a_brief_and_the_data_set_can_be_cited() -> None:
    row = cchc.load_indicators(areas="Cao Lộc", indicators="on_time_rate").iloc[0]
    cited = cchc.cite(row)
    assert cited.text.startswith("UBND huyện Cao Lộc. ")
    assert f"{row['value']:g} %" in cited.text
    assert cited.bibtex.startswith("@techreport{cao-loc-2024-h1,")
    assert "on\\_time\\_rate" in cited.bibtex
    whole = cchc.cite(cchc.load_indicators())
    assert "data to 20" in whole.text
    assert whole.bibtex.startswith("@software{")
    brief = cchc.open_brief("Cao Lộc", "2024-H1")
    assert "data to 2024-06-30" in cchc.cite(brief).text
    with pytest.raises(CommandError, match="a row of indicators"):
        cchc.cite("Cao Lộc")


def test_it_works_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match="CCHC_ROOT"):
        cchc.load_areas()
    assert len(cchc.load_areas(project=ROOT)) > 700
    monkeypatch.setenv("CCHC_ROOT", str(ROOT))
    assert not cchc.load_indicators(areas="183").empty


def test_an_edition_is_held_against_another(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        shutil.copytree(ROOT / "data" / "processed", folder / "data" / "processed")
    path = new / "data" / "processed" / "indicators.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    is_moved = (table["source_id"] == "cao_loc_2024_h1") & (table["indicator"] == "on_time_rate")
    before = table.loc[is_moved, "value"].iloc[0]
    table.loc[is_moved, "value"] = "12.5"
    dropped = table.iloc[0]
    extra = table.iloc[[1]].assign(area_id="999", correction="misprint")
    table = pd.concat([table.iloc[1:], extra])
    table.to_csv(path, index=False)
    (new / "CHANGELOG.md").write_text("# Changes\n\n- `on_time_rate` moved,\n  as said.\n", "utf-8")
    told = compare_editions(old, new / "data" / "processed")
    assert list(told.columns) == list(DIFF_COLUMNS)
    assert dict(told["change"].value_counts()) == {
        "moved": int(is_moved.sum()),
        "came": 1,
        "went": 1,
    }
    moved, came, went = (told[told["change"] == each].iloc[0] for each in ("moved", "came", "went"))
    assert (moved["value_old"], moved["value_new"]) == (before, "12.5")
    assert moved["reason"] == "`on_time_rate` moved, as said."
    assert came["reason"] == "misprint"
    assert went["area_id"] == dropped["area_id"]
    assert compare_editions(old, old).empty
    with pytest.raises(CommandError, match=r"no indicators\.csv"):
        compare_editions(tmp_path, new)
