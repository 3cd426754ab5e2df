"""Two editions of the data: what moved, came or went, in a list and on a brief."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from brief_work import read_text
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.data.trace import DIFF_COLUMNS, compare_editions, tell_editions
from cchc_analysis.errors import CommandError

pytestmark = pytest.mark.usefixtures("warm")

Rows = pd.DataFrame


@pytest.fixture
def old(processed_once: Project, tmp_path: Path) -> Path:
    """An earlier edition: one value was another one, one was there, one was not yet there."""
    folder = shutil.copytree(processed_once.processed, tmp_path / "release-0.0.9")
    rows = load(folder)
    own = rows[rows["source_id"] == "dong_gio_2022_h1"].index
    rows.loc[own[0], "value"] = "7"
    gone = rows.loc[[own[1]]].assign(indicator="one_that_went")
    rows = pd.concat([rows.drop(index=own[2]), gone])
    rows.to_csv(folder / "indicators.csv", index=False)
    return folder


def load(folder: Path) -> Rows:
    return pd.read_csv(folder / "indicators.csv", dtype=str, keep_default_na=False)


def test_what_moved_came_and_went_is_listed_with_its_reason(
    old: Path, processed_once: Project, tmp_path: Path
) -> None:
    changes = compare_editions(old, processed_once.processed)
    assert list(changes.columns) == list(DIFF_COLUMNS)
    assert changes["change"].tolist() == ["came", "moved", "went"]
    moved = changes.set_index("change").loc["moved"]
    assert moved["value_old"] == "7"
    assert moved["value_new"] not in ("", "7")
    assert not changes["reason"].any()
    new = shutil.copytree(processed_once.processed, tmp_path / "new" / "data" / "processed")
    told = f"# Changes\n\n- Counted again: `{moved['indicator']}` of all.\n"
    (tmp_path / "new" / "CHANGELOG.md").write_text(told, "utf-8")
    reasons = compare_editions(old, new).set_index("change")["reason"]
    assert reasons["moved"] == f"Counted again: `{moved['indicator']}` of all."
    told = tell_editions(old, processed_once.processed, "text")
    assert told.endswith("1 came, 1 moved, 1 went")


def test_an_edition_without_values_is_one_since_which_all_came(old: Path) -> None:
    new = load(old)
    new.iloc[:0].to_csv(old / "indicators.csv", index=False)
    changes = compare_editions(old, new.assign(value=1.0), ["dong_gio_2022_h1"])
    assert set(changes["change"]) == {"came"}


def test_a_brief_says_what_was_revised_since(
    old: Path, processed: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.html"
    brief = ("--root", str(processed.root), "brief", "Đồng Gió", "2022-H1", "--lang", "en")
    assert main([*brief, "--out", str(out), "--since", str(old)]) == 0
    page = out.read_text("utf-8")
    said = read_text(page)
    assert "Since the earlier edition (release-0.0.9, " in said
    assert "values changed: 1; added: 1; withdrawn: 1." in said
    assert page.index('id="revised"') < page.index('id="summary"')
    assert main([*brief, "--out", str(tmp_path / "b.html"), "--since", str(tmp_path / "no")]) == 2
    assert "no indicators.csv" in capsys.readouterr().err
    assert not (tmp_path / "b.html").exists()


def test_an_edition_of_another_form_is_refused(tmp_path: Path, processed_once: Project) -> None:
    (tmp_path / "indicators.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(CommandError, match="of another form"):
        compare_editions(tmp_path, processed_once.processed)
