"""What leads to the pages and is made of them: lists, the door, ``pages.json``, and the tables.

Comes in as a build that shows every page; goes out as more pages of it. Nothing here opens a
brief. The tables have the columns of ``data/processed``, with the name of each area beside its
code.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pandas as pd

from cchc_analysis import __version__
from cchc_analysis.brief import downloads, lists
from cchc_analysis.brief.board import TRENDS
from cchc_analysis.brief.render import PROFILE_NOTEBOOK, TEMPLATE
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.export import join_licences, list_licences, write_package
from cchc_analysis.data.files import read_files
from cchc_analysis.data.records import Tables
from cchc_analysis.data.reference import Project, Reference
from cchc_analysis.data.store import STORED
from cchc_analysis.data.trace import CITATION, cite_data
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.site import pages
from cchc_analysis.site.keys import key_of
from cchc_analysis.site.pages import Page
from cchc_analysis.site.slices import Slices, hash_rows
from cchc_analysis.site.store import Build, in_words

WORKBOOK = "cchc.xlsx"
"""The workbook of a province, in a folder of its own below ``data/``: one changed figure writes one
workbook anew, and not that of a country."""
TABLES = ("observations", "indicators", "findings")
"""The tables that the site offers, besides that of the sources."""
MADE_OF = ".made-of.json"
"""Kept with these and not published: the key of what each was made of."""


def put_lists(
    build: Build,
    planned: Collection[Page],
    project: Project,
    tables: Tables,
    reference: Reference,
    url: str = "",
) -> None:
    """Show every list of both languages, and the door.

    With the address where it will be published, the site gets a sitemap too.
    """
    cards = _load_kept(build, build.shown, pages.CARD)
    cards.sort(key=lambda card: (card["facts"]["area_id"], card["facts"]["period"]))
    withheld = tables.sources[tables.sources["publish"] == "no"]
    groups = _group_areas(tables, reference).items()
    for lang in LANGUAGES:
        own = [page for page in planned if page.parameters["lang"] == lang]
        shown = [page for page in own if page.folder in build.shown]
        told = lists.Told(
            cards=[card for card in cards if card["lang"] == lang],
            reference=reference,
            findings=tables.findings,
            withheld=withheld["title"]
            .where(withheld["title"] != "", withheld["source_id"])
            .tolist(),
            indicators=sorted(tables.indicators["indicator"].unique()),
            workbooks=[(f"{folder}/{WORKBOOK}", province) for folder, (province, _) in groups],
            profiled=[p.parameters["area"] for p in shown if p.notebook == PROFILE_NOTEBOOK],
        )
        _put_told(build, project, told, lang)
        rows = _load_kept(build, (page.folder for page in shown), pages.ROW)
        folder, bind = f"{lang}/{TRENDS}", partial(lists.bind_list, project, None, lang)
        _put(build, folder, rows, partial(bind, TRENDS, "trends", rows=rows))
        for page in own:
            if page.areas is not None and page.folder not in build.shown:
                name = page.folder.partition("/")[2]
                _put(build, page.folder, "absent", partial(bind, name, "absent"))
    _put_door(build, project, cards, url)


def _load_kept(build: Build, folders: Iterable[str], name: str) -> list[Any]:
    """What is kept under a name with the pages in some folders, for lists to tell."""
    found = (build.read(build.shown[folder].key, name) for folder in folders)
    return [json.loads(content) for content in found if content]


def _put(build: Build, folder: str, made_of: object, bind: Callable[[], str]) -> None:
    """Show a page; one that is there already is not made again."""
    build.put(folder, made_of, lambda: pages.bind_page(folder, bind()))


def _put_told(build: Build, project: Project, told: lists.Told, lang: str) -> None:
    """Show the lists of one language, and the pages of provinces, areas and letters.

    One that another page stands on already, such as a profile of the area, is left out.
    """
    kept = {card["folder"]: json.dumps(card) for card in told.cards}
    made_of = [
        [*kept.values()],
        hash_rows(told.findings).tobytes(),
        [told.withheld, told.indicators, told.workbooks, told.profiled],
    ]
    bind = partial(lists.bind_list, project)
    for name in lists.LISTS:
        folder = str(PurePosixPath(lang, name))
        _put(build, folder, made_of, partial(bind, told, lang, name))
    bare = replace(told, findings=told.findings.iloc[:0], withheld=[], workbooks=[])
    for name, (cards, data) in lists.list_places(bare).items():
        folder = str(PurePosixPath(lang, name))
        if folder not in build.shown:
            parts = [told.profiled, [kept[card["folder"]] for card in cards], told.indicators]
            below = replace(bare, cards=cards)
            _put(build, folder, parts, partial(bind, below, lang, name, **data))


def put_downloads(
    build: Build, project: Project, tables: Tables, reference: Reference, slices: Slices
) -> None:
    """Show the tables behind all briefs, with how to cite them; one that stays is not written."""
    cited = project.root / CITATION
    rows = {name: hash_rows(getattr(tables, name)).tobytes() for name in (*TABLES, "sources")}
    made_of = {name: key_of(build.common, rows[name], rows["sources"]) for name in rows}

    def make() -> dict[str, bytes]:
        former = build.placed.get(downloads.SITE_FOLDER)
        kept = former.key if former and not build.force else ""
        known = json.loads(build.read(kept, MADE_OF) or b"{}").items() & made_of.items()
        finished = {name: build.read(kept, f"{name}.csv") for name, _ in known}
        with in_words(build.store), TemporaryDirectory(prefix="cchc-") as folder:
            write_site_downloads(Path(folder), project, tables, reference, finished)
            data = Path(folder) / downloads.SITE_FOLDER
            files = read_files(data.iterdir(), data)
        return files | {MADE_OF: json.dumps(made_of).encode()}

    citation = cited.read_bytes() if cited.is_file() else None
    build.put(downloads.SITE_FOLDER, [made_of, citation], make)
    for folder, (_, area_ids) in _group_areas(tables, reference).items():
        own = slices.of_areas(area_ids)
        bind = partial(_bind_province, project, reference, own.cut)
        build.put(folder, [own.key, citation], bind)  # the workbook says it


def _put_door(build: Build, project: Project, cards: list[lists.Card], url: str) -> None:
    """The door of the site, and beside it the lists of all pages for machines."""
    facts = {f"{card['folder']}/index.html": card["facts"] for card in cards}
    kept = _load_kept(build, build.shown, pages.LISTED)
    listed = [each | facts.get(each["path"], {}) for page in kept for each in page]
    listed.sort(key=itemgetter("path"))  # whatever was made first
    counts = Counter(card["lang"] for card in cards)

    def make() -> dict[str, bytes]:
        files = pages.bind_page("", lists.bind_root(project, counts))
        every = sorted([*listed, *json.loads(files[pages.LISTED])], key=itemgetter("path"))
        sitemap = {pages.SITEMAP: pages.bind_sitemap(every, url)} if url else {}
        listing = json.dumps({"pages": every}, ensure_ascii=False, indent=1) + "\n"
        return files | sitemap | {pages.LISTING: listing.encode()}

    build.put("", [dict(counts), listed, url], make)


def write_site_downloads(
    folder: Path,
    project: Project,
    tables: Tables,
    reference: Reference,
    finished: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Put the tables behind all briefs into ``data/``, or finished files, and how to cite them."""
    data = folder / downloads.SITE_FOLDER
    terms = list_licences(tables.sources)
    resources, words = [], load_words(project.notebooks / TEMPLATE, "en")
    for name, table in _tabulate(tables, reference).items():
        _, key = STORED.get(name, ((), ("source_id",)))
        described = downloads.write_csv(data, name, table, key, words, finished.get(name, b""))
        resources.append(described | {"licenses": terms})
    title = words.plain("site.title")
    write_package(data, "cchc-site", title, resources, terms)
    if (project.root / CITATION).is_file():
        shutil.copyfile(project.root / CITATION, data / CITATION)


def _bind_province(
    project: Project, reference: Reference, cut: Callable[[], Tables]
) -> dict[str, bytes]:
    """The workbook of the rows of a province."""
    tables = cut()
    words = [load_words(project.notebooks / TEMPLATE, lang) for lang in LANGUAGES]
    title = words[-1].plain("site.title")
    sheets = _tabulate(tables, reference)
    cited = str(cite_data(project.root, __version__, tables.sources))
    sheets["read-me"] = downloads.tell_columns(sheets, title, words, [cited] * len(words))
    return {WORKBOOK: downloads.bind_workbook(sheets, title)}


def _group_areas(tables: Tables, reference: Reference) -> dict[str, tuple[str, list[str]]]:
    """The province and its areas, and those in none, by the folder of their workbook."""
    found: dict[str, list[str]] = {}
    held = {area for name in TABLES for area in getattr(tables, name)["area_id"].unique()}
    for area_id in sorted(held):
        found.setdefault(reference.find_province(area_id), []).append(area_id)
    kept = {}
    for province, areas in sorted(found.items()):
        name = str(reference.area_rows[province]["name"]) if province else ""
        folder = slug_text(f"{province} {name}") or "other"
        kept[f"{downloads.SITE_FOLDER}/{folder}"] = province, areas
    return kept


def _tabulate(tables: Tables, reference: Reference) -> dict[str, pd.DataFrame]:
    """The tables in their order, with the names of areas and licences of sources beside codes."""
    rows, kept = reference.area_rows, {}
    for name in TABLES:
        columns, key = STORED[name]
        table = getattr(tables, name)[list(columns)]
        table = table.sort_values(list(key), kind="stable", ignore_index=True)
        names = {each: rows[each]["name"] for each in table["area_id"].unique() if each in rows}
        areas = table["area_id"].map(names).fillna("")
        table.insert([*table.columns].index("area_id") + 1, "area", areas)
        terms = join_licences(table["source_id"], tables.sources)
        table.insert([*table.columns].index("source_id") + 1, "licence", terms)
        kept[name] = table
    return kept | {"sources": downloads.tabulate_sources(tables.sources)}
