"""Content keys: what a page is made of, in one hash.

Two pages with the same key are the same page, so one that is there need not be made again. No
clock is asked: not the time of day, not the time of a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def key_of(*parts: object) -> str:
    """The key of something made of these parts; their order counts.

    Parts are texts, bytes, numbers, None, tables, and sequences and mappings of them. A mapping
    counts the same in whatever order it was filled.

    Raises:
        TypeError: A part is of a kind whose content cannot be told.

    >>> key_of("a", {"x": 1, "y": [2.5, None]}) == key_of("a", {"y": [2.5, None], "x": 1})
    True
    >>> key_of("ab", "c") == key_of("a", "bc")
    False
    """
    digest = hashlib.sha256()
    _add(digest, parts)
    return digest.hexdigest()


def key_of_files(paths: Iterable[Path], base: Path) -> str:
    """The key of some files: their names below ``base``, and their bytes.

    Raises:
        OSError: One of them cannot be read.
    """
    names = {path.relative_to(base).as_posix(): path for path in paths}
    return key_of({name: path.read_bytes() for name, path in names.items()})


def key_of_package() -> str:
    """The key of the code of this package; a page made by other code is another page."""
    root = Path(__file__).parents[1]
    return key_of_files(sorted(root.rglob("*.py")), root)


def _add(digest: Any, part: object) -> None:
    """Add a part with its kind and size before it, so that no two parts can run together."""
    if isinstance(part, Mapping):
        _add_many(digest, "map", [(key_of(k), k, part[k]) for k in part], is_sorted=True)
    elif isinstance(part, (list, tuple)):
        _add_many(digest, "list", part)
    elif isinstance(part, bytes):
        _add_bytes(digest, "bytes", part)
    elif part is None or isinstance(part, (str, int, float, Path)):
        _add_bytes(digest, type(part).__name__ if part is not None else "none", str(part).encode())
    elif hasattr(part, "to_numpy") and hasattr(part, "columns"):
        _add_table(digest, part)  # type: ignore[arg-type]  # a table, without importing pandas
    else:
        raise TypeError(f"a {type(part).__name__} has no content key")


def _add_many(digest: Any, kind: str, parts: Iterable[Any], *, is_sorted: bool = False) -> None:
    listed = sorted(parts, key=lambda part: part[0]) if is_sorted else list(parts)
    _add_bytes(digest, kind, str(len(listed)).encode())
    for part in listed:
        _add(digest, part)


def _add_table(digest: Any, table: pd.DataFrame) -> None:
    """Cells as they are written to a file of ours, which is what a page can tell apart."""
    from cchc_analysis.data.files import format_table

    _add_bytes(digest, "table", format_table(table).encode())


def _add_bytes(digest: Any, kind: str, content: bytes) -> None:
    digest.update(f"{kind} {len(content)}\n".encode())
    digest.update(content)
