"""What lies beside a brief for those who go on computing.

Figures and findings as CSV, JSON and one workbook, with a Data Package descriptor. The values are
those of the page, under the anchors of their notes. In CSV a text that a spreadsheet could run as a
formula begins with an apostrophe; JSON holds every text as it is. A workbook is the same to the
byte, with a fixed time, and a text in it that begins like a formula is marked as text.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache, partial
from pathlib import Path
from string import ascii_uppercase
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.data import export
from cchc_analysis.data.clean import is_day
from cchc_analysis.data.files import format_table, list_rows, replacing, write_bytes, write_json
from cchc_analysis.data.records import FINDING_COLUMNS, FINDING_KEY, TYPES, load_own
from cchc_analysis.data.words import COMPARATOR_SIGNS, Words, load_words, plain

BRIEF_FILES = ("brief.xlsx", "figures.csv", "findings.csv", "brief.json", "datapackage.json")
"""What lies beside every brief, in the order of the links."""

RERUN = "rerun.zip"
"""The kit beside a brief from which anybody makes the page again (``site.rerun``)."""

SITE_FILES = (
    *("observations.csv", "indicators.csv", "findings.csv", "sources.csv"),
    "datapackage.json",
)
"""What lies in ``data/`` of the site, in the order of the links."""

SITE_FOLDER = "data"

ROWS_AT_ONCE = 20_000

_DOWNLOADS: Mapping[str, list[str]] = load_own("columns")["downloads"]
FIGURE_COLUMNS, LISTED = _DOWNLOADS["figures"], _DOWNLOADS["listed"]
OWN_TYPES = TYPES | dict.fromkeys(LISTED, "string") | {"contradiction": "integer"}

MEDIA_TYPES = {
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_downloads(folder: Path, brief: Brief) -> None:
    """Put the figures and findings of a brief into the folder of its page."""
    from cchc_analysis import __version__

    words, tables = brief.words, tabulate_brief(brief)
    area, period = words.place(brief.area), words.period(brief.period)
    title = words.plain("head.title", area=area, period=period)
    english, resources = load_words(words.folder, "en"), []
    for name, key in (("figures", ("note",)), ("findings", FINDING_KEY)):
        resources.append(write_csv(folder, name, tables[name], key, english))
    told: dict[str, Any] = {"title": title, "language": brief.lang}
    told |= {"area_id": brief.area["area_id"], "area": brief.area["name"]}
    told |= {"period": brief.period, "period_start": brief.start, "period_end": brief.end}
    told |= {"grade": brief.grade.letter, "version": __version__}
    for name, table in tables.items():
        told[name] = [{key: simplify(cell) for key, cell in r.items()} for r in list_rows(table)]
    write_json(folder / "brief.json", told)
    until = words.date(brief.end)
    citation = words.plain("downloads.cite", title=title, version=__version__, until=until)
    sheets = tables | {"read-me": tell_columns(tables, title, [words], [citation])}
    front = partial(write_front, brief=brief, title=title, citation=citation)
    write_bytes(folder / "brief.xlsx", bind_workbook(sheets, title, front))
    for end, kind in MEDIA_TYPES.items():
        resources.append(export.describe_file(folder / f"brief{end}", kind))
    name = f"cchc-{brief.area['area_id']}-{brief.period}-{brief.lang}".lower()
    export.write_package(folder, name, title, resources)


def tabulate_brief(brief: Brief) -> dict[str, pd.DataFrame]:
    """The tables of a brief: ``figures``, ``findings`` and ``sources``, texts as they are."""
    numbers = [brief.contradiction_of[each].number for each in brief.findings["finding_id"]]
    findings = brief.findings.assign(contradiction=pd.Series(numbers, brief.findings.index, int))
    findings = findings.sort_values(["contradiction", "finding_id"], ignore_index=True)
    return {
        "figures": tabulate_entries(brief, brief.entries),
        "findings": findings[["contradiction", *FINDING_COLUMNS]],
        "sources": tabulate_sources(brief.sources),
    }


def tabulate_sources(sources: pd.DataFrame) -> pd.DataFrame:
    """Who stands behind the figures, and what may be done with them."""
    return sources.reindex(columns=_DOWNLOADS["sources"], fill_value="").reset_index(drop=True)


def tabulate_entries(brief: Brief, entries: Iterable[Entry]) -> pd.DataFrame:
    """Values, a row each, with document, place and digits of the figures behind them."""
    titles, rows = brief.sources.set_index("source_id")["title"], []
    for entry in entries:
        own = entry.source_id.partition(" ")[0]
        printed = [brief.printed[each] for each in entry.figures if each in brief.printed]
        parts = {name: "; ".join(str(row[name]) for row in printed) for name in LISTED}
        named = {
            "area": (brief.reference.find_on(entry.area_id, brief.end) or {}).get("name", ""),
            "name": plain(brief.name_entry(entry)),
            "figures": " ".join(id_ if of == own else f"{of}/{id_}" for of, id_ in entry.figures),
            "document": "; ".join(titles[row["source_id"]] for row in printed),
            "findings": " ".join(entry.findings),
        }
        digits = {"printed": ""} if entry.is_derived else {}
        rows.append(vars(entry) | parts | named | digits)
    return pd.DataFrame(rows, columns=FIGURE_COLUMNS)


def tell_columns(
    tables: Mapping[str, pd.DataFrame], title: str, words: list[Words], citations: list[str]
) -> Any:
    """The sheet that says what the others hold and how to cite them, in the languages given."""
    from cchc_analysis import __version__

    rows = [
        ["", "cchc_analysis", __version__, *[title] * len(words)],
        ["", "", "CC-BY-4.0", *(each.plain("downloads.readme") for each in words)],
        ["", "", "", *(each.plain("downloads.csv") for each in words)],
        ["", "", "", *citations],
    ] + [
        [sheet, name, OWN_TYPES.get(name, "string"), *(w.plain(f"column.{name}") for w in words)]
        for sheet, table in tables.items()
        for name in table.columns
    ]
    names = ["sheet", "column", "type", *(f"meaning_{each.lang}" for each in words)]
    return pd.DataFrame(rows, columns=names)


def write_csv(
    folder: Path,
    name: str,
    table: pd.DataFrame,
    key: Iterable[str],
    words: Words,
    finished: bytes = b"",
) -> dict[str, Any]:
    """Write a table into a folder, or its file as it was, and tell its entry in the descriptor.

    In pieces: as text it takes many times the room that it takes as a table.
    """
    path = folder / f"{name}.csv"
    with replacing(path) as fresh, fresh.open("w", encoding="utf-8", newline="") as file:
        file.write(finished.decode())
        for start in () if finished else range(0, max(len(table), 1), ROWS_AT_ONCE):
            part = table.iloc[start : start + ROWS_AT_ONCE]
            texts = part.select_dtypes(["str", "object"])
            armed = [n for n in texts if any(disarm(each) != each for each in texts[n].unique())]
            text = format_table(part.assign(**{str(n): part[n].map(disarm) for n in armed}))
            file.write(text if start == 0 else text.partition("\n")[2])
    meanings = {str(column): words.plain(f"column.{column}") for column in table}
    return export.describe_table(path, meanings, key, OWN_TYPES)


def disarm(cell: Any) -> Any:
    """A cell for CSV: text that could run begins with an apostrophe, numbers stay numbers.

    A sign that stands alone is no formula.

    >>> disarm("=SUM(A1)"), disarm(-5.0), disarm("="), disarm("a=b")
    ("'=SUM(A1)", -5.0, '=', 'a=b')
    """
    is_formula = isinstance(cell, str) and len(cell) > 1 and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

LONGEST_CELL = 32_767
"""Characters in a cell of a workbook; more and Excel calls the file broken."""

_WIDEST = 60
_STAMP = re.compile(rb'(<dcterms:(?:created|modified) xsi:type="dcterms:W3CDTF">)[^<]*')
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def bind_workbook(
    sheets: Mapping[str, pd.DataFrame], title: str, write_first: Callable[[Any], None] | None = None
) -> bytes:
    """The bytes of a workbook: a sheet that is written otherwise, then one per table."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "cchc_analysis"
    if write_first:
        write_first(book)
    rows = {}
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        rows[f"xl/worksheets/sheet{len(book.worksheets)}.xml"] = _write_table(sheet, table)
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    # The same archive with rows in its sheets, without the time at which it was made.
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name)  # of 1980
            entry.create_system = 0
            part = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", old.read(name))
            whole = part.replace(b"</sheetData>", rows.get(name, b"") + b"</sheetData>")
            new.writestr(entry, whole, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _write_table(sheet: Any, table: pd.DataFrame) -> bytes:
    """A header that stays in sight and can be filtered; and the rows below it as bytes.

    They are what openpyxl would write: one cell of it takes 30 µs.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    @lru_cache(maxsize=None, typed=True)
    def write(value: Any) -> str:
        return _write_cell(tell_cell(sheet, value))

    letters = [get_column_letter(number + 1) for number in range(max(len(table.columns), 1))]
    columns = [table[name].to_numpy(object).tolist() for name in table.columns]
    for letter, name, values in zip(letters, table.columns, columns, strict=False):
        longest = max(len(str(value)) for value in {name, *values})
        sheet.column_dimensions[letter].width = float(min(max(longest + 2, 8), _WIDEST))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{letters[-1]}{len(table) + 1}"
    heads = [WriteOnlyCell(sheet, name) for name in table.columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    cells = [
        [f'<c r="{letter}{n}"{cell}' if cell else "" for n, cell in enumerate(map(write, each), 2)]
        for letter, each in zip(letters, columns, strict=False)
    ]
    lines = enumerate(map("".join, zip(*cells, strict=True)), start=2)
    return "".join(f'<row r="{number}">{line}</row>' for number, line in lines).encode()


def _write_cell(told: Any) -> str:
    """What stands in a cell, from behind the name of its place."""
    if told is None:
        return ""
    style, value = "", told
    if hasattr(told, "quotePrefix"):
        style, value = f' s="{told.style_id}"', told.value
    if isinstance(value, str):
        kept = "" if value.strip() in ("", value) else ' xml:space="preserve"'
        return f'{style} t="inlineStr"><is><t{kept}>{escape(value)}</t></is></c>'
    return f' t="{"b" if isinstance(value, bool) else "n"}"><v>{value:.16g}</v></c>'


def tell_cell(sheet: Any, value: Any) -> Any:
    """A number as a number, no value as an empty cell, all else as text that cannot run."""
    if isinstance(value, str):
        from openpyxl.cell import WriteOnlyCell

        text = _ILLEGAL.sub("", value)[:LONGEST_CELL]
        if not text.startswith(FORMULA_STARTS):
            return text or None
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell
    return simplify(value)


def simplify(cell: Any) -> Any:
    """A whole number without a point, as far as it is exact; nothing for a missing one."""
    if not isinstance(cell, float):
        return cell
    if math.isnan(cell):
        return None
    return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell


LOOKS: Mapping[str, tuple[int, Mapping[str, Any]]] = load_own("columns")["sheet"]
"""The width of each column of the sheet, and how it looks."""
DATE_FORMATS = {"vi": "dd/mm/yyyy", "en": "d mmm yyyy"}


def write_front(book: Any, brief: Brief, title: str, citation: str) -> None:
    """Put the sheet into a workbook that has none yet; its print-out fits the width of A4."""
    words, sheet = brief.words, book.create_sheet(brief.words.plain("sheet.name"))
    lines = [f"{words.plain('sheet.period')}: {plain(words.span(brief.start, brief.end))}"]
    for source in brief.documents:
        facts = [str(source[name]) for name in ("issuer", "title", "number") if source[name]]
        lines.append(f"[{brief.letter_of[source['source_id']]}] {', '.join(facts)}")
    lines += [f"{words.plain('sheet.cite')}: {citation}", words.plain("sheet.note"), ""]
    for letter, (width, _) in zip(ascii_uppercase, LOOKS.values(), strict=False):
        sheet.column_dimensions[letter].width = width
    names_at = len(lines) + 2
    sheet.freeze_panes, sheet.print_title_rows = f"B{names_at + 1}", f"{names_at}:{names_at}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "&P/&N"
    sheet.print_options.gridLines = True
    sheet.append([_write(sheet, title, bold=True, size=14)])
    for line in lines:
        sheet.append([_write(sheet, line)])
    names = [words.plain(f"sheet.{name}") for name in LOOKS]
    sheet.append([_write(sheet, name, bold=True, wrap=True, fill=True) for name in names])
    for part in AREAS:
        own = [e for e in brief.entries if part_of(brief.reference, e.indicator) == part]
        if own:
            sheet.append([_write(sheet, words.plain(f"part.title.{part}"), bold=True)])
        for entry in own:
            told = zip(_tell_entry(brief, entry), LOOKS.values(), strict=True)
            sheet.append([_write(sheet, *cell, **look) for cell, (_, look) in told])


def _tell_entry(brief: Brief, entry: Entry) -> Iterator[tuple[Any, ...]]:
    """What stands in each column of ``LOOKS``, with the form of a number or date."""
    words, own = brief.words, (e for e in brief.current if e.result and e.result.note == entry.note)
    judged = next(own, None)  # what was asked for this value in this period
    # As many decimals as were printed, with the sign of a bound.
    is_whole = entry.is_withheld or float(entry.value).is_integer()
    places = (0 if is_whole else 2) if entry.decimals is None else entry.decimals
    form = "#,##0" + ("." + "0" * places if places else "")
    if sign := COMPARATOR_SIGNS.get(entry.comparator, "").strip():
        form = f'"{sign} "{form}'
    yield (plain(brief.name_entry(entry)),)
    yield (plain(brief.name_scope(entry.scope, entry.area_id)),)
    for day in (entry.start, entry.end):
        yield date.fromisoformat(day) if is_day(day) else day, DATE_FORMATS[brief.lang]
    yield (words.plain(f"status.{entry.status}"),)
    yield words.plain("withheld") if entry.is_withheld else entry.value, form
    yield ("%" if entry.unit == "%" else plain(brief.tell_unit(entry, many=True)),)
    yield (brief.tell_plain(judged.target) if judged else "",)
    yield (words.plain(f"state.{judged.state}") if judged else "",)
    sections = dict.fromkeys(
        f"[{brief.letter_of[figure[0]]}] {brief.section_of(figure)}".strip()
        for figure in entry.figures
        if figure[0] in brief.letter_of
    )
    yield (
        words.plain("sheet.derived") if entry.is_derived else ", ".join(sections) or entry.document,
    )
    yield (", ".join(str(each.number) for each in brief.marks(entry)),)


def _write(sheet: Any, value: Any, form: str = "", **look: Any) -> Any:
    """A cell of a look; no text in it can run."""
    from openpyxl.cell import Cell, WriteOnlyCell

    told = tell_cell(sheet, value)
    cell = told if isinstance(told, Cell) else WriteOnlyCell(sheet, told)
    if form and not isinstance(value, str):
        cell.number_format = form
    for part, style in _make_styles(**look).items():
        setattr(cell, part, style)
    return cell


@cache
def _make_styles(
    *, bold: bool = False, size: int = 11, wrap: bool = False, side: str = "", fill: bool = False
) -> dict[str, Any]:
    """Font, alignment and the shade of a head; each made once."""
    from openpyxl.styles import Alignment, Font, PatternFill

    alignment = Alignment(horizontal=side or None, vertical="top", wrap_text=wrap)
    shade = {"fill": PatternFill("solid", fgColor="E4ECF4")} if fill else {}
    return {"font": Font(bold=bold, size=size), "alignment": alignment} | shade
