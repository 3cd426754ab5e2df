"""Plots: on axes of one's own, on a page in small and the same bytes, and a map of the country."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from brief_work import PROJECT, find_all, read_text
from cchc_analysis import errors, plot_tile_map
from cchc_analysis.brief import plots
from cchc_analysis.brief.plots import draw, sketch
from cchc_analysis.brief.plots.canvas import CELLS, MIDDLE, PLAIN, ROLES
from cchc_analysis.brief.plots.many import STEPS, choose_tiles, find_limits
from cchc_analysis.brief.plots.parts import sketch_line, sketch_spine
from cchc_analysis.data.reference import load_reference
from test_charts import contrast, palettes


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """No figure of a plot without axes of its own stays open: a notebook would show it."""
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


NAN = float("nan")
REFERENCE = load_reference(PROJECT.reference)
MAPS = {"63": REFERENCE.tile_map_63, "34": REFERENCE.tile_map_34}


def part(**more: Any) -> dict[str, Any]:
    row = {"label": "a", "text": "5", "value": 5.0, "role": "deep", "is_contested": False}
    return row | more


def point(**more: Any) -> dict[str, Any]:
    ends = {"start": 0.0, "end": 100.0, "low": NAN, "high": NAN, "range_text": ""}
    return part() | ends | {"target": NAN, "target_text": ""} | more


def five(**more: Any) -> dict[str, Any]:
    return {"lowest": 1.0, "q1": 2.0, "median": 3.0, "q3": 4.0, "highest": 5.0} | more


YEARS = pd.DataFrame(
    {
        "name": ["A", "A", "A", "B"],
        "year": [2019.0, 2020.0, 2022.0, 2020.0],
        "value": [1.0, 2.0, 3.0, 9.0],
        "segment": [0, 0, 1, 0],
        "role": "mid",
    }
)
TABLES: dict[Callable[..., Any], pd.DataFrame] = {
    plots.plot_flow: pd.DataFrame(
        [
            part(panel="P", side="in", heading="in", gap="gap"),
            part(panel="P", side="out", heading="out", gap="gap"),
        ]
    ),
    plots.plot_stacks: pd.DataFrame([part(row="R", total=9.0, heading="9", is_shared=False)]),
    plots.plot_points: pd.DataFrame([point(), point(start=80.0, value=90.0, low=85.0, high=95.0)]),
    plots.plot_multiples: YEARS,
    plots.plot_distribution: pd.DataFrame([five(label="2019"), five(label="2020")]),
    plots.plot_dots: pd.DataFrame(
        {"name": ["A", "B"], "value": [1.0, 2.0], "low": [0.5, NAN], "high": [1.5, NAN]}
        | {"text": ["1", "2"], "role": "deep"}
    ),
    plots.plot_funnel: pd.DataFrame(
        {"name": ["A", "B"], "total": [10.0, 90.0], "rate": [50.0, 80.0], "place": ["low", "high"]}
    ),
    plots.plot_coverage: pd.DataFrame({"2019": [True, False]}, index=["A", "B"]),
    plots.plot_spine: pd.DataFrame(
        [{"lowest": 1.0, "q1": 2.0, "median": 3.0, "q3": 4.0, "highest": 5.0, "own": 4.0}]
    ).assign(role="deep"),
    plots.plot_dot_map: pd.DataFrame(
        {"name": ["A", "B", "C"], "lat": [21.0, 21.5, 22.0], "lon": [106.0, 106.5, 107.0]}
        | {"value": [1.0, 2.0, NAN]}
    ),
}


def values(number: str = "63") -> pd.Series:
    ids = MAPS[number]["area_id"].unique()
    return pd.Series(np.arange(len(ids), dtype="float64"), index=ids)


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_a_plot_draws_on_axes_of_ones_own_and_opens_no_others(plot: Callable[..., Any]) -> None:
    from matplotlib import pyplot as plt

    figure = Figure(figsize=(9, 3))
    axes = figure.add_axes((0.1, 0.2, 0.4, 0.6))
    before = axes.get_position().bounds
    assert plot(TABLES[plot], ax=axes) is axes
    assert axes.get_position().bounds == before
    assert tuple(figure.get_size_inches()) == (9, 3)
    assert not plt.get_fignums()
    assert axes.has_data()


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_a_plot_opens_axes_of_its_own_and_leaves_the_style_alone(
    plot: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib import pyplot as plt

    # Not what an earlier plot may have left behind, but a setting of the caller's own.
    monkeypatch.setitem(mpl.rcParams, "font.size", 7.25)
    before = dict(mpl.rcParams)
    axes = plot(TABLES[plot])
    assert [axes.figure] == [plt.figure(number) for number in plt.get_fignums()]
    plt.close("all")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_a_picture_is_the_same_to_the_byte_and_its_marks_say_what_they_are(
    plot: Callable[..., Any],
) -> None:
    svg = sketch(plot, TABLES[plot])
    assert svg == sketch(plot, TABLES[plot])
    assert "<title>" in svg or plot is plots.plot_coverage
    assert "font-family" not in svg
    assert not find_all(r' id="', svg)


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_every_colour_of_ours_is_a_role(plot: Callable[..., Any]) -> None:
    svg = sketch(plot, TABLES[plot])
    drawn, rules = re.sub(r"<style>.*?</style>", "", svg), find_all(r"<style>(.*?)</style>", svg)
    assert not find_all(r'(?:fill|stroke)="#', drawn)
    used = {each for names in find_all(r'class="([^"]+)"', drawn) for each in names.split()}
    assert used == set(find_all(r":where\(\.([\w-]+)\)", rules[0]))


@pytest.mark.parametrize("plot", [plots.plot_spine, plots.plot_dots, plots.plot_points])
def test_a_dot_is_seen_where_a_picture_is_made_of_points(plot: Callable[..., Any]) -> None:
    """As JupyterLab shows it: a line without length is left out, or moved to whole points."""
    figure = draw(plot, TABLES[plot])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    colours = np.asarray(canvas.buffer_rgba()).reshape(-1, 4)[:, :3]
    deep = [int(ROLES["deep"][at : at + 2], 16) for at in (1, 3, 5)]
    assert (colours == deep).all(axis=1).any()


def test_a_figure_stands_on_paper_and_its_picture_on_the_ground_of_the_page() -> None:
    """Its ink is dark, and JupyterLab may be too."""
    figure = draw(plots.plot_spine, TABLES[plots.plot_spine])
    assert to_hex(figure.get_facecolor()) == ROLES["paper"]
    assert "f-paper" not in sketch(plots.plot_spine, TABLES[plots.plot_spine])


def test_every_public_plot_is_among_those_tested() -> None:
    public = {getattr(plots, name) for name in plots.__all__ if name.startswith("plot_")}
    assert public == {*TABLES, plots.plot_tile_map}


def refuse(plot: Callable[..., Any], data: Any) -> str:
    """What a plot says of what it does not draw; empty where it draws."""
    try:
        draw(plot, data)
    except errors.CommandError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_a_table_without_a_column_is_refused_in_a_sentence(plot: Callable[..., Any]) -> None:
    """Without any one column a plot draws all the same, or names that column and all it wants."""
    table = TABLES[plot]
    told = {name: refuse(plot, table.drop(columns=name)) for name in table}
    needed = [name for name, said in told.items() if said]
    for name in needed:
        assert told[name].startswith(plot.__name__)
        assert f"Add {name}, or rename" in told[name]
        assert all(each in told[name].partition("with the columns")[2] for each in needed)
    assert bool(needed) == (plot is not plots.plot_coverage)
    for lacking in (table.iloc[:0], {}, [1, 2], None, *([table[[]]] if needed else [])):
        assert refuse(plot, lacking).startswith(plot.__name__)
    assert not refuse(plot, table)


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
@pytest.mark.parametrize("cell", [None, pd.Timestamp("2024-12-31"), float("inf")])
def test_a_cell_of_another_kind_is_refused_in_a_sentence(
    plot: Callable[..., Any], cell: object
) -> None:
    table = TABLES[plot]
    needed = {name for name in table if refuse(plot, table.drop(columns=name))}
    if cell is None:
        needed -= {"role"}  # which then has none
    for name in needed & {*" ".join(CELLS).split()}:
        said = refuse(plot, table.assign(**{name: pd.Series([cell] * len(table), table.index)}))
        assert said.startswith(f"{plot.__name__}: {name} ")
        assert "which is not a" in said


ODD = {
    "unknown role": (plots.plot_dots, {"role": "purple"}, {}, "role 'purple', .* ink, soft, .* or"),
    "no rate": (plots.plot_funnel, {"rate": NAN}, {}, "plot_funnel: rate without any number"),
    "no value": (plots.plot_dots, {"value": NAN}, {}, "plot_dots: value without any number"),
    "text as own": (plots.plot_spine, {"own": "4"}, {}, "own '4', which is not a number"),
    "other side": (plots.plot_flow, {"side": "x"}, {}, "side 'x', which is not a side: in or out"),
    "form": (plots.plot_dot_map, {}, {"form": 3}, "plot_dot_map, form=: 3; expected a function"),
    "missing": (plots.plot_dot_map, {}, {"missing": YEARS}, "missing=: DataFrame; expected a text"),
    "reference": (plots.plot_dots, {}, {"reference": YEARS}, "reference=: DataFrame; .* a number"),
    "ends": (plots.plot_dots, {}, {"ends": ("a", 2)}, r"ends=: \('a', 2\); expected two numbers"),
    "ends of all": (plots.plot_multiples, {}, {"ends": YEARS}, "ends=: DataFrame; expected two"),
    "unit": (plots.plot_dots, {}, {"unit": YEARS}, "plot_dots, unit=: DataFrame; expected a text"),
    "spread": (plots.plot_distribution, {}, {"unit": YEARS}, "unit=: DataFrame; expected a text"),
    "limits": (
        plots.plot_funnel,
        {},
        {"limits": 3},
        "plot_funnel, limits=: a int; expected a Data",
    ),
    "no limits": (plots.plot_funnel, {}, {"limits": YEARS}, "limits=: .*Add total, low, high"),
    "centre": (plots.plot_funnel, {}, {"centre": "50"}, "centre=: '50'; expected a number and"),
    "names": (plots.plot_funnel, {}, {"names": 3}, "plot_funnel, names=: 3; expected two texts"),
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_cell_or_option_is_refused_in_a_sentence(case: str) -> None:
    plot, cells, options, said = ODD[case]
    with pytest.raises(errors.CommandError, match=said):
        plot(TABLES[plot].assign(**cells), **options)


@pytest.mark.parametrize("plot", [plot for plot in TABLES if "role" in TABLES[plot]])
@pytest.mark.parametrize("role", ["", None])
def test_without_a_role_a_mark_has_the_common_colour(
    plot: Callable[..., Any], role: str | None
) -> None:
    assert sketch(plot, TABLES[plot].assign(role=role)) == sketch(
        plot, TABLES[plot].assign(role="deep")
    )


def test_a_flow_of_which_one_side_is_known_is_drawn() -> None:
    table = TABLES[plots.plot_flow].query("side == 'in'")
    assert find_all(r"<text[^>]*>([^<]+)<", sketch(plots.plot_flow, table)).count("gap") == 1


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_a_column_that_stands_twice_is_refused_in_a_sentence(plot: Callable[..., Any]) -> None:
    table = TABLES[plot]
    twice = pd.concat([table, table.iloc[:, :1]], axis=1)
    assert refuse(plot, twice).startswith(f"{plot.__name__}: two columns {table.columns[0]}")


@pytest.mark.parametrize(
    ("shown", "options", "said"),
    [
        (values().astype(str), {}, "plot_tile_map: value '0.0', which is not a number"),
        (values().replace(1.0, float("inf")), {}, "plot_tile_map: value inf, which is not"),
        (values().to_frame(), {}, "plot_tile_map: a DataFrame; expected a Series"),
        (values(), {"form": 3}, "plot_tile_map, form=: 3; expected a function"),
        (values(), {"tiles": "63"}, "plot_tile_map, tiles=: a str; expected a DataFrame with"),
        (values(), {"tiles": YEARS}, "plot_tile_map, tiles=: .* Add area_id, label, kind, column"),
    ],
)
def test_an_odd_map_is_refused_in_a_sentence(
    shown: Any, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(errors.CommandError, match=said):
        plot_tile_map(shown, **options)


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_a_missing_number_is_missing_in_the_types_of_pandas_too(plot: Callable[..., Any]) -> None:
    table = TABLES[plot]
    assert sketch(plot, table.convert_dtypes()) == sketch(plot, table)


def test_areas_of_one_name_are_dots_of_their_own() -> None:
    table = pd.DataFrame({"name": ["A", "A", "B"], "lat": [1, 2, 3], "lon": [1, 2, 3]})
    texts = sketch(plots.plot_dot_map, table.assign(value=[1.0, 2.0, float("nan")]))
    assert [text for text in ("A: 1", "A: 2", "B: –") if text in texts] == ["A: 1", "A: 2", "B: –"]


def test_what_is_no_axes_is_refused_in_a_sentence() -> None:
    with pytest.raises(errors.CommandError, match="ax: a int; expected axes of matplotlib"):
        plots.plot_stacks(TABLES[plots.plot_stacks], 3)
    with pytest.raises(errors.CommandError, match="ax: a Figure; expected axes of matplotlib"):
        plots.plot_stacks(TABLES[plots.plot_stacks], Figure())


def test_a_map_is_drawn_from_numbers_and_from_nothing_else() -> None:
    for each in (pd.Series(dtype="float64"), [1.0], None):
        with pytest.raises(errors.CommandError, match="plot_tile_map"):
            plots.plot_tile_map(each, tiles=MAPS["63"])


def test_a_scale_that_is_read_has_numbers_and_a_name() -> None:
    data = TABLES[plots.plot_distribution]
    spread = sketch(plots.plot_distribution, data, unit="points")
    assert {"points", "2", "4"} <= set(find_all(r"<text[^>]*>([^<]+)<", spread))
    dots: dict[str, Any] = {"reference": (1.5, "median 1.5"), "unit": "%", "ends": (0, 2)}
    svg = sketch(plots.plot_dots, TABLES[plots.plot_dots], **dots)
    assert {"%", "0", "1", "2", "median 1.5"} <= set(find_all(r"<text[^>]*>([^<]+)<", svg))
    axes = draw(plots.plot_dots, TABLES[plots.plot_dots], **dots).axes[0]
    assert [each.get_text() for each in axes.get_xticklabels()] == ["0", "1", "2"]
    assert axes.get_xlabel() == "%"


def test_what_lies_beyond_the_ends_is_drawn_at_the_end() -> None:
    dots = TABLES[plots.plot_dots].assign(value=[1.0, 50.0])
    axes = plots.plot_dots(dots, Figure().add_subplot(), ends=(0, 2))
    assert axes.get_xlim() == (0, 2)
    ends = [line.get_transform().transform(line.get_xydata())[:, 0].max() for line in axes.lines]
    assert max(ends) == pytest.approx(axes.transData.transform((2, 0))[0])


LINE = [(2019.0, 1.0, 0), (2020.0, 2.0, 0), (2022.0, 3.0, 1)]


def test_a_line_breaks_where_its_series_does() -> None:
    drawn = re.findall(r'<path d="M([\d. L]+)" class="s-(\w+)"', sketch_line(LINE, PLAIN))
    first, tick, single, last = ([float(x) for x in re.findall(r"([\d.]+) ", d)] for d, _ in drawn)
    assert [role for _, role in drawn] == ["mid", "rule", "mid", "deep"]
    assert len(set(single)) == 1
    assert first[1] < tick[0] < single[0] == last[0]


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("own", [4.0, 1.3, NAN])
def test_a_spine_in_a_line_of_text_is_that_of_the_plot(own: float, *, is_turned: bool) -> None:
    data = TABLES[plots.plot_spine].assign(own=own, is_turned=is_turned)
    assert sketch_spine(data.iloc[0].to_dict(), PLAIN) == sketch(plots.plot_spine, data)


def list_drawn(axes: Any) -> list[tuple[Any, ...]]:
    """What stands on axes, in points of the figure: words, lines and boxes."""

    def place(artist: Any, points: Any) -> tuple[float, ...]:
        height = axes.figure.get_size_inches()[1] * 72
        found = artist.get_transform().transform(points) * 72 / axes.figure.dpi
        return tuple(np.round(found * (1, -1) + (0, height), 1).ravel().tolist())

    texts = []
    for each in axes.texts:
        x, y = place(each, [each.get_position()])
        down = MIDDLE if each.get_va() == "center_baseline" else 0.0
        texts.append(("text", (x, y + down), each.get_text()))
    lines = [
        (
            "line",
            place(each, each.get_xydata()[~np.isnan(each.get_xdata())]),
            to_hex(each.get_color()),
            each.get_linewidth(),
        )
        for each in axes.lines
    ]
    boxes = [("box", place(b, b.get_path().vertices[[0, 2]])) for b in axes.patches]
    return [*texts, *lines, *boxes]


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_a_page_and_axes_show_the_same_marks(plot: Callable[..., Any]) -> None:
    """Each mark of the page is on the axes, at its place and in its colour."""
    svg = re.sub(r"<style>.*?</style>", "", sketch(plot, TABLES[plot]))
    axes = draw(plot, TABLES[plot]).axes[0]
    drawn = list_drawn(axes)
    scales = [each for each in (axes.xaxis, axes.yaxis) if each.get_visible()]
    said = {label.get_text() for each in scales for label in each.get_ticklabels()}
    written = re.findall(r'<text[^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<', svg)
    texts = [(each[1], each[2]) for each in drawn if each[0] == "text"]
    for x, y, words in written:
        near = [
            at
            for at, text in texts
            if text == words and np.allclose(at, (float(x), float(y)), atol=0.11)
        ]
        assert near or words in said, words
    lines = [each for each in drawn if each[0] == "line"]
    for d, role, width in re.findall(
        r'<path d="M([\d. LM]+)" class="s-(\w+)"(?: stroke-width="([\d.]+)")?', svg
    ):
        points = [float(each) for each in re.findall(r"[\d.]+", d)]
        if role in ("hair", "rule") and not width and scales:
            continue  # of a scale, which axes draw themselves
        assert any(
            (colour, thick) == (ROLES[role], float(width or 0.8))
            and len(at) == len(points)
            and np.allclose(at, points, atol=0.11)
            for _, at, colour, thick in lines
        ), d
    boxes = [each[1] for each in drawn if each[0] == "box"]
    for left, top, right, foot in re.findall(r'd="M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H', svg):
        ends = [float(each) for each in (left, top, right, foot)]
        assert any(np.allclose(at, ends, atol=0.11) for at in boxes), ends


@pytest.mark.parametrize(
    ("plot", "name"), [(plots.plot_dots, "value"), (plots.plot_funnel, "rate")]
)
def test_a_value_that_is_missing_has_no_mark(plot: Callable[..., Any], name: str) -> None:
    data = TABLES[plot]
    lacking = data.assign(**{name: [data[name].iloc[0], NAN]})
    svg, whole = sketch(plot, lacking), sketch(plot, data)
    assert "nan" not in re.sub(r"<title>.*?</title>", "", svg)
    assert whole.count("<title>") == svg.count("<title>") + 1
    assert draw(plot, lacking).axes[0].has_data()


def test_what_is_added_to_a_scale_lands_where_it_ought() -> None:
    """The axes count in the unit of the values, on a figure of one's own too."""
    for ax in (None, Figure().add_subplot()):
        axes = plots.plot_dots(TABLES[plots.plot_dots], ax)
        dot = next(line for line in axes.lines if line.get_linewidth() == 8)
        own = axes.axvline(1.0)
        x, _ = dot.get_transform().transform(dot.get_xydata())[0]
        assert own.get_transform().transform(own.get_xydata())[0][0] == pytest.approx(x)


def find_place(line: Any) -> tuple[float, ...]:
    """Where the last point of a line stands in the figure."""
    return tuple(line.get_transform().transform(line.get_xydata())[-1])


def test_a_row_is_counted_and_points_on_one_scale_have_its_unit() -> None:
    """As rows of pandas and seaborn: the first one is 0."""
    axes = plots.plot_dots(TABLES[plots.plot_dots], Figure().add_subplot())
    dots = [line for line in axes.lines if line.get_linewidth() == 8]
    assert [find_place(each)[1] for each in dots] == pytest.approx(
        [axes.transData.transform((0, row))[1] for row in (0, 1)]
    )
    axes = plots.plot_points(TABLES[plots.plot_points].head(1), Figure().add_subplot())
    dot = next(line for line in axes.lines if line.get_linewidth() == 10)
    assert find_place(dot)[0] == pytest.approx(axes.transData.transform((5.0, 0))[0])


def test_marks_go_along_with_limits_that_are_set_afterwards() -> None:
    """By hand, or by another plot that shares the axes; a name keeps its place."""
    axes = plots.plot_funnel(TABLES[plots.plot_funnel], Figure().add_subplot())
    axes.set(xlim=(0, 400), ylim=(0, 100))
    first, second = (line for line in axes.lines if line.get_linewidth() == 10)
    for line, value in ((first, (10.0, 50.0)), (second, (90.0, 80.0))):
        assert find_place(line) == pytest.approx(axes.transData.transform(value))
    axes = plots.plot_dots(TABLES[plots.plot_dots], Figure().add_subplot())
    label = next(each for each in axes.texts if each.get_text() == "A")
    before = label.get_window_extent().x0
    axes.set_xlim(-50, 50)
    assert label.get_window_extent().x0 == before


def test_words_above_stay_near_however_high_the_axes_are() -> None:
    for height in (3, 30):
        axes = Figure((9, height)).add_subplot()
        plots.plot_dots(TABLES[plots.plot_dots], axes, reference=(1.5, "median"))
        words = next(each for each in axes.texts if each.get_text() == "median")
        _, y = words.get_transform().transform(words.get_position())
        assert y - axes.bbox.y1 == pytest.approx(4 * axes.figure.dpi / 72)


def test_a_year_alone_is_seen_where_a_picture_is_made_of_points() -> None:
    """After a break of its line: as in a picture of lines."""
    axes = plots.plot_multiples(TABLES[plots.plot_multiples], Figure().add_subplot())
    drawn = next(line.get_xydata() for line in axes.lines if np.isnan(line.get_xdata()).any())
    assert len(np.unique(drawn[-2:], axis=0)) == 2


def test_the_first_rank_stands_on_top() -> None:
    for is_rank in (False, True):
        svg = sketch_line(LINE, PLAIN, is_rank=is_rank)
        first, last = map(float, find_all(r'd="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"', svg)[0])
        assert (first < last) == is_rank  # 1, then 2


def test_a_turned_spine_mirrors_and_loses_nothing() -> None:
    data = TABLES[plots.plot_spine]
    plain, turned = (
        sketch(plots.plot_spine, data.assign(is_turned=each)) for each in (False, True)
    )
    own = [find_all(r'<path d="M([\d.]+) 8L\1 8"', each)[-1:] for each in (plain, turned)]
    assert [float(each) for (each,) in own] == [87.0, 33.0]
    assert sorted(find_all("<title>(.*?)</title>", plain)) == sorted(
        find_all("<title>(.*?)</title>", turned)
    )


def test_one_area_among_equals_stands_in_the_middle() -> None:
    row = {"lowest": 5.0, "q1": 5.0, "median": 5.0, "q3": 5.0, "highest": 5.0, "own": 5.0}
    svg = sketch(plots.plot_spine, pd.DataFrame([row]).assign(role="deep"))
    assert find_all(r'<path d="M([\d.]+) 8L[\d.]+ 8" class="s-deep"', svg) == ["60"]


@pytest.mark.parametrize("number", MAPS)
def test_every_province_has_a_square_and_the_islands_a_dot(number: str) -> None:
    tiles = MAPS[number]
    squares = tiles[tiles["kind"] == "square"]
    assert len(squares) == int(number)
    assert not squares.duplicated(["column", "row"]).any()
    assert not squares["label"].duplicated().any()
    assert (squares["label"] != "").all()
    assert set(tiles.loc[tiles["kind"] == "dot", "name"]) == {"Hoàng Sa", "Trường Sa"}
    day = "2025-06-30" if number == "63" else "2025-07-01"
    areas = REFERENCE.areas[REFERENCE.areas["level"] == "province"]
    ends = areas["valid_to"].replace("", "9999")
    assert set(squares["area_id"]) == set(
        areas.loc[(areas["valid_from"] <= day) & (day <= ends), "area_id"]
    )


@pytest.mark.parametrize("number", MAPS)
def test_a_map_has_every_province_with_its_name_and_value(number: str) -> None:
    svg = sketch(plots.plot_tile_map, values(number), tiles=MAPS[number])
    named = set(find_all(r"<title>([^<]+)</title>", svg))
    first = MAPS[number].iloc[0]
    assert f"{first['name']}: 0" in named
    assert len(named) == int(number) + 2
    assert set(find_all(r'class="f-(\w+) s-rule"', svg)) == set(STEPS)


def test_a_map_shows_what_is_missing_as_missing() -> None:
    held = values()
    held.iloc[4] = NAN
    own: dict[str, Any] = {"tiles": MAPS["63"], "missing": "none held"}
    svg = sketch(plots.plot_tile_map, held.drop("48"), **own)
    assert read_text(svg).count("none held") == 4  # two squares, a dot, the legend
    assert len(find_all(r'stroke-dasharray="[^"]*"', svg)) == 4


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (["02", "15-2025"], "different times: 15-2025 not among the 63, 02 not among the 34"),
        (["01", "Hà Nội"], r"no square for Hà Nội.*indexed by area_id \(01\).*Index the values"),
        (["01", "02", "15-2025", "xx"], "no square for xx"),
        (["01", "04"], "among the 63 and the 34"),
    ],
)
def test_a_map_of_two_times_is_refused(ids: list[str], found: str) -> None:
    with pytest.raises(errors.CommandError, match=found):
        plot_tile_map(pd.Series(1.0, index=ids))


def test_provinces_of_both_times_stand_where_one_asks_for() -> None:
    held = pd.Series([1.0, 2.0], index=["01", "04"])
    assert plot_tile_map(held, tiles=MAPS["34"]).has_data()
    with pytest.raises(errors.CommandError, match="no square for 02"):
        plot_tile_map(pd.Series([1.0], index=["02"]), tiles=MAPS["34"])
    assert choose_tiles(["02"], MAPS) is MAPS["63"]
    with pytest.raises(
        errors.CommandError, match="no square for x0, x1, x2, x3, x4, x5 and 3 more"
    ) as few:
        choose_tiles([f"x{number}" for number in range(9)], {"34": MAPS["34"]})
    assert "x6" not in str(few.value)


def test_a_square_has_the_colour_that_the_legend_gives_its_value() -> None:
    held = pd.Series([1.0, 1.0, 2.0], index=["02", "06", "10"])
    svg = sketch(plots.plot_tile_map, held, tiles=MAPS["63"])
    drawn = re.findall(r'class="f-(\w+) s-rule"[^>]*><title>[^<]+: ([12])</title>', svg)
    assert sorted(drawn) == [("t1", "1"), ("t1", "1"), ("t2", "2")]


def test_classes_hold_equally_many_and_equal_values_one_class() -> None:
    counts = np.bincount(np.searchsorted(find_limits(values()), values()), minlength=5)
    assert set(counts) <= {12, 13}
    assert find_limits(pd.Series([7.0] * 9)) == []
    assert find_limits(pd.Series([1.0, 1.0, 2.0])) == [1.0]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_steps_of_a_map_differ_in_lightness_and_bear_their_labels(scheme: str) -> None:
    colours = palettes()[scheme]
    steps = [colours[name] for name in STEPS]
    for one, other in pairwise(steps):
        assert contrast(one, other) >= 1.25, (one, other)
    ends = [contrast(each, colours["paper"]) for each in steps]
    assert ends == sorted(ends)
    for name, text in zip(STEPS, ["ink", "ink", "ink", "paper", "paper"], strict=True):
        assert contrast(colours[name], colours[text]) >= 4.5, name


def test_the_style_file_uses_no_colour_but_roles() -> None:
    path = PROJECT.root / "src/cchc_analysis/brief/plots/cchc.mplstyle"
    assert {f"#{each}" for each in re.findall(r"[0-9a-f]{6}\b", path.read_text("utf-8"))} <= set(
        ROLES.values()
    )
