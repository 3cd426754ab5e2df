"""Papermill's engine ``cchc`` beside papermill's own: same notebooks, outputs, errors and pages.

What papermill's own engine makes takes a kernel each: these tests are slow ones.
"""

from __future__ import annotations

import gc
import io
import os
import pstats
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from functools import partial
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
from cchc_analysis.brief.render import build_pages
from cchc_analysis.data.reference import Project
from cchc_analysis.site.jobs import Orders, Reply
from cchc_analysis.site.notebooks import CchcEngine, in_place, open_stream
from cchc_analysis.site.workers import Pool

ROOT = Path(__file__).parents[1]

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


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Processes in which each notebook is executed by our engine, as the pages of a site are."""
    orders = Orders(engine_work.begin_notebooks, timeout=120)
    with Pool(orders, 1) as pool:
        yield pool


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


def execute_as_papermill(path: Path, **options: Any) -> tuple[Any, str]:
    """Execute a notebook by papermill's own engine; what lies on disk then, and what was raised."""
    out, said = path.with_name(f"own-{path.name}"), "well"
    options = {"parameters": {"tries": 2}, "progress_bar": False} | options
    try:
        papermill.execute_notebook(str(path), str(out), cwd=str(path.parent), **options)
    except Exception as error:  # noqa: BLE001 - compared by the tests
        said = f"{type(error).__name__} {error}"
    return nbformat.read(out, 4), said


def execute(pool: Pool, path: Path, **options: Any) -> tuple[Any, str]:
    """Execute a notebook by our engine; the same."""
    out = path.with_name(f"ours-{path.name}")
    reply: Reply = pool.submit((str(path), str(out), options)).result()
    return nbformat.read(out, 4), (reply.result or reply.found.encode()).decode()


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
    "wide table": "pd.DataFrame([range(40)])",
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "sources", [tuple(SHOWN.values()), *FAILING.values()], ids=["shown", *FAILING]
)
def test_the_output_notebook_is_the_same(
    pool: Pool, tmp_path: Path, sources: tuple[str, ...] | str
) -> None:
    several = (sources,) if isinstance(sources, str) else sources
    path = write(tmp_path / "in.ipynb", *several, "print('after')")
    expected, raised = execute_as_papermill(path)
    found, raised_too = execute(pool, path)
    assert timeless(found) == timeless(expected)
    assert raised_too == raised
    assert export(found) == export(expected)


def test_subprocesses_and_descriptors_are_heard(pool: Pool, tmp_path: Path) -> None:
    code = "import os, subprocess\nsubprocess.run(['echo', 'one'])\nos.write(2, b'two\\n');"
    notebook, _ = execute(pool, write(tmp_path / "in.ipynb", code))
    assert [(o.name, o.text) for o in notebook.cells[-1].outputs if o.output_type == "stream"] == [
        ("stdout", "one\n"),
        ("stderr", "two\n"),
    ]


def test_a_stream_gives_its_number_back_once(tmp_path: Path) -> None:
    with tempfile.TemporaryFile() as theirs:
        number = os.dup(theirs.fileno())
        with open_stream("stdout", None) as stream, in_place(number, stream):
            pass
        os.close(number)
        others = [os.open(tmp_path / str(each), os.O_CREAT | os.O_WRONLY) for each in range(4)]
        del stream  # its end must not touch what others have opened under its numbers since
        gc.collect()
        assert all(os.fstat(each).st_ino for each in others)
        assert len({os.fstat(each).st_ino for each in others}) == 4
        for each in others:
            os.close(each)


def test_what_is_no_text_is_refused_where_it_is_printed(pool: Pool, tmp_path: Path) -> None:
    cell = (
        "import sys\n"
        "try:\n    sys.stdout.write(b'x')\n"
        "except TypeError as error:\n    print(error, chr(0xD800))"
    )
    executed, _ = execute(pool, write(tmp_path / "in.ipynb", cell))
    shown = [text for each in executed.cells for text in each.get("outputs", ())]
    assert [each.text for each in shown] == ["write() argument must be str, not bytes ?\n"]


@pytest.mark.slow
def test_a_cell_may_be_allowed_to_fail(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "1 / 0", "'after'")
    notebook = nbformat.read(path, 4)
    notebook.cells[2].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)
    expected, raised = execute_as_papermill(path)
    found, raised_too = execute(pool, path)
    assert raised_too == raised
    assert timeless(found) == timeless(expected)


ENDINGS = {
    "kill": "import os\nos.kill(os.getpid(), 9)",
    "leave": "import os\nos._exit(0)",
    "segfault": "import ctypes\nctypes.string_at(0)",
}
ENDED = {
    "kill": "its process was ended by SIGKILL, as the system does when memory runs out",
    "leave": "its process ended with code 0 and left nothing",
    "segfault": "its process was ended by SIGSEGV",
}
FORKED = "import pathlib\nif child == 0: pathlib.Path('child').touch()\nelse: os.waitpid(child, 0)"
REPLACED = "import io, sys\nsys.stdout = io.StringIO()\nprint('lost')"


@pytest.mark.parametrize("name", ENDINGS)
def test_a_cell_that_ends_its_process_costs_its_own_page_only(
    pool: Pool, tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / "in.ipynb", "'before'", ENDINGS[name], "'after'")
    notebook, said = execute(pool, path)
    assert said == ENDED[name]
    assert notebook.cells[3].outputs[0].data["text/plain"] == "'before'"
    assert not notebook.cells[5].outputs
    assert execute(pool, write(tmp_path / "next.ipynb", "'well'"))[1] == "well"


def test_a_cell_that_forks_makes_no_second_page(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "import os\nchild = os.fork()", FORKED, "'after'")
    notebook, said = execute(pool, path)
    assert said == "well"
    assert notebook.cells[5].outputs[0].data["text/plain"] == "'after'"
    assert not (tmp_path / "child").exists()


def test_a_cell_may_print_megabytes_and_put_something_in_the_place_of_stdout(
    pool: Pool, tmp_path: Path
) -> None:
    path = write(tmp_path / "in.ipynb", "print('x' * 5_000_000)", REPLACED, "print('after')")
    notebook, said = execute(pool, path)
    assert said == "well"
    assert len(notebook.cells[3].outputs[0].text) == 5_000_001
    assert notebook.cells[5].outputs[0].text == "after\n"


LOUD = """
import subprocess, sys
print('before')
for _ in range(3):
    subprocess.run([sys.executable, '-c', "print('y' * 700_000)"])
print('after')
"""


def test_what_a_cell_and_its_programs_print_is_heard_in_its_order(
    pool: Pool, tmp_path: Path
) -> None:
    notebook, said = execute(pool, write(tmp_path / "in.ipynb", LOUD))
    assert said == "well"
    assert notebook.cells[3].outputs[0].text == f"before\n{('y' * 700_000 + chr(10)) * 3}after\n"


def test_a_notebook_may_say_exit(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "exit()", "'after'")
    notebook, raised = execute(pool, path)
    assert raised == "DeadKernelError Kernel died"
    assert not notebook.cells[4].outputs


def test_an_endless_cell_ends_after_its_time(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "'in time'", "while True: pass")
    notebook, raised = execute(pool, path, execution_timeout=1)
    assert raised.startswith("CellTimeoutError")
    assert notebook.cells[3].outputs[0].data["text/plain"] == "'in time'"
    assert notebook.cells[4].metadata.papermill.status != "pending"


def test_memory_that_runs_out_is_an_error_of_the_cell(pool: Pool, tmp_path: Path) -> None:
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "bytes(8 << 30)"
    )
    _, raised = execute(pool, write(tmp_path / "in.ipynb", code))
    assert raised.startswith("PapermillExecutionError")
    assert raised.rstrip().endswith("MemoryError:")


def test_papermill_runs_it_by_hand(tmp_path: Path) -> None:
    path = write(
        tmp_path / "in.ipynb", "import time\ntime.sleep(0.2)", "time.sleep(0.2)\ntries + 1"
    )
    command = [sys.executable, "-m", "papermill", "--engine", "cchc", str(path)]
    command += [str(tmp_path / "out.ipynb"), "-p", "tries", "2"]
    done = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    assert done.stderr.count(b"Executing:") > 2, "papermill shows how far it is, beside the cells"
    notebook = nbformat.read(tmp_path / "out.ipynb", 4)
    [shown] = [each for cell in notebook.cells for each in cell.get("outputs", ())]
    assert shown.data["text/plain"] == "3"


def test_each_notebook_begins_afresh(pool: Pool, tmp_path: Path) -> None:
    first = write(tmp_path / "first.ipynb", "left = 1")
    second = write(tmp_path / "second.ipynb", "'left' in globals()")
    execute(pool, first)
    notebook, _ = execute(pool, second)
    assert notebook.cells[-1].outputs[0].data["text/plain"] == "False"
    assert notebook.cells[-1].execution_count == 3


def test_the_working_folder_is_the_one_asked_for(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "import os, sys\nos.getcwd() + sys.path[0]")
    notebook, _ = execute(pool, path)
    assert notebook.cells[-1].outputs[0].data["text/plain"] == repr(str(tmp_path))


def test_another_language_is_refused(tmp_path: Path) -> None:
    kernel = {"name": "ir", "display_name": "R", "language": "R"}
    path = write(tmp_path / "in.ipynb", "1", kernelspec=kernel)
    with pytest.raises(PapermillException, match=r"written in R; expected Python\. Run it with"):
        papermill.execute_notebook(
            str(path), None, engine_name="cchc", kernel_name="ir", progress_bar=False
        )


def test_the_profile_names_functions_and_adds_up_pages() -> None:
    out = io.StringIO()
    profile = pstats.Stats(stream=out)
    orders = Orders(partial(engine_work.begin, engine_work.shout), is_profiled=True)
    with Pool(orders, 1) as pool:
        for word in ("a", "b"):
            profile.add(pool.submit(word).result().stats)
    profile.sort_stats("cumulative").print_stats()
    told = next(line for line in out.getvalue().splitlines() if "(shout)" in line)
    assert told.split()[0] == "2"


def test_papermill_finds_the_engine_by_its_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, name = project["entry-points"]["papermill.engine"]["cchc"].partition(":")
    assert getattr(import_module(module), name) is CchcEngine


BAD_CELLS = {
    "raises": ("def f():\n    raise ValueError('no\\nvalue')\nf()", "ValueError: no"),
    "loops": ("while True: pass", "no end within 3 s"),
    "fills memory": ("kept = [bytes(1 << 28) for _ in range(40)]", "MemoryError"),
    "forks": (
        "import os\nchild = os.fork()\nif child: os.waitpid(child, 0)\n1 / 0",
        "ZeroDivision",
    ),
    "prints": ("print('x' * 3_000_000)\n1 / 0", "ZeroDivisionError: division by zero"),
    "replaces stdout": (f"{REPLACED}\n1 / 0", "ZeroDivisionError: division by zero"),
    "exits": ("exit()\n", "Kernel died"),
    "ends": ("import os\nos._exit(3)", "its process ended with code 3 and left nothing"),
}
"""What a cell may do that makes no page, and what is said of it."""
BAD_TEMPLATES = {
    "cannot be read": ("{% nonsense %}", "nonsense"),
    "asks for what is not there": ("{{ nothing.of_that }}", "nothing"),
}


@pytest.fixture(scope="module")
def pages() -> Iterator[Pool]:
    """Processes in which each page is made, with three seconds and a gigabyte for it."""
    with Pool(Orders(engine_work.begin_pages, timeout=3, memory=1 << 30), 1) as pool:
        yield pool


def tell_failure(pages: Pool, project: Project, folder: Path, *sources: str) -> str:
    """What is said of a page that cannot be made."""
    path = write(folder / "bad.ipynb", *sources)
    path.write_text(path.read_text("utf-8").replace("tries: int = 1", "lang: str = 'vi'"), "utf-8")
    [problem] = pages.submit((project, path, {"lang": "vi"})).result().list_problems("the page")
    return str(problem)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name == "loops" else ()) for name in BAD_CELLS],
)
def test_of_a_cell_that_makes_no_page_one_sentence_is_said(
    pages: Pool, processed: Project, tmp_path: Path, name: str
) -> None:
    cell, said = BAD_CELLS[name]
    told = tell_failure(pages, processed, tmp_path, cell, "'after'")
    assert said in told
    assert len(told.splitlines()) == 1
    assert "Traceback" not in told


@pytest.mark.parametrize("name", BAD_TEMPLATES)
def test_of_a_template_that_fails_one_sentence_is_said(
    pages: Pool, processed: Project, tmp_path: Path, name: str
) -> None:
    template, said = BAD_TEMPLATES[name]
    (processed.notebooks / "page" / "index.html.j2").write_text(template, "utf-8")
    told = tell_failure(pages, processed, tmp_path, "'well'")
    assert said in told
    assert len(told.splitlines()) == 1


NOTEBOOKS = {
    "district_brief.ipynb": {"district": "991", "period": "2022-H1", "lang": "en"},
    "brief_annex.ipynb": {"district": "991", "period": "2022-H1", "lang": "vi"},
    "area_profile.ipynb": {"area": "991"},
    "data_quality.ipynb": {"lang": "vi"},
    "indicator_trends.ipynb": {"indicator": "online_rate", "areas": "", "first": "", "last": ""},
}
"""The notebooks of pages, with parameters for the made-up project."""
TOUR = "explore.ipynb"
"""The notebook that is for JupyterLab alone, and no page."""
LESSON = "validate.ipynb"
"""The one that shows how rules are run with Great Expectations; what it prints holds times."""


def test_every_notebook_is_compared() -> None:
    assert {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} == {
        *NOTEBOOKS,
        TOUR,
        LESSON,
    }


@pytest.mark.slow
def test_the_tour_runs_alike_by_both_engines(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(ROOT))
    monkeypatch.chdir(tmp_path)  # it exports a table to where it runs
    path = tmp_path / TOUR
    path.write_bytes((ROOT / "notebooks" / TOUR).read_bytes())
    expected, said = execute_as_papermill(path, parameters={})
    environment = {"CCHC_ROOT": str(ROOT)}
    found, said_too = execute(pool, path, parameters={}, environment=environment)
    assert said == said_too == "well"
    assert timeless(found) == timeless(expected)


@pytest.mark.slow
def test_the_lesson_runs_in_the_folder_of_the_notebooks(processed: Project) -> None:
    # There a kernel of JupyterLab starts, and the project is the folder above.
    notebook, said = execute_as_papermill(processed.notebooks / LESSON, parameters={})
    assert said == "well"
    *_, broken, own = (
        cell.outputs[0].data["text/plain"] for cell in notebook.cells if cell.get("outputs")
    )
    assert "received_balance" in broken
    assert ("71 > 70" in own, "76 > 70" in own) == (True, True)
    assert (processed.root / "build" / "validate").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_page_of_a_notebook_is_the_same_by_both_engines(
    pool: Pool, processed: Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_ROOT", str(processed.root))  # for the kernel of papermill's own
    parameters = {"lang": "vi"} | NOTEBOOKS[name]
    path = processed.notebooks / name
    expected = build_pages(processed, path, parameters)[""]
    found: Reply = pool.submit((processed, path, parameters)).result()
    assert found.result == expected
    assert len(expected) > 5_000
