"""How do the YAML files of a rule pack become rules?

One file a rule, named as the rule; `pack.yaml` beside them says what the pack covers. Read strictly: a field, a word or a figure that is not
known refuses the whole pack, because a rule that is half understood must not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from arrears.check.conduct.conditions import ActCondition
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.kinds.block import Block
from arrears.check.conduct.kinds.cap import Cap
from arrears.check.conduct.kinds.content import Forbidden, Required
from arrears.check.conduct.kinds.cooling_off import CoolingOff
from arrears.check.conduct.kinds.day_window import DayWindow
from arrears.check.conduct.kinds.deadline import Deadline
from arrears.check.conduct.kinds.dispute import Dispute
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.kinds.keeping import Keeping
from arrears.check.conduct.kinds.limitation import Limitation
from arrears.check.conduct.kinds.notice_first import NoticeFirst
from arrears.check.conduct.kinds.one_off_repair import OneOffRepair
from arrears.check.conduct.kinds.out_of_reach import OutOfReach
from arrears.check.conduct.kinds.reporting_age import ReportingAge
from arrears.check.conduct.kinds.stated_date import StatedDate
from arrears.check.conduct.kinds.times_ruled_out import TimesRuledOut
from arrears.check.conduct.kinds.until_day import UntilDay
from arrears.check.conduct.kinds.venue import Venue
from arrears.check.conduct.pack import Outside, Pack
from arrears.check.conduct.rule import Effect, Kind, Rule, RuleException, Says
from arrears.check.conduct.standing import Scope
from arrears.check.conduct.words import Act, Mark, Purpose
from arrears.core.parameters import Confidence, Parameters

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY = "every"
PACK_FILE = "pack.yaml"


def _hours(fields: Fields) -> Hours:
    closed = fields.names("closed_weekdays")
    unknown = [day for day in closed if day not in WEEKDAYS]
    if unknown:
        raise refused(fields.where, f"closed_weekdays: not known: {', '.join(unknown)}.")
    return Hours(fields.text("opens"), fields.text("closes"), fields.flag("opening_included", True), frozenset(map(WEEKDAYS.index, closed)))


def _cooling_off(fields: Fields) -> CoolingOff:
    found = CoolingOff(fields.standing("after"))
    if not found.after.lasts:
        raise refused(fields.where, "after: missing: lasts.")
    return found


REPAIR_FIELDS: Final = ("arose_from", "arose_to", "at_most", "paid_by", "early_paid_by", "early_hidden_from")
KINDS: Mapping[str, Callable[[Fields], Kind]] = {
    "hours": _hours,
    "times_ruled_out": lambda fields: TimesRuledOut(fields.standing("stated")),
    "cap": lambda fields: Cap(fields.event_condition("counts"), fields.text("limit"), fields.text("window", ""), fields.choices("per", Scope)),
    "cooling_off": _cooling_off,
    "block": lambda fields: Block(fields.standings("by"), fields.flag("over_period", False)),
    "required": lambda fields: Required(fields.choices("marks", Mark), fields.standings("during")),
    "forbidden": lambda fields: Forbidden(fields.choices("marks", Mark), fields.standings("during")),
    "notice_first": lambda fields: NoticeFirst(fields.standings("one_of")),
    "deadline": lambda fields: Deadline(fields.standing("after"), fields.text("within"), fields.event_condition("done") if fields.has("done") else None),
    "day_window": lambda fields: DayWindow(fields.standing("of"), fields.text("from_day"), fields.text("to_day")),
    "limitation": lambda fields: Limitation(fields.text("years", ""), fields.choices("marks", Mark), fields.text("longest", "")),
    "dispute": lambda fields: Dispute(fields.standings("by")),
    "stated_date": lambda fields: StatedDate(fields.standing("after"), fields.text("arrives_within"), fields.text("runs")),
    "keeping": lambda fields: Keeping(fields.standing("after"), fields.text("at_least", ""), fields.flag("last_day_kept", True)),
    "out_of_reach": lambda fields: OutOfReach(fields.text("attempts"), fields.text("days")),
    "one_off_repair": lambda fields: OneOffRepair(*(fields.text(name) for name in REPAIR_FIELDS)),
    "reporting_age": lambda fields: ReportingAge(fields.text("starts_after"), fields.text("years")),
    "until_day": lambda fields: UntilDay(fields.text("last_day")),
    "venue": lambda fields: Venue(),
}
"""The kinds of rule, by the name that a rule file uses."""


def read_rule(name: str, text: str, parameters: Parameters) -> Rule:
    """Which rule does this file state?

    Raises:
        BadData: a field, word or figure that is not known or is missing.
    """
    fields = Fields(name, content_of(name, text))
    kind_name = fields.text("kind")
    if kind_name not in KINDS:
        raise refused(name, f"the kind “{kind_name}” is not known. Known are {', '.join(KINDS)}.")
    called = fields.mapping("parameters")
    unknown = sorted(set(called.values()) - set(parameters.by_name))
    if unknown:
        raise refused(name, f"no figure is called {', '.join(unknown)}.")
    binds = Fields(f"{name}: binds", fields.take("binds"))
    acts = binds.choices("act", Act)
    purposes = _purposes(binds, acts)
    own = Fields(f"{name}: rule", fields.take("rule")) if fields.has("rule") else Fields(f"{name}: rule", {})
    kind = KINDS[kind_name](own)
    own.done()
    rule = Rule(
        name=name,
        kind_name=kind_name,
        citation=fields.text("citation"),
        source=fields.text("source"),
        confidence=fields.choice("confidence", Confidence),
        from_on=fields.day("from"),
        to_on=fields.day("to") if fields.has("to") else None,
        label=fields.sentence("label"),
        text=fields.sentence("text"),
        acts=acts,
        purposes=purposes,
        binds=_rest_as_condition(binds),
        breach=fields.choice("breach", Says, Says.FORBIDS),
        parameters=called,
        kind=kind,
        exceptions=tuple(_exception(one) for one in fields.inner("exceptions")),
    )
    fields.done()
    _every_figure_is_named(rule, text)
    return rule


def _purposes(binds: Fields, acts: frozenset[Act]) -> frozenset[Purpose]:
    """A rule on contacts says for which purposes; `every` stands for all of them."""
    if Act.CONTACT not in acts:
        return frozenset(Purpose)
    if not acts or not binds.has("purpose"):
        raise refused(binds.where, "a rule on contacts names its purposes, or every.")
    if (value := binds.take("purpose")) == EVERY:
        return frozenset(Purpose)
    return Fields(binds.where, {"purpose": value}).choices("purpose", Purpose)


def _rest_as_condition(binds: Fields) -> ActCondition:
    return Fields(binds.where, {"when": binds.rest()}).act_condition("when")


def _exception(fields: Fields) -> RuleException:
    found = RuleException(
        name=fields.text("name"),
        label=fields.sentence("label"),
        effect=fields.choice("effect", Effect, Effect.LIFTS),
        when=fields.act_condition("when"),
        given=fields.standings("given"),
        without=fields.standings("without"),
        uncounted=fields.flag("uncounted", False),
    )
    fields.done()
    if not found.when.wanted and not found.given:
        raise refused(fields.where, "an exception says when it holds.")
    return found


FIGURE_FIELDS = frozenset(
    {
        *("opens", "closes", "limit", "window", "within", "from_day", "to_day", "years", "arrives_within", "runs", "at_least"),
        *("lasts", "through", "begins_after", "lingers", "attempts", "days", "starts_after", "last_day", "longest", *REPAIR_FIELDS),
    }
)
"""Fields whose text is the name of a figure."""



def _every_figure_is_named(rule: Rule, text: str) -> None:
    """A figure that the rule uses is in its list of parameters, and the other way round."""
    used = set(_figures_in(content_of(rule.name, text)))
    if used != set(rule.parameters):
        raise refused(rule.name, f"its figures are {', '.join(sorted(used)) or 'none'}, its parameters name {', '.join(sorted(rule.parameters)) or 'none'}.")


def _figures_in(stated: object) -> list[str]:
    if isinstance(stated, dict):
        own = [str(value) for name, value in stated.items() if name in FIGURE_FIELDS and isinstance(value, str)]
        return own + [name for key, value in stated.items() if key != "parameters" for name in _figures_in(value)]
    return [name for one in stated for name in _figures_in(one)] if isinstance(stated, list) else []


def read_pack(name: str, texts: Mapping[str, str], parameters: Parameters) -> Pack:
    """Which pack do these files state?

    Args:
        name: jurisdiction and regime: "us/reg_f".
        texts: `pack.yaml`, and the rules by file name.
        parameters: the figures of the jurisdiction.

    Raises:
        BadData: a file that is not understood.
    """
    if PACK_FILE not in texts:
        raise refused(name, f"missing: {PACK_FILE}.")
    fields = Fields(name, content_of(name, texts[PACK_FILE]))
    pack = Pack(
        name=name,
        label=fields.sentence("label"),
        places=frozenset(fields.names("places")),
        zones=fields.names("zones"),
        is_law=fields.flag("is_law", True),
        covers=fields.act_condition("covers"),
        outside=tuple(_outside(one) for one in fields.inner("outside")),
        rules=tuple(read_rule(file.removesuffix(".yaml"), text, parameters) for file, text in sorted(texts.items()) if file != PACK_FILE),
        parameters=parameters,
    )
    fields.done()
    if pack.is_law != bool(pack.places):
        raise refused(name, "law has places, and a lender's own rules have none.")
    return pack


def _outside(fields: Fields) -> Outside:
    found = Outside(fields.text("name"), fields.act_condition("when"), fields.sentence("text"))
    fields.done()
    if not found.when.wanted:
        raise refused(fields.where, "what lies outside says when.")
    return found
