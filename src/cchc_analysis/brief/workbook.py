"""Tables into one XLSX file that is the same to the byte, and in which no text can run.

A text that begins like a formula is stored as text and marked as such, so that it stays text when
somebody edits the cell. Zip entries and document properties carry a fixed time: the file says what
it holds, not when it was made.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from cchc_analysis.brief.report import AREAS, part_of
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.words import COMPARATOR_SIGNS, plain

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.brief.content import Brief
    from cchc_analysis.brief.nouns import Entry

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

LONGEST_CELL = 32_767
"""Characters in a cell of a workbook; more and Excel calls the file broken."""

_WIDEST = 60
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_TIME = b"1980-01-01T00:00:00Z"
_STAMP = re.compile(rb'(<dcterms:(?:created|modified) xsi:type="dcterms:W3CDTF">)[^<]*')
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could run a text; a sign that stands alone is none.

    >>> is_formula("=1+1"), is_formula("="), is_formula("a=b")
    (True, False, False)
    """
    return len(text) > 1 and text.startswith(FORMULA_STARTS)


def bind_workbook(
    sheets: Mapping[str, pd.DataFrame], title: str, write_first: Callable[[Any], None] | None = None
) -> bytes:
    """The bytes of a workbook with one sheet per table.

    Args:
        sheets: The tables by the names of their sheets.
        title: The title in the document's properties.
        write_first: Puts a sheet of its own before them, into the workbook that it is given.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "cchc_analysis"
    if write_first:
        write_first(book)
    rows = {}
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        _write_head(sheet, table)
        rows[f"xl/worksheets/sheet{len(book.worksheets)}.xml"] = _write_rows(sheet, table)
    written = io.BytesIO()
    book.save(written)
    return _fix_archive(written.getvalue(), rows)


def _write_head(sheet: Any, table: pd.DataFrame) -> None:
    """A header that stays in sight and can be filtered."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for column, name in enumerate(table.columns, start=1):
        values = {name, *table[name].to_numpy(object).tolist()}
        longest = max(len(str(value)) for value in values)
        width = float(min(max(longest + 2, 8), _WIDEST))
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    last = get_column_letter(max(len(table.columns), 1))
    sheet.auto_filter.ref = f"A1:{last}{len(table) + 1}"
    heads = [WriteOnlyCell(sheet, name) for name in table.columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)


def _write_rows(sheet: Any, table: pd.DataFrame) -> bytes:
    """The rows under the header, as openpyxl would write them: one cell of it takes 30 µs."""
    from openpyxl.utils import get_column_letter

    @lru_cache(maxsize=None, typed=True)
    def write(value: Any) -> str:
        return _write_cell(tell_cell(sheet, value))

    letters = [get_column_letter(number + 1) for number in range(len(table.columns))]
    lines = []
    for number, row in enumerate(list_rows(table), start=2):
        told = zip(letters, map(write, row.values()), strict=True)
        cells = [f'<c r="{letter}{number}"{cell}' for letter, cell in told if cell]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(lines).encode()


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
    kind = "b" if isinstance(value, bool) else "n"
    return f' t="{kind}"><v>{value:.16g}</v></c>'


def tell_cell(sheet: Any, value: Any) -> Any:
    """A number as a number, no value as an empty cell, all else as text that cannot run."""
    if isinstance(value, str):
        text = _ILLEGAL.sub("", value)[:LONGEST_CELL]
        return _write_text(sheet, text) if text.startswith(FORMULA_STARTS) else text or None
    if isinstance(value, float) and math.isnan(value):
        return None
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if is_whole else value


def _write_text(sheet: Any, text: str) -> Any:
    """A text that a spreadsheet would run, as a cell that it shows."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _fix_archive(content: bytes, rows: Mapping[str, bytes]) -> bytes:
    """The same archive with rows in its sheets, without the time at which it was made."""
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            part = _STAMP.sub(rb"\g<1>" + _TIME, old.read(name))
            end = b"</sheetData>"
            new.writestr(entry, part.replace(end, rows.get(name, b"") + end))
    return fixed.getvalue()


COLUMNS = (
    *(("what", 52), ("scope", 16), ("start", 12), ("end", 12), ("status", 12), ("value", 14)),
    *(("unit", 14), ("target", 16), ("state", 15), ("place", 24), ("open", 16)),
)
"""What each column holds, and its width in letters."""
A4 = 9
"""How Excel numbers the paper."""
DATE_FORMATS = {"vi": "dd/mm/yyyy", "en": "d mmm yyyy"}
_BETWEEN = ", "


def write_front(book: Any, brief: Brief, citation: str) -> None:
    """Put the sheet into a workbook that has none yet."""
    sheet = book.create_sheet(brief.words.plain("sheet.name"))
    head = list(_tell_head(brief, citation))
    _set_up(sheet, len(head) + 1)
    for words, size in head:
        sheet.append([_write(sheet, words, bold=size > 0, size=size or None)])
    names = [brief.words.plain(f"sheet.{name}") for name, _ in COLUMNS]
    sheet.append([_write(sheet, name, bold=True, wrap=True, fill=True) for name in names])
    for part, entries in _group(brief).items():
        sheet.append([_write(sheet, brief.words.plain(f"part.title.{part}"), bold=True)])
        for entry in entries:
            sheet.append(_tell_row(sheet, brief, entry))


def _set_up(sheet: Any, header: int) -> None:
    """Columns as wide as they need, and a print-out that fits the width of A4."""
    from openpyxl.utils import get_column_letter

    for at, (_, width) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = f"B{header + 1}"
    sheet.print_title_rows = f"{header}:{header}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "&P/&N"
    sheet.print_options.gridLines = True


def _tell_head(brief: Brief, citation: str) -> Iterator[tuple[str, int]]:
    """The lines above the table, each with its size in points (0: plain)."""
    words = brief.words
    period = words.period(brief.period)
    yield words.plain("head.title", area=brief.name_area(), period=period), 14
    span = plain(words.span(brief.start, brief.end))
    yield f"{words.plain('sheet.period')}: {span}", 0
    for source in list_rows(brief.sources):
        facts = [source[name] for name in ("issuer", "title", "number")]
        letter = brief.letter_of[source["source_id"]]
        yield f"[{letter}] {_BETWEEN.join(str(fact) for fact in facts if fact)}", 0
    yield f"{words.plain('sheet.cite')}: {citation}", 0
    yield words.plain("sheet.note"), 0
    yield "", 0


def _group(brief: Brief) -> dict[str, list[Entry]]:
    """The values by area of reform, in the order of the reports."""
    groups: dict[str, list[Entry]] = {part: [] for part in AREAS}
    for entry in brief.entries:
        groups[part_of(brief.reference, entry.indicator)].append(entry)
    return {part: entries for part, entries in groups.items() if entries}


def _tell_row(sheet: Any, brief: Brief, entry: Entry) -> list[Any]:
    words, own = brief.words, (e for e in brief.current if e.result and e.result.note == entry.note)
    judged = next(own, None)  # what was asked for this value in this period
    is_known = entry.status == "actual"
    day: dict[str, Any] = {"format": DATE_FORMATS[brief.lang], "side": "center"}
    number = words.plain("withheld") if entry.is_withheld else entry.value
    return [
        _write(sheet, plain(brief.name_entry(entry)), wrap=True),
        _write(sheet, plain(brief.name_scope(entry.scope))),
        _write(sheet, _parse_day(entry.start), **day),
        _write(sheet, _parse_day(entry.end), **day),
        _write(sheet, words.plain("sheet.actual" if is_known else f"status.{entry.status}")),
        _write(sheet, number, format=_form(entry), side="right", bold=True),
        _write(sheet, "%" if entry.unit == "%" else plain(brief.tell_unit(entry, many=True))),
        _write(sheet, brief.tell_plain(judged.target) if judged else "", side="right"),
        _write(sheet, words.plain(f"state.{judged.state}") if judged else ""),
        _write(sheet, _name_place(brief, entry), wrap=True),
        _write(sheet, _BETWEEN.join(str(each.number) for each in brief.marks(entry)), side="right"),
    ]


def _form(entry: Entry) -> str:
    """The format of a number: as many decimals as were printed, with the sign of a bound."""
    is_whole = entry.is_withheld or float(entry.value).is_integer()
    places = (0 if is_whole else 2) if entry.decimals is None else entry.decimals
    number = "#,##0" + ("." + "0" * places if places else "")
    sign = COMPARATOR_SIGNS.get(entry.comparator, "").strip()
    return f'"{sign} "{number}' if sign else number


def _name_place(brief: Brief, entry: Entry) -> str:
    """Where the number is printed, or that it is worked out."""
    if entry.is_derived:
        return brief.words.plain("sheet.derived")
    known = brief.letter_of
    places = dict.fromkeys(
        f"[{known[source]}] {brief.section_of((source, figure))}".strip()
        for source, figure in entry.figures
        if source in known
    )
    return _BETWEEN.join(places) or entry.document


def _parse_day(day: str) -> date | str:
    try:
        return date.fromisoformat(day)
    except ValueError:
        return day


def _write(  # noqa: PLR0913 - what a cell may look like
    sheet: Any,
    value: Any,
    *,
    format: str = "",  # noqa: A002 - openpyxl and Excel call it so
    bold: bool = False,
    size: int | None = None,
    wrap: bool = False,
    side: str = "",
    fill: bool = False,
) -> Any:
    """A cell of a look; no text in it can run."""
    from openpyxl.cell import Cell, WriteOnlyCell

    told = tell_cell(sheet, value)
    cell = told if isinstance(told, Cell) else WriteOnlyCell(sheet, told)
    if format and not isinstance(value, str):
        cell.number_format = format
    font, alignment, shade = _looks(bold, size or 11, wrap, side)
    cell.font, cell.alignment = font, alignment
    if fill:
        cell.fill = shade
    return cell


@cache
def _looks(bold: bool, size: int, wrap: bool, side: str) -> tuple[Any, Any, Any]:
    """Font, alignment and the shade of a head; each made once."""
    from openpyxl.styles import Alignment, Font, PatternFill

    return (
        Font(bold=bold, size=size),
        Alignment(horizontal=side or None, vertical="top", wrap_text=wrap),
        PatternFill("solid", fgColor="E4ECF4"),
    )
