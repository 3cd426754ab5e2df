"""Opening documents: formats, encodings, masks, and what is refused inside fixed limits."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable
from functools import cache, partial
from itertools import zip_longest
from multiprocessing import connection
from pathlib import Path
from typing import Any

import pytest

from cchc_analysis.data import outside
from cchc_analysis.data.outside import MOST_PDF_OBJECTS, TCVN3, convert_tcvn3, convert_vni
from cchc_analysis.errors import ReportError
from cchc_analysis.read import pdf
from cchc_analysis.read.documents import Document, mask_persons, open_document, open_here
from cchc_analysis.read.recognise import read_document, read_head
from reading_work import load_rules

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SENTENCE = "Kết quả cải cách hành chính: huyện tiếp nhận và giải quyết 1.310 hồ sơ của các xã.\n"


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def make_word(body: str, **parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        document = f'<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", document)
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return file.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def join_lines(document: Document) -> str:
    return "".join(f"{line.text}\n" for line in document.lines)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_text_is_decoded(tmp_path: Path, encoding: str) -> None:
    import unicodedata

    text = SENTENCE
    if encoding == "cp1258":
        text = _to_cp1258(SENTENCE)
    path = write(tmp_path, "a.txt", text.encode(encoding))
    text = join_lines(open_document(path))
    assert text == SENTENCE
    assert unicodedata.is_normalized("NFC", text)


def _to_cp1258(text: str) -> str:
    """cp1258 writes the tone as a mark behind the letter."""
    import unicodedata

    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    out = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        tone = [mark for mark in marks if mark in tones]
        base = unicodedata.normalize("NFC", "".join(m for m in marks if m not in tones))
        out.append(base + "".join(tone))
    return "".join(out)


def test_old_fonts_are_converted(tmp_path: Path) -> None:
    back = {chr(letter): chr(byte) for byte, letter in TCVN3.items()}
    old = "".join(back.get(letter, letter) for letter in SENTENCE).encode("latin-1")
    assert join_lines(open_document(write(tmp_path, "a.txt", old))) == SENTENCE
    assert convert_tcvn3("hå s¬") == "hồ sơ"
    assert convert_vni("hoà sô, ñuùng haïn") == "hồ sơ, đúng hạn"


@pytest.mark.usefixtures("apart")
def test_word_keeps_notes_tables_boxes_and_numbers(tmp_path: Path) -> None:
    box = f"<w:p><w:r><w:txbxContent>{paragraph('Khung: 7 hồ sơ')}</w:txbxContent></w:r></w:p>"
    note = (
        "<w:p><w:r><w:t>Tiếp nhận 10 hồ sơ</w:t></w:r>"
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    )
    listed = (
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        "<w:r><w:t>CHỈ ĐẠO</w:t></w:r></w:p>"
    )
    table = (
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>" + paragraph("Cấp huyện")
        + "</w:tc></w:tr><w:tr><w:tc>" + paragraph("5") + "</w:tc><w:tc>" + paragraph("6")
        + "</w:tc></w:tr></w:tbl>"
    )  # fmt: skip
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/>'
        '<w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    inside = paragraph("Mới 8 hồ sơ")
    footnotes = f'<w:footnotes {W}><w:footnote w:id="2">{inside}</w:footnote></w:footnotes>'
    data = make_word(listed + note + box + table, numbering=numbering, footnotes=footnotes)
    lines = open_document(write(tmp_path, "a.docx", data)).lines
    texts = [line.text for line in lines if line.text]
    assert texts == [
        "I. CHỈ ĐẠO", "Tiếp nhận 10 hồ sơ⁽¹⁾", "⁽¹⁾ Mới 8 hồ sơ", "Khung: 7 hồ sơ",
        "Cấp huyện", "5\t6",
    ]  # fmt: skip
    assert lines[-2].cells[0].width == 2


def test_a_note_that_names_itself_ends(tmp_path: Path) -> None:
    mark = '<w:p><w:r><w:t>Mới 8 hồ sơ</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    footnotes = f'<w:footnotes {W}><w:footnote w:id="2">{mark}</w:footnote></w:footnotes>'
    path = write(tmp_path, "a.docx", make_word(mark, footnotes=footnotes))
    lines = open_document(path).lines
    assert [line.text for line in lines] == ["Mới 8 hồ sơ⁽¹⁾", "⁽¹⁾ Mới 8 hồ sơ⁽²⁾"]


@pytest.mark.usefixtures("apart")
def test_a_page_is_read_without_its_navigation(tmp_path: Path) -> None:
    page = (
        "<html><head><title>x</title><script>var a=1;</script></head><body>"
        "<nav>Trang chủ 1</nav><div class='main-menu'><a href='#'>Tin tức 2</a></div>"
        f"<article><p>{SENTENCE}</p><table><tr><th rowspan=2>Cấp</th><th colspan=2>Hồ sơ</th></tr>"
        "<tr><td>Mới</td><td>Cũ</td></tr><tr><td>Huyện</td><td>5</td><td>6</td></tr></table>"
        "</article><footer>Lượt truy cập 99</footer></body></html>"
    )
    lines = open_document(write(tmp_path, "a.html", page.encode())).lines
    assert [line.text for line in lines] == [
        SENTENCE.strip(), "Cấp\tHồ sơ", "Cấp\tMới\tCũ", "Huyện\t5\t6",
    ]  # fmt: skip


def test_a_table_that_lays_out_a_page_is_no_table_and_one_of_values_keeps_its_caption(
    tmp_path: Path,
) -> None:
    page = (
        "<html><body><table><tr><td><a>Tin 1</a></td><td><p>Tiếp nhận 7 hồ sơ.</p><!-- 9 -->"
        "<table><caption>Biểu 1</caption><tr><td>Huyện<td>5<tr><td>Xã<td>6</table>"
        "<p>Còn 2 hồ sơ.</p></td></tr></table></body></html>"
    )
    lines = open_document(write(tmp_path, "a.html", page.encode())).lines
    assert [line.text for line in lines] == [
        "Tiếp nhận 7 hồ sơ.", "Biểu 1", "Huyện\t5", "Xã\t6", "Còn 2 hồ sơ.",
    ]  # fmt: skip


def test_a_sheet_is_read_with_merged_headers(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Kết quả giải quyết thủ tục hành chính"])
    sheet.append(["Lĩnh vực", "Đã giải quyết", None])
    sheet.append([None, "Tổng số", "Tỷ lệ"])
    sheet.append(["Tổng cộng", 1310, 0.982])
    sheet["C4"].number_format = "0.0%"
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("A2:A3")
    path = tmp_path / "a.xlsx"
    book.save(path)
    lines = open_document(path).lines
    assert lines[-1].text == "Tổng cộng\t1310\t98,2%"
    assert lines[-2].text == "Lĩnh vực\tTổng số\tTỷ lệ"


@cache
def _word_bomb() -> bytes:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w/>" * (30 * 2**20))
    return bomb.getvalue()


def _pdf_of(objects: int) -> bytes:
    return b"%PDF-1.5\n" + b"".join(b"%d 0 obj\n" % n for n in range(objects))


@cache
def hostile_files() -> dict[str, tuple[Callable[[], bytes] | bytes, str]]:
    """Files, or what makes one that is large, with what is said of them."""
    dtd = io.BytesIO()
    with zipfile.ZipFile(dtd, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><d>&b;</d>',
        )
    macro = io.BytesIO()
    with zipfile.ZipFile(macro, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}/>")
        archive.writestr("word/vbaProject.bin", b"x")
    libre = io.BytesIO()
    with zipfile.ZipFile(libre, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office:document-content/>")
    whole = make_word(paragraph("Tiếp nhận 10 hồ sơ"))
    outside = io.BytesIO(whole)
    with zipfile.ZipFile(outside, "a") as archive:
        archive.writestr(
            "word/_rels/settings.xml.rels",
            '<Relationships><Relationship Id="r1" Type="http://schemas.example/relationships/'
            'attachedTemplate" Target="http://198.51.100.1/a.dotm" TargetMode="External"/>'
            "</Relationships>",
        )
    return {
        "template.docx": (outside.getvalue(), "to be fetched from outside"),
        "picture.docx": (_word_with_picture, "packed into"),
        "locked.pdf": (ENCRYPTED_PDF, "an encrypted PDF"),
        "million.pdf": (partial(_pdf_of, 1_000_000), "1000000 objects"),
        "packed.pdf": (b"%PDF-1.5\n1 0 obj<</Type/ObjStm/N 1000000/First 9>>", "1000000 objects"),
        "bomb.docx": (_word_bomb, "packed into"),
        "entities.docx": (dtd.getvalue(), "entities of its own"),
        "macro.docx": (macro.getvalue(), "with macros"),
        "cut.docx": (whole[: len(whole) // 2], "cut off or damaged"),
        "other.docx": (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "a picture"),
        "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "old Office file"),
        "locked.docx": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "an encrypted document",
        ),
        "empty.txt": (b"\n\n", "an empty file"),
        "noise.txt": (bytes(range(256)) * 40, "no text inside"),
        "program.docx": (PROGRAM, "a program or unknown bytes"),
        "program.txt": (PROGRAM + "ô".encode("utf-16-le"), "a program or unknown bytes"),
        "torn.txt": ("Tiếp nhận 10 hồ sơ; ".encode("utf-16-le") * 9 + b"\0", "is not utf-16-le"),
        "objects.pdf": (partial(_pdf_of, MOST_PDF_OBJECTS + 9), "objects"),
        "damaged.pdf": (b"%PDF-1.7\nnothing more", "a damaged PDF"),
        "deep.html": (b"<html>" + b"<div>" * 100_000 + b"12", "nested without end"),
        "archive.zip": (_zip_of("a.txt", b"x"), "no document"),
        "text.odt": (libre.getvalue(), r"file \(.odt\); .*soffice --convert-to docx FILE"),
        "sheet.ods": (libre.getvalue(), r"file \(.ods\); .*soffice --convert-to xlsx FILE"),
    }


PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(9) + bytes.fromhex("0300b70001000000 00d8") * 99
"""What a program looks like: many zeros, at odd places above all, and no letters of a text."""


def _word_with_picture() -> bytes:
    """A document whose picture unpacks to more than any report holds."""
    file = io.BytesIO(make_word(paragraph("Tiếp nhận 10 hồ sơ")))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.bmp", b"BM" + bytes(64 * 2**20))
    return file.getvalue()


ENCRYPTED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<"
    + b"41" * 32
    + b">/U<"
    + b"42" * 32
    + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Size 5/Encrypt 4 0 R/ID[<00><00>]>>\n%%EOF"
)


def _crowded_pdf(letters: int, strokes: int) -> bytes:
    """A page of one long text and some lines."""
    drawn = b"0 0 m 9 9 l S\n" * strokes + b"BT /F 9 Tf 9 9 Td (" + b"a" * letters + b") Tj ET"
    stream = b"4 0 obj<</Length %d>>stream\n%b\nendstream endobj\n" % (len(drawn), drawn)
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<"
        b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        + stream
        + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"
    )


def test_no_table_is_looked_for_on_a_page_made_to_stall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(pdf, "_take_tables", lambda _, number: looked.append(number) or ())
    path = write(tmp_path, "a.pdf", _crowded_pdf(pdf.MOST_CHARACTERS + 1, 10))
    with pytest.raises(ReportError, match="letters on one page"):
        open_here(path)
    assert not looked
    open_here(write(tmp_path, "b.pdf", _crowded_pdf(100, 10)))
    with pytest.raises(ReportError, match="pages without text"):
        open_here(write(tmp_path, "c.pdf", _crowded_pdf(0, 10)))
    assert len(looked) == 1


def test_marks_of_our_own_in_a_page_are_no_marks(tmp_path: Path) -> None:
    page = "<html><p>&#1;Tiếp nhận&#2; 7 hồ sơ\x02</p><p>&#x3;1</p><table><tr><td>9</table></html>"
    lines = open_here(write(tmp_path, "a.html", page.encode())).lines
    assert [line.text for line in lines] == ["Tiếp nhận 7 hồ sơ", "1", "9"]


def _zip_of(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("name", sorted(hostile_files()))
def test_what_could_do_harm_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    made, words = hostile_files()[name]
    content = made() if callable(made) else made
    start = time.monotonic()
    with pytest.raises(ReportError, match=words) as raised:
        open_document(write(tmp_path, name, content))
    [problem] = raised.value.problems
    assert problem.where == name
    assert problem.remedy
    assert time.monotonic() - start < 60


def test_a_link_that_a_person_clicks_is_no_harm(tmp_path: Path) -> None:
    file = io.BytesIO(make_word(paragraph("Tiếp nhận 10 hồ sơ")))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships><Relationship Id="r1" Type="http://schemas.example/relationships/'
            'hyperlink" Target="https://example.org" TargetMode="External"/></Relationships>',
        )
    document = open_document(write(tmp_path, "a.docx", file.getvalue()))
    assert [line.text for line in document.lines] == ["Tiếp nhận 10 hồ sơ"]


def test_a_picture_in_a_page_is_not_looked_at(tmp_path: Path) -> None:
    picture = b"<img src='data:image/png;base64," + b"A" * (8 * 2**20) + b"'>"
    page = b"<html><body><p>" + SENTENCE.encode() + b"</p>" + picture + b"</body></html>"
    document = open_document(write(tmp_path, "a.html", page))
    assert [line.text for line in document.lines] == [SENTENCE.strip()]


@pytest.mark.usefixtures("apart")
@pytest.mark.skipif(os.name == "nt", reason="the program that speaks is a Unix one")
def test_what_is_printed_while_a_file_is_read_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "program"
    path.write_text("#!/bin/sh\necho read\n", "ascii")
    path.chmod(0o755)
    assert outside.call_apart(os.system, path) == 0


@pytest.mark.usefixtures("apart")
def test_a_document_that_never_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.Connection, "poll", lambda *_: False)
    path = write(tmp_path, "a.html", b"<html><p>1</p></html>")
    with pytest.raises(ReportError, match="too much time or memory"):
        open_document(path, seconds=1)


@pytest.mark.usefixtures("apart")
def test_a_scan_is_refused_with_advice(tmp_path: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(595, 842)
    path = tmp_path / "scan.pdf"
    pdf.save(path)
    with pytest.raises(ReportError, match="as a scanner makes them") as raised:
        open_here(path)
    assert "OCR" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Bùi Thử", "Bùi Thử, Phó Chủ tịch, kết luận 5 nội dung."),
        ("Hà Thử", "Tác giả: Hà Thử"),
        ("PHẠM THỊ BỊA", "Công chức PHẠM THỊ BỊA bị phê bình 1 lần."),
        ("Y Thử Niê", "Y Thử Niê nộp 2 hồ sơ."),
        ("H'Bịa Byă", "Trả kết quả cho H'Bịa Byă."),
    ],
)
def test_names_without_a_title_are_masked_as_a_guess(name: str, text: str) -> None:
    [masked] = mask_persons([text])
    assert masked == text.replace(name, "[họ tên? đã che]")


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("dân trú tại thôn 2, xã A, đã nộp 12 hồ sơ.", "dân trú tại […], đã nộp 12 hồ sơ."),
        ("trú tại xã A nộp 1.250 hồ sơ", "trú tại […] 1.250 hồ sơ"),
        ("thường trú: tổ 5, khối 3, có 40% đơn", "thường trú: […], có 40% đơn"),
        ("ngụ tại 3 thôn của xã có 5 hộ", "ngụ tại 3 thôn của xã có 5 hộ"),
        ("Địa chỉ: số nhà 45, ngõ 12/3 đường 19/5, tổ 7. Còn 3 việc", "Địa chỉ: […]. Còn 3 việc"),
        ("địa chỉ: 12A/4 Trần Phú, phường 3; nộp 5 đơn", "địa chỉ: […]; nộp 5 đơn"),
        ("địa chỉ: 7 đường Số Tám, xã B", "địa chỉ: […]"),
        ("Địa chỉ: thôn 2", "Địa chỉ: […]"),
        ("trú tại thôn hai, xã A, nộp hai mươi đơn vị", "trú tại […], nộp hai mươi đơn vị"),
        ("trú tại xã A nộp mười hai hồ sơ", "trú tại […] mười hai hồ sơ"),
        ("địa chỉ: phố Hai Bà Trưng, phường Ba Đình", "địa chỉ: […]"),
        ("trú tại thôn bảy xã A", "trú tại […]"),
        ("trú tại bản mười hai xã A", "trú tại […]"),
        ("địa chỉ: tổ Ba phường B, quận C.", "địa chỉ: […]."),
        ("trú tại khu dân cư bảy xã A", "trú tại […]"),
        ("trú tại xã A nộp ba văn bản", "trú tại […] ba văn bản"),
        ("qua điện thoại: 1.250.000 lượt", "qua điện thoại: 1.250.000 lượt"),
    ],
)
def test_a_mask_of_an_address_leaves_the_figures_of_its_sentence(line: str, masked: str) -> None:
    assert mask_persons([line]) == [masked.replace("[…]", "[địa chỉ đã che]")]
    assert mask_persons(["điện thoại 091.234.567 và 5 đơn"]) == [
        "điện thoại [liên hệ đã che] và 5 đơn"
    ]


def test_places_with_names_of_families_stay() -> None:
    lines = ["Tại Cao Lộc, Chủ tịch UBND huyện chỉ đạo.", "Xã Trần Thử, Phó Chủ tịch dự.",
             "PHIẾU LÝ LỊCH TƯ PHÁP số 2: 15 phiếu", "Y tế: 12 hồ sơ"]  # fmt: skip
    assert mask_persons(lines) == lines


def test_persons_are_masked() -> None:
    lines = [
        "kiến nghị của ông Trần Văn Thử, địa chỉ: thôn 2, xã A; điện thoại 0912345678",
        "địa chỉ https://pakn.dichvucong.gov.vn",
        "CHỦ TỊCH",
        "",
        "Lê Thị Bịa",
        "Sở Nội vụ xem xét",
    ]
    masked = "\n".join(mask_persons(lines))
    for private in ("Trần Văn Thử", "thôn 2", "0912345678", "Lê Thị Bịa"):
        assert private not in masked
    for public in ("kiến nghị của ông", "pakn.dichvucong.gov.vn", "Sở Nội vụ xem xét", "CHỦ TỊCH"):
        assert public in masked


HEADS = {
    "across": [(("ỦY BAN NHÂN DÂN", "HUYỆN CAO LỘC", "Số: 87/BC-UBND"),
                ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
                 "Cao Lộc, ngày 16 tháng 6 năm 2023"))],
    "down": [(("ỦY BAN NHÂN DÂN", "HUYỆN CAO LỘC"),
              ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")),
             (("Số: 87/BC-UBND",), ("Cao Lộc, ngày 16 tháng 6 năm 2023",))],
    "one above the other": [(("UBND HUYỆN CAO LỘC",), ("",)), (("Số: 87/BC-UBND",), ("",)),
                            (("",), ("Cao Lộc, ngày 16 tháng 6 năm 2023",))],
}  # fmt: skip


def lay_out(form: str, head: list[tuple[tuple[str, ...], ...]], tmp_path: Path) -> Path:
    """A report whose head is a table, with a table of two columns below, in a format."""
    below, rows = ("BÁO CÁO", "Công tác CCHC quý II năm 2023"), [("Nội dung", "Kết quả")]
    rows += [("Số hồ sơ tiếp nhận", "120")]
    path = tmp_path / f"a.{form}"
    if form == "html":
        page = "".join(
            "<tr>" + "".join(f"<td>{''.join(f'<p>{t}</p>' for t in c)}</td>" for c in row) + "</tr>"
            for row in head
        )
        page = f"<table>{page}</table>" + "".join(f"<p>{each}</p>" for each in below)
        told = "".join(f"<tr><td>{one}</td><td>{two}</td></tr>" for one, two in rows)
        path.write_text(f"<html><body>{page}<table>{told}</table></body></html>", "utf-8")
    elif form == "docx":

        def write(table: Any) -> str:
            return "<w:tbl>" + "".join(
                "<w:tr>" + "".join(f"<w:tc>{''.join(map(paragraph, c))}</w:tc>" for c in row)
                + "</w:tr>" for row in table
            ) + "</w:tbl>"  # fmt: skip

        told = write([((one,), (two,)) for one, two in rows])
        path.write_bytes(make_word(write(head) + "".join(map(paragraph, below)) + told))
    elif form == "xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        for row in head:
            book.active.append(["\n".join(cell) for cell in row])
        for each in (*((text,) for text in below), *rows):
            book.active.append(each)
        book.save(path)
    else:
        lines = ["\t".join(beside) for row in head for beside in zip_longest(*row, fillvalue="")]
        path.write_text("\n".join([*lines, *below, *map("\t".join, rows)]), "utf-8")
    return path


@pytest.mark.parametrize("laid", HEADS)
@pytest.mark.parametrize("form", ["docx", "html", "xlsx", "txt"])
def test_a_head_laid_out_as_a_table_says_its_number_and_day(
    form: str, laid: str, tmp_path: Path
) -> None:
    document = open_here(lay_out(form, HEADS[laid], tmp_path))
    head = read_head(document.lines, load_rules()[0])
    assert (head.number, head.dated, head.area) == ("87/BC-UBND", "2023-06-16", "huyện Cao Lộc")
    assert head.issuer == "UBND huyện Cao Lộc"
    assert [line.text for line in document.lines if line.cells] == [
        "Nội dung\tKết quả", "Số hồ sơ tiếp nhận\t120",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["html", "docx"])
def test_a_figure_in_the_words_of_a_tall_cell_is_read_once(tmp_path: Path, form: str) -> None:
    words, rows = "Tổng số hồ sơ tiếp nhận: 1.250", ("Trực tuyến 900", "Trực tiếp 350")
    tall = f"<tr><td rowspan=2>{words}</td><td>{rows[0]}</td></tr>"
    page = f"<html><body><table>{tall}<tr><td>{rows[1]}</td></tr></table></body></html>"
    table = "".join(
        f"<w:tr><w:tc><w:tcPr><w:vMerge{cell}/></w:tcPr>{paragraph(said)}</w:tc>"
        f"<w:tc>{paragraph(row)}</w:tc></w:tr>"
        for cell, said, row in zip((" w:val='restart'", ""), (words, ""), rows, strict=True)
    )
    data = page.encode() if form == "html" else make_word(f"<w:tbl>{table}</w:tbl>")
    document = open_here(write(tmp_path, f"a.{form}", data))
    assert [line.text.count("1.250") for line in document.lines] == [1, 1]
    figures = read_document(document, *load_rules()).figures
    assert [figure.printed for figure in figures] == ["1.250", "900", "350"]
