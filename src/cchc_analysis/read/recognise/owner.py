"""Whose document it is: issuer, title, dateline and the level that the text speaks of, together.

Comes in as the lines of a document; goes out as the name of an area, and whether it is sure. A
place that is only cited ("Quyết định … của UBND tỉnh …") is nobody's paper. Where the parts of the
evidence do not agree, nothing is sure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.recognise.titled import NAME

TITLE, ISSUER, DATELINE = "title", "issuer", "dateline"
WEIGHTS = {ISSUER: 40, TITLE: 30, DATELINE: 20, "top": 5, "text": 1}
"""What a mention counts, by where it stands."""
ENOUGH = 5
"""What the mentions of the owner weigh at least, where neither title nor issuer names it."""
TOP_LINES = 12
CLEAR = 2
"""How many times as often as any other level a text must speak of its own."""
SHORT = {"tp": "thành phố", "tx": "thị xã", "tt": "thị trấn", "h": "huyện", "q": "quận"} | {
    "p": "phường",
    "x": "xã",
}
LEVELS = "huyện|thành phố|thị xã|quận|tỉnh|xã|phường|thị trấn|đặc khu"
_AREA = re.compile(rf"(?:\b((?i:{LEVELS}|tp|tx|tt))\s+|\b((?i:tp|tx|tt)|[HQPX])\.\s*){NAME}")
_NUMBERED = re.compile(r"(?i)\b(quận|phường)\s+(\d{1,2})(?![\d.,/%]|\s*\w*\s*(?:hồ sơ|thủ tục))\b")
_LARGEST = re.compile(r"\bTP\.?\s?HCM\b")
_NO_NAME = re.compile(
    r"(?i)(?:năm|quý|tháng|ngày|trên|trong|về|và|của|báo|giai|lần|số|theo|qua|từ|đến|kết|thực|công)\b"
)
"""What begins no name, though a heading in capitals writes it like one."""
_PLACE_DATE = re.compile(rf"^\W*{NAME},\s*ngày\b")
_TITLED = re.compile(rf"^\W*(?:({LEVELS})\s+)?{NAME}\s*:", re.IGNORECASE)
_PAPER = (
    r"(?:quyết định|kế hoạch|nghị quyết|công văn|chỉ thị|thông tư|nghị định|chương trình|"
    r"thông báo|hướng dẫn|văn bản|đề án|tờ trình|kết luận)"
)
_CITED = re.compile(
    rf"(?i){_PAPER}\s+(?:số\s*)?\d[^;]*?(?=,(?!\s*(?:ngày|\d))|;|\.\s|$)"
    rf"|\b{_PAPER}\b[^,;.]{{0,160}}?\bcủa\s+(?:ubnd|(?:ủy|uỷ) ban nhân dân|hđnd|chủ tịch|sở|"
    r"tỉnh ủy)\s+tỉnh[^,;.]*"
    r"|^\W*căn cứ\b.*|\b(?:họp|tổ chức|diễn ra)\s+tại\s+[^,;.]*"
)
"""What a text quotes, or where people met: names in it are others'."""
_OWN_LEVEL = re.compile(
    rf"(?:\b(?P<all>(?i:toàn))|\b(?P<office>(?i:phòng nội vụ|ubnd|ủy ban nhân dân|uỷ ban nhân dân|"
    rf"văn phòng hđnd và ubnd))|\b(?P<here>(?i:địa bàn))|\b(?P<of>(?i:của|về|tại)))"
    rf"\s+(?P<level>(?i:{LEVELS}))\b(?!\s+[A-ZÀ-ỸĐ])"
)
_OWN_WEIGHTS = {"all": 3, "office": 2, "here": 2, "of": 1}
_NAMED_COMMITTEE = re.compile(r"(?i)^\W*(?:(?:ủy|uỷ) ban nhân dân|ubnd)\b")
_AS_SUBJECT = re.compile(
    rf"(?:^\W*|[,.;:]\s+)((?i:{LEVELS}))\s+(?:đã|có|tiếp nhận|giải quyết|nhận|triển khai)\b"
)

_COMMITTEE_ALONE = re.compile(r"(?i)^\W*(?:ủy|uỷ) ban nhân dân\W*$")


@dataclass
class _Evidence:
    """What speaks for one name: the sum of the weights, and where it stands."""

    weight: int = 0
    places: set[str] = field(default_factory=set)

    def add(self, place: str) -> None:
        self.weight += WEIGHTS[place]
        self.places.add(place)


def find_owner(
    top: Sequence[str], title: str, kind: str, lines: Sequence[Line], known: tuple[Reference, str]
) -> tuple[str, bool]:
    """The area that a document is of, and whether that is sure.

    Args:
        top: The first lines, in one form.
        title: The title.
        kind: The kind of document; news has no head, and its title counts for more.
        lines: All lines.
        known: The reference tables, and the day of the document, for what was an area then.

    Returns:
        A name with its level ("huyện Cao Lộc"), or "" where nothing tells.
    """
    own = _find_own_level(lines)
    held: dict[str, _Evidence] = {}
    for name, place in _list_evidence(top, title, lines, own):
        held.setdefault(name, _Evidence()).add(place)
    fitting = {
        name: each
        for name, each in held.items()
        if not own or _level_of(name) == own or each.places & {TITLE, ISSUER}
    }
    if not fitting:
        return "", False
    ranked = sorted(fitting, key=lambda name: (-fitting[name].weight, list(held).index(name)))
    best = ranked[0]
    return best, _is_sure(best, held, own, kind) and is_known(best, *known)


def _is_sure(best: str, held: dict[str, _Evidence], own: str, kind: str) -> bool:
    """Whether the parts of the evidence agree on a name."""
    evidence = held[best]
    if own and _level_of(best) != own:
        return False
    rivals = [
        name
        for name, each in held.items()
        if name != best and _level_of(name) == _level_of(best) and _weighs(each, evidence, kind)
    ]
    if rivals:
        return False
    if evidence.places & {TITLE, ISSUER}:
        return True
    if DATELINE in evidence.places:
        return bool(own)
    is_plain = kind != "article" or evidence.weight >= CLEAR * ENOUGH
    return is_plain and evidence.weight >= ENOUGH


def _weighs(rival: _Evidence, best: _Evidence, kind: str) -> bool:
    """Whether another area has as good a claim: named where the best is, or in news at all."""
    if best.places & {TITLE, ISSUER}:
        return bool(rival.places & {TITLE, ISSUER})
    return kind == "article" or rival.weight * CLEAR > best.weight


def _list_evidence(
    top: Sequence[str], title: str, lines: Sequence[Line], own: str
) -> Iterator[tuple[str, str]]:
    """Each name with the place that speaks for it."""
    for name in _name_issuers(top):
        yield name, ISSUER
    for name in dict.fromkeys(list_names(_leave_cited(title))):
        yield name, TITLE
    yield from ((name, TITLE) for name in _name_titled(title, lines, own))
    place = next((match[1] for text in top if (match := _PLACE_DATE.match(text))), "")
    named = [name for text in top for name in list_names(_leave_cited(text))]
    if place:
        of_place = [name for name in dict.fromkeys(named) if name.endswith(f" {place}")]
        if of_place or own:
            yield (of_place or [f"{own} {place}"])[0], DATELINE
    for text in top[:TOP_LINES]:
        for name in list_names(_leave_cited(text)):
            yield name, "top"
    for line in lines:
        for name in list_names(_leave_cited(line.text)):
            yield name, "text"


def _name_titled(title: str, lines: Sequence[Line], own: str) -> list[str]:
    """The area that a title puts before a colon, with the level that the text gives it."""
    bare = _TITLED.match(title)
    if not bare or bare[1] or _NO_NAME.match(bare[2]):
        return []
    named = [name for line in lines for name in list_names(line.text)]
    levels = dict.fromkeys(name for name in named if name.endswith(f" {bare[2]}"))
    return [next(iter(levels), f"{own} {bare[2]}" if own else "")] if levels or own else []


def list_names(text: str) -> list[str]:
    """The areas that a text names, each with its level in full."""
    plain = text.title() if text.isupper() else text
    found = []
    for match in (*_AREA.finditer(plain), *_NUMBERED.finditer(plain)):
        level = (match[1] or match[2]).casefold() if match.re is _AREA else match[1].casefold()
        name = match[3] if match.re is _AREA else match[2]
        if not _NO_NAME.match(name):
            found.append(f"{SHORT.get(level, level)} {name}")
    found += ["thành phố Hồ Chí Minh" for _ in _LARGEST.finditer(text)]
    return found


def is_known(name: str, reference: Reference, day: str) -> bool:
    """Whether exactly one area has that name on a day."""
    try:
        reference.match_area(name, day)
    except KeyError:
        return False
    return True


def _name_issuers(top: Sequence[str]) -> list[str]:
    """The area of the only office that lines in capitals name at the top: whose paper it is."""
    lines = [*top[:6]]
    # "ỦY BAN NHÂN DÂN" on a line of its own goes on with whose it is.
    lines += [f"{one} {two}" for one, two in pairwise(lines) if _COMMITTEE_ALONE.match(one)]
    names = [
        name
        for text in lines
        if text.isupper() and _NAMED_COMMITTEE.match(text)
        for name in list_names(text)
    ]
    return names if len(names) == 1 else []


def _find_own_level(lines: Sequence[Line]) -> str:
    """The level that the text means by its own: "toàn huyện", "Phòng Nội vụ huyện", "của huyện".

    Empty where two levels are spoken of about as often, or none is.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        text = _leave_cited(line.text)
        plain = text.casefold() if text.isupper() else text
        for match in _OWN_LEVEL.finditer(plain):
            kind = next(name for name in _OWN_WEIGHTS if match[name])
            counts[match["level"].casefold()] += _OWN_WEIGHTS[kind]
        for match in _AS_SUBJECT.finditer(plain):
            counts[match[1].casefold()] += 1
    ranked = counts.most_common(2)
    is_clear = len(ranked) == 1 or (len(ranked) == 2 and ranked[0][1] >= CLEAR * ranked[1][1])
    return ranked[0][0] if ranked and is_clear else ""


def _leave_cited(text: str) -> str:
    return _CITED.sub(" ", text)


def _level_of(name: str) -> str:
    return next((level for level in LEVELS.split("|") if name.startswith(f"{level} ")), "")
