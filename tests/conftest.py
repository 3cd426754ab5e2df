"""A small project of made-up districts, for every test that needs one.

Reference data, suites and notebooks are the real ones; sources, figures and areas are made up, so
that no test depends on what a real report says. A fault is planted in a copy.
"""

from __future__ import annotations

import copy
import gc
import hashlib
import os
import pickle
import shutil
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from filelock import FileLock

from cchc_analysis import rules
from cchc_analysis.data import areas, outside, reference, system
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.system import import_jsonschema
from cchc_analysis.errors import Problem
from cchc_analysis.read import recognise
from cchc_analysis.rules import suites

import_jsonschema()

ROOT = Path(__file__).resolve().parents[1]
MADE_UP = Path(__file__).resolve().parent / "made_up"

Replace = Callable[[str, str, str], None]

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
"""The browser of this machine, if it has one."""
SLOW = 50
"""So many usual tests take as long as a slow one."""
HEAVY_FIXTURES = frozenset({"apart", "browser", "visits", "scheduler"})
"""What takes a program of its own and a while to start: the tests that use it are slow ones."""


def make_first(made: dict[Any, Any], key: Hashable, make: Callable[[], Any]) -> Any:
    """What was made of a key before; else made now, and kept."""
    if key not in made:
        made[key] = make()
    return made[key]


def read_if_there(path: Path) -> bytes:
    """The content of a file; of none nothing."""
    return path.read_bytes() if path.is_file() else b""


_LOADED: dict[str, Reference] = {}
_COPIES = TemporaryDirectory(prefix="cchc-reference-")
_load_reference = reference.load_reference


def load_reference_once(folder: Path) -> Reference:
    """As ``load_reference``, with what was made of a folder of the same content before.

    Nearly every test loads the same tables, and makes the same look-ups of them. What is read
    later, the communes, is read from a copy that no test spoils.
    """
    if not folder.is_dir():
        return _load_reference(folder)
    content = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        held = path.read_bytes()
        content.update(b"%s %d " % (path.name.encode(), len(held)))
        content.update(held)
    key = content.hexdigest()
    if key not in _LOADED:
        kept = shutil.copytree(folder, Path(_COPIES.name, key), dirs_exist_ok=True)
        _LOADED[key] = _load_reference(kept)
        while len(_LOADED) > 3:
            del _LOADED[next(iter(_LOADED))]
    _LOADED[key] = loaded = copy.copy(_LOADED.pop(key))
    object.__setattr__(loaded, "folder", folder)
    return loaded


_LARGE: dict[tuple[str, bytes], list[dict[str, Any]]] = {}
_list_large = areas.list_large


def list_large_once(folder: Path, name: str) -> list[dict[str, Any]]:
    """As ``list_large``, with what a file of the same content held before: of all communes."""
    key = name, read_if_there(folder / f"{name}.csv")
    return make_first(_LARGE, key, lambda: _list_large(folder, name))


_YAML: dict[bytes, bytes] = {}
_load_yaml = outside.load_yaml


def load_yaml_once(path: Path) -> Any:
    """As ``load_yaml``, with what a file of the same content held before: each time a copy.

    The wording of reports takes a tenth of a second, at every report that is read.
    """
    if not path.is_file() or path.stat().st_size > 1_000_000:
        return _load_yaml(path)
    content = path.read_bytes()
    if content not in _YAML:
        _YAML[content] = pickle.dumps(_load_yaml(path))
    return pickle.loads(_YAML[content])  # noqa: S301 - of this very process


_SUITES: dict[tuple[bytes, str | None, bytes], suites.Suite] = {}
_EXAMPLES: dict[tuple[int, bytes], list[Problem]] = {}
_load_suite, _check_examples = suites.load_suite, suites.check_examples


def load_suite_once(path: Path, table: str | None, known: Reference) -> suites.Suite:
    """As ``load_suite``, with what was made of the same file and catalogue before."""
    key = path.name.encode() + read_if_there(path), table, _key(known)
    return make_first(_SUITES, key, lambda: _load_suite(path, table, known))


def check_examples_once(suite: suites.Suite, known: Reference) -> list[Problem]:
    """As ``check_examples``, of a suite that is kept: seeing all rules fail takes a second."""
    if all(suite is not each for each in _SUITES.values()):
        return list(_check_examples(suite, known))
    key = id(suite), _key(known)
    return make_first(_EXAMPLES, key, lambda: list(_check_examples(suite, known)))


_IDENTITIES: dict[tuple[bytes, bytes], tuple[rules.Identity, ...]] = {}
_load_identities = suites.load_identities


def load_identities_once(path: Path, known: Reference) -> tuple[rules.Identity, ...]:
    """As ``load_identities``, with what the same file held for the same catalogue before."""
    key = path.name.encode() + read_if_there(path), _key(known)
    return make_first(_IDENTITIES, key, lambda: _load_identities(path, known))


_WORDINGS: dict[tuple[Any, ...], recognise.Wording] = {}
_load_wording = recognise.load_wording


def load_wording_once(path: Path, indicators: Iterable[str]) -> recognise.Wording:
    """As ``load_wording``, with what was made of the same files before: phrases by their words."""
    codes, files = frozenset(indicators), (path, path.parent / "confidence.csv")
    key = (path.name, codes, *map(read_if_there, files))
    return make_first(_WORDINGS, key, lambda: _load_wording(path, codes))


_KEYS: dict[tuple[int, int], tuple[tuple[pd.DataFrame, pd.DataFrame], bytes]] = {}


def _key(known: Reference) -> bytes:
    """A key of what rules ask of the reference tables, made once for the same two tables."""
    tables = known.indicators, known.units
    place = id(tables[0]), id(tables[1])
    if place not in _KEYS:
        texts = (table.to_csv() for table in tables)
        # With the tables, so that no others get their numbers.
        _KEYS[place] = tables, hashlib.sha256("".join(texts).encode()).digest()
    return _KEYS[place][1]


# Before anybody takes them by their names.
areas.list_large = reference.list_large = list_large_once
reference.load_reference = load_reference_once
outside.load_yaml = load_yaml_once
suites.load_suite = load_suite_once
suites.check_examples = check_examples_once
suites.load_identities = rules.load_identities = load_identities_once
recognise.load_wording = load_wording_once


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow by what it uses; files that take long begin first, to end with the rest."""
    weights: Counter[Path] = Counter()
    for item in items:
        if HEAVY_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
        weights[item.path] += SLOW if item.get_closest_marker("slow") else 1
    items.sort(key=lambda item: -weights[item.path])


def pytest_collection_finish() -> None:
    """Look seldom for cycles, and no more at what was imported and collected: it stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file in one process: they share what it makes and caches once.

    That is what ``--dist loadgroup`` is for; but xdist 3.8 writes its groups where pytest 9.2 no
    longer looks for them (pytest-xdist issue 1386), so that the files are the groups.
    """
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made once for all processes of a run; whoever comes later waits for it."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not folder.exists():
            fresh = shared / f"{name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            make(fresh)
            fresh.rename(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _open_files_here() -> Iterator[None]:
    """Open files from outside in this process: the one begun for each costs half a second.

    A test of what that process is for, limits and strangers' folders, asks for ``apart``.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outside, "begin_python", _begin_here)
        yield


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open files from outside as people do, each in a process of its own, inside limits."""
    monkeypatch.setattr(outside, "begin_python", system.begin_python)


def _begin_here(*_: object) -> tuple[SimpleNamespace, SimpleNamespace]:
    said: list[bytes] = []

    def call(order: tuple[Any, ...]) -> None:
        function, path, more, _ = pickle.loads(pickle.dumps(order))  # noqa: S301 - as it is sent
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as nobody hears those of the other process
            said.append(outside.call_here(function, path, more))

    def answer() -> Any:
        return pickle.loads(said.pop())  # noqa: S301 - of this very process

    link = SimpleNamespace(send=call, poll=bool, recv=answer, close=said.clear)
    return SimpleNamespace(pid=0, wait=bool), link


@pytest.fixture(scope="session")
def _warm_pool() -> Iterator[Any]:
    import engine_work
    from cchc_analysis.site.jobs import Orders
    from cchc_analysis.site.workers import Pool

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "tests"), *sys.path]))
        pool = Pool(Orders(engine_work.begin_calls), 1)
    with pool:
        yield pool


@pytest.fixture(scope="module")
def warm(_warm_pool: Any) -> Iterator[None]:
    """Make single briefs in children of a process that has imported everything, as a site's are.

    A process of its own for each, as ``cchc brief`` begins one, imports for more than a second.
    """
    from cchc_analysis.site import single

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "Pool", lambda *_: nullcontext(_warm_pool))
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a process."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM)
        yield running
        running.close()


@pytest.fixture(scope="session")
def _tab(browser: Any) -> Any:
    """One tab for all that is printed: a new one begins a process of its own."""
    return browser.new_page()


@pytest.fixture
def paper(_tab: Any, tmp_path: Path) -> Callable[[str], bytes]:
    """What prints a page as ``print_page`` does, by the Chromium that runs already."""

    def print_here(page: str) -> bytes:
        source = tmp_path / "page.html"
        source.write_text(page, "utf-8")
        _tab.goto(source.as_uri())
        printed: bytes = _tab.pdf(prefer_css_page_size=True, print_background=True)
        return printed

    return print_here


@pytest.fixture
def repository() -> Project:
    """The project itself, never to be written to."""
    return Project(ROOT)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of two made-up districts with three sources, free to be spoilt."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def processed_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The made-up project with its processed data, made once and only to be copied."""
    from cchc_analysis import pipeline

    def make(root: Path) -> None:
        made = make_project(root)
        pipeline.remake(made)

    return Project(make_once(tmp_path_factory, "processed", make))


@pytest.fixture
def processed(processed_once: Project, tmp_path: Path) -> Project:
    """The made-up project with its processed data, free to be spoilt."""
    return Project(copy_folder(processed_once.root, tmp_path / "project"))


@pytest.fixture(scope="session")
def built_once(processed_once: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same with its site, made by two processes and the real notebooks: only to be copied."""
    from cchc_analysis import pipeline

    def make(root: Path) -> None:
        shutil.copytree(processed_once.root, root)
        pipeline.build_site(Project(root), workers=pipeline.Workers(2))

    return Project(make_once(tmp_path_factory, "built", make))


@pytest.fixture
def built(built_once: Project, tmp_path: Path) -> Project:
    """The made-up project with its site, free to be spoilt."""
    return Project(shutil.copytree(built_once.root, tmp_path / "project"))


_FOLDERS: dict[Path, tuple[list[str], dict[str, bytes]]] = {}


def copy_folder(source: Path, target: Path) -> Path:
    """Copy a folder that nobody changes while tests run: read once, and written without its times.

    Hundreds of tests begin with a project of their own, of a hundred files.
    """

    def read() -> tuple[list[str], dict[str, bytes]]:
        held = {path.relative_to(source).as_posix(): path for path in sorted(source.rglob("*"))}
        files = {name: path.read_bytes() for name, path in held.items() if path.is_file()}
        return [name for name in held if name not in files], files

    folders, files = make_first(_FOLDERS, source, read)
    for name in ("", *folders):
        os.makedirs(f"{target}/{name}", exist_ok=True)  # noqa: PTH103 - a third of the time
    for name, content in files.items():
        with open(f"{target}/{name}", "xb", buffering=0) as file:  # noqa: PTH123
            file.write(content)
    return target


def make_project(root: Path) -> Project:
    """A project of made-up districts with three sources, in an empty folder."""
    made = Project(root)
    made.raw.mkdir(parents=True)
    copy_folder(MADE_UP / "transcripts", made.raw / "transcripts")
    shutil.copy(MADE_UP / "sources.csv", made.raw)
    copy_folder(ROOT / "data" / "reference", made.reference)
    _append(made.reference / "areas.csv", (MADE_UP / "areas.csv").read_text("utf-8"))
    copy_folder(ROOT / "expectations", made.expectations)
    copy_folder(ROOT / "notebooks", made.notebooks)
    # What people decided about real reports has nothing to hold on to here.
    for name in ("corrections", "remarks"):
        table = made.reference / f"{name}.csv"
        table.write_text(table.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    return made


def confirm_all(project: Project, source_id: str) -> None:
    """What a reviewer does who agrees with every proposal of a draft: no question mark is left."""
    path = project.raw / "transcripts" / f"{source_id}.csv"
    path.write_text(path.read_text("utf-8").replace(",?", ","), "utf-8")


@pytest.fixture
def replace(tmp_path: Path) -> Replace:
    """Replace text in one file of the made-up project; the text must be there."""

    def replace_text(path: str, old: str, new: str) -> None:
        file = tmp_path / "project" / path
        text = file.read_text("utf-8")
        assert old in text, f"{old!r} is not in {path}"
        file.write_text(text.replace(old, new, 1), "utf-8")

    return replace_text


def _append(path: Path, rows: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(rows.partition("\n")[2])
