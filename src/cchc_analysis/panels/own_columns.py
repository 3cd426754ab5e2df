"""The columns of a table of somebody's own: which of ours each is, by the names people give them.

Comes in as a header; goes out as the same table under our names. Two columns that mean the same are
refused, and so is a column that is one letter away from one of ours: to pass it over would be to
guess that it does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import nearest_names
from cchc_analysis.data.records import OBSERVATION_COLUMNS, TRANSCRIPT_COLUMNS, Scope
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.rules.wording import SCOPES

if TYPE_CHECKING:
    import pandas as pd

ALIASES: Mapping[str, tuple[str, ...]] = {
    "indicator": ("indicator_code", "code", "chỉ_tiêu", "mã_chỉ_tiêu"),
    "value": ("number", "amount", "giá_trị", "số_liệu"),
    "printed": ("as_printed", "printed_text", "số_in", "nguyên_văn"),
    "scope": ("level", "cấp", "phạm_vi"),
    "area_id": ("area_code", "district_code", "district_id", "mã_đơn_vị"),
    "area": ("area_name", "admin_unit", "district", "huyện", "đơn_vị", "địa_bàn"),
    "period": ("kỳ", "kỳ_báo_cáo"),
    "period_start": ("start", "từ_ngày"),
    "period_end": ("end", "date", "đến_ngày", "ngày"),
    "breakdown": ("phân_tổ",),
    "unit": ("đơn_vị_tính", "đvt"),
    "status": ("tính_chất",),
    "source_id": ("source", "nguồn", "report", "report_id"),
    "figures": ("figure_id", "figure", "mã_số_liệu"),
}
"""Other names of our columns; blanks are written as ``_``, capitals are nothing."""

FREE = {*TRANSCRIPT_COLUMNS, "quote", "label", "label_vi", "label_en", "row", "stt", "ghi_chú"}
"""Columns that may stand there and say nothing to a rule."""

SCOPE_WORDS: Mapping[str, str] = {
    **{scope.value: scope.value for scope in Scope},
    **{word: scope for words in SCOPES.values() for scope, word in words.items()},
    "toàn huyện": Scope.WHOLE_DISTRICT.value,
    "huyện": Scope.DISTRICT_OFFICE.value,
    "district": Scope.DISTRICT_OFFICE.value,
    "xã": Scope.COMMUNE_AGGREGATE.value,
}
"""What people write for a scope."""


def name_own_columns(file: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table with its columns under our names.

    Raises:
        ReportError: Two columns mean the same, or one may be a mistyped name of ours.
    """
    ours = {name: name for name in (*OBSERVATION_COLUMNS, *ALIASES, *FREE)}
    ours |= {alias: name for name, others in ALIASES.items() for alias in others}
    folded = {column: "_".join(str(column).casefold().split()) for column in table.columns}
    names = {column: ours.get(name, str(column)) for column, name in folded.items()}
    if problems := [*_find_doubled(file, names), *_find_mistyped(file, names, ours)]:
        raise ReportError(problems)
    return table.rename(columns=names)


def _find_doubled(file: str, names: Mapping[str, str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names.values()):
        columns = [column for column, meant in names.items() if meant == name]
        if len(columns) > 1:
            yield Problem(
                file,
                f"columns {' and '.join(columns)}, which both mean {name}",
                "one of them",
                "Take the other one out.",
            )


def _find_mistyped(
    file: str, names: Mapping[str, str], ours: Mapping[str, str]
) -> Iterator[Problem]:
    keys = [name for name in ours if ours[name] in ALIASES]
    for column, name in names.items():
        nearest = [] if name in ours else [each for each in keys if _is_slip(name, each)]
        if nearest:
            yield Problem(
                file,
                f"unknown column {column!r}",
                f"one of {', '.join(ALIASES)}",
                f"Did you mean {' or '.join(nearest)}? Rename it, or take it out.",
            )


def _is_slip(name: str, known: str) -> bool:
    """Whether a name is a known one but for a letter or an s."""
    folded = name.casefold()
    is_near = folded.rstrip("s") == known or abs(len(folded) - len(known)) <= 1
    return is_near and known in nearest_names(folded, [known]) and folded[:3] == known[:3]
