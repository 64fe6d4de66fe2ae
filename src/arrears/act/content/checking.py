"""Is a template fit to be sent? Everything is asked before anybody approves it, so that nothing is found out at night.

That it says what it claims to say; that it offers every option that its channel has room for; that a neutral one tells of no debt; that it says nothing
that is never said; that it can be read; that a notice has every item; that it can be written with every value that may come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from arrears.act.content.notices import Notice, notices
from arrears.act.content.readability import readings
from arrears.act.content.rendering import marks_of, render
from arrears.act.content.samples import extremes, usual
from arrears.act.content.template import Template, pieces
from arrears.act.content.values import Sender, Value, ValueNotUsable
from arrears.act.content.vocabulary import VARIABLES, Disclosure, Kind, Option, Tone
from arrears.act.content.wording import wording_of
from arrears.check.conduct.words import Channel, Mark

PARTS_MOST = 5
ANSWER_DAYS_LEAST = 7
"""Who is given less time is pressed."""
_ELECTRONIC = frozenset({Channel.TEXT, Channel.EMAIL, Channel.CHAT, Channel.SOCIAL_MESSAGE})
_WITH_SUBJECT = frozenset({Channel.EMAIL, Channel.LETTER})
_BY_THE_SENDER = frozenset({Mark.INSTITUTION_NAMED, Mark.COLLECTOR_DISCLOSED, Mark.PURPOSE_DISCLOSED, Mark.FIRST_COMMUNICATION})
_NEVER = frozenset({
    Mark.THREAT_NOT_OPEN, Mark.OVERSHADOWS, Mark.MISLEADS_ABOUT_PURPOSE, Mark.FALSE_STATEMENT, Mark.THREAT_OR_ABUSE, Mark.SUGGESTS_NEW_BORROWING, Mark.EXTRA_FEE,
    Mark.ENVELOPE_REVEALS_DEBT, Mark.POSES_AS_ANOTHER, Mark.PREMIUM_NUMBER, Mark.POSTED_IN_PUBLIC,
})  # fmt: skip
_LADDER = frozenset({Tone.REMINDER, Tone.FIRM_REMINDER, Tone.OFFER_OF_HELP, Tone.LAST_NOTICE, Tone.PRE_LEGAL})
_LEGAL = frozenset({Tone.STATUTORY, Tone.PRE_LEGAL})
_LEFT_OUT = frozenset({Kind.LINES, Kind.AMOUNTS, Kind.LINK, Kind.CODE})
"""What is no prose is left out where reading is measured."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something found in a template; one that is no error is a warning to whoever approves."""

    template: str
    locale: str
    what: str
    why: str
    is_error: bool = True


def check(template: Template) -> tuple[Trouble, ...]:
    """Everything that is wrong with this template, and what whoever approves should know."""
    return tuple(
        Trouble(template.name, template.locale, what, why, is_error)
        for asked in (_claims, _reader, _options, _channels, _forbidden, _secrets, _time, _reading, _notice, _can_be_written)
        for what, why, is_error in asked(template))


def errors(template: Template) -> tuple[Trouble, ...]:
    """What must be mended before anybody may approve it."""
    return tuple(one for one in check(template) if one.is_error)


_Said = Iterator[tuple[str, str, bool]]


def bare(text: str) -> str:
    """The text without its variables."""
    return "".join(words if words else " " for _, words in pieces(text))


def _claims(template: Template) -> _Said:
    whole = f"{template.subject}\n{template.text}"
    for claimed in (template.says, template.items, template.options):
        for name, words in claimed.items():
            if not words.strip() or words not in whole:
                yield f"“{words}” is not in the text, and is to say: {name}.", "What a template claims to say decides what the gate lets through.", True
    for mark in sorted((set(template.says) | template.marks) & _BY_THE_SENDER):
        yield f"{mark} is not claimed: it follows from {{sender}}.", "It is true of one sender and not of another.", True
    for mark in sorted((set(template.says) | template.marks) & _NEVER):
        yield f"{mark}: no message of ours is so.", "The law and the house forbid it.", True


def _reader(template: Template) -> _Said:
    if (template.disclosure is Disclosure.NEUTRAL) != (template.tone is Tone.NEUTRAL):
        yield "The step neutral and the disclosure neutral go together.", "Any other step speaks of a debt.", True
    if template.disclosure is Disclosure.FULL:
        if not {"sender", "sender_short"} & set(template.variables):
            yield "It does not say who writes: {sender} or {sender_short}.", "Nobody has to answer somebody who hides.", True
        return
    for name in template.variables:
        if VARIABLES[name].of_debt:
            yield f"{{{name}}} tells of a debt.", "The contact point is not known to be the person’s own; others may read it.", True
    if "neutral_sender" not in template.variables:
        yield "It does not say who writes: {neutral_sender}.", "Nobody has to answer somebody who hides.", True
    if found := wording_of(template.locale).discloses.search(bare(f"{template.subject}\n{template.text}")):
        yield f"“{found[0]}” may tell of a debt.", "The contact point is not known to be the person’s own; others may read it.", True


def wanted_options(template: Template) -> frozenset[Option]:
    """What a template must offer, by step, reader and channel."""
    if template.tone is Tone.NEUTRAL:
        return frozenset() if Mark.LIMITED_CONTENT in template.marks else frozenset({Option.REPLY, Option.VERIFY, Option.STOP})
    if template.tone is Tone.STATUTORY:
        return frozenset({Option.REPLY, Option.DISPUTE})
    if template.channels == (Channel.TEXT,):
        return frozenset({Option.REPLY, Option.PLAN, Option.DISPUTE, Option.STATEMENT, Option.VERIFY, Option.STOP})
    return frozenset(Option)


def _options(template: Template) -> _Said:
    for option in sorted(wanted_options(template) - set(template.options)):
        yield f"It does not say this option: {option}.", "Nobody is left without a way on.", True
    if template.notice and Option.VERIFY not in template.options and Mark.LIMITED_CONTENT not in template.marks:
        yield "It does not say how to check that it is genuine.", "A notice that cannot be checked looks like a fraud.", False


def _channels(template: Template) -> _Said:
    channels = set(template.channels)
    if channels & _ELECTRONIC and not {Mark.OPT_OUT_NOTICE, Mark.OPT_OUT_SIMPLE} <= set(template.says):
        yield "It does not say, simply, how to stop such messages: opt_out_notice and opt_out_simple.", "12 CFR 1006.6(e); and whoever wants rest gets it.", True
    if channels & _WITH_SUBJECT and not template.subject:
        yield "An e-mail or a letter needs a subject.", "Nobody opens what has no name.", True
    if Channel.LETTER in channels and template.tone in _LADDER and Mark.OBJECTION_CHANNEL_SHOWN not in template.says:
        yield "A letter says how to object: objection_channel_shown.", "商业银行信用卡业务监督管理办法 art. 69", True
    if Channel.TEXT in channels:
        if len(channels) > 1 or template.subject:
            yield "A text message has a template of its own, without a subject.", "It is short, and counted in parts.", True
        if template.parts_max is None or template.parts_max > PARTS_MOST:
            yield f"parts_max must say of how many parts it may consist, at most {PARTS_MOST}.", "A long text is not read on a telephone.", True


def _forbidden(template: Template) -> _Said:
    for phrase in wording_of(template.locale).forbidden:
        if template.tone not in phrase.unless:
            for found in phrase.pattern.finditer(bare(f"{template.subject}\n{template.text}")):
                yield f"“{found[0]}” is not said.", phrase.why, True


def _secrets(template: Template) -> _Said:
    wording = wording_of(template.locale)
    for sentence in template.text.replace("。", "。\n").replace(". ", ".\n").splitlines():
        if wording.secrets.search(sentence) and not wording.never.search(sentence):
            yield f"“{sentence.strip()}” seems to ask for a secret.", "Nobody is asked for a password or a code; who is used to it is robbed.", True


def _time(template: Template) -> _Said:
    if ("answer_by" in template.variables) != (template.answer_within_days is not None):
        yield "{answer_by} and answer_within_days go together.", "A day that nobody set cannot be told.", True
    if template.answer_within_days is not None and template.answer_within_days < ANSWER_DAYS_LEAST:
        yield f"answer_within_days is at least {ANSWER_DAYS_LEAST}.", "Who is given less time is pressed.", True


def prose(template: Template) -> str:
    """The text as it is measured for reading: with usual values, without addresses, tables, links and codes."""
    values = usual(template)
    kept = {name for name in template.variables if VARIABLES[name].kind not in _LEFT_OUT}
    text = "".join(words if words else (f"{{{name}}}" if name in kept else "") for name, words in pieces(template.text))
    return render(replace(template, subject="", text=text, disclosure=Disclosure.FULL), values).text


def _reading(template: Template) -> _Said:
    for one in readings(prose(template), template.locale, legal=template.tone in _LEGAL):
        if not one.kept:
            yield f"{one.measure}: {one.value:.1f}, and the limit is {one.limit}.", "What is not understood helps nobody. Write shorter sentences and common words.", True


def _notice(template: Template) -> _Said:
    if template.confidence in ("single_source", "memory"):
        yield f"What it must say rests on a source that is not confirmed: {template.source or 'none named'}.", "Have counsel read it before it is approved.", False
    if not template.notice:
        if template.items:
            yield "It has items and names no notice.", "Nobody knows what they belong to.", True
        return
    notice = notices().get(template.notice)
    if notice is None:
        yield f"There is no notice “{template.notice}”.", f"Known are {', '.join(notices())}.", True
        return
    yield from _complete(template, notice)


def _complete(template: Template, notice: Notice) -> _Said:
    for item in notice.items:
        words = template.items.get(item.name)
        if words is None:
            yield f"It lacks an item of the notice: {item.name}.", f"{notice.citation}: {item.citation}", True
        elif missing := [name for name in item.needs if f"{{{name}}}" not in words]:
            yield f"The words of {item.name} lack {{{'}, {'.join(missing)}}}.", f"{notice.citation}: {item.citation}", True
    for name in template.items.keys() - {item.name for item in notice.items}:
        yield f"The notice has no item “{name}”.", notice.citation, True
    if template.locale not in notice.locales:
        yield f"The notice is not given in {template.locale}.", notice.citation, True
    if not set(template.channels) <= notice.channels:
        yield f"The notice goes by {', '.join(sorted(notice.channels))}.", notice.citation, True
    for mark in sorted(notice.marks - template.marks - set(template.says)):
        yield f"It must claim {mark}.", notice.citation, True
    if notice.holds_only and (more := set(template.variables) - notice.holds_only):
        yield f"It may not hold {', '.join(sorted(more))}.", notice.citation, True
    if not notice.is_confirmed and template.confidence in ("confirmed", "own_words"):
        yield f"What the notice must say rests on a source that is not confirmed: {notice.source}.", "State confidence and source in the head.", True


def _can_be_written(template: Template) -> _Said:
    for label, values in extremes(template):
        try:
            found = render(template, values)
        except ValueNotUsable as trouble:
            yield f"It cannot be written with this value ({label}): {trouble.what}", trouble.why, True
            continue
        if label == "usual" and template.parts_max is not None and found.parts > template.parts_max:
            yield f"It has {found.parts} parts, and may have {template.parts_max}.", "A long text is not read on a telephone.", True


def carried(template: Template, sender: Sender | None = None) -> frozenset[Mark]:
    """The marks of a message from this template with usual values, and this sender where one is given."""
    values: Mapping[str, Value] = usual(template)
    if sender is not None:
        values = {name: sender if isinstance(value, Sender) else value for name, value in values.items()}
    return marks_of(template, values, wording_of(template.locale))
