"""Notebooks stay parameters, calls and words; text files stay readable on every machine.

What a notebook may hold is told kindly: each complaint says where, what, and what to do instead.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TUTORIALS = frozenset({"explore.ipynb", "validate.ipynb"})
"""Notebooks that teach: they use pandas, matplotlib and Great Expectations as a researcher does."""


MOST_CODE_CELLS = 14
MOST_CODE_LINES = 60
"""About ten cells and about forty lines, with some room."""

Notebook = dict
Cell = tuple[str, str]
"""A cell's place, as a person counts ("code cell 3"), and its text."""


# --- Notebooks ------------------------------------------------------------------------------------


def cells_of(notebook: Notebook, kind: str) -> list[Cell]:
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == kind]
    return [(f"{kind} cell {n}", "".join(cell["source"])) for n, cell in enumerate(cells, start=1)]


def parameter_cells(notebook: Notebook) -> list[Cell]:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [
        (f"code cell {n}", "".join(cell["source"]))
        for n, cell in enumerate(code, start=1)
        if "parameters" in cell["metadata"].get("tags", [])
    ]


def nodes_of(notebook: Notebook) -> Iterator[tuple[str, ast.AST]]:
    for place, code in cells_of(notebook, "code"):
        for node in ast.walk(ast.parse(code)):
            yield place, node


def calls_in(code: str) -> set[str]:
    calls = [node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return {getattr(call, "id", getattr(call, "attr", "")) for call in calls}


def complain_of_outputs(notebook: Notebook) -> Iterator[str]:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for n, cell in enumerate(code, start=1):
        if cell["outputs"] or cell["execution_count"] is not None:
            yield (
                f"code cell {n} holds outputs or an execution count. Clear all outputs before "
                "saving (Edit > Clear Outputs of All Cells): the brief is made afresh anyway."
            )


def complain_of_metadata(notebook: Notebook) -> Iterator[str]:
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        yield 'the kernel is not "python3". Choose it (Kernel > Change Kernel): everybody has it.'
    extra = sorted(set(notebook["metadata"]) - {"kernelspec", "language_info"})
    if extra:
        yield f"the notebook's metadata hold {', '.join(extra)}. Take them out: a run leaves them."


def complain_of_parameters(notebook: Notebook) -> Iterator[str]:
    tagged = parameter_cells(notebook)
    if len(tagged) != 1:
        yield f'{len(tagged)} cells are tagged "parameters". Tag one: papermill fills in that one.'
    for place, code in tagged:
        for line in code.splitlines():
            if line and not re.fullmatch(r"\w+: [\w |]+ = .+  # \S.*", line):
                yield (
                    f"{place} has the parameter line `{line}`. Write it with its type and a "
                    "comment, `name: str = value  # what it means`: `cchc` shows them to people."
                )


def complain_of_imports(notebook: Notebook) -> Iterator[str]:
    for place, node in nodes_of(notebook):
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}"]
        else:
            continue
        for name in names:
            if name != "cchc_analysis":
                yield (
                    f"{place} imports {name}. Import from cchc_analysis only; what is missing "
                    "there belongs into src/cchc_analysis, with a test."
                )


def complain_of_programs(notebook: Notebook) -> Iterator[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    loops = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    for place, node in nodes_of(notebook):
        if isinstance(node, functions):
            yield (
                f"{place} defines a function or class. Move it into src/cchc_analysis, with a "
                "test, and call it here."
            )
        if isinstance(node, loops):
            yield (
                f"{place} loops. Let a function of cchc_analysis take the whole table: a notebook "
                "shows, it does not compute."
            )


def complain_of_paths(notebook: Notebook) -> Iterator[str]:
    for place, node in nodes_of(notebook):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_path = re.search(
                r"^[~.]{0,2}/|\\|\.(csv|html|ipynb|json|parquet|xlsx|ya?ml)$", node.value
            )
            if is_path:
                yield (
                    f'{place} names the path "{node.value}". The package finds the project by '
                    "itself; ask it for the table instead."
                )


def complain_of_showing(notebook: Notebook) -> Iterator[str]:
    for place, code in cells_of(notebook, "code"):
        shown = [node for node in ast.parse(code).body if isinstance(node, ast.Expr)]
        if len(shown) > 1:
            yield (
                f"{place} shows {len(shown)} things. Give each chart or table a cell of its own: "
                "Jupyter shows only a cell's last one."
            )


def complain_of_loading(notebook: Notebook) -> Iterator[str]:
    loading = [
        place
        for place, code in cells_of(notebook, "code")
        if any(re.match("load_|open_", call) for call in calls_in(code))
    ]
    if len(loading) != 1:
        yield (
            f"{len(loading)} cells load data ({', '.join(loading) or 'none'}). Load in one cell, "
            "after the parameters: a reader then sees at once what a page rests on."
        )


def complain_of_length(notebook: Notebook) -> Iterator[str]:
    code = [text for _, text in cells_of(notebook, "code")]
    lines = sum(len(text.splitlines()) for text in code)
    if len(code) > MOST_CODE_CELLS or lines > MOST_CODE_LINES:
        yield (
            f"there are {len(code)} code cells with {lines} lines. Keep to about ten cells and "
            "forty lines: join calls that belong together into one function of cchc_analysis."
        )


def complain_of_numbers(notebook: Notebook) -> Iterator[str]:
    """Numbers of laws, of list items and in code are true for every district."""
    timeless = (
        r"`[^`]*`|\]\([^)]*\)|<[^>]*>|^(#+\s+|\s*)\d+(\.\d+)*\.?\s"
        r"|(Điều|khoản|Article|Decree|Decision|Nghị định|Quyết định)( số| No\.)? \d+(/[\w/-]+)?"
        r"|\d+/\d{4}/[\w-]+|\d+/[A-ZĐ]{2}[\w-]*"
    )
    for place, text in cells_of(notebook, "markdown"):
        rest = re.sub(timeless, "", text, flags=re.MULTILINE)
        for line in rest.splitlines():
            if re.search(r"\d", line):
                yield (
                    f"{place} says “{line.strip()}”, with a number. Prose stays true for every "
                    "district: let a call print any number."
                )


COMPLAINTS: list[Callable[[Notebook], Iterator[str]]] = [
    complain_of_outputs,
    complain_of_metadata,
    complain_of_parameters,
    complain_of_imports,
    complain_of_programs,
    complain_of_paths,
    complain_of_showing,
    complain_of_loading,
    complain_of_length,
    complain_of_numbers,
]


def complaints_about(notebook: Notebook) -> list[str]:
    return [said for complain in COMPLAINTS for said in complain(notebook)]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.name not in TUTORIALS], ids=lambda path: path.name
)
def test_notebook_is_parameters_calls_and_words(path: Path) -> None:
    said = complaints_about(json.loads(path.read_text(encoding="utf-8")))
    assert not said, "\n".join([f"{path.name} can be made easier to read:", *said])


def make_notebook(*code: str, prose: str = "# Words", **changes: object) -> Notebook:
    """A good notebook, with code cells appended and top-level metadata changed."""
    first = 'district: str = "Cao Lộc"  # as in data/reference/area_aliases.csv'
    second = "from cchc_analysis import open_brief\n\nbrief = open_brief(district)"

    def cell(source: str, tags: list[str]) -> dict:
        return {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"tags": tags},
            "outputs": [],
            "source": [source],
        }

    return {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": [prose]},
            cell(first, ["parameters"]),
            *(cell(source, []) for source in (second, *code)),
        ],
        "metadata": {"kernelspec": {"name": "python3"}, **changes},
    }


def test_a_good_notebook_is_left_in_peace() -> None:
    prose = "## 2. Theo Điều 30 Nghị định 61/2018/NĐ-CP\n\n1. Xem `2024-H1` và [bảng](x-1.html)."
    assert complaints_about(make_notebook("brief.draw_flow()", prose=prose)) == []


@pytest.mark.parametrize(
    ("notebook", "words"),
    [
        (make_notebook("import pandas as pd"), "code cell 3 imports pandas. Import from cchc"),
        (make_notebook("from cchc_analysis.data.tidy import x"), "imports cchc_analysis.data.tidy"),
        (make_notebook("def f(): pass"), "code cell 3 defines a function or class"),
        (make_notebook("class F: pass"), "code cell 3 defines a function or class"),
        (make_notebook("f = lambda x: x"), "code cell 3 defines a function or class"),
        (make_notebook("for row in brief: row"), "code cell 3 loops"),
        (make_notebook("[row for row in brief]"), "code cell 3 loops"),
        (make_notebook("brief.save('../site/x.html')"), 'names the path "../site/x.html"'),
        (make_notebook("brief.draw_flow()\nbrief.draw_index()"), "code cell 3 shows 2 things"),
        (make_notebook("more = load_findings()"), "2 cells load data (code cell 2, code cell 3)"),
        (make_notebook(*["brief"] * 13), "there are 15 code cells"),
        (make_notebook(prose="Huyện giải quyết 1.310 hồ sơ."), "giải quyết 1.310 hồ sơ.”, with a"),
        (make_notebook(kernelspec={"name": "mine"}), 'the kernel is not "python3"'),
        (make_notebook(papermill={}), "metadata hold papermill"),
    ],
)
def test_a_fault_is_named_with_what_to_do(notebook: Notebook, words: str) -> None:
    [said] = complaints_about(notebook)
    assert words in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"execution_count": 3}, "code cell 1 holds outputs or an execution count"),
        ({"outputs": [{"output_type": "stream"}]}, "code cell 1 holds outputs"),
        ({"metadata": {}}, '0 cells are tagged "parameters"'),
        ({"source": ['district = "Cao Lộc"']}, "Write it with its type and a comment"),
    ],
)
def test_a_fault_of_the_parameter_cell_is_named(change: dict, words: str) -> None:
    notebook = make_notebook()
    notebook["cells"][1].update(change)
    [said] = complaints_about(notebook)
    assert words in said


# --- Text files -----------------------------------------------------------------------------------

BINARY = {".docx", ".gif", ".jpg", ".parquet", ".pdf", ".png", ".woff2", ".xlsx"}
OURS = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
NOT_KEPT = r"(build|site|reports|__pycache__|\.(?!ci).*|.*\.egg-info)/"


def repository_files() -> list[Path]:
    """What git keeps or would keep; in a bare copy, all but what was built."""
    command = OURS if shutil.which("git") else ("false",)
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        unlisted = re.compile(f"(.*/)?{NOT_KEPT}")
        paths = [
            path
            for path in ROOT.rglob("*")
            if not unlisted.match(path.relative_to(ROOT).as_posix())
        ]
    return sorted(path for path in paths if path.is_file() and path.suffix not in BINARY)


def fault_of_text(content: bytes) -> str | None:
    """The first thing that would make this text differ from one machine to the next."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte {error.start} is not UTF-8"
    places = r"(?<![\w.~:/<-])/(?:home|root|Users|tmp|work|mnt|opt)/\w|\b[A-Z]:\\\w"
    sources = r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://\S+/simple/"
    faults = {
        "it starts with a byte order mark": text.startswith("\ufeff"),
        "it has CR line ends; LF is ours": "\r" in text,
        "it is not in Unicode form NFC": not unicodedata.is_normalized("NFC", text),
        "its last line has no end": bool(text) and not text.endswith("\n"),
        "it names a place on one machine only": bool(re.search(places, text)),
        "it names a package source; those belong to the machine": bool(re.search(sources, text)),
        "a conflict of versions was left in it": bool(re.search(r"(?m)^(<{7}|>{7}) ", text)),
    }
    return next((fault for fault, is_there in faults.items() if is_there), None)


def test_text_files_read_the_same_everywhere() -> None:
    exempt = {Path(__file__)}
    faults = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in repository_files()
        if path not in exempt and (fault := fault_of_text(path.read_bytes()))
    ]
    assert not faults, "\n".join(faults)


def test_nothing_built_is_kept() -> None:
    kept = [str(path.relative_to(ROOT)) for path in repository_files()]
    built = [name for name in kept if re.match(r"(site|build|\.venv)/|.*/__pycache__/", name)]
    assert built == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\n", "byte 0 is not UTF-8"),
        ("\ufeffx\n".encode(), "byte order mark"),
        (b"a\r\n", "CR line ends"),
        ("huyện\n".encode(), None),
        (unicodedata.normalize("NFD", "huyện\n").encode(), "not in Unicode form NFC"),
        (b"no end", "last line has no end"),
        (b"", None),
        (b"open('/home/anna/x.csv')\n", "a place on one machine"),
        (b"C:\\Users\\anna\n", "a place on one machine"),
        (b"#!/usr/bin/env bash\n", None),
        (b"https://example.org/home/page\n", None),
        (b"pip install --find-links x\n", "a package source"),
        (b"<<<<<<< mine\n", "a conflict of versions"),
    ],
)
def test_a_fault_of_a_text_is_named(content: bytes, words: str | None) -> None:
    fault = fault_of_text(content)
    assert fault is None if words is None else words in (fault or "")
