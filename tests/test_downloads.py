"""What lies beside a brief: the values of the page, in files that no spreadsheet runs."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import frictionless
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from brief_work import (
    PLAIN_REPORT,
    PROJECT,
    Here,
    build_here,
    find_all,
    list_values,
    load_few,
    load_real,
    load_words_of,
    make_tables,
    name_task,
    open_made_up,
    open_real_briefs,
    read_text,
    tell_page,
    tell_task,
)
from cchc_analysis import __version__, pipeline
from cchc_analysis.brief.board import format_values, open_board
from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.downloads import (
    BRIEF_FILES,
    FIGURE_COLUMNS,
    FORMULA_STARTS,
    SITE_FILES,
    bind_workbook,
    disarm,
    tell_cell,
    write_downloads,
)
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.trace import CITATION
from cchc_analysis.errors import BriefError
from cchc_analysis.site import build as site_module
from cchc_analysis.site import lists as lists_module
from cchc_analysis.site.lists import write_site_downloads
from cchc_analysis.site.pages import bind_sitemap

EVIL = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture(scope="module")
def briefs() -> list[Brief]:
    """Every real brief in both languages."""
    return open_real_briefs()


@pytest.fixture(scope="module", params=["few", pytest.param("all", marks=pytest.mark.slow)])
def run(request: pytest.FixtureRequest) -> tuple[Reference, Tables]:
    """The tables that the site is built of."""
    return load_few() if request.param == "few" else load_real()


@pytest.fixture(scope="module")
def site(run: tuple[Reference, Tables], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, its pages told without notebooks; of all tables the one that CI has built."""
    if run is load_real() and (built := os.environ.get("CCHC_TEST_SITE")):
        return Path(built).resolve(strict=True)
    out = tmp_path_factory.mktemp("downloads") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_module, "open_workforce", Here(tell_task))
        reference, tables = run
        build_here(tables, reference, out)
    return out


@pytest.fixture(scope="module")
def written(
    briefs: list[Brief], tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Brief, Path]]:
    """Every real brief with the folder of what lies beside it, to be read only."""
    folders = [tmp_path_factory.mktemp("brief") for _ in briefs]
    for brief, folder in zip(briefs, folders, strict=True):
        write_downloads(folder, brief)
    return list(zip(briefs, folders, strict=True))


@pytest.fixture
def evil() -> Brief:
    """A brief with texts that want to run."""
    findings = [{"arithmetic": EVIL, "explanation_vi": "@SUM(A1)", "explanation_en": "\t=1"}]
    tables = make_tables(PLAIN_REPORT, findings=findings)
    sources = tables.sources.assign(title=f"+{EVIL}\x00", issuer="-2+3")
    return open_made_up(replace(tables, sources=sources))


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


def read_sheet(path: Path, name: str) -> list[dict[str, Any]]:
    header, *rows = load_workbook(path)[name].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def count_rows(path: Path, name: str) -> int:
    """The rows of a sheet below its head; of a country's workbooks openpyxl takes half a minute."""
    return len(CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()) - 1


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def in_workbook(value: float) -> float:
    """A number with the sixteen digits that a workbook keeps of it."""
    return float(f"{value:.16g}")


def test_the_files_hold_what_the_brief_holds(written: list[tuple[Brief, Path]]) -> None:
    for brief, folder in written:
        assert sorted(path.name for path in folder.iterdir()) == sorted(BRIEF_FILES)
        told = json.loads((folder / "brief.json").read_text("utf-8"))["figures"]
        rows = read_csv(folder / "figures.csv")
        sheet = read_sheet(folder / "brief.xlsx", "figures")
        assert len(brief.entries) == len(rows) == len(told) == len(sheet)
        for entry, row, own, cells in zip(brief.entries, rows, told, sheet, strict=True):
            assert entry.note == row["note"] == own["note"] == cells["note"]
            assert entry.indicator == row["indicator"] == own["indicator"]
            if entry.is_withheld:
                assert (row["value"], own["value"], cells["value"]) == ("", None, None)
            else:
                assert math.isclose(float(row["value"]), entry.value, rel_tol=0, abs_tol=0)
                assert entry.value == own["value"]
                assert cells["value"] == in_workbook(entry.value)
            assert row["findings"].split() == list(entry.findings)


def test_the_findings_carry_their_number_on_the_page(written: list[tuple[Brief, Path]]) -> None:
    for brief, folder in written:
        rows = read_csv(folder / "findings.csv")
        assert {row["finding_id"]: int(row["contradiction"]) for row in rows} == {
            finding: each.number for finding, each in brief.contradiction_of.items()
        }
        page = tell_page(brief)
        assert all(f' id="c-{row["contradiction"]}"' in page for row in rows)
        notes = {row["note"] for row in read_csv(folder / "figures.csv")}
        assert notes <= set(find_all(r' id="(n-[^"]+)"', page))


def read_front(sheet: Any) -> list[list[Any]]:
    """The cells of the first sheet, from its head on."""
    rows = [list(row) for row in sheet.iter_rows()]
    first = next(at for at, row in enumerate(rows) if row[0].value in ("Nội dung", "Indicator"))
    return rows[first:]


def test_the_first_sheet_is_for_people(written: list[tuple[Brief, Path]]) -> None:
    for brief, folder in written:
        book = load_workbook(folder / "brief.xlsx")
        assert book.sheetnames == [
            brief.words.plain("sheet.name"),
            *("figures", "findings", "sources", "read-me"),
        ]
        sheet = book.worksheets[0]
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        head, *rows = read_front(sheet)
        assert sheet.print_title_rows == f"${head[0].row}:${head[0].row}"
        told = [row for row in rows if row[5].value is not None]
        assert len(told) == len(brief.entries)
        values = Counter(row[5].value for row in told if isinstance(row[5].value, int | float))
        shown = [each.value for each in brief.entries if not each.is_withheld]
        assert values == Counter(map(in_workbook, shown))
        assert {type(row[3].value) for row in told} <= {datetime, NoneType}
        other = brief.words.plain("sheet.note") if brief.lang == "vi" else "Số liệu giữ nguyên"
        assert any(str(cell.value).startswith(other) for cell in sheet["A"]) == (brief.lang == "vi")


def test_a_number_keeps_the_decimals_and_the_bound_that_were_printed(tmp_path: Path) -> None:
    brief = open_made_up(make_tables(PLAIN_REPORT))
    one = Entry(
        vars(brief.entries[0]), value=5.0, decimals=2, comparator=">=", period_start="2024-02-30"
    )
    write_downloads(tmp_path, replace(brief, entries=(one,)))
    row = read_front(load_workbook(tmp_path / "brief.xlsx").worksheets[0])[2]
    assert (row[5].value, row[5].number_format) == (5, '"≥ "#,##0.00')
    assert row[2].value == "2024-02-30"  # no day of a calendar: as it stands, and no error
    assert row[3].number_format == "dd/mm/yyyy"


def test_the_workbook_and_its_page_say_how_to_cite(tmp_path: Path) -> None:
    write_downloads(tmp_path, open_made_up(make_tables(PLAIN_REPORT)))
    sheet = load_workbook(tmp_path / "brief.xlsx").worksheets[0]
    [cited] = [str(cell.value) for cell in sheet["A"] if "Trích dẫn" in str(cell.value)]
    assert f"Phiên bản {__version__}" in cited
    assert "30/6/2022" in cited
    told = [row["meaning_vi"] for row in read_sheet(tmp_path / "brief.xlsx", "read-me")]
    assert cited.removeprefix("Trích dẫn: ") in told


def test_a_reported_value_names_its_place_and_a_derived_one_its_formula(tmp_path: Path) -> None:
    write_downloads(tmp_path, open_made_up(make_tables(PLAIN_REPORT)))
    rows = {row["indicator"]: row for row in read_csv(tmp_path / "figures.csv")}
    received = rows["dossiers_received_total"]
    assert received["document"] == "Báo cáo bịa để thử"
    assert [received[name] for name in ("section", "line", "place", "printed")] == [
        *("II.1", "1", "text", "1.250")
    ]
    assert received["value"] == "1250"
    assert received["figures"] == "M001"
    derived = [row for row in rows.values() if row["origin"] == "derived"]
    assert derived
    assert all(row["parts"] and not row["printed"] for row in derived)
    assert any("; " in row["line"] for row in derived)


def test_a_text_that_could_run_is_inert_in_every_file(evil: Brief, tmp_path: Path) -> None:
    write_downloads(tmp_path, evil)
    for name in ("figures.csv", "findings.csv"):
        for row in read_csv(tmp_path / name):
            for column, cell in row.items():
                assert disarm(cell) == cell or _is_number(cell), (name, column, cell)
    finding = read_csv(tmp_path / "findings.csv")[0]
    assert finding["arithmetic"] == f"'{EVIL}"
    assert float(finding["difference"]) == -70
    book = load_workbook(tmp_path / "brief.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b", "d"}
    texts = [cell for cell in cells if isinstance(cell.value, str)]
    assert all(cell.quotePrefix for cell in texts if cell.value.startswith(FORMULA_STARTS))
    assert EVIL in {cell.value for cell in texts}
    assert f"+{EVIL}" in {cell.value for cell in texts}
    told = json.loads((tmp_path / "brief.json").read_text("utf-8"))
    assert told["findings"][0]["arithmetic"] == EVIL


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_every_dangerous_beginning_is_disarmed_and_a_number_is_not(start: str) -> None:
    assert disarm(f"{start}1") == f"'{start}1"
    assert disarm(start) == start
    assert disarm(-1.5) == -1.5


def test_two_runs_give_the_same_bytes(evil: Brief, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_downloads(tmp_path / name, evil)
    assert read_all(tmp_path / "one") == read_all(tmp_path / "two")


def test_a_workbook_carries_no_time_of_making(evil: Brief, tmp_path: Path) -> None:
    write_downloads(tmp_path, evil)
    properties = load_workbook(tmp_path / "brief.xlsx").properties
    assert properties.created.year == properties.modified.year == 1980


def check_package(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    files = {resource["path"] for resource in package["resources"]}
    lying = {path.name for path in folder.iterdir() if path.suffix in (".csv", ".json", ".xlsx")}
    assert files == lying - {"datapackage.json"}
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        if resource["path"].endswith(".csv"):
            check_table(resource, content.decode())


def check_table(resource: Any, text: str) -> None:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields] == text.splitlines()[0].split(",")
    assert all(field["description"] for field in fields)
    for field in fields:
        cells = [row[field["name"]] for row in rows if row[field["name"]]]
        if field["type"] in ("number", "integer"):
            assert all(map(_is_number, cells)), field
        if field["type"] == "boolean":
            assert set(cells) <= {"true", "false"}, field
    keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows]
    assert len(keys) == len(set(keys))


def test_the_descriptors_match_the_files(site: Path) -> None:
    folders = [path.parent for path in site.rglob("datapackage.json")]
    assert len(folders) == len(list(site.rglob("brief.xlsx"))) + 1
    for folder in folders:
        check_package(folder)


def test_frictionless_accepts_every_package(site: Path) -> None:
    packages = [PROJECT.processed / "datapackage.json", site / "data" / "datapackage.json"]
    for path in [*packages, *site.glob("*/183-*/*/datapackage.json")]:
        report = frictionless.validate(path)
        assert report.valid, report.flatten(["fieldName", "message"])[:3]
        assert {task.name for task in report.tasks} >= {"findings"}
        package = json.loads(path.read_text("utf-8"))
        assert all(each["licenses"] for each in package["resources"])


def test_the_readme_explains_every_column_in_the_words_of_the_descriptor(site: Path) -> None:
    words, folder = load_words_of("en"), next(site.glob("vi/183-*/*/brief.xlsx")).parent
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    fields = package["resources"][0]["schema"]["fields"]
    assert {each["name"]: each["description"] for each in fields} == {
        name: words.plain(f"column.{name}") for name in FIGURE_COLUMNS
    }
    rows = read_sheet(folder / "brief.xlsx", "read-me")
    explained = {(row["sheet"], row["column"]) for row in rows}
    assert {("figures", name) for name in FIGURE_COLUMNS} <= explained
    assert all(row["meaning_vi"] for row in rows)


def test_every_link_of_the_site_lands(site: Path) -> None:
    downloads, lost = set(), []
    for page in site.rglob("*.html"):
        for link in list_values("href", page.read_text("utf-8")):
            target = unquote(urldefrag(link)[0])
            if urlsplit(link).scheme or not target:
                continue
            assert not target.startswith("/")
            goal = (page.parent / target).resolve()
            if goal.suffix != ".html":
                downloads.add(goal)
            if not goal.is_file():
                lost.append(f"{page.relative_to(site)}: {link}")
    assert not lost
    lying = {path.resolve() for path in site.rglob("*") if path.is_file()}
    of_site = {(site / name).resolve() for name in ("pages.json", ".cchc.json")}
    assert {path for path in lying if path.suffix != ".html"} - downloads == of_site


def test_the_site_holds_the_tables_and_how_to_cite_them(
    site: Path, run: tuple[Reference, Tables]
) -> None:
    folder = site / "data"
    assert {path.name for path in folder.iterdir() if path.is_file()} == {*SITE_FILES, CITATION}
    books = sorted(folder.glob("*/cchc.xlsx"))
    assert folder / "20-tinh-lang-son" / "cchc.xlsx" in books
    assert (site / "data" / CITATION).read_bytes() == (PROJECT.root / CITATION).read_bytes()
    _, tables = run
    for name in ("observations", "indicators", "findings"):
        count = len(getattr(tables, name))
        assert len(read_csv(site / "data" / f"{name}.csv")) == count
        assert sum(count_rows(book, name) for book in books) == count


def test_the_tables_of_the_site_name_their_areas(site: Path, run: tuple[Reference, Tables]) -> None:
    reference, _ = run
    names = {area_id: row["name"] for area_id, row in reference.area_rows.items()}
    for name in ("observations", "indicators", "findings"):
        rows = read_csv(site / "data" / f"{name}.csv")
        assert {row["area"] for row in rows} <= {*names.values(), ""}
        assert all(row["area"] == names.get(row["area_id"], "") for row in rows)
        assert any(row["area"] for row in rows)
    package = json.loads((site / "data" / "datapackage.json").read_text("utf-8"))
    described = next(each for each in package["resources"] if each["name"] == "indicators")
    told = [field["name"] for field in described["schema"]["fields"]]
    assert told[told.index("area_id") + 1] == "area"
    with (site / "data" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == told


def test_the_listing_names_every_page_without_a_host(site: Path) -> None:
    pages = json.loads((site / "pages.json").read_text("utf-8"))["pages"]
    assert [page["path"] for page in pages] == sorted(
        path.relative_to(site).as_posix() for path in site.rglob("*.html")
    )
    assert all(page["title"] and page["language"] in ("vi", "en") for page in pages)
    told = [page for page in pages if "area" in page]
    assert len(told) == len(list(site.rglob("brief.json")))
    assert all(page["grade"] in "ABCD" and page["period"] for page in told)


def test_the_rows_of_a_workbook_are_those_that_openpyxl_writes() -> None:
    cells = ["=1+1", " x ", "a&b<c>\"'", "-", "", None, "line\nbreak", "tab\t", "\n"]
    numbers = [1.5, 2.0, float("nan"), 1e300, -0.1, 1 / 3, 2.0**60, 1e-7, 12345678901234.0]
    is_odd = [True, False, True, False, True, False, True, False, True]
    table = pd.DataFrame({"text": cells, "number": numbers, "is_odd": is_odd, "n": range(9)})
    book = Workbook(write_only=True)
    sheet = book.create_sheet("x")
    sheet.append([*table.columns])
    for row in list_rows(table):
        sheet.append([tell_cell(sheet, value) for value in row.values()])
    book.save(written := io.BytesIO())
    own = io.BytesIO(bind_workbook({"x": table}, "x"))

    def read_rows(archive: zipfile.ZipFile) -> bytes:
        rows = archive.read("xl/worksheets/sheet1.xml").partition(b'<row r="2">')[2]
        # The head is bold in one of them, so that the style of a text has another number.
        return re.sub(rb' s="\d"', b' s="n"', rows.partition(b"</sheetData>")[0])

    with zipfile.ZipFile(written) as expected, zipfile.ZipFile(own) as found:
        assert read_rows(found) == read_rows(expected)
        assert b'quotePrefix="1"' in found.read("xl/styles.xml")


def test_a_sitemap_holds_whole_addresses_of_every_page() -> None:
    pages = [{"path": "index.html"}, {"path": "vi/1-sông/2022/index.html"}, {"path": "a&b.html"}]
    sitemap = bind_sitemap(pages, "https://example.org/cchc/").decode()
    assert re.findall(r"<url><loc>(.*?)</loc></url>", sitemap) == [
        "https://example.org/cchc/",
        "https://example.org/cchc/a%26b.html",
        "https://example.org/cchc/vi/1-s%C3%B4ng/2022/",
    ]


@pytest.mark.slow
def test_a_site_whose_downloads_fail_leaves_the_former_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    reference, tables = load_few()
    own = tables.findings["source_id"].iloc[:1]  # one source is a site as well
    kept = {name: table[table["source_id"].isin(own)] for name, table in vars(tables).items()}
    tables = Tables(**{name: table.reset_index(drop=True) for name, table in kept.items()})
    monkeypatch.setattr(site_module, "open_workforce", Here(name_task))
    build_here(tables, reference, out)
    before = read_all(out)
    assert any(name.endswith(".html") for name in before)

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lists_module, "write_site_downloads", fail)
    with pytest.raises(BriefError, match=r"the disk is full; .* the old site is untouched"):
        build_here(replace(tables, findings=tables.findings.iloc[1:]), reference, out)
    assert read_all(out) == before


def test_licences_travel_with_the_rows_and_withheld_rows_stay_at_home(tmp_path: Path) -> None:
    reference, tables = load_real()
    panel = tables.sources["kind"] == "panel"
    ids = tables.sources.loc[panel, "source_id"].tolist()
    licence = tables.sources["licence"].mask(tables.sources["source_id"] == ids[0], "terms of A")
    publish = tables.sources["publish"].mask(tables.sources["source_id"] == ids[1], "no")
    marked = replace(tables, sources=tables.sources.assign(licence=licence, publish=publish))
    told, withheld = pipeline.withhold(marked)
    assert withheld == (ids[1],)
    write_site_downloads(tmp_path, PROJECT, told, reference)
    for name in ("indicators", "observations"):
        rows = pd.read_csv(tmp_path / "data" / f"{name}.csv", dtype=str, keep_default_na=False)
        assert set(rows.loc[rows["source_id"] == ids[0], "licence"]) == {"terms of A"}
        assert ids[1] not in set(rows["source_id"])
        assert ids[1] in set(getattr(tables, name)["source_id"])
    package = json.loads((tmp_path / "data" / "datapackage.json").read_text("utf-8"))
    for licences in (package["licenses"], *(each["licenses"] for each in package["resources"])):
        assert "terms of A" in {each["title"] for each in licences}
    sources = pd.read_csv(tmp_path / "data" / "sources.csv", dtype=str, keep_default_na=False)
    assert "terms of A" in set(sources["licence"])


def test_tables_without_rows_keep_their_columns_when_a_source_is_withheld() -> None:
    """Where no report contradicts itself there are no findings, and still their columns."""
    tables = load_real()[1]
    publish = tables.sources["publish"].mask(tables.sources["kind"] == "panel", "no")
    none = {name: table.iloc[:0] for name, table in vars(tables).items() if name != "sources"}
    told, withheld = pipeline.withhold(
        replace(tables, **none, sources=tables.sources.assign(publish=publish))
    )
    assert withheld
    for name, table in vars(tables).items():
        assert list(getattr(told, name).columns) == list(table.columns), name


def test_a_page_on_a_panel_says_under_which_licence_its_values_stand() -> None:
    reference, tables = load_real()
    words = load_words_of("vi")
    board = open_board(tables, reference, ("pci", "", "", ""), words)
    page = read_text(board.show_methods().html)
    terms = set(tables.sources.set_index("source_id").loc[["pci_2016"], "licence"])
    assert all(str(words.licence(each)) in page for each in terms)
    values = pd.read_csv(io.BytesIO(format_values(board)), dtype=str, keep_default_na=False)
    assert set(values.loc[values["source_id"] == "pci_2016", "licence"]) == terms
