"""Made-up reports with their answers inside, and the reference with made-up places.

``{612:dossiers_received_total:D}`` in a text of ``tests/made_up/apart`` is a printed figure
and what it is; ``tests/made_up/apart/README.md`` says how it is written.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from cchc_analysis.data.reference import Reference, load_reference

ROOT = Path(__file__).resolve().parents[1]
APART = ROOT / "tests" / "made_up" / "apart"
KEPT_BACK = APART.with_name("kept_back")
"""Texts of the same kind that nobody who writes rules has looked at: their sums alone are told."""
SCOPES = {
    "D": "district_office", "C": "commune_aggregate", "W": "whole_district", "X": "commune",
    "P": "province_office", "G": "district_aggregate", "U": "unspecified",
}  # fmt: skip
NAMED = {"b": "breakdown", "a": "area", "r": "read_as", "u": "unit"}
_FIGURE = re.compile(r"\{([^{}]*)\}")


def load_with_made_up_places(folder: Path) -> Reference:
    """The reference tables and the places of made-up reports, copied to a folder."""
    shutil.copytree(ROOT / "data" / "reference", folder / "reference", dirs_exist_ok=True)
    with (folder / "reference" / "areas.csv").open("a", encoding="utf-8") as areas:
        for path in (ROOT / "tests" / "made_up" / "areas.csv", APART / "areas.csv"):
            areas.writelines(path.read_text("utf-8").splitlines(keepends=True)[1:])
    return load_reference(folder / "reference")


def split_answers(path: Path, reference: Reference) -> tuple[str, list[dict[str, str]]]:
    """The text of a report as its reader gets it, and its figures as rows of a transcript."""
    raw = path.read_text("utf-8").splitlines()
    head = dict(line[1:].split(" ", 1) for line in raw if line.startswith("#"))
    texts, rows = [], []
    for line in (each for each in raw if not each.startswith("#")):
        number = str(len(texts) + 1)
        for match in _FIGURE.finditer(line):
            row = _read_answer(match[1], head, reference)
            rows.append({**row, "line": number})
        texts.append(_FIGURE.sub(lambda match: match[1].split(":")[0], line))
    return "\n".join(texts) + "\n", rows


def _read_answer(answer: str, head: dict[str, str], reference: Reference) -> dict[str, str]:
    printed, code, *more = answer.split(":")
    indicator = "" if code == "-" else code
    catalogue = reference.indicator_rows.get(indicator, {})
    start, _, end = head["period"].partition("..")
    row = {
        "printed": printed, "read_as": "", "indicator": indicator, "breakdown": "",
        "scope": SCOPES[head["scope"]], "period_start": start, "period_end": end,
        "status": "actual", "area": head["area"], "unit": str(catalogue.get("unit", "")),
        "comparator": "",
    }  # fmt: skip
    part = reference.indicator_rows.get(str(catalogue.get("numerator", "")), catalogue)
    if {part.get("aggregation"), catalogue.get("aggregation")} & {"stock", "extremum"}:
        row["period_start"] = ""
    if not indicator:
        # Whose and when it is, of what no indicator counts, nobody asks.
        row |= dict.fromkeys(("scope", "period_start", "period_end", "status"), "")
    for each in more:
        if each in SCOPES:
            row["scope"] = SCOPES[each]
        elif ".." in each:
            row["period_start"], _, row["period_end"] = each.partition("..")
        elif each[1:2] == "=":
            row[NAMED[each[0]]] = each[2:]
        else:
            row["status"] = each
    return row
