"""Two editions of the data held against each other: what moved, what came, what went, and why."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cchc_analysis.data.files import format_table, list_rows
from cchc_analysis.data.records import INDICATOR_KEY
from cchc_analysis.errors import CommandError, Problem

if TYPE_CHECKING:
    import pandas as pd

DIFF_COLUMNS = ("change", *INDICATOR_KEY, "value_old", "value_new", "unit", "source_id", "reason")
"""Columns of ``compare_editions``; ``change`` is moved, came or went."""


def compare_editions(
    old: Path, new: Path | pd.DataFrame, sources: Collection[str] = ()
) -> pd.DataFrame:
    """List every published value that moved, came or went between two editions.

    Args:
        old: A folder of processed data, one above it, or its ``indicators.csv``.
        new: The same, of the later edition; or its indicators.
        sources: Only values of these; empty for all.

    Returns:
        ``DIFF_COLUMNS``, sorted by change and key. ``reason`` is the correction that decided the
        new value, or the entry of the later edition's CHANGELOG that names its source or
        indicator; empty where neither says why.

    Raises:
        CommandError: One of them holds no published values.
    """
    import pandas as pd

    before, after = _load_values(old), _load_values(new)
    if sources:
        before = before[[not set(sources).isdisjoint(each.split()) for each in before["source_id"]]]
    key = list(INDICATOR_KEY)
    both = before.merge(after, on=key, how="outer", suffixes=("_old", "_new"), indicator="side")
    both["change"] = (
        both["side"].map({"left_only": "went", "right_only": "came", "both": "moved"}).astype(str)
    )
    moved = (both["change"] != "moved") | (both["value_old"] != both["value_new"])
    changed = both[moved].fillna("")
    for column in ("unit", "source_id"):
        changed[column] = changed[f"{column}_new"].where(
            changed[f"{column}_new"] != "", changed[f"{column}_old"]
        )
    entries = [] if isinstance(new, pd.DataFrame) else _read_changelog(new)
    changed["reason"] = [
        _find_reason(
            row["correction_new"],
            row["correction_old"],
            (row["source_id"], row["indicator"]),
            entries,
        )
        for row in list_rows(changed)
    ]
    return changed.sort_values(["change", *key], ignore_index=True)[list(DIFF_COLUMNS)]


def format_editions(changes: pd.DataFrame) -> str:
    """The result of ``compare_editions`` as text: a line a value, and how many of each kind."""
    lines = [
        f"{row['change']:5} {row['indicator']} {row['area_id']} {row['scope']} "
        f"{row['period_start'] + '/' if row['period_start'] else ''}{row['period_end']} "
        f"{row['breakdown']}".rstrip()
        + f": {row['value_old'] or '-'} -> {row['value_new'] or '-'} {row['unit']}"
        + (f"\n      {row['reason']}" if row["reason"] else "")
        for row in list_rows(changes)
    ]
    tally = ", ".join(f"{n} {kind}" for kind, n in changes["change"].value_counts().items())
    return "\n".join([*lines, tally or "nothing moved"])


def name_edition(place: Path) -> str:
    """An edition as a person calls it: its folder, and the version that made it."""
    folder = place.parent if place.is_file() else place
    for path in (folder / "manifest.json", folder / "data" / "processed" / "manifest.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            return f"{folder.resolve().name}, {json.loads(path.read_bytes())['version']}"
    return folder.resolve().name


def _load_values(place: Path | pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = [*INDICATOR_KEY, "value", "unit", "source_id", "correction"]
    if isinstance(place, pd.DataFrame):
        text = io.StringIO(format_table(place[columns]))
        return pd.read_csv(text, dtype=str, keep_default_na=False)
    for path in (place, place / "indicators.csv", place / "data" / "processed" / "indicators.csv"):
        if path.is_file():
            try:
                return pd.read_csv(path, dtype=str, keep_default_na=False, usecols=columns)
            except (ValueError, UnicodeDecodeError) as error:
                raise _refuse(place, f"an indicators.csv of another form ({error})") from None
    raise _refuse(place, "no indicators.csv")


def _refuse(place: Path, found: str) -> CommandError:
    return CommandError(
        Problem(
            str(place),
            found,
            "published values: a folder data/processed or a project",
            "Name the folder of an edition, such as a release that was unpacked.",
        )
    )


def _read_changelog(place: Path) -> list[str]:
    """The entries of the CHANGELOG beside or above an edition, each as one line."""
    for folder in (place, *place.resolve().parents[:3]):
        path = folder / "CHANGELOG.md"
        if path.is_file():
            text = re.sub(r"\n {2,}", " ", path.read_text("utf-8", errors="replace"))
            return [line[2:].strip() for line in text.split("\n") if line.startswith("- ")]
    return []


def _find_reason(now: str, before: str, names: tuple[str, str], entries: list[str]) -> str:
    if now and now != before:
        return now
    source_id, indicator = names
    for name in (source_id, indicator):
        for entry in entries:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", entry):
                return entry
    return ""
