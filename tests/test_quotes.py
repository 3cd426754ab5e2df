"""Sentences of documents that the user keeps: which are quoted, which are not, and what is masked.

The documents and the persons in them are made up.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from brief_work import (
    PLAIN_REPORT,
    find_all,
    load_words_of,
    made_up_reference,
    make_tables,
    read_text,
    tell_page,
)
from cchc_analysis.brief import open_brief
from cchc_analysis.brief.content import Brief

DOCUMENT = """\
Đầu kỳ, bà Trần Thị Thử, thường trú tại số 9 đường Bịa, hỏi. Tổng số tiếp nhận là **1.250** hồ sơ.
- Hồ sơ mới: 1.200; hồ sơ kỳ trước chuyển sang: 50.
Hồ sơ kỳ trước chuyển sang: 50
Đã giải quyết 11.190 hồ sơ.
Trước hạn 800. <script>alert("x")</script>
"""
"""The line of each figure is its place in ``PLAIN_REPORT``; the fourth prints another number."""


def open_kept(folder: Path, text: str | bytes | None, lang: str = "vi") -> Brief:
    """The made-up brief, with a document in the folder of reports."""
    if text is not None:
        content = text if isinstance(text, bytes) else text.encode()
        (folder / "report.txt").write_bytes(content)
    tables = make_tables(PLAIN_REPORT)
    place = ("Huyện Sông Mây", "2022-H1")
    return open_brief(tables, made_up_reference(), load_words_of(lang), *place, folder)


def quote_of(brief: Brief, figure: str) -> str:
    found = brief.quotes.get(("report", figure))
    return found.text if found else ""


def test_the_sentence_is_quoted_with_persons_masked(tmp_path: Path) -> None:
    brief = open_kept(tmp_path, DOCUMENT)
    assert quote_of(brief, "M001") == "Tổng số tiếp nhận là 1.250 hồ sơ."
    page = tell_page(brief)
    assert "Tổng số tiếp nhận là 1.250 hồ sơ." in page
    assert "Trần Thị Thử" not in page
    assert "đường Bịa" not in page


def test_a_name_in_the_quoted_sentence_is_masked(tmp_path: Path) -> None:
    brief = open_kept(tmp_path, "Ông Lê Văn Bịa nộp 1.250 hồ sơ.\n")
    assert quote_of(brief, "M001") == "Ông [họ tên đã che] nộp 1.250 hồ sơ."


def test_a_line_without_the_digits_is_not_quoted(tmp_path: Path) -> None:
    brief = open_kept(tmp_path, DOCUMENT)
    assert quote_of(brief, "M004") == "", "1.190 stands inside 11.190 only"
    assert quote_of(brief, "M008") == "", "the document has no such line"
    assert "trích câu văn cho 4 trên 10 số liệu" in read_text(tell_page(brief))


def test_a_sentence_stands_once_and_the_lines_of_its_figures_lead_to_it(tmp_path: Path) -> None:
    tables = make_tables(PLAIN_REPORT)
    tables.transcripts["line"] = "2"
    (tmp_path / "report.txt").write_text(DOCUMENT, "utf-8")
    place = ("Huyện Sông Mây", "2022-H1")
    page = tell_page(open_brief(tables, made_up_reference(), load_words_of("en"), *place, tmp_path))
    assert find_all(r'<li id="(q-[^"]+)" class="q"><q lang="vi">(?:[^<]+)', page) == ["q-1-2"]
    assert find_all(r'<a href="#(q-[^"]+)">line 2</a>', page) == ["q-1-2"] * 2


def test_a_quotation_cannot_open_a_tag(tmp_path: Path) -> None:
    page = tell_page(open_kept(tmp_path, DOCUMENT))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_long_sentence_is_quoted_in_the_same_pieces_for_all_its_figures(tmp_path: Path) -> None:
    line = "mở đầu " * 100 + "1.250 hồ sơ, " + "kết " * 200
    brief = open_kept(tmp_path, line)
    text = quote_of(brief, "M001")
    assert "1.250" in text
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) < 520


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00binary\x00", b"\xe1\xbb"])
def test_without_a_readable_document_nothing_changes(content: bytes | None, tmp_path: Path) -> None:
    plain = tell_page(open_kept(tmp_path / "nowhere", None))
    assert tell_page(open_kept(tmp_path, content)) == plain
    assert 'class="q"' not in plain


def test_a_line_number_that_is_none_is_left_alone(tmp_path: Path) -> None:
    brief = open_kept(tmp_path, DOCUMENT)
    assert ("report", "M001") in brief.quotes
    from cchc_analysis.brief.opening import find_quotes

    for line in ("", "0", "99", "²", "-1", "1.5"):
        figures = brief.figures.assign(line=line)
        assert not find_quotes(tmp_path, brief.sources, figures)
