"""The kinds of numerals: a figure counts something, all others name something."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a numeral is."""

    FIGURE = "figure"
    DATE = "date"
    PERIOD = "period"
    YEAR = "year"
    TIME = "time"
    DOCUMENT = "document number"
    ARTICLE = "article or form"
    SECTION = "section number"
    NOTE_MARK = "note mark"
    STANDARD = "standard or code"
    LINK = "link or address on the net"
    PHONE = "phone number"
    PLACE = "place or house number"
    NAME = "part of a name"
    COUNTER = "counter of a web page"
    REPEATED = "repeated text"
