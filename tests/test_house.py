"""The house can be carried on: one name for one thing, doors, modules of a readable size."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cchc_analysis.data.records import load_own
from sentence_work import check_sentences

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "cchc_analysis"
LONGEST_MODULE = 600


def list_modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def parse(code: str) -> ast.Module:
    """The tree of a module, which most tests here look at."""
    return ast.parse(code)


def find_classes(code: str) -> Iterator[str]:
    """Names of the classes of a module, of inner ones as well."""
    for node in ast.walk(parse(code)):
        if isinstance(node, ast.ClassDef):
            yield node.name


DOORS = ("front.py", "openers.py")
"""Where a name passes on to the function of the same name."""


def find_functions(code: str) -> Iterator[str]:
    """The public functions of a module."""
    defined = (node for node in parse(code).body if isinstance(node, ast.FunctionDef))
    return (node.name for node in defined if not node.name.startswith("_"))


def find_repeated(
    modules: dict[str, str], find: Callable[[str], Iterator[str]]
) -> dict[str, list[str]]:
    """Names that stand for two things, with the modules that define them."""
    homes: dict[str, list[str]] = defaultdict(list)
    for module, code in modules.items():
        for name in find(code):
            homes[name].append(module)
    return {name: found for name, found in homes.items() if len(found) > 1}


def find_bad_calls(code: str) -> Iterator[str]:
    """What hides every mistake, or changes the environment of everybody."""
    for node in ast.walk(parse(code)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        arguments = node.args if called.endswith("suppress") else []
        if {*map(ast.unparse, arguments)} & {"Exception", "BaseException"}:
            yield f"line {node.lineno}: suppress(Exception)"
        if called in {"os.environ.clear", "environ.clear"}:
            yield f"line {node.lineno}: {called}()"


OF_TEMPLATES = ("brief/templates.py", "data/words.py")
"""Where text becomes HTML; elsewhere data go into the templates of ``notebooks/page``."""


def find_html(code: str) -> Iterator[str]:
    """Where a module makes HTML itself: ``Markup`` of a tag, of a form or of what it was given."""
    for node in ast.walk(parse(code)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        is_markup = ast.unparse(node.func).rpartition(".")[2] == "Markup"
        [given, *_] = node.args
        is_plain = isinstance(given, ast.Constant) and not set(str(given.value)) & set("<{&")
        if is_markup and not is_plain:
            yield f"line {node.lineno}: {ast.unparse(node)}"


def test_html_is_made_by_templates() -> None:
    modules = {path.relative_to(PACKAGE).as_posix(): path for path in list_modules()}
    found = {name: list(find_html(path.read_text("utf-8"))) for name, path in modules.items()}
    assert [name for name, lines in found.items() if lines and name not in OF_TEMPLATES] == []
    assert all(found[name] for name in OF_TEMPLATES)


def test_html_made_elsewhere_is_found() -> None:
    code = 'Markup("")\nMarkup("; ").join(names)\nMarkup("<b>{}</b>").format(a)\nm.Markup(text)'
    assert sorted(each.partition(":")[0] for each in find_html(code)) == ["line 3", "line 4"]


def test_no_class_and_no_function_name_has_two_meanings() -> None:
    modules = {str(path.relative_to(PACKAGE)): path.read_text("utf-8") for path in list_modules()}
    assert find_repeated(modules, find_classes) == {}
    inner = {name: code for name, code in modules.items() if name not in DOORS}
    assert find_repeated(inner, find_functions) == {}


def test_a_second_meaning_is_found() -> None:
    modules = {"a.py": "class Pair: ...", "b.py": "class Other:\n  class Pair: ..."}
    assert find_repeated(modules, find_classes) == {"Pair": ["a.py", "b.py"]}
    modules = {"a.py": "def join(): ...\ndef _at(): ...", "b.py": "def join(): ...\ndef _at(): ..."}
    assert find_repeated(modules, find_functions) == {"join": ["a.py", "b.py"]}


@pytest.mark.parametrize("path", list_modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_can_be_read_at_once(path: Path) -> None:
    code = path.read_text("utf-8")
    assert len(code.splitlines()) <= LONGEST_MODULE
    assert list(find_bad_calls(code)) == []
    assert ast.get_docstring(parse(code)), "what comes in, what goes out, what it does not know"


def test_what_hides_mistakes_is_found() -> None:
    code = "with suppress(OSError, Exception):\n  os.environ.clear()"
    assert list(find_bad_calls(code)) == [
        "line 1: suppress(Exception)",
        "line 2: os.environ.clear()",
    ]


@pytest.mark.parametrize(
    "door",
    sorted(PACKAGE.rglob("__init__.py")),
    ids=lambda path: str(path.parent.relative_to(PACKAGE)),
)
def test_a_door_is_names_and_no_code(door: Path) -> None:
    """A folder's door has a first paragraph and names; what is behind it lies in modules."""
    if door.parent == PACKAGE:
        return  # the front door loads what is asked for, so that a command starts at once
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr)
    tree = ast.parse(door.read_text("utf-8"))
    assert [ast.unparse(node)[:60] for node in tree.body if not isinstance(node, allowed)] == []


def find_problems(code: str) -> Iterator[tuple[str, set[str], bool]]:
    """The kind of each problem that a module tells, what it fills in, and whether that is all."""
    nodes = [*ast.walk(parse(code))]
    imports = [each for each in nodes if isinstance(each, ast.ImportFrom)]
    own = [each for each in imports if each.module == "cchc_analysis.data.records"]
    tellers = {alias.name for each in own for alias in each.names} & {"problem", "say", "refusal"}
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in tellers and node.args:
            kind = node.args[0]
            given = {each.arg for each in node.keywords if each.arg}
            given |= {"cell"} if len(node.args) > 2 else set()
            if isinstance(kind, ast.Constant):
                yield str(kind.value), given, all(each.arg for each in node.keywords)


def test_every_sentence_is_there_and_gets_what_it_names() -> None:
    """Of ``data/problems.toml``."""
    sentences, code = load_own("problems"), [each.read_text("utf-8") for each in list_modules()]
    told = [each for module in code for each in find_problems(module)]
    assert len(told) > 60
    check_sentences(told)
    whole, made = "".join(code), ("damaged_", "no_columns_of_", "own_")  # put together
    assert [k for k in sentences if f'"{k}"' not in whole and not k.startswith(made)] == []
