"""Names that mean one area, units that convert, entries that point at something."""

from __future__ import annotations

import csv
import io
import pickle
import re
from dataclasses import replace

import pytest

from brief_work import PROJECT
from cchc_analysis import pipeline
from cchc_analysis.data import areas
from cchc_analysis.data.files import list_rows
from cchc_analysis.data.records import load_own
from cchc_analysis.data.reference import (
    Project,
    Reference,
    check_reference,
    load_reference,
)
from cchc_analysis.errors import AreaError, CommandError, ReferenceDataError

TWINS = (
    "9810,9810,Tỉnh Đất Mới,,province,tỉnh,,10,,,,,,,made up\n"
    "9811,9811,Huyện Châu Giả,,district,huyện,9810,5,,,,,,,made up\n"
    "9820,9820,Tỉnh Đất Cũ,,province,tỉnh,,10,,,,,,,made up\n"
    "9821,9821,Huyện Châu Giả,,district,huyện,9820,5,,,,,,,made up\n"
)


def add(project: Project, table: str, rows: str) -> None:
    with (project.reference / f"{table}.csv").open("a", encoding="utf-8") as file:
        file.write(rows)


@pytest.fixture
def twins(project: Project) -> Reference:
    add(project, "areas", TWINS)
    return load_reference(project.reference)


@pytest.mark.parametrize("name", ["Huyện Châu Giả", "Châu Giả", "huyện  châu giả"])
def test_a_name_of_two_areas_is_not_guessed(name: str, twins: Reference) -> None:
    with pytest.raises(KeyError) as caught:
        twins.match_area(name)
    told = caught.value.args[0]
    assert "'Huyện Châu Giả, Tỉnh Đất Mới' or 'Huyện Châu Giả, Tỉnh Đất Cũ'" in told
    assert "9811 or 9821" in told


def test_a_name_that_is_refused_is_told_whole_at_the_door_and_carries_its_remedy(
    twins: Reference,
) -> None:
    for look_up in (twins.match_area, twins.match_held):
        with pytest.raises(AreaError) as refused:
            look_up("Châu Giả")
        error = pickle.loads(pickle.dumps(refused.value))  # noqa: S301
        assert isinstance(error, CommandError)
        assert isinstance(error, KeyError)
        assert error.args[0].startswith("Several areas have that name: write ")
        assert str(error).startswith(
            "area 'Châu Giả': not one area; expected a known area. Several"
        )
        assert str(error).endswith(f"{error.args[0]}.")


def test_a_province_or_a_code_tells_two_areas_apart(twins: Reference) -> None:
    assert twins.match_area("huyện Châu Giả, tỉnh Đất Cũ") == "9821"
    assert twins.match_area("9811") == "9811"


def test_an_alias_decides_between_two_areas(project: Project) -> None:
    add(project, "areas", TWINS)
    add(project, "area_aliases", "Châu Giả,9821,the one in the reports\n")
    assert load_reference(project.reference).match_area("châu giả") == "9821"


def test_one_alias_of_two_areas_is_refused(project: Project) -> None:
    add(project, "areas", TWINS)
    add(project, "area_aliases", "Châu Giả,9811,\nchâu giả,9821,\n")
    with pytest.raises(ReferenceDataError, match="one area for one name"):
        load_reference(project.reference)


def test_the_remedy_names_a_file_that_is_there(project: Project) -> None:
    add(
        project,
        "indicators",
        "made_up_rate,Tỷ lệ,Rate,%,procedures,higher,0,100,ratio,no_such,no_such_either,\n",
    )
    add(project, "targets", "T1,nowhere,,on_time_rate,,,>=,90,percent,,,,\n")
    with pytest.raises(ReferenceDataError) as caught:
        load_reference(project.reference)
    told = str(caught.value)
    for name in ("numerator 'no_such'", "denominator 'no_such_either'", "area_id 'nowhere'"):
        assert name in told
    named = {word.strip(".,") for word in told.split() if word.startswith("data/reference/")}
    assert named <= {f"data/reference/{table}.csv" for table in load_own("columns")["reference"]}
    assert len(named) >= 4


def test_values_convert_without_the_noise_of_binary_fractions(twins: Reference) -> None:
    assert twins.convert_value(0.1, "million VND", "VND") == 100_000
    assert twins.convert_value(4_920_000, "VND", "million VND") == 4.92
    assert twins.convert_value(1 / 3, "VND", "VND") == 1 / 3
    with pytest.raises(KeyError, match="the unit of its indicator"):
        twins.convert_value(1, "VND", "dossier")


# Definitions


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(PROJECT.reference)


def test_every_published_indicator_is_defined(reference: Reference) -> None:
    text = (PROJECT.processed / "indicators.csv").read_text("utf-8")
    published = {row["indicator"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert published
    assert not published - set(reference.definition_of)


ONLY_VIETNAMESE = re.compile(r"[ăâđêôơưạ-ỹ]", re.IGNORECASE)
NUMBERS_OF_DOCUMENTS = re.compile(r"\d+/(?:\d+/)?(?:NĐ-CP|QĐ-\w+|NQ-CP|CT-TTg|TT-\w+)")


def test_a_definition_speaks_one_language(reference: Reference) -> None:
    for row in list_rows(reference.indicator_definitions):
        for column in ("definition_en", "source_en"):
            assert not ONLY_VIETNAMESE.search(NUMBERS_OF_DOCUMENTS.sub("", row[column])), row
        for column in ("definition_vi", "definition_en"):
            assert row[column][:1].isupper() or row[column].startswith("“"), row
            assert row[column].endswith("."), row
        assert NUMBERS_OF_DOCUMENTS.findall(row["source_vi"]) == (
            NUMBERS_OF_DOCUMENTS.findall(row["source_en"])
        )


def test_a_definition_of_its_own_stands_before_that_of_a_family(reference: Reference) -> None:
    found = reference.definition_of
    assert found["pci"]["indicator"] == "pci"
    assert found["pci_land_access"]["indicator"] == "pci_*"
    assert found["staff_psu_education_quota"]["indicator"] == "staff_psu_education_*"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"indicator": "nobody_*"}, "nobody_"),
        ({"definition_en": ""}, "nothing in definition_en"),
    ],
)
def test_a_definition_of_nothing_or_in_one_language_is_refused(
    reference: Reference, change: dict[str, str], found: str
) -> None:
    definitions = reference.indicator_definitions.copy()
    definitions.loc[0, list(change)] = list(change.values())
    problems = list(check_reference(replace(reference, indicator_definitions=definitions)))
    assert [found in str(each) for each in problems] == [True]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (",2024-12-31", ""),
        (",", r"Xã Đất Mới \(9901\) on days on which Huyện Cao Lộc is not there"),
        ("2025-07-01,", "days from … to 2025-06-30, those of 183"),
    ],
)
def test_an_area_outlives_no_area_that_it_lies_in(project: Project, days: str, said: str) -> None:
    add(project, "areas", f"9901,9901,Xã Đất Mới,,commune,xã,183,,{days},,,,,made up\n")
    if not said:
        load_reference(project.reference)
        return
    with pytest.raises(ReferenceDataError, match=said):
        load_reference(project.reference)


def test_a_commune_of_the_register_outlives_no_area_that_it_lies_in(project: Project) -> None:
    """A district ended in June 2025: no commune of July lies in it; ``cchc check`` says so."""
    add(project, "communes", "99001,99001,Xã Đất Mới,,xã,183,2025-07-01,,,,\n")
    with pytest.raises(ReferenceDataError, match=r"communes.csv.*Xã Đất Mới \(99001\) on days"):
        list(pipeline.check(project))


def test_a_reference_travels_to_another_process_after_it_was_asked(repository: Project) -> None:
    reference = load_reference(repository.reference)
    assert reference.area_rows["183"]
    there = pickle.loads(pickle.dumps(reference))  # noqa: S301 - of this very process
    assert there.area_rows["06001"]["level"] == "commune"


def test_equally_near_names_are_offered_in_the_order_of_their_file(project: Project) -> None:
    reference = load_reference(project.reference)
    indicators = reference.indicators.assign(unit="xVND")
    for units, offered in (
        (reference.units, "'VND', 'billion VND', 'million VND'"),
        (reference.units.iloc[::-1], "'VND', 'thousand VND', 'million VND'"),
    ):
        found = check_reference(replace(reference, indicators=indicators, units=units))
        assert offered in next(iter(found)).remedy


def test_names_are_folded_once_for_all_that_nothing_bears(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = load_reference(project.reference).wide_areas
    index.list_near("Cao Lốcc")
    told: list[str] = []
    monkeypatch.setattr(areas, "fold_text", lambda text: told.append(text) or text)
    index.list_near("Hưng Yênn")
    assert len(told) == 1
