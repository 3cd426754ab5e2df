"""Papermill's engine ``cchc`` beside papermill's own: same notebooks, outputs, errors and pages."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbconvert import HTMLExporter
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillException

import engine_work
from cchc_analysis.brief.render import build_page
from cchc_analysis.data.reference import Project
from cchc_analysis.site import Job, run_jobs
from cchc_analysis.site.notebooks import CchcEngine
from cchc_analysis.site.spent import take_times

ROOT = Path(__file__).parents[1]
OURS = ("child", "place")
each_way = pytest.mark.parametrize("where", OURS)

# From inside papermill, jupyter_client and IPython.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module", autouse=True)
def _registered() -> Iterator[None]:
    papermill_engines.register("cchc", CchcEngine)
    with pytest.MonkeyPatch.context() as patch:
        # Children run elsewhere, so a relative path would lead astray.
        paths = [str(Path(path).absolute()) for path in sys.path]
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "tests"), *paths]))
        yield


def write(path: Path, *sources: str, **metadata: Any) -> Path:
    first = nbformat.v4.new_code_cell("tries: int = 1  # how often")
    first.metadata["tags"] = ["parameters"]
    cells = [
        nbformat.v4.new_markdown_cell("# Lời"),
        first,
        *map(nbformat.v4.new_code_cell, sources),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel} | metadata)
    nbformat.write(notebook, path)
    return path


def execute(path: Path, where: str, **options: Any) -> tuple[Any, str]:
    """Execute a notebook; returns what lies on disk then, and what was raised.

    ``own`` is papermill's engine; with ours cells run in a ``child`` by hand, and in ``place`` in
    a job's own process.
    """
    out = path.with_name(f"{where}-{path.name}")
    said = "well"
    if where == "place":
        jobs = [Job(path.name, (str(path), str(out)))]
        [outcome] = run_jobs(jobs, engine_work.execute_in_place, engine_work.warm_notebooks, 1, 30)
        said = (outcome.result or str(outcome.problems).encode()).decode()
    else:
        options = {"parameters": {"tries": 2}, "progress_bar": False} | options
        engine = "cchc" if where == "child" else None
        try:
            papermill.execute_notebook(
                str(path), str(out), engine_name=engine, cwd=str(path.parent), **options
            )
        except Exception as error:  # noqa: BLE001 - compared by the tests
            said = f"{type(error).__name__} {error}"
    return nbformat.read(out, 4), said


def timeless(notebook: Any) -> dict[str, Any]:
    """A notebook without its times and random ids."""
    for part in (notebook, *notebook.cells):
        part.pop("id", None)
        part.metadata.pop("execution", None)
        for name in ("start_time", "end_time", "duration", "output_path"):
            part.metadata.get("papermill", {}).pop(name, None)
    return dict(notebook)


def export(notebook: Any) -> str:
    """The page as nbconvert itself makes it."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"same-{number}"
    return str(HTMLExporter(template_name="basic").from_notebook_node(notebook)[0])


SHOWN = {
    "print": "import sys\nprint('xin chào', tries)\nprint('lỗi', file=sys.stderr)",
    "result": "tries + 1",
    "text": "'huyện'",
    "html": "from IPython.display import HTML, display\n"
    "display(HTML('<b>đậm</b>'))\nHTML('<i>x</i>')",
    "update": "from IPython.display import Markdown, display\n"
    "shown = display(Markdown('một'), display_id='x')\nshown.update(Markdown('hai'))",
    "clear": "from IPython.display import clear_output\n"
    "print('gone')\nclear_output()\nprint('kept')",
    "table": "import pandas as pd\npd.DataFrame({'số': [1, 2]})",
    "magic": "%precision 2\n3.14159",
    "capture": "%%capture kept\nprint('caught')",
    "shell": "!echo shell",
    "await": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "input": "try:\n    input('?')\nexcept Exception as error:\n    print(repr(error))",
    "picture": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "main": "class A: pass\nimport pickle\n"
    "__name__, pickle.loads(pickle.dumps(A())).__class__.__name__",
    "history": "In[1][:5], len(Out), _",
    "folders": "_dh, get_ipython().starting_dir",
    "nothing": "",
    "comment": "# no code",
}

FAILING = {
    "error": "def divide(n):\n    return 1 / n\ndivide(0)",
    "syntax": "x = (",
    "exit": "raise SystemExit",
    "exit code": "import sys\nsys.exit(3)",
    "stop": "raise KeyboardInterrupt",
    "undefined": "undefined",
    "repr": "class Bad:\n    def __repr__(self):\n        raise ValueError('no repr')\nBad()",
}


@pytest.mark.parametrize(
    "sources", [tuple(SHOWN.values()), *FAILING.values()], ids=["shown", *FAILING]
)
def test_the_output_notebook_is_the_same(tmp_path: Path, sources: tuple[str, ...] | str) -> None:
    several = (sources,) if isinstance(sources, str) else sources
    path = write(tmp_path / "in.ipynb", *several, "print('after')")
    expected, raised = execute(path, "own")
    for where in OURS:
        found, raised_too = execute(path, where)
        assert timeless(found) == timeless(expected)
        assert raised_too == raised
        assert export(found) == export(expected)


@each_way
def test_subprocesses_and_descriptors_are_heard(tmp_path: Path, where: str) -> None:
    code = "import os, subprocess\nsubprocess.run(['echo', 'one'])\nos.write(2, b'two\\n');"
    notebook, _ = execute(write(tmp_path / "in.ipynb", code), where)
    assert [(o.name, o.text) for o in notebook.cells[-1].outputs if o.output_type == "stream"] == [
        ("stdout", "one\n"),
        ("stderr", "two\n"),
    ]


@each_way
def test_a_cell_may_be_allowed_to_fail(tmp_path: Path, where: str) -> None:
    path = write(tmp_path / "in.ipynb", "1 / 0", "'after'")
    notebook = nbformat.read(path, 4)
    notebook.cells[2].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)
    expected, raised = execute(path, "own")
    found, raised_too = execute(path, where)
    assert raised_too == raised
    assert timeless(found) == timeless(expected)


ENDINGS = {
    "kill": "import os\nos.kill(os.getpid(), 9)",
    "leave": "import os\nos._exit(0)",
    "segfault": "import ctypes\nctypes.string_at(0)",
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_cell_that_ends_its_process_is_a_dead_kernel(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "in.ipynb", "'before'", ENDINGS[name], "'after'")
    notebook, raised = execute(path, "child")
    assert raised == "DeadKernelError Kernel died"
    assert notebook.cells[3].outputs[0].data["text/plain"] == "'before'"
    assert not notebook.cells[5].outputs


@each_way
def test_a_notebook_may_say_exit(tmp_path: Path, where: str) -> None:
    path = write(tmp_path / "in.ipynb", "exit()", "'after'")
    notebook, raised = execute(path, where)
    assert raised == "DeadKernelError Kernel died"
    assert not notebook.cells[4].outputs


def test_an_endless_cell_ends_after_its_time(tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "while True: pass")
    notebook, raised = execute(path, "child", execution_timeout=1)
    assert raised.startswith("CellTimeoutError")
    assert notebook.cells[3].metadata.papermill.status != "pending"


def test_memory_that_runs_out_is_an_error_of_the_cell(tmp_path: Path) -> None:
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "bytes(8 << 30)"
    )
    _, raised = execute(write(tmp_path / "in.ipynb", code), "child")
    assert raised.startswith("PapermillExecutionError")
    assert raised.rstrip().endswith("MemoryError:")


@each_way
def test_each_notebook_begins_afresh(tmp_path: Path, where: str) -> None:
    first = write(tmp_path / "first.ipynb", "left = 1")
    second = write(tmp_path / "second.ipynb", "'left' in globals()")
    execute(first, where)
    notebook, _ = execute(second, where)
    assert notebook.cells[-1].outputs[0].data["text/plain"] == "False"
    assert notebook.cells[-1].execution_count == 3


@each_way
def test_the_working_folder_is_the_one_asked_for(tmp_path: Path, where: str) -> None:
    path = write(tmp_path / "in.ipynb", "import os, sys\nos.getcwd(), sys.path[0]")
    notebook, _ = execute(path, where)
    assert notebook.cells[-1].outputs[0].data["text/plain"] == f"({str(tmp_path)!r}, '')"


def test_another_language_is_refused(tmp_path: Path) -> None:
    kernel = {"name": "ir", "display_name": "R", "language": "R"}
    path = write(tmp_path / "in.ipynb", "1", kernelspec=kernel)
    with pytest.raises(PapermillException, match=r"written in R; expected Python\. Run it with"):
        papermill.execute_notebook(
            str(path), None, engine_name="cchc", kernel_name="ir", progress_bar=False
        )


def test_the_profile_names_the_cells(tmp_path: Path) -> None:
    take_times()
    execute(write(tmp_path / "in.ipynb", "x = 1\nshow(x) if False else 0"), "child")
    assert "cell show(x) if False else 0" in take_times()


def test_papermill_finds_the_engine_by_its_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, name = project["entry-points"]["papermill.engine"]["cchc"].partition(":")
    assert getattr(import_module(module), name) is CchcEngine


NOTEBOOKS = {
    "district_brief.ipynb": {"district": "991", "period": "2022-H1", "lang": "en"},
    "data_quality.ipynb": {"lang": "vi"},
    "indicator_trends.ipynb": {"indicator": "online_rate", "areas": "", "first": "", "last": ""},
}
"""The notebooks of pages, with parameters for the made-up project."""
TOUR = "explore.ipynb"
"""The notebook that is for JupyterLab alone, and no page."""


def test_every_notebook_is_compared() -> None:
    assert {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} == {*NOTEBOOKS, TOUR}


@pytest.mark.slow
def test_the_tour_runs_alike_by_both_engines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(ROOT))
    monkeypatch.chdir(tmp_path)  # it exports a table to where it runs
    path = tmp_path / TOUR
    path.write_bytes((ROOT / "notebooks" / TOUR).read_bytes())
    (expected, said), (found, said_too) = (
        execute(path, where, parameters={}) for where in ("own", "child")
    )
    assert said == said_too == "well"
    assert timeless(found) == timeless(expected)


@pytest.mark.parametrize(
    "name",
    [
        "district_brief.ipynb",
        *(pytest.param(name, marks=pytest.mark.slow) for name in list(NOTEBOOKS)[1:]),
    ],
)
def test_the_page_of_a_notebook_is_the_same_by_both_engines(
    processed: Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed.root))
    parameters = {"lang": "vi"} | NOTEBOOKS[name]
    pages = [
        build_page(processed, processed.notebooks / name, parameters, engine)
        for engine in (None, "cchc")
    ]
    assert pages[0] == pages[1]
    assert len(pages[0]) > 5_000
