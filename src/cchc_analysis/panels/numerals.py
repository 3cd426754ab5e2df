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
from typing import TYPE_CHECKING, Any

import numpy as np

from cchc_analysis.data.clean import NumberError, parse_number
from cchc_analysis.data.records import Comparator

if TYPE_CHECKING:
    import pandas as pd

MOST_DECIMALS = 9
"""Decimals looked at in a number of a spreadsheet; what lies behind them is binary noise."""

_WHOLE = r"-?\d+"
_DOT_DECIMAL = r"-?(?:\d+\.(?:\d{1,2}|\d{4,})|(?:0\d*|\d{4,})\.\d{3})"
_COMMA_DECIMAL = _DOT_DECIMAL.replace(r"\.", ",")
_DOT_EITHER = r"-?[1-9]\d{0,2}\.\d{3}"
_COMMA_EITHER = _DOT_EITHER.replace(r"\.", ",")
_EITHER = r"-?[1-9]\d{0,2}[.,]\d{3}"
_DOT_GROUPS = r"-?[1-9]\d{0,2}(?:(?:\.\d{3}){2,}|(?:\.\d{3})+,\d+)"
_COMMA_GROUPS = r"-?[1-9]\d{0,2}(?:(?:,\d{3}){2,}|(?:,\d{3})+\.\d+)"
_UNKNOWN = "?"


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
        marks = _prove_marks(texts, group[is_text], kind[is_text], decimal_mark)
        found = _read_texts(texts, marks, kind[is_text], maximum[is_text])
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
    texts = printed[_find_texts(printed)].astype("str")
    dots, commas = texts[_fits(texts, _DOT_DECIMAL)], texts[_fits(texts, _COMMA_DECIMAL)]
    both = set(group[dots.index]) & set(group[commas.index])
    return {
        name: (
            str(dots[group[dots.index] == name].iloc[0]),
            str(commas[group[commas.index] == name].iloc[0]),
        )
        for name in sorted(both)
    }


def _find_texts(printed: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(printed):
        return pd.Series(data=False, index=printed.index)
    if isinstance(printed.dtype, pd.StringDtype):
        return pd.Series(data=True, index=printed.index)
    return printed.map(lambda cell: isinstance(cell, str)).astype("bool")


def _fits(texts: pd.Series[Any], pattern: str) -> pd.Series[Any]:
    return texts.str.fullmatch(pattern).astype("bool")


def _prove_marks(
    texts: pd.Series[Any], group: pd.Series[Any], kind: pd.Series[Any], decimal_mark: str
) -> pd.Series[Any]:
    """The decimal mark that each group proves; what a group leaves open, the whole file tells."""
    if decimal_mark:
        return _repeat(decimal_mark, texts)
    is_count = kind == "count"
    dot = _fits(texts, _DOT_DECIMAL) | _fits(texts, _COMMA_GROUPS)
    dot |= is_count & _fits(texts, _COMMA_EITHER)
    comma = _fits(texts, _COMMA_DECIMAL) | _fits(texts, _DOT_GROUPS)
    comma |= is_count & _fits(texts, _DOT_EITHER)
    marks = _repeat(_UNKNOWN, texts)
    if dot.any() != comma.any():
        marks[:] = "." if dot.any() else ","
    has_dot, has_comma = (each.groupby(group).transform("any") for each in (dot, comma))
    marks = marks.where(~(has_dot & has_comma), _UNKNOWN)
    return marks.mask(has_dot & ~has_comma, ".").mask(has_comma & ~has_dot, ",")


def _repeat(text: str, like: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(text, index=like.index, dtype="object")


def _read_texts(
    texts: pd.Series[Any], marks: pd.Series[Any], kind: pd.Series[Any], maximum: pd.Series[Any]
) -> pd.DataFrame:
    """Every text, each different one once."""
    import pandas as pd

    table = pd.DataFrame({"text": texts, "mark": marks, "kind": kind, "most": maximum})
    codes = table.groupby([*table.columns], sort=False, dropna=False).ngroup()
    unique = table[~codes.duplicated()].itertuples(index=False, name=None)
    columns = ["value", "decimals", "comparator", "fault"]
    read = pd.DataFrame([_read_text(*each) for each in unique], columns=columns)
    return read.take(codes.to_numpy()).set_axis(texts.index)


def _read_text(text: str, mark: str, kind: str, most: float) -> tuple[float, int, str, str]:
    """The number, its decimals, its comparator and its fault, by the first form that fits."""
    equal, digits = Comparator.EQUAL.value, re.sub("[.,]", "", text)
    found = re.fullmatch(_EITHER, text)
    may_be_decimal = bool(found) and kind != "count" and mark in (text[-4], _UNKNOWN)
    if may_be_decimal and mark == _UNKNOWN and not float(digits) > most:
        return np.nan, 0, equal, f"{text!r} can be thousands or decimals"
    if may_be_decimal or re.fullmatch(f"{_DOT_DECIMAL}|{_COMMA_DECIMAL}", text):
        return float(text.replace(",", ".")), len(re.split("[.,]", text)[1]), equal, ""
    if found or re.fullmatch(f"{_WHOLE}|{_DOT_GROUPS}|{_COMMA_GROUPS}", text):
        places = len(re.split("[.,]", text)[-1]) if "." in text and "," in text else 0
        return float(digits) / 10.0**places, places, equal, ""
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
    return read.assign(decimals=read["decimals"].mask(is_counted, 0).astype("int64"))
