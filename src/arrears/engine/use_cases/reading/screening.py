"""Which cases could not be contacted on the day by the way that their treatment names, and why? As the run's pre-screen told it; the gate judges anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from arrears.check.prescreen.questions import NOT_COVERED
from arrears.core.reasons import Sentence
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.conduct_packs import pack_named, shipped_packs
from arrears.engine.home import Home
from arrears.engine.prescreening import POLICY_CHANNELS, RESTRICTED
from arrears.engine.use_cases.reading.cases import CaseRow
from arrears.engine.use_cases.reading.files import looking_into
from arrears.engine.use_cases.reading.runs import Run

_OTHER_REASONS = {
    NOT_COVERED: Sentence("No rule pack that is known covers this contact", "没有已知的规则包覆盖此项联系"),
    RESTRICTED: Sentence("This person’s data is stored and not used", "此人的数据仅存储、不使用"),
}


@dataclass(frozen=True, slots=True)
class InTheWay:
    """What stood in the way when the run was made.

    Attributes:
        waits: it waits for a person of the compliance role rather than being refused.
        from_on: the first day on which it is worth asking again; None where time alone does not help.
    """

    waits: bool
    because: Sentence
    from_on: date | None


def in_the_way(home: Home, run: Run, cases: Sequence[CaseRow]) -> dict[int, InTheWay]:
    """By case: what is in the way of the channel that its treatment names. Cases that could be contacted, or that nobody contacts, are missing."""
    if not (run.folder / "prescreen.parquet").exists():
        return {}
    asked = {(case.party_id, POLICY_CHANNELS[case.channel]): case.case_id for case in cases if case.channel in POLICY_CHANNELS}
    with looking_into(home) as connection:
        rows = rows_by_name(
            connection, "SELECT party_id, channel, may, rule, from_on FROM read_parquet(?) WHERE party_id IN (SELECT unnest(?::BIGINT[])) AND may IN ('no', 'deferred')",
            [str(run.folder / "prescreen.parquet"), sorted({party for party, _ in asked})],
        )
    return {
        asked[key]: InTheWay(row["may"] == "deferred", _because(row["rule"]), row["from_on"] if row["may"] == "no" else None)
        for row in rows if (key := (row["party_id"], row["channel"])) in asked
    }


def _because(rule: str | None) -> Sentence:
    """What the rule that is in the way says."""
    if rule in _OTHER_REASONS:
        return _OTHER_REASONS[rule]
    pack, _, name = (rule or "").rpartition("/")
    found = next((one.label for one in pack_named(pack).rules if one.name == name), None) if pack in shipped_packs() else None
    return found or Sentence(rule or "A rule of conduct", rule or "行为规则")
