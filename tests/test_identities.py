from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.errors import ValidationError
from cchc_analysis.rules import (
    Identity,
    choose_readings,
    compute_expression,
    evaluate_identity,
    evaluate_rivals,
    load_identities,
    parse_expression,
    tabulate_statements,
)
from cchc_analysis.rules.expressions import Quantity
from cchc_analysis.rules.statements import WideTable, tabulate_columns
from rule_examples import make_rows, make_statements

counts = st.integers(min_value=0, max_value=10**9)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(Path(__file__).resolve().parents[1] / "data" / "reference")


def rule(text: str, tolerance: float = 0.0, **words: Any) -> Identity:
    return Identity(words.pop("rule_id", "X"), text, tolerance, **words)


def judge(text: str, numbers: Mapping[str, float], reference: Reference, **words: Any) -> str:
    """In a word: what an identity says about some numbers."""
    statements = tabulate_statements(make_statements(numbers, reference), reference)
    verdict = evaluate_identity(rule(text, **words), statements)
    if verdict.empty:
        return "nothing"
    assert len(verdict) == 1
    found = verdict.iloc[0]
    if found["holds"]:
        return "holds" if found["is_complete"] else "may hold"
    if found["is_truncated"]:
        return "truncated"
    if found["is_not_stated"]:
        return "not stated"
    return "rounded" if found["is_within_unit"] else "broken"


BALANCE = "dossiers_received_total = dossiers_resolved_total + dossiers_pending_total"
RATE = "on_time_rate = 100 * dossiers_resolved_on_time / dossiers_resolved_total"
COMPLEMENT = "online_rate = 100 - direct_rate"
CHANNELS = "dossiers_received_total = dossiers_received_online + dossiers_received_direct"


@pytest.mark.parametrize(
    ("received", "resolved", "pending", "word"),
    [
        (1380, 1309, 71, "holds"),
        (1310, 1309, 71, "broken"),
        (1381, 1309, 71, "broken"),
        (0, 0, 0, "holds"),
        (10**12, 10**12 - 1, 1, "holds"),
        (10**12, 10**12 - 1, 2, "broken"),
    ],
)
def test_total_and_parts(
    received: float, resolved: float, pending: float, word: str, reference: Reference
) -> None:
    numbers = {
        "dossiers_received_total": received,
        "dossiers_resolved_total": resolved,
        "dossiers_pending_total": pending,
    }
    assert judge(BALANCE, numbers, reference) == word


@pytest.mark.parametrize(
    ("printed", "word"),
    [
        (89.4, "holds"),
        (89.41, "holds"),
        (89.3, "broken"),
        (89, "holds"),
        (90, "rounded"),
        (89.40582, "holds"),
    ],
)
def test_a_rate_is_bound_by_its_own_digits(printed: float, word: str, reference: Reference) -> None:
    numbers = {
        "on_time_rate": printed,
        "dossiers_resolved_on_time": 15739,
        "dossiers_resolved_total": 17604,
    }
    assert judge(RATE, numbers, reference) == word


@pytest.mark.parametrize(
    ("printed", "numerator", "denominator", "word"),
    [
        (98.09, 979, 998, "truncated"),
        (98.10, 979, 998, "holds"),
        (98.11, 979, 998, "broken"),
        (0.46, 50, 10674, "truncated"),
        (0.48, 50, 10674, "broken"),
        (99.16, 9915, 10000, "broken"),
        (99.16, 99152, 100000, "rounded"),
    ],
)
def test_truncation_is_told_from_rounding_and_from_error(
    printed: float, numerator: float, denominator: float, word: str, reference: Reference
) -> None:
    numbers = {
        "online_rate": printed,
        "dossiers_received_online": numerator,
        "dossiers_received_total": denominator,
    }
    text = "online_rate = 100 * dossiers_received_online / dossiers_received_total"
    assert judge(text, numbers, reference) == word


def test_all_and_none_are_no_rounding(reference: Reference) -> None:
    numbers = {"dossiers_resolved_on_time": 9982, "dossiers_resolved_total": 10000}
    assert judge(RATE, {"on_time_rate": 100, **numbers}, reference) == "rounded"
    assert judge(RATE, {"on_time_rate": 99.8, **numbers}, reference) == "holds"


def test_every_figure_of_a_rule_may_be_rounded(reference: Reference) -> None:
    # 1,9 stands for 1,85 to 1,95, so 98,09 is its complement.
    assert judge(COMPLEMENT, {"online_rate": 98.09, "direct_rate": 1.9}, reference) == "holds"
    assert judge(COMPLEMENT, {"online_rate": 99.15, "direct_rate": 0.46}, reference) == "broken"


def test_parts_that_are_printed_cannot_exceed_the_total(reference: Reference) -> None:
    text = (
        "dossiers_resolved_total = dossiers_resolved_early + dossiers_resolved_on_due "
        "+ dossiers_resolved_overdue"
    )
    two = {"dossiers_resolved_early": 60, "dossiers_resolved_on_due": 50}
    assert judge(text, {"dossiers_resolved_total": 120, **two}, reference) == "may hold"
    assert judge(text, {"dossiers_resolved_total": 110, **two}, reference) == "may hold"
    assert judge(text, {"dossiers_resolved_total": 100, **two}, reference) == "broken"
    assert judge(text, two, reference) == "nothing"
    one = {"dossiers_resolved_total": 50, "dossiers_resolved_early": 60}
    assert judge(text, one, reference) == "broken"
    assert judge(text, {**one, "dossiers_resolved_early": 50}, reference) == "may hold"


@pytest.mark.parametrize(
    ("received", "word"),
    [(100, "holds"), (110, "not stated"), (90, "broken")],
)
def test_a_sum_that_falls_short_may_lack_a_kind_that_is_not_stated(
    received: float, word: str, reference: Reference
) -> None:
    numbers = {
        "dossiers_received_total": received,
        "dossiers_resolved_total": 60,
        "dossiers_pending_total": 40,
    }
    assert judge(BALANCE, numbers, reference, rest="returned") == word
    assert judge(BALANCE, numbers, reference) == ("holds" if word == "holds" else "broken")


@pytest.mark.parametrize(
    ("printed", "of", "word"),
    [
        (36.4, 143, "holds"),
        (36.5, 143, "broken"),
        (37.1, 143, "holds"),
        (33.3, 3, "holds"),
        (66.6, 3, "truncated"),
        (50, 3, "broken"),
        (36.5, 14300, "holds"),
        (100, 143, "holds"),
    ],
)
def test_a_share_is_of_whole_things(
    printed: float, of: float, word: str, reference: Reference
) -> None:
    numbers = {"on_time_rate": printed, "dossiers_resolved_total": of}
    text = "on_time_rate * dossiers_resolved_total / 100 is whole"
    assert judge(text, numbers, reference) == word


@pytest.mark.parametrize(
    ("comparator", "printed", "word"),
    [
        (">=", 100, "holds"),
        (">", 150, "holds"),
        (">=", 200, "broken"),
        ("<=", 200, "holds"),
        ("<=", 100, "broken"),
        ("~", 145, "holds"),
        ("~", 130, "broken"),
        ("=", 145, "broken"),
    ],
)
def test_approximate_words_open_one_side_or_both(
    comparator: str, printed: float, word: str, reference: Reference
) -> None:
    numbers = {
        "dossiers_received_total": printed,
        "dossiers_resolved_total": 100,
        "dossiers_pending_total": 50,
    }
    observations = make_statements(numbers, reference)
    observations.loc[0, "comparator"] = comparator
    verdict = evaluate_identity(rule(BALANCE), tabulate_statements(observations, reference))
    assert bool(verdict["holds"].iloc[0]) == (word == "holds")


def test_rows_of_a_breakdown_of_all_scopes_and_of_areas_below_are_added_up(
    reference: Reference,
) -> None:
    numbers = {
        "tthc_simplified_total": 21,
        "tthc_simplified_by_field[field=cooperative]@district_office": 8,
        "tthc_simplified_by_field[field=civil_status]@commune_aggregate": 13,
        "onestop_equipment_cost": 60.0,
        "onestop_equipment_cost@district_office": 10.0,
        "onestop_equipment_cost@commune#1": 20.0,
        "onestop_equipment_cost@commune#2": 30.0,
        "par_score_steering_lost": 2,
        "par_score_steering_lost_item[item=inspection]": 1,
        "par_score_steering_lost_item[item=innovation]": 1,
    }
    for text in (
        "tthc_simplified_total@whole_district = SUM_ALL_LEVELS(tthc_simplified_by_field)",
        "onestop_equipment_cost@whole_district = SUM_CHILDREN(onestop_equipment_cost)",
        "par_score_steering_lost = SUM_BREAKDOWN(par_score_steering_lost_item)",
        "par_score_steering_lost = par_score_steering_lost_item[item=inspection] "
        "+ par_score_steering_lost_item[item=innovation]",
    ):
        assert judge(text, numbers, reference) == "holds", text


def test_parts_of_which_none_is_printed_are_not_nothing(reference: Reference) -> None:
    text = "onestop_equipment_cost@whole_district = SUM_CHILDREN(onestop_equipment_cost)"
    assert judge(text, {"onestop_equipment_cost": 60.0}, reference) == "nothing"


def test_figures_of_other_windows_do_not_mix(reference: Reference) -> None:
    observations = make_statements(
        {
            "dossiers_received_total": 1380,
            "dossiers_resolved_total": 1309,
            "dossiers_pending_total": 71,
        },
        reference,
    )
    observations.loc[2, ["period_start", "period_end"]] = ["", "2024-06-30"]
    verdict = evaluate_identity(rule(BALANCE), tabulate_statements(observations, reference))
    assert list(verdict["is_complete"]) == [True]
    observations.loc[2, "period_end"] = "2024-09-30"
    verdict = evaluate_identity(rule(BALANCE), tabulate_statements(observations, reference))
    assert list(verdict["is_complete"]) == [False]


def test_a_quarter_that_ends_with_the_nine_months_owes_the_stock_nothing(
    reference: Reference,
) -> None:
    flows = {"dossiers_received_total": 3731, "dossiers_resolved_total": 3681}
    stocks = {"dossiers_pending_total": 50, "dossiers_carried_over": 39}
    stated = [
        make_statements(flows, reference).assign(period_start="2024-01-01"),
        make_statements(dict.fromkeys(flows, 1150), reference).assign(period_start="2024-04-01"),
        make_statements(stocks, reference).assign(period_start=""),
    ]
    for own, applies in (("", ["2024-01-01"]), ("2024-04-01", ["2024-01-01", "2024-04-01"])):
        stated[2].loc[1, "period_start"] = own  # of the dossiers carried over
        statements = tabulate_statements(pd.concat(stated, ignore_index=True), reference)
        operands = [*rule(BALANCE).operands, Quantity("dossiers_carried_over")]
        for lines in (statements, WideTable(tabulate_columns(statements, operands))):
            verdict = evaluate_identity(rule(BALANCE), lines)
            assert statements.rows["period_start"].iloc[verdict.index].tolist() == applies


@pytest.mark.parametrize(
    ("start", "longer", "opening", "is_asked"),
    [
        ("2024-01-01", "", "", True),
        ("2023-12-15", "", "", True),
        ("2024-04-01", "", "", False),  # it may have resolved what it took over
        ("2024-04-01", "2024-01-01", "", False),
        ("2024-04-01", "2024-01-01", "2024-01-01", False),
        ("2024-04-01", "2024-01-01", "2024-04-01", True),
        ("2024-04-01", "", "2024-04-01", True),
        ("2024-04-01", "", "stock", True),
    ],
)
@pytest.mark.parametrize("text", ["dossiers_resolved_total <= dossiers_received_total", BALANCE])
def test_a_quarter_may_resolve_what_it_took_over(
    text: str, start: str, longer: str, opening: str, reference: Reference, *, is_asked: bool
) -> None:
    flows = {"dossiers_received_total": 1000, "dossiers_resolved_total": 1050}
    stated = [make_statements(flows, reference).assign(period_start=start)]
    if longer:
        whole = make_statements(dict.fromkeys(flows, 3000), reference)
        stated.append(whole.assign(period_start=longer))
    if opening:
        stock = make_statements({"dossiers_carried_over": 60}, reference)
        stated.append(stock.assign(period_start=opening.replace("stock", "")))
    lines = tabulate_statements(pd.concat(stated, ignore_index=True), reference)
    verdict = evaluate_identity(rule(text), lines)
    broken = lines.rows["period_start"].iloc[verdict.index[~verdict["holds"]]]
    assert broken.tolist() == ([start] if is_asked else [])


def test_a_maximum_holds_for_every_window_inside_its_year(reference: Reference) -> None:
    observations = make_statements(
        {"par_score_steering_lost": 2, "par_score_steering_max": 14, "par_score_steering": 12},
        reference,
    )
    observations.loc[1, ["period_end", "status"]] = ["2024-12-31", "max_score"]
    text = "par_score_steering_lost = par_score_steering_max - par_score_steering"
    verdict = evaluate_identity(rule(text), tabulate_statements(observations, reference))
    assert list(verdict["holds"]) == [True]


@pytest.mark.parametrize(
    ("day", "completed", "holds"),
    [
        ("2024-12-31", 44, [False]),
        ("2024-12-31", 32, [True]),
        ("2024-06-30", 44, [False]),
        ("2024-03-31", 44, []),  # a plan may have been given more tasks since
        ("2023-12-31", 44, []),
        ("2025-12-31", 44, []),
    ],
)
def test_a_plan_has_its_tasks_from_the_first_day_of_its_year(
    day: str, completed: int, holds: list[bool], reference: Reference
) -> None:
    stated = {"par_tasks_total": 32, "par_tasks_completed": completed, "tthc_total": 9}
    observations = make_statements(stated, reference)
    observations.loc[[0, 1], "period_start"] = ""
    observations.loc[0, "period_end"] = day
    lines = tabulate_statements(observations, reference)
    verdict = evaluate_identity(rule("par_tasks_completed <= par_tasks_total"), lines)
    assert list(verdict["holds"]) == holds


@pytest.mark.parametrize("status", ["target", "threshold", "plan"])
def test_what_ought_to_be_never_stands_in_for_what_was(status: str, reference: Reference) -> None:
    observations = make_statements(
        {"on_time_rate": 99, "overdue_rate": 5, "overdue_rate@commune_aggregate": 5}, reference
    )
    observations.loc[1, "status"] = status
    text = "on_time_rate = 100 - overdue_rate"
    assert evaluate_identity(rule(text), tabulate_statements(observations, reference)).empty


def test_a_quota_is_a_plan_and_still_counts(reference: Reference) -> None:
    observations = make_statements({"recruits_hired": 50, "recruits_quota": 48}, reference)
    observations.loc[1, "status"] = "plan"
    verdict = evaluate_identity(
        rule("recruits_hired <= recruits_quota"), tabulate_statements(observations, reference)
    )
    assert list(verdict["holds"]) == [False]


def test_a_source_is_judged_by_its_own_figures(reference: Reference) -> None:
    """What another source prints, or leaves out, changes no verdict on this one."""
    numbers = {
        "tthc_onestop@whole_district": 60,
        "tthc_postal": 50,
        "tthc_online_full": 20,
        "tthc_total": 120,
        "tthc_postal@district_office": 50,
        "tthc_total@district_office": 70,
    }
    own = make_statements(numbers, reference)
    bare = make_statements({"tthc_postal": 1, "tthc_online_full": 2, "tthc_total": 9}, reference)
    parts = "tthc_onestop@whole_district + tthc_postal + tthc_online_full <= tthc_total"
    quota = make_statements({"staff_total_present": 12, "staff_total_quota": 10}, reference)
    quota.loc[quota["indicator"] == "staff_total_quota", "status"] = "plan"
    stated = make_statements({"staff_total_quota": 9}, reference)
    for text, mine, other in (
        (parts, own, bare),
        ("staff_total_present <= staff_total_quota", quota, stated),
    ):
        alone = tabulate_statements(mine, reference)
        both = tabulate_statements(
            pd.concat([mine, other.assign(source_id="other")], ignore_index=True), reference
        )
        verdicts = [evaluate_identity(rule(text), each) for each in (alone, both)]
        of_source = [
            verdict.assign(scope=each.rows["scope"].loc[verdict.index])[
                (each.rows["source_id"].loc[verdict.index] == "made_up").to_numpy()
            ].reset_index(drop=True)
            for verdict, each in zip(verdicts, (alone, both), strict=True)
        ]
        assert len(of_source[0]) == 1
        pd.testing.assert_frame_equal(*of_source)


def test_rivals_are_chosen_by_what_fits(reference: Reference) -> None:
    rivals = [
        rule(
            "dossiers_received_total = dossiers_received_online + dossiers_received_direct "
            "+ dossiers_carried_over",
            rule_id="D02",
            rival_group="channels",
        ),
        rule(
            "dossiers_received_total = dossiers_received_online + dossiers_received_direct",
            rule_id="D03",
            rival_group="channels",
        ),
        rule(
            COMPLEMENT,
            rule_id="D19",
            assumes=(f"{CHANNELS} unless {CHANNELS} + dossiers_carried_over",),
        ),
    ]
    inside = {
        "dossiers_received_total": 998,
        "dossiers_received_online": 979,
        "dossiers_received_direct": 19,
        "dossiers_carried_over": 99,
        "online_rate": 98.1,
        "direct_rate": 1.9,
    }
    statements = tabulate_statements(make_statements(inside, reference), reference)
    verdicts, chosen = evaluate_rivals(rivals, statements)
    assert list(chosen["rule_id"]) == ["D03"]
    assert verdicts["D02"].empty
    assert len(verdicts["D19"]) == 1
    beside = {**inside, "dossiers_received_total": 1097}
    statements = tabulate_statements(make_statements(beside, reference), reference)
    verdicts, chosen = evaluate_rivals(rivals, statements)
    assert list(chosen["rule_id"]) == ["D02"]
    assert verdicts["D03"].empty
    assert verdicts["D19"].empty


def test_definitions_that_say_the_same_of_a_source_leave_no_doubt(reference: Reference) -> None:
    rate, online = "online_rate = 100 * dossiers_received_online", "dossiers_received_online"
    both = f"{online} + dossiers_received_direct"
    pooled = rule(
        f"online_rate@whole_district = 100 * ({online}@district_office + "
        f"{online}@commune_aggregate) / (dossiers_received_total@district_office + "
        "dossiers_received_total@commune_aggregate)",
        rule_id="L04",
        assumes=(f"{rate} / dossiers_received_total unless {rate} / ({both})",),
    )
    numbers = {"online_rate@whole_district": 45.0}  # the mean of two rates, and not their whole
    for scope, total, own, share in (
        ("district_office", 100, 60, 60.0),
        ("commune_aggregate", 300, 90, 30.0),
    ):
        counts = (total, own, total - own, share)
        codes = ("dossiers_received_total", online, "dossiers_received_direct", "online_rate")
        numbers |= {f"{code}@{scope}": n for code, n in zip(codes, counts, strict=True)}
    statements = tabulate_statements(make_statements(numbers, reference), reference)
    assert list(evaluate_identity(pooled, statements)["holds"]) == [False]
    # Where one level alone is told, the other one may be where they differ.
    one_level = {key: n for key, n in numbers.items() if key != "online_rate@commune_aggregate"}
    statements = tabulate_statements(make_statements(one_level, reference), reference)
    assert evaluate_identity(pooled, statements).empty
    # Dossiers that came on neither way: the rates of both levels are of those that came on one.
    numbers |= {"dossiers_received_total@district_office": 110}
    numbers |= {"dossiers_received_total@commune_aggregate": 330}
    statements = tabulate_statements(make_statements(numbers, reference), reference)
    assert evaluate_identity(pooled, statements).empty


def test_where_no_definition_can_be_told_the_first_one_stands_for_all(
    reference: Reference,
) -> None:
    text = "dossiers_resolved_total = dossiers_resolved_early + dossiers_resolved_on_due"
    rivals = [
        rule(f"{text} + dossiers_resolved_overdue", rule_id="D04", rival_group="terms"),
        rule(
            f"{text} + dossiers_resolved_overdue + dossiers_returned",
            rule_id="D31",
            rival_group="terms",
        ),
    ]
    numbers = {
        "dossiers_resolved_total": 100,
        "dossiers_resolved_early": 60,
        "dossiers_resolved_on_due": 50,
    }
    statements = tabulate_statements(make_statements(numbers, reference), reference)
    verdicts, chosen = evaluate_rivals(rivals, statements)
    assert chosen.empty
    assert list(verdicts["D04"]["holds"]) == [False]
    assert verdicts["D31"].empty


def test_the_reading_that_most_identities_speak_for_is_published(reference: Reference) -> None:
    numbers = {"tthc_total": 109, "tthc_onestop": 109, "tthc_not_onestop": 12}
    observations = make_statements(numbers, reference)
    other = make_rows(
        "observations", observations.iloc[0].to_dict() | {"value": 121.0, "reading": 2}
    )
    observations = pd.concat([observations, other], ignore_index=True)
    identities = [rule("tthc_total = tthc_onestop + tthc_not_onestop")]
    chosen = choose_readings(observations, identities, reference)
    assert chosen.loc[chosen["is_published"], "value"].tolist() == [109.0, 12.0, 121.0]
    # Nothing to speak for either: the one printed more often, then the one printed first.
    assert choose_readings(observations, [], reference)["is_published"].tolist()[0]
    often = observations.assign(figures=["F1", "F2", "F3", "F4 F5"])
    assert choose_readings(often, [], reference)["is_published"].tolist()[-1]


def test_a_reading_that_is_rounded_amiss_is_spoken_for_too(reference: Reference) -> None:
    numbers = {
        "on_time_rate": 50,
        "dossiers_resolved_on_time": 15738,
        "dossiers_resolved_total": 17604,
    }
    observations = make_statements(numbers, reference)
    rounded = {"value": 90.0, "low": 89.5, "high": 90.5, "reading": 2}
    other = make_rows("observations", observations.iloc[0].to_dict() | rounded)
    observations = pd.concat([observations, other], ignore_index=True)
    chosen = choose_readings(observations, [rule(RATE)], reference)
    assert chosen.loc[chosen["is_published"], "value"].tolist() == [15738.0, 17604.0, 90.0]


@settings(max_examples=50)
@given(st.lists(counts, min_size=2, max_size=3), st.integers(-3, 3))
def test_property_a_sum_is_broken_exactly_when_it_does_not_add_up(
    parts: list[int], slip: int
) -> None:
    reference = REFERENCE
    names = ["dossiers_resolved_early", "dossiers_resolved_on_due", "dossiers_resolved_overdue"]
    used = dict(zip(names, parts, strict=False))
    total = max(sum(parts) + slip, 0)
    text = f"dossiers_resolved_total = {' + '.join(used)}"
    word = judge(text, {"dossiers_resolved_total": total, **used}, reference)
    assert word == ("holds" if total == sum(parts) else "broken")


@settings(max_examples=50)
@given(counts, counts, st.integers(0, 3))
def test_property_a_rate_printed_from_its_counts_holds(one: int, other: int, decimals: int) -> None:
    numerator, denominator = min(one, other), max(one, other, 1)
    printed = round(100 * numerator / denominator, decimals)
    numbers = {
        "on_time_rate": printed,
        "dossiers_resolved_on_time": numerator,
        "dossiers_resolved_total": denominator,
    }
    word = judge(RATE, numbers, REFERENCE)
    # 99.99 % printed as 100 is rounded, and is told so.
    assert word == "holds" or (printed in (0, 100) and word in ("rounded", "truncated"))


@settings(max_examples=30)
@given(st.permutations(range(6)), st.lists(counts, min_size=6, max_size=6))
def test_property_the_order_of_rows_does_not_matter(order: list[int], values: list[int]) -> None:
    names = [
        *("dossiers_received_total", "dossiers_resolved_total", "dossiers_pending_total"),
        *("dossiers_resolved_early", "dossiers_resolved_on_due", "dossiers_resolved_overdue"),
    ]
    observations = make_statements(dict(zip(names, values, strict=True)), REFERENCE)
    shuffled = observations.iloc[order].reset_index(drop=True)
    for text in (BALANCE, "dossiers_received_total <= dossiers_resolved_total"):
        one, other = (
            evaluate_identity(rule(text), tabulate_statements(each, REFERENCE))
            for each in (observations, shuffled)
        )
        pd.testing.assert_frame_equal(one, other)


@settings(max_examples=30)
@given(st.lists(counts, min_size=3, max_size=3), st.floats(0, 100))
def test_property_a_table_of_columns_says_the_same_as_the_statements(
    values: list[int], rate: float
) -> None:
    names = ("dossiers_received_total", "dossiers_resolved_total", "dossiers_pending_total")
    numbers = {**dict(zip(names, values, strict=True)), "on_time_rate": round(rate, 2)}
    statements = tabulate_statements(make_statements(numbers, REFERENCE), REFERENCE)
    identity = rule(BALANCE)
    columns = WideTable(tabulate_columns(statements, identity.operands))
    pd.testing.assert_frame_equal(
        evaluate_identity(identity, statements), evaluate_identity(identity, columns)
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 1e308, -1e308])
def test_missing_infinite_and_enormous_numbers_never_crash(
    value: float, reference: Reference
) -> None:
    numbers = {
        "dossiers_received_total": 10.0,
        "dossiers_resolved_total": 5.0,
        "dossiers_pending_total": 5.0,
        "on_time_rate": 50.0,
        "dossiers_resolved_on_time": 5.0,
    }
    observations = make_statements(numbers, reference)
    observations.loc[1, ["value", "low", "high"]] = value
    statements = tabulate_statements(observations, reference)
    for text in (BALANCE, RATE, "dossiers_resolved_total <= dossiers_received_total"):
        verdict = evaluate_identity(rule(text), statements)
        complete = verdict[verdict["is_complete"]]
        assert not (complete["holds"] & (abs(value) >= 1e308) & ("<=" not in text)).any()


@pytest.mark.parametrize(
    "text",
    ["a - b - c", "a - (b - c)", "a / (b / c)", "a + b + c", "a + b / c", "100 * (a + b) / c"],
)
def test_an_expression_is_written_with_the_brackets_that_it_needs(text: str) -> None:
    assert str(parse_expression(text)) == text


def test_an_expression_is_computed_where_all_its_figures_are_printed(
    reference: Reference,
) -> None:
    numbers = {"staff_total_present": 2100, "staff_total_quota": 2173}
    statements = tabulate_statements(make_statements(numbers, reference), reference)
    expression = parse_expression("100 * staff_total_present / staff_total_quota")
    assert round(compute_expression(expression, statements)["value"].iloc[0], 3) == 96.641


FAULTS = {
    "unknown_indicator": ({"rule": "tthc_totl = tthc_onestop"}, "tthc_total"),
    "senseless_tolerance": ({"tolerance": -1}, "from 0. Leave it out: printed digits leave room"),
    "mistyped_tolerance": ({"tolerance": "printd"}, "tolerance 'printd'"),
    "infinite_tolerance": ({"tolerance": float("inf")}, "tolerance inf"),
    "self_reference": ({"rule": "tthc_total = tthc_total + 1"}, "different quantities"),
    "self_at_scope": ({"rule": "tthc_total = tthc_total@commune_aggregate"}, "Fix the scopes"),
    "half_an_expression": ({"rule": "tthc_total = tthc_onestop +"}, "an end where more"),
    "wrong_operator": ({"rule": "tthc_total >= tthc_onestop"}, "two sides with = or <="),
    "two_operators": ({"rule": "tthc_total = tthc_onestop = tthc_postal"}, "two sides"),
    "no_operator": ({"rule": "tthc_total"}, "two sides"),
    "no_quantity": ({"rule": "1 = 1"}, "without a quantity"),
    "division_by_nothing": ({"rule": "tthc_total = tthc_onestop / 0"}, "a division by nothing"),
    "another_function": ({"rule": "tthc_total = max(tthc_onestop)"}, "expected"),
    "a_power": ({"rule": "tthc_total = tthc_onestop ** 2"}, "numbers and + - * / ( )"),
    "unknown_scope": ({"rule": "tthc_total@village = tthc_onestop"}, "scope 'village'"),
    "missing_argument": ({"rule": None}, "a rule as a text. Write the rule."),
    "unknown_rest": ({"rest": "lost"}, "Use one of these words."),
    "assumes_no_list": ({"assumes": "tthc_total = tthc_onestop"}, "a list of rules"),
    "assumes_nobody": ({"assumes": ["tthc_totl = tthc_onestop"]}, "tthc_total"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_identity_that_means_nothing_is_refused(
    fault: str, tmp_path: Path, reference: Reference
) -> None:
    kwargs, words = FAULTS[fault]
    arguments = {"rule": BALANCE} | kwargs
    entry = {
        "type": "expect_identity_to_hold",
        "kwargs": {name: value for name, value in arguments.items() if value is not None},
        "severity": "warning",
        "meta": {"rule_id": "X1", "why": "a", "source": "b"},
    }
    path = tmp_path / f"{fault}.json"
    path.write_text(json.dumps({"expectations": [entry]}), "utf-8")
    with pytest.raises(ValidationError) as refusal:
        load_identities(path, reference)
    assert words in str(refusal.value)
    assert path.name in str(refusal.value)


def test_one_definition_alone_is_no_choice(tmp_path: Path, reference: Reference) -> None:
    entry = {
        "type": "expect_one_definition_to_hold",
        "kwargs": {"definitions": {"X1": BALANCE}},
        "severity": "warning",
        "meta": {"rule_id": "X", "why": "a", "source": "b"},
    }
    path = tmp_path / "alone.json"
    path.write_text(json.dumps({"expectations": [entry]}), "utf-8")
    with pytest.raises(ValidationError, match=r"two or more\. Make it expect_identity_to_hold"):
        load_identities(path, reference)


def test_two_identities_with_one_id_are_refused(tmp_path: Path, repository: Project) -> None:
    suite = json.loads((repository.expectations / "identities.json").read_text("utf-8"))
    suite["expectations"][2]["meta"]["rule_id"] = "A01"
    path = tmp_path / "one_id_twice.json"
    path.write_text(json.dumps(suite), "utf-8")
    with pytest.raises(ValidationError, match="2 rules with this id"):
        load_identities(path, load_reference(repository.reference))


REFERENCE = load_reference(Path(__file__).resolve().parents[1] / "data" / "reference")
