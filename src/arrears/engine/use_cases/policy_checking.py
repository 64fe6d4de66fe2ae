"""Is a policy fit to decide? What the file says by itself, and what the rules of conduct would always refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Product, Purpose
from arrears.core.reasons import Sentence
from arrears.decide.policy.checking import PolicyFinding, Severity, check_policy, shape_findings
from arrears.decide.policy.parts import Policy
from arrears.decide.policy.table import policy_and_faults
from arrears.engine.conduct_packs import every_pack
from arrears.engine.prescreening import said_in_full

CONDUCT_CHANNELS = {
    "sms": Channel.TEXT, "email": Channel.EMAIL, "letter": Channel.LETTER, "phone": Channel.CALL, "voice_bot": Channel.VOICE_BOT, "visit": Channel.VISIT, "chat": Channel.CHAT,
}
"""How the rules of conduct call the channels of a policy."""
HISTORY_FROM = date(2000, 1, 1)
"""A person of whom everything is known and to whom nothing happened: what is refused even then is refused always."""


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom are the rules asked?

    Attributes:
        places: ISO 3166 codes, the country among them; empty asks no law.
        zones: IANA names of the zones the persons are in.
    """

    places: frozenset[str] = frozenset()
    zones: tuple[str, ...] = ()
    actor: ActorRole = ActorRole.CREDITOR_OWN_NAME
    product: Product = Product.CONSUMER_LOAN


SEVERITY_WORDS = {Severity.FAULT: Sentence("fault", "错误"), Severity.WARNING: Sentence("warning", "警告"), Severity.NOTE: Sentence("note", "提示")}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a policy file, faults first; name and version where its shape is whole."""

    name: str | None
    version: str | None
    findings: tuple[PolicyFinding, ...]

    def count(self, severity: str) -> int:
        """How many findings of this severity (fault, warning, note) are there?"""
        return sum(one.severity == severity for one in self.findings)

    @property
    def is_fit(self) -> bool:
        """May it decide a case?"""
        return not self.count(Severity.FAULT)


def checked(text: str, source: str, on: date, asked: Asked) -> Checked:
    """`check_text` by the rules of conduct that are shipped."""
    policy, found = check_text(text, source, on, every_pack(), asked)
    return Checked(policy.name if policy else None, policy.version if policy else None, tuple(found))


def check_text(text: str, source: str, on: date, packs: Packs, asked: Asked) -> tuple[Policy | None, list[PolicyFinding]]:
    """Everything to be said of a policy file; the policy where its shape is whole.

    Args:
        on: the day for which the rules of conduct are asked.

    Raises:
        PolicyNotValid: the text is no YAML.
    """
    policy, faults = policy_and_faults(text, source)
    if policy is None:
        return None, shape_findings(faults)
    refused = list(_always_refused(policy, on, packs, asked)) if asked.places else []
    return policy, [*refused, *check_policy(policy)]


def _always_refused(policy: Policy, on: date, packs: Packs, asked: Asked) -> Iterator[PolicyFinding]:
    """Contacts that no moment allows even to a person to whom nothing ever happened."""
    facts = Facts(asked.places, asked.zones, asked.actor, asked.product, HISTORY_FROM)
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    for treatment in policy.treatments.values():
        if not treatment.contact or not treatment.cleared or treatment.channel not in CONDUCT_CHANNELS:
            continue
        proposed = Proposed(Act.CONTACT, "lender", Purpose.COLLECTION, CONDUCT_CHANNELS[treatment.channel], marks=said_in_full(packs))
        answer = verdict(proposed, facts, at, packs)
        if answer.answer == Answer.REFUSED:
            yield PolicyFinding(
                "law", Severity.FAULT, f"treatment “{treatment.id}”", _because(answer, asked),
                Sentence("Choose another channel, or set cleared: false and automatic: false, so that a person sees to it.", "请更换渠道，或设 cleared: false、automatic: false 由人工处理。"),
            )


def _because(answer: Verdict, asked: Asked) -> Sentence:
    places = ", ".join(sorted(asked.places))
    rules = [finding.rule.label for finding in answer.findings if finding.in_the_way]
    en = "; ".join(label.en for label in rules) or "no rule pack that is known covers it"
    zh = "；".join(label.zh for label in rules) or "没有已知的规则包覆盖此项联系"
    return Sentence(f"The rules of {places} refuse it at every hour, to everybody: {en}.", f"{places} 的规则在任何时间对任何人均不允许：{zh}。")


def checked_file(path: Path, on: date, packs: Packs, asked: Asked) -> tuple[Policy | None, list[PolicyFinding]]:
    """`check_text` of a file."""
    return check_text(path.read_text(encoding="utf-8"), path.name, on, packs, asked)
