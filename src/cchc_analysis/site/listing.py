"""Lists of the site's pages for machines: ``pages.json``, and ``sitemap.xml``.

A sitemap must hold whole addresses, host included, so there is one where the builder was told where
the site will be published. ``pages.json`` holds the paths, and what each page is of.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

LISTING = "pages.json"
SITEMAP = "sitemap.xml"
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LANGUAGE = re.compile(r'<html lang="(\w+)"')


def describe_page(path: str, page: str) -> bytes:
    """What the list says of a page: its path, title and language."""
    title, language = _TITLE.search(page), _LANGUAGE.search(page)
    listed = {
        "path": path,
        "title": html.unescape(title[1]) if title else "",
        "language": language[1] if language else "",
    }
    return json.dumps(listed, ensure_ascii=False).encode()


def bind_listing(pages: Iterable[Mapping[str, Any]]) -> bytes:
    """The list of a site's pages: what each was described as, and what it is of."""
    listed = sorted(pages, key=lambda page: str(page["path"]))
    return (json.dumps({"pages": listed}, ensure_ascii=False, indent=1) + "\n").encode()


def bind_sitemap(pages: Iterable[Mapping[str, Any]], url: str) -> bytes:
    """The sitemap (sitemaps.org 0.9) of a site that is published at an address."""
    paths = sorted(str(page["path"]).removesuffix("index.html") for page in pages)
    places = [escape(f"{url.rstrip('/')}/{quote(path)}") for path in paths]
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *(f"<url><loc>{place}</loc></url>" for place in places),
            "</urlset>\n",
        )
    ).encode()
