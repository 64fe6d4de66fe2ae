"""How does a decision table travel to and from other rule engines?

The JSON Decision Model (JDM, as GoRules' zen-engine reads it) for the subset that both sides say the same in: comparisons of one column
with values, ranges, lists, yes-or-no columns, `is null`, joined by and, or, not; first match wins; one treatment a row. Everything else
(ladders, days, arithmetic, functions) is refused by name. Out goes one decision table with a condition a row as an expression; in comes the
same, or a table whose cells are single tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from arrears.core.problems import BadData
from arrears.core.reasons import Sentence
from arrears.decide.policy.parts import Policy, Row
from arrears.decide.policy.regions import TYPES, Atom, Condition, NotJudged, condition_tree
from arrears.decide.policy.terms import row_condition

OUTPUTS = ("row", "treatment", "reason_en", "reason_zh")
CONDITION = "condition"
_TOKEN = re.compile(r"""\s*(?:(?P<text>'[^'\\]*'|"[^"\\]*")|(?P<number>-?\d+(?!\d|\.\d))|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>==|!=|<=|>=|<|>|\[|\]|\(|\)|,|\.\.))""")


class NotInJdm(BadData):
    """Something has no equal on the other side; the message names it."""


def _refused(where: str, what: str) -> NotInJdm:
    return NotInJdm(f"{where}: {what}.", "Both sides would not decide the same.", "Write it with comparisons, ranges, lists, is null, and, or, not.")


def to_jdm(policy: Policy) -> dict[str, Any]:
    """The policy's table as a JDM graph.

    Raises:
        NotInJdm: a row leads to a ladder, or its condition is outside the subset.
    """
    for row in policy.rows:  # Said first: no change of a condition helps there.
        if row.ladder:
            raise _refused(f"row “{row.id}”", f"it leads to the ladder “{row.ladder}”, and JDM has no ladders")
    rules = [_rule(policy, row) for row in policy.rows]
    table = {
        "hitPolicy": "first", "inputs": [{"id": CONDITION, "name": "Condition"}],
        "outputs": [{"id": name, "name": name, "field": name} for name in OUTPUTS], "rules": rules,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "case", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": policy.name, "position": {"x": 300, "y": 0}, "content": table},
        {"id": "out", "type": "outputNode", "name": "decision", "position": {"x": 600, "y": 0}},
    ]
    edges = [{"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other} for one, other in (("in", "table"), ("table", "out"))]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _rule(policy: Policy, row: Row) -> dict[str, str]:
    where = f"row “{row.id}”"
    stated = row_condition(policy, row)
    try:
        condition = zen_text(condition_tree(stated)) if stated is not None else ""
    except NotJudged as trouble:
        raise _refused(where, str(trouble)) from trouble
    return {
        "_id": row.id, CONDITION: condition, "row": _quoted(where, row.id), "treatment": _quoted(where, row.treatment),
        "reason_en": _quoted(where, row.reason.en), "reason_zh": _quoted(where, row.reason.zh),
    }


def _quoted(where: str, text: str) -> str:
    """A text of the expression language, which has no escapes."""
    if "\\" in text or "\n" in text or ('"' in text and "'" in text):
        raise _refused(where, f"the text “{text}” has a back-slash, a line break or both kinds of quotation marks")
    return f"'{text}'" if "'" not in text else f'"{text}"'


def zen_text(condition: Condition) -> str:
    """The condition in the expression language of JDM; an empty value makes a comparison false on both sides."""
    if isinstance(condition, Atom):
        return _zen_atom(condition)
    if condition.op == "not":
        return f"not ({zen_text(condition.parts[0])})"
    return f" {condition.op} ".join(f"({zen_text(part)})" for part in condition.parts)


def _zen_atom(atom: Atom) -> str:
    if TYPES[atom.column] == "day":
        raise NotJudged(f"“{atom.column}” is a day, and days are written otherwise in JDM")
    if atom.op == "null":
        return f"{atom.column} == null"
    known = f"{atom.column} != null and "
    if TYPES[atom.column] == "yes_no":
        wanted = "true" if atom.op == "true" or atom.values[0] else "false"
        return f"{known}{atom.column} == {wanted}"
    values = [str(value) if isinstance(value, int) else _quoted(atom.column, value) for value in atom.values]
    if atom.op == "in":
        return f"{known}{atom.column} in [{', '.join(values)}]"
    return f"{known}{atom.column} {'==' if atom.op == '=' else atom.op} {values[0]}"


def rows_of_jdm(graph: Mapping[str, Any]) -> tuple[Row, ...]:
    """The rows of a JDM graph that is one decision table.

    Raises:
        NotInJdm: the graph has another node, another hit policy, an output that is not ours, or a cell outside the subset.
    """
    nodes = graph.get("nodes")
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise _refused("the file", "it is not a JDM graph")
    for node in nodes:
        if node.get("type") not in ("inputNode", "outputNode", "decisionTableNode"):
            raise _refused(f"node “{node.get('name')}”", f"nodes of the kind {node.get('type')} are not taken in")
    tables = [node for node in nodes if node["type"] == "decisionTableNode"]
    if len(tables) != 1:
        raise _refused("the graph", f"it has {len(tables)} decision tables, and one is taken in")
    content = tables[0].get("content") or {}
    if content.get("hitPolicy") != "first":
        raise _refused("the table", f"its hit policy is {content.get('hitPolicy')}, and only first is taken in")
    outputs = {one.get("field"): one.get("id") for one in content.get("outputs", [])}
    if set(outputs) != set(OUTPUTS):
        raise _refused("the table", f"its outputs are not {', '.join(OUTPUTS)}")
    return tuple(_row_of(rule, number, content.get("inputs", []), outputs) for number, rule in enumerate(content.get("rules", []), 1))


def _row_of(rule: Mapping[str, Any], number: int, inputs: list[Mapping[str, Any]], outputs: Mapping[str, str]) -> Row:
    where = f"rule {number}"
    said = {name: _Reader(str(rule.get(outputs[name], "")), where).whole_text() for name in OUTPUTS}
    tests = []
    for one in inputs:
        cell = str(rule.get(one["id"], "") or "").strip()
        if not cell:
            continue
        column = one.get("field")
        if column is not None and column not in TYPES:
            raise _refused(where, f"“{column}” is not a case column")
        reader = _Reader(cell, where)
        tests.append(reader.whole(reader.either) if not column else reader.whole(lambda column=column, reader=reader: reader.cell(column)))
    when = " and ".join(f"({test})" for test in tests) if tests else None
    return Row(said["row"], Sentence(said["reason_en"], said["reason_zh"]), when, said["treatment"])


class _Reader:
    """Reads the expression language into SQL, word by word."""

    def __init__(self, text: str, where: str) -> None:
        self.where, self.text, self.tokens, place = where, text, list[tuple[str, str]](), 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None:
                raise _refused(where, f"“{text[place:].strip()}” in “{text}” is not taken in")
            assert found.lastgroup is not None
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            place = found.end()

    def peek(self) -> str:
        return self.tokens[0][1] if self.tokens else ""

    def take(self, *wanted: str) -> str:
        if not self.tokens or (wanted and self.peek() not in wanted):
            raise _refused(self.where, f"“{self.peek() or 'the end'}” in “{self.text}” is not taken in here")
        return self.tokens.pop(0)[1]

    def whole(self, part: Any) -> str:
        """All of it is read by `part`."""
        found = str(part())
        if self.tokens:
            raise _refused(self.where, f"“{self.peek()}” in “{self.text}” is not taken in here")
        return found

    def whole_text(self) -> str:
        """A single text."""
        if len(self.tokens) != 1 or self.tokens[0][0] != "text":
            raise _refused(self.where, f"“{self.text}” is not a text")
        return self.tokens[0][1][1:-1]

    def either(self) -> str:
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else " or ".join(f"({part})" for part in parts)

    def both(self) -> str:
        parts = [self.one()]
        while self.peek() == "and":
            self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)

    def one(self) -> str:
        if self.peek() == "not":
            self.take()
            return f"not ({self.one()})"
        if self.peek() == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return f"({inner})"
        kind, column = self.tokens[0] if self.tokens else ("", "")
        if kind != "word" or column not in TYPES:
            raise _refused(self.where, f"“{column}” in “{self.text}” is not a case column")
        self.take()
        return self.test(column)

    def test(self, column: str) -> str:
        """What follows a column."""
        if self.peek() in ("in", "not"):
            negated = self.take() == "not"
            if negated:
                self.take("in")
            found = self.members(column)
            return f"not ({found})" if negated else found
        sign = self.take("==", "!=", "<", "<=", ">", ">=")
        if self.peek() == "null":
            self.take()
            if sign not in ("==", "!="):
                raise _refused(self.where, f"“{sign} null” is not taken in")
            return f"{column} is null" if sign == "==" else f"not ({column} is null)"
        return f"{column} {'=' if sign == '==' else '<>' if sign == '!=' else sign} {self.value()}"

    def members(self, column: str) -> str:
        """A list or a range after `in`."""
        opened = self.take("[", "(")
        first = self.value()
        if self.peek() == "..":
            self.take()
            last = self.value()
            closed = self.take("]", ")")
            return f"{column} {'>=' if opened == '[' else '>'} {first} and {column} {'<=' if closed == ']' else '<'} {last}"
        values = [first]
        while self.peek() == ",":
            self.take()
            values.append(self.value())
        self.take("]")
        return f"{column} in ({', '.join(values)})"

    def cell(self, column: str) -> str:
        """A cell of a table: tests of one column, any of which may hold."""
        tests = [self.cell_test(column)]
        while self.peek() == ",":
            self.take()
            tests.append(self.cell_test(column))
        return " or ".join(f"({test})" for test in tests)

    def cell_test(self, column: str) -> str:
        if self.peek() in ("[", "("):
            return self.members(column)
        if self.peek() in ("==", "!=", "<", "<=", ">", ">="):
            return self.test(column)
        if self.peek() == "null":
            self.take()
            return f"{column} is null"
        return f"{column} = {self.value()}"

    def value(self) -> str:
        """A value as SQL writes it."""
        kind, word = self.tokens[0] if self.tokens else ("", "")
        if kind not in ("text", "number") and word not in ("true", "false"):
            raise _refused(self.where, f"“{word or 'the end'}” in “{self.text}” is not a value that is taken in")
        self.take()
        return "'" + word[1:-1].replace("'", "''") + "'" if kind == "text" else word
