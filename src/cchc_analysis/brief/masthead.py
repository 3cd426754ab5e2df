"""The head of the pages of a language besides its briefs: title, language switch, sister pages."""

from __future__ import annotations

from markupsafe import Markup

from cchc_analysis.brief.places import other_language
from cchc_analysis.data.words import Words

SISTERS = ("", "a-z", "trends", "contradictions", "quality", "definitions", "method")
"""The pages of a language besides its briefs, by folder, in reading order."""


def tell_masthead(words: Words, name: str, title: Markup, more: Markup | str = "") -> Markup:
    """The head of a page with the links to its sisters and to the other language.

    Args:
        words: The strings of the language.
        name: The folder of the page, one of ``SISTERS`` or below one.
        title: The main heading.
        more: What else the head holds, below the links.
    """
    to_lang = "../" * len(name.split("/")) if name else ""
    sister = name.partition("/")[0]
    other = other_language(words.lang)
    links = Markup("").join(
        Markup('<li><a href="{}{}index.html"{}>{}</a></li>').format(
            to_lang,
            f"{each}/" if each else "",
            Markup(' aria-current="{}"').format("page" if each == name else "true")
            if each == sister
            else "",
            words.say(f"site.nav.{each or 'index'}"),
        )
        for each in SISTERS
    )
    return Markup(
        '<div class="head"><p class="kicker"><a href="{0}../index.html">{1}</a> '
        '<a class="lang" href="{0}../{2}/{3}index.html" hreflang="{2}" lang="{2}">{4}</a></p>\n'
        '<h1>{5}</h1>\n<nav aria-label="{6}"><ul>{7}</ul></nav>{8}</div>\n'
    ).format(
        to_lang,
        words.say("site.title"),
        other,
        f"{name}/" if name else "",
        words.say("head.language"),
        title,
        words.say("head.contents"),
        links,
        more,
    )
