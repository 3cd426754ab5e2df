"""The mark of synthetic data, and the refusal to put them beside real ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cchc_analysis.errors import Problem, ReportError

SOURCE_MARK = "synthetic_"
AREA_MARK = "SYN"

NOTICE: Mapping[str, str] = {
    "vi": "Số liệu giả lập do máy sinh ra để thử nghiệm; không nói về bất kỳ địa phương nào.",
    "en": "Synthetic figures made by a program for tests; they speak of no real place.",
}
"""What every page made of synthetic data has to say."""


def is_synthetic(name: str) -> bool:
    """Whether a source or an area is made up by this package.

    >>> is_synthetic("synthetic_0001_2020_q1"), is_synthetic("SYN0001"), is_synthetic("183")
    (True, True, False)
    """
    return name.startswith((SOURCE_MARK, AREA_MARK))


def check_unmixed(names: Iterable[str], where: str) -> None:
    """Refuse synthetic sources or areas beside real ones.

    Args:
        names: Ids of sources or areas that are about to stand in one table.
        where: What is being done, for the sentence.

    Raises:
        ReportError: There are both.
    """
    by_kind: dict[bool, str] = {}
    for name in names:
        by_kind.setdefault(is_synthetic(name), name)
    if len(by_kind) == 2:
        raise ReportError(
            Problem(
                where,
                f"synthetic data ({by_kind[True]}) beside real ones ({by_kind[False]})",
                "one or the other",
                "Keep synthetic data in a project of their own.",
            )
        )
