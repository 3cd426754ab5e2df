"""Rows into HTML tables."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from brief_work import find_all, load_words_of
from cchc_analysis.brief.templates import load_macros


def tabulate_rows(heads: Any, rows: Any, caption: str, **more: Any) -> Markup:
    return tabulate_groups(heads, [("", rows)], caption, **more)


def tabulate_groups(heads: Any, groups: Any, caption: str, numbers: Any = ()) -> Markup:
    macros = load_macros(load_words_of("vi"))
    told: Markup = macros.table(heads, groups, caption, "", list(numbers))
    return told


def test_a_table_has_a_caption_and_heads_for_columns_and_rows() -> None:
    html = tabulate_rows(["Name", "Value"], [["a", "1"], ["b", "2"]], "Two rows", numbers=(1,))
    assert "<caption>Two rows</caption>" in html
    assert find_all(r'<th scope="col">(.*?)(?=<t)', html) == ["Name", "Value"]
    assert find_all(r'<th scope="row">(.*?)(?=<t)', html) == ["a", "b"]
    assert find_all(r"<td>(.*?)(?=<t|\n|</)", html) == ["1", "2"]
    assert '<table class="r2">' in html


def test_text_is_escaped_and_markup_kept() -> None:
    html = tabulate_rows(["<h>"], [["<script>"], [Markup("<b>x</b>")]], '"c"')
    assert "<script>" not in html
    assert "&lt;h&gt;" in html
    assert "<b>x</b>" in html


def test_groups_have_heads_over_the_whole_width() -> None:
    html = tabulate_groups(["a", "b"], [("", [["1", "2"]]), ("More", [["3", "4"]])], "c")
    assert find_all(r'<th colspan="2" scope="rowgroup">(.*?)\n', html) == ["More"]
    assert html.count("<tbody>") == 2


def test_a_wide_table_takes_the_focus_so_that_keys_can_scroll_it() -> None:
    wide = tabulate_rows(["a", "b", "c", "d"], [["1", "2", "3", "4"]], 'A "wide" one')
    assert 'tabindex=0 role=region aria-label="A &#34;wide&#34; one"' in wide
    assert "tabindex" not in tabulate_rows(["a", "b"], [["1", "2"]], "narrow")


def test_a_table_without_rows_is_still_a_table() -> None:
    assert "<tbody></table>" in tabulate_rows(["a"], [], "nothing")
