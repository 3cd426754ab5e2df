"""A selection of a researcher into files that other programs open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.files import format_table, write_text
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd


def export_table(folder: Path, table: pd.DataFrame, name: str) -> tuple[Path, Path]:
    """Write a table as CSV and as XLSX.

    Args:
        folder: Where to; made if need be.
        table: Any table; its index is not written.
        name: What to call the files; nothing but letters and digits is kept of it.

    Returns:
        Both paths.

    Raises:
        CommandError: The name holds nothing to call a file by.
    """
    stem = slug_text(name)
    if not stem:
        raise CommandError(
            Problem(f"name {name!r}", "no letter or digit", "a name", "Call it something.")
        )
    text, book = folder / f"{stem}.csv", folder / f"{stem}.xlsx"
    write_text(text, format_table(table))
    table.to_excel(book, index=False)
    return text, book
