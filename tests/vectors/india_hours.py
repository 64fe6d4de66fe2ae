"""Judge of the cases of ifrs_eba_cases.json about the hours of recovery calls in India."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.verdict import verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Product, Purpose
from tests.vectors.conduct_facts import EVERYTHING_KNOWN, answer_of, packs, said
from tests.vectors.judging import Judgement, NotUnderstood, only_known

CASE = {"id", "group", "rule", "title", "facts", "proposed_action", "expected", "reason_code", "source", "basis", "confidence", "notes"}
SOME_DAY = date(2026, 3, 10)


def judge(family: str, case: dict[str, Any]) -> list[Judgement]:
    """May the borrower be called at this hour?"""
    only_known(case, CASE, "case")
    told = case["facts"]
    only_known(told, {"local_time", "tz", "purpose"}, "facts")
    action = case["proposed_action"]
    action = {"type": action} if isinstance(action, str) else action
    if action["type"] != "call_borrower":
        raise NotUnderstood(f"action {action['type']!r}")
    if not any(word in str(told.get("purpose", "collect")) for word in ("recover", "collect", "overdue")):
        raise NotUnderstood(f"purpose {told['purpose']!r}")
    zone = told.get("tz", "Asia/Kolkata")
    clock = told["local_time"]
    at = datetime.fromisoformat(clock) if "T" in clock else datetime.combine(SOME_DAY, time.fromisoformat(clock))
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    facts = Facts(frozenset({"IN"}), (zone,), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, EVERYTHING_KNOWN)
    proposed = Proposed(act=Act.CONTACT, party="lender", purpose=Purpose.COLLECTION, channel=Channel.CALL)
    found = verdict(proposed, facts, at, packs("india/fair_practices"))
    agrees = answer_of(found) == case["expected"]
    return [Judgement(family, agrees, "" if agrees else f"{case['expected']} expected, {said(found) or 'nothing in the way'} found")]
