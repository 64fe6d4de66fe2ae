"""Measure the recogniser of intents on the test sentences and write `docs/algorithms/recognition.md`.

    python tools/recognition.py             write the page
    python tools/recognition.py --check     say whether the page is what would be written now

The test sentences were written by somebody who had not seen those it learnt from. Nothing is learnt, chosen or changed here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from arrears.intake.inbound import model, normal, recognising, words

ROOT = Path(__file__).parent.parent
HEARD = ROOT / "tests" / "intake" / "inbound" / "heard"
PAGE = ROOT / "docs" / "algorithms" / "recognition.md"
LANGUAGES = ("zh-CN", "en", "es")
CURVE = (0.30, 0.20, 0.15, 0.10, 0.07, 0.05, 0.03, 0.02)


@dataclass(frozen=True, slots=True)
class Tested:
    """A test sentence, its intent as a listener marked it, and what it was taken for."""

    text: str
    intent: str
    language: str
    by_words: bool
    understood: recognising.Understood

    @property
    def share(self) -> float:
        """Its share of danger by the model."""
        return self.understood.shares[recognising.CRISIS]


@cache
def tested() -> tuple[Tested, ...]:
    """Every test sentence, recognised."""
    told = [
        (text, intent, language) for language in LANGUAGES
        for intent, texts in yaml.safe_load((HEARD / f"{language}.yaml").read_text(encoding="utf-8")).items() for text in texts
    ]
    found = recognising.understand([text for text, _, _ in told])
    return tuple(
        Tested(*one, any(said.intent == recognising.CRISIS for said in understood.spoke), understood) for one, understood in zip(told, found, strict=True))


def share_of(some: Sequence[Tested], caught: Sequence[bool]) -> float:
    """Which share of these was caught?"""
    return sum(caught) / len(some)


def recall(language: str = "", limit: float | None = None, *, by_words: bool = True) -> float:
    """Which share of the sentences of danger is taken for danger: as published, or with another threshold, or without the words?"""
    some = [one for one in tested() if one.intent == recognising.CRISIS and language in ("", one.language)]
    return share_of(some, [_is_caught(one, limit, by_words) for one in some])


def false_alarms(language: str = "", limit: float | None = None, *, by_words: bool = True) -> float:
    """Which share of all others is?"""
    some = [one for one in tested() if one.intent != recognising.CRISIS and language in ("", one.language)]
    return share_of(some, [_is_caught(one, limit, by_words) for one in some])


def _is_caught(one: Tested, limit: float | None, by_words: bool) -> bool:
    if limit is None and by_words:
        return recognising.CRISIS in one.understood.intents
    return (by_words and one.by_words) or one.share >= (recognising.thresholds().acts_from[recognising.CRISIS] if limit is None else limit)


def unseen() -> tuple[int, int]:
    """How many test sentences of danger stand word for word among the learning sentences, of how many?"""
    learnt: set[str] = set()
    for language in LANGUAGES:
        file = model.FILE.parent / "sentences" / f"{language}.yaml"
        learnt |= {normal.bare(normal.plain(text)) for texts in yaml.safe_load(file.read_text(encoding="utf-8")).values() for text in texts}
    danger = [one for one in tested() if one.intent == recognising.CRISIS]
    return sum(normal.bare(normal.plain(one.text)) in learnt for one in danger), len(danger)


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)])


def danger_table() -> str:
    """Recall and false alarms by language: words alone, model alone, both."""
    def row(name: str, language: str) -> list[str]:
        danger = [one for one in tested() if one.intent == recognising.CRISIS and language in ("", one.language)]
        others = [one for one in tested() if one.intent != recognising.CRISIS and language in ("", one.language)]
        by_words = [share_of(some, [one.by_words for one in some]) for some in (danger, others)]
        return [
            name, str(len(danger)), _percent(by_words[0]), _percent(recall(language, by_words=False)), f"**{_percent(recall(language))}**", str(len(others)),
            _percent(by_words[1]), _percent(false_alarms(language, by_words=False)), f"**{_percent(false_alarms(language))}**",
        ]
    return _table(
        ["language", "sentences of danger", "found by words", "found by the model", "found", "others", "alarm by words", "alarm by the model", "false alarms"],
        [row(language, language) for language in LANGUAGES] + [row("all", "")])


def curve_table() -> str:
    """What another threshold would find and cost."""
    return _table(["threshold", "danger found", "false alarms"], [[f"{limit:.2f}", _percent(recall(limit=limit)), _percent(false_alarms(limit=limit))] for limit in CURVE])


def alarms_table() -> str:
    """Where false alarms come from."""
    kinds = sorted({one.intent for one in tested()} - {recognising.CRISIS})
    rows = []
    for kind in kinds:
        some = [one for one in tested() if one.intent == kind]
        rows.append([kind, str(len(some)), _percent(share_of(some, [recognising.CRISIS in one.understood.intents for one in some]))])
    return _table(["intent", "sentences", "taken for danger too"], rows)


def protecting_table() -> str:
    """The other intents on which a suspicion is enough."""
    rows = []
    for kind in recognising.thresholds().acts_from:
        own = [one for one in tested() if one.intent == kind]
        others = [one for one in tested() if one.intent != kind]
        acted = [share_of(some, [kind in one.understood.intents for one in some]) for some in (own, others)]
        rows.append([kind, f"{recognising.thresholds().acts_from[kind]:.4f}", _percent(acted[0]), _percent(acted[1])])
    return _table(["intent", "threshold", "found", "of all others"], rows)


def confusion_table() -> str:
    """Rows: what it is. Columns: the main intent it was taken for."""
    kinds = sorted({one.intent for one in tested()})
    short = {kind: "".join(part[:3] for part in kind.split("_")) for kind in kinds}
    rows = []
    for kind in kinds:
        some = [one for one in tested() if one.intent == kind]
        counts = [sum(one.understood.main == other for one in some) for other in kinds]
        rows.append([f"{kind} ({short[kind]})", *(f"**{count}**" if other == kind else str(count or "") for other, count in zip(kinds, counts, strict=True)),
                     _percent(counts[kinds.index(kind)] / len(some))])
    return _table(["", *(short[kind] for kind in kinds), "right"], rows)


def page() -> str:
    """The whole page."""
    some = tested()
    right = share_of(some, [one.understood.main == one.intent for one in some])
    sure = [one for one in some if one.understood.is_sure]
    sure_right = share_of(sure, [one.understood.main == one.intent for one in sure])
    same, danger = unseen()
    seen = sum(len(texts) for language in LANGUAGES for texts in yaml.safe_load((model.FILE.parent / "sentences" / f"{language}.yaml").read_text(encoding="utf-8")).values())
    patterns = sum(len(family["patterns"]) for families in yaml.safe_load(words.FAMILIES.read_text(encoding="utf-8")).values() for family in families)
    limit = recognising.thresholds().acts_from[recognising.CRISIS]
    return f"""# Recognising what a reply means

Which of {len(model.learnt().intents)} intents does a message have, how sure is that, and which words say so? This page is written by `tools/recognition.py` and checked by a test.

## How

1. **One form.** Small letters, one width, simplified characters, blanks between Chinese characters away, letters that were spaced out put together; for the model
   also accents folded and digits made one (`intake/inbound/normal.py`).
2. **Rules.** A message that is a short form and nothing else (STOP, 退订, TD, BAJA; `intake/inbound/short_forms.yaml`) always counts. So does every word of danger: {patterns} patterns in
   families, each with what it means (`intake/inbound/sentences/words_of_crisis.yaml`), all languages on every message. Of these only the patterns are tried whose fixed piece of text is in the
   message, so that thousands cost little more than one; what is found is the same.
3. **A small model.** Runs of one to four characters and words alone and in twos, weighed by rarity, summed with a weight for each intent, turned into shares (multinomial
   logistic regression, {len(model.learnt().places):,} pieces, {model.FILE.stat().st_size // 1000} kB, no pickle, numpy alone). `arrears replies understand TEXT` shows the shares and the pieces that spoke most.
4. **Thresholds.** For danger, distress, stop, wrong party and dispute a share above a low threshold is enough: what protects follows at once and only a person ends it. The main
   intent is *sure* above {recognising.thresholds().sure_from:.2f}; below, a person looks before anything else follows. A person's correction is the last word.

It learns from {seen:,} sentences written for this project (`python tools/train_recogniser.py`; the same sentences give the same model). Thresholds are chosen on learning
sentences that each model had not seen (`intake/inbound/thresholds.yaml` holds them with the reason), never on the {len(some):,} test sentences below, which were written by somebody who had not
seen the learning ones; {same} of {danger} test sentences of danger happen to stand among the learning sentences too, in the model's form.

## Danger to a life

{danger_table()}

Words alone miss one in five sentences that their authors had not seen. The model finds nearly all of the rest only with a low threshold ({limit:.4f}), and that costs false alarms: of the test
sentences that are no danger more than a third raise one. Test and learning sentences hold hard cases on purpose ("this price is killing me"), so the share among real replies, most of
which are plain, will differ; measure it on your own. A false alarm stops contact until a trained person has looked; a miss may cost a life. What another threshold would give, on the test
sentences (shown, not used for the choice):

{curve_table()}

Where false alarms come from:

{alarms_table()}

## Other intents on which a suspicion is enough

{protecting_table()}

## Confusion

Rows: what the sentence is. Columns: its main intent as recognised. Right in all: {_percent(right)}; sure are {_percent(len(sure) / len(some))}, and of these {_percent(sure_right)} are right.
What is not sure goes to a person.

{confusion_table()}

## What it cannot do

It reads one message, not a conversation, in three languages; a fourth is read by the words and pieces it shares with these. Irony, pictures and voice are not read. Longer messages than
{normal.LONGEST:,} characters are read to there and marked. It does not replace listening: every reply can be opened, and who calls is a person.
"""


def main() -> int:
    """Write the page, or compare it."""
    written = page()
    if "--check" in sys.argv:
        return int(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != written)
    PAGE.write_text(written, encoding="utf-8")
    print(f"{PAGE.name}: danger found {recall():.2%}, false alarms {false_alarms():.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
