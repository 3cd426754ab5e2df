"""The review page: the text with every numeral marked, beside what was made of it.

Comes in as the document, its reading and the draft; goes out as one HTML page that opens from a
file, without scripts. Least sure figures come first, then contradictions, then the text. Reasons
are made in English, of terms in Vietnamese; here they get the words of the reviewer. Persons' names
and addresses are masked. Everything from the document is escaped.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cchc_analysis.data.clean import format_number
from cchc_analysis.data.records import QUANTITY
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents import Document, mask_persons
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.recognise import (
    OWNER_OPEN,
    Confidence,
    Figure,
    Kind,
    Numeral,
    Reading,
    tabulate_figures,
)
from cchc_analysis.rules import Identity, choose_readings, evaluate_rivals, tabulate_statements

if TYPE_CHECKING:
    import pandas as pd


POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
FIELDS = {
    "title": "Tên văn bản",
    "issuer": "Nơi ban hành",
    "area": "Đơn vị hành chính",
    "number": "Số",
    "dated": "Ngày",
    "period": "Kỳ",
    "period_start": "Từ ngày",
    "period_end": "Đến ngày",
}
# The codes serve every level, and a report may be any unit's: the words name none for its own.
SCOPES = {
    "district_office": "bộ phận của chính đơn vị",
    "province_office": "các sở, ngành cấp tỉnh",
    "district_aggregate": "các huyện cộng lại",
    "commune_aggregate": "các xã cộng lại",
    "whole_district": "toàn bộ địa bàn",
    "commune": "một xã",
    "unspecified": "không rõ của ai",
}
STATES = {
    "actual": "thực hiện",
    "estimate": "ước tính",
    "target": "mục tiêu",
    "plan": "kế hoạch",
    "threshold": "ngưỡng",
    "legal_norm": "mức quy định",
    "max_score": "điểm tối đa",
}


@cache
def load_page(name: str) -> str:
    """A file of the review page as text."""
    return files("cchc_analysis.read").joinpath("page", name).read_text("utf-8")


@cache
def load_words() -> dict[str, Any]:
    """The words of the review page, by table."""
    return tomllib.loads(load_page("words.toml"))


def tell_remark(remark: str) -> str:
    """What a second look did, in the words of the reviewer; what has none stays as it is.

    Examples:
        >>> tell_remark("took the scope commune_aggregate of the same number elsewhere")
        'lấy phạm vi “các xã cộng lại” của chính số đó ở chỗ khác'
        >>> tell_remark("the dot is read as a decimal mark: no more than 100 can be")
        'dấu chấm được đọc là dấu thập phân: không thể quá 100'
    """
    for each in load_words()["remarks"]:
        if found := re.fullmatch(each["said"], remark):
            told = found.expand(each["told"])
            return re.sub(r"(?<=“)\w+(?=”)", lambda code: SCOPES.get(code[0], code[0]), told)
    return remark


def tell_reason(reason: str) -> str:
    """A reason in the words of the reviewer; what has none stays as it is.

    Examples:
        >>> tell_reason("“quá hạn” (words of its own), “hồ sơ” (heading)")
        '“quá hạn” (ngay tại đó), “hồ sơ” (đề mục)'
    """
    for english, vietnamese in load_words()["reasons"].items():
        reason = reason.replace(english, vietnamese)
    return reason


QUOTED = 110
"""Letters of a line that a row of the table shows before a figure."""


def render_text(
    lines: Sequence[Line], reading: Reading, figures: Sequence[Figure], ids: Sequence[str]
) -> str:
    """The whole text, line by line, every numeral marked; figures lead to their rows."""
    masked = mask_persons([line.text for line in lines])
    by_line: dict[int, list[tuple[Figure, str]]] = {}
    for figure, figure_id in zip(figures, ids, strict=True):
        by_line.setdefault(figure.line, []).append((figure, figure_id))
    body = "".join(
        _render_line(text, line, reading, by_line.get(line.number, []))
        for line, text in zip(lines, masked, strict=True)
        if text.strip()
    )
    return (
        f"<h2 id='text'>Văn bản, mọi con số được đánh dấu</h2><div class='text'>{body}</div></main>"
    )


def describe_text(document: Document, reading: Reading, ids: Sequence[str]) -> dict[str, object]:
    """What ``cchc review`` shows beside the rows: masked lines, figures and other numerals.

    Returns:
        ``sha256`` of the document; ``lines`` as number and text; ``figures`` by id, each with the
        letter at which it starts, confidence, reason and rivals, and whether only the area of the
        document keeps it from being sure; ``others``, the numerals that are
        no figures, with their line, start, text and kind.
    """
    texts = mask_persons([line.text for line in document.lines])
    figures = {
        figure_id: {
            "start": figure.start,
            "confidence": figure.confidence.value,
            "reason": tell_reason(figure.reason),
            "again": tell_remark(figure.looked_again) if figure.looked_again else "",
            "rivals": list(dict.fromkeys(figure.rivals)),
            "waits_for_area": figure.looked_again == OWNER_OPEN,
        }
        for figure, figure_id in zip(reading.figures, ids, strict=True)
    }
    others = [
        {"line": number, "start": numeral.start, "text": numeral.text,
         "kind": load_words()["kinds"][numeral.kind.value]}
        for number, numerals in reading.numerals.items()
        for numeral in numerals
        if not numeral.is_figure
    ]  # fmt: skip
    lines = [
        [line.number, text]
        for line, text in zip(document.lines, texts, strict=True)
        if text.strip()
    ]
    return {"sha256": document.sha256, "lines": lines, "figures": figures, "others": others}


def _render_line(text: str, line: Line, reading: Reading, figures: list[tuple[Figure, str]]) -> str:
    marked = _mark_line(text, line, reading.numerals.get(line.number, ()), figures)
    return f"<p><span class='no'>{line.number}</span><span>{marked}</span></p>"


def _mark_line(
    text: str, line: Line, numerals: Sequence[Numeral], figures: list[tuple[Figure, str]]
) -> str:
    """One line with its numerals marked; where a mask moved them, they are found anew."""
    left = [(figure, figure_id) for figure, figure_id in figures]
    pieces, at = [], 0
    for numeral in _with_spelled(numerals, left):
        start = numeral.start if text == line.text else text.find(numeral.text, at)
        if start < at:
            continue
        end = start + len(numeral.text)
        pieces.append(escape(text[at:start]))
        pieces.append(_mark(escape(text[start:end]), numeral, left))
        at = end
    pieces.append(escape(text[at:]))
    return "".join(pieces).replace("\t", " │ ")


def _mark(shown: str, numeral: Numeral, figures: list[tuple[Figure, str]]) -> str:
    if not numeral.is_figure:
        kind = load_words()["kinds"][numeral.kind.value]
        return (
            f"<mark class='other' title='{escape(kind)}: {escape(numeral.reason)}'>{shown}</mark>"
        )
    for at, (figure, figure_id) in enumerate(figures):
        if figure.printed == numeral.text:
            del figures[at]
            title = figure.indicator or load_words()["names"][figure.confidence]
            return (
                f"<mark class='{figure.confidence.value}' id='t{figure_id}' "
                f"title='{escape(title)}'>"
                f"<a href='#{figure_id}'>{shown}</a></mark>"
            )
    return f"<mark class='none'>{shown}</mark>"


def _with_spelled(
    numerals: Sequence[Numeral], figures: Sequence[tuple[Figure, str]]
) -> list[Numeral]:
    """The numerals of a line, with the numbers put in words that became figures."""
    spelled = [
        Numeral(figure.start, figure.start + len(figure.printed), figure.printed, Kind.FIGURE, "")
        for figure, _ in figures
        if not figure.printed[:1].isdigit()
    ]
    return sorted([*numerals, *spelled], key=lambda numeral: numeral.start)


def quote(text: str, printed: str, start: int) -> tuple[str, str, str]:
    """The words before a figure, the figure, and the words behind it, short enough for a row."""
    # A mask may have moved it; and "201" is not in "5.201".
    places = re.finditer(rf"(?<!\d)(?<!\d[.,]){re.escape(printed)}(?!\d|[.,]\d)", text)
    at = min((match.start() for match in places), key=lambda n: abs(n - start), default=-1)
    if at < 0:
        return text[:QUOTED], "", ""
    end = at + len(printed)
    before, behind = text[:at], text[end:]
    if len(before) > QUOTED:
        before = "…" + before[-QUOTED:].partition(" ")[2]
    if len(behind) > QUOTED // 2:
        behind = behind[: QUOTED // 2].rpartition(" ")[0] + "…"
    return before, printed, behind


_HEADS = ("Số", "Trong văn bản", "Như in", "Chỉ tiêu", "Phạm vi", "Kỳ, tình trạng", "Vì sao")
_HEAD = "".join(f"<th scope='col'>{name}</th>" for name in _HEADS)


def render_review(  # noqa: PLR0913 - a page is made of all that was read
    source_id: str,
    row: dict[str, str],
    document: Document,
    reading: Reading,
    transcript: pd.DataFrame,
    reference: Reference,
    identities: Iterable[Identity],
) -> str:
    """Render the review page of a draft."""
    figures = reading.figures
    ids = [str(figure_id) for figure_id in transcript["figure_id"]]
    parts = [
        _render_head(source_id, row, reading, document),
        _render_rows(figures, ids, document.lines, reference),
        _render_contradictions(figures, ids, reference, identities),
        render_text(document.lines, reading, figures, ids),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Soát bản nháp {escape(source_id)}</title>\n"
        f"<style>\n{load_page('draft.css')}</style>\n</head>\n"
        f"<body>\n{chr(10).join(parts)}\n</body>\n</html>\n"
    )


def _render_head(source_id: str, row: dict[str, str], reading: Reading, document: Document) -> str:
    counts = dict.fromkeys(Confidence, 0)
    for figure in reading.figures:
        counts[figure.confidence] += 1
    others = sum(not n.is_figure for found in reading.numerals.values() for n in found)
    fields = "".join(
        f"<tr><th scope='row'>{title}</th><td>{escape(row[name]) or '—'}</td></tr>"
        for name, title in FIELDS.items()
    )
    remarks = f" · {escape('; '.join(document.remarks))}" if document.remarks else ""
    return (
        f"<header><p class='quiet'>Bản nháp · {escape(document.format)}{remarks}</p>"
        f"<h1>{escape(source_id)}</h1>"
        f"<p>{len(reading.figures)} số liệu: <mark class='high'>{counts[Confidence.HIGH]} "
        f"chắc</mark> "
        f"<mark class='low'>{counts[Confidence.LOW]} chưa chắc</mark> "
        f"<mark class='none'>{counts[Confidence.NONE]} không có chỉ tiêu</mark> "
        f"<mark class='other'>{others} con số khác</mark></p>"
        "<p class='quiet'>Ô bắt đầu bằng dấu “?” phải được người soát quyết định. Sửa trong "
        f"<code>data/raw/sources.csv</code> và <code>data/raw/transcripts/{escape(source_id)}.csv"
        f"</code>, rồi chạy <code>cchc accept {escape(source_id)}</code>.</p>"
        "<nav><a href='#low'>Chưa chắc</a><a href='#none'>Chưa có chỉ tiêu</a>"
        "<a href='#high'>Chắc</a><a href='#contradictions'>Mâu thuẫn</a>"
        "<a href='#text'>Văn bản</a></nav></header>"
        f"<div class='scroll'><table><caption class='quiet'>Đầu "
        f"văn bản</caption>{fields}</table></div>"
    )


def _render_rows(
    figures: Sequence[Figure], ids: Sequence[str], lines: Sequence[Line], reference: Reference
) -> str:
    """The draft with the words around each figure: least sure first, then in their order."""
    texts = dict(
        zip(
            (line.number for line in lines),
            mask_persons([line.text for line in lines]),
            strict=True,
        )
    )
    groups = []
    for state, title in load_words()["groups"].items():
        members = [at for at, figure in enumerate(figures) if figure.confidence == state]
        if not members:
            continue
        body = "".join(
            _render_row(figures[at], ids[at], texts[figures[at].line], reference) for at in members
        )
        groups.append(
            f"<h3 id='{state}'>{title} ({len(members)})</h3><div class='scroll'>"
            f"<table class='rows'><thead><tr>{_HEAD}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )
    return f"<main><h2 id='rows'>Bảng số liệu, chỗ chưa chắc trước</h2>{''.join(groups)}"


def _render_row(figure: Figure, figure_id: str, text: str, reference: Reference) -> str:
    state = figure.confidence.value
    before, printed, behind = quote(text, figure.printed, figure.start)
    said = (
        f"{escape(before)}<mark class='{state}'>{escape(printed)}</mark>{escape(behind)}"
    ).replace("\t", " │ ")
    reading = f" → {escape(figure.read_as)}" if figure.read_as else ""
    days = [day for day in (figure.period_start, figure.period_end) if day]
    period = "<br>".join(f"<span class='day'>{escape(day)}</span>" for day in days)
    return (
        f"<tr id='{figure_id}'><td><a href='#t{figure_id}'>{figure_id}</a> "
        f"<span class='quiet'>dòng {figure.line}</span></td>"
        f"<td class='said'>{said}</td>"
        f"<td><strong>{escape(figure.printed)}</strong>{reading} "
        f"{escape(_name_unit(figure, reference))}</td>"
        f"<td class='name'>{_name(figure, reference)}</td>"
        f"<td>{SCOPES.get(figure.scope, escape(figure.scope))}</td>"
        f"<td>{period}<br>{STATES.get(figure.status, escape(figure.status))}</td>"
        f"<td>{_explain(figure)}</td></tr>"
    )


def _name(figure: Figure, reference: Reference) -> str:
    if not figure.indicator:
        return str(load_words()["names"][Confidence.NONE])
    label = escape(str(reference.indicator_rows[figure.indicator]["label_vi"]))
    part = f" <code>{escape(figure.breakdown)}</code>" if figure.breakdown else ""
    return f"{label}<br><code>{escape(figure.indicator)}</code>{part}"


def _name_unit(figure: Figure, reference: Reference) -> str:
    row = reference.unit_rows.get(figure.unit)
    return str(row["label_vi"]) if row else figure.unit


def _explain(figure: Figure) -> str:
    why = escape(tell_reason(figure.reason))
    if not figure.indicator and figure.rivals:
        why = "có thể là " + ", ".join(f"<code>{escape(code)}</code>" for code in figure.rivals)
    if figure.looked_again:
        why += f"<br>Đọc lại: {escape(tell_remark(figure.looked_again))}"
    return why


def _render_contradictions(
    figures: Sequence[Figure],
    ids: Sequence[str],
    reference: Reference,
    identities: Iterable[Identity],
) -> str:
    stated = tabulate_figures(figures, reference, has_all=True)
    stated["figures"] = [
        " ".join(ids[int(at)] for at in cell.split()) for cell in stated["figures"]
    ]
    found = find_conflicts(stated, identities, reference)
    body = "".join(map(_render_conflict, found))
    body = body or "<p>Không thấy mâu thuẫn giữa các số liệu đã có chỉ tiêu.</p>"
    return f"<h2 id='contradictions'>Mâu thuẫn ({len(found)})</h2>{body}"


def _render_conflict(found: Conflict) -> str:
    links = " ".join(f"<a href='#{each}'>{each}</a>" for each in found.figures)
    return (
        f"<p><code>{escape(found.rule_id)}</code> {escape(found.statement)}: "
        f"<strong>{escape(found.arithmetic)}</strong> ({escape(found.scope)}) · {links}</p>"
    )


@dataclass(frozen=True)
class Conflict:
    """What a draft contradicts: a rule or a quantity, both sides, whose, and the figures' ids."""

    rule_id: str
    statement: str
    arithmetic: str
    scope: str
    figures: tuple[str, ...]


def find_conflicts(
    stated: pd.DataFrame, identities: Iterable[Identity], reference: Reference
) -> list[Conflict]:
    """What the figures of one document contradict, by the readings and definitions of findings.

    Args:
        stated: ``OBSERVATION_COLUMNS`` of the document, every reading a row; ``figures`` holds ids.
        identities: The rules.
        reference: The reference tables.
    """
    rules = tuple(identities)
    if stated.empty:
        return []
    observations = choose_readings(stated, rules, reference)
    return [
        *_find_repeated(observations),
        *_find_broken(observations, rules, reference),
    ]


def _find_broken(
    observations: pd.DataFrame, rules: Sequence[Identity], reference: Reference
) -> Iterator[Conflict]:
    statements = tabulate_statements(observations, reference)
    verdicts, definitions = evaluate_rivals(rules, statements)
    unfit = definitions[(definitions["fits"] == 0) & (definitions["rivals"] > 1)]
    told: set[str] = set()
    for identity in rules:
        verdict = verdicts[identity.rule_id]
        broken = verdict[~(verdict["holds"] | verdict["is_within_unit"])]
        if broken.empty or identity.rival_group in told:
            continue
        if identity.rival_group and identity.rule_id in set(unfit["rule_id"]):
            # A source that fits none of several definitions contradicts itself once.
            told.add(identity.rival_group)
            broken = broken.head(1)
        for row, cells in zip(broken.index, broken.to_dict("records"), strict=True):
            at = [each for operand in identity.operands for each in
                  statements.list_figures(operand, int(row))]  # fmt: skip
            rows = statements.figures["index"].to_numpy()[at]
            left, right = (
                format_number(round(float(cells[side]), 6)) for side in ("left", "right")
            )
            sign = ">" if identity.operator == "<=" else "≠" if cells["is_complete"] else "<"
            yield Conflict(
                identity.rule_id,
                str(identity),
                f"{left} {sign} {right}",
                _name_scope(statements.rows["scope"].iloc[int(row)]),
                _list_ids(observations.loc[rows, "figures"]),
            )


def _find_repeated(observations: pd.DataFrame) -> Iterator[Conflict]:
    """Quantities that the document prints with values that do not meet."""
    for _, readings in observations.groupby(["source_id", *QUANTITY], sort=False):
        if readings["low"].max() <= readings["high"].min():
            continue
        first = readings.iloc[0]
        yield Conflict(
            "",
            f"{first['indicator']} in hai giá trị",
            " ≠ ".join(format_number(float(value)) for value in readings["value"]),
            _name_scope(first["scope"]),
            _list_ids(readings["figures"]),
        )


def _name_scope(scope: object) -> str:
    return SCOPES.get(str(scope), str(scope))


def _list_ids(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for cell in cells for each in cell.split()))
