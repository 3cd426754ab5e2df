"""A list of the site's pages for machines: ``pages.json``.

A sitemap must hold whole addresses, host included, and a built site does not know where it will be
published. This list holds the paths, and what each page is of; who publishes the site can make a
sitemap of it with the host put before each path.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.grade import grade_brief
from cchc_analysis.brief.places import name_page
from cchc_analysis.files import write_text

LISTING = "pages.json"
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LANGUAGE = re.compile(r'<html lang="(\w+)"')


def write_listing(folder: Path, briefs: Iterable[Brief]) -> None:
    """List every page of a site with its title and language, a brief also with what it is of.

    Args:
        folder: The site, with all its pages.
        briefs: The briefs among them.

    Raises:
        OSError: The folder cannot be written to.
    """
    told = {str(name_page(each.area, each.period, each.lang)): each for each in briefs}
    pages = [
        _describe_page(folder, path) | (_describe_brief(told[path]) if path in told else {})
        for path in sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*.html"))
    ]
    content = json.dumps({"pages": pages}, ensure_ascii=False, indent=1)
    write_text(folder / LISTING, content + "\n")


def _describe_page(folder: Path, path: str) -> dict[str, Any]:
    text = (folder / path).read_text("utf-8")
    title, language = _TITLE.search(text), _LANGUAGE.search(text)
    return {
        "path": path,
        "title": html.unescape(title[1]) if title else "",
        "language": language[1] if language else "",
    }


def _describe_brief(brief: Brief) -> dict[str, Any]:
    grade = grade_brief(brief)
    return {
        "area_id": brief.area["area_id"],
        "area": brief.area["name"],
        "province": brief.province["name"] if brief.province else "",
        "period": brief.period,
        "period_start": brief.start,
        "period_end": brief.end,
        "grade": grade.letter,
        "contradictions": grade.warnings,
    }
