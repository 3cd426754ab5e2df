"""What a page reads of the reference data and of the strings, noted while it is made.

Comes in as the reference and the words that a page is given; goes out as names: a row of a table by
its key, a table that was read as a whole, a string. Whoever plans the next build makes a key of
what these names hold then: a changed target, alias or word rebuilds the pages that read it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from cchc_analysis.site.keys import key_of

if TYPE_CHECKING:
    from cchc_analysis.data.reference import Reference
    from cchc_analysis.data.words import Words

STRINGS = "strings"
Name = tuple[str, str | None]
"""A table, or the strings of a language, and the key of a row; None for all of them."""


class Watched(Mapping[str, Any]):
    """Rows by their keys; notes which are looked up."""

    def __init__(self, rows: Mapping[str, Any], name: str, seen: set[Name]) -> None:
        self.rows, self._name, self._seen = rows, name, seen

    def __getitem__(self, key: str) -> Any:
        self._seen.add((self._name, key))
        return self.rows[key]

    def __iter__(self) -> Iterator[str]:
        self._seen.add((self._name, None))
        return iter(self.rows)

    def __len__(self) -> int:
        self._seen.add((self._name, None))
        return len(self.rows)


class WatchedReference:
    """The reference tables, as a page is given them; notes what is read.

    A call of a method is noted with its arguments, and compared by what it gives.
    """

    def __init__(self, reference: Reference, seen: set[Name]) -> None:
        self._plain, self._seen = reference, seen

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self._plain, name)
        if callable(value):
            return partial(self._call, name)
        if isinstance(value, Mapping):
            return Watched(value, name, self._seen)
        self._seen.add((name, None))
        return value

    def _call(self, name: str, *arguments: Any, **named: Any) -> Any:
        given = [each if isinstance(each, (str, Mapping)) else list(each) for each in arguments]
        noted = [[dict(each) if isinstance(each, Mapping) else each for each in given], named]
        self._seen.add((name, json.dumps(noted, default=str)))
        return getattr(self._plain, name)(*given, **named)


def watch_words(words: Words, seen: set[Name]) -> None:
    """Note from now on which strings of a language are asked for."""
    texts = words.texts.rows if isinstance(words.texts, Watched) else words.texts
    watched = Watched(texts, f"{STRINGS} {words.lang}", seen)
    object.__setattr__(words, "texts", watched)  # whoever holds these words is to be heard


def write_names(seen: set[Name]) -> bytes:
    """The names as a file."""
    listed = sorted([name, key or "", key is None] for name, key in seen)
    return zlib.compress(json.dumps(listed, ensure_ascii=False).encode())


class Held:
    """What names hold in the reference data and strings of a build.

    Args:
        reference: The reference tables.
        words: The strings of each language.
    """

    def __init__(self, reference: Reference, words: list[Words]) -> None:
        self._reference = reference
        self._texts = {f"{STRINGS} {each.lang}": each.texts for each in words}
        self._digest = cache(self._find)

    def key(self, names: bytes) -> str:
        """The content key of what the names in a file hold now."""
        listed = json.loads(zlib.decompress(names))
        return key_of([self._digest(name, None if is_all else key) for name, key, is_all in listed])

    def _find(self, name: str, key: str | None) -> str:
        held = self._texts[name] if name in self._texts else getattr(self._reference, name)
        if callable(held):
            return key_of(_plain(_try(held, *json.loads(str(key)))))
        if isinstance(held, Mapping):
            held = list(held.items()) if key is None else held.get(key)
        return key_of(held)


def _plain(value: Any) -> Any:
    """What a method gives, as something that has a content key."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return [_plain(each) for each in value] if isinstance(value, Iterator) else value


def _try(method: Callable[..., Any], arguments: list[Any], named: dict[str, Any]) -> Any:
    """What a method gives, or says that it cannot give."""
    try:
        return method(*arguments, **named)
    except KeyError as error:
        return str(error)
