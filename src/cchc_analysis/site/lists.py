"""What leads to the pages and is made of them: lists, the door, ``pages.json``, and the tables.

Comes in as a draft in which every page has its place; goes out as more pages of it. Nothing here
opens a brief, but for the few that between them show every indicator.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cchc_analysis.brief.content import name_list
from cchc_analysis.brief.downloads import CITATION, SITE_FOLDER
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
from cchc_analysis.brief.quality import PAGE
from cchc_analysis.brief.render import TEMPLATE
from cchc_analysis.brief.trends import TRENDS
from cchc_analysis.data.words import LANGUAGES, load_words
from cchc_analysis.site.disk import in_words
from cchc_analysis.site.listing import LISTING, SITEMAP, bind_listing, bind_sitemap
from cchc_analysis.site.pages import CARD, LISTED, ROW, Page, bind_page, read_files
from cchc_analysis.site.positions import hash_rows
from cchc_analysis.site.sitedata import (
    WORKBOOK,
    bind_province,
    list_provinces,
    name_workbook,
    write_site_downloads,
)

if TYPE_CHECKING:
    import pandas as pd

    from cchc_analysis.brief.content import Brief
    from cchc_analysis.data.records import Tables
    from cchc_analysis.data.reference import Project, Reference
    from cchc_analysis.site.draft import Draft
    from cchc_analysis.site.slices import Slices


def put_lists(
    draft: Draft, project: Project, tables: Tables, reference: Reference, url: str = ""
) -> None:
    """Put every list of both languages, and the door, into the draft.

    With the address where it will be published, the site gets a sitemap too.
    """
    cards = _read_cards(draft)
    workbooks = list_workbooks(tables, reference)
    for lang in LANGUAGES:
        own = [card for card in cards if card.lang == lang]
        tellers = _choose_teller(draft, lang)
        made_of = [
            [draft.shown[page.folder].key for page in tellers],
            [card.to_bytes() for card in own],
            hash_rows(tables.findings).tobytes(),
            list_withheld(tables.sources),
            list_indicators(tables),
            workbooks,
        ]
        tell = cache(partial(_tell, project, (reference, tables), own, tellers, workbooks))
        for name, bind in LISTS.items():
            folder = str(name_list(name, lang).parent)
            draft.put(
                folder,
                made_of,
                lambda folder=folder, bind=bind, lang=lang, tell=tell: bind_page(  # type: ignore[misc]
                    folder, bind(project, tell(), lang)
                ),
            )
        _put_places(draft, project, reference, tables, own)
        _put_trends(draft, project, lang)
        quality = str(name_list(PAGE, lang).parent)
        if quality not in draft.shown:
            draft.put(
                quality,
                "absent",
                lambda lang=lang, quality=quality: bind_page(quality, bind_absent(project, lang)),  # type: ignore[misc]
            )
    _put_door(draft, project, cards, url)


def _put_places(
    draft: Draft, project: Project, reference: Reference, tables: Tables, own: list[Card]
) -> None:
    """Put the pages of provinces, areas and letters of one language into the draft.

    One that another page stands on already, such as a profile of the area, is left out.
    """
    none = tables.findings.iloc[:0]
    codes = list_indicators(tables)
    whole = Told(own, [], reference, none, indicators=codes)
    for name, (cards, bind) in list_places(whole).items():
        lang = cards[0].lang
        folder = str(name_list(name, lang).parent)
        if folder in draft.shown:
            continue
        told = replace(whole, cards=cards)
        is_made_of_cards = not name.startswith("definitions/")
        draft.put(
            folder,
            [card.to_bytes() for card in cards] if is_made_of_cards else codes,
            lambda folder=folder, bind=bind, told=told, lang=lang: bind_page(  # type: ignore[misc]
                folder, bind(project, told, lang)
            ),
        )


def _put_trends(draft: Draft, project: Project, lang: str) -> None:
    """Put the list of the indicators that have a page into the draft."""
    pages = [page for page in draft.pages.values() if page.parameters["lang"] == lang]
    shown = [draft.shown[page.folder].key for page in pages if page.folder in draft.shown]
    rows = [json.loads(row) for key in shown if (row := draft.build.read(key, ROW))]
    folder = str(name_list(TRENDS, lang).parent)
    draft.put(folder, rows, lambda: bind_page(folder, bind_trends(project, rows, lang)))


def put_downloads(
    draft: Draft, project: Project, tables: Tables, reference: Reference, slices: Slices
) -> None:
    """Put the tables behind all briefs into the draft, with how to cite them.

    Raises:
        BriefError: The disk is full, or cannot be written to.
    """
    cited = project.root / CITATION
    made_of = [
        slices.of_tables("observations", "indicators", "findings", "sources").key,
        cited.read_bytes() if cited.is_file() else None,
    ]

    def make() -> dict[str, bytes]:
        with in_words(draft.build.store), TemporaryDirectory(prefix="cchc-") as folder:
            write_site_downloads(Path(folder), project, tables, reference)
            return read_files(Path(folder) / SITE_FOLDER)

    draft.put(SITE_FOLDER, made_of, make)
    for province, area_ids in list_provinces(tables, reference).items():
        rows = slices.of_areas(area_ids)
        draft.put(
            name_workbook(reference, province),
            rows.key,
            lambda rows=rows: bind_province(project, rows.cut(), reference),  # type: ignore[misc]
        )


def _read_cards(draft: Draft) -> list[Card]:
    """The cards of the briefs that are shown, in the order of the index."""
    found = (draft.build.read(placed.key, CARD) for placed in draft.shown.values())
    cards = [Card.from_bytes(content) for content in found if content]
    return sorted(cards, key=lambda card: (card.facts["area_id"], card.facts["period"]))


def _choose_teller(draft: Draft, lang: str) -> list[Page]:
    """The first brief of a language: the rules that it tells are those of all."""
    own = (
        page
        for folder, page in draft.pages.items()
        if page.is_brief and page.parameters["lang"] == lang and folder in draft.shown
    )
    return list(islice(own, 1))


def _tell(
    project: Project,
    run: tuple[Reference, Tables],
    cards: list[Card],
    tellers: list[Page],
    workbooks: list[tuple[str, str]],
) -> Told:
    reference, tables = run
    briefs = [_open(project, reference, page) for page in tellers]
    withheld = list_withheld(tables.sources)
    indicators = list_indicators(tables)
    return Told(cards, briefs, reference, tables.findings, withheld, indicators, workbooks)


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


def _put_door(draft: Draft, project: Project, cards: list[Card], url: str) -> None:
    """The door of the site, and beside it the lists of all pages for machines."""
    facts = {f"{card.folder}/index.html": card.facts for card in cards}
    found = (draft.build.read(placed.key, LISTED) for placed in draft.shown.values())
    listed = [each for content in found if content for each in json.loads(content)]
    listed = [each | facts.get(each["path"], {}) for each in listed]
    counts = Counter(card.lang for card in cards)

    def make() -> dict[str, bytes]:
        files = bind_page("", bind_root(project, counts))
        pages = [*listed, *json.loads(files[LISTED])]
        sitemap = {SITEMAP: bind_sitemap(pages, url)} if url else {}
        return files | sitemap | {LISTING: bind_listing(pages)}

    draft.put("", [dict(counts), bind_listing(listed), url], make)
