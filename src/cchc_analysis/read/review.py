"""The review page: the text with every numeral marked, beside what was made of it.

Comes in as the document, its reading and the draft; goes out as one HTML page that opens from a
file, without scripts. Least sure figures come first, then contradictions, then the text. Persons'
names and addresses are masked. Everything from the document is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from cchc_analysis.data.clean import format_number
from cchc_analysis.data.records import QUANTITY
from cchc_analysis.data.reference import Reference
from cchc_analysis.read.documents import Document, mask_persons
from cchc_analysis.read.documents.lines import Line
from cchc_analysis.read.marks import quote, render_text
from cchc_analysis.read.phrases import (
    FIELDS,
    GROUPS,
    NAMES,
    POLICY,
    SCOPES,
    STATES,
    STYLE,
    tell_reason,
    tell_remark,
)
from cchc_analysis.read.recognise import Confidence, Figure, Reading, tabulate_figures
from cchc_analysis.rules import Identity, choose_readings, evaluate_rivals, tabulate_statements

if TYPE_CHECKING:
    import pandas as pd

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
        f"<title>Soát bản nháp {escape(source_id)}</title>\n<style>{STYLE}</style>\n</head>\n"
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
    for state, title in GROUPS.items():
        members = [at for at, figure in enumerate(figures) if figure.confidence is state]
        if not members:
            continue
        body = "".join(
            _render_row(figures[at], ids[at], texts[figures[at].line], reference) for at in members
        )
        groups.append(
            f"<h3 id='{state.value}'>{title} ({len(members)})</h3><div class='scroll'>"
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
        return NAMES[Confidence.NONE]
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
    items = list(_find_contradictions(figures, ids, reference, identities))
    body = "".join(items) or "<p>Không thấy mâu thuẫn giữa các số liệu đã có chỉ tiêu.</p>"
    return f"<h2 id='contradictions'>Mâu thuẫn ({len(items)})</h2>{body}"


def _find_contradictions(
    figures: Sequence[Figure],
    ids: Sequence[str],
    reference: Reference,
    identities: Iterable[Identity],
) -> Iterator[str]:
    """What the figures contradict, by the same readings and definitions as findings are."""
    rules = tuple(identities)
    stated = tabulate_figures(figures, reference, has_all=True)
    if stated.empty:
        return
    observations = choose_readings(stated, rules, reference)
    yield from _find_repeated(observations, ids)
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
            links = _link(observations.loc[rows, "figures"], ids)
            scope = _name_scope(statements.rows["scope"].iloc[int(row)])
            left, right = (
                format_number(round(float(cells[side]), 6)) for side in ("left", "right")
            )
            sign = ">" if identity.operator == "<=" else "≠" if cells["is_complete"] else "<"
            yield (
                f"<p><code>{escape(identity.rule_id)}</code> {escape(str(identity))}: "
                f"<strong>{left} {escape(sign)} {right}</strong> ({scope}) · {links}</p>"
            )


def _find_repeated(observations: pd.DataFrame, ids: Sequence[str]) -> Iterator[str]:
    """Quantities that the document prints with values that do not meet."""
    for _, readings in observations.groupby(["source_id", *QUANTITY], sort=False):
        if readings["low"].max() <= readings["high"].min():
            continue
        values = " ≠ ".join(format_number(float(value)) for value in readings["value"])
        first = readings.iloc[0]
        yield (
            f"<p><code>{escape(str(first['indicator']))}</code> in hai giá trị: "
            f"<strong>{values}</strong> ({_name_scope(first['scope'])}) · "
            f"{_link(readings['figures'], ids)}</p>"
        )


def _name_scope(scope: object) -> str:
    return SCOPES.get(str(scope), escape(str(scope)))


def _link(cells: Iterable[str], ids: Sequence[str]) -> str:
    """Links to the figures whose positions stand in some cells."""
    named = dict.fromkeys(ids[int(each)] for cell in cells for each in cell.split())
    return " ".join(f"<a href='#{each}'>{each}</a>" for each in named)
