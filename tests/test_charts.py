"""Charts: true to scale, the same every time, readable without colour and without eyes."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from brief_work import PROJECT, find_all, load_words_of, read_text
from cchc_analysis.brief.plots import plot_flow, plot_points, plot_stacks, sketch
from cchc_analysis.brief.plots.canvas import ROLES, WIDTH
from cchc_analysis.brief.templates import load_macros

NAN = float("nan")
ENGLISH = load_words_of("en")
WORDS = {
    "title": Markup('The <a href="#n-1">finding</a>'),
    "unit": Markup("dossiers"),
    "source": Markup("Source: [1]."),
    "alternative": Markup("received 100; resolved 90"),
}


def frame(key: str, svg: str) -> str:
    caption = WORDS | {"note": ""}
    macros = load_macros(ENGLISH)
    return str(macros.chart([macros.picture(svg, key, caption)], caption))


def part(label: str, value: float, role: str = "mid", **more: Any) -> dict[str, Any]:
    return {"label": label, "text": f"{value:g}", "value": value, "role": role} | more


def flow(came: list[float], went: list[float]) -> str:
    rows = [part("in", value, side="in", heading="In") for value in came]
    rows += [part("out", value, "deep", side="out", heading="Out") for value in went]
    table = pd.DataFrame(rows).assign(panel="District", gap="gap 10")
    return frame("flow", sketch(plot_flow, table))


def stack(values: list[float], total: float, *, name: str = "Row") -> str:
    rows = [part(f"part {n}", value) for n, value in enumerate(values)]
    table = pd.DataFrame(rows).assign(row=name, total=total, heading="all", is_shared=False)
    return frame("stack", sketch(plot_stacks, table))


def points(**row: Any) -> str:
    blank = {
        "low": NAN,
        "high": NAN,
        "range_text": "",
        "target": NAN,
        "target_text": "",
        "is_contested": False,
    }
    ends = {"start": 0.0, "end": 100.0, "role": "deep"}
    table = pd.DataFrame([{"label": "Rate", "text": "x", "value": 50.0} | blank | ends | row])
    return frame("points", sketch(plot_points, table))


def widths(svg: str, role: str) -> list[float]:
    """The lengths of the bars of a role, from their paths."""
    boxes = find_all(rf'<path d="M([\d.]+) [\d.]+H([\d.]+)V[^"]*" class="f-{role} ', svg)
    return [float(end) - float(start) for start, end in boxes]


def test_bars_are_to_scale() -> None:
    deep = widths(flow([100], [60, 40]), "deep")
    assert deep[0] / deep[1] == pytest.approx(1.5, rel=0.01)
    assert sum(deep) == pytest.approx(WIDTH - 2, abs=0.3)


def test_what_two_sides_differ_by_is_hatched_to_scale_and_named() -> None:
    svg = flow([90], [60, 40])
    hatched = widths(svg, "paper")
    assert hatched[0] / (WIDTH - 2) == pytest.approx(10 / 100, rel=0.02)
    assert "gap 10" in svg


def test_two_sides_that_agree_show_no_gap() -> None:
    svg = flow([100], [60, 40])
    assert "gap 10" not in svg
    assert "alert" not in svg


def test_the_same_table_gives_the_same_bytes() -> None:
    assert flow([90], [60, 40]) == flow([90], [60, 40])
    assert points(low=40.0, high=60.0) == points(low=40.0, high=60.0)


def test_a_chart_has_a_name_a_text_alternative_and_no_other_ids() -> None:
    svg = stack([1, 2], 4)
    assert 'role="img" aria-labelledby="stack-t stack-d"' in svg
    assert '<title id="stack-t">The finding</title>' in svg
    assert '<desc id="stack-d">received 100; resolved 90</desc>' in svg
    assert find_all(r' id="([^"]+)"', svg) == ["stack-t", "stack-d"]
    assert '<figcaption><b>The <a href="#n-1">finding</a></b>' in svg
    assert "Source: [1]." in svg


def test_text_stays_text() -> None:
    svg = stack([3, 1], 4, name="Đắk R'Lấp – tiếp nhận, giải quyết")
    assert "Đắk R&#39;Lấp – tiếp nhận, giải quyết" in svg
    assert "font-family" not in svg


@pytest.mark.parametrize("name", ["<script>", "$x^2$", "a & b", 'say "hi"', "\\alpha", "a\x00b"])
def test_any_name_is_drawn_as_it_is(name: str) -> None:
    svg = stack([1], 2, name=name)
    assert "<script>" not in svg
    assert name.replace("\x00", "") in read_text(svg)


def test_an_endless_name_is_cut_on_the_chart() -> None:
    names = find_all(r"<text[^>]*>(x+…?)</text>", stack([1], 2, name="x" * 500))
    assert names
    assert len(names[0]) < 60


@pytest.mark.parametrize("value", [0.0, 100.0, 250.0])
def test_zeros_and_values_beyond_the_scale_are_drawn(value: float) -> None:
    assert "<svg" in points(value=value, end=max(value, 100.0))
    assert "<svg" in stack([0, 0], 0)
    assert "<svg" in flow([0.0], [0.0])


def test_a_target_an_interval_and_a_contested_value_differ_in_form() -> None:
    plain = points()
    assert (plain.count('stroke-width="10"'), plain.count('stroke-width="5.5"')) == (1, 0)
    contested = points(is_contested=True)
    assert (contested.count('stroke-width="10"'), contested.count('stroke-width="5.5"')) == (1, 1)
    assert "s-ink" in points(target=70.0, target_text="target 70")
    assert "s-mid" in points(low=40.0, high=60.0)


@given(st.lists(st.floats(0.5, 1000), min_size=1, max_size=7))
def test_labels_never_run_into_each_other(values: list[float]) -> None:
    texts = find_all(
        r'<text x="([\d.]+)" y="([\d.]+)"( text-anchor="\w+")?[^>]*>([^<]*part \d)</text>',
        stack(values, sum(values)),
    )
    lines: dict[str, list[tuple[float, float]]] = {}
    for x, y, anchor, words in texts:
        room = len(words) * 5.2
        start = float(x) - (room if "end" in anchor else room / 2 if "middle" in anchor else 0)
        lines.setdefault(y, []).append((start, start + room))
    for spans in lines.values():
        for left, right in pairwise(sorted(spans)):
            assert left[1] <= right[0] + 1


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def palettes() -> dict[str, dict[str, str]]:
    """The colours of the page by scheme, from its style sheet."""
    css = (PROJECT.notebooks / "page" / "page.css").read_text("utf-8")
    found = {}
    for scheme, block in zip(
        ("light", "dark", "print"), re.findall(r":root \{(.*?)\}", css, re.DOTALL), strict=True
    ):
        colours = re.findall(r"--(\w+): (#[0-9a-f]{3,6})", block)
        found[scheme] = {
            name: value if len(value) == 7 else "#" + "".join(each * 2 for each in value[1:])
            for name, value in colours
        }
    return found


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_contrast_holds_in_every_scheme(scheme: str) -> None:
    colours = palettes()[scheme]
    for name in ("ink", "soft", "alert", "deep"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
        assert contrast(colours[name], colours["tint"]) >= 4.5, name
    # Parts of a bar against the paper; a pale part has an outline in the deep colour.
    for name in ("deep", "mid", "alert", "rule"):
        assert contrast(colours[name], colours["paper"]) >= 3, name


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_the_three_blues_differ_in_lightness_and_so_without_colour(scheme: str) -> None:
    colours = palettes()[scheme]
    assert contrast(colours["deep"], colours["mid"]) >= 1.8
    assert contrast(colours["mid"], colours["pale"]) >= 1.8


EYES = {
    "red-blind": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "green-blind": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "blue-blind": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
    "grey": ((0.213, 0.715, 0.072),) * 3,
}
"""How linear red, green and blue reach an eye (Machado, Oliveira, Fernandes 2009, severity 1)."""

NEIGHBOURS = (
    ("deep", "mid"),
    ("deep", "pale"),
    ("mid", "pale"),
    ("mid", "alert"),
    ("pale", "alert"),
)
"""Roles that touch in a bar. A label and an edge in the colour of the paper part them besides."""


def see(colour: str, eye: str) -> tuple[float, float, float]:
    """A colour as an eye sees it, in CIE Lab."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    seen = [
        min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0), 1) for row in EYES[eye]
    ]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        _bend(sum(a * b for a, b in zip(row, seen, strict=True)) / top)
        for row, top in zip(to_xyz, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _bend(value: float) -> float:
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("eye", EYES)
def test_what_touches_in_a_bar_differs_to_every_eye(scheme: str, eye: str) -> None:
    colours = palettes()[scheme]
    for one, other in NEIGHBOURS:
        pair = see(colours[one], eye), see(colours[other], eye)
        distance = sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5
        assert distance >= 10, (one, other, round(distance, 1))


def test_bars_that_touch_have_an_edge_between_them() -> None:
    bars = find_all(r'<path d="M[^"]*V[^"]*" class="([^"]*)"', flow([90], [60, 30]))
    assert bars == ["f-mid s-paper", "f-deep s-paper", "f-deep s-paper"]


def test_the_page_gives_every_role_a_colour() -> None:
    css = (PROJECT.notebooks / "page" / "page.css").read_text("utf-8")
    assert {name for name in ROLES if f"--{name}:" not in css} == set()
    assert palettes()["light"] == palettes()["light"] | dict(ROLES)
