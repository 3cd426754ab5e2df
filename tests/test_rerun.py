"""The kit beside a brief makes the same page elsewhere; what is no kit is refused."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from cchc_analysis.brief.downloads import RERUN
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.site.rerun import HEAD, open_kit

pytestmark = pytest.mark.usefixtures("warm")


@pytest.fixture(scope="module")
def published(
    warm: None,  # noqa: ARG001
    processed_once: Project,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The page of a brief in a site, with what lies beside it."""
    root = shutil.copytree(processed_once.root, tmp_path_factory.mktemp("kit") / "project")
    assert main(["--root", str(root), "brief", "Đồng Gió", "2022-H1", "--lang", "en"]) == 0
    [page] = (root / "site").glob("en/*/*/index.html")
    return page


def change(kit: Path, out: Path, changes: dict[str, bytes | None]) -> Path:
    """A kit with some files changed, added or left out."""
    with zipfile.ZipFile(kit) as old, zipfile.ZipFile(out, "w") as new:
        held = {name: old.read(name) for name in old.namelist()}
        for name, content in (held | changes).items():
            if content is not None:
                new.writestr(name, content)
    return out


def test_a_kit_makes_the_same_page_elsewhere(
    published: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with zipfile.ZipFile(published.with_name(RERUN)) as archive:
        archive.extractall(tmp_path / "kit")
    monkeypatch.chdir(tmp_path / "kit")
    assert main(["rerun", ".", "--out", "../again"]) == 0
    for name in ("index.html", "annex.html"):
        made = (tmp_path / "again" / name).read_bytes()
        assert made == published.with_name(name).read_bytes()
    assert "index.html: the page that was published" in capsys.readouterr().out
    assert main(["rerun", ".", "--out", "../again"]) == 2
    assert "not empty: annex.html, index.html" in capsys.readouterr().err


def test_another_page_than_the_published_one_is_told(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kit = published.with_name(RERUN)
    with zipfile.ZipFile(kit) as archive:
        name = "project/notebooks/district_brief.ipynb"
        notebook = archive.read(name).replace(b"brief.show_goals()", b"brief.show_plan()")
    other = change(kit, tmp_path / "other.zip", {name: notebook})
    assert main(["rerun", str(other), "--out", str(tmp_path / "out")]) == 6
    told = capsys.readouterr()
    assert "not the page that was published" in told.out
    assert "index.html: other bytes" in told.err


def test_a_kit_holds_the_notebooks_with_their_parameters_and_no_document(published: Path) -> None:
    kit = open_kit(published.with_name(RERUN))
    assert kit.parameters["period"] == "2022-H1"
    for name in ("district_brief", "brief_annex"):
        notebook = json.loads(kit.files[f"project/notebooks/{name}.ipynb"])
        [cell] = [c for c in notebook["cells"] if "injected-parameters" in c["metadata"]["tags"]]
        assert 'lang = "en"' in "".join(cell["source"])
    assert not any("reports" in name for name in kit.files)
    versions = kit.files["requirements.txt"].decode()
    assert "\npandas==" in versions
    assert "sha256" not in versions


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({HEAD: None}, f"no {HEAD}"),
        ({HEAD: b"[]"}, f"no {HEAD}"),
        ({HEAD: b'{"parameters": {}}'}, f"no {HEAD}"),
        ({"../evil.py": b"x"}, r"a file outside of it \(\.\./evil\.py\)"),
        ({"project/../../evil.py": b"x"}, "a file outside"),
        ({"C:evil.py": b"x"}, "a file outside"),
        ({"project\\..\\evil.py": b"x"}, "a file outside"),
    ],
)
def test_what_is_no_kit_is_refused(
    published: Path,
    tmp_path: Path,
    changes: dict[str, bytes | None],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kit = change(published.with_name(RERUN), tmp_path / "bad.zip", changes)
    assert main(["rerun", str(kit), "--out", str(tmp_path / "out")]) == 6
    assert re.search(said, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_what_is_no_archive_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 cut off")
    assert main(["rerun", str(tmp_path / "bad.zip"), "--out", str(tmp_path / "out")]) == 3
    assert main(["rerun", str(tmp_path / "none.zip"), "--out", str(tmp_path / "out")]) == 3
    assert "none.zip: no such file" in capsys.readouterr().err
    (tmp_path / "README.md").write_text("x")
    assert main(["rerun", str(tmp_path / "README.md"), "--out", str(tmp_path / "out")]) == 6
    assert "README.md: no archive; expected a kit of a brief" in capsys.readouterr().err
