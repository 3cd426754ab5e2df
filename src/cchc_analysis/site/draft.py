"""A site in the making: which pages it has, of which content, and what is shown of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cchc_analysis.site.keys import key_of
from cchc_analysis.site.pages import READ
from cchc_analysis.site.store import Build, Placed

if TYPE_CHECKING:
    from cchc_analysis.errors import Problem
    from cchc_analysis.site.pages import Page
    from cchc_analysis.site.reads import Held
    from cchc_analysis.site.slices import Slice


@dataclass
class Draft:
    """The pages of a build by their folders below the site.

    Attributes:
        build: Where made pages are kept.
        common: The content key of what all pages share.
        code: The same without the reference data and the strings.
        held: What is in these.
        pages: The pages that notebooks make.
        wanted: The content that each of them should show.
        shown: The content that each page shows, former content included.
        kept: Folders that show former content because a source of theirs was set aside.
        problems: Why pages could not be made.
    """

    build: Build
    common: str
    code: str
    held: Held
    pages: dict[str, Page] = field(default_factory=dict)
    wanted: dict[str, Placed] = field(default_factory=dict)
    shown: dict[str, Placed] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def plan(self, pages: Iterable[Page], made_of: Callable[[Page, Slice], object]) -> None:
        """Note what every page should show, and show those that are made already.

        What a page reads of the reference data and strings is known when it was made once; its key
        is of what it is made of, and of what these names hold now.
        """
        for page in pages:
            rows = page.find_slice()
            common = self.common if page.is_of_briefs else self.code
            plan = key_of(common, page.folder, page.parameters, rows.key, made_of(page, rows))
            self.pages[page.folder] = page
            self.wanted[page.folder] = Placed(plan, rows.sources, plan)
            names = self.build.read(plan, READ)
            if names is not None and self.build.has(key := key_of(plan, self.held.key(names))):
                self.wanted[page.folder] = self.shown[page.folder] = Placed(key, rows.sources, plan)

    def take(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Keep a page that was made, under the key of what it has read, and show it."""
        planned, names = self.wanted[folder], files[READ]
        key = key_of(planned.plan, self.held.key(names))
        self.build.note(planned.plan, {READ: names})
        self.build.keep(key, {name: files[name] for name in files if name != READ})
        self.wanted[folder] = self.shown[folder] = replace(planned, key=key)

    def keep_touched(self, set_aside: frozenset[str]) -> None:
        """Let pages that told a source which was set aside stay as they were."""
        for folder, former in self.build.placed.items():
            if set_aside.intersection(former.reads) and self.keep_former(folder):
                self.kept.append(folder)

    def keep_former(self, folder: str) -> bool:
        """Show what the site has shown before, where it has."""
        if former := self.build.former(folder):
            self.shown[folder] = former
        return former is not None

    def list_waiting(self) -> list[Page]:
        """The pages that have to be made."""
        return [page for folder, page in self.pages.items() if folder not in self.shown]

    def put(self, folder: str, made_of: object, make: Callable[[], Mapping[str, bytes]]) -> None:
        """Show a page that is made here and now, if it is not there already."""
        key = key_of(self.common, folder, made_of)
        if not self.build.has(key):
            self.build.keep(key, make())
        self.shown[folder] = Placed(key)
