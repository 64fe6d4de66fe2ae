"""Which figure holds, and how sure are we? Told as parameter files, good ones and bad ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from arrears.core.parameters import Confidence, NoValue, Parameters, Unit, read_parameters, texts_in
from arrears.core.problems import BadData

JURISDICTIONS = ("china", "eu", "house", "india", "international", "uk", "us")
CONFIRMED = "source: the law, article: '1', confidence: confirmed"


def figures(values: str, unit: str = "days", more: str = "") -> Parameters:
    return read_parameters({"file.yaml": f"limit:\n  question: How long?\n  unit: {unit}\n{more}  values:\n{values}"})


def line(start: str, value: str, rest: str = CONFIRMED) -> str:
    return f"    - {{from: {start}, value: {value}, {rest}}}\n"


TWO = line("2020-01-01", "180") + line("2021-01-01", "90")


@pytest.mark.parametrize(("day", "expected"), [("2020-01-01", 180), ("2020-12-31", 180), ("2021-01-01", 90), ("2035-06-01", 90)])
def test_the_newest_value_that_already_holds_is_the_one_that_holds(day: str, expected: int) -> None:
    assert figures(TWO).value_on("limit", date.fromisoformat(day)).whole == expected


def test_a_day_before_the_first_value_is_an_error_and_not_the_first_value() -> None:
    with pytest.raises(NoValue, match="not known for 2019-12-31: its first value holds from 2020-01-01"):
        figures(TWO).value_on("limit", date(2019, 12, 31))


def test_a_rule_that_has_ended_has_no_value_any_more() -> None:
    ended = figures(line("2020-01-01", "180") + line("2026-12-31", "null"))
    assert ended.value_on("limit", date(2026, 12, 30)).whole == 180
    with pytest.raises(NoValue, match="holds no longer since 2026-12-31"):
        ended.value_on("limit", date(2026, 12, 31))


def test_a_name_that_nobody_stated_is_an_error_that_lists_what_is_stated() -> None:
    with pytest.raises(NoValue, match="No figure is called “limt”.*state: limit"):
        figures(TWO).value_on("limt", date(2022, 1, 1))


@pytest.mark.parametrize(("confidence", "certain"), [("confirmed", True), ("single_source", False), ("memory", False)])
def test_only_a_confirmed_figure_is_certain_and_every_figure_says_where_it_stands(confidence: str, certain: bool) -> None:
    reading = figures(line("2020-01-01", "90", f"source: a page, article: art. 3, confidence: {confidence}")).value_on("limit", date(2020, 1, 1))
    assert reading.certain is certain
    assert reading.citation == f"art. 3 (a page; {confidence})"


def test_the_certainty_is_that_of_the_value_of_the_day() -> None:
    both = figures(line("2020-01-01", "180", "source: x, article: '1', confidence: memory") + line("2021-01-01", "90"))
    assert [both.value_on("limit", date(year, 6, 1)).certain for year in (2020, 2021)] == [False, True]


def test_a_share_is_exact() -> None:
    reading = figures(line("2020-01-01", '"0.01"'), unit="share").value_on("limit", date(2020, 1, 1))
    assert reading.share == Decimal("0.01")
    assert reading.unit is Unit.SHARE


@pytest.mark.parametrize(
    ("story", "text", "said"),
    [
        ("no YAML", "limit: [", "not the YAML"),
        ("a list at the top", "- 1", "expected parameter names"),
        ("a value without confidence", line("2020-01-01", "90", "source: x, article: '1'"), "missing: confidence"),
        ("a confidence of our own making", line("2020-01-01", "90", "source: x, article: '1', confidence: sure"), "confidence is one of"),
        ("an empty source", line("2020-01-01", "90", "source: ' ', article: '1', confidence: memory"), "source must be a text"),
        ("a field nobody knows", line("2020-01-01", "90", CONFIRMED + ", until: 2021-01-01"), "not known: until"),
        ("days as text", line("2020-01-01", '"90"'), "not written as days"),
        ("days as yes", line("2020-01-01", "true"), "not written as days"),
        ("days below zero", line("2020-01-01", "-1"), "below zero"),
        ("a time for a day", line("2020-01-01T00:00:00Z", "90"), "from must be a day"),
        ("a day that does not exist", line("2021-02-29", "90"), "not the YAML"),
        ("dates that run backwards", line("2021-01-01", "90") + line("2020-01-01", "180"), "dates must ascend"),
        ("one day with two values", line("2021-01-01", "90") + line("2021-01-01", "180"), "dates must ascend"),
        ("no value at all", "    []\n", "at least one entry"),
    ],
)
def test_a_file_that_could_mislead_is_refused(story: str, text: str, said: str) -> None:
    whole = text if text.startswith(("limit", "- 1")) else f"limit:\n  question: How long?\n  unit: days\n  values:\n{text}"
    with pytest.raises(BadData, match=said):
        read_parameters({"file.yaml": whole})


@pytest.mark.parametrize(("value", "said"), [("0.01", "not written as share"), ('"1 %"', "not a number"), ('"1.5"', "not a part of one"), ('"NaN"', "not a part of one")])
def test_a_share_that_is_no_exact_part_of_one_is_refused(value: str, said: str) -> None:
    with pytest.raises(BadData, match=said):
        figures(line("2020-01-01", value), unit="share")


SCALE = "[{above: 0, once: 5000, share: '0'}, {above: 1000000, share: '0.025'}]"
YUAN = "  currency: CNY\n"


def test_a_scale_is_read_segment_by_segment() -> None:
    reading = figures(line("2020-01-01", SCALE), unit="scale", more=YUAN).value_on("limit", date(2020, 1, 1))
    assert (reading.scale.charge(2_000_000), reading.currency) == (Decimal("30000"), "CNY")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("5", "not written as scale"), ("[]", "begins at 0"), ("[{above: 1, share: '0'}]", "begins at 0"), ("[{above: 0, share: '0'}, {above: 0, share: '0'}]", "ascend"),
        ("[{above: 0}]", "missing: share"), ("[{above: 0, share: 0.5}]", "share as text"), ("[{above: 0, share: '1.5'}]", "not a part of one"),
        ("[{above: 0, once: -1, share: '0'}]", "whole minor units"), ("[{above: '0', share: '0'}]", "whole minor units"), ("[{above: 0, share: '0', below: 5}]", "not known: below"),
    ],
)  # fmt: skip
def test_a_scale_that_could_mislead_is_refused(value: str, said: str) -> None:
    with pytest.raises(BadData, match=said):
        figures(line("2020-01-01", value), unit="scale", more=YUAN)


def test_a_scale_needs_its_currency() -> None:
    with pytest.raises(BadData, match="needs its currency"):
        figures(line("2020-01-01", SCALE), unit="scale")


def test_an_amount_needs_its_currency_and_nothing_else_has_one() -> None:
    assert figures(TWO, unit="amount_minor", more="  currency: EUR\n").value_on("limit", date(2022, 1, 1)).currency == "EUR"
    with pytest.raises(BadData, match="needs its currency"):
        figures(TWO, unit="amount_minor")
    with pytest.raises(BadData, match="nothing else has one"):
        figures(TWO, more="  currency: EUR\n")


def test_a_key_given_twice_is_refused_because_the_second_would_silently_win() -> None:
    with pytest.raises(BadData, match="“value” is written twice"):
        figures(line("2020-01-01", "90", CONFIRMED + ", value: 180"))


def test_a_name_stated_in_two_files_is_refused() -> None:
    text = "limit:\n  question: How long?\n  unit: days\n  values:\n" + TWO
    with pytest.raises(BadData, match="Stated twice: limit"):
        read_parameters({"a.yaml": text, "b.yaml": text})


def test_a_folder_gives_its_yaml_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml", "notes.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert list(texts_in(tmp_path).items()) == [("a.yaml", "a.yaml"), ("b.yaml", "b.yaml")]


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_shipped_figure_can_be_read_and_says_what_it_asks(jurisdiction: str) -> None:
    shipped = list(read_parameters(texts_in(files("arrears.rulepacks").joinpath(jurisdiction, "parameters"))))
    assert shipped
    assert all(parameter.question.endswith("?") for parameter in shipped)


def test_what_was_only_recalled_never_passes_for_confirmed() -> None:
    """A source "recalled" and the confidence memory go together, in every file."""
    every = [value for place in JURISDICTIONS for parameter in read_parameters(texts_in(files("arrears.rulepacks").joinpath(place, "parameters"))) for value in parameter.values]
    assert {value.confidence for value in every if value.source == "recalled"} == {Confidence.MEMORY}
    assert {value.source for value in every if value.confidence is Confidence.MEMORY} == {"recalled"}
