"""Whose work a clause tells of, where it is not the district's own.

Comes in as a figure in its line and the lines above; goes out as a ``Speaker``: another office, one
commune, one field of work, another area; or nothing. Only the head of a clause is looked at ("Công
an huyện tiếp nhận …"), and what stands right with the figure ("hồ sơ của Công an huyện"). A
sentence that opens with a verb goes on with the one before it; a list speaks of what the line that
opened it names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cchc_analysis.read.documents.lines import CAPITALS, Line
from cchc_analysis.read.recognise.borders import REMARK, SENTENCE_END
from cchc_analysis.read.recognise.outline import OutlinePlace
from cchc_analysis.read.recognise.stretches import FigureText


class Speech(StrEnum):
    """What a speaker is."""

    OURS = "the district's own"
    OFFICE = "another office"
    COMMUNE = "one commune"
    COMMUNES = "some communes"
    FIELD = "one field of work"
    MODEL = "one way of working"
    ELSEWHERE = "another area"


@dataclass(frozen=True)
class Speaker:
    """Whose work it is, and the words that say so."""

    kind: Speech
    name: str


_NAME = rf"[{CAPITALS}][\w'’]*(?:[ -][{CAPITALS}][\w'’]*){{0,3}}"
_UNIT = r"(?i:xã|phường|thị trấn|đặc khu)"
_OFFICES = (
    r"(?:(?:lực lượng|ngành|cơ quan)\s+)?công an\b|(?:ban chỉ huy )?quân sự huyện|t(?:òa|oà) án|"
    r"viện kiểm sát|(?:chi cục |cơ quan )?thi hành án|"
    r"(?:(?:chi\s+)?cục|cơ quan|ngành|đội|phòng)\s+thuế\b|thuế\s+(?:huyện|thành phố|cơ sở|khu vực)|"
    r"(?:cơ quan |ngành )?(?:bảo hiểm xã hội|bhxh)\b|kho bạc|chi nhánh|"
    r"văn phòng (?:đăng ký|công chứng|thừa phát lại|luật sư)|vpđkđđ|trung tâm đăng ký|"
    r"điện lực|bưu điện|ngân hàng|chi cục|hải quan|"
    r"biên phòng|(?:các )?(?:cơ quan|đơn vị|ngành)(?:,\s*đơn vị)?\s+(?:theo\s+)?ngành dọc|"
    r"mặt trận tổ quốc|liên đoàn lao động"
)
_OFFICE = re.compile(rf"(?i)(?:{_OFFICES})")
_COMMUNE = re.compile(rf"{_UNIT}\s+{_NAME}")
_MORE = re.compile(rf"(?:\s*,|\s+và)\s+(?:{_UNIT}\s+)?{_NAME}")
_SEVERAL = re.compile(
    rf"(?i:một số|các|\d+)\s+{_UNIT}(?:(?:,|\s+và)\s*{_UNIT})*\s*(?:(?i:gồm)\s*)?[:(]?\s*{_NAME}"
    rf"|(?i:một số)\s+{_UNIT}"
    r"|(?i:một số|những|nhiều)\s+(?i:địa phương|đơn vị|cơ quan|xã|phường|huyện)\b"
)
_NO_FIELD = (
    r"cải cách|cchc|thủ tục|tthc|hành chính|công nghệ|chuyển đổi|chính quyền|kiểm soát|của|được|"
    r"như|là|có|trên|thuộc|với|đạt|đã|tiếp nhận|giải quyết|công tác|trong|khác nhau|tại|này|đó"
)
_FIELDS = (
    r"đất đai|hộ tịch|chứng thực|tư pháp|xây dựng|đăng ký kinh doanh|hộ kinh doanh|người có công|"
    r"bảo trợ xã hội|căn cước|cư trú|hộ chiếu|xuất nhập cảnh|bảo hiểm|thuế|giáo dục|y tế|"
    r"thi đua(?:,| -)? khen thưởng|tài nguyên|môi trường|giao thông|nông nghiệp|lao động|văn hóa|"
    r"cấp giấy|cấp đổi|cấp phép"
)
_FIELD = re.compile(
    rf"(?i)(?:(?:hồ sơ\s+)?(?:thuộc\s+|về\s+)?lĩnh vực\s+(?!(?:{_NO_FIELD})\b)(?=[^\W\d])"
    rf"|(?:hồ sơ|ngành)\s+(?:về\s+)?(?:{_FIELDS})\b)"
)
_BARE_FIELD = re.compile(rf"(?i)(?:{_FIELDS})(?=\s*(?::|\d|(?:tiếp nhận|giải quyết)\b))")
_MODEL = re.compile(r"(?i)(?:mô hình\s+)?[“\"]?(?:ngày\s+)?không\s+(?:viết|chờ|hẹn)\b")
"""A way of working that counts its own dossiers, under a heading of its own."""
_KINDS = (
    (Speech.MODEL, _MODEL),
    (Speech.FIELD, _FIELD),
    (Speech.FIELD, _BARE_FIELD),
    (Speech.OFFICE, _OFFICE),
)
_ELSEWHERE = re.compile(
    r"(?i:(?:toàn|cả|bình quân|trung bình|mức bình quân)(?:\s+(?:toàn|cả|của))?\s+tỉnh|cả nước|"
    r"toàn quốc|tỉnh bình quân)\b"
)
_DISTRICT = re.compile(rf"(?i:huyện|thành phố|thị xã|quận)\s+{_NAME}")
_OURS = re.compile(
    r"(?i)(?:toàn|cấp|các|cả|trên|phòng|ban|huyện|thành phố|thị xã|quận|xã|phường|ubnd|"
    r"ủy ban|uỷ ban|bộ phận|trung tâm phục vụ|trung tâm hành chính|văn phòng|hđnd|cơ quan|đơn vị)\b"
)
_TIME = re.compile(
    r"(?i)(?:trong(?!\s+lĩnh vực)|từ|tính|đến|năm|quý|tháng|lũy kế|\d+\s*tháng)\b[^,;:]{0,60},\s*"
)
_LEAD_IN = re.compile(
    r"(?i)(?:(?:riêng|đối với|tại|ở|còn|trong(?: đó)?|cụ thể|như|số liệu|kết quả|số lượng|tổng số|"
    r"tổng|số|có(?: \d+)?(?= cơ quan ngành dọc)|hồ sơ(?= (?:tại|của|do|ở|tiếp nhận tại))|"
    r"tiếp nhận(?= tại)|của|do|ubnd|ủy ban nhân dân|uỷ ban nhân dân|bộ phận (?:một|1) cửa|"
    r"bộ phận tiếp nhận và trả kết quả|bộ phận tn&tkq)[\s,:]+)*"
)
_MARK = re.compile(r"\W*(?:(?:[IVX]+|\d{1,2}(?:\.\d{1,2})*|[a-zđ])[.)/]\s+)?\W*")
_CARRIES = re.compile(
    r"(?i)\W*(?:đã|đang|còn|trong (?:đó|số)|giải quyết|tiếp nhận|quá hạn|đúng hạn|trước hạn|trả|"
    r"số|tổng số|kết quả|hiện|hồ sơ|đạt|có|không|chưa|tồn|chuyển|từ chối|cụ thể|tỷ lệ|tỉ lệ|"
    r"đến nay)\b"
)
_PIECE = re.compile(r"[;:(|]|(?<=\w)\s[-–]\s|(?:,|\s(?:và|còn)(?=\s))")
_WITH = re.compile(r"(?i)\b(?:tại|của|do|ở|thuộc)\s+(?:ubnd\s+|bộ phận một cửa\s+)?")
_RIGHT_BEHIND = re.compile(r"(?i)\s*(?:hồ sơ|bộ hồ sơ|hs|lượt hồ sơ)?\s*(?:tại|của|do|ở)\s+")
_FIELD_BEHIND = re.compile(rf"\s*(?:{_FIELD.pattern.removeprefix('(?i)')})", re.IGNORECASE)


class Speakers:
    """Finds whose work the clauses of one document tell of."""

    def __init__(
        self, lines: Sequence[Line], places: Sequence[OutlinePlace], area: str, level: str
    ):
        self._lines, self._places = lines, places
        self._area, self._level = area.casefold(), level

    def find(self, entry: FigureText, *, beside: bool) -> Speaker | None:
        """Who speaks in the clause of a figure; nothing where it is the district itself.

        ``beside``: whether an office named right with the figure is its subject too, as it is of
        dossiers ("hồ sơ tại Chi nhánh …"), and not of money ("nộp tại Kho bạc").
        """
        if entry.label:
            return None
        found = (self._beside(entry) if beside else None) or self._head_of(entry)
        return None if found is None or found.kind is Speech.OURS else found

    def _beside(self, entry: FigureText) -> Speaker | None:
        """Who is named right with the figure: "800 hồ sơ của Chi nhánh …"."""
        mention, text = entry.mention, entry.text
        end = mention.numeral.end
        if field := _FIELD_BEHIND.match(text, end):
            return Speaker(Speech.FIELD, text[field.start() : field.end() + 20].strip())
        if behind := _RIGHT_BEHIND.match(text, end):
            found = self._name(text[behind.end() : mention.own[1]])
            if found and found.kind is not Speech.OURS:
                return found
        before = REMARK.sub(" ", text[mention.own[0] : mention.numeral.start])
        for match in _WITH.finditer(before):
            found = self._name(before[match.end() :])
            if found and found.kind is not Speech.OURS:
                return found
        return None

    def _head_of(self, entry: FigureText) -> Speaker | None:
        text, start = entry.text, entry.mention.lead
        found = self._search(text[start : entry.mention.numeral.start])
        while found is None and start > 0 and _CARRIES.match(text, start):
            end = start
            ends = [m.end() for m in SENTENCE_END.finditer(text) if m.end() < end]
            start = max(ends, default=0)
            found = self._search(text[start:end])
        if found or start > 0:
            return found
        place = self._places[entry.line]
        for parent in place.parents:
            if found := self._search(self._lines[parent].text):
                return found
        for heading in place.headings[:1]:
            text = self._lines[heading].text
            if model := _MODEL.search(text):
                return Speaker(Speech.MODEL, model[0])
            found = self._name(_start(text))
            if found and len(self._lines[heading].text.split()) <= len(found.name.split()) + 6:
                return found
        return None

    def _search(self, said: str) -> Speaker | None:
        """The speaker of the last piece that has one; a comma parts only behind a figure."""
        plain = REMARK.sub(" ", said)
        starts = [0]
        for cut in _PIECE.finditer(plain):
            is_comma = cut[0].strip() in (",", "và", "còn")
            if not is_comma or re.search(r"\d", plain[starts[-1] : cut.start()]):
                starts.append(cut.end())
        ends = [*starts[1:], len(plain)]
        for start, end in reversed(list(zip(starts, ends, strict=True))):
            if found := self._name(_start(plain[start:end])):
                return found
        return None

    def _name(self, text: str) -> Speaker | None:
        """The speaker whose name opens a text."""
        found = self._name_commune(text) if self._level != "commune" else None
        for kind, pattern in _KINDS:
            if not found and (match := pattern.match(text)):
                found = Speaker(kind, match[0])
        if not found and self._level == "district":
            other = _DISTRICT.match(text)
            if other and not self._area.startswith(other[0].casefold()):
                found = Speaker(Speech.ELSEWHERE, other[0])
            elif whole := _ELSEWHERE.match(text):
                found = Speaker(Speech.ELSEWHERE, whole[0])
        return found or (Speaker(Speech.OURS, "") if _OURS.match(text) else None)

    def _name_commune(self, text: str) -> Speaker | None:
        if several := _SEVERAL.match(text):
            return Speaker(Speech.COMMUNES, several[0])
        commune = _COMMUNE.match(text)
        if not commune:
            return None
        is_more = _MORE.match(text, commune.end())
        return Speaker(Speech.COMMUNES if is_more else Speech.COMMUNE, commune[0])


def _start(text: str) -> str:
    """A clause without its mark, its time, and the words that lead to its subject."""
    text = text[_MARK.match(text).end() :]  # type: ignore[union-attr]
    while (time := _TIME.match(text)) is not None:
        text = text[time.end() :]
    lead = _LEAD_IN.match(text)
    rest = text[lead.end() :] if lead else text
    # "Bộ phận một cửa tiếp nhận …": the lead itself is the subject.
    return rest if not lead or not _OURS.search(lead[0]) or _is_named(rest) else text


def _is_named(text: str) -> bool:
    return bool(_COMMUNE.match(text) or _OFFICE.match(text) or _FIELD.match(text))
