"""A kit beside each brief, from which anybody makes the same page again.

Goes out as a ZIP file: the notebooks with their parameters, the rows of the tables that the page
reads, the versions of the packages, what the project changed of the files that every project begins
with, and the command. What is in the installed package is not packed again, and neither are the
documents themselves: what a page quotes from one that its publisher keeps is missing in the rerun.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Literal, cast

from pydantic import BaseModel, Field

from cchc_analysis import __version__
from cchc_analysis.brief.downloads import RERUN
from cchc_analysis.brief.render import ANNEX_NOTEBOOK
from cchc_analysis.data.files import write_bytes
from cchc_analysis.data.outside import open_archive, read_bytes, read_part
from cchc_analysis.data.records import Tables, problem
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.data.store import load_copies, write_copies, write_tables
from cchc_analysis.data.system import is_portable
from cchc_analysis.errors import BriefError
from cchc_analysis.site.kit import check_empty, find_kit, init_project, list_own
from cchc_analysis.site.single import do_apart, put_files

_LOG = logging.getLogger(__name__)
HEAD = "kit.json"
TABLES = "tables/"
FILES = "project/"
COMMAND = "cchc rerun"
README = Path(__file__).with_suffix(".txt")


class Kit(BaseModel):
    """What an opened kit holds: the notebook of the front, hashes of the pages, files by path.

    The documents are those that the pages quote and that it does not hold.
    """

    parameters: dict[Literal["district", "period", "lang"], str] = Field(min_length=3)
    notebook: str
    pages: dict[str, str]
    documents: tuple[str, ...]
    files: dict[str, bytes]


def pack_kit(
    project: Project,
    notebook: Path,
    parameters: Mapping[str, str],
    tables: Tables,
    pages: Mapping[str, bytes],
    documents: Mapping[str, bytes],
) -> bytes:
    """Pack the kit of a brief, the same bytes for the same brief.

    It is told the notebook of the front, wherever that lies, the rows that the page reads, the
    pages that were made, and the documents that these quote.
    """
    is_ours = notebook.is_relative_to(project.notebooks)
    name = notebook.relative_to(project.notebooks).as_posix() if is_ours else f"own/{notebook.name}"
    annex = project.notebooks / ANNEX_NOTEBOOK
    head = {
        "command": COMMAND,
        "version": __version__,
        "parameters": dict(parameters),
        "notebook": name,
        "pages": {name: hashlib.sha256(page).hexdigest() for name, page in pages.items()},
        "documents": sorted(documents),
    }
    # The lock without its hashes, which take a thousand times the room of a page.
    lock = (find_kit() / "requirements.lock").read_text("utf-8")
    versions = re.findall(r"^([\w.\[\]-]+==[^\\\n]*?)\s*\\?$", lock, re.MULTILINE)
    versions += [f"cchc-analysis=={__version__}", ""]
    files = {
        "README.txt": README.read_text("utf-8").format(version=__version__).encode(),
        HEAD: json.dumps(head, ensure_ascii=False, indent=2).encode(),
        "requirements.txt": "\n".join(versions).encode(),
    }
    files |= {f"{FILES}{name}": content for name, content in list_own(project.root).items()}
    for each, path in ((name, notebook), (annex.name, annex)):
        files[f"{FILES}notebooks/{each}"] = _put_parameters(path, parameters)
    with TemporaryDirectory(prefix="cchc-") as folder:
        write_copies(Path(folder), tables)
        files |= {TABLES + path.name: path.read_bytes() for path in Path(folder).iterdir()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def rerun(kit: Path, out: Path) -> Iterator[str]:
    """Make the page of a kit again in a new or empty folder, and tell whether it is the same.

    Raises:
        CommandError: The folder holds something.
        BriefError: It is no kit, or what it makes has other bytes; where the page quotes documents,
            which no kit holds, that is only told.
    """
    check_empty(out)
    opened = open_kit(kit)
    pages = do_apart(partial(make_again, opened))
    put_files(out, pages)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in pages.items()}
    changed = [name for name, published in opened.pages.items() if sums.get(name) != published]
    yield f"{out / 'index.html'}: {'not ' if changed else ''}the page that was published"
    if changed and not opened.documents:
        raise BriefError(problem("other_bytes", ", ".join(changed)))
    if changed:
        _LOG.warning("It quotes documents that no kit holds: %s", ", ".join(opened.documents))


def open_kit(place: Path) -> Kit:
    """Open a kit, packed or unpacked, and look at what it says.

    Raises:
        BriefError: It is none, or holds what a kit does not.
        ReportError: It is damaged, or unpacks to more than any kit does.
    """
    if place.is_dir():
        paths = [each for each in place.rglob("*") if each.is_file() and not each.is_symlink()]
        files = {path.relative_to(place).as_posix(): read_bytes(path, "a kit") for path in paths}
    elif (data := read_bytes(place, "a kit")).startswith(b"PK"):
        archive = open_archive(place, data)
        names = (each for each in archive.namelist() if not each.endswith("/"))
        files = {name: read_part(place, archive, name) for name in names}
    else:
        raise _refuse(place, "no archive")
    try:
        kit = Kit.model_validate({**json.loads(files[HEAD]), "files": files})
    except (KeyError, TypeError, ValueError, RecursionError):
        raise _refuse(place, f"no {HEAD} that says what it makes") from None
    if strange := sorted(name for name in (*files, kit.notebook) if not is_portable(name)):
        raise _refuse(place, f"a file outside of it ({strange[0]})")
    return kit


def make_again(kit: Kit) -> dict[str, bytes]:
    """Make the pages of a kit, in a process of its own.

    A new folder in that of the process, which goes with it, takes a project of what is in the kit
    and in the installed package.
    """
    from cchc_analysis.site.pages import Task, make_files  # which packs kits itself

    folder = Path(mkdtemp(dir=Path.cwd()))
    project = Project(folder / "project")
    init_project(project.root)
    for name, content in kit.files.items():
        if name.startswith(FILES):
            write_bytes(project.root / name.removeprefix(FILES), content)
        elif name.startswith(TABLES):
            write_bytes(folder / name, content)
    tables = load_copies(folder / TABLES)
    write_tables(project, tables, __version__)
    notebook, given = str(project.notebooks / kit.notebook), cast("dict[str, str]", kit.parameters)
    task = Task("", notebook, given, tables, documents={}, is_alone=True)
    made = make_files(project, load_reference(project.reference), task)
    return {name: content for name, content in made.items() if name.endswith(".html")}


def _put_parameters(notebook: Path, parameters: Mapping[str, str]) -> bytes:
    """A notebook with the values written into it, as papermill does it."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    read: Any = nbformat
    told = parameterize_notebook(load_notebook_node(str(notebook)), dict(parameters))
    told.metadata.pop("papermill", None)
    for number, cell in enumerate(told.cells):
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.id = f"parameters-{number}"  # papermill draws lots
    text: str = read.writes(told)
    return (text + "\n").encode()


def _refuse(place: Path, found: str) -> BriefError:
    return BriefError(problem("no_brief_kit", place.name, found=found, name=RERUN))
