"""Files made to do harm, or only unlucky, are refused in a sentence through whatever door."""

from __future__ import annotations

import cProfile
import pstats
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cchc_analysis.data import outside
from cchc_analysis.data.files import load_text_table
from cchc_analysis.data.outside import MOST_COLUMNS, load_json, load_yaml
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.errors import CchcError, ReportError
from cchc_analysis.panels import validate_table
from cchc_analysis.panels.cells import open_sheets
from cchc_analysis.read.documents import open_document, read_lines
from cchc_analysis.read.recognise import load_wording, read_document
from cchc_analysis.read.recognise.outline import LONGEST, PIECE, cut_lines
from cchc_analysis.read.review import mark_lines
from cchc_analysis.rules.suites import load_suite_file

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "tests" / "made_up" / "reports"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


MAPPINGS = {
    "deep": ("[" * 5_000, "entries inside entries"),
    "deep mapping": ("{a: " * 5_000, "entries inside entries"),
    "repeated": ("a: &a {b: 1}\nc: [*a, *a]", r"\*a, which repeats"),
    "inside itself": ("a: &a [*a]", r"\*a, which repeats"),
    "merged": ("a: &a {b: 1}\nc:\n  <<: *a", r"\*a, which repeats"),
    "no day": ("a: 2024-13-45", "not YAML"),
    "tag": ("a: !!python/object/apply:os.system ['true']", "not YAML"),
    "key": ("? [a, {b: c}]\n: d", "not YAML"),
    "twice": ("sheet: a\nsheet: b", "the key .sheet. stands twice"),
    "twice below": ("columns: {a: {indicator: x}, a: {indicator: y}}", "the key .a. stands twice"),
    "long": ("a: " + "x" * (11 * 2**20), "11 MB"),
    "other encoding": ("tên: số".encode("utf-16"), "is not UTF-8"),
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_that_would_not_end_is_refused(tmp_path: Path, name: str) -> None:
    content, words = MAPPINGS[name]
    path = write(tmp_path, "mapping.yml", content)
    with pytest.raises(ReportError, match=words):
        load_yaml(path)


def test_a_mapping_of_too_many_entries_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "MOST_NODES", 9)
    path = write(tmp_path, "mapping.yml", "a: &a\n" + "- [x]\n" * 3)
    assert load_yaml(path) == {"a": [["x"]] * 3}
    with pytest.raises(ReportError, match="more than 9 entries; expected at most 9"):
        load_yaml(write(tmp_path, "mapping.yml", "a:\n" + "- [x]\n" * 4))


@pytest.mark.parametrize(
    "content", ["[" * 100_000, "{", "1" * 5_000, b"\xff", "", '{"name": "a", "name": "b"}']
)
def test_json_that_is_none_is_refused(tmp_path: Path, content: str | bytes) -> None:
    path = write(tmp_path, "suite.json", content)
    with pytest.raises(ReportError):
        load_json(path)
    with pytest.raises(CchcError):
        load_suite_file(path)


def merge_all(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    path = folder / "merged.xlsx"
    book.save(path)
    ref = b"<mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>"
    return patch_sheet(path, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + ref))


def patch_sheet(path: Path, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content) if "worksheets/" in name else content)
    return path


def last_corner(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.cell(1_048_576, 16_384, 1)
    book.save(folder / "corner.xlsx")
    return folder / "corner.xlsx"


def unpacked(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.save(folder / "bomb.xlsx")
    row = b"<row><c><v>1</v></c></row>" * 1_000
    return patch_sheet(
        folder / "bomb.xlsx",
        lambda xml: xml.replace(b"</sheetData>", row * 1_200 + b"</sheetData>"),
    )


def entities(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.save(folder / "entities.xlsx")
    start = b"<!DOCTYPE x [<!ENTITY a 'b'>]>"
    return patch_sheet(folder / "entities.xlsx", lambda xml: start + xml)


def foreign_grammar(folder: Path) -> Path:
    """A sheet that asks for a grammar outside, which may define entities as well."""
    return patch_sheet(
        entities(folder),
        lambda xml: xml.replace(b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!DOCTYPE x SYSTEM 'a.dtd'>"),
    )


def repeated_text(folder: Path) -> Path:
    """A few kilobytes that hold a million times the same megabyte."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    words = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), ["x" * 2**20])
    pq.write_table(pa.table({"a": words}), folder / "bomb.parquet", compression="zstd")
    return folder / "bomb.parquet"


HARMFUL = {
    merge_all: "17179869184 merged cells",
    last_corner: "1048576 rows and 16384 columns",
    unpacked: "MB packed into",
    entities: "entities of its own",
    foreign_grammar: "entities of its own",
    repeated_text: "too much time or memory|cannot be read|no parser",
}


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("make", HARMFUL)
def test_a_table_that_would_not_end_is_refused(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    with pytest.raises(ReportError, match=HARMFUL[make]):
        open_sheets(path)
    if path.suffix == ".xlsx":
        with pytest.raises(ReportError, match=HARMFUL[make]):
            open_document(path)


@pytest.mark.usefixtures("apart")
def test_a_cell_of_a_typed_table_is_no_longer_than_one_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "long.parquet"
    for letters in (32_767, 32_768):
        pd.DataFrame({"a": ["x" * letters]}).to_parquet(path)
        if letters == 32_767:
            assert len(open_sheets(path)) == 1
    with pytest.raises(ReportError, match="a cell of 32768 letters; expected at most 32767"):
        open_sheets(path)


TEXTS = {
    "columns": ("," * (MOST_COLUMNS + 1) + "\n1\n", "at most 16384 columns"),
    "cells": ("," * 10_000 + "\n" + "1\n" * 3_000, "at most 16384 columns and 20000000 cells"),
    "marks": ("a,b\n" + "e" + "\u0301\u0323" * 5_000 + ",1\n", "heaps of marks"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_would_not_end_is_refused(tmp_path: Path, project: Project, name: str) -> None:
    content, words = TEXTS[name]
    path = write(tmp_path, "table.csv", content)
    with pytest.raises(ReportError, match=words):
        open_sheets(path)
    if name != "marks":
        with pytest.raises(ReportError, match=words):
            validate_table(path, None, load_reference(project.reference), project.expectations)
    with pytest.raises(ReportError, match="heaps of marks"):
        open_document(write(tmp_path, "a.txt", TEXTS["marks"][0]))


def test_a_table_of_ours_has_no_thousand_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "areas.csv", "," * 100_000 + "\n")
    with pytest.raises(ReportError, match="100001 columns"):
        load_text_table(path, ["a"])


def test_what_is_hidden_in_a_sheet_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Huyện", "Số hồ sơ", "Ghi chú"], *([f"Huyện {n}", n, "x"] for n in range(1, 6))):
        sheet.append(row)
    for number in (3, 4, 6, 40):
        sheet.row_dimensions[number].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.column_dimensions["H"].hidden = True
    path = tmp_path / "hidden.xlsx"
    book.save(path)
    words = "hidden in the sheet, and counted: rows 3 to 4, 6 and column C"
    [opened] = open_sheets(path)
    assert opened.remark == words
    assert [remark.endswith(words) for remark in open_document(path).remarks] == [True]
    assert len(opened.cells) == 6, "told, and not left out"


def test_nothing_of_the_folder_one_works_in_is_imported(tmp_path: Path) -> None:
    for name in ("openpyxl", "resource", "pandas", "json", "zipfile"):
        write(tmp_path, f"{name}.py", f"open('ran', 'a').write('{name} ')\n")
    book = openpyxl.Workbook()
    book.active.append(["Tiếp nhận 12 hồ sơ."])
    book.save(tmp_path / "report.xlsx")
    code = (
        "from pathlib import Path; from cchc_analysis.read.documents import open_document; "
        "from cchc_analysis.panels.cells import open_sheets; "
        "print(len(open_document(Path('report.xlsx')).lines), "
        "open_sheets(Path('report.xlsx'))[0].name)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "2 report.xlsx\n"), done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_program_that_is_started_from_somewhere_imports_nothing_there(tmp_path: Path) -> None:
    for name in ("json", "argparse", "pandas", "resource"):
        write(tmp_path, f"{name}.py", f"open('ran', 'a').write('{name} ')\n")
    script = Path(sys.executable).with_name("cchc")
    for command in ([str(script)], [sys.executable, "-m", "cchc_analysis"]):
        done = subprocess.run(
            [*command, "--root", str(ROOT), "list", "indicators"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert not (tmp_path / "ran").exists(), command


# --- Long lines -----------------------------------------------------------------------------------


def make_text(letters: int) -> str:
    """Ordinary sentences on one line, each with numbers of its own."""
    sentences = [
        line.strip()
        for path in sorted(REPORTS.glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip() and "\t" not in line
    ]
    text = ""
    for n in range(10**6):
        text += f"{sentences[n % len(sentences)]} Lần thứ {n}. "
        if len(text) >= letters:
            return text[:letters]
    return text


LONG = {
    "sentences": make_text,
    "digits": lambda letters: "Kết quả " + "1" * letters + " hồ sơ",
    "groups": lambda letters: "Kết quả " + ".".join(["123"] * (letters // 4)) + " hồ sơ",
    "numbers": lambda letters: " ".join(f"{n}," for n in range(letters // 5)),
    "no space": lambda letters: "x" * letters + "12",
    "cell": lambda letters: f"Nội dung\tSố\n{make_text(letters)}\t12",
    "tables": lambda letters: "\n".join(f"a{n}\t{n}\t13" for n in range(letters // 9)),
    "blank": lambda letters: "\n" * letters,
}


@pytest.fixture(scope="module")
def read() -> Callable[[str], object]:
    reference = load_reference(ROOT / "data" / "reference")
    wording = load_wording(ROOT / "data" / "reference" / "wording.yml", reference.indicator_rows)

    def read_text(text: str) -> object:
        return read_document(read_lines(text), reference, wording)

    read_text(make_text(100))  # what is looked up once is no work that grows
    return read_text


@pytest.mark.parametrize(
    ("kind", "letters"),
    [
        *(
            (
                kind,
                {"sentences": 4_000, "cell": 4_000, "tables": 1_500}.get(kind, 3_000),
            )
            for kind in LONG
            if kind != "numbers"
        ),
        pytest.param("numbers", 3_000, marks=pytest.mark.slow),
        pytest.param("numbers", 6_000, marks=pytest.mark.soak),
    ],
)
def test_twice_the_text_takes_twice_the_work(
    kind: str, letters: int, read: Callable[[str], object]
) -> None:
    calls = []
    for length in (letters, 2 * letters):
        profile = cProfile.Profile()
        text = LONG[kind](length)
        profile.runcall(read, text)
        calls.append(vars(pstats.Stats(profile))["total_calls"])
    assert calls[1] < 2.6 * calls[0], "work grows faster than the text"


def test_marking_twice_the_numerals_of_a_line_takes_twice_the_work() -> None:
    calls = []
    for count in (200, 400):
        others = [{"line": 1, "start": 3 * at, "text": "9", "kind": "x"} for at in range(count)]
        text = {"lines": [(1, "9, " * count)], "others": others}
        profile = cProfile.Profile()
        (_, pieces), *_ = profile.runcall(list, mark_lines([], text))
        assert "".join(piece[0] for piece in pieces) == "9, " * count
        assert sum(piece[2] == "x" for piece in pieces) == count
        calls.append(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]
    assert calls[1] < 2.6 * calls[0], "work grows faster than the line"


def test_numerals_of_a_long_line_stand_where_they_stand(read: Callable[[str], object]) -> None:
    text = make_text(20_000)
    numerals = read(text).numerals[1]  # type: ignore[attr-defined]
    assert len(numerals) > 200
    assert all(text[each.start : each.end] == each.text for each in numerals)
    assert [each.start for each in numerals] == sorted({each.start for each in numerals})


def test_only_lines_that_nobody_writes_are_cut_and_at_ends_of_sentences() -> None:
    short, long = "Một câu. " * (LONGEST // 10), make_text(LONGEST * 4)
    lines = [*cut_lines(read_lines(f"{short}\n{long}\na\tb\n{long}\tb").lines)]
    assert [line.text for line in lines if line.number in (1, 3)] == [short, "a\tb"]
    pieces = [line for line in lines if line.number == 2]
    assert "".join(piece.text for piece in pieces) == long
    assert [long[piece.start :].startswith(piece.text) for piece in pieces] == [True] * len(pieces)
    assert max(len(piece.text) for piece in pieces) <= PIECE
    assert all(piece.text.rstrip()[-1:] in ".;!?" for piece in pieces[:-1])
    assert all(not line.cells for line in lines if line.number == 4)


def test_digits_without_end_are_no_figure(read: Callable[[str], object]) -> None:
    reading = read("Tiếp nhận " + "1" * 20_000 + " hồ sơ, trong đó 12 hồ sơ trực tuyến.")
    assert [each.text for each in reading.numerals[1]] == ["12"]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("apart")
def test_a_table_of_pandas_is_no_bomb(tmp_path: Path) -> None:
    pd.DataFrame({"area": ["a"] * 1_000, "value": range(1_000)}).to_parquet(tmp_path / "a.parquet")
    assert len(open_sheets(tmp_path / "a.parquet")[0].cells) == 1_000
