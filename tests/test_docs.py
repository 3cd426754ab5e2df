"""What the documentation shows is run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECIPES = [
    pytest.param(code, id=f"{path.stem}-{number}")
    for path in (ROOT / "docs" / "how-to" / "python.md", ROOT / "README.md")
    for number, code in enumerate(BLOCK.findall(path.read_text("utf-8")), start=1)
    if path.name != "README.md" or "rates" in code
]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("code", RECIPES)
def test_a_recipe_runs_and_shows_something(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CCHC_ROOT", str(ROOT))
    *before, last = code.strip().split("\n")
    names: dict[str, object] = {}
    exec("\n".join(before), names)  # noqa: S102 - our own documentation
    shown = eval(last.split("  #")[0], names)  # noqa: S307
    assert shown is not None
    assert len(shown) > 0  # type: ignore[arg-type]


def test_the_tutorial_runs_from_its_first_line_to_its_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CCHC_ROOT", str(ROOT))
    code = "\n".join(BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text("utf-8")))
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own documentation
    assert (tmp_path / "papi.dta").is_file()
    assert "falling" in {*names["board"].trends["word"]}


def test_the_recipe_of_trends_shows_some_and_that_of_a_wide_table_one_value_a_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(ROOT))
    text = (ROOT / "docs" / "how-to" / "python.md").read_text("utf-8")
    for head, told in (("trend", "falling"), ("wide table", "on_time_rate")):
        [code] = re.findall(rf"^## [^\n]*{head}.*?^```python\n(.*?)^```$", text, BLOCK.flags)
        *before, last = code.strip().split("\n")
        names: dict[str, Any] = {}
        exec("\n".join(before), names)  # noqa: S102 - our own documentation
        shown = eval(last, names)  # noqa: S307
        assert told in {*shown.columns, *shown.get("word", ())[:5]}
        assert len(shown) >= 2


def test_there_are_nine_recipes_and_one_in_the_readme() -> None:
    assert len(RECIPES) == 10


def test_the_readme_leads_to_five_recipes_that_are_there() -> None:
    text = (ROOT / "docs" / "how-to" / "python.md").read_text("utf-8")
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
    led_to = re.findall(r"\(docs/how-to/python\.md#([^)]+)\)", README)
    assert len(led_to) == 5
    assert set(led_to) <= anchors


def test_the_readme_plots_what_it_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CCHC_ROOT", str(ROOT))
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot as plt

    blocks = [code for code in BLOCK.findall(README) if "papermill" not in code]
    assert [code.count("\n") for code in blocks][1:] == [3]
    names: dict[str, Any] = {}
    exec("\n".join(blocks), names)  # noqa: S102 - our own documentation
    plt.close("all")  # a figure that is left open is seen by every test of this process
    lines = names["axes"].get_lines()
    assert [len(line.get_xdata()) > 9 for line in lines] == [True, True]
    assert (tmp_path / "pci.png").stat().st_size > 5000


@pytest.mark.slow
def test_the_readme_runs_papermill_once_and_in_a_loop(tmp_path: Path) -> None:
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    (tmp_path / "build").mkdir()
    [command] = re.findall(r"^papermill .*$", README, re.MULTILINE)
    [loop] = [code for code in BLOCK.findall(README) if "papermill" in code]
    program, *words = shlex.split(command)
    for asked in ([Path(sys.executable).with_name(program), *words], [sys.executable, "-c", loop]):
        done = subprocess.run(
            asked,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"CCHC_ROOT": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr.decode()
    made = {path.stem for path in (tmp_path / "build").iterdir()}
    assert made == {"cao_loc", "Cao Lộc 2024-H1", "Văn Quan 2024-9M"}


@pytest.mark.slow
def test_five_briefs_are_made_in_a_loop(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "how-to" / "own-brief.md").read_text("utf-8")
    [code] = [each for each in BLOCK.findall(text) if "papermill" in each]
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"CCHC_ROOT": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert len(list(tmp_path.glob("*.ipynb"))) >= 2


NAMES = {
    *("load_indicators", "load_observations", "load_findings", "load_transcripts"),
    *("load_areas", "load_catalogue", "load_sources", "describe_columns"),
    *("load_panel", "change_over", "grow", "rank_within", "judge_many", "follow_standing"),
    "sum_communes",
    *("match_areas", "to_wide", "export", "cite", "validate", "suite_parameters", "make_table"),
    *("open_brief", "open_profile", "open_trends", "open_quality"),
    *("plot_tile_map", "show_figure", "__version__"),
}
"""The front door: these names hold; one that is added is added here, none goes."""


def test_the_names_of_the_front_door_hold() -> None:
    import cchc_analysis as cchc

    assert set(dir(cchc)) == NAMES


def test_every_name_of_the_front_door_shows_a_run_example() -> None:
    import cchc_analysis as cchc

    named = NAMES - {"__version__"}
    assert [
        name for name in sorted(named) if ">>>" not in (getattr(cchc, name).__doc__ or "")
    ] == []


def test_every_section_is_a_method_of_what_is_opened() -> None:
    from cchc_analysis.brief import Brief, Quality
    from cchc_analysis.brief.board import Board

    for opened, count in ((Brief, 16), (Board, 12), (Quality, 7)):
        shows = [name for name in vars(opened) if name.startswith("show_")]
        assert len(shows) >= count
        assert all(getattr(opened, name).__doc__ for name in shows)


def test_every_public_name_is_in_the_reference() -> None:
    import cchc_analysis as cchc

    told = (ROOT / "docs" / "reference" / "python.md").read_text("utf-8")
    assert {
        name
        for name in dir(cchc)
        if not name.startswith("__")
        and not re.search(rf"^::: cchc_analysis\.\w+\.{name}$", told, re.MULTILINE)
    } == set()


def test_every_command_is_in_the_reference() -> None:
    from cchc_analysis.cli import build_parser

    told = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    [commands] = [each for each in build_parser()._actions if each.dest == "==SUPPRESS=="] or [
        each for each in build_parser()._actions if hasattr(each, "choices") and each.choices
    ]
    assert [name for name in commands.choices if f"`cchc {name}" not in told] == []
