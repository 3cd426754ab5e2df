"""The site over several builds: what is made again, what stays, and what a fault leaves behind."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from brief_work import PROVINCES, Here, copy_site, name_task, process_once
from cchc_analysis import pipeline
from cchc_analysis.brief import downloads
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.data.trace import CITATION
from cchc_analysis.site import build as site_module
from cchc_analysis.site.build import Site
from cchc_analysis.site.store import Build as Ledgered
from conftest import ROOT, Replace

REPORT = "data/raw/transcripts/song_may_2022_h1.csv"
PLAN = "data/raw/transcripts/song_may_2022_plan.csv"
OWN = {f"{lang}/991-song-may/2022-h1" for lang in ("vi", "en")}
PEER = {f"{lang}/992-dong-gio/2022-h1" for lang in ("vi", "en")}
QUALITY = {f"{lang}/quality{part}" for lang in ("vi", "en") for part in ("", "/990-thu-nghiem")}

Build = Callable[..., tuple[Site, set[str]]]


@pytest.fixture
def build(processed: Project, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Build the site of the made-up project; tells which pages notebooks would have made."""
    monkeypatch.setattr(pipeline, "process", process_once)

    def run(failing: str = " ", **options: bool) -> tuple[Site, set[str]]:
        here = Here(name_task, failing)
        monkeypatch.setattr(site_module, "open_workforce", here)
        site = pipeline.build_site(processed, **options)
        return site, here.made

    return run


@pytest.fixture(scope="module")
def built_once(
    processed_once: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Site, set[str]]:
    """The made-up project with its site, made once and only to be copied; what was made."""
    root = tmp_path_factory.mktemp("built") / "project"
    project = Project(shutil.copytree(processed_once.root, root))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "process", process_once)
        here = Here(name_task)
        patch.setattr(site_module, "open_workforce", here)
        site = pipeline.build_site(project)
    return project, site, here.made


@pytest.fixture
def pages(
    processed: Project, built_once: tuple[Project, Site, set[str]], monkeypatch: pytest.MonkeyPatch
) -> int:
    """How many pages the site has, which was built before the test begins."""
    monkeypatch.setattr(pipeline, "process", process_once)
    monkeypatch.setattr(site_module, "open_workforce", Here(name_task))
    project, site, _ = built_once
    copy_site(project, processed.root)
    return site.pages


def profiles_of(briefs: set[str]) -> set[str]:
    """The profiles of the areas of briefs: they lie in the folders above."""
    return {folder.rpartition("/")[0] for folder in briefs}


PROFILES = profiles_of(OWN | PEER)


def looks(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("pages")
def test_nothing_changed_nothing_is_done(
    build: Build,
    processed: Project,
    built_once: tuple[Project, Site, set[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, first, made = built_once
    assert made == OWN | PEER | PROFILES | QUALITY
    before = looks(processed.site)
    monkeypatch.setattr(pipeline, "process", lambda _: pytest.fail("processed again"))
    again, made = build()
    assert (again.pages, again.built, made) == (first.pages, 0, set())
    assert looks(processed.site) == before


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(("figure", "peers"), [(",50,", set()), (",1.250,", PEER)])
def test_one_figure_changed_reaches_its_own_pages_and_those_that_compare_it(
    build: Build, processed: Project, replace: Replace, figure: str, peers: set[str]
) -> None:
    before = looks(processed.site)
    replace(REPORT, figure, figure.replace("0,", "1,"))
    _, made = build()
    assert made == OWN | peers | profiles_of(OWN | peers) | QUALITY
    after = looks(processed.site)
    changed = {name for name in after if after[name][1] != before[name][1]}
    assert {name.partition("/2022-h1")[0] for name in changed if "2022-h1" in name} == {
        f"{lang}/991-song-may" for lang in ("vi", "en")
    }
    same = {name for name in after if after[name] == before[name]}
    others = {name for name in after if "992-dong-gio" in name and not peers}
    assert others <= same, "written again"


@pytest.mark.usefixtures("pages")
def test_a_site_told_its_address_has_a_sitemap(processed: Project) -> None:
    assert not (processed.site / "sitemap.xml").exists()
    site = pipeline.build_site(processed, url="https://example.org/")
    assert (site.built, site.errors) == (0, ())
    sitemap = (processed.site / "sitemap.xml").read_text("utf-8")
    assert sitemap.count("<loc>https://example.org/") == site.pages


def test_panels_alone_make_a_site(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may hold tables of many areas and no report."""
    sources = project.raw / "sources.csv"
    sources.write_text(sources.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    shutil.rmtree(project.raw / "transcripts")
    panels, real = project.raw / "panels", ROOT / "data" / "raw" / "panels"
    panels.mkdir()
    # Of the figures those of a few provinces, whose id is the sixth cell.
    of_few = rf"pci_201\d,(?:[^,]*,){{4}}(?:{'|'.join(PROVINCES)}),"
    for name, wanted in (("sources.csv", r"pci_201\d,"), ("published_indices.csv", of_few)):
        head, *rows = (real / name).read_text("utf-8").splitlines()
        kept = [row for row in rows if re.match(wanted, row)]
        assert kept
        (panels / name).write_text("\n".join([head, *kept, ""]), "utf-8")
    here = Here(name_task)
    monkeypatch.setattr(site_module, "open_workforce", here)
    site = pipeline.build_site(project)
    assert not site.errors
    kinds = {folder.split("/")[1] for folder in here.made}
    assert "trends" in kinds
    assert any(kind[:2].isdigit() for kind in kinds), "no profile"
    assert_whole(project.site, site.pages)


INPUTS = (
    *(REPORT, PLAN, "data/raw/sources.csv", "data/raw/panels/new.csv"),
    *("data/raw/reports/song_may_2022_h1.txt", "CITATION.cff", "requirements.lock"),
    *(f"data/reference/{name}.csv" for name in ("areas", "area_changes", "units", "targets")),
    *(f"data/reference/{name}.csv" for name in ("indicators", "remarks", "corrections", "breaks")),
    *("expectations/indicators.json", "expectations/identities.json"),
    *("notebooks/district_brief.ipynb", "notebooks/data_quality.ipynb"),
    *("notebooks/brief_annex.ipynb", "notebooks/report.yml", "notebooks/page/cards.html.j2"),
    *(f"notebooks/page/{name}" for name in ("index.html.j2", "page.css", "strings.csv")),
)


@pytest.mark.parametrize("name", INPUTS)
def test_whatever_changes_the_site_is_not_taken_for_current(processed: Project, name: str) -> None:
    before = pipeline._stamp(processed, None)
    assert pipeline._stamp(processed, None) == before
    path = processed.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = path.read_bytes() if path.is_file() else b""
    path.write_bytes(content + b"\n")
    changed = pipeline._stamp(processed, None)
    path.write_bytes(content)
    assert changed != before


@pytest.mark.parametrize("what", ["key_of_package", "version"])
def test_other_code_makes_another_site(
    processed: Project, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = pipeline._stamp(processed, None)
    monkeypatch.setattr(site_module, what, lambda *_: "another")
    assert pipeline._stamp(processed, None) != before


@pytest.mark.usefixtures("pages")
def test_force_makes_all_again(build: Build) -> None:
    assert build(force=True)[1] == OWN | PEER | PROFILES | QUALITY


def test_a_build_that_was_stopped_goes_on(
    build: Build, processed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    take = site_module.Contents.take

    def stop_after_two(contents, page, *given) -> None:
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(page.folder)
        take(contents, page, *given)

    monkeypatch.setattr(site_module, "open_workforce", Here(name_task))
    with monkeypatch.context() as patch:
        patch.setattr(site_module.Contents, "take", stop_after_two)
        with pytest.raises(
            KeyboardInterrupt, match=r"no site yet\. Kept for the next run: 2 pages"
        ):
            pipeline.build_site(processed)
    assert not processed.site.exists()
    _, made = build()
    assert len(made) == len(OWN | PEER | PROFILES | QUALITY) - 2


@pytest.mark.parametrize("stage", ["process", "_without", "building.render_site"])
def test_stopped_at_any_stage_it_says_what_is_there(
    pages: int,
    processed: Project,
    replace: Replace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stage: str,
) -> None:
    before = looks(processed.site)
    replace(REPORT, ",50,", ",51,")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"cchc_analysis.pipeline.{stage}", stop)
    assert main(["--root", str(processed.root), "site"]) == 130
    told = capsys.readouterr().err
    assert f"the site in {processed.site} is as it was, {pages} pages" in told
    assert looks(processed.site) == before


@pytest.mark.usefixtures("pages")
def test_stopped_after_the_swap_it_says_so(
    build: Build, processed: Project, replace: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(REPORT, ",50,", ",51,")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledgered, "_write_ledger", stop)
        with pytest.raises(KeyboardInterrupt, match="the new site is there and whole"):
            build()
    assert_whole(processed.site, build()[0].pages)


@pytest.mark.usefixtures("pages")
def test_a_fault_is_told_by_every_run(
    processed: Project, replace: Replace, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (processed.root / PLAN).read_text("utf-8").splitlines()
    other = processed.root / PLAN
    replace(PLAN, text[-1], text[-1].replace(",", ";"))
    for folder in OWN:
        assert (processed.site / folder).is_dir()
    codes = [main(["--root", str(processed.root), "site", "--quiet"]) for _ in range(2)]
    assert codes == [3, 3]
    assert capsys.readouterr().err.count(other.stem) >= 2


def test_a_page_that_failed_is_tried_again_though_nothing_changed(build: Build) -> None:
    build("vi/992")
    assert build()[1] == {
        *("vi/992-dong-gio", "vi/992-dong-gio/2022-h1"),
        *("vi/quality", "vi/quality/990-thu-nghiem"),
    }
    assert build()[1] == set()


@pytest.mark.usefixtures("pages")
def test_a_page_that_failed_after_a_change_of_reference_data_is_tried_again(
    build: Build, replace: Replace
) -> None:
    """It shows what it showed, which was made of the former label."""
    old = "Dossiers received, carried-over"
    replace("data/reference/indicators.csv", old, "Dossiers taken, carried-over")
    wanted = "en/991-song-may/2022-h1"
    site, made = build("en/991")
    assert (wanted in made, bool(site.problems)) == (True, True)
    assert wanted in build()[1]
    assert build()[1] == set()


def test_the_page_on_all_briefs_is_made_of_those_that_are_there(
    processed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told of no brief that failed, and made again when that one is there."""
    told = []

    class Watched(Here):
        def submit(self, task):
            if task.folder == "vi/quality":
                told.append([json.loads(each)["area_id"] for each in task.graded])
            return super().submit(task)

    monkeypatch.setattr(pipeline, "process", process_once)
    for failing in ("vi/992", " "):
        monkeypatch.setattr(site_module, "open_workforce", Watched(name_task, failing))
        pipeline.build_site(processed)
    assert told == [["991"], ["991", "992"]]


@pytest.mark.parametrize(
    ("name", "expected"), [("", (1, site_module.FEWEST_SHARED)), ("brief_annex", (2, 1))]
)
def test_few_pages_share_a_process_and_those_of_a_changed_notebook_none(
    processed: Project, monkeypatch: pytest.MonkeyPatch, name: str, expected: tuple[int, int]
) -> None:
    given = []

    class Watched(Here):
        def __call__(self, workers, orders):
            given.append((workers.count, orders.jobs_a_child))
            return super().__call__(workers, orders)

    if name:
        path = processed.notebooks / f"{name}.ipynb"
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    monkeypatch.setattr(pipeline, "process", process_once)
    monkeypatch.setattr(site_module, "open_workforce", Watched(name_task))
    pipeline.build_site(processed, workers=pipeline.Workers(2))
    assert given == [expected]


@pytest.mark.usefixtures("pages")
def test_a_broken_plan_keeps_the_former_pages_and_says_so(
    build: Build, processed: Project, replace: Replace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = looks(processed.site / "vi" / "991-song-may" / "2022-h1")
    text = (processed.root / PLAN).read_text("utf-8").splitlines()
    replace(PLAN, text[-1], text[-1].replace(",", ";"))
    site, made = build()
    assert set(site.kept) == OWN
    assert not made & OWN
    assert looks(processed.site / "vi" / "991-song-may" / "2022-h1") == before
    assert main(["--root", str(processed.root), "site", "--quiet"]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "2 pages left as before, as a source was set aside: " in told.err
    assert "song_may_2022_plan" in told.err


def test_two_builds_at_once_one_is_refused(
    processed: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with site_module.open_site(processed.site):
        assert main(["--root", str(processed.root), "site"]) == 2
    assert "has been writing into it; expected one command at a time" in capsys.readouterr().err


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from brief_work import Here, name_task
from cchc_analysis.site.build import open_site, render_site
from cchc_analysis.site import build as site_module
from cchc_analysis.data.reference import Project
from cchc_analysis.data.store import list_inputs, load
from dataclasses import replace
project = Project(Path(sys.argv[2]))
reference, tables = load(project)
site_module.open_workforce = Here(name_task)
print("ready", flush=True)
for turn in range(10**6):
    told = replace(tables, sources=tables.sources.assign(title=f"turn {turn}"))
    with open_site(project.site) as build:
        render_site(project, told, reference, build)
    print(turn, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two renames are needed")
@pytest.mark.parametrize(
    "times", [pytest.param(2, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.soak)]
)
def test_killed_at_random_moments_the_site_is_whole(
    build: Build, processed: Project, times: int
) -> None:
    chance = random.SystemRandom()
    first, _ = build()
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(processed.root)]
    paths = os.pathsep.join(str(Path(path).absolute()) for path in sys.path)
    for _ in range(times):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
        ) as running:
            assert running.stdout
            running.stdout.readline()
            time.sleep(chance.uniform(0, 3))
            running.send_signal(signal.SIGKILL)
        assert_whole(processed.site, first.pages)
    site, _ = build()
    assert site.pages == first.pages
    assert_whole(processed.site, first.pages)


def assert_whole(site: Path, pages: int) -> None:
    """All pages are there, and all of one build."""
    assert len(list(site.rglob("*.html"))) == pages
    told = {
        line for path in site.rglob("brief.json") for line in path.read_text("utf-8").splitlines()
        if '"title": "turn' in line
    }  # fmt: skip
    assert len(told) <= 1, "pages of two builds"


@pytest.mark.usefixtures("pages")
def test_a_changed_figure_writes_only_the_tables_that_hold_it(
    build: Build, processed: Project, replace: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are taken as they were, and come out as where all are written."""
    told: dict[str, bool] = {}
    write = downloads.write_csv

    def note(folder, name, *given):
        told[name] = not given[-1]
        return write(folder, name, *given)

    monkeypatch.setattr(downloads, "write_csv", note)
    replace(REPORT, ",50,", ",51,")
    build()
    written = {name for name in ("observations", "indicators", "findings", "sources") if told[name]}
    assert {"observations", "indicators"} <= written
    assert "sources" not in written
    first = {path.name: path.read_bytes() for path in processed.site.glob("data/*.*")}
    build(force=True)
    assert told["sources"], "by force all are written"
    assert {path.name: path.read_bytes() for path in processed.site.glob("data/*.*")} == first
    (processed.root / CITATION).write_text("title: Another name\n", "utf-8")
    build()
    (book,) = processed.site.glob("data/*/*.xlsx")
    with zipfile.ZipFile(book) as archive:
        assert any(b"Another name" in archive.read(name) for name in archive.namelist())
