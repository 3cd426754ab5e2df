"""The printed numbers of a whole panel at once.

A number of a spreadsheet is what it is. A text may be a count with dots between its thousands, a
score with a decimal dot, or the other way round, so the texts of one indicator are read together:
``5.76248`` among them proves a decimal dot, ``1.234.567`` a dot between thousands, and ``20.845``
follows what the others prove. Where nothing is proved, the range of the indicator may rule one
reading out; where that does not help either, the number is refused. Words around a number ("trên
60%", "không phát sinh") are left to ``clean.parse_number``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.data.records import Comparator

if TYPE_CHECKING:
    import pandas as pd

MOST_DECIMALS = 9
"""Decimals looked at in a number of a spreadsheet; what lies behind them is binary noise."""

NOT_YET = ("chưa có",)
"""Words in a cell that mean none so far, or a number that nobody knows yet."""

_FORMS = {
    mark: re.compile(rf"-?(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)(?:{mark}(\d+))?")
    for mark, group in ((r"\.", ","), (",", r"\."))
}
"""A number with a decimal dot and commas between thousands, and the other way round."""


def read_numerals(
    printed: pd.Series[Any],
    group: pd.Series[Any],
    kind: pd.Series[Any],
    maximum: pd.Series[Any],
    decimal_mark: str = "",
) -> pd.DataFrame:
    """Read the printed numbers of a panel.

    Args:
        printed: Floats and texts, none of them empty; its index without doubles.
        group: What is read together, such as the indicator of each.
        kind: The kind of each unit; what is counted has no fraction.
        maximum: The most that each may be, NaN where nothing is known.
        decimal_mark: ``"."`` or ``","`` where the mapping says so, else ``""``.

    Returns:
        With the index of ``printed``: ``value`` (NaN where refused), ``decimals`` as printed,
        ``comparator``, and ``fault`` in words, empty where there is none.
    """
    import pandas as pd

    is_text = _find_texts(printed)
    numbers = printed[~is_text].astype("float64").round(MOST_DECIMALS)
    read = numbers.to_frame("value").assign(
        decimals=count_decimals(numbers), comparator=Comparator.EQUAL.value, fault=""
    )
    if is_text.any():
        texts = printed[is_text].astype("str").str.replace("−", "-", regex=False)
        texts = texts.str.strip().str.removesuffix("%").str.rstrip()
        about = {"text": texts, "group": group, "kind": kind, "most": maximum}
        found = _read_texts(pd.DataFrame(about, index=texts.index), decimal_mark)
        read = pd.concat([read, found]) if len(read) else found
    return _refuse_fractions(read.reindex(printed.index), printed, kind)


def count_decimals(numbers: pd.Series[Any]) -> pd.Series[Any]:
    """How many decimals each number shows in its shortest form."""
    import pandas as pd

    values = numbers.to_numpy("float64")
    noise = 1e-10 * np.maximum(np.abs(values), 1.0)
    decimals = np.zeros(len(values), dtype=np.int64)
    for places in range(MOST_DECIMALS):
        decimals += np.abs(np.round(values, places) - values) > noise
    return pd.Series(decimals, index=numbers.index)


def find_mixed_marks(printed: pd.Series[Any], group: pd.Series[Any]) -> dict[str, tuple[str, str]]:
    """The groups that print decimals both ways, with an example of each."""
    import pandas as pd

    texts = printed[_find_texts(printed)].astype("str")
    pairs = pd.DataFrame({"group": group[texts.index], "text": texts}).drop_duplicates()
    examples: dict[str, dict[str, str]] = {}
    for name, text in pairs.itertuples(index=False, name=None):
        if (mark := _prove_mark(text, "")) and mark in text:
            examples.setdefault(name, {}).setdefault(mark, text)
    return {name: (of["."], of[","]) for name, of in sorted(examples.items()) if len(of) > 1}


def _find_texts(printed: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(printed):
        return pd.Series(data=False, index=printed.index)
    if isinstance(printed.dtype, pd.StringDtype):
        return pd.Series(data=True, index=printed.index)
    return printed.map(lambda cell: isinstance(cell, str)).astype("bool")


@lru_cache(maxsize=65_536)
def _read_both(text: str, kind: str) -> dict[str, tuple[float, int]]:
    """The number and its decimals by the decimal mark that it may have; no count has any."""
    readings = {}
    for mark, form in zip(".,", _FORMS.values(), strict=True):
        if found := form.fullmatch(text):
            plain = text.replace("," if mark == "." else ".", "").replace(",", ".")
            readings[mark] = (float(plain), len(found[1] or ""))
    is_open = kind == "count" and len(readings) > 1
    return {mark: each for mark, each in readings.items() if not (is_open and each[1])}


def _prove_mark(text: str, kind: str) -> str:
    """The decimal mark that a text proves, ``""`` where it proves none."""
    readings = _read_both(text, kind)
    return next(iter(readings)) if len(readings) == 1 and re.search("[.,]", text) else ""


def _read_texts(table: pd.DataFrame, decimal_mark: str) -> pd.DataFrame:
    """Every text, each different one once, by the mark that its group or else the file proves."""
    import pandas as pd

    codes = table.groupby([*table.columns], sort=False, dropna=False).ngroup()
    unique = table[~codes.duplicated()]
    proved = [*map(_prove_mark, unique["text"], unique["kind"])]
    marks: dict[str, set[str]] = {}
    for name, mark in zip(unique["group"], proved, strict=True):
        marks.setdefault(name, set()).update(mark)
    file = set(proved) - {""}
    columns = ["value", "decimals", "comparator", "fault"]
    rows = [
        _read_text(text, {decimal_mark} if decimal_mark else marks[name] or file, kind, most)
        for text, name, kind, most in unique.itertuples(index=False, name=None)
    ]
    return pd.DataFrame(rows, columns=columns).take(codes.to_numpy()).set_axis(table.index)


def _read_text(text: str, marks: set[str], kind: str, most: float) -> tuple[float, int, str, str]:
    """The number, its decimals, its comparator and its fault."""
    equal, readings = Comparator.EQUAL.value, _read_both(text, kind)
    if len({*readings.values()}) > 1 and len(marks) == 1:
        return *readings[min(marks)], equal, ""
    if len({*readings.values()}) > 1 and not max(readings.values())[0] > most:
        return np.nan, 0, equal, f"{text!r} can be thousands or decimals"
    if readings:
        return *min(readings.values()), equal, ""
    if text.casefold() in NOT_YET:
        return np.nan, 0, equal, f"{text!r} can be none so far or a number that is not known yet"
    try:
        number = parse_number(text, kind)
    except NumberError as error:
        return np.nan, 0, equal, str(error)
    return number.value, number.decimals, number.comparator.value, ""


def _refuse_fractions(
    read: pd.DataFrame, printed: pd.Series[Any], kind: pd.Series[Any]
) -> pd.DataFrame:
    """What is counted is whole; ``12.0``, as programs write it, is."""
    is_counted = kind.isin(["count", "rank"])
    is_whole = np.isclose(read["value"], read["value"].round())
    is_wrong = is_counted & ~is_whole & (read["fault"] == "")
    words = [f"{cell!r} is a fraction of a thing that is counted" for cell in printed[is_wrong]]
    read.loc[is_wrong, "fault"] = words
    read.loc[is_wrong, "value"] = np.nan
    is_whole = is_counted & (read["decimals"] > 0)  # below 0 they are thousands
    return read.assign(decimals=read["decimals"].mask(is_whole, 0).astype("int64"))
