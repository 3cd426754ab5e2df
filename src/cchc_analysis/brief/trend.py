"""Trend: the same window of other years, and what a report itself says of the year before.

Only like windows are set side by side. The word for a series is that of ``stats.trends``, with the
years that it holds for; until there is one, the values stand, with their difference. A brief that
is given an earlier edition of the data says what was revised since.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.lookup import Row
from cchc_analysis.brief.nouns import Entry
from cchc_analysis.brief.templates import Section, tell_section
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import Origin
from cchc_analysis.data.trace import compare_editions, name_edition
from cchc_analysis.stats.peers import find_kin
from cchc_analysis.stats.windows import compare_same_window, is_near, year_before

if TYPE_CHECKING:
    import pandas as pd


LAST_YEAR = "_pct_same_period"
MOST_PERIODS = 6
"""Periods that a table has columns for; the test looks at all."""


class LastYear(NamedTuple):
    """Last year's value, this year's, and what per cent of it a report prints.

    ``low`` and ``high`` are what the rounding of that share leaves possible.
    """

    entry: Entry
    base: Entry
    share: Entry
    low: float
    high: float


def show_trend(brief: Brief) -> Section:
    """Like windows side by side, last year by division, and changes of boundaries."""
    series, valid_from = brief.series, str(brief.area["valid_from"])
    places = {brief.area["area_id"], brief.area["parent_id"]}
    ends = sorted({point["period_end"] for each in series for point in each.points})

    def tabulate() -> pd.DataFrame:
        """The values of all series, with the word that may be said of each."""
        import pandas as pd

        rows = [{**row, "word": str(each.verdict.word)} for each in series for row in each.points]
        days = ("period", "period_start", "period_end")
        names = ["indicator", "scope", *days, "value", "unit", "word"]
        return pd.DataFrame(rows, columns=names)

    return tell_section(
        brief,
        "series",
        tabulate,
        anchor="trend",
        series=series,
        ends=ends[-MOST_PERIODS:],
        # The windows between the cumulative ones of the year, where two reports give them.
        parts=[
            row
            for row in brief.own_values
            if row["origin"] == Origin.DERIVED
            and row["period_start"] > brief.start
            and row["period_end"] <= brief.end
            and " − " in row["parts"]
        ],
        per_day=_list_per_day(brief),
        last_years=list_last_year(brief),
        events=[
            row
            for row in list_rows(brief.reference.area_changes)
            if (not row["area_ids"] or places.intersection(row["area_ids"].split()))
            and (row["effective"] or valid_from) >= valid_from
        ],
        kin=find_kin(brief.reference, brief.area),
    )


def list_last_year(brief: Brief) -> list[LastYear]:
    """What "so với cùng kỳ" gives of last year."""
    found = []
    for share in brief.results:
        base = brief.find(share.indicator.removesuffix(LAST_YEAR), share.scope)
        if not share.indicator.endswith(LAST_YEAR) or share.value <= 0 or base is None:
            continue
        entry = replace(
            base,
            note=f"{base.note}-last-year",
            start=year_before(base.start),
            end=year_before(base.end),
            value=100 * base.value / share.value,
            decimals=0,
            comparator="~",
            origin=Origin.DERIVED,
            parts=f"100 * {base.indicator} / {share.indicator}",
            findings=(),
            readings=(),
            is_contested=False,
        )
        half = 0.5 * 10.0 ** -(share.decimals or 0)
        low, high = (100 * base.value / (share.value + each) for each in (half, -half))
        found.append(LastYear(entry, base, share, low, high))
    return found


def _list_per_day(brief: Brief) -> list[Row]:
    """Flows whose window of the year before ends on another day, at the same pace per day."""
    import pandas as pd

    ends = (brief.end[:4], str(int(brief.end[:4]) - 1))
    near = [row for row in brief.own_values if row["period_end"][:4] in ends]
    days = {(row["period_start"], row["period_end"]) for row in near}
    here = (year_before(brief.start), year_before(brief.end))
    if not any(is_near(each, here) for each in days - {here}):
        return []
    compared = compare_same_window(pd.DataFrame(near), brief.reference)
    return [
        row
        for row in list_rows(compared[compared["basis"] == "per day"])
        if (row["period_start"], row["period_end"]) == (brief.start, brief.end)
    ]


def show_revised(brief: Brief, since: Path | str) -> Section:
    """The values of this brief that moved, came or went since an earlier edition.

    ``table`` has a row a value, with the reason where a correction or the CHANGELOG gives one.

    Args:
        brief: The brief.
        since: The earlier edition: a folder of processed data, one above it, or its
            ``indicators.csv``.

    Raises:
        CommandError: It holds no published values.
    """
    own = set(brief.sources["source_id"])
    changes = compare_editions(Path(since), brief.indicators, own)
    return tell_section(
        brief,
        "revised",
        lambda: changes,
        edition=name_edition(Path(since)),
        kinds=changes["change"].value_counts().to_dict(),
        changes=list_rows(changes),
    )


def tell_since(notebook: Path, since: Path, folder: Path) -> Path:
    """A copy of the notebook of a brief that says after its head what was revised."""
    import nbformat
    from nbformat.v4 import new_code_cell

    read: Any = nbformat
    copy = read.read(str(notebook), 4)
    heads = [at for at, cell in enumerate(copy.cells) if "show_head(" in cell.source]
    cell = new_code_cell(f"brief.show_revised({str(since.absolute())!r})")  # type: ignore[no-untyped-call]
    copy.cells.insert(heads[0] + 1 if heads else len(copy.cells), cell)
    read.write(copy, folder / notebook.name)
    return folder / notebook.name
