"""Tables come in whole or with a sentence, and go out the same each time."""

from __future__ import annotations

import errno
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis.data.files import (
    clear_parts,
    format_table,
    load_text_table,
    replacing,
    type_columns,
    write_text,
)
from cchc_analysis.errors import ReportError

COLUMNS = ("key", "value")

FAULTY = {
    "empty_file": (b"", "an empty file"),
    "header_only": (b"key,value\n", "no rows"),
    "missing_column": (b"key\na\n", "no column value"),
    "unknown_column": (b"key,value,colour\na,1,red\n", "unknown column 'colour'"),
    "doubled_column": (b"key,value,value\na,1,2\n", "column value twice"),
    "wrong_encoding": ("key,value\nCao Lộc,1\n".encode("utf-16"), "is not UTF-8"),
    "legacy_encoding": ("key,value\nCao Lé,1\n".encode("latin-1"), "is not UTF-8"),
    "semicolons": (b"key;value\na;1\n", "semicolons between its cells; expected commas"),
    "tabs": (b"key\tvalue\na\t1\n", "tabs between its cells; expected commas"),
    "short_row": (b"key,value\na\n", "line 2: 1 cells"),
    "short_row_below": (b'key,value\n\n"a\nb",1\n\nc\n', "line 6: 1 cells"),
    "duplicate_key_below": (b"key,value\n\na,1\n\na,2\n", "line 5: key = a a second time"),
    "decomposed_text": ("key,value\nCao Lo\u0323\u0302c,1\n".encode(), "NFC"),
    "duplicate_key": (b"key,value\na,1\na,2\n", "key = a a second time"),
    "open_quote": (b'key,value\n"a,1\n', "CSV that cannot be read"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_table_is_refused_with_a_sentence(fault: str, tmp_path: Path) -> None:
    content, sentence = FAULTY[fault]
    path = tmp_path / f"{fault}.csv"
    path.write_bytes(content)
    with pytest.raises(ReportError) as caught:
        load_text_table(path, COLUMNS, ["key"])
    assert sentence in str(caught.value)
    assert fault in str(caught.value)


def test_an_absent_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"gone\.csv: no such file"):
        load_text_table(tmp_path / "gone.csv", COLUMNS)


def test_a_byte_order_mark_and_another_column_order_are_let_pass(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("value,key\n1,a\n", encoding="utf-8-sig")
    assert load_text_table(path, COLUMNS).to_dict("list") == {"key": ["a"], "value": ["1"]}


@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
            st.floats(allow_nan=False, allow_infinity=False) | st.just(float("nan")),
            st.booleans(),
            st.integers(0, 9),
        ),
        min_size=1,
    )
)
def test_a_table_comes_back_as_it_went_out(
    rows: list[tuple[str, float, bool, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    import unicodedata

    table = pd.DataFrame(
        [(unicodedata.normalize("NFC", text), *rest) for text, *rest in rows],
        columns=["unit", "value", "is_published", "reading"],
    )
    path = tmp_path_factory.mktemp("table") / "table.csv"
    write_text(path, format_table(table))
    back = type_columns(load_text_table(path, tuple(table.columns)))
    pd.testing.assert_frame_equal(back, table, check_dtype=False)


def test_a_boolean_is_true_or_false_and_nothing_else() -> None:
    table = pd.DataFrame({"is_published": ["true", "yes"]})
    with pytest.raises(ValueError, match="is_published 'yes' is neither true nor false"):
        type_columns(table)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    write_text(path, "first")

    def fill_up(part: Path, _: bytes) -> None:
        part.write_text("half", "utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_up)
    with pytest.raises(OSError, match="No space left"):
        write_text(path, "second")
    assert {each.name: each.read_text("utf-8") for each in tmp_path.iterdir()} == {
        "table.csv": "first"
    }


def test_what_a_killed_run_left_half_written_is_removed_and_nothing_else(tmp_path: Path) -> None:
    with replacing(tmp_path / "sources.csv") as part:
        left = tmp_path / part.name
    left.touch()
    for name in ("sources.csv", ".new", ".notes.new-longer-one", "a.new-12345678"):
        (tmp_path / name).touch()
    clear_parts(tmp_path, tmp_path / "gone")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *(".new", ".notes.new-longer-one", "a.new-12345678", "sources.csv")
    ]
