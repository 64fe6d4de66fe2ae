"""May we make this contact, and did the contacts that were made break a rule? Asked on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from arrears.check.conduct.pack import Confirmation, Packs
from arrears.check.conduct.rule import Says
from arrears.check.conduct.verdict import Answer, Finding, Verdict
from arrears.check.conduct.words import ActorRole, DebtPurpose, LenderKind, Product, Purpose
from arrears.cli import doors
from arrears.cli.clock import today
from arrears.cli.documents import text_of
from arrears.cli.options import HomeOption, JsonOption, LanguageOption, home_meant
from arrears.cli.showing import progress_bars, results, show_json, show_table
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.core.reasons import Language, Sentence
from arrears.engine.conduct_packs import every_pack
from arrears.engine.home import Home
from arrears.engine.use_cases.checking import check_one

if TYPE_CHECKING:
    from arrears.engine.use_cases.auditing import Wish

ANSWERS = {
    Answer.PERMITTED: Sentence("No rule we know stands in the way, on the facts given.", "就所给事实，已知规则均不禁止。"),
    Answer.DEFERRED_UNTIL: Sentence("Not now. If nothing else happens, not before", "现在不可。若无其他情况，最早"),
    Answer.DEFERRED_FOR_REVIEW: Sentence(
        "Not before a person of the compliance role has confirmed what is marked: its figure or words are not certain.", "须待合规人员确认所标规则后方可：其数值或文字尚不确定。"
    ),
    Answer.REFUSED: Sentence("No.", "不可。"),
}
SAYS = {
    Says.PERMITS: Sentence("permits", "允许"),
    Says.FORBIDS: Sentence("forbids", "禁止"),
    Says.PRESUMES: Sentence("presumes a breach", "推定违规"),
}
RULE, WHERE = Sentence("rule", "规则"), Sentence("where it stands", "出处")
EXCEPTION = Sentence("by exception", "适用例外")
NOT_CONFIRMED = Sentence("not confirmed", "未经确认")
NOT_KNOWN = Sentence("not known", "不详")
CAVEAT = Sentence(
    "This is what the rule packs say on the facts given. It is no legal advice and certifies nothing.", "以上为规则包就所给事实的结论，不构成法律意见，亦不作任何证明。"
)

AUDITED = Sentence("{contacts:,} contacts with {people:,} people: {broken:,} broke a rule or are presumed to have.", "对 {people:,} 人的 {contacts:,} 次联系中，{broken:,} 次违规或推定违规。")
NOT_READ = Sentence("{rows:,} rows were not understood; they are in rows_not_understood.csv.", "{rows:,} 行无法识别，见 rows_not_understood.csv。")
WRITTEN = Sentence("Report:", "报告：")
BREACHES = Sentence("{broken:,} contacts broke a rule or are presumed to have.", "{broken:,} 次联系违规或推定违规。")
COUNTED = {
    "broke": Sentence("broke", "违规"),
    "presumed_breach": Sentence("presumed", "推定违规"),
    "cannot_be_judged": Sentence("cannot be judged", "无法判断"),
    "no_breach": Sentence("no breach on these facts", "就所给事实未见违规"),
}


def check(
    file: Path | None = None,
    /,
    *,
    log: Path | None = None,
    output: Path = Path("contact_audit"),
    people: Path | None = None,
    events: Path | None = None,
    place: tuple[str, ...] = (),
    zone: tuple[str, ...] = (),
    clock: str = "",
    actor: ActorRole = ActorRole.CREDITOR_OWN_NAME,
    product: Product = Product.CONSUMER_LOAN,
    lender: LenderKind = LenderKind.BANK,
    debt_purpose: DebtPurpose = DebtPurpose.CONSUMER,
    purpose: Purpose = Purpose.COLLECTION,
    party: str = "lender",
    column: tuple[str, ...] = (),
    date_form: str = "",
    known_from: date | None = None,
    house: Annotated[bool, Parameter(negative="")] = False,
    language: LanguageOption = "en",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say whether one proposed contact, or another act, is in the way of any rule (YAML or JSON); or audit a log of contacts that were made (--log).

    Ends with exit code 1 where the answer is not yes; of a log, where a contact broke a rule or is presumed to have.

    Examples:
      arrears check contact.yaml
      arrears check contact.json --language zh
      arrears check --log october.csv --place CN
      arrears check --log october.csv --place US --zone America/New_York --actor agency --people people.csv --events events.csv --output october
      arrears check --log calls.csv --place CN --column who=客户 --column outcome=备注 --date-form "%d.%m.%Y"
      arrears check contact.yaml --json
      arrears check contact.yaml --home /var/lib/arrears

    Parameters
    ----------
    file
        What is proposed, what is known, and when. Fields: docs/how_to/check_a_contact.md.
    log
        Log of contacts that were made: who, when, channel, outcome, and more where it has it. See docs/how_to/audit_a_contact_log.md.
    output
        Folder for the report and the tables of an audit.
    people
        File of people with their places and zones, beside a log.
    events
        File of what else happened (consents, cease requests, disputes, holds), beside a log.
    place
        Place whose law applies (ISO 3166: CN, US-NY) to people of whom no file says it; may be given several times.
    zone
        Time zone of such people; may be given several times.
    clock
        Time zone of the log's clock, where its moments state none. Default: that of the people or of the place.
    actor
        Role of who made the contacts.
    product
        Product that the debts are.
    lender
        Licence of the lender.
    debt_purpose
        What the money was for.
    purpose
        Purpose of contacts of which the log does not say it.
    party
        Who made the contacts of which the log does not say it.
    column
        Which column means what, as MEANING=HEADING, where its heading does not say it.
    date_form
        How days are written (such as %d.%m.%Y), where the log leaves it open.
    known_from
        First day from which the log holds every contact. Default: its first day.
    house
        Hold the log against the lender's own rules too, which are stricter and no law.
    language
        Language of the answer: en or zh.
    json
        One JSON document for machines.
    home
        Home whose own limits hold, and whose people have confirmed figures and rules (`arrears rules`). Without it nothing counts as confirmed but what the packs confirm.
    """
    if (file is None) == (log is None):
        raise WrongCall("Name one document, or a log with --log.", "Nothing was asked.", "See: arrears check --help")
    if file is not None:
        _check_one(file, language, json, home)
    elif log is not None:
        from arrears.engine.use_cases.auditing import Wish  # late: reading a log loads what one question does not need

        wish = Wish(
            log, people, events, tuple(place), tuple(zone), clock, actor, product, lender, debt_purpose, purpose=purpose, party=party,
            columns=_pairs(column), date_form=date_form, known_from=known_from, house=house,
        )  # fmt: skip
        _audit(wish, output, language, json, home)


def _pairs(columns: Sequence[str]) -> dict[str, str]:
    """MEANING=HEADING of the call."""
    wrong = [one for one in columns if "=" not in one]
    if wrong:
        raise WrongCall(f"“{wrong[0]}” is not of the form MEANING=HEADING.", "It is not certain which column was meant.", "Write, for example, --column who=客户号.")
    return {meaning.strip(): heading.strip() for meaning, _, heading in (one.partition("=") for one in columns)}


def _audit(wish: Wish, output: Path, language: Language, as_json: bool, home: Path | None) -> None:
    from arrears.engine.use_cases.auditing import REPORT, audit  # late, as above

    confirmations, place = _known_at(home)
    with progress_bars() as progress:
        found = audit(wish, output, on=today(), confirmations=confirmations, home=place, progress=progress)
    if as_json:
        show_json(found)
    else:
        columns = [(RULE.in_language(language), False), *((words.in_language(language), True) for words in COUNTED.values())]
        rows = [(one["label"][language], *(f"{one[name]:,}" for name in COUNTED)) for one in found["rules"]]
        title = AUDITED.in_language(language).format(contacts=found["contacts"], people=found["people"], broken=found["contacts_with_a_breach"])
        show_table(title, columns, rows)
        if found["problems"]["not_judged"]:
            results.print(NOT_READ.in_language(language).format(rows=found["problems"]["not_judged"]))
        results.print(f"{WRITTEN.in_language(language)} {output / REPORT}")
        results.print(CAVEAT.in_language(language))
    if found["contacts_with_a_breach"]:
        raise AnswerIsNo(BREACHES.in_language(language).format(broken=found["contacts_with_a_breach"]))


def _check_one(file: Path, language: Language, as_json: bool, home: Path | None) -> None:
    found = check_one(text_of(file), str(file), _packs(home))
    show_json(_for_machines(found)) if as_json else _show(found, language)
    if found.answer is not Answer.PERMITTED:
        raise AnswerIsNo(_sentence(found, language))


def _packs(home: Path | None) -> Packs:
    """The packs as they hold at a home."""
    return every_pack(*_known_at(home))


def _known_at(home: Path | None) -> tuple[tuple[Confirmation, ...], Home | None]:
    """What the people of the home that is named confirmed, and where its own limits lie; else the usual home and its files alone, for a check waits for no database."""
    if home is None:
        return (), home_meant(None)
    with doors.opened(home) as place:
        from arrears.engine.use_cases.confirming import confirmations_on  # late: it reads the records
        from arrears.engine.use_cases.setting_up import institution_of

        return confirmations_on(institution_of(place), today()), place


def _sentence(found: Verdict, language: Language) -> str:
    """The answer in one line."""
    said = ANSWERS[found.answer].in_language(language)
    return f"{said} {found.next_permitted_at.isoformat(' ')}" if found.answer is Answer.DEFERRED_UNTIL and found.next_permitted_at else said


def _show(found: Verdict, language: Language) -> None:
    for why in found.refused_because:
        results.print(why.in_language(language))
    if found.findings:
        columns = [("", False), (RULE.in_language(language), False), (WHERE.in_language(language), False)]
        in_order = sorted(found.findings, key=lambda one: (not one.in_the_way, one.certain, one.pack))
        show_table(_sentence(found, language), columns, [_cells(one, language) for one in in_order])
    results.print(CAVEAT.in_language(language))


def _cells(one: Finding, language: Language) -> tuple[str, str, str]:
    label = one.rule.label.in_language(language)
    notes = []
    if one.exception:
        lifted = next(exception.label for exception in one.rule.exceptions if exception.name == one.exception)
        notes.append(f"{EXCEPTION.in_language(language)}: {lifted.in_language(language)}")
    if one.in_the_way:
        notes += dict.fromkeys(event.says.in_language(language) for event in one.used if event.says is not None)
    if one.judged.missing is not None:
        notes.append(f"{NOT_KNOWN.in_language(language)}: {one.judged.missing.in_language(language)}")
    if one.judged.counted is not None and one.judged.limit is not None:
        notes.append(f"{one.judged.counted}/{one.judged.limit}")
    if not one.certain:
        notes.append(NOT_CONFIRMED.in_language(language))
    return SAYS[one.says].in_language(language), f"{label} ({'; '.join(notes)})" if notes else label, f"{one.rule.citation} [{one.pack}]"


def _for_machines(found: Verdict) -> dict[str, Any]:
    return {
        "answer": found.answer.value,
        "reading": found.reading.value,
        "next_permitted_at": None if found.next_permitted_at is None else found.next_permitted_at.isoformat(),
        "not_covered": [why.en for why in found.refused_because],
        "packs": [{"pack": one.pack, "coverage": one.coverage.value, "why": None if one.why is None else one.why.en} for one in found.asked],
        "rules": [_rule_for_machines(one) for one in found.findings],
    }


def _rule_for_machines(one: Finding) -> dict[str, Any]:
    return {
        "pack": one.pack,
        "rule": one.rule.name,
        "says": one.says.value,
        "citation": one.rule.citation,
        "label": {"en": one.rule.label.en, "zh": one.rule.label.zh},
        "exception": one.exception or None,
        "certain": one.certain,
        "figures": [{"figure": reading.name, "value": str(reading.stated.value), "source": reading.citation, "certain": reading.certain} for reading in one.rests_on],
        "events": [{"at": event.at.isoformat(), "kind": event.kind.value} for event in one.used],
        "ends_at": None if one.judged.ends_at is None else one.judged.ends_at.isoformat(),
        "counted": one.judged.counted,
        "limit": one.judged.limit,
        "missing": None if one.judged.missing is None else one.judged.missing.en,
    }
