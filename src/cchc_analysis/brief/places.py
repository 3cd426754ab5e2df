"""Where pages lie in the site, and how they link to each other: stable, relative, plain ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from cchc_analysis.brief.content import Brief
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.words import LANGUAGES

TO_ROOT = "../../../"
"""From a brief to the folder that holds the languages."""


def name_folder(area: Mapping[str, Any], period: str) -> str:
    """The folder of a brief within its language.

    >>> name_folder({"area_id": "183", "name": "Huyện Cao Lộc", "type": "huyện"}, "2024-H1")
    '183-cao-loc/2024-h1'
    """
    kind, name = slug_text(str(area["type"])), slug_text(str(area["name"]))
    short = name.removeprefix(f"{kind}-")
    return f"{slug_text(str(area['area_id']))}-{short}/{slug_text(period)}"


def name_page(area: Mapping[str, Any], period: str, lang: str) -> PurePosixPath:
    """The page of a brief within the site."""
    return PurePosixPath(lang) / name_folder(area, period) / "index.html"


def name_list(name: str, lang: str) -> PurePosixPath:
    """A page of a language besides its briefs, by its folder.

    >>> str(name_list("quality", "vi"))
    'vi/quality/index.html'
    """
    return PurePosixPath(lang) / name / "index.html"


def link_page(brief: Brief, lang: str) -> str:
    """From a brief to the same brief in a language."""
    return TO_ROOT + str(name_page(brief.area, brief.period, lang))


def other_language(lang: str) -> str:
    """The language to switch to."""
    return next(each for each in LANGUAGES if each != lang)
