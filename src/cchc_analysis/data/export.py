"""A table into files that other programs open, with where its numbers come from beside it.

The suffix says the form: CSV, XLSX, Parquet or Stata. The index is kept where it says something.
For machines there are Data Package descriptors (specs.frictionlessdata.io): what a table's columns
hold, under which licences, and the hash of its bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis import __version__
from cchc_analysis.data.clean import fold_text
from cchc_analysis.data.files import hash_file, list_rows, write_bytes, write_json, write_text
from cchc_analysis.data.named import NAME_MEANINGS, list_source_ids
from cchc_analysis.data.records import COLUMN_MEANINGS, TYPES, load_own, problem, render_own
from cchc_analysis.errors import CommandError

MEANINGS = {**COLUMN_MEANINGS, **NAME_MEANINGS}
LOADED = ("indicators", "observations", "findings", "transcripts", "sources")
"""The tables that a researcher loads."""
_SUM = re.compile(r"^sha256 of (?P<file>.+): (?P<sum>[0-9a-f]{64})$", re.MULTILINE)


def describe_columns(table: object = "indicators") -> pd.DataFrame:
    """List the columns of a table: name, kind of values and meaning, in their order.

    Args:
        table: "indicators", "observations", "findings", "transcripts" or "sources".

    Raises:
        CommandError: There is no such table.

    Examples:
        >>> cchc.describe_columns("indicators").set_index("column").loc["value", "meaning"]
        'the number, in unit'
    """
    if not isinstance(table, str) or table not in LOADED:
        where = f"table {table!r}" if isinstance(table, str) else type(table).__name__
        raise CommandError(problem("no_table", where, known=", ".join(LOADED)))
    names = load_own("columns")["tables"][table]["columns"]
    rows = [(name, TYPES.get(name, "string"), MEANINGS.get(name, "")) for name in names]
    return pd.DataFrame(rows, columns=["column", "type", "meaning"])


def export_table(
    table: pd.DataFrame,
    path: Path,
    sources: pd.DataFrame,
    *,
    citation: str = "",
    bom: bool = False,
    overwrite: bool = False,
) -> list[Path]:
    """Write a table, and a read-me of its columns, sources and licences beside it.

    As ``cchc_analysis.export``: an index with a name, or of texts or dates, becomes leading
    columns; ``sources`` has ``SOURCE_COLUMNS`` and, where known, ``licence`` and ``url``.
    """
    form, note = path.suffix.lower(), path.parent / f"{path.name}.readme.txt"
    _check_place(path, note, overwrite=overwrite)
    whole = _flatten(table)
    if not len(whole.columns) or not whole.columns.is_unique:
        doubled = ", ".join(map(str, whole.columns[whole.columns.duplicated()].unique()))
        found = f"two columns {doubled}" if doubled else "no columns"
        raise CommandError(problem("doubled_columns", f"export {path}", found=found))
    content = (b"\xef\xbb\xbf" if bom and form == ".csv" else b"") + _FORMS[form](whole)
    named = name_variables(whole.columns) if form == ".dta" else {e: e for e in whole.columns}
    readme = render_own(
        "readme",
        name=path.name,
        rows=len(whole),
        columns=[(to, MEANINGS.get(each, each), whole[each].dtype) for each, to in named.items()],
        digest=hashlib.sha256(content).hexdigest(),
        citation=citation,
        is_wide="source_id" not in whole,
        source_ids=list_source_ids(whole),
        sources={row["source_id"]: row for row in list_rows(sources)},
    )
    write_bytes(path, content)
    write_text(note, f"{readme}\n")
    return [path, note]


def _check_place(path: Path, note: Path, *, overwrite: bool) -> None:
    """Refuse a place that is none, or holds other bytes than the read-me beside them names."""
    own = _SUM.search(note.read_text("utf-8", errors="replace") if note.is_file() else "")
    is_ours = own is not None and (not path.is_file() or own["sum"] == hash_file(path))
    is_taken = (path.exists() or note.exists()) and not is_ours
    wrong = (
        ("strange_form", path.suffix.lower() not in _FORMS),
        ("no_folder", not path.parent.is_dir()),
        ("a_folder", path.is_dir()),
        ("foreign_file", is_taken and not overwrite),
    )
    said = {"kind": path.suffix or "(none)", "known": " ".join(_FORMS), "folder": path.parent}
    if kind := next((kind for kind, is_so in wrong if is_so), ""):
        raise CommandError(problem(kind, f"export {path}", **said))


def _flatten(table: pd.DataFrame) -> pd.DataFrame:
    """One row of headings, and the index as columns where it is more than a count of rows."""
    flat = table.copy()
    heads = (each if isinstance(each, tuple) else (each,) for each in list[Any](flat.columns))
    flat.columns = pd.Index([" | ".join(filter(None, map(str, parts))) for parts in heads])
    names = [*flat.index.names]
    if names == [None] and pd.api.types.is_integer_dtype(flat.index):
        return flat.reset_index(drop=True)
    called = [f"index_{at}" if name is None else str(name) for at, name in enumerate(names)]
    return flat.rename_axis(index=called).reset_index()


def _write_xlsx(table: pd.DataFrame) -> bytes:
    written = io.BytesIO()
    with pd.ExcelWriter(written, engine="openpyxl", date_format="YYYY-MM-DD") as book:
        table.to_excel(book, sheet_name="data", index=False, freeze_panes=(1, 0))
        for row in book.sheets["data"].iter_rows(min_row=2):
            for cell in row:
                if cell.data_type == "f":  # a text that begins with "=" is no formula of ours
                    cell.data_type = "s"
    return written.getvalue()


def _write_stata(table: pd.DataFrame) -> bytes:
    names = name_variables(table.columns)
    shown = table.rename(columns=names)
    # Of Stata: no longer label, and no longer text that is no strL.
    longest_label, longest_text = 80, 2045
    labels = {names[each]: MEANINGS.get(each, each)[:longest_label] for each in table.columns}
    texts = shown.select_dtypes(["object", "str", "category"]).astype(object).fillna("").astype(str)
    # Not those that may be missing, which pandas can write as they are.
    flags = {str(each): shown[each].astype("int8") for each in shown if shown[each].dtype == bool}
    dates: Any = dict.fromkeys(shown.select_dtypes(["datetime", "datetimetz"]).columns, "td")
    longest = texts.map(lambda text: len(text.encode())).max()
    written = io.BytesIO()
    shown.assign(**texts, **flags).to_stata(
        written,
        convert_dates=dates,
        write_index=False,
        version=118,  # the first that holds Vietnamese letters (Stata 14)
        variable_labels=labels,
        convert_strl=longest.index[longest > longest_text].tolist(),
        time_stamp=dt.datetime(1980, 1, 1),  # noqa: DTZ001 - no clock: the same table, the same bytes
    )
    return written.getvalue()


def name_variables(columns: Iterable[str]) -> dict[str, str]:
    """A Stata variable name for each column: letters, digits and ``_``, all different.

    >>> name_variables(["area_id", "2024-H1", "Cao Lộc", "cao loc"])
    {'area_id': 'area_id', '2024-H1': 'v_2024_h1', 'Cao Lộc': 'cao_loc', 'cao loc': 'cao_loc_2'}
    """
    names: dict[str, str] = {}
    for column in columns:
        stem = re.sub(r"\W+", "_", fold_text(column), flags=re.ASCII).strip("_") or "v"
        stem = (stem if stem[0].isalpha() else f"v_{stem}")[:29]  # Stata takes 32
        name, number = stem, 1
        while name in names.values():
            number += 1
            name = f"{stem}_{number}"
        names[column] = name
    return names


_FORMS: Mapping[str, Callable[[pd.DataFrame], bytes]] = {
    ".csv": lambda table: table.to_csv(index=False, lineterminator="\n").encode(),
    ".xlsx": _write_xlsx,
    ".parquet": lambda table: table.to_parquet(index=False),
    ".dta": _write_stata,
}


LICENSE: dict[str, str] = load_own("columns")["licence"]


def join_licences(cells: Iterable[str], sources: pd.DataFrame) -> list[str]:
    """The licences of what rows rest on; empty where all of it is ours or official."""
    licences = dict[str, str](sources[["source_id", "licence"]].to_numpy())
    named = ([licences[each] for each in cell.split() if licences.get(each)] for cell in cells)
    return ["; ".join(dict.fromkeys(each)) for each in named]


def list_licences(sources: pd.DataFrame) -> list[dict[str, str]]:
    """The licences of a package: ours for what we made, and those of its sources as worded."""
    others = sorted(set(sources["licence"]) - {""})
    return [LICENSE, *({"name": "notspecified", "title": each} for each in others)]


def write_package(
    folder: Path,
    name: str,
    title: str,
    resources: Sequence[Mapping[str, Any]],
    licences: Sequence[Mapping[str, str]] = (LICENSE,),
    profile: str = "data-package",
) -> None:
    """Write the descriptor of a folder: its name, version, licences and resources."""
    head = {"profile": profile, "name": name, "title": title, "version": __version__}
    content = {**head, "licenses": [*licences], "resources": [*resources]}
    write_json(folder / "datapackage.json", content)


def describe_table(
    path: Path, meanings: Mapping[str, str], key: Iterable[str], types: Mapping[str, str] = TYPES
) -> dict[str, Any]:
    """The descriptor of a CSV file: what its columns hold, in their order, and what names a row."""
    return describe_file(path, "text/csv") | {
        "type": "table",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {"name": name, "type": types.get(name, "string"), "description": meaning}
                for name, meaning in meanings.items()
            ],
            "primaryKey": list(key),
            "missingValues": [""],
        },
    }


def describe_file(path: Path, media_type: str) -> dict[str, Any]:
    """The descriptor of any file: its name, kind, licence, size and hash.

    Its type is said, because readers guess one from its name and look for a table in a workbook.
    """
    return {
        "name": path.name.lower().replace(".csv", "").replace(".", "-"),
        "type": "file",
        "path": path.name,
        "licenses": [LICENSE],
        "mediatype": media_type,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{hash_file(path)}",
    }
