"""Briefs that are hard to tell: hostile texts, endless names, too much, too little, all zeros.

Each has a name, made-up tables and a page that still has to read well; ``test_brief`` reads the
pages, ``test_pages`` opens them in a browser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from brief_work import PLAIN_REPORT, load_words_of, made_up_reference, make_tables
from cchc_analysis.brief import open_brief
from cchc_analysis.brief.content import Brief
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Reference

REPORTS: Mapping[str, str] = {
    "plain": PLAIN_REPORT,
    "one figure": "M001 I video_meetings whole_district 06",
    "all zeros": re.sub(r"\S+$", "0", PLAIN_REPORT, flags=re.MULTILINE)
    + """
    M011 II.2 tthc_total district_office 0
    M012 II.2 tthc_online_full district_office 0
    M013 II.3 staff_total_present whole_district 0
    M014 II.3 staff_total_quota whole_district 0
    M015 II.4 online_rate district_office 0
    M016 II.4 on_time_rate district_office 0
    """,
    "no counts behind rates": """
    M001 I on_time_rate whole_district 89,4
    M002 I online_rate commune_aggregate 0
    """,
    "all rates missing": """
    M001 II.1 dossiers_received_new district_office 1.200
    M002 II.1 dossiers_resolved_early commune_aggregate 378
    M003 II.2 tthc_total district_office 250
    M004 II.3 staff_total_present whole_district 2.100
    M005 II.5 public_investment_disbursed whole_district 55.567 estimate
    """,
    "more resolved than received": PLAIN_REPORT.replace("1.250", "10").replace("1.200", "10"),
    "a breakdown of everything": "\n".join(
        f"M{n:03} I.{n} onestop_equipment_items/item={item} whole_district {n}"
        for n, item in enumerate(
            ("table", "chair", "fan", "camera", "printer", "scanner", "computer"), start=1
        )
    ),
}

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    '" onmouseover="x',
    "' ; -- &amp; &lt;",
    "a\u202egnp.exe\u2066\u0007\x1b[31m",
    "שלום עולם",
    "{0} {name} %s",
    "=1+1",
)
"""Texts that would do something if they were taken for more than text."""

ENDLESS = "Rất Dài " * 30 + "x" * 400


LONG = "Huyện Nam Giang Thượng và các xã vùng cao giáp ranh biên giới phía Tây"
"""A name of some seventy letters."""


def report_many(count: int) -> str:
    """A report of so many figures: the indicators of the catalogue, scope after scope."""
    rows = made_up_reference().indicator_rows.items()
    codes = [code for code, row in rows if row["unit"] not in ("%", "rank", "point")]
    scopes = ("whole_district", "district_office", "commune_aggregate")
    places = [(code, scope) for scope in scopes for code in codes][:count]
    return "\n".join(
        f"M{n:03} I.{n % 7} {code} {scope} {n}" for n, (code, scope) in enumerate(places, start=1)
    )


def list_hard(lang: str) -> dict[str, Brief]:
    """Every hard brief by its name."""
    briefs = {name: _open(make_tables(report), lang) for name, report in REPORTS.items()}
    findings: list[dict[str, Any]] = [
        {"rule_id": f"X{n}", "explanation_vi": "x" * 400} for n in range(300)
    ]
    briefs["a long name"] = _open(make_tables(PLAIN_REPORT), lang, _rename(LONG))
    doubts = [
        {"rule_id": f"Y{n}", "figures": f"M{n:03}", "operands": f"M{n:03} -"} for n in range(1, 11)
    ]
    briefs["every figure contested"] = _open(make_tables(PLAIN_REPORT, findings=doubts), lang)
    briefs["hundreds of findings"] = _open(make_tables(PLAIN_REPORT, findings=findings), lang)
    briefs["hostile texts"] = _open(spoil(" ".join(HOSTILE)), lang)
    briefs["endless texts"] = _open(spoil(ENDLESS), lang)
    briefs["an endless name"] = _open(make_tables(PLAIN_REPORT), lang, _rename("Huyện " + ENDLESS))
    briefs["a hostile name"] = _open(
        make_tables(PLAIN_REPORT), lang, _rename("Huyện " + " ".join(HOSTILE))
    )
    return briefs


def spoil(text: str) -> Tables:
    """The plain report with one text in every place that a page shows."""
    finding = {"explanation_vi": text, "explanation_en": text, "arithmetic": text}
    tables = make_tables(PLAIN_REPORT, findings=[finding, {"kind": "remark"} | finding])
    names = ("title", "issuer", "number", "lacks_vi", "lacks_en", "note_vi", "note_en")
    return replace(
        tables,
        sources=tables.sources.assign(**dict.fromkeys(names, text)),
        transcripts=tables.transcripts.assign(note_vi=text, note_en=text, section=text),
    )


def _rename(name: str) -> Reference:
    """The made-up district under another name; its code stays."""
    reference = made_up_reference()
    areas = reference.areas.copy()
    areas.loc[areas["area_id"] == "991", "name"] = name
    return replace(reference, areas=areas)


def _open(tables: Tables, lang: str, reference: Reference | None = None) -> Brief:
    own = replace(tables, sources=tables.sources.assign(area="991"))
    words = load_words_of(lang)
    return open_brief(own, reference or made_up_reference(), words, "991", "2022-H1")
