"""On which step of its ladder does a case stand tonight?

A night makes one move at most, read from facts alone: back to a softer stage after co-operation, else onward when the step is done and its
wait is over, else nowhere. Every step of every ladder has a place, numbered from 0 over all of them; the end of a ladder is a place too.
The move of a night is one expression over the places of the run before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from arrears.core.reasons import Sentence
from arrears.decide.policy.parts import Ladder, Policy, Stage, Step
from arrears.decide.policy.table import END

WAITING, BACK = ":waiting", ":back"
NOWHERE = -1
Parse = Callable[[str, str], ir.BooleanValue]
"""From where a condition stands and its text to its expression."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place on a ladder; `step` is None at its end."""

    number: int
    ladder: Ladder
    stage: Stage | None
    step: Step | None

    @property
    def rule(self) -> str:
        """How the place is named where a rule is told: ladder/stage/step, or ladder/end."""
        return f"{self.ladder.id}/{END}" if self.stage is None or self.step is None else f"{self.ladder.id}/{self.stage.id}/{self.step.id}"

    @property
    def names(self) -> tuple[str, str, str]:
        """Ladder, stage and step as the columns hold them."""
        return (self.ladder.id, END, END) if self.stage is None or self.step is None else (self.ladder.id, self.stage.id, self.step.id)


def places_of(policy: Policy) -> tuple[Place, ...]:
    """Every place of every ladder, numbered."""
    found: list[Place] = []
    for ladder in policy.ladders.values():
        found.extend(Place(0, ladder, stage, step) for stage in ladder.stages for step in stage.steps)
        found.append(Place(0, ladder, None, None))
    return tuple(Place(number, place.ladder, place.stage, place.step) for number, place in enumerate(found))


def rules_of_ladders(policy: Policy) -> dict[str, tuple[str, Sentence, tuple[str, ...]]]:
    """Every rule by which a ladder decides: treatment, reason, alternatives."""
    found: dict[str, tuple[str, Sentence, tuple[str, ...]]] = {}
    for place in places_of(policy):
        ladder = place.ladder
        if place.step is None:
            found[place.rule] = (ladder.end.treatment, ladder.end.reason, ())
            continue
        found[place.rule] = (place.step.treatment, place.step.reason, place.step.alternatives)
        found[place.rule + WAITING] = (ladder.waiting.treatment, ladder.waiting.reason, ())
        found[place.rule + BACK] = (ladder.waiting.treatment, ladder.back.reason, ())
    return found


def _first_of(places: tuple[Place, ...], ladder: Ladder, stage: str) -> Place:
    return next(place for place in places if place.ladder.id == ladder.id and place.stage is not None and place.stage.id == stage)


def _back_target(places: tuple[Place, ...], place: Place) -> int:
    """Where co-operation leads from here: a softer stage, the softest one anew, or nowhere from an end without a way back."""
    if place.stage is None:
        return _first_of(places, place.ladder, place.ladder.end.back_to).number if place.ladder.end.back_to else NOWHERE
    return _first_of(places, place.ladder, place.stage.back_to or place.stage.id).number


def _onward(places: tuple[Place, ...], place: Place, parse: Parse) -> Any:
    """The place after this one: the next step of the stage whose entry condition holds, else the next stage if it may be entered, else this one."""
    ladder, stage = place.ladder, place.stage
    if stage is None:
        return ibis.literal(place.number, type="int32")
    later = [one for one in places if one.ladder.id == ladder.id and one.number > place.number]
    branches: list[tuple[Any, int]] = []
    for one in later:
        if one.stage is None or one.stage.id != stage.id:
            if one.stage is not None:
                assert one.stage.enter is not None
                branches.append((parse(f"ladder “{ladder.id}”, stage “{one.stage.id}”, enter", one.stage.enter), one.number))
                return _branched(branches, place.number)
            return _branched(branches, one.number)
        assert one.step is not None
        if one.step.when is None:
            return _branched(branches, one.number)
        branches.append((parse(f"step “{one.rule}”, when", one.step.when), one.number))
    raise AssertionError("the end of a ladder is its last place")


def _branched(branches: list[tuple[Any, int]], otherwise: int) -> Any:
    last = ibis.literal(otherwise, type="int32")
    return ibis.cases(*((condition, ibis.literal(number, type="int32")) for condition, number in branches), else_=last) if branches else last


def _by_place(number: Any, values: Mapping[int, Any], otherwise: Any) -> Any:
    """A value by the number of a place."""
    return ibis.cases(*((number == place, value) for place, value in values.items()), else_=otherwise) if values else otherwise


def days_after(day: Any, days: Any) -> Any:
    """The day so many days later. By way of a moment, for a day and an interval make a moment in some engines."""
    return (day.cast("timestamp") + days.as_interval("D")).cast("date")


def stepped(policy: Policy, matched: ir.Table, parse: Parse, numbers: Mapping[str, int]) -> ir.Table:
    """Add to `matched` (cases with `row_number`) tonight's place of each case: `ladder_place`, `on_step_since`, `on_stage_since`, `step_rule`.

    All four are null where no ladder decides.

    Args:
        numbers: the number by which each rule is known, those of rows and those of ladders.
    """
    places, ladders = places_of(policy), policy.ladders
    by_row = {numbers[row.id]: _first_of(places, ladders[row.ladder], row.from_stage or ladders[row.ladder].stages[0].id) for row in policy.rows if row.ladder}
    no_place = ibis.null("int32")
    entered = ibis.cases(*((matched.row_number == row, ibis.literal(place.number, type="int32")) for row, place in by_row.items()), else_=no_place)
    wanted = ibis.cases(*((matched.row_number == row, place.ladder.id) for row, place in by_row.items()), else_=ibis.null("string"))
    stood = matched.ladder_before + "/" + matched.stage_before + "/" + matched.step_before
    standing = ibis.cases(*((stood == "/".join(place.names), ibis.literal(place.number, type="int32")) for place in places), else_=no_place)
    found = matched.mutate(entered=entered, standing=ibis.ifelse((wanted == matched.ladder_before).fill_null(False), standing, no_place))
    began = (found.days_in_step >= 0).fill_null(False)
    waits = _by_place(found.standing, {place.number: place.step.wait_days for place in places if place.step}, 0)
    done = _by_place(
        found.standing,
        {place.number: parse(f"step “{place.rule}”, until", place.step.until) for place in places if place.step and place.step.until is not None},
        ibis.literal(True),
    )
    has_exit = found.standing.isin([place.number for place in places if place.step and place.step.until is not None]).fill_null(False)
    answered = _by_place(
        found.standing,
        {place.number: parse(f"ladder “{place.ladder.id}”, back", place.ladder.back.when) for place in places if _back_target(places, place) != NOWHERE},
        ibis.literal(False),
    )
    target = _by_place(found.standing, {place.number: _back_target(places, place) for place in places}, NOWHERE).cast("int32")
    quiet = _by_place(found.standing, {place.number: place.ladder.back.wait_days for place in places}, 0).cast("int32")
    at_end = found.standing.isin([place.number for place in places if place.step is None]).fill_null(False)
    over = began & done & (found.days_in_step >= waits).fill_null(False) & ~at_end
    judged = found.mutate(
        fresh=found.standing.isnull() & found.entered.notnull(), gone_back=began & answered & found.standing.notnull(), over=over, began=began,
        waiting=~began | (has_exit & done), back_target=target, quiet_days=quiet, onward=_by_place(found.standing, {p.number: _onward(places, p, parse) for p in places}, no_place),
    )
    return _moved(judged, places, numbers).drop("entered", "standing", "fresh", "gone_back", "over", "began", "waiting", "back_target", "quiet_days", "onward")


def _moved(judged: ir.Table, places: tuple[Place, ...], numbers: Mapping[str, int]) -> ir.Table:
    """The place after the move, since when, and the rule it decides by."""
    moved = judged.mutate(
        ladder_place=ibis.cases((judged.fresh, judged.entered), (judged.gone_back, judged.back_target), (judged.over, judged.onward), else_=judged.standing),
        on_step_since=ibis.cases(
            (judged.gone_back, days_after(judged.as_of, judged.quiet_days)), (judged.fresh | judged.over, judged.as_of), else_=judged.step_since_before,
        ),
    )
    stage_of: dict[str, list[int]] = {}
    for place in places:
        stage_of.setdefault("/".join(place.names[:2]), []).append(place.number)
    stage_now = _by_place(moved.ladder_place, {number: name for name, numbers in stage_of.items() for number in numbers}, ibis.null("string"))
    same_stage = (stage_now == moved.ladder_before + "/" + moved.stage_before).fill_null(False) & ~moved.gone_back & ~moved.fresh
    waiting = ~moved.fresh & ~moved.over & moved.waiting

    def numbered(suffix: str) -> Any:
        found = {place.number: numbers[name] for place in places if (name := place.rule + suffix) in numbers}
        return _by_place(moved.ladder_place, {place: ibis.literal(number, type="int32") for place, number in found.items()}, ibis.null("int32"))

    plain = numbered("")
    return moved.mutate(
        on_stage_since=ibis.cases((moved.ladder_place.isnull(), ibis.null("date")), (same_stage, moved.stage_since_before), else_=moved.as_of),
        on_step_since=ibis.ifelse(moved.ladder_place.isnull(), ibis.null("date"), moved.on_step_since),
        step_rule=ibis.coalesce(ibis.cases((moved.gone_back, numbered(BACK)), (waiting, numbered(WAITING)), else_=plain), plain),
    )
