"""Of which parts is a policy made?

One dataclass a part. The reader (`shape.py`) takes a file apart by these declarations, the JSON Schema for editors is made of them, and
everybody who decides by a policy (compile, capacity, experiments) asks them. A condition is SQL over case columns, segments and
parameters; it is kept as written and made an expression by `conditions.py` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from arrears.core.reasons import Sentence
from arrears.decide.policy.shape import Told

QUEUES = ("people", "automatic", "held")


class PolicyChannel(StrEnum):
    """By which way does a treatment reach out? `none` does not."""

    NONE = "none"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    VOICE_BOT = "voice_bot"
    VISIT = "visit"
    CHAT = "chat"


class Weighty(StrEnum):
    """Which decision is so heavy for the debtor that a named person takes it?"""

    RELIEF_REFUSAL = "relief_refusal"
    PLACEMENT = "placement"
    CREDIT_REPORTING = "credit_reporting"
    SUIT = "suit"
    ENFORCEMENT = "enforcement"


class LimitKind(StrEnum):
    """What is there only so much of, a day?"""

    AGENT_MINUTES = "agent_minutes"
    """Minutes of people with a skill; `of` names the skill."""
    VISITS = "visits"
    """Visits in a district; `of` names the region of the book."""
    BUDGET = "budget"
    """Money, in minor units of the policy's currency; `of` names the budget."""
    CHANNEL_RATE = "channel_rate"
    """Contacts by one channel; `of` names the channel."""


class ParameterType(StrEnum):
    """As what is a parameter compared?"""

    WHOLE = "whole"
    AMOUNT = "amount"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Treatment:
    """One thing that can be done for a case.

    Attributes:
        id: name in the field's words, such as reminder_sms.
        label: how people call it.
        channel: one of `PolicyChannel`.
        contact: whether it reaches out to the debtor.
        automatic: whether no person's time is needed.
        cleared: whether the gate serves this channel; false shows no contact point and a task marked *not cleared for contact*.
        weighty: which weighty decision it prepares; such a treatment is a proposal that a named person takes.
        statutory: a notice the law requires, which goes out also where the case is left alone.
        template: name of the approved template by which its message is written; None: nobody writes it by itself.
    """

    id: str
    label: Annotated[Sentence, Told("how people call it")]
    channel: Annotated[str, Told("by which way it reaches the debtor; none does not", one_of=PolicyChannel)]
    contact: Annotated[bool, Told("does it reach out to the debtor?")]
    automatic: Annotated[bool, Told("true: nobody's time is needed; false: a task for a person")]
    cleared: Annotated[bool, Told("false: the gate does not serve this channel yet, so it is a task without a contact point")] = True
    weighty: Annotated[str | None, Told("a weighty decision that a named person takes", one_of=Weighty)] = None
    statutory: Annotated[bool, Told("a notice the law requires, which goes out also where the case is left alone")] = False
    template: Annotated[str | None, Told("name of the approved template by which its message is written")] = None

    @property
    def queue(self) -> str:
        """Whose work is it: people's, or nobody's? What is weighty is always people's."""
        return "automatic" if self.automatic and self.cleared and not self.weighty else "people"

    @property
    def shown_channel(self) -> str:
        """The channel of a decision: none where the gate does not serve it yet, so that no page offers a contact point."""
        return self.channel if self.cleared else PolicyChannel.NONE.value


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure with a name, so that it stands in one place; conditions use the name.

    Attributes:
        value: a whole number (whole, amount in minor units) or a text.
        unit: in which unit, in words: days, minor units of CNY.
    """

    id: str
    type: Annotated[str, Told("as what it is compared", one_of=ParameterType)]
    value: Annotated[int | str, Told("a whole number, or a text; amounts in minor units")]
    unit: Annotated[str, Told("its unit in words, such as days")]
    label: Annotated[Sentence, Told("what it says")]


@dataclass(frozen=True, slots=True)
class Segment:
    """A named condition, used in other conditions by its name."""

    id: str
    when: Annotated[str, Told("condition in SQL over case columns and parameters")]
    label: Annotated[Sentence, Told("how people call these cases")]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder's stage.

    Attributes:
        treatment: what is done.
        reason: why, in both languages, with `{column}` for values.
        wait_days: how many days the debtor has from the first day of this step before the next one may come.
        when: entry condition; a step whose condition does not hold is passed over. None: always. The first step of a stage has none: `enter`
            says when the stage begins.
        until: exit condition; the treatment is proposed every night until it holds. None: until the wait is over.
        alternatives: other treatments that fit as well, among which the nightly assignment may choose.
    """

    id: str
    treatment: Annotated[str, Told("id of a treatment")]
    wait_days: Annotated[int, Told("days from the first day of this step before the next one may come", minimum=0)]
    reason: Annotated[Sentence, Told("why, for debtor, agent and auditor; {column} stands for a value")]
    when: Annotated[str | None, Told("entry condition; without it always")] = None
    until: Annotated[str | None, Told("exit condition: proposed every night until it holds; without it until the wait is over")] = None
    alternatives: Annotated[tuple[str, ...], Told("other treatments that fit as well")] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps of one firmness.

    Attributes:
        enter: what must hold, beside the end of the stage before, to climb into this one. None only in the first stage.
        back_to: the softer stage to which the debtor comes back by co-operating. None only in the first stage.
    """

    id: str
    label: Annotated[Sentence, Told("how people call it")]
    steps: Annotated[tuple[Step, ...], Told("in order", minimum=1)]
    enter: Annotated[str | None, Told("what must hold to climb into this stage; only the first has none")] = None
    back_to: Annotated[str | None, Told("softer stage to which co-operation leads; only the first has none")] = None


@dataclass(frozen=True, slots=True)
class Said:
    """A treatment with its reason."""

    treatment: Annotated[str, Told("id of a treatment")]
    reason: Annotated[Sentence, Told("why, for debtor, agent and auditor; {column} stands for a value")]


@dataclass(frozen=True, slots=True)
class Back:
    """What counts as co-operation, and what is said on the day of coming back.

    From a firmer stage it leads to the softer one that `back_to` names; in the softest it begins this stage anew.

    Attributes:
        wait_days: quiet days after co-operation before the first step of that stage.
    """

    when: Annotated[str, Told("what counts as co-operation since the step began; normally co_operated_since_step")]
    wait_days: Annotated[int, Told("quiet days after co-operation before the first step of that stage", minimum=1)]
    reason: Annotated[Sentence, Told("said on the day of coming back")]


@dataclass(frozen=True, slots=True)
class End:
    """The explicit state after the last step: what a person does with a case for which every step was tried."""

    label: Annotated[Sentence, Told("how people call it")]
    treatment: Annotated[str, Told("id of a treatment that is no contact by a machine")]
    reason: Annotated[Sentence, Told("why")]
    back_to: Annotated[str | None, Told("stage to which co-operation leads even from here")] = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Stages from amicable to pre-legal, with the way back.

    Attributes:
        waiting: what holds while a step is done and its wait lasts; never a contact.
    """

    id: str
    label: Annotated[Sentence, Told("how people call it")]
    waiting: Annotated[Said, Told("what holds while a step is done and its wait lasts")]
    back: Annotated[Back, Told("what counts as co-operation")]
    stages: Annotated[tuple[Stage, ...], Told("softest first", minimum=1)]
    end: Annotated[End, Told("the state after the last step")]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a decision table: a treatment, or the ladder that decides.

    Attributes:
        when: condition as written; None in the last row of the last table alone.
        treatment: id of the treatment; empty where a ladder decides.
        ladder: id of the ladder; empty where a treatment is named.
        from_stage: the stage in which a case steps onto the ladder; None: the first.
        alternatives: other treatments that fit as well.
        table: id of its table.
    """

    id: str
    reason: Annotated[Sentence, Told("why, for debtor, agent and auditor; {column} stands for a value")]
    when: Annotated[str | None, Told("condition in SQL; only the last row of the last table has none")] = None
    treatment: Annotated[str, Told("id of a treatment")] = ""
    ladder: Annotated[str, Told("id of a ladder, instead of a treatment")] = ""
    from_stage: Annotated[str | None, Told("stage in which a case steps onto the ladder")] = None
    alternatives: Annotated[tuple[str, ...], Told("other treatments that fit as well")] = ()
    table: str = "main"


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table: rows from the top, the first match wins; asked only about cases for which `when` holds."""

    id: str
    rows: Annotated[tuple[Row, ...], Told("in order", minimum=1)]
    label: Annotated[Sentence | None, Told("how people call it")] = None
    when: Annotated[str | None, Told("cases this table is about; without it all that are left")] = None


@dataclass(frozen=True, slots=True)
class Limit:
    """There is only so much of something a day; `capacity:` of the file.

    Attributes:
        of: skill, region, budget or channel, by `kind`.
        amount: minutes, visits, minor units of the policy's currency, or contacts, by `kind`; a day.
    """

    id: str
    kind: Annotated[str, Told("what is limited", one_of=LimitKind)]
    of: Annotated[str, Told("which skill, region, budget or channel")]
    amount: Annotated[int, Told("how much a day: minutes, visits, minor units or contacts", minimum=0)]
    label: Annotated[Sentence, Told("how people call it")]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one use of a treatment costs; `costs:` of the file, by treatment.

    Attributes:
        cost_minor: money, in minor units of the policy's currency.
        minutes: of a person with `skill`; 0 where nobody is needed.
        budget: which budget it is taken from; None: none.
        harm_minor: price put on the burden for the debtor, in minor units.
    """

    id: str
    cost_minor: Annotated[int, Told("money for one use, in minor units", minimum=0)]
    minutes: Annotated[int, Told("minutes of a person", minimum=0)] = 0
    skill: Annotated[str | None, Told("skill of that person")] = None
    budget: Annotated[str | None, Told("budget it is taken from")] = None
    harm_minor: Annotated[int, Told("price of the burden for the debtor, in minor units", minimum=0)] = 0


@dataclass(frozen=True, slots=True)
class Gain:
    """What one use of a treatment is expected to bring more than leaving alone, where nothing is learnt yet.

    Attributes:
        gain_per_million: millionths of the amount at stake.
        cap_minor: no more than this, in minor units; None: no cap.
        when: for which cases; the first gain of the treatment whose condition holds counts.
    """

    treatment: Annotated[str, Told("id of a treatment")]
    gain_per_million: Annotated[int, Told("expected additional recovery, in millionths of the amount at stake", minimum=0)]
    when: Annotated[str | None, Told("for which cases; the first that holds counts")] = None
    cap_minor: Annotated[int | None, Told("no more than this, in minor units", minimum=0)] = None


@dataclass(frozen=True, slots=True)
class Values:
    """What the nightly assignment maximises until values are learnt; `values:` of the file.

    Attributes:
        gains: in order.
        leave_alone: treatment of a case for which nothing is worth its cost and burden.
        harm_budget_minor: sum of harm prices that a night may spend; None: no bound.
        stop_below_minor: expected gain after cost and burden below which a case is left alone.
    """

    gains: Annotated[tuple[Gain, ...], Told("in order", minimum=1)]
    leave_alone: Annotated[str, Told("treatment of a case for which nothing is worth its cost and burden")]
    harm_budget_minor: Annotated[int | None, Told("sum of harm prices that a night may spend", minimum=0)] = None
    stop_below_minor: Annotated[int, Told("net gain below which a case is left alone", minimum=0)] = 0


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to do the same thing: timing, channel, words, and nothing else.

    Attributes:
        share_per_10000: how many of ten thousand persons.
        delay_days: how many days later a step comes.
        channel: another channel of the same treatment; None: as the policy says.
        wording: name of other words; None: as the policy says.
        lighter: fewer contacts (the control group).
    """

    id: str
    label: Annotated[Sentence, Told("how people call it")]
    share_per_10000: Annotated[int, Told("how many of ten thousand persons", minimum=0)]
    delay_days: Annotated[int, Told("how many days later a step comes", minimum=0)] = 0
    channel: Annotated[str | None, Told("another channel", one_of=PolicyChannel)] = None
    wording: Annotated[str | None, Told("name of other words")] = None
    lighter: Annotated[bool, Told("fewer contacts: the control group")] = False


@dataclass(frozen=True, slots=True)
class Experiment:
    """Which arms are compared, on whom, and who answers for it? `experiments:` of the file."""

    id: str
    label: Annotated[Sentence, Told("what is asked")]
    owner: Annotated[str, Told("role or name of who answers for it")]
    arms: Annotated[tuple[Arm, ...], Told("the shares add up to ten thousand", minimum=2)]
    when: Annotated[str | None, Told("which cases take part; without it all that may")] = None
    treatments: Annotated[tuple[str, ...], Told("which treatments it varies; empty: all contacts by a machine")] = ()
    stop_at_complaints_per_10000: Annotated[int, Told("complaints by ten thousand persons at which it stops", minimum=0)] = 50


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy.

    Attributes:
        rows: rows of all tables in order; the first that holds (with its table's condition) decides.
        version: first 16 hexadecimal digits of `digest`; a change of one word is another version, a comment is none.
        digest: SHA-256 (hex) of what it says.
        format: 1 or 2, as the file states.
        currency: of every amount in `capacity`, `costs` and `values`; empty where it has none.
        canonical: what it says as one line of JSON, of which `digest` is the SHA-256; a reader of policies reads it again.
    """

    name: str
    label: Sentence
    treatments: Mapping[str, Treatment]
    rows: tuple[Row, ...]
    version: str
    digest: str = ""
    format: int = 1
    currency: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    capacity: Mapping[str, Limit] = field(default_factory=dict)
    costs: Mapping[str, Cost] = field(default_factory=dict)
    values: Values | None = None
    experiments: Mapping[str, Experiment] = field(default_factory=dict)
    canonical: str = ""
