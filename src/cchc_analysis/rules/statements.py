"""Which figures may stand beside each other: observations, lined up for arithmetic.

A row is one source, area, scope and window. A figure joins a row when it is counted over that very
window, or is a stock of its last day; a maximum or a norm joins every row that ends inside its own
period.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.data.records import Scope, Status
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.rules.expressions import Group, GroupSum, Operand, Quantity
from cchc_analysis.rules.figures import (
    ALL_SCOPES,
    EXTREME_RATES,
    OPEN_END,
    ROW_COLUMNS,
    STOCK,
    Axis,
    Booleans,
    Floats,
    Integers,
    Lookup,
    Operands,
    TextColumn,
    choose_figures,
    group_positions,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.data.reference import Reference as ReferenceTables


NUMBERS = ("value", "low", "high", "step")


@dataclass(frozen=True)
class _Members:
    """The figures of a group sum, and the key of the row that each is a part of."""

    positions: Integers
    keys: Integers


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
        self.figures = figures
        self._norms = frozenset(norms)
        self._parents = dict(parents)
        self._axis = Axis(self.figures, sorted({*parents.values()}))
        self._places = self._axis.place(self.figures)
        keys = self._axis.encode(self._places)
        _, first, home = np.unique(keys, return_index=True, return_inverse=True)
        self.home: Integers = home
        self.rows = self.figures[list(ROW_COLUMNS)].iloc[first].reset_index(drop=True)
        self._row_places = self._places.take(first)
        self._numbers = {name: self.figures[name].to_numpy("float64") for name in NUMBERS}
        self._positions: dict[Quantity, Integers] = {}
        self._members: dict[GroupSum, _Members] = {}

    @property
    def codes(self) -> frozenset[str]:
        """The indicators for which a figure is held."""
        return frozenset(self.figures["indicator"].unique())

    @cached_property
    def sources(self) -> npt.NDArray[np.object_]:
        """The source of each row."""
        return self.rows["source_id"].to_numpy(dtype=object)

    def name_row(self, row: int) -> tuple[str, ...]:
        """The cells of ``ROW_COLUMNS`` in one row."""
        return tuple(words[row] for words in self._words)

    @cached_property
    def _words(self) -> tuple[TextColumn, ...]:
        return tuple(TextColumn(self.rows[name]) for name in ROW_COLUMNS)

    def with_figures(self, figures: pd.DataFrame) -> Statements:
        """Other figures, lined up by the same norms and areas."""
        return Statements(figures.reset_index(drop=True), self._norms, self._parents)

    @property
    def norms(self) -> frozenset[str]:
        """The indicators that are norms."""
        return self._norms

    def parent(self, area_id: str) -> str:
        """The area above an area, or nothing."""
        return self._parents.get(area_id, "")

    def find(self, operand: Operand) -> Operands:
        """The figures of one operand along all rows; not printed is NaN."""
        if isinstance(operand, GroupSum):
            return self._add_up(operand)
        return self._read(self.find_positions(operand))

    def list_figures(self, operand: Operand, row: int) -> list[int]:
        """The positions of the figures behind one operand in one row."""
        if isinstance(operand, GroupSum):
            members = self._list_members(operand)
            is_here = members.keys == self._group_keys(operand)[row]
            return [int(at) for at in members.positions[is_here]]
        at = int(self.find_positions(operand)[row])
        return [at] if at >= 0 else []

    @cached_property
    def _by_quantity(self) -> dict[tuple[str, ...], Integers]:
        return group_positions(self.figures, ["indicator", "breakdown"])

    def find_positions(self, operand: Quantity) -> Integers:
        """The position of the figure of one quantity in each row, -1 where there is none."""
        if operand not in self._positions:
            self._positions[operand] = self._search(operand)
        return self._positions[operand]

    def _search(self, operand: Quantity) -> Integers:
        held = self._by_quantity.get((operand.code, operand.breakdown))
        rows = len(self.rows)
        if held is None:
            return np.full(rows, -1, dtype=np.int64)
        wanted = self._row_places
        if operand.scope:
            wanted = replace(wanted, scope=self._axis.constant("scope", operand.scope, rows))
        stock = replace(wanted, start=self._axis.constant("period_start", STOCK, rows))
        lookup = Lookup.build(self._axis.encode(self._places.take(held)), held)
        found = lookup.find(self._axis.encode(wanted))
        found = np.where(found >= 0, found, lookup.find(self._axis.encode(stock)))
        if operand.code in self._norms:
            found = np.where(found >= 0, found, self._search_norms(held, wanted.scope))
        return found

    def _search_norms(self, held: Integers, scopes: Integers) -> Integers:
        """A norm holds for every row that ends inside its period; the first one printed counts."""
        import pandas as pd

        rows, norms = replace(self._row_places, scope=scopes), self._places.take(held)
        place = ["source", "area", "scope"]
        wanted = pd.DataFrame({name: getattr(rows, name) for name in place})
        known = pd.DataFrame({name: getattr(norms, name) for name in place})
        dates = self.figures.loc[held, ["period_start", "period_end"]].reset_index(drop=True)
        met = wanted.assign(row=wanted.index, day=self.rows["period_end"]).merge(
            known.assign(position=held).join(dates), on=place
        )
        is_inside = (met["period_start"] <= met["day"]) & (met["day"] <= met["period_end"])
        first = met[is_inside].drop_duplicates("row")
        found = np.full(len(self.rows), -1, dtype=np.int64)
        found[first["row"]] = first["position"]
        return found

    def _read(self, positions: Integers) -> Operands:
        missing = positions < 0
        if missing.all():
            return print_nothing(len(positions))
        numbers = {
            name: np.where(missing, np.nan, column[positions])
            for name, column in self._numbers.items()
        }
        return Operands(**numbers, home=np.where(missing, -1, self.home[positions]))

    def _add_up(self, operand: GroupSum) -> Operands:
        members = self._list_members(operand)
        if not len(members.positions):
            return print_nothing(len(self.rows))
        keys, group = np.unique(members.keys, return_inverse=True)
        found = Lookup(keys, np.arange(len(keys))).find(self._group_keys(operand))
        missing = found < 0
        sums: dict[str, Floats] = {
            name: np.asarray(np.bincount(group, weights=column[members.positions]), dtype="float64")
            for name, column in self._numbers.items()
        }
        numbers = {name: np.where(missing, np.nan, column[found]) for name, column in sums.items()}
        home = np.arange(len(self.rows)) if operand.group is Group.BREAKDOWN else found
        return Operands(**numbers, home=np.where(missing, -1, home))

    def _group_keys(self, operand: GroupSum) -> Integers:
        """The key under which each row looks for its group."""
        places = self._row_places
        if operand.group is not Group.BREAKDOWN:
            anywhere = self._axis.constant("scope", ALL_SCOPES, len(self.rows))
            places = replace(places, scope=anywhere)
        return self._axis.encode(places)

    def _list_members(self, operand: GroupSum) -> _Members:
        if operand not in self._members:
            self._members[operand] = self._gather_members(operand)
        return self._members[operand]

    def _gather_members(self, operand: GroupSum) -> _Members:
        is_part, places = self._is_of(operand), self._places
        if operand.group is not Group.BREAKDOWN:
            anywhere = self._axis.constant("scope", ALL_SCOPES, len(self.figures))
            places = replace(places, scope=anywhere)
        if operand.group is Group.CHILDREN:
            is_below, parents = self._look_up()
            is_part = is_part & is_below
            places = replace(places, area=parents)
        positions = np.flatnonzero(is_part)
        return _Members(positions, self._axis.encode(places.take(positions)))

    def _is_of(self, operand: GroupSum) -> Booleans:
        has_breakdown = self.figures["breakdown"] != ""
        wants_breakdown = operand.group is not Group.CHILDREN
        is_code = self.figures["indicator"] == operand.code
        return np.asarray(is_code & (has_breakdown == wants_breakdown))

    def _look_up(self) -> tuple[Booleans, Integers]:
        """Which figures are of an area below or of the district's own office, and of which area."""
        areas, scopes = self.figures["area_id"], self.figures["scope"]
        is_own = scopes == Scope.DISTRICT_OFFICE
        parents = areas.map(lambda area: self._parents.get(area, ""))
        is_below = scopes.isin([Scope.COMMUNE, Scope.WHOLE_DISTRICT]) & (parents != "")
        above = self._axis.number("area_id", areas.where(is_own, parents))
        return np.asarray((is_own | is_below) & (above >= 0)), above


def tabulate_statements(
    observations: pd.DataFrame, reference: ReferenceTables | None = None
) -> Statements:
    """Line up observations for arithmetic.

    Args:
        observations: ``OBSERVATION_COLUMNS``; only published readings are used.
        reference: The catalogue, which says what is a norm, and the areas, which say what lies
            below what. Without it only maxima are norms, and no area has children.
    """
    parents: dict[str, str] = {}
    if reference is None:
        norms = set(observations.loc[observations["status"] == Status.MAX_SCORE, "indicator"])
    else:
        catalogue = reference.indicators
        norms = set(catalogue.loc[catalogue["aggregation"] == "norm", "indicator"])
        parents = dict(reference.tabulate_areas(observations["area_id"].unique())["parent_id"])
    return Statements(choose_figures(observations, norms), norms, parents)


def print_nothing(length: int) -> Operands:
    """An operand that is printed in no row."""
    nothing = np.full(length, np.nan)
    return Operands(nothing, nothing, nothing, nothing, home=np.full(length, -1, dtype=np.int64))


BESIDE = ("low", "high", "step", "home")
"""What our own table says of a number in columns beside it, where it is not exact or at home."""

SOURCE_COLUMNS = ("source_id", "area_id", "area")
"""What tells one source from another; the first that a table has."""


class WideTable:
    """Operands in the columns of a table; a quantity without a column is printed nowhere."""

    def __init__(self, table: pd.DataFrame, rounded: Collection[str] = ()) -> None:
        """Look operands up in a table.

        Args:
            table: A row a place and window.
            rounded: The indicators whose numbers are rounded; all others are counted.
        """
        self._table = table
        self._rounded = frozenset(rounded)

    @property
    def sources(self) -> npt.NDArray[np.object_]:
        """The source of each row; each row is one where nothing tells them apart."""
        for name in SOURCE_COLUMNS:
            if name in self._table:
                return self._table[name].to_numpy(dtype=object)
        return np.arange(len(self._table)).astype(object)

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
        value, step = (np.array(each, dtype=np.float64) for each in zip(*printed, strict=True))
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
    if isinstance(cell, str):
        try:
            number = parse_number(cell, "rate" if is_rounded else "count")
        except NumberError as error:
            remedy = "Mend the cell, or leave it empty where nothing is known."
            raise ReportError(
                Problem(f"{name}, row {row}", f"{error}", "a number", remedy)
            ) from None
        value, decimals = number.value, number.decimals
    else:
        value, decimals = (
            float(cell),
            len(np.format_float_positional(cell, trim="-").partition(".")[2]),
        )
    return value, 10.0**-decimals if is_rounded else 0.0


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


def tabulate_columns(
    statements: Statements, operands: Iterable[Operand], start: int = 0
) -> pd.DataFrame:
    """The rows of some statements with their operands as columns, for ``WideTable`` to read.

    A column that would say nothing (an operand printed nowhere, the room of a count) is left out.

    Args:
        statements: What is lined up.
        operands: What rules ask for.
        start: The number of the first row, where other rows stand before these in one table.
    """
    import pandas as pd

    found = dict(_list_columns(statements, operands, start))
    table = pd.DataFrame(found, index=statements.rows.index)
    return pd.concat([statements.rows, table], axis=1)


def _list_columns(
    statements: Statements, operands: Iterable[Operand], start: int
) -> Iterator[tuple[str, Floats]]:
    for operand in operands:
        numbers = statements.find(operand)
        if not numbers.is_printed.any():
            continue
        default = _exactly(numbers.value)
        default["home"] = np.where(default["home"] < 0, -1.0, default["home"] + start)
        home = np.where(numbers.home < 0, -1.0, numbers.home.astype(np.float64) + start)
        beside = (numbers.low, numbers.high, numbers.step, home)
        yield str(operand), numbers.value
        for kind, column in zip(BESIDE, beside, strict=True):
            if not np.array_equal(column, default[kind], equal_nan=True):
                yield f"{operand} {kind}", column
