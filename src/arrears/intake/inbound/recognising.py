"""What does somebody who writes to us seem to say, how sure is that, and which words speak for it?

Rules first (short forms such as STOP; families of words of danger to a life), and beside them a small model whose weights anybody can look at. For
intents that protect (`danger`, `stop`, `dispute`, wrong party …) a share above a low threshold is enough to act at once; the thresholds are data,
`thresholds.yaml`, each with the reason why it is where it is. A person has the last word: what is taken for something here can be corrected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

from arrears.intake.inbound import model, normal, words

THRESHOLDS = Path(__file__).parent / "thresholds.yaml"
CRISIS, STOP, OTHER = "crisis", "stop", "other"
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Spoke:
    """What spoke for an intent: a rule (`means` says what it is about) or pieces of the model."""

    intent: str
    by_rule: bool
    words: str
    means: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message seems to say.

    Attributes:
        main: the likeliest intent, by the model; danger is acted on whatever the main intent is.
        is_sure: its share is above the threshold of certainty, so that what is usual for it may follow by itself; else a person looks first.
        intents: every intent that is acted on: those that a rule names, those whose share is above their threshold, and the main one.
        shares: intent → share between 0 and 1, as the model gives it.
        spoke: the words by which rules spoke; `explained` adds those of the model.
        is_whole: all of the message was read.
        version: of rules, model and thresholds together.
    """

    main: str
    is_sure: bool
    intents: tuple[str, ...]
    shares: Mapping[str, float]
    spoke: tuple[Spoke, ...]
    is_whole: bool
    version: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which share on is an intent acted on, and from which is the main one sure?"""

    acts_from: Mapping[str, float]
    sure_from: float


@cache
def thresholds() -> Thresholds:
    """The published thresholds."""
    told = yaml.safe_load(THRESHOLDS.read_text(encoding="utf-8"))
    return Thresholds({intent: float(one["from"]) for intent, one in told["acts"].items()}, float(told["sure"]["from"]))


@cache
def version() -> str:
    """Which rules, model and thresholds are these? The beginning of a hash over all of them, with the model's own."""
    digest = sha256()
    for file in (words.FAMILIES, words.SHORT_FORMS, THRESHOLDS):
        digest.update(file.read_bytes())
    return f"{model.learnt().version}.{digest.hexdigest()[:8]}"


def understand(texts: Sequence[str]) -> list[Understood]:
    """What each message seems to say.

    >>> [one.intents[0] for one in understand(["STOP", "我真的活不下去了", "ya no quiero vivir"])]
    ['stop', 'crisis', 'crisis']
    """
    return [found for start in range(0, len(texts), CHUNK) for found in _understand(texts[start : start + CHUNK])]


def _understand(texts: Sequence[str]) -> list[Understood]:
    learnt, limits, of_version = model.learnt(), thresholds(), version()
    plain = [normal.plain(text[: normal.LONGEST]) for text in texts]
    bare = [normal.bare(one) for one in plain]
    shares = learnt.shares(bare)
    columns = [(intent, learnt.intents.index(intent), limit) for intent, limit in limits.acts_from.items()]
    found = []
    for number, text in enumerate(texts):
        row = shares[number].tolist()
        by_rule = _rules(plain[number])
        named = {one.intent for one in by_rule}
        share = max(row)
        main = learnt.intents[row.index(share)]
        over = {intent for intent, column, limit in columns if row[column] >= limit}
        short = next((one.intent for one in by_rule if one.means == SHORT_FORM), None)
        if short is not None:
            main, share, over = short, 1.0, set()
        acted = named | over | {main}
        order = sorted(acted, key=lambda intent: (intent not in named, intent != CRISIS, -row[learnt.intents.index(intent)]))
        found.append(Understood(
            main, share >= limits.sure_from, tuple(order), dict(zip(learnt.intents, row, strict=True)), by_rule, len(text) <= normal.LONGEST, of_version))
    return found


def explained(text: str, understood: Understood) -> tuple[Spoke, ...]:
    """Everything that spoke for what a message was taken for: rules, and for intents that no rule named the pieces of the model that weighed most."""
    bare = normal.bare(normal.plain(text[: normal.LONGEST]))
    named = {one.intent for one in understood.spoke}
    by_model = [Spoke(intent, False, said, "") for intent in understood.intents if intent not in named for said in model.learnt().spoke(bare, intent)]
    return (*understood.spoke, *by_model)


SHORT_FORM = "a short form that always counts"


def _rules(plain: str) -> tuple[Spoke, ...]:
    """What the rules say of a message in `normal.plain` form. A short form is the whole message, so nothing else can be in it."""
    if (short := words.short_form(plain)) is not None:
        return (Spoke(short[0], True, short[1], SHORT_FORM),)
    return tuple(Spoke(CRISIS, True, said, family.note) for family, said in words.words_of_crisis().in_text(plain))
