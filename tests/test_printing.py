"""A page on paper: tagged, without the folder it was made in, and a sentence where none can be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from brief_work import (
    PLAIN_REPORT,
    make_tables,
    open_made_up,
    tell_page,
)
from cchc_analysis.brief.render import BROWSERS, find_browser, print_page
from cchc_analysis.cli import main
from cchc_analysis.data.reference import Project
from cchc_analysis.errors import BriefError

with_chromium = pytest.mark.skipif(
    not any(map(shutil.which, BROWSERS)), reason="no Chromium on this machine"
)


def made_up_page() -> str:
    return tell_page(open_made_up(make_tables(PLAIN_REPORT)))


@pytest.mark.slow
@with_chromium
def test_a_printed_page_is_tagged_and_has_its_text(tmp_path: Path) -> None:
    paper = print_page(made_up_page(), tmp_path / "brief.pdf")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/StructTreeRoot" in content
    assert b"/Marked true" in content
    assert b"/Lang (vi)" in content
    document = PdfDocument(paper)
    try:
        text = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    assert "Sông Mây" in text


@pytest.mark.slow
@with_chromium
def test_a_printed_page_does_not_say_where_or_when_it_was_made(tmp_path: Path) -> None:
    content = print_page(made_up_page(), tmp_path / "brief.pdf").read_bytes()
    assert b"file:" not in content
    assert str(tmp_path).encode() not in content
    assert content.count(b"D:19800101000000") == 2


@pytest.mark.slow
@with_chromium
def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(BriefError, match="a PDF that can be made and written"):
        print_page(made_up_page(), tmp_path / "file" / "brief.pdf")


def test_without_chromium_a_sentence_says_what_is_missing(
    processed: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    out = tmp_path / "brief.pdf"
    command = ["--root", str(processed.root), "brief", "Sông Mây", "2022-H1", "--format", "pdf"]
    assert main([*command, "--out", str(out)]) == 6
    told = capsys.readouterr().err
    assert "no Chromium on this machine" in told
    assert "apt-get install chromium" in told
    assert not out.exists()


def test_a_browser_that_fails_is_named_and_leaves_the_former_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() == str(browser)
    out = tmp_path / "brief.pdf"
    out.write_text("former", "utf-8")
    with pytest.raises(BriefError, match="chromium: it did not print the page"):
        print_page("<h1>x</h1>", out)
    assert out.read_text("utf-8") == "former"
