"""What digits can name: documents, dates, sections, phones, places, and how each looks.

Comes in as nothing but patterns; goes out as ``RULES``, in the order in which they are tried: an
earlier rule takes its text from later ones. A pattern knows the words of officialdom and the law,
never those of one document.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """What a numeral is."""

    FIGURE = "figure"
    DATE = "date"
    PERIOD = "period"
    YEAR = "year"
    TIME = "time"
    DOCUMENT = "document number"
    ARTICLE = "article or form"
    SECTION = "section number"
    NOTE_MARK = "note mark"
    STANDARD = "standard or code"
    LINK = "link or address on the net"
    PHONE = "phone number"
    PLACE = "place or house number"
    NAME = "part of a name"
    COUNTER = "counter of a web page"
    REPEATED = "repeated text"


_DOCUMENT_WORDS = (
    r"nghị định|nghị quyết|quyết định|thông tư(?: liên tịch)?|chỉ thị|công văn|kế hoạch|báo cáo|"
    r"công điện|kết luận|hướng dẫn|thông báo|tờ trình|văn bản|chương trình|đề án|luật|pháp lệnh|"
    r"quy định|giấy mời|lệnh|cv|qđ|nđ|nq|ct|tt|kh|bc|vbhn"
)
COUNTED = (
    r"hồ sơ|hs|thủ tục|tthc|văn bản|vb|nhiệm vụ|chỉ tiêu|người|đơn vị|cơ quan|xã|phường|lượt|ngày|"
    r"triệu|tỷ|tỉ|nghìn|ngàn|đồng|%|điểm|tiêu chí|nội dung|cuộc|tin|bài|lớp|cán bộ|công chức|"
    r"viên chức|trường hợp|điều|mục|khoản|quy định|kiến nghị|ý kiến|sáng kiến|quy trình|đồng chí|"
    r"đ/c|lớp|học viên|buổi|hội nghị|doanh nghiệp|hộ\b|giải pháp|mô hình|tài khoản|hộp thư|"
    r"chứng thư|máy|thiết bị|trường|đoàn|bộ\b|quyết định|kế hoạch|công văn|báo cáo|phó\b|trưởng\b"
)
_PLACES = r"huyện|thành phố|thị xã|quận|tỉnh|địa phương|phòng|sở|ban|thôn|thị trấn|đặc khu"
_SPELLED = "một hai ba bốn tư năm lăm sáu bảy tám chín mười mươi trăm"
_NOT_SPELLED = "".join(f"(?<!{word} )" for word in _SPELLED.split())
_PATTERNS: tuple[tuple[Kind, str, str], ...] = (
    (Kind.LINK, "a link", r"<?(?:https?://|www\.)[^\s>]+>?"),
    (Kind.LINK, "an address on the net", r"[\w.+-]*@[\w.-]+"),
    (Kind.LINK, "a site name", r"\b[\w-]+(?:\.[\w-]+)*\.(?:gov|com|org|net|edu|vn)(?:\.vn)?\b\S*"),
    (Kind.NOTE_MARK, "raised digits", r"[⁽(]?[⁰¹²³⁴-⁹]+[⁾)]?"),
    (Kind.NOTE_MARK, "digits in brackets", r"\[\d{1,3}\]"),
    # Two digits in brackets right behind a word or a number: a flattened note mark.
    (
        Kind.NOTE_MARK,
        "digits in brackets behind a word",
        r"(?<=[\w%”\"])\(\d{1,2}\)(?=[\s.,;:)/]|$)",
    ),
    (
        Kind.SECTION,
        "digits in brackets that count a list",
        # "ba (03) xã" counts: a list is not numbered from a zero.
        rf"{_NOT_SPELLED}\((?!0)\d{{1,2}}(?:\.\d{{1,2}})*\)[.:]?(?!\s*%)",
    ),
    (
        Kind.DOCUMENT,
        "number and letters of a document",
        r"(?<![\w.,])\d+[a-z]?\s?(?:[-/]\s?\d{4})?\s?[-/]\s?(?=[A-ZĐ])(?:[A-ZĐ]{1,8}\d{0,2}\b|"
        r"TTr|QDLN)"
        r"(?:\s?[-–/&.]\s?(?:[A-ZĐ][\wĐđ.]*|\d{1,3}))*",
    ),
    (
        Kind.DOCUMENT,
        "letters and number of a document",
        r"(?<![\w-])(?:(?:QĐ|NĐ|NQ|CV|QH|KL)(?:[-/][A-ZĐ]+)?\s*(?:số\s*)?|"
        r"(?:KH|TT|CT|BC|TB|TTr)\s*số\s*)"
        r"\d+(?:/\d{4})?(?:/[A-ZĐ][\wĐ-]*)?(?![\d.,]*\s*(?:" + COUNTED + r"))",
    ),
    (
        Kind.DOCUMENT,
        "number after the kind of a document",
        rf"(?i:\b(?:{_DOCUMENT_WORDS})(?:\s+[^\W\d_]+){{0,3}}?\s+số\s*:?)\s*\d+(?:[./-]\d+)*\w?",
    ),
    (
        Kind.DOCUMENT,
        "number right after the kind of a document",
        rf"(?i:\b(?:nghị định|nghị quyết|thông tư|chỉ thị|đề án|"
        rf"luật|kết luận|công văn|công điện|chương trình))\s+"
        rf"\d{{1,4}}(?:/\d{{4}})?(?![\d/]|[.,]\d)(?!\s*(?i:{COUNTED}))",
    ),
    (
        Kind.DOCUMENT,
        "number of a document with its day",
        r"(?i:\b(?:quyết định|kế hoạch|báo cáo|thông báo|hướng dẫn|tờ trình|văn bản))\s+\d{1,5}"
        r"(?=\s+(?i:ngày)\s+\d)",
    ),
    (
        Kind.DOCUMENT,
        "number right after a decision that is cited",
        r"(?i:(?:\b(?:theo|của|tại|thực hiện|căn cứ)\s+|\(\s*)"
        r"(?:quyết định|kế hoạch|hướng dẫn))\s+"
        rf"\d{{1,4}}(?![\d.,/]*\d)(?!\s*(?i:{COUNTED}))",
    ),
    (Kind.DOCUMENT, "number in the head of a document", r"(?i:^\s*số\s*:)\s*\d+"),
    (
        Kind.DATE,
        "day, month and year",
        # "9.5/17 điểm" is points of a maximum: a short year has the mark of its day and month.
        r"(?i:(?:ngày\s*)?)(?<!\d)\d{1,2}\s*(?P<mark>[/.-])\s*\d{1,2}\s*"
        r"(?:[/.-]\s*\d{4,5}|(?P=mark)\s*\d{2})(?![\d/%])",
    ),
    (
        Kind.DATE,
        "day in words",
        r"(?i:ngày)\s*\d{1,2}\s*(?i:tháng)\s*\d{1,2}(?:\s*(?i:năm)\s*\d{4})?",
    ),
    (
        Kind.DATE,
        "day and month",
        r"(?i:\b(?:ngày|đến hết|tính đến|kể từ|dịp|lễ|mùng|hết ngày))"
        r"\s*\d{1,2}\s*[/-]\s*\d{1,2}(?![\d/]|[.,]\d)",
    ),
    (
        Kind.DATE,
        "day and month after a word of time",
        r"(?i:\b(?:đến|từ|trước|sau|trong|sáng|chiều|tối)\s+)(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?![\d/%]|[.,]\d)"
        rf"(?!\s*(?i:{COUNTED}|{_PLACES}))",
    ),
    (
        Kind.DATE,
        "day and month of a dateline",
        r"(?<=\d:\d\d )(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?![\d/%])"
        # Words are parted by something, or a long run of capitals would be tried in every way.
        r"|\([A-ZĐ]{2,}(?:[\s,-]+[A-ZĐ]{2,}){0,4}[\s,-]+(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])"
        r"(?=\s*\))",
    ),
    (
        Kind.NAME,
        "a day that has a name",
        r"(?i:\bngày)\s+(?:[^\W\d]+\s+){1,5}\d{1,2}/\d{1,2}(?![\d/%]|[.,]\d)"
        rf"(?!\s*(?i:{COUNTED}))",
    ),
    (
        Kind.DATE,
        "a day of the month",
        r"(?i:\b(?:từ|đến|trước|sau|hết|vào|trong|hằng|hàng)\s+ngày)\s+\d{1,2}\b(?!\s*(?i:ngày|"
        r"làm việc))",
    ),
    (Kind.PERIOD, "a quarter", r"(?i:\bquý)\s+(?:\d|[IVX]+)\s*(?:(?i:năm|/|-)\s*)?\d{0,4}"),
    (
        Kind.PERIOD,
        "a span of months",
        r"(?<![\d.,])\d{1,2}\s*(?i:tháng)(?:\s*(?i:đầu|cuối))?(?:\s*(?i:của))?(?:\s*(?i:năm)(?:\s*\d{4})?)?"
        r"(?:\s*[/-]\s*\d{4})?",
    ),
    (
        Kind.PERIOD,
        "a month",
        r"(?i:\btháng)\s*\d{1,2}(?:\s*(?:/|-|(?i:năm))\s*\d{4})?(?:\s*(?:,|"
        r"(?i:và)|-)\s*\d{1,2}\s*(?:/|(?i:năm))\s*\d{4})?",
    ),
    (Kind.PERIOD, "a name of a plan", r"(?i:kế hoạch|chiến lược)\s+(?:0?5|10)\s+(?i:năm)"),
    (
        Kind.YEAR,
        "a span of years",
        r"(?<![\d.,/])(?:19|20)\d\d\s*[-–—]\s*(?:19|20)\d\d(?![\d.,]*\d|/\d)",
    ),
    (
        Kind.YEAR,
        "a year",
        r"(?i:\b(?:năm|năm học|giai đoạn|kỳ|từ|đến|so với|cuối|"
        r"đầu|niên độ))\s*(?:19|20)\d\d(?:\s*(?:,|(?i:và)|;)\s*(?:19|"
        r"20)\d\d)*(?![\d.,]*\d|\s*/\s*\d)(?!\s*(?i:hồ sơ|thủ tục|"
        r"người|lượt|văn bản))",
    ),
    (
        Kind.DATE,
        "month and year",
        r"(?<![\d.,/])(?:0?[1-9]|1[0-2])/20\d\d(?![\d/.,]*\d)(?!\s*(?i:hồ sơ|"
        r"thủ tục|tthc|người|văn bản))",
    ),
    (
        Kind.TIME,
        "a time of day",
        r"(?<![\d.,])(?:[01]?\d|2[0-4])(?:\s*[hH]\s*|:|\s*(?i:giờ)\s*)[0-5]\d(?:(?::|'|\s*(?i:phút)\s*)[0-5]\d)?(?![\d.,]*\d)(?:\s*(?i:phút|giây))?",
    ),
    (
        Kind.TIME,
        "an hour",
        r"(?i:\b(?:lúc|hồi|từ|đến|trước|sau)\s+)\d{1,2}(?=\s*(?i:giờ\b)|[hH]\b)",
    ),
    (Kind.TIME, "a time zone", r"(?:GMT|UTC)\s*[+-]\s*\d{1,2}"),
    (
        Kind.DATE,
        "a day of the week",
        r"(?i:\b(?:ngày|sáng|chiều|tối|từ|đến|vào|và|“)\s*thứ)\s+[2-7](?![\d.,/%])(?!\s*(?i:trong|tỉnh|của))",
    ),
    (Kind.STANDARD, "the size of a file", r"(?<![\d.,])\d+(?:[.,]\d+)?\s*[KMG]B\b"),
    (Kind.STANDARD, "a unit of measure", r"(?<![^\W\d_])(?:km|cm|m)[23²³]\b"),
    (
        Kind.TIME,
        "round the clock",
        # "Hoàn thành 24/24" is all of them: a day of hours has a word of time about it.
        r"(?<!\d)24/(?:7|24(?:h|/7))(?!\d)|(?<!\d)(?:24/24(?=\s*(?i:giờ))|7/7(?=\s*(?i:ngày)))"
        r"|(?i:\b(?:trực|hoạt động|phục vụ|vận hành|tiếp nhận|liên tục|suốt))(?:\s+[^\W\d]+){0,3}?"
        rf"\s+24/24(?!\d|\s*(?i:{COUNTED}))",
    ),
    (
        Kind.STANDARD,
        "a standard",
        r"(?i:\b(?:TCVN|ISO|QCVN|TCCS|IEC)(?:[ :/-]*(?:ISO|IEC))?)[ :/-]*\d+(?:[:-]\d+)*",
    ),
    (
        Kind.STANDARD,
        "a version",
        r"(?i:phiên bản|version|công nghiệp(?: lần thứ)?|cmcn|"
        r"windows|office|web|ver\.?|v)\s*\d+(?:\.\d+)*(?=\W|"
        r"$)(?!\s*%)",
    ),
    (
        Kind.STANDARD,
        "letters and digits of a code",
        r"(?<![\w.,])(?:#[A-Z]*-?\d+|[A-ZĐ]{1,6}[-.]?\d{1,4}[A-Za-z]?|[A-ZĐ]{2,}\d+\w*)(?![\w%]|[.,]\d)",
    ),
    (Kind.STANDARD, "a wave or generation", r"(?<![\w.,])\d[GDKS]\b|(?i:covid)\s*-?\s*\d+"),
    (
        Kind.PHONE,
        "number after a phone word",
        r"\b(?i:điện thoại|đt|sđt|hotline|tổng đài|fax|đường dây nóng|"
        r"số máy|zalo|liên hệ)\s*(?i:số)?\s*[:.]?\s*\(?\+?(?:\d[ .()-]{0,2}){5,13}\d(?!\s*/)",
    ),
    (
        Kind.PHONE,
        "ten digits from a zero",
        r"(?<![\w.,/])(?:\+84|0)\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?![\w/])",
    ),
    (
        Kind.PHONE,
        "a service line",
        r"(?i:tổng đài|hotline|đường dây nóng)(?:\s+[^\W\d_]+){0,3}\s*(?i:số)?"
        r"\s*[:.]?\s*\d{3,5}(?![\d.,])",
    ),
    (
        Kind.PHONE,
        "a number of a person's papers",
        r"(?i:cccd|cmnd|căn cước(?: công dân)?|mã số thuế|tài khoản số)\s*(?i:số)?\s*:?\s*\d{8,}",
    ),
    (Kind.PHONE, "a service line", r"(?<![\w.,/])1[89]00[ .]?\d{4}(?:[ .]?\d{2})?(?![\w/])"),
    (
        Kind.ARTICLE,
        "part of a law, form or annex",
        r"(?i:\b(?:điều|khoản|mục|(?<!một )phần|chương|tiết|phụ lục|"
        r"phụ biểu|biểu mẫu|biểu|mẫu|bảng|trang|hình|câu|"
        r"lĩnh vực|tiêu chí|tiêu chí thành phần|nội dung thành phần|"
        r"chỉ số thành phần|bước|tờ|quyển|tập)"
        r"(?:\s+(?:số|thứ))?)\s*:?\s*(?:[IVX]+\.)?\d+(?:\.\d+)*[a-z]?(?![\w/]|[.,]\d)"
        rf"(?:\s*(?:,|(?i:và|đến))\s*\d+(?:\.\d+)*[a-z]?(?![\w/%]|[.,]\d)(?!\s*(?i:{COUNTED})))*"
        rf"(?!\s*(?:đồng|(?!(?:[Đđ]iều|[Mm]ục|[Kk]hoản)\s+\d)(?i:{COUNTED})\b))",
    ),
    (
        Kind.ARTICLE,
        "a further criterion",
        r"(?<=[;,] )[1-9]\.\d{1,2}(?:\.\d{1,2})?(?=\s+(?i:về)\s)",
    ),
    (
        Kind.ARTICLE,
        "a point of an article",
        r"(?i:\b(?:tại|theo|quy định tại)\s+điểm)\s+\d+(?:\.\d+)*|"
        r"(?i:\bđiểm)\s+\d+(?:\.\d+)*(?=\s*,?\s*(?i:khoản|điều|mục|phần|phụ lục)\b)",
    ),
    (Kind.ARTICLE, "a page of several", r"(?i:\btrang)\s*\d+\s*/\s*\d+"),
    (Kind.ARTICLE, "a form", r"(?<!\w)(?:[IVX]+\.)\d{1,2}[a-z]?(?:/[A-ZĐ/-]+)*"),
    (
        Kind.NAME,
        "a level of service",
        r"(?i:\b(?:mức độ|mức|cấp độ))\s*(?:0?[1-5])(?:\s*(?:,|"
        r"/|-|&|(?i:và|hoặc))\s*(?:(?i:mức độ|mức)\s*)?0?[1-5]"
        rf"(?!\s*(?i:{COUNTED})))*(?![\d.,]*\d|\s*%)(?!\s*(?i:triệu|tỷ|điểm|đồng))",
    ),
    (
        Kind.PLACE,
        "a numbered place",
        r"(?!(?i:phường|quận|thôn|tổ|khối|khu|bản|cụm|đội)\s+\d+\s*/\s*\d)"
        r"(?i:\b(?:số nhà|đường|(?<!thành )phố|ngõ|ngách|hẻm|kiệt|khu phố|"
        r"tổ dân phố|khu dân cư|tdp|tổ|thôn|ấp|khóm|(?<!văn )(?<!cơ )bản|làng|"
        r"buôn|"
        r"khối|(?<!cấp )(?<!các )(?<!toàn )quận|(?<!cấp )(?<!các )(?<!xã, )phường|"
        r"khu vực|khu|km|quốc lộ|ql|tỉnh lộ|"
        r"đt|tầng|phòng|lô|khuôn viên|toà|tòa|cơ sở|cụm|đội))"
        r"(?:\s+số)?\s*\d{1,4}(?:\s*[/-]\s*\d{1,3})?[A-Za-z]?(?![\w%]|[.,]\d|/\d)"
        rf"(?!\s*(?i:{COUNTED}|khu|ấp|thôn|tổ))",
    ),
    (
        Kind.PLACE,
        "a house in a street",
        r"(?i:\bsố)\s+\d{1,4}\w?(?=,?\s+(?i:đường|phố|ngõ|quốc lộ|đại lộ))",
    ),
    (
        Kind.NAME,
        "an order",
        r"(?i:(?<!xếp )(?<!đứng )(?<!vị trí )(?<!hạng )(?:lần thứ|năm thứ|"
        r"kỳ họp thứ|khóa|khoá|đợt|giai đoạn|lần|nhiệm kỳ|loại|nhóm|bậc|"
        r"số thứ tự|stt))"
        r"\s*\d{1,3}(?:/\d)?(?![\w%]|[.,]\d)"
        rf"(?!\s*(?i:{COUNTED}|huyện|quận|thị xã|tỉnh|thành phố|địa phương|sở|phòng|ban\b|"
        r"dẫn đầu|đứng đầu|cao nhất|đầu\b))",
    ),
    (
        Kind.NAME,
        "a date that names a place or movement",
        r"(?i:phong trào|chào mừng|kỷ niệm|nghỉ lễ|tết)\s+\d{1,2}\s*[/-]\s*\d{1,2}",
    ),
    (
        Kind.NAME,
        "contracts named by their decree",
        r"(?:\b(?i:hợp đồng(?: lao động)?)|\bHĐ(?:LĐ)?)\s*(?:68|111|161)"
        rf"(?![\d.,/]*\d|\s*(?i:{COUNTED}))",
    ),
    (
        Kind.NAME,
        "an index named by its decision",
        rf"(?i:\bchỉ số)\s+766(?![\d.,/]*\d|\s*(?i:{COUNTED}))",
    ),
    (Kind.NAME, "an age", r"(?<![\d.,/])\d{1,3}(?=\s+(?i:tuổi))"),
    (
        Kind.NAME,
        "a set phrase",
        r"(?<![\d.,/])0?\d\s+(?i:cửa(?!\s+khẩu)|xin\b|luôn\b|"
        r"không\b"
        r"(?!\s+(?:đạt|hoàn thành|thực hiện|đủ|có|phát|bảo đảm|đảm bảo|áp dụng|triển khai|"
        r"phù hợp|còn|thuộc|phải|được))|"
        r"biết\b|thể hiện\b|tại chỗ|trong\s+0?1\b|"
        r"(?:cấp|bên)(?=\s*(?:[,.;:()]|$|chính quyền|tỉnh|hành chính|"
        r"từ|trên|quản lý|theo|đã|đều|được|và|thực hiện|huyện)))",
    ),
    (
        Kind.COUNTER,
        "a counter of a web page",
        r"(?i:\b(?:lượt xem|lượt truy cập|tổng truy cập|tổng lượt truy cập|"
        r"đang truy cập|đang online|đang trực tuyến|khách trực tuyến|đã xem|hits|views?|"
        r"bình luận|"
        r"hôm nay|hôm qua|tuần này|tháng này|page|cỡ chữ|lượt đọc|"
        r"số lần xem))\s*(?::|\()\s*[\d.,]+\)?\s*$",
    ),
    (
        Kind.COUNTER,
        "a counter of a web page",
        r"(?i:^\s*[\d.,]+\s*(?:lượt xem|views?|lượt đọc|bình luận))\s*$",
    ),
    (
        Kind.COUNTER,
        "a counter of a web page",
        r"(?i:(?<=[|•·\t-])\s*[\d.,]+\s*(?:lượt xem|views?|lượt đọc|lượt truy cập|bình luận))"
        r"(?=\s*(?:[|•·]|$))",
    ),
    (
        Kind.COUNTER,
        "a number behind the time of a web page",
        r"(?<=\d\d:\d\d)\s{2,}\d{1,6}\s*$|(?<=\d\d:\d\d)\s*\|\s*\d{1,6}\s*$",
    ),
)
RULES = tuple((kind, reason, re.compile(pattern)) for kind, reason, pattern in _PATTERNS)
