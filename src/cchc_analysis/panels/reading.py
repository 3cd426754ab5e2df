"""One file and its mapping into figures: the whole way from cells to checked numbers.

Comes in as a path, a mapping and the reference data; goes out as one row per figure with our ids,
as printed and as read. Knows nothing of where panels are kept.

A table becomes one row per figure as printed: what is no figure, and what repeats others, is set
aside and counted. Words and numbers are then read, and what was found is checked for all at once:
impossible values, two values for one quantity and areas that did not exist then are problems; rows
of totals that do not add up, holes, and ranks that the values beside them deny are notes, since the
panel stays usable and a reader has to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cchc_analysis.data.areas import exists_on
from cchc_analysis.data.clean import fold_text, nearest_names, parse_period, slug_text
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import QUANTITY, UNCERTAINTY, problem, refusal
from cchc_analysis.data.reference import Reference, offer_names
from cchc_analysis.errors import Problem, ReportError, join_some
from cchc_analysis.panels import layouts, matching
from cchc_analysis.panels.cells import Worksheet, choose_sheet, open_sheets, print_cells
from cchc_analysis.panels.mapping import PanelMapping, PanelSource, ValueColumn, Vocabulary
from cchc_analysis.panels.matching import Figures, name_rows, place_rows
from cchc_analysis.panels.words import is_total, load_vocabulary, part_period, pattern, spell
from cchc_analysis.rules.rows import RANKED, judge_ranks
from cchc_analysis.stats.peers import list_breaks

BOUNDS = dict(zip(("low", "high", "standard_error"), UNCERTAINTY, strict=True))
"""The fields of a mapping that say how sure a value is, and the columns of the figures."""
SLACK = 1e-9
LINES = ";\n  "
"""Parts the sentences of one note, each on a line of its own."""


def read_panel(
    path: Path,
    mapping: PanelMapping,
    reference: Reference,
    sources: Mapping[str, PanelSource],
    known: Sequence[Problem] = (),
) -> pd.DataFrame:
    """Read a panel file, with its sources by what the ``source`` column says.

    Where problems of the mapping are ``known``, only headings are looked at, and all are raised.
    A row is a figure with our ids, as printed and as read; ``attrs`` tell ``cells`` (how many could
    have held one), ``form`` (the official one, if it is one) and ``notes``, in words.
    """
    notes, parts, problems, form = list[str](), list[Figures](), [*known], ""
    try:
        tables = _list_tables(path, mapping, reference, notes)
        heads = [name for _, table in tables for name in table.names]
        problems += layouts.name_absent(path.name, heads, mapping)
    except ReportError as error:
        raise ReportError(dict.fromkeys([*problems, *error.problems])) from None
    for own, table in tables:
        try:
            roles = layouts.match_columns(table, own)
            if not known:
                if unsaid := [*_find_unsaid(table, roles, own)]:
                    raise ReportError(unsaid)
                parts.append(unfold_table(table, roles, own))
                _drop_missing(parts[-1])
                _understand(parts[-1], sources)
            form = form or roles.form
        except ReportError as error:
            problems.extend(error.problems)
    if problems:  # with what else is wrong in rows that could be read
        good = (part.rows[~part.rows["row"].isin(part.faulty)] for part in parts)
        read = [rows for rows in good if "value" in rows]
        problems += _find_clashes(pd.concat(read), path.name) if read else ()
        raise ReportError(dict.fromkeys(problems))
    whole = pd.concat([part.rows for part in parts], ignore_index=True)
    figures, totals = whole[~whole["is_total"]], whole[whole["is_total"]]
    notes = [*dict.fromkeys([*notes, *(note for part in parts for note in part.notes)])]
    notes += matching.tell_mixed_marks(figures)
    figures = drop_doubles(figures, path.name, notes).reset_index(drop=True)
    notes += compare_totals(figures, totals, reference)
    notes += tell_ranks(figures, reference.areas)
    notes += tell_gaps(figures, reference)
    figures.attrs = {"cells": sum(part.cells for part in parts), "form": form, "notes": notes}
    return figures


def _list_tables(
    path: Path, mapping: PanelMapping, reference: Reference, notes: list[str]
) -> list[tuple[Vocabulary, Worksheet]]:
    """The tables of a file, each with what the mapping says of its sheet."""
    sheets = open_sheets(path, mapping.sheet)
    named = {each.title: each for each in sheets}
    if lost := [title for title in mapping.sheets if title not in named]:
        near, names = nearest_names(lost[0], named), ", ".join(map(repr, named))
        said = {"lost": ", ".join(map(repr, lost)), "names": names, "near": [*near, ""][0]}
        raise refusal("lost_sheet" if near else "lost_sheets", path.name, **said)
    kept = mapping.sheets or {choose_sheet(path, sheets).title: ValueColumn()}
    if left := [repr(title) for title in named if title not in kept]:
        notes.append(f"sheets left out: {', '.join(left)}")
    tables = []
    for title, what in kept.items():
        constants = {"constants": mapping.constants | what.said}
        own = Vocabulary(mapping.model_copy(update=constants), reference)
        tables += [(own, table) for table in layouts.arrange_sheet(named[title], own)]
    return tables


def _understand(figures: Figures, sources: Mapping[str, PanelSource]) -> None:
    """Our ids and the numbers of the figures of one table; what is wrong with them is refused."""
    figures.match()
    known = {key: each.source_id for key, each in sources.items()}
    single = next(iter(known.values())) if len(known) == 1 else ""
    known |= {source_id: source_id for source_id in known.values()}
    names, cells = [*filter(None, known)], figures.rows["source"]
    listed = ", ".join(names) or "the sources of the mapping"
    named = {cell: known.get(cell, single) for cell in cells.unique()}
    for cell in (cell for cell, source_id in named.items() if not source_id):
        offer = offer_names(cell, names) if cell else ""
        figures.complain(
            cells == cell, "strange_source", ("source", cell), known=listed, offer=offer
        )
    figures.rows = figures.rows.assign(source=cells.map(named))
    _add_ranks(figures)
    read = read_numbers(figures)
    figures.rows = read[~read["is_total"]]
    figures.check_numerals()
    _check_shares(figures)
    _check_values(figures)
    _check_existence(figures)
    figures.check_units()
    if figures.problems:
        raise ReportError(figures.problems)
    totals = read[read["is_total"] & (read["fault"] == "")]
    figures.rows = pd.concat([figures.rows, totals]) if len(totals) else figures.rows


def _add_ranks(figures: Figures) -> None:
    """A figure more for every rank printed beside a value."""
    rows, rule = figures.rows.assign(read_as=figures.rows["printed"]), figures.mapping.ranks
    figures.rows = rows
    if rule is None:
        return
    levels = figures.reference.tabulate_areas(rows["area_id"].unique())["level"]
    named = [(of, *each) for of, own in rule.indicators.items() for each in own.items()]
    ranks = pd.DataFrame(named, columns=["of", "level", "indicator"]).query("indicator != ''")
    values = rows[rows["rank"] != ""].rename(columns={"indicator": "of"})
    ranked = values.join(levels, on="area_id").merge(ranks)
    if rule.period:
        ranked = ranked[ranked["period_end"] == str(parse_period(rule.period).end)]
    elif (ranked.groupby(["row", "of"])["period_end"].nunique() > 1).any():
        raise refusal("many_ranked", f"{figures.where}, ranks in {rule.column!r}")
    is_last = ranked["rank"].str.casefold() == rule.last.casefold()
    added = ranked[rows.columns].assign(
        unit="rank",
        printed=ranked["rank"],
        read_as=ranked["rank"].mask(is_last, ranked["rank_of"]),
        section=rule.column,
        **dict.fromkeys(BOUNDS, ""),
        note=("of " + ranked["rank_of"]).where(ranked["rank_of"] != "", ""),
    )
    figures.rows = pd.concat([rows, added], ignore_index=True)


def read_numbers(figures: Figures) -> pd.DataFrame:
    """The figures with their numbers and the bounds of these, read as they say in ``read_as``."""
    rows = figures.rows
    mark = rows.get("decimal_mark", figures.mapping.decimal_mark)
    about = matching.describe_units(rows, figures.reference).assign(decimal_mark=mark)
    read = rows.join(matching.read_numerals(rows["read_as"], about))
    for field, name in BOUNDS.items():
        said = rows.loc[rows[field] != "", field]
        read[name] = matching.read_numerals(said, about)["value"] if len(said) else np.nan
    # A unit of panels alone: a share of one is printed with two more decimals than its per cents.
    is_share = read["unit"] == "fraction"
    for name in ("value", *UNCERTAINTY):
        read[name] = read[name].where(~is_share, (100 * read[name]).round(9))
    decimals = read["decimals"].where(~is_share, (read["decimals"] - 2).clip(lower=0))
    return read.assign(decimals=decimals, unit=read["unit"].mask(is_share, "%"))


def unfold_table(table: Worksheet, roles: layouts.Roles, known: Vocabulary) -> Figures:
    """Turn a table into one row per cell of figures, in the order of its rows.

    A row has its fields (``words.toml``), ``rank`` and ``rank_of`` as texts, ``row``, ``section``
    (its heading), ``printed`` (text or float) and ``is_total``.
    """
    melted = _melt(table, _describe_rows(table, roles, known), roles)
    figures = Figures(melted, table.name, known.reference, known.mapping, known.is_own)
    figures.cells, figures.notes = len(melted), [*filter(None, [table.remark])]
    return figures


def _find_unsaid(table: Worksheet, roles: layouts.Roles, known: Vocabulary) -> Iterator[Problem]:
    """What is needed of each figure and nothing says, with the form for columns that differ."""
    said = {*roles.fields, *known.mapping.constants}
    values = [(table.names[at], each) for at, each in roles.values.items() if not each.bound]
    for name, fields in load_vocabulary()["needed"].items():
        silent = [pair for pair in values if not getattr(pair[1], name, name == "value")]
        if said & {*fields} or (values and not silent):
            continue
        if silent and name in ValueColumn.model_fields:
            heading, value = silent[0]
            period = value.period or part_period(heading)[0] or "2023"
            told = {"indicator": value.indicator or "…", "period": period}
            yield problem("unsaid_of_column", table.name, name=name, heading=heading, **told)
        else:
            yield problem("unsaid", table.name, name=name)


def _describe_rows(table: Worksheet, roles: layouts.Roles, known: Vocabulary) -> pd.DataFrame:
    """The words that describe each row of the table, as texts."""
    body, places, mapping = table.cells, dict(roles.fields), known.mapping
    folded = [fold_text(name) for name in table.names]
    ranks = {"rank": mapping.ranks.column, "rank_of": mapping.ranks.of} if mapping.ranks else {}
    for name, heading in ranks.items():
        if heading and fold_text(heading) in folded:
            places[name] = folded.index(fold_text(heading))
    held: dict[str, Any] = {each: print_cells(body[at]).to_numpy() for each, at in places.items()}
    fields = dict.fromkeys((*load_vocabulary()["fields"], "rank", "rank_of", *places))
    names = [name for name in fields if name != "value"]
    words = {name: held.get(name, mapping.constants.get(name, "")) for name in names}
    rows = pd.DataFrame(words, index=body.index).astype("str").assign(row=body.index)
    if roles.form or "breakdown" in roles.fields:
        # A label such as "Đất đai" becomes `field=dat_dai`; one of totals becomes the whole.
        said = "field" if roles.form else folded[roles.fields["breakdown"]]
        kind = "field" if "linh vuc" in said or "field" in said else "item"
        codes = {
            label: label if "=" in label else f"{kind}={slug_text(label).replace('-', '_')}"
            for label in rows["breakdown"].unique()
            if label and not is_total(label)
        }
        rows["breakdown"] = matching.look_up(rows["breakdown"], codes)
    if known.is_own:  # what adds up others owes itself the same as they do
        return rows.assign(is_total=False)
    if "area" in roles.fields:
        # Where a row says no area, "Trung vị" may stand in the column of running numbers.
        is_open = (rows["area"] == "") & (rows["area_code"] == "")
        taken = {*roles.fields.values(), *roles.values}
        for at in (each for each in map(int, body.columns) if is_open.any() and each not in taken):
            is_label = is_open & (rows["area"] == "") & body[at].map(layouts.is_word)
            rows["area"] = rows["area"].where(~is_label, body[at].astype("str"))
    is_named = "area" in roles.fields or not roles.form
    totals = {
        label: is_named and label not in mapping.areas and is_total(label, mapping.totals)
        for label in rows["area"].unique()
    }
    return rows.assign(is_total=rows["area"].map(totals).astype("bool"))


def _melt(table: Worksheet, rows: pd.DataFrame, roles: layouts.Roles) -> pd.DataFrame:
    """One table per column of figures, beneath each other, in the order of the rows."""
    body, parts = table.cells, []
    bounds = {at: value for at, value in roles.values.items() if value.bound}
    for position, value in roles.values.items():
        if value.bound:
            continue
        part = rows.assign(**value.said, section=table.names[position], printed=body[position])
        for at in (at for at, bound in bounds.items() if bound.bare == value):
            cells, bound = print_cells(body[at]).astype("str"), bounds[at].bound
            said: Any = {bound: cells}
            if bound == "interval":
                said = cells.str.extract(f"^{pattern('interval').pattern}$").fillna("")
            part = part.assign(**said)
        parts.append(part)
    figures = pd.concat(parts, ignore_index=True)
    figures = figures.sort_values("row", kind="stable", ignore_index=True)
    if figures["printed"].dtype.kind != "f":  # "42.3 (39.1-45.2)" is a value and its bounds
        texts = figures["printed"].astype("str")
        texts = texts[texts.str.contains(r"[\d%]\s*[(\[]")]
        figures.update(texts.str.extract(f"^{pattern('value_and_interval').pattern}$").dropna())
    return figures


def _drop_missing(figures: Figures) -> None:
    """Set cells aside that hold no figure; marks of notes behind values become notes."""
    rows, mapping, notes = figures.rows, figures.mapping, figures.notes
    texts = print_cells(rows["printed"]).astype("str")
    words = {*load_vocabulary()["missing"], *(word.casefold() for word in mapping.missing)}
    is_missing = rows["printed"].isna() | texts.str.casefold().isin(words)
    if number := int(is_missing.sum()):
        notes.append(f"{number} empty cell{'s' * (number > 1)}")
    for absence in mapping.absent:
        is_absent = (rows["indicator"] == absence.indicator) & (texts == absence.printed)
        if (is_absent & ~is_missing).any():
            areas = ", ".join(dict.fromkeys(rows.loc[is_absent, "area"]))
            cells = f"{int(is_absent.sum())} cells {absence.printed!r} of {absence.indicator}"
            notes.append(f"{cells} ({areas}) left out: {absence.reason}")
            is_missing |= is_absent
    is_marked = texts.str.endswith(tuple("*†‡)⁾⁰¹²³⁴⁵⁶⁷⁸⁹"))
    marked = texts[is_marked].str.extract(pattern("marked")).dropna()
    if len(marked):
        own = rows.loc[marked.index]
        notes.append(f"marks of notes behind values ({name_rows(own['row'])})")
        said = own["note"].astype("str").str.cat(marked["mark"], sep=" ").str.strip()
        rows.update(marked["bare"].rename("printed").to_frame().assign(note=said))
    figures.rows = rows[~is_missing].reset_index(drop=True)
    if len(totals := figures.rows[figures.rows["is_total"]]):
        labels = ", ".join(map(repr, totals["area"].unique()))
        left = f"{totals['row'].nunique()} rows of totals ({labels}) left out of the data"
        figures.notes.append(left)
    if len(totals) == len(figures.rows):
        raise refusal("empty_body", figures.where)


def _check_shares(figures: Figures) -> None:
    """Per cents between 0 and 1 are shares of one, unless the mapping or the cell denies it."""
    rows = figures.rows
    # A unit "%" denies nothing: people head a column so and keep shares of one in it.
    has_sign = rows["printed"].map(lambda cell: isinstance(cell, str) and cell.endswith("%"))
    rates = rows[(rows["unit"] == "%") & ~has_sign.astype("bool") & (rows["value"] != 0)]
    for (indicator, section), own in rates.groupby(["indicator", "section"], sort=False):
        is_share = own["value"].abs() <= 1
        others, shares = own.loc[~is_share, "value"], own[is_share]
        is_small = indicator in figures.mapping.small_rates
        if is_small or shares.empty or (len(others) and others.median() < 50):
            continue
        said = {"number": len(shares), "all": len(own), "printed": shares["printed"].iloc[0]}
        figures.complain(shares.index, "shares", indicator=indicator, section=section, **said)


def _check_values(figures: Figures) -> None:
    """A value lies in the range of its indicator and in its own interval; no error is below 0."""
    catalogue = figures.reference.indicators.set_index("indicator")[["range_min", "range_max"]]
    placed = figures.rows.join(catalogue, on="indicator")
    value, least, most = (placed[name] for name in ("value", "range_min", "range_max"))
    outside = placed[(value < least - SLACK) | (value > most + SLACK)]
    for (indicator, printed), rows in outside.groupby(["indicator", "printed"], sort=False):
        first, shown, advice = rows.iloc[0], printed, ""
        marks = [mark for mark in ".," if isinstance(printed, str) and mark in printed]
        if len(marks) == 1 and first["value"].is_integer() and abs(first["value"]) >= 1000:
            # The mark was taken for thousands, and may be decimal.
            shown = f"{printed}, read as {first['value']:.12g}"
            mark = f"say `decimal_mark: {marks[0]!r}` in the mapping"
            advice = f"If {marks[0]!r} parts the decimals, {mark}. "
        low, high = first["range_min"], first["range_max"]
        said = {
            "areas": join_some([*dict.fromkeys(rows["area"])]),
            "range": f"{low:g} to {high:g}" if np.isfinite(high) else f"at least {low:g}",
            "advice": advice,
        }
        figures.complain(rows.index, "out_of_range", indicator=indicator, shown=shown, **said)
    low, high, error = (placed[name] for name in UNCERTAINTY)
    slack = 0.5 * 10.0 ** -placed["decimals"].astype("float64") + SLACK
    is_out = (low > value + slack) | (high < value - slack) | (error < 0)
    for _, rows in placed[is_out].groupby("indicator", sort=False):
        first = rows.iloc[0]
        told = {name: first[name] for name in ("indicator", "printed", "area")}
        told["said"] = ", ".join(f"{n} {first[n]:g}" for n in UNCERTAINTY if first.notna()[n])
        figures.complain(rows.index, "out_of_bounds", **told)


def _check_existence(figures: Figures) -> None:
    """An area speaks of a period at whose end it did not yet, or no longer, exist."""
    areas = figures.reference.tabulate_areas(figures.rows["area_id"].unique()).fillna("")
    placed = figures.rows.join(areas[["name", "valid_from", "valid_to"]], on="area_id", how="inner")
    first, end, last = (placed[name] for name in ("valid_from", "period_end", "valid_to"))
    is_over = (last != "") & (end > last)
    for is_wrong, column, one, several in (
        (first > end, "valid_from", "does not exist before", "do not exist before"),
        (is_over, "valid_to", "no longer exists after", "no longer exist after"),
    ):
        for day, rows in placed[is_wrong].groupby(column):
            named = list(dict.fromkeys(rows["name"] + " (" + rows["area_id"] + ")"))
            said = {name: rows[name].iloc[0] for name in ("period_start", "period_end")}
            said["areas"] = join_some(named)
            said["words"] = f"{several if len(named) > 1 else one} {day}"
            figures.complain(rows.index, "no_area_then", **said)


def drop_doubles(figures: pd.DataFrame, where: str, notes: list[str]) -> pd.DataFrame:
    """Figures without those said twice; two different values for one quantity are refused."""
    if problems := [*_find_clashes(figures, where)]:
        raise ReportError(problems)
    if (is_again := figures.duplicated(["source", *QUANTITY])).any():
        places = name_rows(figures.loc[is_again, "row"])
        notes.append(f"{int(is_again.sum())} figures said twice with one value ({places})")
    return figures[~is_again]


def _find_clashes(figures: pd.DataFrame, where: str) -> Iterator[Problem]:
    """Quantities that have two different values."""
    key = ["source", *QUANTITY]
    known = figures[figures["area_id"] != ""]
    clashes: dict[object, list[pd.DataFrame]] = {}
    for at, rows in known[known.duplicated(key, keep=False)].groupby(key, sort=False):
        if rows["value"].nunique() > 1:  # columns that say one quantity do so in every row
            is_beside = rows["section"].nunique() > 1 and rows["row"].nunique() == 1
            clashes.setdefault(rows["indicator"].iloc[0] if is_beside else at, []).append(rows)
    for of, parts in clashes.items():
        rows, whole = parts[0], pd.concat(parts)
        said = {name: rows[name].iloc[0] for name in ("area", "indicator", "period_end")}
        said["values"] = " and ".join(map(str, rows["printed"].iloc[:3]))
        said["columns"] = join_some([*map(repr, whole["section"].unique())])
        said |= {
            "heading": rows["section"].iloc[0],
            "year": part_period(rows["section"].iloc[0])[0] or "…",
        }
        kind = "two_values" if isinstance(of, tuple) else "one_quantity"
        yield problem(kind, place_rows(where, whole["row"]), **said)


def compare_totals(figures: pd.DataFrame, totals: pd.DataFrame, reference: Reference) -> list[str]:
    """How the rows of totals, means and extremes compare with the rows that they are about."""
    if totals.empty:
        return []
    words = spell("statistics")
    kinds = {unit: row["kind"] for unit, row in reference.unit_rows.items()}
    key = ["indicator", "breakdown", "period", "period_end"]
    reckoned = totals["area"].map(
        lambda label: next((words[each] for each in words if each in fold_text(label)), "")
    )
    is_summed = totals["unit"].map(kinds).isin(["count", "money"]) | (reckoned != "sum")
    wanted = totals.assign(reckoned=reckoned)[is_summed & (reckoned != "")]
    own = figures.groupby(key, sort=False)["value"].agg([*load_vocabulary()["statistics"]])
    both, said = wanted.merge(own.reset_index(), on=key), []
    for row in list_rows(both):
        value = row[row["reckoned"]]
        room = 1e-6 * abs(value) if row["reckoned"] == "sum" else 0.5 * 10.0 ** -row["decimals"]
        if abs(row["value"] - value) > room + SLACK:
            printed = f"printed {row['printed']}, the rows give {value:.12g}"
            said.append(f"{row['area']} of {row['indicator']} in row {row['row']}: {printed}")
    kept = f"{len(both) - len(said)} of {len(both)} totals and means follow from their rows"
    return [*filter(None, [join_some(said, mark=LINES)]), kept] if len(both) else []


def tell_gaps(figures: pd.DataFrame, reference: Reference) -> list[str]:
    """Changes of definition in and between periods of indicators, then their holes, in words."""
    changes, holes = list[str](), list[str]()
    names = dict(zip(figures["area_id"], figures["area"], strict=True))
    for indicator, rows in figures.groupby("indicator", sort=False):
        days = [row["effective"] for row in list_breaks(str(indicator), reference)]
        ends = rows["period_end"]
        starts = rows["period_start"].where(rows["period_start"] != "", ends)
        if inside := [day for day in days if ((starts < day) & (ends >= day)).any()]:
            changed = f"its definition changes on {', '.join(inside)}, within a period"
            changes.append(f"{indicator}: {changed}; such values are part of no series")
        if between := [day for day in days if (ends < day).any() and (starts >= day).any()]:
            apart = f"values before and after {', '.join(between)} are not joined"
            changes.append(f"{indicator}: {apart} (its definition changes there)")
        grid = rows.groupby(["area_id", "period_end"]).size().unstack().isna()
        lacking = [
            f"{names[area]} {day}"
            for day in grid.columns
            for area in grid.index[grid[day]]
            if exists_on(reference.area_rows[area], day)
        ]
        holes += [f"{indicator}: no figure for {join_some(lacking)}"] if lacking else []
    return [join_some(said, mark=LINES) for said in (changes, holes) if said]


def tell_ranks(figures: pd.DataFrame, areas: pd.DataFrame) -> Iterator[str]:
    """How the ranks printed in a panel compare with the values beside them, in words."""
    if not (printed := {*figures["indicator"].unique()} & {*RANKED}):
        return
    hidden = 0.5 * 10.0 ** -figures["decimals"].astype("float64")
    bounds = {"low": figures["value"] - hidden, "high": figures["value"] + hidden}
    whole = figures[figures["breakdown"] == ""].assign(source_id=figures["source"], **bounds)
    placed = whole.join(areas.set_index("area_id")[["parent_id", "level"]], on="area_id")
    judged = judge_ranks(placed.drop(columns="printed"))
    alone = sorted(printed - {*judged["rank_id"]})
    yield from (f"{rank}: ranks without values to hold them against" for rank in alone)
    names = dict(zip(figures["area_id"], figures["area"], strict=True))
    for indicator, rows in judged.groupby("indicator", sort=False):
        off = []
        for row in list_rows(rows[~rows["holds"].astype("bool")]):
            more = f" to {row['most']:g}" if np.isfinite(row["most"]) else " or more"
            own = f"{row['least']:g}{more if row['most'] > row['least'] else ''}"
            place = f"{names[row['area_id']]} {row['period_end'][:4]}"
            off.append(f"{place} is printed {row['printed']:g}, its value gives {own}")
        named = f": {join_some(off, mark='; ')}" if off else ""
        kept = f"{len(rows) - len(off)} of {len(rows)} ranks of {indicator} follow from its values"
        yield f"{kept}{named}"
