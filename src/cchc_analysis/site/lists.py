"""What leads to the pages and is made of them: lists, the door, ``pages.json``, and the tables.

Comes in as contents in which every page has its place; goes out as more pages of them. Nothing
here opens a brief, but for the few that between them show every indicator. The tables have the
columns of ``data/processed``, with the name of each area beside its code.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cchc_analysis import __version__
from cchc_analysis.brief.content import name_list
from cchc_analysis.brief.downloads import (
    CITATION,
    SITE_FOLDER,
    describe_csv,
    list_sources,
    tell_columns,
    write_csv,
    write_package,
)
from cchc_analysis.brief.lists import (
    LISTS,
    Card,
    Told,
    bind_absent,
    bind_root,
    bind_trends,
    list_places,
)
from cchc_analysis.brief.opening import open_brief
from cchc_analysis.brief.render import PROFILE_NOTEBOOK, TEMPLATE
from cchc_analysis.brief.trends import TRENDS
from cchc_analysis.brief.workbook import bind_workbook
from cchc_analysis.data.clean import slug_text
from cchc_analysis.data.export import index_licences, join_licences, list_licences
from cchc_analysis.data.records import (
    FINDING_COLUMNS,
    FINDING_KEY,
    INDICATOR_COLUMNS,
    INDICATOR_KEY,
    OBSERVATION_COLUMNS,
    OBSERVATION_KEY,
    Tables,
)
from cchc_analysis.data.trace import cite_data
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.site.pages import (
    CARD,
    LISTED,
    LISTING,
    ROW,
    SITEMAP,
    Page,
    bind_listing,
    bind_page,
    bind_sitemap,
    read_files,
)
from cchc_analysis.site.slices import hash_rows
from cchc_analysis.site.store import in_words

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.brief.content import Brief
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Project, Reference
    from cchc_analysis.site.build import Contents
    from cchc_analysis.site.slices import Slices


def put_lists(
    contents: Contents, project: Project, tables: Tables, reference: Reference, url: str = ""
) -> None:
    """Put every list of both languages, and the door, into the contents.

    With the address where it will be published, the site gets a sitemap too.
    """
    cards = _read_cards(contents)
    workbooks = list_workbooks(tables, reference)
    for lang in LANGUAGES:
        own = [card for card in cards if card.lang == lang]
        tellers = _choose_teller(contents, lang)
        made_of = [
            [contents.shown[page.folder].key for page in tellers],
            [card.to_bytes() for card in own],
            hash_rows(tables.findings).tobytes(),
            list_withheld(tables.sources),
            list_indicators(tables),
            workbooks,
        ]
        profiled = list_shown_profiles(contents, lang)
        made_of.append(profiled)
        tell = cache(
            partial(_tell, project, (reference, tables), own, tellers, workbooks, profiled)
        )
        for name, bind in LISTS.items():
            folder = str(name_list(name, lang).parent)
            contents.put(
                folder,
                made_of,
                lambda folder=folder, bind=bind, lang=lang, tell=tell: bind_page(  # type: ignore[misc]
                    folder, bind(project, tell(), lang)
                ),
            )
        _put_places(contents, project, reference, tables, own, profiled)
        _put_trends(contents, project, lang)
        for page in contents.pages.values():
            is_own = page.is_of_briefs and page.parameters["lang"] == lang
            if is_own and page.folder not in contents.shown:
                name = page.folder.partition("/")[2]
                contents.put(
                    page.folder,
                    "absent",
                    lambda folder=page.folder, name=name, lang=lang: bind_page(  # type: ignore[misc]
                        folder, bind_absent(project, lang, name)
                    ),
                )
    _put_door(contents, project, cards, url)


def list_shown_profiles(contents: Contents, lang: str) -> list[str]:
    """The areas whose profile is shown in a language."""
    return [
        page.parameters["area"]
        for folder, page in contents.pages.items()
        if page.notebook == PROFILE_NOTEBOOK
        and page.parameters["lang"] == lang
        and folder in contents.shown
    ]


def _put_places(
    contents: Contents,
    project: Project,
    reference: Reference,
    tables: Tables,
    own: list[Card],
    profiled: list[str],
) -> None:
    """Put the pages of provinces, areas and letters of one language into the contents.

    One that another page stands on already, such as a profile of the area, is left out.
    """
    none = tables.findings.iloc[:0]
    codes = list_indicators(tables)
    whole = Told(own, [], reference, none, indicators=codes, profiled=profiled)
    for name, (cards, bind) in list_places(whole).items():
        lang = cards[0].lang
        folder = str(name_list(name, lang).parent)
        if folder in contents.shown:
            continue
        told = replace(whole, cards=cards)
        is_made_of_cards = not name.startswith("definitions/")
        contents.put(
            folder,
            [profiled, [card.to_bytes() for card in cards]] if is_made_of_cards else codes,
            lambda folder=folder, bind=bind, told=told, lang=lang: bind_page(  # type: ignore[misc]
                folder, bind(project, told, lang)
            ),
        )


def _put_trends(contents: Contents, project: Project, lang: str) -> None:
    """Put the list of the indicators that have a page into the contents."""
    pages = [page for page in contents.pages.values() if page.parameters["lang"] == lang]
    shown = [contents.shown[page.folder].key for page in pages if page.folder in contents.shown]
    rows = [json.loads(row) for key in shown if (row := contents.build.read(key, ROW))]
    folder = str(name_list(TRENDS, lang).parent)
    contents.put(folder, rows, lambda: bind_page(folder, bind_trends(project, rows, lang)))


def put_downloads(
    contents: Contents, project: Project, tables: Tables, reference: Reference, slices: Slices
) -> None:
    """Put the tables behind all briefs into the contents, with how to cite them.

    Raises:
        BriefError: The disk is full, or cannot be written to.
    """
    cited = project.root / CITATION
    made_of = [
        slices.of_tables("observations", "indicators", "findings", "sources").key,
        cited.read_bytes() if cited.is_file() else None,
    ]

    def make() -> dict[str, bytes]:
        with in_words(contents.build.store), TemporaryDirectory(prefix="cchc-") as folder:
            write_site_downloads(Path(folder), project, tables, reference)
            return read_files(Path(folder) / SITE_FOLDER)

    contents.put(SITE_FOLDER, made_of, make)
    for province, area_ids in list_provinces(tables, reference).items():
        rows = slices.of_areas(area_ids)
        contents.put(
            name_workbook(reference, province),
            rows.key,
            lambda rows=rows: bind_province(project, rows.cut(), reference),  # type: ignore[misc]
        )


def _read_cards(contents: Contents) -> list[Card]:
    """The cards of the briefs that are shown, in the order of the index."""
    found = (contents.build.read(placed.key, CARD) for placed in contents.shown.values())
    cards = [Card.from_bytes(content) for content in found if content]
    return sorted(cards, key=lambda card: (card.facts["area_id"], card.facts["period"]))


def _choose_teller(contents: Contents, lang: str) -> list[Page]:
    """The first brief of a language: the rules that it tells are those of all."""
    own = (
        page
        for folder, page in contents.pages.items()
        if page.is_brief and page.parameters["lang"] == lang and folder in contents.shown
    )
    return list(islice(own, 1))


def _tell(
    project: Project,
    run: tuple[Reference, Tables],
    cards: list[Card],
    tellers: list[Page],
    workbooks: list[tuple[str, str]],
    profiled: list[str],
) -> Told:
    reference, tables = run
    briefs = [_open(project, reference, page) for page in tellers]
    withheld = list_withheld(tables.sources)
    indicators = list_indicators(tables)
    findings = tables.findings
    return Told(cards, briefs, reference, findings, withheld, indicators, workbooks, profiled)


def list_indicators(tables: Tables) -> list[str]:
    """The indicators of which a value is published."""
    return sorted(tables.indicators["indicator"].unique())


def list_workbooks(tables: Tables, reference: Reference) -> list[tuple[str, str]]:
    """The path of the workbook of each province, and the name of the province."""
    return [
        (
            f"{name_workbook(reference, province)}/{WORKBOOK}",
            str(reference.area_rows[province]["name"]) if province else "",
        )
        for province in list_provinces(tables, reference)
    ]


def list_withheld(sources: pd.DataFrame) -> list[str]:
    """The titles of the sources whose rows may not be published."""
    if "publish" not in sources:
        return []
    held = sources[sources["publish"] == "no"]
    return [title or name for title, name in zip(held["title"], held["source_id"], strict=True)]


def _open(project: Project, reference: Reference, page: Page) -> Brief:
    words = load_words(project.notebooks / TEMPLATE, page.parameters["lang"])
    place = page.parameters["district"], page.parameters["period"]
    return open_brief(page.find_slice().cut(), reference, words, *place)


def _put_door(contents: Contents, project: Project, cards: list[Card], url: str) -> None:
    """The door of the site, and beside it the lists of all pages for machines."""
    facts = {f"{card.folder}/index.html": card.facts for card in cards}
    found = (contents.build.read(placed.key, LISTED) for placed in contents.shown.values())
    listed = [each for content in found if content for each in json.loads(content)]
    listed = [each | facts.get(each["path"], {}) for each in listed]
    counts = Counter(card.lang for card in cards)

    def make() -> dict[str, bytes]:
        files = bind_page("", bind_root(project, counts))
        pages = [*listed, *json.loads(files[LISTED])]
        sitemap = {SITEMAP: bind_sitemap(pages, url)} if url else {}
        return files | sitemap | {LISTING: bind_listing(pages)}

    contents.put("", [dict(counts), bind_listing(listed), url], make)


WORKBOOK = "cchc.xlsx"
"""The workbook of a province, in a folder of its own below ``data/``: one changed figure writes one
workbook anew, and not that of a country."""

_SITE_TABLES = {
    "observations": (OBSERVATION_COLUMNS, OBSERVATION_KEY),
    "indicators": (INDICATOR_COLUMNS, INDICATOR_KEY),
    "findings": (FINDING_COLUMNS, FINDING_KEY),
}


def write_site_downloads(
    folder: Path, project: Project, tables: Tables, reference: Reference
) -> None:
    """Put the tables behind all briefs into ``data/`` of the site, with how to cite them.

    Raises:
        OSError: The folder cannot be written to.
    """
    data = folder / SITE_FOLDER
    sheets = _tabulate(tables, reference)
    for name, table in sheets.items():
        write_csv(data / f"{name}.csv", table)
    keys = {name: key for name, (_, key) in _SITE_TABLES.items()} | {"sources": ("source_id",)}
    terms = list_licences(index_licences(tables.sources).values())
    resources = [
        each | {"licenses": terms}
        for name, key in keys.items()
        for each in describe_csv(data, name, [*sheets[name].columns], key)
    ]
    title = load_words(project.notebooks / "page", "en").plain("site.title")
    write_package(data, "cchc-site", title, resources, terms)
    if (project.root / CITATION).is_file():
        shutil.copyfile(project.root / CITATION, data / CITATION)


def bind_province(project: Project, tables: Tables, reference: Reference) -> dict[str, bytes]:
    """The workbook of the rows of a province."""
    words = [load_words(project.notebooks / "page", lang) for lang in LANGUAGES]
    title = words[-1].plain("site.title")
    sheets = _tabulate(tables, reference)
    cited = str(cite_data(project.root, __version__, tables.sources))
    sheets["read-me"] = tell_columns(sheets, title, words, [cited] * len(words))
    return {WORKBOOK: bind_workbook(sheets, title)}


def list_provinces(tables: Tables, reference: Reference) -> dict[str, list[str]]:
    """The areas of the tables by their province; by "" those that lie in none."""
    found: dict[str, list[str]] = {}
    names = {area for name in _SITE_TABLES for area in getattr(tables, name)["area_id"].unique()}
    for area_id in sorted(names):
        found.setdefault(reference.find_province(area_id), []).append(area_id)
    return dict(sorted(found.items()))


def name_workbook(reference: Reference, province: str) -> str:
    """The folder of the workbook of a province within the site."""
    name = reference.area_rows[province]["name"] if province else ""
    return f"{SITE_FOLDER}/{slug_text(f'{province} {name}') or 'other'}"


def _tabulate(tables: Tables, reference: Reference) -> dict[str, pd.DataFrame]:
    """The tables in their order, with names beside codes."""
    licences = index_licences(tables.sources)
    kept = {
        name: _name_rows(
            getattr(tables, name)[list(columns)].sort_values(
                list(key), kind="stable", ignore_index=True
            ),
            reference,
            licences,
        )
        for name, (columns, key) in _SITE_TABLES.items()
    }
    return kept | {"sources": list_sources(tables.sources)}


def list_columns(columns: Iterable[str]) -> list[str]:
    """The columns of a table of the site: the area's name and the source's licence beside codes.

    >>> list_columns(["indicator", "area_id", "value"])
    ['indicator', 'area_id', 'area', 'value']
    """
    beside = {"area_id": ("area",), "source_id": ("licence",)}
    return [name for each in columns for name in (each, *beside.get(each, ()))]


def _name_rows(table: pd.DataFrame, reference: Reference, licences: Mapping[str, str]) -> Any:
    """A table with the name of each area and the licence of each source beside their codes."""
    held = [area_id for area_id in table["area_id"].unique() if area_id in reference.area_rows]
    names = {area_id: str(reference.area_rows[area_id]["name"]) for area_id in held}
    named = table.assign(
        area=table["area_id"].map(names).fillna(""),
        licence=join_licences(table["source_id"], licences),
    )
    return named[list_columns(table.columns)]
