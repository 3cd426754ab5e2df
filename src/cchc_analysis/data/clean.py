"""Text to typed values: names, numbers, periods. Pure functions without knowledge of any file.

The number grammar is ours because no library reads what Vietnamese reports print: ``20.845`` is a
count and ``9.5`` a score in one document, ``97,685`` has three decimals, ``05`` is five. Whatever
can be read two ways is refused with a sentence, never guessed.

People write one area as "TP. Hồ Chí Minh", "Ho Chi Minh City" and "1. Hồ Chí Minh*": a name is
taken apart into its kind, its province and what is left to compare. Only what says nothing is
dropped; which area it is, is for ``areas``.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, NamedTuple

from cchc_analysis.data.records import Comparator, Number, Period, load_own

_SAID = load_own("spellings")
BOUND_WORDS = {word: Comparator(sign) for word, sign in _SAID["bounds"].items()}
VERBAL_ZEROS: tuple[str, ...] = tuple(_SAID["zeros"])
_WINDOWS: dict[str, list[int]] = _SAID["windows"]
STANDARD_LABEL = re.compile(r"(\d{4})(?:-(Q[1-4]|H[12]|9M))?")
"""What a reporting period is called; anything else is days of its own."""

_OPPOSITES = [
    [re.compile(rf"\b(?:{'|'.join(words)})\b") for words in sides] for sides in _SAID["opposites"]
]
_NUMBERS, _NAMES = (
    {name: re.compile(str(form)) for name, form in _SAID[part].items()}
    for part in ("numbers", "names")
)
_MAGNITUDES: dict[str, int] = _SAID["magnitudes"]
_WORDS = "|".join(sorted(_MAGNITUDES, key=len, reverse=True))
_MAGNITUDE = re.compile(rf"\s*\b({_WORDS})$", re.IGNORECASE)
_ALONE = re.compile(
    rf"\D*?(?<!\w)([-−]?\d(?:[\d.,\s]*\d)?(?:\s*\b(?:{_WORDS}))?)(?!\w)\D*", re.IGNORECASE
)
"""A text that holds one number alone, with the word behind it that makes it larger."""
OTHER_DAYS = 45
"""Days by which a part of a year must begin or end apart from the report's to be another one."""
MOST_DIGITS = 15
"""As many as a float holds exactly; no report counts further."""
LONGEST_TOLD = 40


class NumberError(ValueError):
    """Printed digits that are no number, or more than one."""


class PeriodError(ValueError):
    """A label or text that names no period."""


def parse_number(text: str, kind: str = "other") -> Number:
    """Read a number, without its unit, as Vietnamese reports print it.

    A dot before groups of three digits separates thousands, any other dot is a decimal mark; a
    comma is a decimal mark. A bound word before the number becomes its comparator, a note mark or
    percent sign behind it is not part of it. ``kind`` is that of the unit: a ``count`` has no
    fraction; a ``rate`` or ``score`` with one dot before three digits could be thousands or
    decimals, and is refused, and so is ``money`` with one comma before three digits. A ``count``
    may end in "ngàn" or "triệu"; its decimals are then counted from the ones on and may be below 0.

    Raises:
        NumberError: The text is no number, or can be read in two ways.

    Examples:
        >>> [parse_number(each).value for each in ("20.845", "9.5", "97,685", "357.792,5", "05")]
        [20845.0, 9.5, 97.685, 357792.5, 5.0]
        >>> parse_number("trên 60%").comparator.value, parse_number("không phát sinh").value
        ('>', 0.0)
        >>> parse_number("8,98 ngàn", "count").value, parse_number("8,98 ngàn", "count").decimals
        (8980.0, -1)
        >>> parse_number("151.10", "count")
        Traceback (most recent call last):
        cchc_analysis.data.clean.NumberError: '151.10' has a group that is not three digits long
    """
    printed = keep_text(text)
    folded, comparator, digits = printed.casefold(), Comparator.EQUAL, printed
    if folded in VERBAL_ZEROS:
        return Number(0.0)
    for bound in sorted(BOUND_WORDS, key=len):
        rest = printed[len(bound) :]
        if folded.startswith(bound) and (rest[:1].isspace() or rest[:1].isdigit()):
            comparator, digits = BOUND_WORDS[bound], rest.strip()
    digits = _NUMBERS["note_mark"].sub("", digits).removesuffix("%").rstrip()
    sign = -1 if digits[:1] in ("-", "−") else 1
    word = _MAGNITUDE.search(digits) if kind == "count" else None
    try:
        if word is None:
            value, decimals = _parse_digits(digits[sign < 0 :], kind)
            return Number(sign * value, decimals, comparator)
        shift = _MAGNITUDES[word[1].casefold()]
        value, decimals = _parse_digits(digits[: word.start()], "other")
    except NumberError as error:
        told = text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD]}…"
        raise NumberError(f"{told!r} {error}") from None
    return Number(float(f"{value * 10**shift:.14g}"), decimals - shift, comparator)


def _parse_digits(digits: str, kind: str) -> tuple[float, int]:
    """The value of printed digits, and how many of them are decimals."""
    if sum(character.isdigit() for character in digits) > MOST_DIGITS:
        raise NumberError(f"has more than {MOST_DIGITS} digits")
    if _NUMBERS["comma_groups"].fullmatch(digits):
        return float(digits.replace(",", "")), 0
    grouped = _NUMBERS["groups"].fullmatch(digits)
    parts = grouped or _NUMBERS["decimal"].fullmatch(digits)
    if not parts:
        raise NumberError("is not a number")
    whole, decimals = re.sub(r"\D", "", parts[1]), parts[2] or ""
    if grouped and kind in ("rate", "score") and not decimals and "." in digits:
        raise NumberError(f"can be thousands or decimals of a {kind}")
    # A mark that is no decimal mark, or may not be one, in what is counted or paid.
    if not grouped and kind in ("count", "money") and _NUMBERS["one_comma_group"].fullmatch(digits):
        raise NumberError("has a comma that can stand between thousands or decimals")
    if not grouped and kind == "count" and "." in digits:
        raise NumberError("has a group that is not three digits long")
    if kind == "count" and decimals:
        raise NumberError("is a fraction of a thing that is counted")
    return float(f"{whole}.{decimals or 0}"), len(decimals)


def can_stand_for(printed: str, read: str) -> bool:
    """Whether printed digits can stand for the number that a person gives for them.

    Within half a unit of their last one; "nghìn", "triệu" and "tỷ" may be in the unit, a sign in
    the words before; a zero is one in any unit. What is no number, or more than one, can stand for
    any.

    >>> pairs = ("97,7", "97.68"), ("12", "12.000"), ("61", "16"), ("0", "5")
    >>> [can_stand_for(*pair) for pair in pairs]
    [True, True, False, False]
    >>> [can_stand_for("1,5 tỷ đồng", read) for read in ("1500000000", "1500", "1.5", "15")]
    [True, True, True, False]
    """
    stated, meant = ([*_list_numbers(each)] for each in (printed, read))
    shifts = {0, *_MAGNITUDES.values()}
    return not (stated and meant) or any(
        abs(abs(number.value) * 10.0**shift - abs(one.value)) <= 0.5 * 10.0**-one.decimals + 1e-9
        for one in stated
        for number in meant
        for shift in shifts | {-each for each in shifts}
        if one.value or not shift
    )


def _list_numbers(text: str) -> Iterator[Number]:
    """All that digits can be, whatever their unit: "1.250" of a program is no thousand."""
    with suppress(ValueError):
        yield Number(float(text), len(text.partition(".")[2]))
    alone = _ALONE.fullmatch(text)
    for kind in ("count", "other"):
        with suppress(NumberError):
            yield parse_number(alone[1] if alone else text, kind)


def format_number(value: float) -> str:
    """Print a number the Vietnamese way, in its shortest exact form.

    >>> format_number(1310), format_number(89.4)
    ('1.310', '89,4')
    """
    from babel.numbers import format_decimal

    return format_decimal(round(float(value), 6), "#,##0.######", "vi")


def parse_period(text: str) -> Period:
    """Read a period label, a date or two (ISO 8601, or as in 10/3/2026), or its Vietnamese name.

    A ``PeriodError`` where the text names no period, or a day that does not exist.

    >>> parse_period("2024-H1").end.isoformat(), label_period(parse_period("Quý I năm 2024"))
    ('2024-06-30', '2024-Q1')
    """
    kept = keep_text(text)
    folded = _WRITTEN_DAY.sub(
        lambda day: f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}", _strip_accents(kept)
    )
    found = next(filter(None, (each.fullmatch(folded) for each in _PERIOD_FORMS)), None)
    if found is None or "quỹ" in kept.casefold():  # a fund, not a quarter
        raise PeriodError(f"{text!r} is not a period")
    said = found.groupdict()
    quarter = _SAID["quarters"].get(said.get("quarter"), said.get("window", ""))
    months = _WINDOWS[quarter.upper()]
    for name in ("opening", "closing"):
        if not said.get(name):
            continue
        number = _SAID["months"].get(said[name]) or int(said[name])
        months = [1, number] if name == "opening" else [13 - number, 12]
    try:
        if "year" in said:
            return _span(said["year"], *months)
        start = dt.date.fromisoformat(said["first"]) if said["first"] else None
        end = dt.date.fromisoformat(said["last"])
    except ValueError as error:
        raise PeriodError(f"{text!r}: {error}") from None
    if start and start > end:
        raise PeriodError(f"{text!r}: {start} comes after {end}")
    return Period(start, end)


_WRITTEN_DAY = re.compile(r"(?:ngay )?\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_PERIOD_FORMS = [re.compile(form) for form in _SAID["periods"]]


def label_period(period: Period) -> str:
    """Name a period: ``2024-Q1``, ``2024-H1``, ``2024-9M``, ``2024``, an interval, or a day."""
    if period.end is None:
        return ""
    if period.start is None:
        return period.end.isoformat()
    for suffix, months in _WINDOWS.items():
        if period == _span(period.end.year, *months):
            return f"{period.end.year}-{suffix}".removesuffix("-")
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


@lru_cache(maxsize=4096)
def label_span(start: str, end: str) -> str:
    """The label of a window, or of the day of a stock."""
    return label_period(parse_period(f"{start}/{end}" if start else end))


def lies_about(
    window: Period, period: Period, *, closes: bool = False, fills: bool = False
) -> bool:
    """Whether a window lies in a period, but for the weeks by which offices count earlier.

    ``closes``: and ends in its second half or so; ``fills``: and leaves but such weeks of it.
    """
    if not (window.start and window.end and period.start and period.end):
        return False
    off = dt.timedelta(days=OTHER_DAYS)
    is_late = window.end + max(off, (period.end - period.start) / 2) >= period.end
    is_whole = window.start - off <= period.start and period.end <= window.end + off
    is_about = period.start - off <= window.start < window.end <= period.end + off
    return is_about and (is_late or not closes) and (is_whole or not fills)


def _span(year: int | str, first_month: int, last_month: int) -> Period:
    return Period(dt.date(int(year), first_month, 1), month_end(int(year), last_month))


def month_end(year: int, month: int) -> dt.date:
    """The last day of a month; a ``ValueError`` where no calendar has it."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, written as ISO 8601 has it."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def keep_text(text: str) -> str:
    """Bring text into the form we store: NFC, one space between words, none at the ends.

    Never NFKC, which turns the note mark of ``huyện²`` into a digit.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=1 << 15)
def fold_text(text: str) -> str:
    """Fold case, diacritics and punctuation away, to compare names and never to store them.

    >>> fold_text("Huyện Đắk R'Lấp") == fold_text("huyen Dak R’lap")
    True
    """
    return " ".join(re.findall(r"[a-z0-9]+", re.sub("['’ʼ`]", "", _strip_accents(text))))


def _strip_accents(text: str) -> str:
    """A text without case and diacritics, its punctuation kept."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return re.sub(r"[\u0300-\u036f]", "", letters)


def slug_text(text: str) -> str:
    """Make a path part of a name.

    >>> slug_text("Cao Lộc"), slug_text("../<b>x</b>")
    ('cao-loc', 'b-x-b')
    """
    return fold_text(text).replace(" ", "-")


@cache
def take_sides(text: str) -> tuple[int, ...]:
    """Which of the words that are each other's opposites a name has, by group; -1 for none.

    What a bracket counts in or leaves out ("(không gồm trước hạn)") says nothing of it.
    """
    bare = re.sub(r"\((?:không |chưa )?(?:bao )?gồm[^)]*\)", "", text.casefold())
    folded = fold_text(bare)
    found = ([bool(side.search(folded)) for side in sides] for sides in _OPPOSITES)
    return tuple(sides.index(True) if any(sides) else -1 for sides in found)


def drop_opposites(name: str, known: Iterable[str]) -> list[str]:
    """The known names that say the opposite of a given one nowhere.

    >>> drop_opposites("giải quyết đúng hạn", ["Hồ sơ quá hạn", "Hồ sơ đúng hạn", "Hồ sơ"])
    ['Hồ sơ đúng hạn', 'Hồ sơ']
    """
    own = take_sides(name)
    return [
        each
        for each in known
        if all(a == b or -1 in (a, b) for a, b in zip(own, take_sides(each), strict=True))
    ]


def nearest_names(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known names most like a given one, best first, for a sentence that suggests.

    First those that are one letter away, begin with what was written or have all its words, the
    shortest first; none that says the opposite.

    >>> nearest_names("on_time", ["resolved_on_time", "on_time_rate", "time", "on_tine"])
    ['on_tine', 'on_time_rate', 'resolved_on_time']
    """
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import Levenshtein

    folded = fold_text(name)
    choices = {each: fold_text(each) for each in drop_opposites(name, known)}
    near, words = dict[str, tuple[int, int]](), {*folded.split()}
    for each, text in choices.items():
        if Levenshtein.distance(folded, text, score_cutoff=1) <= 1:
            near[each] = 0, len(text)
        elif len(folded) > 1 and text.startswith(folded):
            near[each] = 1, len(text)
        elif len(words) > 1 and words <= {*text.split()}:
            near[each] = 2, len(text)
    scored = process.extract(folded, choices, scorer=fuzz.WRatio, limit=limit, score_cutoff=50)
    alike = (str(each) for *_, each in scored)
    return list(dict.fromkeys([*sorted(near, key=near.__getitem__), *alike]))[:limit]


def is_cut_off(first: Any, first_decimals: Any, second: Any, second_decimals: Any) -> Any:
    """Whether the shorter of two numbers is the longer one with digits cut off, not rounded.

    With each goes the number of decimals it is printed with; all may be arrays.

    >>> is_cut_off(6.747, 3, 6.74757, 5), is_cut_off(40.62, 2, 40.6146, 4)
    (True, False)
    """
    lack = second_decimals - first_decimals
    rest = (abs(second) - abs(first)) * ((lack > 0) * 2 - 1)
    step = 10.0 ** -((first_decimals + second_decimals - abs(lack)) / 2)
    return (lack != 0) & (rest >= 0) & (rest < step * (1 - 1e-9))


ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Huyền, hỏi, ngã, sắc, nặng, in the order of dictionaries."""
_RANKS = {letter: rank for rank, letter in enumerate(ALPHABET, start=100)}


def alphabet_key(name: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """What to sort names by: their letters, then their tones; digits and signs before letters.

    >>> sorted(["Đak", "Dzu", "Dân", "Dần", "Dan", "Dăn", "Da Mi"], key=alphabet_key)
    ['Da Mi', 'Dan', 'Dăn', 'Dân', 'Dần', 'Dzu', 'Đak']
    """
    decomposed = unicodedata.normalize("NFD", name.casefold())
    marks = re.findall("(?s).([\u0300-\u036f]*)", decomposed)
    tones = tuple(next((TONES[sign] for sign in each if sign in TONES), 0) for each in marks)
    plain = "".join(sign for sign in decomposed if sign not in TONES)
    letters = unicodedata.normalize("NFC", plain)
    return tuple(_RANKS.get(each, min(ord(each), 99)) for each in letters), tones, name


def first_letter(name: str) -> str:
    """The letter under which a name stands, in capitals; ``#`` for none of the alphabet.

    >>> first_letter("Ấp Bắc"), first_letter("đồng"), first_letter("12")
    ('Â', 'Đ', '#')
    """
    ranks = alphabet_key(name)[0]
    return ALPHABET[ranks[0] - 100].upper() if ranks and ranks[0] >= 100 else "#"


KINDS, ENGLISH = (
    {word: frozenset[str](types) for word, types in _SAID[part].items()}
    for part in ("kinds", "english")
)
"""Words before a name, folded, and behind an English one, with the types of area they stand for."""


class Name(NamedTuple):
    """A name taken apart: as printed, tidied, with case folded.

    ``head`` is what stands before brackets or a comma, ``bare`` that without its kind, ``types``
    the types of area that the kind allows (none named: empty), ``province`` what stands behind.
    """

    text: str
    head: str
    bare: str
    types: frozenset[str]
    province: str


def tidy_name(name: str) -> str:
    """A name as it is compared first: in one form, without regard to case, note marks gone.

    Both places of a tone mark ("Hoà", "Hòa") become one, and so do "Phường 05" and "Phường 5",
    and the y and i that are one sound ("Quy Nhơn", "Qui Nhơn").

    >>> tidy_name("3. Ðà Nẵng*"), tidy_name("Hoà Bình"), tidy_name("Phường 05")
    ('đà nẵng', 'hòa bình', 'phường 5')
    """
    text = keep_text(name).translate(str.maketrans("Ðð", "Đđ"))
    bare = _NAMES["marked"].sub("", _NAMES["numbered"].sub("", text))
    tidy = _NAMES["zeros"].sub("", keep_text(bare).casefold())
    as_i = str.maketrans("yỳýỷỹỵ", "iìíỉĩị")
    tidy = _NAMES["y"].sub(lambda match: _move_tone(match[0].translate(as_i)), tidy)
    return _NAMES["tone"].sub(lambda match: _move_tone(match[0]), tidy)


def _move_tone(vowels: str) -> str:
    """The tone mark of one of two vowels onto the first."""
    letters = unicodedata.normalize("NFD", vowels)
    mark = "".join(letter for letter in letters if letter in TONES)
    bare = letters.replace(mark, "")
    return unicodedata.normalize("NFC", bare[0] + mark + bare[1:])


def take_apart(name: str) -> Name:
    """Take a printed name apart.

    >>> take_apart("H. Châu Thành (Long An)").bare, take_apart("H. Châu Thành (Long An)").province
    ('châu thành', 'long an')
    >>> take_apart("Hai Phong City").types == KINDS["tp"]
    True
    """
    text = tidy_name(name)
    behind = _NAMES["behind"].match(text)
    inside = (behind["in"] or behind["after"] or behind["above"]).strip() if behind else ""
    kind = KINDS.get(fold_text(inside)) or ENGLISH.get(fold_text(inside))
    head = (behind["name"] or behind["below"]) if behind else text
    rest, types = _strip_kind(head)
    return Name(text, head, rest, kind or types, "" if kind else inside)


def _strip_kind(text: str) -> tuple[str, frozenset[str]]:
    """The name without the word for its kind, and the types that this word allows."""
    words = re.sub(r"\.(?=\S)", ". ", _NAMES["glued"].sub(r"\1. ", text)).split()
    lengths = range(min(6, len(words) - 1), 0, -1)  # the longest kind has six words
    for length in lengths:  # before the others: "Phuong Son Ward" is no phường Sơn
        if types := ENGLISH.get(fold_text(" ".join(words[-length:]))):
            return " ".join(words[:-length]), types
    for length in lengths:
        if types := KINDS.get(fold_text(" ".join(words[:length]))):
            return " ".join(words[length:]), types
    if words and words[-1].isdigit() and (types := ENGLISH.get(fold_text(" ".join(words[:-1])))):
        return words[-1], types
    if len(words) > 1 and _NAMES["letter"].fullmatch(words[0]):
        return " ".join(words[1:]), KINDS[_SAID["letters"][words[0][0]]]
    return text, frozenset()
