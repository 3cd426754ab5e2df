"""The order of the Vietnamese alphabet: Ă and Â after A, Đ after D, and tones last."""

from __future__ import annotations

import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Huyền, hỏi, ngã, sắc, nặng, in the order of dictionaries."""
_RANKS = {letter: rank for rank, letter in enumerate(LETTERS, start=100)}

AlphabetKey = tuple[tuple[int, ...], tuple[int, ...], str]


def alphabet_key(name: str) -> AlphabetKey:
    """What to sort names by: their letters, then their tones; digits and signs before letters.

    >>> sorted(["Đak", "Dzu", "Dân", "Dần", "Dan", "Dăn", "Da Mi"], key=alphabet_key)
    ['Da Mi', 'Dan', 'Dăn', 'Dân', 'Dần', 'Dzu', 'Đak']
    """
    letters: list[str] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFD", name.casefold()):
        if sign in _TONES:
            tones[-1:] = [_TONES[sign]]
        elif unicodedata.combining(sign):
            letters[-1:] = [unicodedata.normalize("NFC", "".join(letters[-1:]) + sign)]
        else:
            letters.append(sign)
            tones.append(0)
    return tuple(_RANKS.get(each, min(ord(each), 99)) for each in letters), tuple(tones), name


def first_letter(name: str) -> str:
    """The letter under which a name stands, in capitals; ``#`` for none of the alphabet.

    >>> first_letter("Ấp Bắc"), first_letter("đồng"), first_letter("12")
    ('Â', 'Đ', '#')
    """
    ranks = alphabet_key(name)[0]
    return LETTERS[ranks[0] - 100].upper() if ranks and ranks[0] >= 100 else "#"
