"""The review page: the text with every numeral marked, beside what was made of it.

Comes in as the document, its reading and the draft; goes out as one HTML page that opens from a
file, without scripts. Least sure figures come first, then contradictions, then the text. Persons'
names and addresses are masked. Everything from the document is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from cchc_analysis.clean import format_number
from cchc_analysis.documents import Document, mask_persons
from cchc_analysis.documents.lines import Line
from cchc_analysis.identities import Identity, evaluate_identity, tabulate_statements
from cchc_analysis.recognise import Confidence, Figure, Numeral, Reading, tabulate_figures
from cchc_analysis.reference import Reference

if TYPE_CHECKING:
    import pandas as pd

_STYLE = """
:root{--ink:#1b1f24;--quiet:#5a636d;--line:#d5dae0;--sure:#d9f0e3;--unsure:#fdeccb;--open:#fbdcdc;
--other:#e9ecef;color-scheme:light}
*{box-sizing:border-box}body{margin:0 auto;max-width:76rem;padding:1.5rem;color:var(--ink);
font:16px/1.55 system-ui,"Segoe UI","Noto Sans",sans-serif}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{margin:.4rem 0}.quiet{color:var(--quiet)}nav a{margin-right:1rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{border-bottom:1px solid var(--line);
padding:.3rem .5rem;text-align:left;vertical-align:top}th{background:#f5f7f9}
.scroll{overflow-x:auto}.text p{display:grid;grid-template-columns:3.5rem 1fr;gap:.75rem}
.text .no{color:var(--quiet);font-variant-numeric:tabular-nums;text-align:right;user-select:none}
mark{border-radius:.2rem;padding:0 .15rem;color:inherit}.high{background:var(--sure)}
.low{background:var(--unsure);border-bottom:2px dotted #8a5a00}
.none{background:var(--open);border-bottom:2px solid #a12626}.other{background:var(--other)}
mark a{color:inherit;text-decoration:none}code{font-size:.85em}.tag{white-space:nowrap}
@media print{nav{display:none}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_ORDER = {Confidence.NONE: 0, Confidence.LOW: 1, Confidence.HIGH: 2}
_NAMES = {
    Confidence.NONE: "không có chỉ tiêu",
    Confidence.LOW: "chưa chắc",
    Confidence.HIGH: "chắc",
}
_KINDS = {
    "date": "ngày tháng",
    "period": "kỳ",
    "year": "năm",
    "time": "giờ",
    "document number": "số văn bản",
    "article or form": "điều, khoản, biểu mẫu",
    "section number": "số thứ tự, đề mục",
    "note mark": "dấu chú thích",
    "standard or code": "tiêu chuẩn, mã",
    "link or address on the net": "địa chỉ mạng",
    "phone number": "số điện thoại",
    "place or house number": "địa danh, số nhà",
    "part of a name": "một phần của tên",
    "counter of a web page": "bộ đếm của trang",
    "repeated text": "đoạn lặp lại",
    "figure": "số liệu",
}


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
        _render_rows(figures, ids, reference),
        _render_contradictions(figures, ids, reference, identities),
        _render_text(document.lines, reading, figures, ids),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Soát bản nháp {escape(source_id)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{chr(10).join(parts)}\n</body>\n</html>\n"
    )


def _render_head(source_id: str, row: dict[str, str], reading: Reading, document: Document) -> str:
    counts = dict.fromkeys(Confidence, 0)
    for figure in reading.figures:
        counts[figure.confidence] += 1
    others = sum(not n.is_figure for found in reading.numerals.values() for n in found)
    shown = ("title", "issuer", "area", "number", "dated", "period", "period_start", "period_end")
    fields = "".join(
        f"<tr><th scope='row'><code>{name}</code></th><td>{escape(row[name]) or '—'}</td></tr>"
        for name in shown
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
        "<nav><a href='#rows'>Bảng số liệu</a><a href='#contradictions'>Mâu thuẫn</a>"
        "<a href='#text'>Văn bản</a></nav></header>"
        f"<div class='scroll'><table><caption class='quiet'>Đầu "
        f"văn bản</caption>{fields}</table></div>"
    )


def _render_rows(figures: Sequence[Figure], ids: Sequence[str], reference: Reference) -> str:
    """The draft, least sure first."""
    order = sorted(range(len(figures)), key=lambda at: (_ORDER[figures[at].confidence], at))
    body = "".join(_render_row(figures[at], ids[at], reference) for at in order)
    heads = ("Số", "Như in", "Chỉ tiêu", "Phạm vi", "Kỳ", "Tình trạng", "Vì sao", "Chỗ")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return (
        "<main><h2 id='rows'>Bảng số liệu, chỗ chưa chắc trước</h2><div class='scroll'><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _render_row(figure: Figure, figure_id: str, reference: Reference) -> str:
    label = ""
    if figure.indicator:
        name = str(reference.indicator_rows[figure.indicator]["label_vi"])
        label = f"{escape(name)}<br><code>{escape(figure.indicator)}</code>"
        if figure.breakdown:
            label += f" <code>{escape(figure.breakdown)}</code>"
    why = escape(figure.reason)
    if not figure.indicator and figure.rivals:
        why = "có thể là " + ", ".join(f"<code>{escape(code)}</code>" for code in figure.rivals)
    if figure.looked_again:
        why += f"<br>Đọc lại: {escape(figure.looked_again)}"
    period = "–".join(filter(None, (figure.period_start, figure.period_end)))
    state = figure.confidence.value
    return (
        f"<tr id='{figure_id}'><td><a href='#t{figure_id}'>{figure_id}</a></td>"
        f"<td><mark class='{state}'>{escape(figure.printed)}</mark> {escape(figure.unit)}</td>"
        f"<td>{label or _NAMES[Confidence.NONE]}</td><td>{escape(figure.scope)}</td>"
        f"<td class='tag'>{escape(period)}</td><td>{escape(figure.status)}</td><td>{why}</td>"
        f"<td class='tag'>{escape(figure.section)} · dòng {figure.line}</td></tr>"
    )


def _render_contradictions(
    figures: Sequence[Figure],
    ids: Sequence[str],
    reference: Reference,
    identities: Iterable[Identity],
) -> str:
    items = list(_find_contradictions(figures, ids, reference, identities))
    body = "".join(items) or "<p>Không thấy mâu thuẫn giữa các số liệu đã có chỉ tiêu.</p>"
    return f"<h2 id='contradictions'>Mâu thuẫn ({len(items)})</h2>{body}"


def _find_contradictions(
    figures: Sequence[Figure],
    ids: Sequence[str],
    reference: Reference,
    identities: Iterable[Identity],
) -> Iterator[str]:
    """Identities that do not hold, with their arithmetic and the figures concerned."""
    observations = tabulate_figures(figures, reference)
    if observations.empty:
        return
    statements = tabulate_statements(observations, reference)
    for identity in identities:
        verdict = evaluate_identity(identity, statements)
        scopes = statements.rows["scope"].reindex(verdict.index)
        broken_rows = verdict.assign(scope=scopes)[~verdict["holds"].astype(bool)]
        for broken in broken_rows.to_dict("records"):
            scope = broken["scope"]
            concerned = [
                ids[n] for n, figure in enumerate(figures)
                if figure.indicator in identity.codes and figure.scope == scope
            ]  # fmt: skip
            links = " ".join(f"<a href='#{each}'>{each}</a>" for each in concerned)
            left, right = (format_number(float(broken[side])) for side in ("left", "right"))
            yield (
                f"<p><code>{escape(identity.rule_id)}</code> {escape(str(identity))}: "
                f"<strong>{left} ≠ {right}</strong> ({escape(str(scope))}) · {links}</p>"
            )


def _render_text(
    lines: Sequence[Line], reading: Reading, figures: Sequence[Figure], ids: Sequence[str]
) -> str:
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


def _render_line(text: str, line: Line, reading: Reading, figures: list[tuple[Figure, str]]) -> str:
    marked = _mark_line(text, line, reading.numerals.get(line.number, ()), figures)
    return f"<p><span class='no'>{line.number}</span><span>{marked}</span></p>"


def _mark_line(
    text: str, line: Line, numerals: Sequence[Numeral], figures: list[tuple[Figure, str]]
) -> str:
    """One line with its numerals marked; where a mask moved them, they are found anew."""
    left = [(figure, figure_id) for figure, figure_id in figures]
    pieces, at = [], 0
    for numeral in numerals:
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
        kind = _KINDS.get(numeral.kind.value, numeral.kind.value)
        return (
            f"<mark class='other' title='{escape(kind)}: {escape(numeral.reason)}'>{shown}</mark>"
        )
    for at, (figure, figure_id) in enumerate(figures):
        if figure.printed == numeral.text:
            del figures[at]
            title = figure.indicator or _NAMES[figure.confidence]
            return (
                f"<mark class='{figure.confidence.value}' id='t{figure_id}' "
                f"title='{escape(title)}'>"
                f"<a href='#{figure_id}'>{shown}</a></mark>"
            )
    return f"<mark class='none'>{shown}</mark>"
