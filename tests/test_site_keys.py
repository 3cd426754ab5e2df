"""What a change of reference data or of a string rebuilds: the pages that read it, no others."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from brief_work import Here, copy_site, name_task, tell_page
from cchc_analysis.brief.opening import find_context
from cchc_analysis.brief.render import NOTEBOOK
from cchc_analysis.data import store
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.data.words import Words
from cchc_analysis.site import build as site_module
from cchc_analysis.site.keys import Held, Seen, WatchedReference, watch_words, write_names
from cchc_analysis.site.pages import Task
from cchc_analysis.site.store import Build as Ledgered
from conftest import Replace

OWN = {f"{lang}/991-song-may/2022-h1" for lang in ("vi", "en")}
PEER = {f"{lang}/992-dong-gio/2022-h1" for lang in ("vi", "en")}
QUALITY = {f"{lang}/quality{part}" for lang in ("vi", "en") for part in ("", "/990-thu-nghiem")}
ROOT = Path(__file__).resolve().parents[1]

Build = Callable[[], set[str]]


def build_site(project: Project, tables: Tables) -> set[str]:
    """Build the site of a project, whose tables stay; tells which pages are made."""
    here = Here(tell)
    reference = load_reference(project.reference)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_module, "open_workforce", here)
        with site_module.open_site(project.site) as work:
            site_module.render_site(project, tables, reference, work)
    return here.made


@pytest.fixture(scope="module")
def first(
    processed_once: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, set[str]]:
    """The made-up project with its first site, only to be copied; the pages that were made."""
    root = tmp_path_factory.mktemp("first") / "project"
    project = Project(shutil.copytree(processed_once.root, root))
    return project, build_site(project, store.load(project)[1])


@pytest.fixture
def build(first: tuple[Project, set[str]], processed: Project) -> Build:
    """Build the site once more."""
    copy_site(first[0], processed.root)
    return partial(build_site, processed, store.load(processed)[1])


def tell(task: Task) -> str:
    """The page of a brief, told from the reference that the process was given."""
    if task.notebook != NOTEBOOK:
        return name_task(task)
    [context] = filter(None, [find_context()])
    given = task.parameters
    return tell_page(context.open_brief(given["district"], given["period"], given["lang"]))


def add(processed: Project, name: str, row: str) -> None:
    with (processed.reference / f"{name}.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")


def test_a_target_of_an_area_rebuilds_its_pages(
    first: tuple[Project, set[str]], build: Build, processed: Project
) -> None:
    assert first[1] >= OWN | PEER | QUALITY
    assert build() == set()
    head, row = (processed.reference / "targets.csv").read_text("utf-8").splitlines()[:2]
    cells = dict(zip(head.split(","), row.split(","), strict=False))
    changed = cells | {"target_id": "made_up", "area_id": "991"}
    add(processed, "targets", ",".join(changed[name] for name in head.split(",")))
    assert build() == OWN, "what is known of the brief is the same, and so is the page on quality"


def test_where_no_reference_data_has_changed_nothing_is_looked_up(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Held, "key", lambda *_: pytest.fail("looked up"))
    assert build() == set()


def test_an_alias_that_no_page_reads_rebuilds_no_page_of_an_area(
    build: Build, processed: Project
) -> None:
    head = (processed.reference / "area_aliases.csv").read_text("utf-8").splitlines()[0]
    cells = {"alias": "Sông Mây Cũ", "area_id": "991"}
    add(processed, "area_aliases", ",".join(cells.get(name, "") for name in head.split(",")))
    assert not build() & (OWN | PEER)


def test_a_label_rebuilds_the_pages_that_show_it(build: Build, replace: Replace) -> None:
    old = "Dossiers received, carried-over"
    replace("data/reference/indicators.csv", old, "Dossiers taken, carried-over")
    assert build() >= {each for each in OWN if each.startswith("en/")}


@pytest.mark.parametrize("is_backwards", [False, True])
def test_what_a_stopped_build_made_of_other_reference_data_is_not_shown(
    build: Build,
    processed: Project,
    replace: Replace,
    monkeypatch: pytest.MonkeyPatch,
    is_backwards: bool,
) -> None:
    def find(work: Ledgered, start: str) -> list[str]:  # a folder lists its names in any order
        return sorted(found(work, start), reverse=is_backwards)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    found, old, new = (
        Ledgered.find,
        "Dossiers received, carried-over",
        "Dossiers taken, carried-over",
    )
    monkeypatch.setattr(Ledgered, "find", find)
    before = {path: path.read_bytes() for path in processed.site.rglob("*.html")}
    replace("data/reference/indicators.csv", old, new)
    with monkeypatch.context() as patch:
        patch.setattr(Ledgered, "publish", stop)
        with pytest.raises(KeyboardInterrupt):
            build()
    replace("data/reference/indicators.csv", new, old)
    assert build() == set()
    assert {path: path.read_bytes() for path in processed.site.rglob("*.html")} == before


@pytest.fixture
def watched() -> tuple[Any, Seen]:
    seen: Seen = defaultdict(set)
    return WatchedReference(load_reference(ROOT / "data" / "reference"), seen), seen


def key(seen: Seen, **changed: Any) -> str:
    from dataclasses import replace

    reference = load_reference(ROOT / "data" / "reference")
    return Held(replace(reference, **changed), []).key(write_names(seen))


def test_only_what_was_read_counts(watched: tuple[Any, Seen]) -> None:
    reference, seen = watched
    reference.unit_rows["dossier"]
    reference.area_rows.get("183")
    plain = load_reference(ROOT / "data" / "reference")
    target = plain.target_results["target_indicator"].iloc[0]
    reference.rows_where("target_results", "target_indicator", target)
    before = key(seen)
    areas, units = plain.areas.copy(), plain.units.copy()
    areas.loc[areas["area_id"] != "183", "name"] = "another"
    assert key(seen, areas=areas) == before
    areas.loc[areas["area_id"] == "183", "name"] = "another"
    assert key(seen, areas=areas) != before
    units.loc[units["unit"] == "dossier", "label_en"] = "another"
    assert key(seen, units=units) != before
    related = plain.target_results.copy()
    related.loc[related["target_indicator"] == target, "relation"] = "another"
    assert key(seen, target_results=related) != before


@pytest.mark.parametrize("ask", [len, lambda rows: next(iter(rows))], ids=["count", "first"])
def test_going_through_rows_reads_them_all(
    watched: tuple[Any, Seen], ask: Callable[[Any], object]
) -> None:
    reference, seen = watched
    assert ask(reference.unit_rows)
    plain = load_reference(ROOT / "data" / "reference")
    more = plain.units.iloc[[0]].assign(unit="another")
    import pandas as pd

    assert key(seen, units=pd.concat([plain.units, more])) != key(seen)


def test_a_call_counts_by_what_it_gives_now(watched: tuple[Any, Seen]) -> None:
    reference, seen = watched
    table = reference.tabulate_areas(each for each in ("183", "184"))  # gone through only once
    assert list(table.index) == ["183", "184"]
    areas = load_reference(ROOT / "data" / "reference").areas
    before, named = key(seen), {each: areas.copy() for each in ("184", "185")}
    for area_id, changed in named.items():
        changed.loc[changed["area_id"] == area_id, "name"] = "another"
    assert key(seen, areas=named["185"]) == before
    assert key(seen, areas=named["184"]) != before


def test_a_call_by_name_counts_where_it_can_no_longer_be_answered(
    watched: tuple[Any, Seen],
) -> None:
    """The page then says so itself; the build goes on."""
    reference, seen = watched
    assert reference.match_area("Lạng Sơn", level="province") == "20"
    areas = load_reference(ROOT / "data" / "reference").areas
    before, gone = key(seen), areas[~areas["name"].str.contains("Lạng Sơn")].copy()
    assert key(seen, areas=areas.copy()) == before
    assert key(seen, areas=gone) != before


def test_a_string_that_is_not_there_was_asked_for_as_well() -> None:
    seen: Seen = defaultdict(set)
    words = Words("en", {"a": "one", "b": "two"})
    watch_words(words, seen)
    assert words.say("a") == "one"
    assert not words.has("c")
    reference = load_reference(ROOT / "data" / "reference")

    def of(**texts: str) -> str:
        return Held(reference, [Words("en", texts)]).key(write_names(seen))

    assert of(a="one", b="two") == of(a="one", b="three")
    assert of(a="one") != of(a="two")
    assert of(a="one") != of(a="one", c="there now")
