"""What a reader reads: strings in two languages, numbers, dates, safe text."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief_work import PROJECT, ROOT, list_keys, load_real, load_words_of
from cchc_analysis.brief.render import TEMPLATE
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.data.records import Scope
from cchc_analysis.data.words import Words, bare_name, clean_text, load_words, plain
from cchc_analysis.errors import BriefError, CommandError
from cchc_analysis.read.review import load_page_words

VI, EN = Words("vi", {}), Words("en", {})


def test_a_scope_has_one_name_on_pages_in_tables_and_at_a_review() -> None:
    words, asked = load_words_of("vi"), load_page_words()["scopes"]
    for scope in Scope:
        assert words.plain(f"scope.{scope}").casefold() == asked[scope].casefold()
    assert not [key for key in words.texts if key.startswith("finding.scope.")]


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1310, 0, "1.310", "1,310"),
        (89.4, 1, "89,4", "89.4"),
        (301610000, 0, "301.610.000", "301,610,000"),
        (98.2429, 2, "98,24", "98.24"),
        (2.5, 0, "3", "3"),
        (-70, 0, "−70", "−70"),
        (0, 0, "0", "0"),
        (7.5, None, "7,5", "7.5"),
        (12, None, "12", "12"),
        (77.4105, None, "77,411", "77.411"),
        (7.6095, None, "7,61", "7.61"),
        (float("inf"), None, "∞", "∞"),
        (float("-inf"), 2, "−∞", "−∞"),
    ],
)
def test_numbers_take_the_form_of_the_language(
    value: float, decimals: int | None, vi: str, en: str
) -> None:
    assert VI.number(value, decimals) == vi
    assert EN.number(value, decimals) == en


def test_nothing_has_no_sign_whatever_was_told_before() -> None:
    """−0.0 is what is left of 0 turned round, and a number once told is kept."""
    for value in (-0.0, 0.0):
        assert (VI.number(value), VI.number(value, 1), EN.number(value)) == ("0", "0,0", "0")


def test_a_date_takes_the_form_of_the_language_and_a_text_stays() -> None:
    assert (VI.date("2024-06-30"), EN.date("2024-06-30")) == ("30/6/2024", "30 June 2024")
    assert VI.date("tháng 6") == "tháng 6"


@pytest.mark.parametrize(
    ("label", "vi", "en"),
    [
        ("2024-H1", "6 tháng đầu năm\u00a02024", "first half of\u00a02024"),
        ("2023-9M", "9 tháng đầu năm\u00a02023", "first nine months of\u00a02023"),
        ("2024-Q1", "quý I năm\u00a02024", "first quarter of\u00a02024"),
        ("2019", "năm\u00a02019", "2019"),
        ("2023-01-01/2023-09-20", "1/1/2023 – 20/9/2023", "1 January 2023 – 20 September 2023"),
    ],
)
def test_a_period_is_named_as_people_call_it(label: str, vi: str, en: str) -> None:
    assert load_words_of("vi").period(label) == vi
    assert load_words_of("en").period(label) == en


@pytest.mark.parametrize(
    ("name", "kind", "bare"),
    [
        ("Phường Việt Hòa", "xã", "Việt Hòa"),
        ("Tỉnh Giả lập 1", "", "Giả lập 1"),
        ("Vùng Tây Nguyên", "vùng", "Tây Nguyên"),
        ("Phường 5", "xã", "Phường 5"),
        ("Xã", "xã", "Xã"),
    ],
)
def test_a_name_loses_its_kind_whatever_its_type_is(name: str, kind: str, bare: str) -> None:
    assert bare_name({"name": name, "type": kind}) == bare


def test_an_area_is_named_in_the_language() -> None:
    area = {"name": "Thành phố Lạng Sơn", "type": "thành phố"}
    assert load_words_of("vi").place(area) == "thành phố Lạng Sơn"
    assert load_words_of("en").place(area) == "Lạng Sơn city"
    assert load_words_of("en").place({"name": "Đặc khu X", "type": "đặc khu"}) == "X special zone"
    assert load_words_of("en").place({"name": "Khu Y", "type": "khu"}) == "Khu Y"


@pytest.mark.parametrize(
    ("foreign", "safe"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\"quoted\" & 'more'", "&#34;quoted&#34; &amp; &#39;more&#39;"),
        ("a\x00b\x1bc", "abc"),
        ("left\u202eright\u2066x", "leftrightx"),
        ("two\nlines", "two lines"),
        ("שלום", "<bdi>שלום</bdi>"),
        ("huyện² Đắk R'Lấp", "huyện² Đắk R&#39;Lấp"),
    ],
)
def test_foreign_text_becomes_safe(foreign: str, safe: str) -> None:
    assert clean_text(foreign) == safe


@given(st.text())
def test_no_foreign_text_can_open_a_tag_or_turn_the_line(foreign: str) -> None:
    safe = re.sub(r"</?bdi>", "", str(clean_text(foreign)))
    assert not re.search(r"[<>\"'\x00\u202a-\u202e\u2066-\u2069]", safe)
    assert "<" not in plain(foreign) or "<" in foreign


def test_endless_text_ends() -> None:
    assert len(clean_text("x" * 10_000)) == 600


def test_values_are_escaped_and_markup_is_not_escaped_twice() -> None:
    words = Words("en", {"k": "{a} & {b}"})
    assert words.say("k", a="<i>", b=words.say("k", a="1", b="2")) == "&lt;i&gt; &amp; 1 &amp; 2"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(CommandError, match="vi or en"):
        load_words(PROJECT.notebooks / TEMPLATE, "fr")


def test_a_string_without_a_language_is_named(tmp_path: Path) -> None:
    (tmp_path / "strings.csv").write_text("key,vi,en\na.b,chữ,\n", "utf-8")
    with pytest.raises(BriefError, match=r"no text for a\.b"):
        load_words(tmp_path, "en")


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("key,vi,en\nb,chữ,text\n", "'a': there is none"),
        ("key,vi,en\na,chữ {before},text\n", "'a': its braces: 'before'"),
        ("key,vi,en\na,chữ {n,text\n", "'a': its braces"),
        ("name,vi,en\na,chữ,text\n", "no column key"),
        ("key,vi,en\na,chữ,text\na,từ,word\n", "line 3: key = a a second time"),
    ],
)
def test_a_table_of_an_older_copy_is_refused_in_a_sentence(
    tmp_path: Path, table: str, found: str
) -> None:
    (tmp_path / "strings.csv").write_text(table, "utf-8")
    with pytest.raises(BriefError, match=re.escape(found)):
        load_words(tmp_path, "vi").say("a", n="1")


def test_without_the_strings_there_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match=r"strings\.csv"):
        load_words(tmp_path, "vi")


def test_both_languages_put_in_the_same_values() -> None:
    vi, en = load_words_of("vi").texts, load_words_of("en").texts
    fields = {
        key: [
            {name for _, name, _, _ in string.Formatter().parse(texts[key]) if name is not None}
            for texts in (vi, en)
        ]
        for key in vi
    }
    # A Vietnamese remark may know more of a report than the English one says, never another thing.
    assert not {key: each for key, each in fields.items() if each[1] - each[0]}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_legend_calls_a_colour_dark_as_it_is_light_in_the_dark(lang: str) -> None:
    texts = load_words_of(lang).texts
    legends = [text for key, text in texts.items() if re.fullmatch(r"trends\..+\.unit", key)]
    assert legends
    assert not [text for text in legends if re.search(r"\bdark|màu càng đậm|[;(] ?đậm", text)]


def test_a_brief_has_one_name_and_its_notes_call_only_targets_so() -> None:
    texts = load_words_of("vi").texts
    assert not [key for key, text in texts.items() if "bản tóm tắt" in text.casefold()]
    of_notes = {key: text for key, text in texts.items() if key.startswith(("notes.", "method."))}
    other = ("notes.elsewhere", "method.states")  # on targets
    called = [key for key, text in of_notes.items() if "chỉ tiêu" in text.casefold()]
    assert not set(called) - set(other)


def test_keys_stand_once_and_sorted() -> None:
    keys = list_keys()
    assert keys == sorted(set(keys))


def test_every_string_is_used_and_every_string_used_is_there() -> None:
    keys = set(list_keys())
    asked, mentioned = _list_patterns()
    named = {re.escape(key) for key in keys}
    missing = {each for each in asked - named if not any(re.fullmatch(each, key) for key in keys)}
    assert not missing, "strings that the code asks for"
    # The words of a chart begin with its name in report.yml.
    charts = load_yaml(ROOT / "notebooks" / "report.yml")["charts"]
    mentioned |= {rf"{name}\..*" for name in charts}
    with_holes = re.compile("|".join(each for each in mentioned if ".*" in each))
    unused = {
        key for key in keys if re.escape(key) not in mentioned and not with_holes.fullmatch(key)
    }
    assert not unused, "strings that no code mentions"


def _list_patterns() -> tuple[set[str], set[str]]:
    """The keys in calls that ask for a string, and all texts that could be one.

    What is put into a key at run time may be anything.
    """
    source = ROOT / "src" / "cchc_analysis"
    asked, mentioned = set(), set()
    folders = (source / "brief", source / "site", source / "data", source / "rules")
    for file in (file for each in folders for file in sorted(each.rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if pattern := _read_pattern(node):
                mentioned |= {pattern, pattern + re.escape(".one")}
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ASKING:
                asked |= {_read_pattern(node.args[0])} - {""}
    for template in sorted((ROOT / "notebooks" / "page").glob("*.j2")):
        text = template.read_text("utf-8")
        said = re.findall(
            r'words\.(?:say|count|plain)\("([\w.]+)"( ~)?(?: [\w.]+ ~ "([\w.]+))?', text
        )
        patterns = {re.escape(a) + ".*" * bool(hole) + re.escape(b) for a, hole, b in said}
        named = set(map(re.escape, re.findall(r'"([a-z_]+(?:\.\w+)+)"', text)))
        named |= {rf"{key}\..*" for key in re.findall(r'"([a-z]+\.\w+)\." ~', text)}
        # The macro of data quality that names what the catalogue or a suite calls by a code.
        named |= {rf"quality\.{kind}\..*" for kind in re.findall(r'q\.code\("(\w+)"', text)}
        asked, mentioned = asked | patterns, mentioned | patterns | named
    return asked, mentioned


ASKING = ("say", "plain", "count")


def _read_pattern(node: ast.AST) -> str:
    """A text, or a text with holes, as a pattern; nothing for what is no key."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value) if re.fullmatch(r"[a-z][\w.]*", node.value) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = [
        re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".*"
        for each in node.values
    ]
    is_key = re.search(r"\w\\\.|\\\.\w", "".join(parts)) and r"\ " not in "".join(parts)
    return "".join(parts) if is_key else ""


def test_nothing_is_cut_within_a_word_and_our_own_text_not_at_all() -> None:
    text = "mười chữ cái " * 60
    cut = clean_text(text)
    assert len(cut) <= 600
    assert text.startswith(cut.removesuffix("…") + " ")
    own = Words("vi", {}).pick({"explanation_vi": text}, "explanation")
    assert own == text


def test_terms_of_use_are_told_in_the_language_of_the_page() -> None:
    _, tables = load_real()
    named = sorted({*tables.sources["licence"]} - {""})
    told = " ".join(load_words_of("vi").licence(each) for each in named)
    assert "kho dữ liệu ghi MIT; điều kiện của chủ sở hữu chỉ số (VCCI) chưa đối chiếu" in told
    names = r"\b(?:CC0|MIT|CECODES|VFF-CRT|RTA|UNDP|VCCI)\b"
    kept = re.sub(names, "", told)
    assert not re.findall(r"\b(?:licence|of|the|not|no|as|by|use|public|quotation)\b", kept)
    assert [load_words_of("en").licence(each) for each in named] == named


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("CC BY 4.0", "CC BY 4.0", "CC BY 4.0"),
        ("Public domain", "thuộc về công chúng", "Public domain"),
        ("Public Domain", "thuộc về công chúng", "Public Domain"),
        ("GNU General Public License", "GNU General Public License", "GNU General Public License"),
        ("Open Data Commons; public", "Open Data Commons; công khai", "Open Data Commons; public"),
        ("not stated", "không nêu", "not stated"),
        ("chỉ dùng nội bộ", "chỉ dùng nội bộ", "internal use only"),
        ("<b>republic</b>", "&lt;b&gt;republic&lt;/b&gt;", "&lt;b&gt;republic&lt;/b&gt;"),
    ],
)
def test_a_licence_of_ones_own_is_told_where_its_words_are_known(
    text: str, vi: str, en: str
) -> None:
    told = [str(load_words_of(lang).licence(text)) for lang in ("vi", "en")]
    assert told == [vi, en]
