"""How does every account stand: slice by slice in this process, or for the whole book on Spark?

Comes in: the book, its conventions and the day. Goes out: `assessment.parquet`, `history.parquet`, what the money rules of a product owe, and of each slice what
the portfolio report asks of due amounts and payments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from arrears.assess.delinquency.items import ITEM_KEY
from arrears.assess.delinquency.owed import OWED
from arrears.engine import due_days, product_ledgers, tables
from arrears.engine.book_views import Slice, count_accounts, show_slice, slices_of
from arrears.engine.night import Night, write_text
from arrears.engine.portfolio_slices import part_text, slice_rows


def assess(work: Night) -> None:
    """How does every account stand? Slice by slice, so that memory is bounded, then as one table.

    What the portfolio report asks of due amounts and payments is asked of each slice on the way, while it is in memory.
    """
    request = work.request
    parts = slices_of(count_accounts(work.connection, request.book), request.engine.accounts_per_slice)
    wanted = ("assessment", "history", *((OWED,) if product_ledgers.is_needed(request.delinquency) else ()))
    work.dated = [tables.dated_name(part.number) for part in parts]
    if work.has(*(f"{name}.parquet" for name in wanted)) and (work.has("portfolio.json") or work.has(*work.dated)):
        return
    answers = _assessed_on_spark(work, parts) if work.spark else None
    for part in parts:
        work.progress("assess", part.number, len(parts))
        files = {name: tables.part_name(name, part.number, len(parts)) for name in wanted}
        if not work.has(*files.values(), tables.dated_name(part.number)):
            _assess_slice(work, part, files, answers)
    with work.timed("assess"):
        for name in wanted:
            work.write(f"{name}.parquet", tables.rows_of(work.staged.path(tables.part_name(name, part.number, len(parts))) for part in parts), ())
    work.progress("assess", len(parts), len(parts))


def _assess_slice(work: Night, part: Slice, files: Mapping[str, str], answers: Mapping[str, str] | None) -> None:
    request = work.request
    steps = tables.assessment_steps(request.delinquency, request.on)
    with work.timed("assess"):
        show_slice(work.connection, request.book, part)
        if answers is None:
            product_ledgers.work_out(work.connection, request.delinquency, request.on, request.engine.threads)
            tables.think(work.connection, steps)
        else:
            tables.take(work.connection, answers, part)
            if OWED in files:
                tables.show_files(work.connection, {name: work.staged.path(_owed_part(name, part)) for name in product_ledgers.owed_names(request.delinquency)})
        work.write(files["assessment"], "SELECT * FROM position", ("account_id",))
        work.write(files["history"], "SELECT * FROM punctuality", ("account_id",))
        if OWED in files:
            work.write(files[OWED], product_ledgers.owed_sql(request.delinquency), ITEM_KEY)
    with work.timed("portfolio"):
        rows = slice_rows(work.connection, request.delinquency, request.on)
        work.staged.table(tables.dated_name(part.number), lambda target: write_text(target, part_text(rows)))
    tables.forget(work.connection, steps)


def _assessed_on_spark(work: Night, parts: Sequence[Slice]) -> dict[str, str]:
    """The steps that a slice is written from, worked out on Spark for the whole book at once. What the ledger must work out stays here."""
    assert work.spark is not None
    request, spark = work.request, work.spark
    steps = tables.assessment_steps(request.delinquency, request.on)
    with work.timed("assess"):
        spark.show_book(request.book)
        if work.calendars:
            spark.show_files({due_days.MOVED_DUE_DAYS: work.staged.path(f"frozen/{due_days.MOVED_DUE_DAYS}.parquet")})
        spark.show_files(_owed_files(work, parts))
        work.on_spark.append("assess")
        spark.think(steps)
        answers = spark.answer(tables.TAKEN, "account_id" if len(parts) > 1 else None)
        spark.forget(steps)
    return answers


def _owed_files(work: Night, parts: Sequence[Slice]) -> dict[str, Sequence[Path]]:
    """What the ledger works out of every slice, in this process, as files of each group of products; none where no product needs the ledger."""
    request = work.request
    found: dict[str, list[Path]] = {}
    if not product_ledgers.is_needed(request.delinquency):
        return {}
    for part in parts:
        show_slice(work.connection, request.book, part)
        product_ledgers.work_out(work.connection, request.delinquency, request.on, request.engine.threads)
        for name in product_ledgers.owed_names(request.delinquency):
            found.setdefault(name, []).append(work.write(_owed_part(name, part), f"SELECT * FROM {name}", ITEM_KEY))
            work.connection.execute(f"DROP TABLE {name}")
    return dict(found)


def _owed_part(name: str, part: Slice) -> str:
    return f"parts/{name}-{part.number:05}.parquet"
