"""The head of a document: whose it is, for which period, its number, date and title.

Comes in as lines; goes out as proposals, each sure or not. What is not sure must be confirmed by a
person; nothing is filled in from what reports usually are. A place that is only cited ("Quyết định
… của UBND tỉnh …") is nobody's paper; where issuer, title, dateline and the level that the text
speaks of do not agree, nothing is sure.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate, chain, groupby, pairwise, takewhile

from cchc_analysis.data.areas import LEVELS, find_issue_day
from cchc_analysis.data.clean import OTHER_DAYS, keep_text, label_period, lies_about
from cchc_analysis.data.records import TWO_TIERS_SINCE, Period
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents import Line
from cchc_analysis.read.patterns import PATTERNS, WORDS
from cchc_analysis.read.recognise.numerals import find_first_figure
from cchc_analysis.read.recognise.outline import find_note_below
from cchc_analysis.read.recognise.windows import (
    EARLY,
    find_counted_window,
    find_exact_window,
    find_period,
    list_counted,
    list_plain,
    make_day,
)

TITLE, ISSUER, DATELINE, SITE = "title", "issuer", "dateline", "site"
WEIGHTS = {ISSUER: 40, TITLE: 30, DATELINE: 20, SITE: 20, "top": 5, "text": 1}
"""What a mention counts, by where it stands."""
ENOUGH = 5
"""What the mentions of the owner weigh at least, where neither title nor issuer names it."""
TOP_LINES = 12
CLEAR = 2
"""How many times as often as any other level a text must speak of its own."""
_OWN_WEIGHTS = {"all": 3, "office": 2, "here": 2, "of": 1}


_Evidence = Mapping[str, Counter[str]]
"""Of each name how often it stands at which place, see ``WEIGHTS``."""


def find_owner(
    top: Sequence[str], title: str, kind: str, lines: Sequence[Line], known: tuple[Reference, str]
) -> tuple[str, bool, tuple[str, ...]]:
    """The area ("huyện Cao Lộc", or ""), whether that is sure, and the others that its head names.

    ``known`` are the reference tables and the day of the document, for what was an area then.
    """
    own = _find_own_level(lines, title)
    held: dict[str, Counter[str]] = {}
    for name, place in _list_evidence(top, title, lines, own, known):
        # "Huyện Tổ chức hội nghị": a word alone that no area has for its name is none.
        is_word = place in ("top", "text") and " " not in name.removeprefix(f"{level_of(name)} ")
        if is_word and not any(known[0].list_named(name)):
            continue
        # The sentences of "phường A 2" seem to speak of "phường A".
        longer = (each for each in held if ISSUER in held[each])
        whole = next((each for each in longer if each.startswith(f"{name} ")), name)
        held.setdefault(whole, Counter())[place] += 1
    headed = {name for name, each in held.items() if each.keys() & {TITLE, ISSUER}}
    fitting = [name for name in held if not own or level_of(name) == own or name in headed]
    if not fitting:
        return "", False, ()
    best, *others = sorted(fitting, key=lambda name: -_weigh(held[name]))
    is_sure = _is_sure(best, held, headed, own, kind)
    level = level_of(best)
    # A title that calls its own area otherwise ("TP A" of thành phố A) names no other one.
    rivals = tuple(name for name in others if name in headed and level_of(name) == level
                   and not name.endswith(best.removeprefix(level)))  # fmt: skip
    if match_known(best, *known):
        return best, is_sure and not _lies_elsewhere(best, held, known), rivals
    # Of several of a name, the one in the area that the head names besides; failing that, the text.
    heading = [name for name in held if "top" in held[name]]
    for around in (heading, list(held)):
        inside = {
            each: name for name in reversed(around)
            if (each := match_known(f"{best}, {name}", *known))
        }  # fmt: skip
        if len(inside) == 1:
            return f"{best}, {inside.popitem()[1]}", is_sure and around is heading, rivals
    return best, False, rivals


def _weigh(places: Counter[str]) -> int:
    return sum(WEIGHTS[place] * number for place, number in places.items())


def _lies_elsewhere(best: str, held: _Evidence, known: tuple[Reference, str]) -> bool:
    """Whether the head names provinces, and none is the one that the area lies in."""
    named = (name for name in held if "top" in held[name] and match_known(name, *known))
    provinces = [name for name in named if find_level(name, *known) == "province"]
    is_one = find_level(best, *known) == "province"
    is_inside = any(match_known(f"{best}, {name}", *known) for name in provinces)
    return bool(provinces) and not is_one and not is_inside


def _is_sure(best: str, held: _Evidence, headed: set[str], own: str, kind: str) -> bool:
    """Whether the parts of the evidence agree on a name; title or issuer name those ``headed``."""
    weight = _weigh(held[best])
    if own and level_of(best) != own:
        return False
    rivals = [name for name in held if name != best and level_of(name) == level_of(best)]
    if best in headed:
        return headed.isdisjoint(rivals)
    # In news any other area of the level has as good a claim, but for that whose site brings it.
    is_open = kind == "article" and SITE not in held[best]
    if any(is_open or _weigh(held[name]) * CLEAR > weight for name in rivals):
        return False
    if held[best].keys() & {DATELINE, SITE}:
        return bool(own)
    # News that speaks of its own level and names one place of it is about that one.
    is_only = bool(own) and not rivals and "top" in held[best]
    return is_only or weight >= ENOUGH * (CLEAR if kind == "article" else 1)


def _list_evidence(
    top: Sequence[str], title: str, lines: Sequence[Line], own: str, known: tuple[Reference, str]
) -> Iterator[tuple[str, str]]:
    """Each name with the place that speaks for it."""
    for name in dict.fromkeys(_name_issuers(top, known)):
        yield name, ISSUER
    named = {name for line in lines if not line.text.isupper() for name in list_names(line.text)}
    for name in dict.fromkeys(_list_all(leave_cited(title), known)):
        # In capitals nothing says where a name ends: "THỊ XÃ A B QUAN TÂM …" is on "thị xã A B".
        opening = [*accumulate(name.split(), "{} {}".format)][2:] if title.isupper() else []
        within = (each for each in opening if each in named or match_known(each, *known))
        yield max(within, key=len, default=name), TITLE
    # Elsewhere in a title only what we know at the level that the text speaks of.
    bare = PATTERNS.place_name.finditer(title) if own and not list_names(title) else ()
    titled = [name for each in bare if match_known(name := f"{own} {each[0]}", *known)]
    yield from ((name, TITLE) for name in titled or _name_titled(title, lines, own))
    place = next((match[1] for text in top if (match := PATTERNS.place_date.match(text))), "")
    if place:
        above = [name for text in top for name in list_names(leave_cited(text))]
        of_place = [name for name in dict.fromkeys(above) if name.endswith(f" {place}")]
        if of_place or own:
            yield (of_place or [f"{own} {place}"])[0], DATELINE
    for text in top[:TOP_LINES]:
        for name in list_names(leave_cited(text)):
            yield name, SITE if PATTERNS.site.match(text) and level_of(name) == own else "top"
    told = (list_names(leave_cited(line.text)) for line in lines)
    for name in chain(_name_of_paper(top, own, known), *told):
        yield name, "text"


def _name_of_paper(top: Sequence[str], own: str, known: tuple[Reference, str]) -> Iterator[str]:
    """The province that the paper is called by, where the text speaks of one without a name."""
    papers = map(PATTERNS.paper_of_place.match, top[:TOP_LINES] if own == WORDS.above else ())
    for paper in filter(None, papers):
        if match_known(name := f"{own} {paper['name'].title()}", *known):
            yield name


def _name_titled(title: str, lines: Sequence[Line], own: str) -> list[str]:
    """The area that opens a title, with the level that the text gives it.

    Before a colon it is one also where the text does not name it.
    """
    bare = PATTERNS.titled.match(title)
    if not bare or bare[1] or PATTERNS.no_name.match(bare[2]):
        return []
    named = (name for line in lines for name in list_names(line.text))
    names = [*dict.fromkeys(name for name in named if name.endswith(f" {bare[2]}"))][:1]
    return names or ([f"{own} {bare[2]}"] if own and bare["mark"] else [])


@lru_cache(maxsize=4096)
def list_names(text: str) -> tuple[str, ...]:
    """The areas that a text names, each with its level in full."""
    plain = text
    if text.isupper():
        # No name goes on with "VÀ" or with the word of a level.
        plain = PATTERNS.ends_name.sub(lambda found: found[0].lower(), text.title())
    found = []
    for match in (*PATTERNS.area.finditer(plain), *PATTERNS.numbered.finditer(plain)):
        *levels, name = match.groups()
        level = next(filter(None, levels)).casefold()
        if not PATTERNS.no_name.match(name):
            found.append(f"{WORDS.short.get(level, level)} {name}")
    found += [WORDS.largest_city for _ in PATTERNS.short_largest_city.finditer(text)]
    return tuple(found)


@lru_cache(maxsize=4096)  # every figure asks whose it is
def match_known(name: str, reference: Reference, day: str, inside: str = "") -> str:
    """The id of the only area that has that name on a day, or "", as ``match_area`` finds it."""
    if not any(reference.list_named(name)):
        return ""  # nothing bears it, and no names near to it are wanted here
    try:
        return reference.match_area(name, day, inside=inside)
    except KeyError:
        return ""


def _name_issuers(top: Sequence[str], known: tuple[Reference, str]) -> list[str]:
    """The areas, all of one level, of the offices that lines in capitals name at the top.

    A line above that names the office over it ("UBND TỈNH A", then "UBND PHƯỜNG B") is not its own.
    """
    lines = list(takewhile(lambda text: not PATTERNS.sent_to.match(text), top[:6]))
    # "ỦY BAN NHÂN DÂN" on a line of its own goes on with whose it is.
    lines += [f"{one} {two}" for one, two in pairwise(lines) if PATTERNS.committee_alone.match(one)]
    names: list[str] = []
    for text in lines:
        if office := PATTERNS.named_committee.match(text):
            whole = _take_whole(text[office.end() :], known[0])
            names += whole or (_list_all(text, known) if text.isupper() else [])
    levels = [LEVELS.index(find_level(name, *known)) for name in names]
    names = [name for name, level in zip(names, levels, strict=True) if level == max(levels)]
    return names if len({level_of(name) for name in names}) == 1 else []


def _take_whole(text: str, reference: Reference) -> list[str]:
    """The area that a text is the whole name of, with a number or a dash in it as well."""
    bare = text.strip(" .,:;*_-")
    level = level_of(bare.casefold())
    name = bare[len(level) + 1 :].title()
    is_one = level and "," not in name and not PATTERNS.ends_name.search(name)
    return [f"{level} {name}"] if is_one and any(reference.list_named(bare)) else []


def _list_all(text: str, known: tuple[Reference, str]) -> Iterator[str]:
    """The areas of a text, those included that share the word of their level with one before."""
    named = list_names(text)
    yield from named
    plain = text.title() if text.isupper() else text
    for name in named:
        behind = plain[plain.casefold().find(name.casefold()) + len(name) :]
        joined = PATTERNS.joined_name.match(behind)
        if joined and match_known(other := f"{level_of(name)} {joined[1]}", *known):
            yield other


def _find_own_level(lines: Sequence[Line], title: str) -> str:
    """The level that the text means by its own: "toàn huyện", "Phòng Nội vụ huyện", "của huyện".

    Empty where two levels are spoken of about as often, or none is.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        text = leave_cited(line.text)
        plain = text.casefold() if text.isupper() else text
        for match in PATTERNS.own_level.finditer(plain):
            kind = next(name for name in _OWN_WEIGHTS if match[name])
            counts[match["level"].casefold()] += _OWN_WEIGHTS[kind]
        for match in PATTERNS.as_subject.finditer(plain):
            counts[match[1].casefold()] += 1
    if counts[WORDS.above] <= CLEAR and not PATTERNS.of_province.search(title):
        # "UBND tỉnh giao …": who gives tasks once is not who reports.
        del counts[WORDS.above]
    ranked = counts.most_common(2)
    is_clear = len(ranked) == 1 or (len(ranked) == 2 and ranked[0][1] >= CLEAR * ranked[1][1])
    return ranked[0][0] if ranked and is_clear else ""


@lru_cache(maxsize=4096)
def leave_cited(text: str) -> str:
    """A text without what it quotes, and where people met."""
    return PATTERNS.cited.sub(" ", text)


def level_of(name: str) -> str:
    """The level that opens a name ("huyện Cao Lộc"), or ""."""
    return next(
        (level for level in PATTERNS.levels.pattern.split("|") if name.startswith(f"{level} ")), ""
    )


HEAD_LINES = 40
HEAD_ABOVE, FEWEST_LINES, FIRST_LINES = 8, 8, 6
"""Lines above a title that are its head, those that a report has at least, and those behind its
opening that may still say which days it counts."""
FEWEST_WORDS, LONGEST_TITLE = 4, 40
"""Words that the title of a page has at least and at most."""


@dataclass(frozen=True)
class ReportHead:
    """What the head of a document says; ``is_sure_…`` where no person need confirm it.

    ``opening`` is what stands above the first heading, with what further down speaks of the figures
    of the whole document; it may say which days they count, as may ``below``, lines of the first
    section with a first and a last day. ``since`` is the first day on which the area is there,
    where that is known. ``rivals`` are areas of the same level that title or issuer names as well.
    ``own_level`` is the level that a document speaks of ("toàn tỉnh") which names no area.
    """

    kind: str
    area: str
    is_sure_area: bool
    period: Period
    is_sure_period: bool
    issuer: str = ""
    title: str = ""
    number: str = ""
    dated: str = ""
    opening: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    since: str = ""
    rivals: tuple[str, ...] = ()
    own_level: str = ""

    @property
    def day(self) -> str:
        """The day whose areas the document speaks of."""
        first, last = (
            day.isoformat() if day else "" for day in (self.period.start, self.period.end)
        )
        return find_issue_day({"dated": self.dated, "period_start": first, "period_end": last})

    @cached_property
    def window(self) -> Period:
        """The days that the figures count over, where no sentence says otherwise."""
        counted = find_counted_window(self.opening, self.period, self.dated)
        own = self.begin(self.period)
        below = None if counted else find_counted_window(self.below, self.period, self.dated)
        if below and lies_about(below, own, closes=True):
            # Days of a section alone begin later than the period, and than the two levels.
            is_first = str(below.start) == TWO_TIERS_SINCE
            begins = is_first or lies_about(replace(below, end=own.end), own, fills=True)
            counted = below if begins else None
        return self.begin(counted) if counted else own

    def begin(self, window: Period) -> Period:
        """A window from the first day on which the area is there."""
        if window.start and window.end and self.since <= window.end.isoformat():
            start = max(window.start.isoformat(), self.since)
            return replace(window, start=dt.date.fromisoformat(start))
        return window

    @cached_property
    def odd_time(self) -> tuple[str, Period | None]:
        """What it says of its time that cannot be or is of another period, and those days.

        Of a report of a period a day as well that is close to an end of that, and was not read.
        """
        texts = (self.title, *self.opening)
        if odd := next(filter(None, map(PATTERNS.no_period.search, texts)), None):
            return odd[0], None
        spoken = map(PATTERNS.from_to.search, (self.title, *list_counted(self.opening)))
        found = [(days[0], find_exact_window(days[0], self.period)) for days in spoken if days]
        if any(window and lies_about(window, self.period, closes=True) for _, window in found):
            return "", None
        return next(chain(found, self._list_loose_days()), ("", None))

    def _list_loose_days(self) -> Iterator[tuple[str, None]]:
        start, end, window = self.period.start, self.period.end, self.window
        if self.kind != "period_report" or not (start and end):
            return
        near = dt.timedelta(days=OTHER_DAYS)
        texts = (text for text in self.opening
                 if not (PATTERNS.posted.match(text) or PATTERNS.number.search(text)))  # fmt: skip
        plain = (PATTERNS.time_of_others.sub(" ", text) for text in list_plain(texts, self.period))
        for match in chain.from_iterable(map(PATTERNS.day.finditer, plain)):
            day = make_day(match[1], match[2], match[3], end.year)
            if not day or day in (window.start, window.end) or f"{day}" == self.dated:
                continue
            if end - near <= day <= end or start - near <= day <= min(end, start + near):
                yield match[0], None

    @property
    def period_label(self) -> str:
        """The label of the period, or ""."""
        return label_period(self.period)


def read_head(lines: Sequence[Line], reference: Reference) -> ReportHead:
    """Propose what the head of a document says."""
    # A note below a table says when the numbers of that table are of, not those of the document.
    texts = (line.text for at, line in enumerate(lines[:HEAD_LINES])
             if not line.cells and not find_note_below(lines, at))  # fmt: skip
    top = _part_columns([*texts])
    kind, title = _find_title(top)
    period, is_sure_period = find_period(title, top, lines)
    posted = map(PATTERNS.posted.match, top) if kind == "article" else ()
    written = chain(map(PATTERNS.dated.search, top), map(PATTERNS.dateline.match, top))
    match = next(filter(None, chain(posted, written)), None)
    day = make_day(match[1], match[2], match[3]) if match else None
    dated = day.isoformat() if day else ""
    if day and period.end and period.end > day + EARLY:  # a plan looks ahead; else so much is open
        is_sure_period = is_sure_period and kind == "plan"
    number = next((match[1] for text in top if (match := PATTERNS.number.search(text))), "")
    known = reference, ReportHead(kind, "", False, period, is_sure_period, dated=dated).day
    own = lines[: find_other_news(lines, kind)]
    area, is_sure_area, rivals = find_owner(top, title, kind, own, known)
    is_opening = (text[:1] == "(" or not PATTERNS.heading.match(text) for text in top)
    opened = sum(takewhile(bool, is_opening))
    # Below a caption they are those of its table, and of dossiers where these are named.
    following = pairwise(["", *top[opened : opened + FIRST_LINES]])
    head = ReportHead(
        kind, area, is_sure_area, period, is_sure_period,
        issuer=_name_paper(top) if kind == "article" else _find_issuer(top, area),
        title=PATTERNS.note_mark.sub("", title),
        number=number.replace(" ", ""), dated=dated, rivals=rivals,
        own_level="" if area else _find_own_level(own, title),
        opening=(*top[:opened], *_list_days_of_all(lines, top[:opened])),
        below=tuple(text for before, text in following
                    if (PATTERNS.from_to.search(text) or PATTERNS.counted_since.search(text))
                    and any(list_counted([text]))
                    and not PATTERNS.note_text.match(text) and not PATTERNS.caption.match(before)
                    and not PATTERNS.event_bracket.search(text)
                    and not PATTERNS.names_dossiers.search(text)),
    )  # fmt: skip
    head = note_begin(head, reference)
    return replace(head, is_sure_period=is_sure_period and not head.odd_time[0])


def _list_days_of_all(lines: Sequence[Line], opening: Sequence[str]) -> Iterator[str]:
    """What says further down which days the whole document counts.

    The text of a note on its title or opening, and "Số liệu trong báo cáo này tính từ …".
    """
    marks = {each[0] for text in opening for each in PATTERNS.note_mark.finditer(text)}
    for line in lines:
        note = PATTERNS.note_text.match(line.text)
        is_of_all = note[1] in marks if note else PATTERNS.of_all_figures.search(line.text)
        is_apart = bool(line.cells) or line.text.endswith(":") or line.text in opening
        is_told = PATTERNS.from_to.search(line.text) or any(list_counted([line.text]))
        if is_of_all and is_told and not is_apart:
            yield line.text


def note_begin(head: ReportHead, reference: Reference) -> ReportHead:
    """The head with the first day of its area, before which nothing of it can be counted."""
    if known := match_known(head.area, reference, head.day):
        row = reference.area_rows[known]
        # A province goes on with what those that it was made of have counted.
        head = replace(head, since=str(row["valid_from"]) * (row["level"] == "commune"))
    return head


def _part_columns(texts: Iterable[str]) -> list[str]:
    """Lines in one form; of those in two columns the left ones, then the right ones."""
    parted = (
        PATTERNS.gap.split(PATTERNS.motto.sub("\t", text).strip(), maxsplit=1) for text in texts
    )
    found = []
    for _, run in groupby(parted, key=len):
        found += [part for column in zip(*run, strict=True) for part in column]
    return [kept for part in found if (kept := keep_text(part))]


def find_other_news(lines: Sequence[Line], kind: str) -> int:
    """Where news goes on with the titles of other items, which are none of this one."""
    at = (n for n, line in enumerate(lines) if PATTERNS.other_news.fullmatch(line.text))
    return next(at, len(lines)) if kind == "article" else len(lines)


def part_reports(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """The lines of each report of a file: it opens with a head with office or number, and title."""
    starts, last = [0], None
    for at, line in enumerate(lines):
        if line.cells or not (line.text.isupper() and PATTERNS.title_alone.match(line.text)):
            continue
        above = (n for n in range(max(0, at - HEAD_ABOVE), at) if lines[n].text.isupper())
        opened = [n for n in above if PATTERNS.named_committee.match(lines[n].text)]
        if last is not None and at - last >= FEWEST_LINES and opened:
            starts.append(opened[0])
        last = at
    return [lines[start:end] for start, end in pairwise([*starts, len(lines)])]


def _find_title(top: Sequence[str]) -> tuple[str, str]:
    """The kind of document and its title: the line that names the kind, and those that follow."""
    for at, text in enumerate(top):
        kind = _name_kind(text)
        # A sentence of news begins so as well: "Báo cáo tại hội nghị cho thấy …."
        is_sentence = text.endswith(".") and len(text.split()) > 8
        if kind and len(text.split()) <= 60 and not is_sentence:
            following = [] if len(text.split()) > 8 else _take_title(text, top[at + 1 : at + 4])
            begun = [_go_on(each) for each in following[:1]] + following[1:]
            title = keep_text(" ".join([text.capitalize() if text.isupper() else text, *begun]))
            return _name_kind(f"{text} {' '.join(following)}"), title
    # The title of a page stands below its banners and above its first sentence or list.
    above = takewhile(lambda text: not _tells(text), top)
    news = [text for text in above if len(text.split()) >= FEWEST_WORDS
            and not PATTERNS.banner.search(text)]  # fmt: skip
    own = [text for text in news if PATTERNS.reform_topic.search(text)]
    return "article", (own or news or [""])[0]


def _go_on(text: str) -> str:
    """A line as it goes on behind "Báo cáo": small, but for a name, whose words all are great."""
    first, *others = text.split(maxsplit=2)
    is_word = first.istitle() and others and others[0].islower()
    return text[:1].lower() + text[1:] if is_word else text


def _tells(text: str) -> bool:
    """Whether a line is a sentence or a point of a list, and no title."""
    number = len(text.split())
    ends = text.rstrip().endswith((".", ";", ":", "./.")) and number > FEWEST_LINES
    return number > LONGEST_TITLE or ends or PATTERNS.bullet.match(text) is not None


def _name_kind(text: str) -> str:
    rows = PATTERNS.rows("documents")
    return next((str(row["kind"]) for row in rows if row["pattern"].match(text)), "")


def _take_title(first: str, texts: Sequence[str]) -> list[str]:
    """The lines that go on with a title; days that are counted are none of one with a period."""
    taken: list[str] = []
    for text in texts:
        said = " ".join([first, *taken])
        is_dated = PATTERNS.period.search(said) or PATTERNS.title_year.search(said)
        says_days = PATTERNS.days_below.match(text) or PATTERNS.only_window.match(text)
        if is_dated and (says_days or find_first_figure(text)):
            break
        # A sentence is no part of a title, and its first word none of a name that ends one.
        is_sentence = text.endswith((":", ".")) or len(text.split()) > LONGEST_TITLE
        if is_sentence or PATTERNS.no_title.match(text) or PATTERNS.caption.match(text):
            break
        taken.append(text.strip("*_ "))
    return taken


def find_level(area: str, reference: Reference, day: str = "") -> str:
    """The level of an area: as we know it, else as its name says."""
    if known := match_known(area, reference, day):
        return str(reference.area_rows[known]["level"])
    words = (word for word in WORDS.level_of if area.casefold().startswith(word))
    return str(WORDS.level_of.get(next(words, ""), "district"))


def _find_issuer(top: Sequence[str], area: str) -> str:
    """The office that a short line at the top names, with the area."""
    for text in top[:12]:
        office = PATTERNS.office_at_top.match(text)
        if office and (text.isupper() or len(text.split()) < 9):
            return keep_text(f"{WORDS.offices.get(office[1].casefold(), 'UBND')} {area}")
    said = next((match for text in top[:12] if (match := PATTERNS.reporting.search(text))), None)
    return f"{WORDS.offices[said[1].casefold()] if said else 'UBND'} {area}" if area else ""


def _name_paper(top: Sequence[str]) -> str:
    """The paper or site of news, or the agency that signs it; not the office that it tells of."""
    for pattern in (PATTERNS.news_office, PATTERNS.agency):
        for found in filter(None, map(pattern.match, top[:12])):
            return keep_text(next(filter(None, found.groups())))
    return ""
