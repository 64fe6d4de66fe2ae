"""Two ways to read an amount, digit by digit in Python and in sets in SQL, must never disagree; and no row may get lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from arrears.core.money import AmountNotValid, parse_minor
from arrears.intake.book.checks import amount_sql, fits_sql, too_many_decimals_sql, trimmed
from tests.intake.book.lender import DUES_HEAD, ONE_LOAN, Lender

DIGITS = {"JPY": 0, "CNY": 2, "KWD": 3}
AMOUNTS = st.one_of(
    st.text(alphabet="0123456789.+- ,e\t", max_size=24),
    st.from_regex(r"[+-]?[0-9]{1,22}(\.[0-9]{1,6}0{0,3})?", fullmatch=True),
    st.sampled_from(
        ["92233720368547758.07", "92233720368547758.08", "-92233720368547758.08", "9223372036854775807", "0.005", "-0.5", "+5", "٣", "1.", ".5", "５"]
    ),
)


def in_python(text: str, currency: str) -> int | None:
    try:
        return parse_minor(text, currency)
    except AmountNotValid:
        return None


def in_columns(texts: list[str], digits: int) -> list[int | None]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE given (place INTEGER, t VARCHAR)")
        connection.executemany("INSERT INTO given VALUES (?, ?)", [(place, text) for place, text in enumerate(texts)])
        amount = amount_sql("s", str(digits))
        good = f"{fits_sql(amount)} AND NOT {too_many_decimals_sql('s', str(digits))}"
        return [
            row[0]
            for row in connection.execute(
                f"SELECT CASE WHEN {good} THEN ({amount})::BIGINT END FROM (SELECT place, {trimmed('t')} AS s FROM given) ORDER BY place"
            ).fetchall()
        ]


@settings(max_examples=60, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=30), st.sampled_from(sorted(DIGITS)))
@example(["10000.0000", " 7 ", "1e3", "", "--1", "1.2.3"], "CNY")
def test_columns_read_every_amount_as_the_single_form_does(texts: list[str], currency: str) -> None:
    assert in_columns(texts, DIGITS[currency]) == [in_python(text, currency) for text in texts]


LINES = st.lists(
    st.sampled_from(
        [
            "L1,{i},2026-03-31,5",
            "L1,{i},2026-02-31,5",
            "L9,{i},2026-03-31,5",
            "L1,{i},2026-03-31,5.555",
            "L1,1,2026-03-31,5",
            "L1,1,2026-03-31,6",
            "L1",
            "L1,{i},,,",
            ",,,",
        ]
    ),
    max_size=40,
)


@settings(max_examples=15, deadline=None)
@given(LINES)
def test_accepted_and_rejected_are_read_whatever_comes(lines: list[str]) -> None:
    written = [line.format(i=i) for i, line in enumerate(lines, 2)]
    with tempfile.TemporaryDirectory() as folder:
        lender = Lender(Path(folder))
        report = lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": DUES_HEAD + "".join(line + "\n" for line in written)})
        dues = report.files[1]
        assert dues.rows == len(lines) == dues.accepted + dues.rejected
        rejected = {finding.row for finding in lender.findings(report)}
        assert len(rejected) == dues.rejected
        taken = [row for row in range(1, len(lines) + 1) if row not in rejected]
        assert sorted(int(written[row - 1].split(",")[1]) for row in taken) == [row[0] for row in lender.rows("instalments", "number")]
