"""Key figures: what people ask of a district first, each with what it can be compared with.

A figure shows its value, its parts by scope, its plan if there is one, which direction is better,
and the marks of its contradictions. What a report does not hold is named below, not left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cchc_analysis.brief.content import Brief
from cchc_analysis.brief.nouns import Comparison, Entry, State
from cchc_analysis.brief.targets import tell_state
from cchc_analysis.brief.telling import (
    Section,
    lower,
    name_indicator,
    name_scope,
    name_status,
    name_time,
    tell,
    tell_interval,
    wrap,
)

CORE = (
    ("on_time_rate",),
    ("dossiers_pending_total",),
    ("online_rate",),
    ("dossiers_digitised_rate", "dossiers_digitised"),
    ("staff_filled_rate", "staff_admin_filled_rate"),
    ("public_investment_disbursed_rate",),
    ("par_score_self_total", "par_index"),
    ("satisfaction_rate",),
)
"""Asked of every district; in each row the first that is known is shown."""

MORE = (
    ("online_payment_rate",),
    ("budget_revenue_total_pct_province_plan",),
    ("tthc_onestop_rate",),
    ("tthc_online_level34_rate",),
    ("commune_staff_university_rate",),
    ("tthc_online_used_rate",),
)
"""Shown where a report holds them, and not missed where it does not."""

OF = {
    "staff_filled_rate": ("staff_total_present", "staff_total_quota"),
    "staff_admin_filled_rate": ("staff_admin_present", "staff_admin_quota"),
    "par_score_self_total": ("", "par_score_max_self_assessed"),
    "dossiers_pending_total": ("dossiers_pending_overdue", ""),
}
"""What gives a figure its size: counts behind a share, the best possible, the part that hurts."""

MOST = 12
JUDGED = (State.MET, State.MISSED, State.NOT_DUE)


def show_key_figures(brief: Brief) -> Section:
    """A list of key figures, and the names of those that are missing."""
    shown = [entry for names in (*CORE, *MORE) if (entry := _choose(brief, names))][:MOST]
    words = brief.words
    if not shown:
        text = Markup("<p>{}</p>\n").format(words.say("key.none"))
        return wrap("key", words.say("key.title"), text)
    cards = Markup("\n").join(_tell_card(brief, entry) for entry in shown)
    missing = [names[-1] for names in CORE if not _choose(brief, names)]
    return wrap(
        "key",
        words.say("key.title"),
        Markup('<ul class="cards">\n{}</ul>\n').format(cards),
        _name_missing(brief, missing),
    )


def _choose(brief: Brief, names: Sequence[str]) -> Entry | None:
    return next((entry for name in names if (entry := brief.find(name))), None)


def _name_missing(brief: Brief, missing: Sequence[str]) -> Markup:
    if not missing:
        return Markup("")
    names = Markup("; ").join(lower(name_indicator(brief, name)) for name in missing)
    return Markup('<p class="src">{}</p>\n').format(brief.words.say("key.missing", names=names))


def _tell_card(brief: Brief, entry: Entry) -> Markup:
    parts = [
        Markup('<span class="big">{}</span>').format(tell(brief, entry)),
        *(Markup("<span>{}</span>").format(line) for line in _list_lines(brief, entry) if line),
    ]
    label = name_indicator(brief, entry.indicator)
    return Markup('<li><span class="what">{}{}</span> {}</li>').format(
        label, _tell_polarity(brief, entry), Markup(" ").join(parts)
    )


def _tell_polarity(brief: Brief, entry: Entry) -> Markup:
    polarity = brief.reference.indicator_rows[entry.indicator]["polarity"]
    if polarity not in ("higher", "lower"):
        return Markup("")
    sign = "↑" if polarity == "higher" else "↓"
    return Markup(' <span class="dir">{} {}</span>').format(
        sign, brief.words.say(f"polarity.{polarity}")
    )


def _list_lines(brief: Brief, entry: Entry) -> list[Markup]:
    small = [
        _tell_scope(brief, entry),
        name_time(brief, entry),
        name_status(brief.words, entry),
    ]
    return [
        Markup(" · ").join(each for each in small if each),
        _tell_size(brief, entry),
        _tell_range(brief, entry),
        *_tell_plan(brief, entry),
    ]


def _tell_scope(brief: Brief, entry: Entry) -> Markup:
    """The scope, if it is not the whole district, and the values of the scopes beside it."""
    own = [] if entry.scope == brief.whole else [name_scope(brief, entry.scope)]
    beside = [brief.find(entry.indicator, scope) for scope in brief.parts]
    parts = [
        brief.words.say("key.part", scope=name_scope(brief, each.scope), n=tell(brief, each))
        for each in beside
        if each and each.scope != entry.scope
    ]
    return Markup(" · ").join([*own, *parts])


def _tell_size(brief: Brief, entry: Entry) -> Markup:
    part, whole = OF.get(entry.indicator, ("", ""))
    some = _find_beside(brief, part, entry)
    top = _find_beside(brief, whole, entry)
    if some and top:
        return brief.words.say(
            "key.of", n=tell(brief, some, unit=False), m=tell(brief, top, unit=False)
        )
    if top:
        return brief.words.say("key.top", m=tell(brief, top))
    if some:
        return brief.words.say(
            "key.overdue", n=tell(brief, some), scope=lower(name_scope(brief, some.scope))
        )
    return Markup("")


def _find_beside(brief: Brief, indicator: str, entry: Entry) -> Entry | None:
    if not indicator:
        return None
    near = brief.find(indicator, entry.scope)
    best = brief.find_any(indicator)
    return near or (best if best and not best.is_result else None)


def _tell_range(brief: Brief, entry: Entry) -> Markup:
    if entry.low is None or entry.high is None:
        return Markup("")
    name = Markup('<a href="#about-interval">{}</a>').format(brief.words.say("key.interval"))
    return Markup('{} <a href="#{}">{}</a>').format(name, entry.note, tell_interval(brief, entry))


def _tell_plan(brief: Brief, entry: Entry) -> list[Markup]:
    """The targets that the figure can be held against, one line each."""
    return [
        _tell_state(brief, each, entry)
        for each in brief.current
        if each.state in JUDGED and each.result and each.result.indicator == entry.indicator
    ]


def _tell_state(brief: Brief, comparison: Comparison, entry: Entry) -> Markup:
    result = comparison.result
    scope = Markup("")
    if result and result.scope != entry.scope:
        scope = Markup(" {}").format(lower(name_scope(brief, result.scope)))
    return (
        brief.words.say(
            "key.plan",
            goal=tell(brief, comparison.target),
            state=tell_state(brief, comparison.state),
        )
        + scope
    )
