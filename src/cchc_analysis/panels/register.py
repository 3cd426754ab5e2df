"""Panels registered as sources, and read back as observations.

``data/raw/panels`` holds one file of figures per panel, and ``sources.csv``, one row per publisher
with its licence, where the figures stood, and the sha256 of the file that came in. A panel is in
that list or it does not exist: both are written, or neither. Read back, they are the same tables
that ``read`` and ``tidy`` make of reports, computed column by column; a faulty panel is set aside
with its problems and does not stop the others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cchc_analysis.data import files, records
from cchc_analysis.data.clean import label_span, slug_text
from cchc_analysis.data.named import check_project, take_path
from cchc_analysis.data.outside import load_yaml
from cchc_analysis.data.owned import all_or_none, changing
from cchc_analysis.data.records import Readings, load_own, problem, refusal, render_own
from cchc_analysis.data.reference import Project, Reference, check_ids, load_reference
from cchc_analysis.data.store import as_transcripts
from cchc_analysis.data.tidy import make_observations
from cchc_analysis.errors import Problem, ReportError
from cchc_analysis.panels.cells import print_cells
from cchc_analysis.panels.mapping import (
    PanelMapping,
    PanelSource,
    as_plain,
    read_entry,
    salvage_mapping,
)
from cchc_analysis.panels.matching import Figures
from cchc_analysis.panels.reading import read_panel

PANEL_SOURCE_COLUMNS = (*records.SOURCE_COLUMNS, *load_own("columns")["panels"]["sources"])
PANEL_COLUMNS: tuple[str, ...] = tuple(load_own("columns")["panels"]["figures"])

LONGEST_CSV = 100_000
"""Figures up to which a panel is kept as text; a longer one is kept as Parquet."""
LATER = {"publish": "yes"} | dict.fromkeys(records.UNCERTAINTY, "")
"""Columns that files from before they were asked for lack, and what then held."""
ROUNDED = ("rate", "score", "money", "time", "other")
"""Kinds of unit whose published numbers are rounded; what is counted or ranked is not."""


def add_panel(
    project: Project,
    file: Path,
    source: PanelSource | Mapping[str, str] | None = None,
    mapping: PanelMapping | Path | None = None,
    *,
    sheet: str = "",
    replace: bool = False,
) -> PanelSummary:
    """Bring a panel in: read it, check it, and register it with its sources.

    ``source`` published it, unless the ``mapping`` says so, which is not needed where headings and
    words are ours. ``sheet`` is the one worksheet that is wanted; ``replace`` says that a panel of
    that name may be there already.

    Raises:
        ReportError: The file, the mapping or the source is faulty, or the panel is there already;
            nothing is then changed.
        ReferenceDataError: The reference tables are wrong.
        CommandError: What is given is no project, or no path.
    """
    check_project(project, "add_panel")
    file = take_path(file, "file")
    with changing(project, "cchc add-panel"):
        reference = load_reference(project.reference)
        chosen, sources = _prepare(file, source, mapping, sheet, reference)
        panel = chosen.panel or slug_text(file.stem).replace("-", "_")
        register = load_register(project.raw)
        _check_free(panel, sources.values(), register, project, replace=replace)
        found = read_panel(file, chosen, reference, sources)
        if any(map(records.is_synthetic, {*found["source"].unique(), *found["area_id"].unique()})):
            raise refusal("synthetic", "add-panel")
        table = found.assign(
            source_id=found["source"],
            line=found["row"].astype("str"),
            figure_id=[f"R{number:06d}" for number in range(1, len(found) + 1)],
            printed=print_cells(found["printed"]),
        )[list(PANEL_COLUMNS)]
        used = [each for each in sources.values() if each.source_id in set(table["source_id"])]
        said = {"panel": panel, "file": file.name, "sha256": files.hash_file(file)}
        said["mapping"] = mapping.name if isinstance(mapping, Path) else ""
        fresh = pd.DataFrame([_describe_source(each, table) | said for each in used], dtype="str")
        joined = pd.concat([register[register["panel"] != panel], fresh], ignore_index=True)
        path = _write(project, panel, table, joined.sort_values("source_id"))
    held: Any = found.attrs
    told = render_own("panel", panel=panel, table=table, sources=used, **held)
    areas, periods = (int(table[name].nunique()) for name in ("area_id", "period_end"))
    return PanelSummary(path, len(table), areas, periods, held["form"], (*told.splitlines(),))


def _prepare(
    file: Path,
    source: PanelSource | Mapping[str, str] | None,
    mapping: PanelMapping | Path | None,
    sheet: str,
    reference: Reference,
) -> tuple[PanelMapping, dict[str, PanelSource]]:
    """The mapping and its sources by key; what is wrong with them and the headings, at once."""
    where = mapping.name if isinstance(mapping, Path) else f"mapping of {file.name}"
    content = as_plain(load_yaml(mapping) if isinstance(mapping, Path) else mapping)
    problems, own = list[Problem](), None
    chosen = read_entry(PanelMapping, content, where, problems, reference)
    if source:
        own = read_entry(PanelSource, as_plain(source), f"source of {file.name}", problems)
    elif not (isinstance(content, dict) and content.get("sources")):
        problems.append(problem("no_panel_source", file.name))
    chosen = chosen or salvage_mapping(content)
    if chosen is None:
        raise ReportError(dict.fromkeys(problems))
    if sheet:
        chosen = chosen.model_copy(update={"sheet": sheet, "sheets": {}})
    if problems:
        read_panel(file, chosen, reference, {}, problems)
    listed = (*([own] if own else []), *chosen.sources)
    return chosen, {each.key or each.source_id: each for each in listed}


def load_register(raw: Path) -> pd.DataFrame:
    """Load the list of panel sources (``PANEL_SOURCE_COLUMNS``); empty where there are none."""
    path = raw / "panels" / "sources.csv"
    if not path.is_file():
        return pd.DataFrame(columns=list(PANEL_SOURCE_COLUMNS), dtype="str")
    register = _load(path, PANEL_SOURCE_COLUMNS, "source_id")
    named = [*register["panel"], *register["source_id"]]
    if wrong := [*check_ids("data/raw/panels/sources.csv", named)]:
        raise ReportError(wrong)
    return register


def name_files(raw: Path, panel: str) -> tuple[Path, Path]:
    """Where the figures of a panel lie: as text, or, of a long one, as Parquet."""
    return raw / "panels" / f"{panel}.csv", raw / "panels" / f"{panel}.parquet"


def _load(path: Path, columns: Sequence[str], key: str) -> pd.DataFrame:
    head = ""
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.readline().strip()
    late = {name: LATER[name] for name in {*columns} & {*LATER} - {*head.split(",")}}
    held = [name for name in columns if name not in late]
    table = files.load_text_table(path, held, [key], may_be_empty=key == "source_id")
    return table.assign(**late)[list(columns)]


def _check_free(
    panel: str,
    sources: Iterable[PanelSource],
    register: pd.DataFrame,
    project: Project,
    *,
    replace: bool,
) -> None:
    """A panel and its sources come in once; another panel's source is never overwritten."""
    taken = dict(zip(register["source_id"], register["panel"], strict=True))
    if (reports := project.raw / "sources.csv").is_file():
        ids = files.load_text_table(reports, records.SOURCE_COLUMNS, may_be_empty=True)["source_id"]
        taken |= dict.fromkeys(ids, "the reports")
    problems = [
        problem("source_taken", f"source {each.source_id}", of=taken[each.source_id])
        for each in sources
        if taken.get(each.source_id, panel) != panel
    ]
    if panel == "sources":
        problems.append(problem("name_of_list", f"panel {panel}"))
    elif panel not in set(register["panel"]):
        strays = (path.name for path in name_files(project.raw, panel) if os.path.lexists(path))
        problems += [problem("stray_file", f"data/raw/panels/{name}") for name in strays]
    elif not replace:
        problems.append(problem("panel_taken", f"panel {panel}"))
    if problems:
        raise ReportError(problems)


def _describe_source(source: PanelSource, table: pd.DataFrame) -> dict[str, str]:
    own = table[table["source_id"] == source.source_id]
    start = own["period_start"].where(own["period_start"] != "", own["period_end"]).min()
    end, areas = own["period_end"].max(), own["area_id"].unique()
    return {
        **dict.fromkeys(PANEL_SOURCE_COLUMNS, ""),
        **source.model_dump(exclude={"key", "publisher"}),
        "kind": "panel",
        "area": areas[0] if len(areas) == 1 else "VN",
        "issuer": source.publisher,
        "period": label_span(start, end),
        "period_start": start,
        "period_end": end,
        "state": "accepted",
        "publish": "yes" if source.may_be_published else "no",
    }


def _write(project: Project, panel: str, table: pd.DataFrame, register: pd.DataFrame) -> Path:
    """The figures and the list that makes them count, both or neither."""
    listed = project.raw / "panels" / "sources.csv"
    text, parquet = name_files(project.raw, panel)
    path, other = (parquet, text) if len(table) > LONGEST_CSV else (text, parquet)
    try:
        with all_or_none(project, (text, parquet, listed)):
            with files.replacing(path) as part:
                if path is parquet:
                    table.to_parquet(part, index=False)
                else:
                    part.write_bytes(files.format_table(table).encode())
            other.unlink(missing_ok=True)
            files.write_text(listed, files.format_table(register))
    except OSError as error:
        found = error.strerror or "an error of the file system"
        raise refusal("unwritable", str(error.filename or listed.parent), found=found) from None
    return path


@dataclass(frozen=True)
class PanelSummary:
    """What came in, ``told`` in lines to the person who brought it; ``form`` is an official one."""

    path: Path
    figures: int
    areas: int
    periods: int
    form: str
    told: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.told)


def read_panels(raw: Path, reference: Reference) -> Readings:
    """Read all registered panels; a list of panels that cannot be read is refused."""
    register = load_register(raw)
    names = {"sources", *register["panel"]}
    problems: dict[str, tuple[Problem, ...]] = {
        path.stem: (problem("unregistered_panel", f"data/raw/panels/{path.name}"),)
        for path in sorted((raw / "panels").glob("[!.]*"))
        if path.suffix in (".csv", ".parquet") and path.stem not in names
    }
    tables = [_type_figures(pd.DataFrame(columns=list(PANEL_COLUMNS), dtype="str"))]
    for panel, sources in register.groupby("panel", sort=True):
        ids = set(sources["source_id"])
        try:
            table = _load_figures(raw, str(panel))
            if unknown := _find_unknown(table, str(panel), ids, reference):
                raise ReportError(unknown)
            tables.append(table)
        except ReportError as error:
            problems |= dict.fromkeys(ids, error.problems)
    is_good = (register["state"] == "accepted") & ~register["source_id"].isin([*problems])
    good = register[is_good].reset_index(drop=True)
    figures = pd.concat(tables[1:] or tables, ignore_index=True)
    figures = figures[figures["source_id"].isin(good["source_id"])]
    rounded = {unit for unit, row in reference.unit_rows.items() if row["kind"] in ROUNDED}
    observations = make_observations(figures, reference, figures["unit"].isin(rounded))
    sources = good[[*records.SOURCE_COLUMNS, *records.TERM_COLUMNS]]
    return Readings(sources, as_transcripts(figures), observations, problems)


def _load_figures(raw: Path, panel: str) -> pd.DataFrame:
    text, parquet = name_files(raw, panel)
    if parquet.is_file():
        return pd.read_parquet(parquet).reindex(columns=list(PANEL_COLUMNS))
    try:
        return _type_figures(_load(text, PANEL_COLUMNS, "figure_id"))
    except ValueError as error:
        raise refusal("not_numbers", text.name, error=error) from None


def _type_figures(table: pd.DataFrame) -> pd.DataFrame:
    """Figures with their numbers; a line is a place, and stays a text as in transcripts."""
    return table.assign(**files.type_columns(table.drop(columns="line")))


def _find_unknown(
    table: pd.DataFrame, panel: str, sources: set[str], reference: Reference
) -> list[Problem]:
    """Codes and units that were right when the panel came in, and are no longer."""
    figures = Figures(table.assign(row=table["figure_id"].str[1:]), f"panel {panel}", reference)
    areas, indicators = reference.area_rows, reference.indicator_rows
    known = {"source_id": sources, "area_id": areas, "indicator": indicators}
    for column, codes in known.items():
        # Each code once: all that are known would be the communes of the country as well.
        for code in (code for code in table[column].unique() if code not in codes):
            figures.complain(table[column] == code, "lost_code", column=column, code=code)
    figures.check_units()
    return figures.problems
