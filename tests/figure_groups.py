"""Made-up groups of figures with known truth: what a reader with a calculator would find in each.

A group is what one report of a made-up district says in a sentence or two, in short words (WORDS)
and as printed. What stands behind ``!`` is the kinds of findings that the group owes a reader, each
by its kind; a group with nothing behind it owes none, however odd it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from cchc_analysis.data.records import TRANSCRIPT_COLUMNS
from cchc_analysis.data.reference import Reference

AREA, NAME = "990", "huyện Thử Số"

WORDS: Mapping[str, str] = {
    "recv": "dossiers_received_total",
    "new": "dossiers_received_new",
    "carried": "dossiers_carried_over",
    "online": "dossiers_received_online",
    "direct": "dossiers_received_direct",
    "done": "dossiers_resolved_total",
    "early": "dossiers_resolved_early",
    "due": "dossiers_resolved_on_due",
    "late": "dossiers_resolved_overdue",
    "ontime": "dossiers_resolved_on_time",
    "open": "dossiers_pending_total",
    "open_in": "dossiers_pending_in_term",
    "open_over": "dossiers_pending_overdue",
    "returned": "dossiers_returned",
    "digital": "dossiers_digitised",
    "national": "dossiers_online_national_portal",
    "provincial": "dossiers_online_provincial_portal",
    "ontime%": "on_time_rate",
    "late%": "overdue_rate",
    "online%": "online_rate",
    "direct%": "direct_rate",
    "procs": "tthc_total",
    "full": "tthc_online_full",
    "partial": "tthc_online_partial",
    "desk": "tthc_onestop",
    "desk%": "tthc_onestop_rate",
    "postal": "tthc_postal",
    "postal%": "tthc_postal_rate",
    "revenue": "budget_revenue_total",
    "domestic": "budget_revenue_domestic",
    "border": "budget_revenue_border_fee",
    "revenue_pct": "budget_revenue_total_pct_province_plan",
    "owed": "inspection_recovery_due",
    "paid": "inspection_recovery_paid",
    "unpaid": "inspection_recovery_remaining",
    "paid%": "inspection_recovery_rate",
    "staff": "staff_total_present",
    "quota": "staff_total_quota",
    "units": "public_service_units_total",
    "self_fin": "psu_self_financing",
    "part_fin": "psu_partly_self_financing",
    "state_fin": "psu_state_funded",
    "tasks": "assigned_tasks_total",
    "tasks_ok": "assigned_tasks_on_time",
    "tasks_late": "assigned_tasks_overdue",
    "tasks_open": "assigned_tasks_not_due",
    "it_done": "it_plan_tasks_done",
    "it_all": "it_plan_tasks_total",
    "it%": "it_plan_completion_rate",
    "cadres": "commune_cadres_present",
    "cadres_ok": "commune_cadres_qualified",
    "cadres_not": "commune_cadres_unqualified",
    "cadres_seen": "commune_cadres_assessed",
    "cadres%": "commune_cadres_qualified_rate",
    "certs": "digital_certificates_total",
    "certs_org": "digital_certificates_org",
    "certs_per": "digital_certificates_person",
    "found": "initiatives_count",
    "asked": "initiatives_required",
    "satisfied%": "satisfaction_rate",
}
SCOPES = {"o": "district_office", "c": "commune_aggregate", "w": "whole_district"}
WINDOWS = {
    "Q1": ("2024-01-01", "2024-03-31"),
    "H1": ("2024-01-01", "2024-06-30"),
    "9M": ("2024-01-01", "2024-09-30"),
    "23": ("2023-01-01", "2023-12-31"),
    "22": ("2022-01-01", "2022-12-31"),
    "21": ("2021-01-01", "2021-12-31"),
}
STOCKS = ("open", "open_in", "open_over", "procs", "full", "partial", "desk", "postal", "units")
STOCKS += ("self_fin", "part_fin", "state_fin", "staff", "quota", "owed", "paid", "unpaid")
STOCKS += ("cadres", "cadres_ok", "cadres_not", "cadres_seen", "it_all", "certs")

GROUPS = """
# sums that add up
recv 1.310 = new 1.244 carried 66
recv 12.702 = new 12.530 carried 172; done 12.598 = early 8.000 due 4.500 late 98; open 104
done 1.309 = early 856 due 430 late 23; ontime 1.286
open 71 = open_in 68 open_over 3
recv 5.420 done 5.300 open 120
recv 2.150 online 1.800 direct 350
recv 2.150 online 1.800 direct 310 carried 40
online 900 national 200 provincial 700
recv@o 1.310 recv@c 11.392 recv@w 12.702
new@o 800 new@c 3.200 new@w 4.000 carried@o 20 carried@c 30 carried@w 50 recv@w 4.050
tasks 14 tasks_ok 10 tasks_late 0 tasks_open 04
units 68 = self_fin 1 part_fin 4 state_fin 63
certs 412 certs_org 60 certs_per 352
recv 1310 new 1244 carried 66
recv 10 674 new 10 603 carried 71
early 500 due 20 late không ontime 520 done 520
recv 100 done 60 open 30 returned 10
recv@o 150 new@o 150 recv@c 70 new@c 70
staff 2.015 quota 2.100

# sums that do not
recv 998 new 889 carried 99 ! sum
recv 1.310 new 1.244 carried 76 ! sum
done 1.309 early 856 due 430 late 32 ! sum
done 1.390 early 856 due 430 late 23 ontime 1.286 ! not_stated
open 71 open_in 60 open_over 3 ! not_stated
recv 5.420 done 5.300 open 140 ! sum
recv@o 1.310 recv@c 11.392 recv@w 12.720 ! sum
online@w 10.994 national@w 2.190 provincial@w 8.943 ! sum
units 66 self_fin 1 part_fin 4 state_fin 63 ! sum
tasks 14 tasks_ok 10 tasks_late 1 tasks_open 04 ! sum
certs 421 certs_org 60 certs_per 352 ! sum
ontime 1.268 early 856 due 430 ! sum
recv 100 done 60 open 30 returned 7 ! definition
recv 100 done 60 open 30 ! not_stated
cadres_seen 219 cadres_ok 215 cadres_not 3 ! sum
owed 301.610.000 paid 200.000.000 unpaid 100.610.000 ! sum

# sums with parts that are not printed
done 1.309 early 856 due 430
done 12.598 early 8.000 late 98
units 68 self_fin 1 state_fin 63
tasks 20 tasks_ok 12 tasks_open 5
recv 2.000 new 1.900
done 1.309 early 1.450 ! part
done 1.309 early 956 due 430 ! sum
units 68 self_fin 10 state_fin 63 ! sum
recv@o 1.310 recv@w 12.702
recv@c 12.900 recv@w 12.702 ! part
recv 1.200 online 1.900 ! order
recv 1.200 digital 1.300 ! order

recv 2.150 online 1.800 direct 310
recv 2.150 online 1.800 direct 410 ! sum
recv 16.785 ontime 16.300 late 241 ontime% 98,54
recv 9.672 early 6.319 due 2.732 late 351 ontime% 96,27
recv 9.672 ontime 9.051 late 351 open 270 ontime% 96,27 online 6.157 online% 63,66
new 900 online 700 online% 70
done 600 early 500 due 60 returned 20
recv 100 done 60 open 30 carried 10 new 90 ! not_stated

# rates, rounded
done 1.309 ontime 1.286 ontime% 98,24
done 1.309 ontime 1.286 ontime% 98,2
done 1.309 ontime 1.286 ontime% 98
done 1.309 early 856 due 430 ontime% 98,24%
recv 1.310 online 1.171 online% 89,4
recv 1.310 online 1.171 online% 89.39
done 3 ontime 2 ontime% 66,7
done 3 ontime 2 ontime% 66,667
done 800 ontime 800 ontime% 100
done 800 late 0 late% 0
desk 220 procs 245 desk% 89,8
it_done 18 it_all 20 it% 90
owed 400.000.000 paid 100.000.000 unpaid 300.000.000 paid% 25

# rates, cut off instead of rounded
done 1.309 ontime 1.287 ontime% 98,31 ! truncation
recv 10.674 online 10.584 online% 99,15 ! truncation
desk 220 procs 245 desk% 89,7 ! truncation
it_done 17 it_all 18 it% 94,4
it_done 11 it_all 18 it% 61
it_done 12 it_all 18 it% 66 ! truncation
done 11.390 ontime 11.389 ontime% 99,9 ! truncation
done 800 ontime 799 ontime% 99 ! truncation

# rates that are wrong
done 1.309 ontime 1.286 ontime% 97,24 ! ratio
done 1.309 ontime 1.286 ontime% 99 ! rounding
done 1.309 ontime 1.286 ontime% 92,84 ! ratio
recv 1.310 online 1.171 online% 98,4 ! ratio
done 800 ontime 799 ontime% 100 ! rounding
desk 220 procs 245 desk% 98,79 ! ratio
it_done 18 it_all 20 it% 9 ! ratio
it_done 18 it_all 20 it% 80 ! ratio
done 1.309 ontime 1.286 ontime% 0,98 ! ratio
desk 220 procs 245 desk% 0,9 ! ratio

# rates with words that make them approximate
done 1.309 ontime 1.180 ontime% gần 90
done 1.309 ontime 1.286 ontime% trên 98
done 1.309 ontime 1.286 ontime% trên 95
done 1.309 ontime 1.286 ontime% trên 99 ! ratio
done 1.309 ontime 900 ontime% gần 90 ! ratio
done 1.309 ontime 1.290 ontime% gần 99
recv gần 1.300 new 1.244 carried 66
recv khoảng 1.300 new 1.200 carried 500 ! sum
recv trên 1.300 new 1.244 carried 66
recv trên 1.400 new 1.244 carried 66 ! sum
satisfied% khoảng 98

# rates of one whole
ontime% 98,5 late% 1,5
ontime% 98,5 late% 1,4 ! truncation
ontime% 98,5 late% 1,3 ! complement
ontime% 98,09 late% 1,9
ontime% 100 late% 0
ontime% 99,9 late% 0,1
ontime% 98 late% 3
ontime% 98 late% 1 ! truncation
ontime% 98 late% 4 ! complement
online% 86,3 direct% 13,7
online% 86,3 direct% 12,7 ! complement

# money in millions and in billions
revenue 60.567tr domestic 55.567tr border 5.000tr
revenue 60,6tỷ domestic 55.567tr border 5.000tr
revenue 60,57tỷ domestic 55,57tỷ border 5.000tr
revenue 60,57tỷ domestic 55,567tỷ border 5.000tr ! refused
revenue 60.567.000.000đ domestic 55.567tr border 5.000tr
revenue 60,5tỷ domestic 55.567tr border 5.000tr ! truncation
revenue 66,6tỷ domestic 55.567tr border 5.000tr ! sum
revenue 6.057tr domestic 55.567tr border 5.000tr ! sum
revenue 60.567tr domestic 55.567tr border 500tr ! sum
revenue_pct 112,5
revenue_pct 250

# misplaced separators and lost digits
recv 131 new 1.244 carried 66 ! sum
recv 13.10 new 1.244 carried 66 ! refused
recv 1.31O new 1.244 carried 66 ! refused
ontime% 98.240 ! refused
recv 13.100 new 1.244 carried 66 ! sum
recv 1.310 new 12.440 carried 66 ! sum
done 1.309 early 8.560 due 430 late 23 ! sum
done 1.309 ontime 1.286 ontime% 982,4 ! hundred ratio
done 1.309 ontime 1.286 ontime% 9,824 ! ratio
done 1.309 ontime 12.860 ontime% 98,24 ! part ratio
recv@o 1.310 recv@c 11.392 recv@w 127.020 ! sum

# shares above all there is
satisfied% 102 ! hundred
ontime% 100,5 ! hundred
full 80 partial 60 procs 120 ! order
full 130 procs 120 ! order
staff 2.115 quota 2.100 ! order
desk 250 procs 245 ! order
found 12 asked 5
found 3 asked 5

# definitions of which a source follows one
done 1.309 ontime 1.286 recv 1.380 open 71 ontime% 93,19
recv 1.310 new 1.244 carried 66 online 1.171 direct 73 online% 94,13
recv 1.310 online 1.171 direct 139 online% 89,39 direct% 10,61
recv 1.310 online 1.100 direct 139 carried 71 online% 88,78 direct% 11,22
recv@o 500 online@o 300 direct@o 198 online%@o 60 recv@c 400 online@c 300 online%@c 75 direct%@c 23
recv@o 500 online@o 300 direct@o 198 online%@o 60 recv@c 4.000 online%@c 75 direct%@c 23
done 1.309 ontime 1.286 recv 1.380 open 71 ontime% 95,19 ! definition
recv 2.150 online 1.800 direct 310 carried 50 ! definition
done 600 early 500 due 60 late 30 returned 10
done 600 early 500 due 60 late 30 returned 30 ! definition

recv 890 online 519 direct 328 online% 58,3 direct% 36,9
recv 890 online 519 direct 328 online% 61,3 direct% 38,7
recv 890 online 519 direct 328 online% 61,3 direct% 37,7 ! complement definition
recv 688 late 6 early 400 due 250 ontime% 94,48 late% 0,87
recv 809 new 767 online 690 direct 77
recv 809 new 767 online 690 direct 87 carried 42 ! definition

# rates of two levels together
recv@o 1.310 online@o 1.171 recv@c 11.392 online@c 9.823 online%@w 86,55
recv@o 1.310 online@o 1.171 online%@o 89,4 recv@c 11.392 online@c 9.823 online%@w 87,8 ! pooled
ontime%@o 98,24 ontime%@c 100 ontime%@w 99,82
ontime%@o 98,24 ontime%@c 100 ontime%@w 97,5 ! pooled
ontime%@o 98,24 ontime%@c 100 ontime%@w 99,12
online@o 900 online@c 1.100 online%@o 90 online%@c 55 online%@w 66,7 recv@o 1.000 recv@c 2.000
late@o 23 done@o 1.309 late@c 0 done@c 11.389 late%@w 0,18
late@o 23 done@o 1.309 late@c 0 done@c 11.389 late%@w 0,88 ! pooled

# one quantity printed twice
recv 1.310 recv 1.310
recv 1.310 recv 1310
recv 1.310 recv 1.130 ! stated_twice
online% 89,4 online% 89,39
online% 89,4 online% 88,4 ! stated_twice
units 68 units 66 ! stated_twice
recv 1.310 recv trên 1.300

# windows that accumulate
Q1:recv 500 H1:recv 1.310 9M:recv 2.000
Q1:recv 500 H1:recv 490 ! window
H1:recv 1.310 9M:recv 1.131 ! window
H1:open 70 9M:open 40
H1:online% 90 9M:online% 80
H1:tasks 30 9M:tasks 28 ! window

# what one period leaves to the next
23:open 71 H1:carried 71
23:open 71 H1:carried 66 ! opening
23:open 71 Q1:carried 71 H1:carried 71

# reports that repeat another
Q1:recv 500 Q1:done 450 Q1:online 300 H1:recv 500 H1:done 450 H1:online 300 ! repeated
23:recv 900 23:done 850 23:online 300 H1:recv 900 H1:done 850 H1:online 300 ! repeated
Q1:recv 500 Q1:done 450 Q1:online 300 H1:recv 500 H1:done 450 H1:online 310
Q1:recv 50 Q1:done 45 Q1:online 30 H1:recv 50 H1:done 45 H1:online 30
23:procs 245 23:staff 2.015 23:units 168 H1:procs 245 H1:staff 2.015 H1:units 168
Q1:recv 500 Q1:done 450 H1:recv 500 H1:done 450

# size beside other periods
21:recv 10.200 22:recv 11.050 23:recv 10.800 H1:recv 5.400
21:recv 10.200 22:recv 11.050 23:recv 108.000 H1:recv 5.400 ! magnitude
21:recv 10.200 22:recv 11.050 23:recv 1.080 H1:recv 5.400 ! magnitude
21:late 3 22:late 40 23:late 12 H1:late 1
"""


@dataclass(frozen=True)
class Group:
    """One group: its family, how it is printed, and the kinds of findings that it owes."""

    name: str
    family: str
    line: str
    expected: frozenset[str]

    @property
    def figures(self) -> list[tuple[str, str, str, str]]:
        """Window, word, scope and printed text of each figure."""
        text = re.sub(r"[=;]", " ", self.line)
        names = "|".join(re.escape(word) for word in sorted(WORDS, key=len, reverse=True))
        start = rf"(?:(\w\w):)?(?<!\S)?\b({names})(?:@(\w))?(?=\s)"
        found = list(re.finditer(start, text))
        ends = [*(each.start() for each in found[1:]), len(text)]
        return [
            (each[1] or "H1", each[2], each[3] or "o", text[each.end() : end].strip())
            for each, end in zip(found, ends, strict=True)
        ]


def list_groups(text: str = GROUPS) -> Iterator[Group]:
    family = ""
    for number, line in enumerate(text.strip().splitlines()):
        if line.startswith("#"):
            family = line.removeprefix("# ")
        elif line:
            figures, _, expected = line.partition("!")
            yield Group(f"g{number:03}", family, figures.strip(), frozenset(expected.split()))


MONEY = {"tr": "million VND", "tỷ": "billion VND", "đ": "VND"}


def _split_unit(printed: str, unit: str) -> tuple[str, str]:
    for mark, money in MONEY.items():
        if re.search(rf"\d{mark}$", printed):
            return printed.removesuffix(mark), money
    return printed, unit


def make_transcripts(groups: list[Group], reference: Reference) -> pd.DataFrame:
    """All groups as transcripts; each a source and an area of its own."""
    rows = []
    for group in groups:
        for number, (window, word, scope, printed) in enumerate(group.figures, start=1):
            start, end = WINDOWS[window]
            text, unit = _split_unit(printed, str(reference.indicator_rows[WORDS[word]]["unit"]))
            rows.append(
                dict.fromkeys(TRANSCRIPT_COLUMNS, "")
                | {
                    "source_id": f"{group.name}_{window}",
                    "figure_id": f"F{number:03}",
                    "section": "II",
                    "line": "1",
                    "place": "text",
                    "area": f"{NAME} {group.name}",
                    "scope": SCOPES[scope],
                    "period_start": "" if word in STOCKS else start,
                    "period_end": end,
                    "indicator": WORDS[word],
                    "printed": text,
                    "unit": unit,
                    "status": "actual",
                }
            )
    return pd.DataFrame(rows, columns=list(TRANSCRIPT_COLUMNS))


def add_areas(reference: Reference, groups: list[Group]) -> Reference:
    """The reference with a made-up district for each group."""
    row = reference.areas[reference.areas["level"] == "district"].iloc[0].to_dict()
    made = [
        row
        | {"area_id": f"{AREA}{group.name}", "name": f"{NAME} {group.name}", "parent_id": ""}
        | {"valid_from": "", "valid_to": ""}
        for group in groups
    ]
    areas = pd.concat([reference.areas, pd.DataFrame(made)], ignore_index=True)
    return replace(reference, areas=areas)
