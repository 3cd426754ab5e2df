"""From a notebook to a page: what is refused, what is named, what is left alone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from brief_work import (
    PLAIN_REPORT,
    PROJECT,
    Here,
    build_here,
    list_values,
    load_few,
    load_real,
    load_words_of,
    make_tables,
    name_task,
    open_made_up,
    open_real_briefs,
    tell_annex,
    tell_page,
)
from cchc_analysis.brief import list_briefs
from cchc_analysis.brief.board import list_told
from cchc_analysis.brief.opening import Context, find_context
from cchc_analysis.brief.render import (
    ANNEX_NOTEBOOK,
    NOTEBOOK,
    PROFILE_NOTEBOOK,
    QUALITY_NOTEBOOK,
    TRENDS_NOTEBOOK,
    _hash_script,
    build_pages,
    check_page,
    check_parameters,
)
from cchc_analysis.brief.report import load_report
from cchc_analysis.brief.templates import SISTERS
from cchc_analysis.data.files import hash_file, write_json
from cchc_analysis.data.owned import note_files
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import BriefError, CommandError
from cchc_analysis.site import build as site_module
from cchc_analysis.site import pages as pages_module
from cchc_analysis.site.build import Site, Workers, open_site, render_site
from cchc_analysis.site.jobs import do_job
from cchc_analysis.site.pages import Task, list_pages, tell_once
from cchc_analysis.site.single import build_brief, put_files
from cchc_analysis.site.slices import Slices
from cchc_analysis.site.store import LIST

CHEAP = """
from markupsafe import Markup

from cchc_analysis.brief.templates import Section

Section(Markup("<h1>" + district + period + lang + "</h1>" + "".join(
    f'<h2 id="{part}"></h2>'
    for part in "summary key areas plan trend peers contradictions notes".split()
)))
"""
"""A notebook that needs no data, so that a test of the way does not wait for what it carries."""

CHEAP_QUALITY = """
from markupsafe import Markup

from cchc_analysis.brief.templates import Section

Section(Markup("<h1>" + lang + "</h1>" + "".join(
    f'<h2 id="{part}"></h2>'
    for part in "counts contradictions remarks rules matrix definitions completeness grades".split()
)))
"""

CHEAP_PROFILE = """
from markupsafe import Markup

from cchc_analysis.brief.templates import Section

Section(Markup("<h1>" + area + lang + "</h1>" + "".join(
    f'<h2 id="{part}"></h2>' for part in "more methods".split()
)))
"""

CHEAP_TRENDS = """
from markupsafe import Markup

from cchc_analysis.brief.templates import Section

Section(Markup("<h1>" + indicator + lang + "</h1>" + "".join(
    f'<h2 id="{part}"></h2>' for part in "coverage series spread change ranking methods".split()
)))
"""


def write_notebook(path: Path, *cells: str, parameters: str = "") -> Path:
    known = parameters or 'district: str = "x"\nperiod: str = "2024-H1"\nlang: str = "vi"\n'
    tagged: list[tuple[str, list[str]]] = [(known, ["parameters"]), *((cell, []) for cell in cells)]
    notebook: dict[str, Any] = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"display_name": "", "language": "python", "name": "python3"}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "execution_count": None,
                "metadata": {"tags": tags},
                "outputs": [],
                "source": source,
            }
            for number, (source, tags) in enumerate(tagged)
        ],
    }
    path.write_text(json.dumps(notebook), "utf-8")
    return path


@pytest.fixture
def notebooks(tmp_path: Path) -> Project:
    """A project that has the page template, what a brief shows, and nothing else."""
    project = Project(tmp_path)
    shutil.copytree(PROJECT.notebooks / "page", project.notebooks / "page")
    shutil.copy(PROJECT.notebooks / "report.yml", project.notebooks)
    return project


def parameters(**more: str) -> dict[str, str]:
    return {"district": "Cao Lộc", "period": "2024-H1", "lang": "vi"} | more


def test_a_misspelt_parameter_is_refused_before_a_kernel_starts(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "x.ipynb", "1 / 0")
    with pytest.raises(
        CommandError, match=r"no parameter 'distrit'.*district, period, lang"
    ) as error:
        check_parameters(notebook, ["distrit", "period"])
    assert error.value.exit_code == 2


def test_the_brief_takes_the_three_parameters_that_we_give_it() -> None:
    check_parameters(PROJECT.notebooks / NOTEBOOK, parameters())


def test_a_notebook_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match=r"nothing\.ipynb: no such notebook"):
        check_parameters(tmp_path / "nothing.ipynb", parameters())


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((CHEAP, "undefined_thing"), r"cell “undefined_thing”: NameError.*Open the notebook"),
        (("None",), "no part summary, key"),
        ((CHEAP, "import os; os._exit(0)"), "code 0 and left nothing"),
    ],
    ids=["broken", "empty", "ended"],
)
def test_a_page_that_cannot_be_made_leaves_the_former_one(
    processed: Project, cells: tuple[str, ...], said: str
) -> None:
    write_notebook(processed.notebooks / NOTEBOOK, *cells)
    out = processed.root / "page.html"
    out.write_text("former", "utf-8")
    note_files([out], processed.build)
    with pytest.raises(BriefError, match=said) as error:
        build_brief(processed, "Sông Mây", "2022-H1", "vi", out)
    assert error.value.exit_code == 6
    assert out.read_text("utf-8") == "former"


def test_a_page_shows_outputs_and_no_code_and_is_the_same_every_time(notebooks: Project) -> None:
    noisy = 'import warnings\nwarnings.warn("a path: over-there/x")\nprint("noise")'
    notebook = write_notebook(notebooks.notebooks / NOTEBOOK, noisy, CHEAP)
    pages = [build_pages(notebooks, notebook, parameters(district="<b>"))[""] for _ in range(2)]
    assert pages[0] == pages[1]
    assert "noise" not in pages[0]
    assert "over-there" not in pages[0]
    assert "import" not in pages[0].split("</style>")[1]
    assert '<html lang="vi">' in pages[0]


def test_a_page_needs_one_main_heading() -> None:
    page = tell_page(open_made_up(make_tables(PLAIN_REPORT)))
    check_page(page, "x")
    with pytest.raises(BriefError, match="2 main headings"):
        check_page(page.replace("</main>", "<h1>Another</h1></main>"), "x")


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(BriefError, match=r"expected a place that can be written to") as error:
        put_files(tmp_path / "file", {"page.html": b"x"})
    assert error.value.exit_code == 6


def test_a_note_leads_back_to_the_table_and_only_once() -> None:
    page = tell_annex(max(open_real_briefs(), key=lambda brief: len(brief.entries)))
    backs = re.findall(r'<a href="#(u-[^"]+)">↩</a>', page)
    homes = re.findall(r'<td>(?:[^<]|<(?!td))*?<a id="(u-[^"]+)" href="#n-', page)
    assert len(backs) > 50
    assert set(backs) <= set(re.findall(r' id="(u-[^"]+)"', page))
    assert len(homes) == len(set(homes)) == page.count(' id="u-')


# The site


@pytest.fixture
def run() -> Any:
    """The real tables."""
    return load_few()


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    """The site of these tables, of pages that say no more than their names; only to be copied."""
    reference, tables = load_few()
    out = tmp_path_factory.mktemp("named") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_module, "open_workforce", Here(name_task))
        return build_here(tables, reference, out), out


def test_one_brief_that_fails_keeps_its_former_page_and_stops_no_other(
    run: Any, named: tuple[Site, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, tables = run
    site = shutil.copytree(named[1].parent, tmp_path / "named") / "site"
    former = {path.name: path.read_bytes() for path in (site / "vi/183-cao-loc/2024-h1").iterdir()}
    is_other = tables.sources["source_id"] != "cao_loc_2024_h1"
    titles = tables.sources["title"].where(is_other, "another")
    changed = replace(tables, sources=tables.sources.assign(title=titles))
    monkeypatch.setattr(site_module, "open_workforce", Here(name_task, "vi/183-cao-loc/"))
    told = build_here(changed, reference, site)
    kept = {path.name: path.read_bytes() for path in (site / "vi/183-cao-loc/2024-h1").iterdir()}
    assert kept == former
    assert b"another" in (site / "en/183-cao-loc/2024-h1/brief.json").read_bytes()
    assert [each.where for each in told.problems] == ["183 2024-H1 vi: vi/183-cao-loc/2024-h1"]
    here = Here(name_task)
    monkeypatch.setattr(site_module, "open_workforce", here)
    assert build_here(changed, reference, site).built == 1, "what others know of it is as it was"
    assert here.made == {"vi/183-cao-loc/2024-h1"}


def test_when_no_brief_can_be_built_the_former_site_stays(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, tables = run
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("former", "utf-8")
    (tmp_path / "site" / "pages.json").write_text("[]", "utf-8")
    hashes = {path.name: hash_file(path) for path in (tmp_path / "site").iterdir()}
    write_json(tmp_path / "site" / LIST, {"command": "cchc site", "outputs": hashes})
    monkeypatch.setattr(site_module, "open_workforce", Here(name_task, ""))
    with pytest.raises(BriefError, match="expected a finished page"):
        build_here(tables, reference, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text("utf-8") == "former"


def test_a_folder_that_holds_something_else_is_refused(run: Any, tmp_path: Path) -> None:
    reference, tables = run
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(CommandError, match="nothing was touched"):
        build_here(tables, reference, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_site_has_an_index_per_language_that_links_every_brief(
    run: Any, named: tuple[Site, Path]
) -> None:
    reference, tables = run
    site, folder = named
    places = list_briefs(tables, reference)
    for lang in ("vi", "en"):
        index = (folder / lang / "index.html").read_text("utf-8")
        hrefs = list_values("href", index)
        links = {each for each in hrefs if re.fullmatch(r"\d+-[\w-]+/[\w-]+/index\.html", each)}
        assert len(links) == len(places)
        assert all((folder / lang / link).is_file() for link in links)
        assert 'class="bar doubt"' in index
    trends = len(list_told(tables, reference))
    told = [path for path in folder.rglob("*.html") if path.name != "annex.html"]
    assert site.pages == len(told)
    assert site.pages > 2 * (len(places) + trends + len(SISTERS)) + 1  # provinces, areas, A to Z
    root = (folder / "index.html").read_text("utf-8")
    doors = {f"{lang}/{name}" for lang in ("vi", "en") for name in SISTERS}
    assert {f"{door.rstrip('/')}/index.html" for door in doors} <= set(list_values("href", root))


@pytest.mark.slow
def test_the_real_notebook_says_what_its_functions_say(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    build_brief(PROJECT, "Cao Lộc", "2024-H1", "vi", page)
    reference, tables = load_real()
    from cchc_analysis.brief import open_brief

    told = tell_page(open_brief(tables, reference, load_words_of("vi"), "183", "2024-H1"))
    assert page.read_text("utf-8") == told


@pytest.mark.slow
def test_the_site_is_built_by_processes_of_its_own(notebooks: Project) -> None:
    write_notebook(notebooks.notebooks / NOTEBOOK, CHEAP)
    write_notebook(notebooks.notebooks / ANNEX_NOTEBOOK, CHEAP)
    lang = 'lang: str = "vi"\n'
    of_province = f'province: str = ""\n{lang}'
    write_notebook(notebooks.notebooks / QUALITY_NOTEBOOK, CHEAP_QUALITY, parameters=of_province)
    of_area = f'area: str = ""\n{lang}'
    write_notebook(notebooks.notebooks / PROFILE_NOTEBOOK, CHEAP_PROFILE, parameters=of_area)
    known = "".join(f'{name}: str = ""\n' for name in ("indicator", "areas", "first", "last"))
    write_notebook(notebooks.notebooks / TRENDS_NOTEBOOK, CHEAP_TRENDS, parameters=f"{known}{lang}")
    reference, tables = load_few()
    with open_site(notebooks.root / "site") as work:
        site = render_site(notebooks, tables, reference, work, Workers(2))
    assert not site.problems
    slices = Slices(tables, reference, load_report(notebooks.notebooks, reference))
    assert site.built == len(list(list_pages(slices, tables, reference))) > 10


def test_the_hash_of_a_script_is_that_of_the_file_as_it_is_now(tmp_path: Path) -> None:
    script = tmp_path / "filter.js"
    said = [_hash_script(script)]
    for text in ("one()\n", "other()\n"):
        script.write_text(text, "utf-8")
        said.append(_hash_script(script))
    assert said[0] == ""
    assert len(set(said)) == 3


def test_a_brief_that_cannot_be_told_beforehand_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is wrong with it is said when its own turn comes; nothing of it is left open."""
    reference, tables = load_few()
    place = list_briefs(tables, reference)[0]
    task = Task(
        folder="x",
        notebook=NOTEBOOK,
        parameters={"district": "nowhere", "period": "2022", "lang": "vi"},
        tables=tables,
        documents={},
    )
    assert "nowhere" in do_job(partial(tell_once, PROJECT, reference), task).found
    good = {"district": place[0], "period": place[1], "lang": "vi"}
    told: list[str] = []

    def beside(_: Context, parameters: Mapping[str, str]) -> dict[str, bytes]:
        told.append(parameters["district"])
        return {}

    monkeypatch.setattr(pages_module, "put_beside", beside)
    tell_once(PROJECT, reference, replace(task, parameters=good))
    assert told == [place[0]]
    assert find_context() is None
