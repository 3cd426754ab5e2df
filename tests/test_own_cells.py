"""What a researcher adds to a copy of a notebook is on the page, or is named there."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cchc_analysis.brief.render import clean_html, show_figure, show_own_cells
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.data.words import Words, load_words
from cchc_analysis.errors import CommandError

pytestmark = pytest.mark.usefixtures("warm")

ROOT = Path(__file__).parents[1]
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()


@pytest.fixture(params=["vi", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    return load_words(ROOT / "notebooks" / "page", request.param)


def show(words: Words, *outputs: object) -> list[str]:
    notebook = new_notebook(cells=[new_code_cell("x", outputs=list(outputs))])
    return list(show_own_cells(notebook, words))


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


def test_what_a_frame_does_not_hold_is_a_dash(words: Words) -> None:
    day = pd.to_datetime(pd.Series([None, "2025-06-30"]))
    whole = pd.array([None, 7], dtype="Int64")
    table = pd.DataFrame({"rate": [float("nan"), 99.5], "day": day, "n": whole, "NaN": "NaNs"})
    [html] = show(words, shown(text__html=table._repr_html_(), text__plain="x"))
    assert html.count("<td>–</td>") == 3
    for kept in (
        "<td>99.5</td>",
        "<td>2025-06-30</td>",
        "<td>7</td>",
        ">NaN</th>",
        "<td>NaNs</td>",
    ):
        assert kept in html


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


# A notebook of one's own

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
RECIPE = (ROOT / "docs" / "how-to" / "own-brief.md").read_text("utf-8")
OWN_CELLS = (
    re.findall(r"^```python\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL)[0],
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    'import pandas as pd\npd.DataFrame({"của tôi": [1.5]}, index=["hàng"])',
    'pd.DataFrame({"styled": [2.5]}).style.format(precision=1)',
    'from IPython.display import Markdown, display\ndisplay(Markdown("Một **ý** của tôi"))',
    'display({"application/json": {}, "text/html": "<script>x()</script>"}, raw=True)',
)


def write_notebook(path: Path, *sources: str) -> Path:
    notebook = nbformat.read(ROOT / "notebooks" / "district_brief.ipynb", 4)
    notebook.cells += [new_code_cell(source) for source in sources]
    nbformat.write(notebook, path)
    return path


def test_what_is_added_to_a_copy_is_on_the_brief_and_the_rest_is_named(
    processed: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own, out = write_notebook(tmp_path / "my_brief.ipynb", *OWN_CELLS), tmp_path / "out.html"
    words = ("--notebook", str(own), "--out", str(out))
    assert main(["--root", str(processed.root), "brief", "Đồng Gió", "2022-H1", *words]) == 0
    page = out.read_text("utf-8")
    assert '<h2 id="own-cac-ty-le-chinh">Các tỷ lệ chính</h2>' in page
    assert page.count("<img ") == 2
    assert 'alt="Mỗi thanh là một tỷ lệ chính của báo cáo"' in page
    for shown in ("của tôi", "styled", "<strong>ý</strong>"):
        assert shown in page
    assert page.count('class="own missing"') == 1
    assert 'id="contradictions"' in page, "the annex is there"
    assert f"{out}: Ô {20 + len(OWN_CELLS)} của sổ tay" in caplog.text
    assert "2022-H1 --lang vi --notebook my_brief.ipynb</code>" in page


def test_the_command_of_our_own_notebook_names_none(processed: Project, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    place = ("Đồng Gió", "2022-H1", "--out", str(out))
    assert main(["--root", str(processed.root), "brief", *place]) == 0
    assert "2022-H1 --lang vi</code>" in out.read_text("utf-8")


@pytest.mark.slow
def test_a_site_is_built_from_a_copy_and_back_again(built: Project, tmp_path: Path) -> None:
    own = write_notebook(
        tmp_path / "mine.ipynb", 'from IPython.display import Markdown\nMarkdown("Của tôi")'
    )
    site = ("--root", str(built.root), "site", "--quiet")
    assert main([*site, "--notebook", str(own)]) == 0
    pages = list(built.site.glob("vi/*/*/index.html"))
    told = [page for page in pages if "Của tôi" in page.read_text("utf-8")]
    assert len(told) == 2
    assert main([*site]) == 0
    assert not any("Của tôi" in page.read_text("utf-8") for page in told)


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, 6, "no such notebook"),
        ("<<<<<<< ours", 6, "no notebook"),
        (nbformat.writes(new_notebook()), 2, "no parameters; expected a cell tagged"),
        (
            nbformat.writes(
                new_notebook(
                    metadata={"kernelspec": KERNEL},
                    cells=[new_code_cell("lang: str = 'vi'", metadata={"tags": ["parameters"]})],
                )
            ),
            2,
            "no parameter 'district'",
        ),
    ],
)
@pytest.mark.parametrize("command", [("brief", "Đồng Gió", "2022-H1"), ("site",)])
def test_what_is_no_notebook_for_a_brief_is_refused(
    content: str | None,
    code: int,
    said: str,
    command: tuple[str, ...],
    processed_once: Project,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "own.ipynb"
    if content:
        own.write_text(content, "utf-8")
    root = str(processed_once.root)
    assert main(["--root", root, *command, "--notebook", str(own)]) == code
    assert said in capsys.readouterr().err


class Plotly:
    """What is needed of a plotly figure."""

    def __init__(self, picture: bytes) -> None:
        self.picture = picture

    def to_image(self, format: str) -> bytes:  # noqa: A002 - plotly's own name
        if not self.picture:
            raise ValueError(f"Image export to {format} requires the kaleido package\nmore")
        return self.picture


def test_a_plotly_figure_is_a_still_picture_or_a_warning() -> None:
    section = show_figure(Plotly(b"<svg/>"), "Mine", "A line")
    assert '<img alt="A line" src="data:image/svg+xml;base64,PHN2Zy8+"' in section.html
    figure = Plotly(b"")
    with pytest.warns(UserWarning, match="No still picture of “Mine”: .* kaleido package$"):
        assert show_figure(figure, "Mine", "A line") is figure


@pytest.mark.parametrize(
    ("figure", "title", "alt", "said"),
    [
        (SimpleNamespace(), "Mine", "A line", "a SimpleNamespace"),
        (Plotly(b"<svg/>"), " ", "A line", "no text"),
        (Plotly(b"<svg/>"), "Mine", "", "no text"),
    ],
)
def test_what_is_no_figure_or_has_no_words_is_refused(
    figure: object, title: str, alt: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        show_figure(figure, title, alt)
