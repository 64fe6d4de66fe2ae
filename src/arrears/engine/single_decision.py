"""What does the policy say of one case, now?

A page, a call that comes in and a review ask about one case and cannot wait for the night. The case goes through the very expression that
decides the whole book (`decide.policy.compile`): its SQL is made once a policy (by content hash) and kept, and the one row is put
into a table of an in-memory database that reads no file and reaches nothing. The rule is found first; then its sentence alone is worded, for to write out
the figures of every sentence of the policy takes three times as long as to decide.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from arrears.core.money import currencies_not_of_two_digits
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import CHOSEN_COLUMNS, REASON_COLUMNS, RULE_TYPES, chosen, in_words
from arrears.decide.policy.table import Policy
from arrears.engine.columns_engine import sql_of
from arrears.engine.policy_rules import RULES, keep_rules
from arrears.intake.book.layout import duckdb_type

ONE_CASE = "one_case"
KEPT = 1_024
"""How many SQL texts are kept: those of the policies in force and of those somebody compares with, and of each of their rules."""
_ALWAYS = frozenset({"amount_at_stake_minor", "as_of", "contact_history_known", "currency", "days_in_step", "hold_kinds"})
_sql_kept: OrderedDict[tuple[str, str], str] = OrderedDict()
_keeping = threading.Lock()


def sql_of_policy(policy: Policy) -> str:
    """SQL of what the policy decides (CHOSEN_COLUMNS) over the table `one_case`, made once a content hash.

    Raises:
        PolicyNotValid: a condition is not accepted.
    """
    return _kept((policy.digest, ""), lambda: sql_of(chosen(policy, _one_case(policy), ibis.table(RULE_TYPES, name=RULES)).select(*CHOSEN_COLUMNS)))


def sql_of_reason(policy: Policy, rule: str) -> str:
    """SQL of the sentences (REASON_COLUMNS) that a rule says over the table `one_case`, made once a content hash and rule."""
    def made() -> str:
        case = _one_case(policy)
        decided = case.mutate(rule=ibis.literal(rule))
        return sql_of(in_words(policy, decided, currencies_not_of_two_digits(), only=(rule,)).select(*REASON_COLUMNS))

    return _kept((policy.digest, rule), made)


def _one_case(policy: Policy) -> ir.Table:
    return ibis.table(looked_at(policy), name=ONE_CASE)


def _kept(key: tuple[str, str], made: Callable[[], str]) -> str:
    with _keeping:
        if key in _sql_kept:
            _sql_kept.move_to_end(key)
            return _sql_kept[key]
    sql = made()
    with _keeping:
        _sql_kept[key] = sql
        while len(_sql_kept) > KEPT:
            _sql_kept.popitem(last=False)
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
        self._policy = policy
        self._worded: dict[str, str] = {}
        """The name of the prepared sentence of each rule that decided already."""
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
            found = dict(zip(CHOSEN_COLUMNS, values, strict=True))
            said = self._connection.execute(f"EXECUTE {self._sentence(found['rule'])}").fetchone()
        assert said is not None
        return {**found, **dict(zip(REASON_COLUMNS, said, strict=True))}

    def _sentence(self, rule: str) -> str:
        if rule not in self._worded:
            name = f"sentence_{len(self._worded)}"
            self._connection.execute(f"PREPARE {name} AS {sql_of_reason(self._policy, rule)}")
            self._worded[rule] = name
        return self._worded[rule]
