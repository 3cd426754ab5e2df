"""The sentences of ``data/problems.toml``, held against the calls that fill them in."""

from __future__ import annotations

import string
from collections.abc import Iterable

from cchc_analysis.data.records import load_own


def check_sentences(told: Iterable[tuple[str, set[str], bool]]) -> None:
    """Each kind that is told is there and gets what it names, all of it where the call says all."""
    sentences = load_own("problems")
    for kind, given, is_all in told:
        fields = {
            name
            for sentence in sentences[kind]
            for _, name, _, _ in string.Formatter().parse(sentence)
            if name
        }
        assert given == fields if is_all else given <= fields, kind
