"""Which figures may stand beside each other, how much room each leaves, and where it is found.

A row is one source, area, scope and window. A figure joins a row when it is counted over that very
window, or is a stock of its last day; a maximum, a norm or the size of a plan joins every row that
ends inside its own period. Plans and targets never stand in for a result: they serve only where a
quantity is by nature a norm, or is never stated as a result at all (a quota).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.data.records import RESULT_STATUSES, Comparator, Scope, Status, problem
from cchc_analysis.data.reference import Reference
from cchc_analysis.errors import ReportError
from cchc_analysis.rules.expressions import Group, GroupSum, Operand, Quantity

ROW_COLUMNS = ("source_id", "area_id", "scope", "period_start", "period_end")
"""The columns that name a row: a source, an area, a scope and a window."""

AREA, SCOPE = ROW_COLUMNS.index("area_id"), ROW_COLUMNS.index("scope")

STOCK = ""
"""The start of a window that is a single day."""

OPEN_END = 1e-6
"""What rounds up is not reached: 89,4 stands for less than 89.45, by this share of its unit."""

EXTREME_RATES = (0.0, 100.0)
"""None and all: printed without decimals they are meant exactly, and are no rounding."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Operands:
    """One quantity along the rows: its value, and the room that its digits leave.

    ``step`` is one unit of the last printed digit where digits were cut off, zero for a count.
    ``home`` is the row in which the figure itself was counted; -1 where nothing is printed.
    """

    value: Floats
    low: Floats
    high: Floats
    step: Floats
    home: Integers

    @property
    def is_printed(self) -> Booleans:
        """Where the quantity is printed, and is a number."""
        return np.asarray((self.home >= 0) & np.isfinite(self.value))

    def take(self, rows: Integers) -> Operands:
        """The quantity along some of the rows."""
        return Operands(*(column[rows] for column in vars(self).values()))


def print_nothing(length: int) -> Operands:
    """An operand that is printed in no row."""
    nothing = np.full(length, np.nan)
    return Operands(nothing, nothing, nothing, nothing, home=np.full(length, -1, dtype=np.int64))


def hold_texts(cells: pd.Series) -> Texts:
    """A column of texts, each distinct one held once: to be asked cell by cell, in any order."""
    codes, names = pd.factorize(cells, use_na_sentinel=False)
    texts: Texts = np.array([str(name) for name in names], dtype=object)[codes]
    return texts


def pair_equal(keys: Integers, others: Integers) -> tuple[Integers, Integers]:
    """The places of all pairs of equal keys: of the one, in its order, and of the other."""
    order = np.argsort(others, kind="stable")
    first, last = (np.searchsorted(others, keys, side, sorter=order) for side in ("left", "right"))
    times = last - first
    own = np.repeat(np.arange(len(keys)), times)
    behind = np.arange(len(own)) - np.repeat(times.cumsum() - times, times)
    return own, order[np.repeat(first, times) + behind]


def choose_figures(observations: pd.DataFrame, norms: Collection[str]) -> pd.DataFrame:
    """The figures that may stand in a row, one for each quantity; results before plans.

    Published observations by position, with their ``index`` and the room that ``leave_room`` gives.
    """
    is_result = observations["status"].isin(RESULT_STATUSES)
    is_norm = observations["indicator"].isin(set(norms))
    # What other sources state must not matter: each is judged by its own figures.
    is_plan = observations["status"] == Status.PLAN
    is_stated = is_result.groupby([observations["source_id"], observations["indicator"]])
    is_quota = is_plan & ~is_stated.transform("any") if is_plan.any() else is_plan
    usable = observations["is_published"] & (is_result | is_norm | is_quota)
    usable &= observations["scope"].isin(tuple(Scope))
    order = {status: rank for rank, status in enumerate(Status)}
    figures = observations[usable].assign(
        index=observations.index[usable], rank=observations.loc[usable, "status"].map(order)
    )
    figures = figures.sort_values("rank", kind="stable").drop_duplicates(
        [*ROW_COLUMNS, "indicator", "breakdown"]
    )
    return figures.assign(**leave_room(figures)).sort_index().reset_index(drop=True)


def leave_room(figures: pd.DataFrame) -> dict[str, Floats]:
    """``low``, ``high`` and ``step`` of figures: what their digits leave open, and their words."""
    value, low, high = (figures[name].to_numpy("float64") for name in ("value", "low", "high"))
    with np.errstate(invalid="ignore"):
        step = np.where(np.isfinite(high - low), high - low, 0.0)
    is_whole_rate = ((figures["decimals"] == 0) & (figures["unit"] == "%")).to_numpy()
    is_extreme = is_whole_rate & np.isin(value, EXTREME_RATES)
    low = np.where(is_extreme, value, low)
    high = np.where(is_extreme, value, high - OPEN_END * step)
    comparator = figures["comparator"].to_numpy()
    # "khoảng" and "gần" are said of what lies a twentieth of itself away.
    about = np.where(comparator == Comparator.ABOUT, 0.05 * np.abs(value), 0.0)
    opens_up = np.isin(comparator, (Comparator.AT_LEAST, Comparator.MORE))
    opens_down = np.isin(comparator, (Comparator.AT_MOST, Comparator.LESS))
    return {
        "low": np.where(opens_down, -np.inf, low - about),
        "high": np.where(opens_up, np.inf, high + about),
        # Who says "over 99" has not cut 98.7 off: a bound is meant as it stands.
        "step": np.where(opens_up | opens_down, 0.0, step),
    }


class Statements:
    """Published figures, lined up in rows; one operand at a time is looked up along all rows.

    Attributes:
        rows: ``ROW_COLUMNS``, one row per source, area, scope and window; text cells.
        figures: the observations that may stand in a row, by position; ``index`` keeps the index
            of the observation, ``low``, ``high`` and ``step`` are as arithmetic uses them.
    """

    def __init__(
        self, figures: pd.DataFrame, norms: Collection[str], parents: Mapping[str, str]
    ) -> None:
        self.figures, self.norms, self.parents = figures, frozenset(norms), parents
        words = [figures[name] for name in ROW_COLUMNS]
        self._cells = [pd.Index(cells.unique()) for cells in words]
        known = zip(self._cells, words, strict=True)
        places = np.stack([cells.get_indexer(column) for cells, column in known])
        keys, first, self._home = np.unique(
            self._encode(places), return_index=True, return_inverse=True
        )
        self._keys = pd.Index(keys)
        self._places: Integers = places[:, first]
        self.rows = figures[list(ROW_COLUMNS)].iloc[first].reset_index(drop=True)
        numbers = ("value", "low", "high", "step")
        self._numbers = {name: figures[name].to_numpy("float64") for name in numbers}
        self._moved: dict[tuple[str, ...], Integers] = {}
        self._positions: dict[Quantity, Integers] = {}
        self._groups: dict[GroupSum, tuple[Integers, Integers, Integers]] = {}

    @cached_property
    def sources(self) -> Texts:
        """The source of each row."""
        return self.rows["source_id"].to_numpy(dtype=object)

    @cached_property
    def words(self) -> Mapping[str, Texts]:
        """The cells of ``rows``, to be asked one by one."""
        return {name: hold_texts(self.rows[name]) for name in ROW_COLUMNS}

    @cached_property
    def origins(self) -> Mapping[str, Texts]:
        """The cells of ``figures`` that say of what a value is made, to be asked one by one."""
        names = ("status", "period_start", "figures")
        return {name: hold_texts(self.figures[name]) for name in names}

    def find(self, operand: Operand) -> Operands:
        """The figures of one operand along all rows; not printed is NaN."""
        if isinstance(operand, GroupSum):
            of_rows, parts, of_figures = self._group(operand)
            count = np.bincount(of_figures, minlength=int(of_rows.max(initial=0)) + 1)
            missing = count[of_rows] == 0
            numbers = {}
            for name, column in self._numbers.items():
                sums = np.bincount(of_figures, weights=column[parts], minlength=len(count))
                numbers[name] = np.where(missing, np.nan, sums[of_rows])
            home = np.arange(len(self.rows)) if operand.group is Group.BREAKDOWN else of_rows
            return Operands(**numbers, home=np.where(missing, -1, home))
        positions = self.find_positions(operand)
        missing = positions < 0
        if missing.all():
            return print_nothing(len(positions))
        numbers = {
            name: np.where(missing, np.nan, column[positions])
            for name, column in self._numbers.items()
        }
        return Operands(**numbers, home=np.where(missing, -1, self._home[positions]))

    def list_figures(self, operand: Operand, row: int) -> list[int]:
        """The positions of the figures behind one operand in one row."""
        return [int(at) for at in self.pair_figures(operand, np.array([row]))[1]]

    def pair_figures(self, operand: Operand, rows: Integers) -> tuple[Integers, Integers]:
        """The figures behind one operand in some rows: the row and the figure of each pair."""
        if isinstance(operand, GroupSum):
            of_rows, positions, of_figures = self._group(operand)
            own, part = pair_equal(of_rows[rows], of_figures)
            return rows[own], positions[part]
        figures = self.find_positions(operand)[rows]
        return rows[figures >= 0], figures[figures >= 0]

    def find_positions(self, operand: Quantity) -> Integers:
        """The position of the figure of one quantity in each row, -1 where there is none."""
        if operand not in self._positions:
            self._positions[operand] = self._search(operand)
        return self._positions[operand]

    @cached_property
    def _by_quantity(self) -> Mapping[Any, Integers]:
        groups = self.figures.groupby(["indicator", "breakdown"], sort=False, observed=True)
        return {key: np.asarray(at, dtype=np.int64) for key, at in groups.indices.items()}

    def _search(self, operand: Quantity) -> Integers:
        held = self._by_quantity.get((operand.code, operand.breakdown))
        if held is None:
            return np.full(len(self.rows), -1, dtype=np.int64)
        # One place more, for the rows that there are not; the first of equal figures counts.
        stated = np.full(len(self.rows) + 1, -1, dtype=np.int64)
        stated[self._home[held[::-1]]] = held[::-1]
        scope = {"scope": operand.scope} if operand.scope else {}
        found = stated[self._move_rows(**scope)]
        found = np.where(found >= 0, found, stated[self._move_rows(**scope, period_start=STOCK)])
        if operand.code in self.norms:
            self._fit_norms(found, held, operand.scope)
        return found

    def _fit_norms(self, found: Integers, held: Integers, scope: str) -> None:
        """A norm holds for every row that ends inside its period; the first one printed counts."""
        sources, areas, scopes, starts, ends = self.words.values()
        norms = defaultdict[tuple[str, str, str], list[tuple[str, str, int]]](list)
        for position, home in zip(held, self._home[held], strict=True):
            start = starts[home] or f"{ends[home][:4]}-01-01"
            place = sources[home], areas[home], scopes[home]
            norms[place].append((start, ends[home], position))
        for row in np.flatnonzero(found < 0):
            for start, end, position in norms.get(
                (sources[row], areas[row], scope or scopes[row]), ()
            ):
                if start <= ends[row] <= end:
                    found[row] = position
                    break

    def _move_rows(self, **cells: str) -> Integers:
        """The row in the place of each row but for some cells; -1 where there is none."""
        key = (*cells, *cells.values())
        if key not in self._moved:
            places = self._places.copy()
            for name, cell in cells.items():
                at = ROW_COLUMNS.index(name)
                places[at] = self._cells[at].get_indexer([cell])[0]
            self._moved[key] = self._keys.get_indexer(pd.Index(self._encode(places)))
        return self._moved[key]

    def _encode(self, places: Integers) -> Integers:
        """One integer for each place; -1 where a cell is none that any figure has."""
        sizes = tuple(max(len(cells), 1) for cells in self._cells)
        keys = np.ravel_multi_index(tuple(np.maximum(places, 0)), sizes)
        return np.where((places < 0).any(axis=0), -1, keys)

    def _group(self, operand: GroupSum) -> tuple[Integers, Integers, Integers]:
        """The group of each row; the figures that are added up, and the group of each of them."""
        if operand not in self._groups:
            of_rows, of_figures = self._places.copy(), self._places[:, self._home]
            is_part = self.figures["indicator"] == operand.code
            is_part &= (self.figures["breakdown"] != "") == (operand.group is not Group.CHILDREN)
            if operand.group is not Group.BREAKDOWN:
                of_rows[SCOPE] = of_figures[SCOPE] = 0
            if operand.group is Group.CHILDREN:
                # The area that a figure is a part of: the one above, or of an own office the same.
                areas, scopes = self.figures["area_id"], self.figures["scope"]
                above = areas.map(lambda area: self.parents.get(area, ""))
                is_below = scopes.isin([Scope.COMMUNE, Scope.WHOLE_DISTRICT]) & (above != "")
                above = areas.where(scopes == Scope.DISTRICT_OFFICE, above.where(is_below, None))
                of_figures[AREA] = self._cells[AREA].get_indexer(above)
            at = np.flatnonzero(is_part.to_numpy() & (of_figures >= 0).all(axis=0))
            keys = np.concatenate([self._encode(of_rows), self._encode(of_figures[:, at])])
            _, groups = np.unique(keys, return_inverse=True)
            self._groups[operand] = groups[: len(self.rows)], at, groups[len(self.rows) :]
        return self._groups[operand]


def tabulate_statements(observations: pd.DataFrame, reference: Reference) -> Statements:
    """Line up the published readings of observations for arithmetic.

    The catalogue says what is a norm, and the areas what lies below what.
    """
    catalogue = reference.indicators
    norms = set(catalogue.loc[catalogue["aggregation"] == "norm", "indicator"])
    # How many tasks the plan of a year has, reports state of the year's end before that day.
    is_size = catalogue["indicator"].str.fullmatch(r"par_tasks_(?:\w+_)?total")
    sizes = catalogue.loc[is_size, "indicator"]
    parents = dict(reference.tabulate_areas(observations["area_id"].unique())["parent_id"])
    return Statements(choose_figures(observations, norms), norms.union(sizes), parents)


BESIDE = ("low", "high", "step", "home")
"""What our own table says of a number in columns beside it, where it is not exact or at home."""

SOURCE_COLUMNS = ("source_id", "area_id", "area")
"""What tells one source from another; the first that a table has."""


class WideTable:
    """Operands in the columns of a table; a quantity without a column is printed nowhere."""

    def __init__(self, table: pd.DataFrame, rounded: Collection[str] = ()) -> None:
        """Look operands up; the numbers of all indicators but ``rounded`` ones are counted."""
        self._table = table
        self._rounded = frozenset(rounded)

    @property
    def sources(self) -> npt.NDArray[np.object_]:
        """The source of each row; each row is one where nothing tells them apart."""
        named = (self._table[name] for name in SOURCE_COLUMNS if name in self._table)
        return np.asarray(next(named, range(len(self._table))), dtype=object)

    @cached_property
    def words(self) -> Mapping[str, Texts]:
        """The cells of ``ROW_COLUMNS``, to be asked one by one; none where one is lacking."""
        if not all(name in self._table for name in ROW_COLUMNS):
            return {}
        return {name: self._table[name].to_numpy(dtype=object) for name in ROW_COLUMNS}

    def find(self, operand: Operand) -> Operands:
        """The numbers of one operand; not printed is NaN."""
        name = str(operand)
        if name not in self._table:
            return print_nothing(len(self._table))
        found = self._read(operand, self._table[name])
        for kind in BESIDE:
            if f"{name} {kind}" in self._table:
                told = self._table[f"{name} {kind}"].to_numpy("float64")
                found[kind] = np.where(np.isnan(told), found[kind], told)
        return Operands(**found | {"home": found["home"].astype(np.int64)})

    def _read(self, operand: Operand, cells: pd.Series) -> dict[str, Any]:
        is_told = f"{operand} step" in self._table
        is_rounded = isinstance(operand, Quantity) and operand.code in self._rounded and not is_told
        if cells.dtype.kind in "iufb" and not is_rounded:
            return _exactly(cells.to_numpy("float64"))
        printed = [_parse(str(operand), row, cell, is_rounded) for row, cell in cells.items()]
        value, step = np.array(printed, dtype=np.float64).reshape(-1, 2).T
        is_extreme = (step == 1.0) & np.isin(value, EXTREME_RATES)
        half = np.where((step > 0) & ~is_extreme, step / 2, 0.0)
        return _exactly(value) | {
            "low": value - half,
            "high": value + half - np.where(half > 0, OPEN_END * step, 0.0),
            "step": step,
        }


def _parse(name: str, row: Any, cell: Any, is_rounded: bool) -> tuple[float, float]:
    """A cell as its number and one unit of its last printed digit; missing is NaN."""
    if cell is None or cell != cell or not str(cell).strip():  # noqa: PLR0124 - NaN is not itself
        return np.nan, np.nan
    if not isinstance(cell, str):
        decimals = len(np.format_float_positional(cell, trim="-").partition(".")[2])
        return float(cell), 10.0**-decimals if is_rounded else 0.0
    try:
        number = parse_number(cell, "rate" if is_rounded else "count")
    except NumberError as error:
        raise ReportError(problem("no_number_in_cell", f"{name}, row {row}", error=error)) from None
    return number.value, 10.0**-number.decimals if is_rounded else 0.0


def _exactly(value: Floats) -> dict[str, Any]:
    """What is beside a number that is exact and stands where it was counted."""
    missing = np.isnan(value)
    return {
        "value": value,
        "low": value,
        "high": value,
        "step": np.where(missing, np.nan, 0.0),
        "home": np.where(missing, -1.0, np.arange(len(value))),
    }


def tabulate_columns(statements: Statements, operands: Iterable[Operand]) -> pd.DataFrame:
    """The rows of some statements with operands as columns, for ``WideTable`` to read.

    A column that would say nothing (an operand printed nowhere, the room of a count) is left out.
    """
    columns: dict[Any, Any] = {**statements.rows}
    stated = {*statements.figures["indicator"]}
    for operand in operands:
        # A report states few of the quantities that all rules ask for.
        if operand.code not in stated or not (numbers := statements.find(operand)).is_printed.any():
            continue
        columns[str(operand)], default = numbers.value, _exactly(numbers.value)
        for kind in BESIDE:
            column = getattr(numbers, kind).astype(np.float64)
            if not np.array_equal(column, default[kind], equal_nan=True):
                columns[f"{operand} {kind}"] = column
    return pd.DataFrame(columns)
