"""How does the command line tell a story, and what the machine makes of it?"""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from arrears.cli import doors
from arrears.cli.options import JsonOption, LanguageOption
from arrears.cli.showing import people, results, show_json, show_table
from arrears.core.money import format_money
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Language, Sentence
from arrears.decide.policy.table import Policy
from arrears.engine import words
from arrears.engine.stories.telling import Story
from arrears.engine.use_cases.playing_stories import DayPlayed, Played, Verdict, play, policy_of, shipped_stories, story_meant

story = App(name="story", help="Scenes from the field, told day by day and played with a policy: what happened, what was decided, what was expected.", help_format="plaintext")

NAME, TITLE, POLICY, DAYS = Sentence("story", "案例"), Sentence("title", "标题"), Sentence("policy", "策略"), Sentence("days", "天数")
DAY, HAPPENED, DECIDED = Sentence("day", "日期"), Sentence("what happened", "发生了什么"), Sentence("decided", "决定")
WHY, EXPECTED, SAME = Sentence("why", "理由"), Sentence("expected", "预期"), Sentence("same?", "一致？")
YES, NO = Sentence("yes", "是"), Sentence("NO", "否")
PARTS = {"treatment": Sentence("treatment", "处置"), "channel": Sentence("channel", "渠道"), "rule": Sentence("rule", "规则")}
PLAYED_WITH = Sentence("Played with policy {policy}, version {version}.", "所用策略：{policy}，版本 {version}。")
ALL_SAME = Sentence("Every day as expected ({days}).", "每天均符合预期（{days}）。")
SOME_DIFFER = Sentence("{wrong} of {all} decisions differ from what was expected.", "{all} 项决定中有 {wrong} 项与预期不同。")
OVERDUE = Sentence("{amount} overdue, {days} days", "逾期 {amount}，{days} 天")


@story.command(name="list")
def list_(*, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """Which stories come with the product, and what does each show?

    Example:
      arrears story list --language zh
    """
    known = shipped_stories()
    if json:
        show_json([{"story": name, "title": _both(one.title), "shows": _both(one.shows), "policy": one.policy, "days": [str(day) for day in one.nights]} for name, one in known.items()])
        return
    show_table("", [(head.in_language(language), head is DAYS) for head in (NAME, TITLE, POLICY, DAYS)], [
        (name, one.title.in_language(language), one.policy, str(len(one.nights))) for name, one in known.items()])


@story.command(name="play")
def play_(
    file: str, /, *, policy: Annotated[str | None, Parameter(help="Name of a shipped policy or a YAML file, instead of the story's own.")] = None,
    whole_nights: Annotated[bool, Parameter(negative="", help="Publish a whole run for every day, as “arrears run” does: slower, the same decisions.")] = False,
    language: LanguageOption = "en", json: JsonOption = False,
) -> None:
    """Play a story in a home of its own, which is gone afterwards: what happened, what the machine decided, what was expected.

    Exit code 1 where a decision differs from what was expected.

    Examples:
      arrears story play bereavement
      arrears story play my_story.yaml --policy my_policy.yaml --language zh

    Parameters
    ----------
    file
        A story in YAML, or the name of one that comes with the product.
    """
    told, place = story_meant(file)
    chosen = policy_of(told, place, policy)
    if not json and people.is_terminal:
        people.print(f"{told.title.in_language(language)} …")
    with doors.borrowed() as home:
        played = play(home, told, chosen, whole_nights=whole_nights)
    if json:
        show_json(_for_machines(played))
    else:
        _show(played, language)
    if not played.is_as_expected:
        wrong, every = _counted(played)
        raise AnswerIsNo(SOME_DIFFER.in_language(language).format(wrong=wrong, all=every))


def _both(sentence: Sentence) -> dict[str, str]:
    return {"en": sentence.en, "zh": sentence.zh}


def _counted(played: Played) -> tuple[int, int]:
    verdicts = [one for day in played.days for one in day.verdicts]
    return sum(bool(one.differs_in) for one in verdicts), len(verdicts)


def _show(played: Played, language: Language) -> None:
    told = played.story
    results.print(told.title.in_language(language), style="bold")
    results.print(told.shows.in_language(language).strip())
    _show_policy(played.policy, language)
    show_table("", [(head.in_language(language), False) for head in (DAY, HAPPENED, DECIDED, WHY, EXPECTED, SAME)], [
        row for day in played.days for row in _rows(told, day, language)])
    if played.is_as_expected:
        results.print(ALL_SAME.in_language(language).format(days=len(played.days)))


def _show_policy(policy: Policy, language: Language) -> None:
    results.print(PLAYED_WITH.in_language(language).format(policy=policy.name, version=policy.version[:12]))


def _rows(told: Story, day: DayPlayed, language: Language) -> list[tuple[str, ...]]:
    """A row a person; what happened stands in the first."""
    happened = "\n".join(text.in_language(language) if on == day.on else f"{on}: {text.in_language(language)}" for on, text in day.happened)
    names = {one.id: one.name for one in told.people}
    found = []
    for place, verdict in enumerate(day.verdicts):
        who = f"{names[verdict.expected.person]}: " if len(told.people) > 1 else ""
        found.append((
            str(day.on) if place == 0 else "", happened if place == 0 else "", who + _decided(verdict, told.currency, language),
            verdict.decided.reason.in_language(language), _expected(verdict, language), _same(verdict, language)))
    return found


def _decided(verdict: Verdict, currency: str, language: Language) -> str:
    one = verdict.decided
    way = words.word(words.CHANNELS, one.channel, language)
    lines = [f"{one.label.in_language(language)} ({way})", one.rule]
    if one.amount_overdue_minor is not None:
        lines.append(OVERDUE.in_language(language).format(amount=format_money(one.amount_overdue_minor, currency, language), days=one.days_past_due))
    return "\n".join(line for line in lines if line)


def _expected(verdict: Verdict, language: Language) -> str:
    wanted = verdict.expected
    lines = [verdict.expected_label.in_language(language), *(one for one in (wanted.channel, wanted.rule) if one), wanted.why.in_language(language) if wanted.why else ""]
    return "\n".join(line for line in lines if line)


def _same(verdict: Verdict, language: Language) -> str:
    if not verdict.differs_in:
        return YES.in_language(language)
    return f"{NO.in_language(language)}: {', '.join(PARTS[name].in_language(language) for name in verdict.differs_in)}"


def _for_machines(played: Played) -> dict[str, object]:
    return {
        "story": played.story.story, "title": _both(played.story.title), "policy": {"name": played.policy.name, "version": played.policy.version},
        "currency": played.story.currency, "as_expected": played.is_as_expected,
        "days": [{"on": day.on, "happened": [{"on": on, **_both(text)} for on, text in day.happened], "decisions": [_verdict(one) for one in day.verdicts]} for day in played.days],
    }


def _verdict(one: Verdict) -> dict[str, object]:
    decided, wanted = one.decided, one.expected
    return {
        "person": wanted.person, "treatment": decided.treatment, "label": _both(decided.label), "channel": decided.channel, "rule": decided.rule,
        "reason": _both(decided.reason), "days_past_due": decided.days_past_due, "amount_overdue_minor": decided.amount_overdue_minor,
        "expected": {"treatment": wanted.treatment, "channel": wanted.channel, "rule": wanted.rule, "why": _both(wanted.why) if wanted.why else None},
        "same": not one.differs_in, "differs_in": list(one.differs_in),
    }
