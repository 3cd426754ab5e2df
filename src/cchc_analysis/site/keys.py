"""Content keys: what a page is made of, in one hash.

Two pages with the same key are the same page, so one that is there need not be made again. No
clock is asked: not the time of day, not the time of a file.

What a page reads of the reference data and of the strings is noted while it is made: a row of a
table by its key, a table that was read as a whole, a string. The next build makes a key of what
these names hold then: a changed target, alias or word rebuilds the pages that read it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from json.encoder import encode_basestring as quote
from pathlib import Path
from typing import Any

from cchc_analysis.data.files import format_table, read_files
from cchc_analysis.data.reference import Reference
from cchc_analysis.data.words import Words


def key_of(*parts: object) -> str:
    """The key of something made of these parts; their order counts.

    Parts are texts, paths, bytes, numbers, None, tables, and sequences and mappings of them. A
    mapping counts the same in whatever order it was filled.

    Raises:
        TypeError: A part is of a kind whose content cannot be told.

    >>> key_of("a", {"x": 1, "y": [2.5, None]}) == key_of("a", {"y": [2.5, None], "x": 1})
    True
    >>> key_of("ab", "c") == key_of("a", "bc")
    False
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=_plain).encode()).hexdigest()


def key_of_package() -> str:
    """The key of this package, style of charts and patterns included: other code, other pages."""
    root = Path(__file__).parents[1]
    return key_of(read_files((each for each in root.rglob("*") if each.suffix != ".pyc"), root))


def _plain(part: Any) -> Any:
    """What JSON has no form for, in one; a table as it is written to a file of ours."""
    if isinstance(part, Mapping):
        return dict(part)
    if isinstance(part, Path):
        return str(part)
    if isinstance(part, bytes):
        return {"bytes": hashlib.sha256(part).hexdigest()}
    if isinstance(part, (set, frozenset)):
        return sorted(part)
    if isinstance(part, Iterator):
        return list(part)
    if hasattr(part, "to_numpy") and hasattr(part, "columns"):  # a table, without importing pandas
        return {"table": format_table(part)}
    raise TypeError(f"a {type(part).__name__} has no content key")


STRINGS = "strings"
Seen = defaultdict[str, set[str | None]]
"""The keys of rows by their table, or of strings by their language; None for all of them."""


class Watched(Mapping[str, Any]):
    """Rows by their keys; notes which are looked up."""

    def __init__(self, rows: Mapping[str, Any], noted: set[str | None]) -> None:
        self.rows, self._note = rows, noted.add

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return self.rows[key]

    def __iter__(self) -> Iterator[str]:
        self._note(None)
        return iter(self.rows)

    def __len__(self) -> int:
        self._note(None)
        return len(self.rows)


class WatchedReference:
    """The reference tables, as a page is given them; notes what is read.

    A call of a method is noted with its arguments, and compared by what it gives.
    """

    def __init__(self, reference: Reference, seen: Seen) -> None:
        self._plain, self._seen = reference, seen

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value, noted = getattr(self._plain, name), self._seen[name]
        if callable(value):
            value = _watch(value, noted)
        elif isinstance(value, Mapping):
            value = Watched(value, noted)
        else:
            noted.add(None)
        self.__dict__[name] = value  # and is not asked for again
        return value


def _watch(method: Callable[..., Any], noted: set[str | None]) -> Callable[..., Any]:
    """A method of which every call is noted."""
    note = cache(lambda *texts: noted.add(json.dumps([texts, {}])))

    def call(*arguments: Any, **named: Any) -> Any:
        if not named and all(isinstance(each, str) for each in arguments):
            note(*arguments)
            return method(*arguments)
        given = [each if isinstance(each, (str, Mapping)) else list(each) for each in arguments]
        told = [[dict(each) if isinstance(each, Mapping) else each for each in given], named]
        noted.add(json.dumps(told, default=str))
        return method(*given, **named)

    return call


def watch_words(words: Words, seen: Seen) -> None:
    """Note from now on which strings of a language are asked for."""
    texts = words.texts.rows if isinstance(words.texts, Watched) else words.texts
    watched = Watched(texts, seen[f"{STRINGS} {words.lang}"])
    object.__setattr__(words, "texts", watched)  # whoever holds these words is to be heard


def write_names(seen: Seen) -> bytes:
    """The names as a file, a line each."""
    lines = [
        f"[{quote(name)}, {'null' if key is None else quote(key)}]"
        for name, keys in seen.items()
        for key in keys
    ]
    return zlib.compress("\n".join(sorted(lines)).encode(), level=1)


class Held:
    """What names hold in the reference data and the strings, of each language, of a build."""

    def __init__(self, reference: Reference, words: list[Words]) -> None:
        self._reference = reference
        self._texts = {f"{STRINGS} {each.lang}": each.texts for each in words}
        self._digest = cache(self._find)

    def key(self, names: bytes) -> str:
        """The content key of what the names in a file hold now; thousands in each of many files."""
        text = zlib.decompress(names).decode()
        return key_of("".join(map(self._digest, text.split("\n"))) if text else "")

    def _find(self, line: str) -> str:
        name, key = json.loads(line)
        held = self._texts[name] if name in self._texts else getattr(self._reference, name)
        if callable(held):
            arguments, named = json.loads(str(key))
            try:
                return key_of(held(*arguments, **named))
            except KeyError as error:  # it cannot give it
                return key_of(str(error))
        if isinstance(held, Mapping):
            held = list(held.items()) if key is None else held.get(key)
        return key_of(held)
