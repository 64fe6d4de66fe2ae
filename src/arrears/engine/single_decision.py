"""What does the policy say of one case, now?

A page, a call that comes in and a review ask about one case and cannot wait for the night. The case goes through the very expression that
decides the whole book (`decide.policy.compile.decide`): its SQL is made once a policy (by content hash) and kept, and the one row is put
into a table of an in-memory database that reads no file and reaches nothing.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import duckdb
import ibis

from arrears.core.money import currencies_not_of_two_digits
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import DECISION_COLUMNS, RULE_TYPES, decide, reasons_of
from arrears.decide.policy.table import Policy
from arrears.decide.policy.words import sentence_types
from arrears.engine.columns_engine import sql_of
from arrears.engine.policy_rules import RULES, SENTENCES, keep_rules, keep_sentences
from arrears.intake.book.layout import duckdb_type

ONE_CASE = "one_case"
KEPT = 16
"""How many policies' SQL is kept: those in force, and those somebody compares with."""
_ALWAYS = frozenset({"amount_at_stake_minor", "as_of", "contact_history_known", "currency", "days_in_step", "hold_kinds"})
_sql_by_digest: OrderedDict[str, str] = OrderedDict()
_keeping = threading.Lock()


def sql_of_policy(policy: Policy) -> str:
    """The policy's SQL over the table `one_case`, made once a content hash.

    Raises:
        PolicyNotValid: a condition is not accepted.
    """
    with _keeping:
        if policy.digest in _sql_by_digest:
            _sql_by_digest.move_to_end(policy.digest)
            return _sql_by_digest[policy.digest]
    rules, sentences = ibis.table(RULE_TYPES, name=RULES), ibis.table(sentence_types(reasons_of(policy)), name=SENTENCES)
    decided = decide(policy, ibis.table(looked_at(policy), name=ONE_CASE), currencies_not_of_two_digits(), rules, sentences)
    sql = sql_of(decided.select(*DECISION_COLUMNS))
    with _keeping:
        _sql_by_digest[policy.digest] = sql
        while len(_sql_by_digest) > KEPT:
            _sql_by_digest.popitem(last=False)
    return sql


def looked_at(policy: Policy) -> ibis.Schema:
    """The case columns that this policy can look at, with their types: those its text names, and those that guards and ladders ask for.

    The database plans each question anew, so that every column too many costs time in every decision.
    """
    named = set(re.findall(r"[a-z0-9_]+", policy.canonical)) | _ALWAYS | ({name for name in CASE_SCHEMA.names if name.endswith("_before")} if policy.ladders else set())
    return ibis.schema({name: type_ for name, type_ in CASE_SCHEMA.items() if name in named or not policy.canonical})


class SingleDecisions:
    """Decides case by case by one policy; to be used in a `with`, by one thread at a time or by several in turn.

    >>> from arrears.decide.policy.table import read_policy
    >>> policy = read_policy('''
    ... policy: two_rows
    ... label: {en: Two rows, zh: 两行}
    ... treatments:
    ...   wait: {label: {en: Wait, zh: 观察}, channel: none, contact: false, automatic: true}
    ... rows:
    ...   - {id: soon, when: days_past_due < 3, treatment: wait, reason: {en: Just late., zh: 刚逾期。}}
    ...   - {id: rest, treatment: wait, reason: {en: "Late by {days_past_due} days.", zh: "逾期 {days_past_due} 天。"}}
    ... ''')
    >>> with SingleDecisions(policy) as decisions:
    ...     [decisions.decided({"days_past_due": days, "hold_kinds": "", "contact_history_known": True})["reason_en"] for days in (2, 9)]
    ['Just late.', 'Late by 9 days.']
    """

    def __init__(self, policy: Policy) -> None:
        self._lock = threading.Lock()
        self._connection = duckdb.connect(":memory:", config={"threads": "1", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
        self._connection.execute("SET enable_external_access = false")
        # For one row the optimiser costs more than everything else together, and nothing can be gained by it.
        self._connection.execute("PRAGMA disable_optimizer")
        self._columns = looked_at(policy)
        columns = ", ".join(f"{name} {duckdb_type(str(type_))}" for name, type_ in self._columns.items())
        self._connection.execute(f"CREATE TABLE {ONE_CASE} ({columns})")
        keep_rules(self._connection, policy)
        keep_sentences(self._connection, policy)
        self._connection.execute(f"PREPARE decision AS {sql_of_policy(policy)}")
        self._insert = f"INSERT INTO {ONE_CASE} VALUES ({', '.join('?' for _ in self._columns)})"

    def __enter__(self) -> SingleDecisions:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def decided(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """The decision of one case.

        Args:
            case: values by case column; one that is missing is empty, as an unknown value of a book is.

        Returns:
            DECISION_COLUMNS with their values.
        """
        unknown = set(case) - set(CASE_SCHEMA.names)
        assert not unknown, f"not case columns: {', '.join(sorted(unknown))}"
        with self._lock:
            self._connection.execute(f"DELETE FROM {ONE_CASE}")
            self._connection.execute(self._insert, [case.get(name) for name in self._columns])
            values = self._connection.execute("EXECUTE decision").fetchone()
        assert values is not None
        return dict(zip(DECISION_COLUMNS, values, strict=True))
