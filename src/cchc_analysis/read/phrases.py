"""The words and the look of the review page.

Reasons are made in English, of terms in Vietnamese; here they get the words of the reviewer.
"""

from __future__ import annotations

import re

from cchc_analysis.read.recognise import Confidence

STYLE = """
:root{--ink:#1b1f24;--quiet:#57606a;--line:#d5dae0;--sure:#d9f0e3;--unsure:#fdeccb;--open:#fbdcdc;
--other:#e9ecef;color-scheme:light}
*{box-sizing:border-box}body{margin:0 auto;max-width:84rem;padding:1.25rem;color:var(--ink);
font:16px/1.5 system-ui,"Segoe UI","Noto Sans",sans-serif}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.4rem 0}.quiet{color:var(--quiet)}
nav{position:sticky;top:0;background:#fff;padding:.4rem 0;border-bottom:1px solid var(--line)}
nav a{display:inline-block;padding:.25rem .9rem .25rem 0}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
th{background:#f5f7f9}.scroll{overflow-x:auto}
.text p{display:grid;grid-template-columns:3.5rem 1fr;gap:.75rem}
.text .no{color:var(--quiet);font-variant-numeric:tabular-nums;text-align:right;user-select:none}
mark{border-radius:.2rem;padding:0 .15rem;color:inherit}.high{background:var(--sure)}
.low{background:var(--unsure);border-bottom:2px dotted #8a5a00}
.none{background:var(--open);border-bottom:2px solid #a12626}.other{background:var(--other)}
mark a{color:inherit;text-decoration:none}
code{font-size:.85em;overflow-wrap:anywhere}
.day{white-space:nowrap}
.said{min-width:18rem}.name{min-width:14rem}:target{outline:2px solid #0b57d0;outline-offset:1px}
@media (max-width:46rem){.rows thead{display:none}.rows,.rows tbody,.rows tr,.rows td{display:block}
.rows tr{border-bottom:2px solid var(--line);padding:.5rem 0}.rows td{border:0;padding:.1rem 0}
.text p{grid-template-columns:2.5rem 1fr;gap:.5rem}}
@media print{nav{display:none}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
NAMES = {
    Confidence.NONE: "không có chỉ tiêu",
    Confidence.LOW: "chưa chắc",
    Confidence.HIGH: "chắc",
}
GROUPS = {
    Confidence.LOW: "Chưa chắc: xem từng dòng",
    Confidence.NONE: "Chưa có chỉ tiêu: chọn một chỉ tiêu, hoặc để trống",
    Confidence.HIGH: "Chắc: đọc lướt",
}
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
SCOPES = {
    "district_office": "Bộ phận một cửa cấp huyện",
    "commune_aggregate": "các xã cộng lại",
    "whole_district": "toàn huyện",
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
_REASONS = {
    "words of its own": "ngay tại đó",
    "what it is a part of": "số mà nó là một phần",
    "earlier in its sentence, another clause": "trước đó trong câu, vế khác",
    "as its whole": "như số mà nó là một phần",
    "as the total before it": "như tổng điểm ngay trước nó",
    "earlier in its sentence": "trước đó trong câu",
    "its sentence, line before": "câu bắt đầu ở dòng trên",
    "its sentence": "đầu câu",
    "its paragraph": "đầu đoạn",
    "the list it stands in": "dòng mở danh sách",
    "the text the note hangs on": "chỗ có dấu chú thích",
    "above the table": "trên bảng",
    "title row above": "dòng tên nhóm trong bảng",
    "the figure before it": "số ngay trước",
    "goes on with": "phần sau của câu",
    "heading": "đề mục",
    "the document": "cả văn bản",
    "title": "tên văn bản",
    "a share right behind": "tỷ lệ ngay sau",
    "the whole that": "tổng mà",
    "is a part of": "là một phần",
    "the upper end of a range": "đầu trên của khoảng",
    "points reached, right behind": "điểm đạt, ngay sau",
    "present, right behind": "số có mặt, ngay sau",
    "given, right behind": "số được giao, ngay sau",
    "as the line that opens the list": "như dòng mở danh sách hoặc số ngay trước",
    "present, of": "số có mặt của",
    "the value right behind": "giá trị ngay sau",
    "last year's, of the same": "số cùng kỳ của chính chỉ tiêu đó",
    "what the change is of": "số mà mức tăng giảm nói đến",
    "as the one before it, of the same kind": "như số ngay trước, cùng loại",
    "asked of": "mức yêu cầu đối với",
    "below a loss of its field": "ở dưới số điểm mất của lĩnh vực",
    "points in brackets": "số điểm trong ngoặc",
    "comes back as the whole of a pair in its line": "lặp lại làm mẫu số trong dòng",
}
_REMARKS = (
    (r"the line counts the communes apart, so this is without them",
     "dòng này đếm riêng các xã, nên số này không gồm các xã"),
    (r"the comma is read as one between thousands: a count has no fraction",
     "dấu phẩy được đọc là dấu phân cách hàng nghìn: số đếm không có phần lẻ"),
    (r"chosen because (\d+) identities hold with it and none breaks",
     r"chọn vì \1 đẳng thức khớp với nó và không đẳng thức nào sai"),
    (r"took the indicator of the same number further on in the line",
     "lấy chỉ tiêu của chính số đó ở phần sau của dòng"),
    (r"took the scope (\w+) of the same number elsewhere",
     r"lấy phạm vi “\1” của chính số đó ở chỗ khác"),
    (r"less than its communes have, so it cannot be the whole",
     "nhỏ hơn số của các xã, nên không thể là số toàn huyện"),
    (r"the dot is read as a decimal mark: no more than (\S+) can be",
     r"dấu chấm được đọc là dấu thập phân: không thể quá \1"),
    (r"it is the share that the figure before it has in another one",
     "là tỷ lệ của số ngay trước so với một số khác"),
    (r"took the days of the same number elsewhere",
     "lấy thời gian của chính số đó ở chỗ khác"),
    (r"so many tasks are those of the plan", "nhiều nhiệm vụ như vậy là của cả kế hoạch"),
    (r"it is the maximum of those reached elsewhere",
     "là điểm tối đa của số điểm đạt ở chỗ khác"),
    (r"with the overdue ones it is all that was resolved: no other is early",
     "cùng với số quá hạn là toàn bộ số đã giải quyết: không có số trước hạn riêng"),
    (r"it is told of all that was resolved, and no other is early",
     "tính trên toàn bộ số đã giải quyết: không có số trước hạn riêng"),
    (r"told of (.+) alone", r"chỉ nói về \1"),
    (r"stands behind a count that can only be the office's",
     "đứng sau một số chỉ có thể là của cấp huyện"),
    (r"([\d.]+) % would be the share; left open", r"tỷ lệ lẽ ra là \1 %; để ngỏ"),
    (r"stands beside (.+) for the same quantity", r"cùng một chỉ tiêu mà còn ghi \1"),
    (r"(\w+) is between (\S+) and (\S+); left open",
     r"\1 chỉ có thể từ \2 đến \3; để ngỏ"),
    (r"whose document it is has to be decided first",
     "trước hết phải xác định văn bản của đơn vị nào"),
)  # fmt: skip
"""What the second look says of what it did, and how a reviewer is told."""
KINDS = {
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


def tell_remark(remark: str) -> str:
    """What a second look did, in the words of the reviewer; what has none stays as it is.

    Examples:
        >>> tell_remark("took the scope commune_aggregate of the same number elsewhere")
        'lấy phạm vi “các xã cộng lại” của chính số đó ở chỗ khác'
        >>> tell_remark("the dot is read as a decimal mark: no more than 100 can be")
        'dấu chấm được đọc là dấu thập phân: không thể quá 100'
    """
    for english, vietnamese in _REMARKS:
        if found := re.fullmatch(english, remark):
            told = found.expand(vietnamese)
            return re.sub(r"(?<=“)\w+(?=”)", lambda code: SCOPES.get(code[0], code[0]), told)
    return remark


def tell_reason(reason: str) -> str:
    """A reason in the words of the reviewer; what has none stays as it is.

    Examples:
        >>> tell_reason("“quá hạn” (words of its own), “hồ sơ” (heading)")
        '“quá hạn” (ngay tại đó), “hồ sơ” (đề mục)'
    """
    for english, vietnamese in _REASONS.items():
        reason = reason.replace(english, vietnamese)
    return reason
