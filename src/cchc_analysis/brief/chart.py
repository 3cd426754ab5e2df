"""A chart on a page: its picture with a title, unit, text alternative, source and note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from cchc_analysis.brief.plots import draw, plot_line, to_svg

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Caption:
    """The words around a chart, safe already.

    Attributes:
        title: What the chart finds; may hold links.
        unit: Unit, window and how to read it.
        source: Where the numbers stand.
        alternative: The numbers in words, for who does not see the picture.
        note: What has to be known besides.
    """

    title: Markup
    unit: Markup
    source: Markup
    alternative: Markup
    note: Markup | None = None


def frame(figure: Figure | Sequence[Figure], caption: Caption, key: str) -> Markup:
    """A picture with its words; one that would not fit on a sheet in several parts side by side.

    Args:
        figure: What a plot has drawn, or its parts.
        caption: The words.
        key: Letters and digits that no other chart of the page has.
    """
    parts = list(figure) if isinstance(figure, Sequence) else [figure]
    pictures = [
        _name(to_svg(part), caption, key if at == 1 else f"{key}-{at}")
        for at, part in enumerate(parts, start=1)
    ]
    drawn = Markup("").join(pictures)
    if len(parts) > 1:
        drawn = Markup("<div>{}</div>").format(drawn)
    note = Markup(" {}").format(caption.note) if caption.note else ""
    return Markup(
        '<figure class="{}"><figcaption><b>{}</b> <span>{}</span></figcaption>{}'
        '<p class="src">{}{}</p></figure>\n'
    ).format(
        "chart parts" if len(parts) > 1 else "chart",
        caption.title,
        caption.unit,
        drawn,
        caption.source,
        note,
    )


def _name(picture: Markup, caption: Caption, key: str) -> Markup:
    """A picture that says what it is to who does not see it."""
    named = picture.replace(
        Markup("<svg "),
        Markup('<svg role="img" aria-labelledby="{k}-t {k}-d" ').format(k=key),
        1,
    )
    words = Markup('><title id="{k}-t">{t}</title><desc id="{k}-d">{d}</desc>').format(
        k=key, t=caption.title.striptags(), d=caption.alternative.striptags()
    )
    return named.replace(">", words, 1)


def draw_small(data: pd.DataFrame, label: str, form: Callable[..., str]) -> Markup:
    """A small line beside a number.

    Args:
        data: As ``plot_line`` takes it.
        label: What it shows, for who does not see it.
        form: How numbers are written.
    """
    picture = to_svg(draw(plot_line, data, form=form))
    marks = Markup('<svg class="line" role="img" aria-label="{}" ').format(label)
    return picture.replace(Markup("<svg "), marks, 1)
