"""What a researcher adds to a copy of a notebook is on the page, or is named there."""

from __future__ import annotations

import base64
from pathlib import Path

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cchc_analysis.brief.own_cells import clean_html, show_own_cells
from cchc_analysis.data.words import Words, load_words

ROOT = Path(__file__).parents[1]
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()


@pytest.fixture(params=["vi", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    return load_words(ROOT / "notebooks" / "page", request.param)


def show(words: Words, *outputs: object) -> list[str]:
    notebook = new_notebook(cells=[new_code_cell("x", outputs=list(outputs))])
    page = show_own_cells(notebook, words)
    assert all(
        set(each.data) == {"text/html"} or "<Section" in str(each.data)
        for each in page.cells[0].outputs
    )
    return [each.data["text/html"] for each in page.cells[0].outputs]


def shown(**data: str) -> object:
    renamed = {name.replace("__", "/").replace("_xml", "+xml"): text for name, text in data.items()}
    return new_output("display_data", data=renamed)


def test_a_section_of_ours_stays_as_it_is(words: Words) -> None:
    ours = "<section><script>never cleaned</script></section>"
    assert show(words, shown(text__html=ours, text__plain="<Section summary>")) == [ours]


def test_a_picture_is_on_the_page_with_a_text_alternative(words: Words) -> None:
    [html] = show(words, shown(image__png=PNG + "\n", text__plain="<Figure>"))
    assert f'src="data:image/png;base64,{PNG}"' in html
    assert f'alt="{words.plain("own.alt")}"' in html
    said = new_output(
        "display_data", data={"image/png": PNG}, metadata={"image/png": {"alt": "Rates <rise>"}}
    )
    assert 'alt="Rates &lt;rise&gt;"' in show(words, said)[0]


def test_a_drawing_cannot_run_what_stands_in_it(words: Words) -> None:
    [html] = show(words, shown(image__svg_xml="<svg><script>x()</script></svg>"))
    assert "<script" not in html
    assert 'src="data:image/svg+xml;base64,' in html


def test_a_frame_is_a_table_that_says_what_its_heads_are_of(words: Words) -> None:
    table = pd.DataFrame({"tỷ lệ <b>": [1.5]}, index=["Cao Lộc"])
    [html] = show(words, shown(text__html=table._repr_html_(), text__plain="x"))
    assert '<th scope="col">tỷ lệ &lt;b&gt;</th>' in html
    assert '<th scope="row">Cao Lộc</th>' in html
    assert "<style" not in html
    assert "border=" not in html


def test_markdown_is_told_and_cleaned(words: Words) -> None:
    [html] = show(words, shown(text__markdown="Một **ý**\n\n<script>x()</script>[a](javascript:x)"))
    assert "<strong>ý</strong>" in html
    assert "<script" not in html
    assert "href" not in html


def test_what_no_page_can_show_is_named_where_it_would_stand(words: Words) -> None:
    outputs = [
        new_output("stream", name="stdout", text="42\n"),
        shown(text__plain="42"),
        shown(application__json="{}", text__plain="42"),
        shown(text__html="<script>plot()</script>", text__plain="plot"),
    ]
    told = show(words, *outputs)
    assert len(told) == 4
    assert all('class="own missing"' in each and "1" in each for each in told)
    assert "application/json" in told[2]


def test_a_chart_that_runs_gives_way_to_its_picture(words: Words) -> None:
    [html] = show(words, shown(text__html="<div></div><script>plot()</script>", image__png=PNG))
    assert "data:image/png" in html


def test_warnings_on_standard_error_are_no_part_of_the_page(words: Words) -> None:
    assert show(words, new_output("stream", name="stderr", text="a warning with a path")) == []


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ('<img src="https://x.org/a.png">', ""),
        ('<a href="javascript:x()">a</a>', "<a>a</a>"),
        ('<p style="position:fixed" id="main">a</p>', "<p>a</p>"),
        ('<iframe src="https://x.org"></iframe><form><input></form>', ""),
        ("<h1>a</h1>", "a"),
    ],
)
def test_nothing_of_others_runs_loads_or_covers_the_page(dirty: str, clean: str) -> None:
    assert str(clean_html(dirty)) == clean
