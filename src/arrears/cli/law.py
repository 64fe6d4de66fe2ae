"""What does the law set, asked on the command line: figures with their working, no home needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from cyclopts import App, Parameter

from arrears.cli.clock import today
from arrears.cli.legal_figures import rests_on
from arrears.cli.options import JsonOption, LanguageOption
from arrears.cli.showing import results, show_json, show_table
from arrears.core.money import AmountNotValid, parse_minor
from arrears.core.problems import WrongCall
from arrears.core.reasons import Language
from arrears.core.workings import UNCONFIRMED
from arrears.engine.use_cases import law_questions as asked
from arrears.engine.use_cases.law import Answer

law = App(name="law", help="The law's arithmetic: fees, periods, thresholds and clocks, each with its working and its source. Not legal advice.", help_format="plaintext")
OnOption = Annotated[date | None, Parameter(name="--on", help="The day at which the figures are read. Default: today.")]
AsOfOption = Annotated[date | None, Parameter(name="--as-of", help="The day asked about. Default: today.")]
DayArgument = Annotated[date, Parameter(name="--from", help="The day from which the period is counted.")]


def _amount(text: str, currency: str = "CNY") -> int:
    try:
        minor = parse_minor(text, currency)
    except AmountNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    if minor < 0:
        raise WrongCall(f"{text} is below zero.", "Nothing can be worked out from it.", "Give the amount as zero or more.")
    return minor


def _percent(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        share = Decimal(text.removesuffix("%").strip()).scaleb(-2)
    except InvalidOperation as trouble:
        raise WrongCall(f"“{text}” is not a rate.", "Nothing can be worked out from it.", "Write a percentage a year, such as 3.0.") from trouble
    if not share.is_finite() or share < 0:
        raise WrongCall(f"“{text}” is not a rate.", "Nothing can be worked out from it.", "Write a percentage a year, such as 3.0.")
    return share


def _tell(answer: Answer, language: Language, *, json: bool) -> None:
    """The answer, its working, the figures it rests on, and which of them nobody has confirmed."""
    if json:
        show_json(answer.in_json())
        return
    show_table(answer.question.in_language(language), [("", False), ("", True)], answer.rows(language))
    _lines(line.in_language(language) for line in answer.worked.working)
    for reading in answer.worked.readings:
        doubt = "" if reading.certain else f" – {UNCONFIRMED.in_language(language)}"
        results.print(rests_on(reading, language) + doubt, style=None if reading.certain else "bold")
    _lines(remark.in_language(language) for remark in answer.remarks)


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        results.print(f"  {line}")


@law.command
def fee(
    amount: str, /, *, for_: Annotated[asked.FeeKind, Parameter(name="--for", help="suit, payment_order, preservation, enforcement or arbitration.")] = asked.FeeKind.SUIT,
    halved: bool = False, paid: str | None = None, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """What does a court or an arbitral body in China ask for an amount?

    Examples:
      arrears law fee 150000
      arrears law fee 150000 --halved
      arrears law fee 150000 --for payment_order
      arrears law fee 150000 --for arbitration --language zh

    Parameters
    ----------
    amount
        The claim, the property to be preserved, or what is to be enforced, in yuan.
    halved
        Settled by mediation, withdrawn, or tried by simplified procedure.
    paid
        For a payment order that failed: what was paid for it.
    """
    paid_minor = None if paid is None else _amount(paid)
    _tell(asked.fee(_amount(amount), for_, on or today(), halved=halved, paid_minor=paid_minor), language, json=json)


@law.command(name="small-claims")
def small_claims(
    amount: str, /, *, wage: str, agreed: bool = False, excluded: bool = False, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False
) -> None:
    """Does a claim in China go to small claims (小额诉讼)?

    Example:
      arrears law small-claims 50000 --wage 124110

    Parameters
    ----------
    amount
        The claim in yuan.
    wage
        The province's average wage of the year before, in yuan, as last published.
    agreed
        Both sides agree on small claims.
    excluded
        Shut out: a party cannot be found, a counterclaim, an appraisal, a foreign element, a question of status.
    """
    _tell(asked.small_claims(_amount(amount), _amount(wage), on or today(), agreed=agreed, excluded=excluded), language, json=json)


@law.command(name="payment-order")
def payment_order(
    *, issued: date | None = None, served: date | None = None, objected: date | None = None, oral: bool = False, no_money_only: bool = False,
    as_of: AsOfOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """How does a payment order (支付令) stand: may the debtor still object, may it be enforced?

    Examples:
      arrears law payment-order --served 2026-03-02 --as-of 2026-03-25
      arrears law payment-order --served 2026-03-02 --objected 2026-03-10

    Parameters
    ----------
    issued
        The day on which the court issued it.
    served
        The day on which the debtor was served.
    objected
        The day of an objection.
    oral
        The objection was not in writing.
    no_money_only
        It says only that the debtor cannot pay or needs time.
    """
    objection = None if objected is None else (objected, not oral, no_money_only)
    _tell(asked.payment_order(as_of or today(), issued, served, objection), language, json=json)


@law.command
def limitation(
    *, due: list[date], event: list[str] | None = None, obstacle: list[str] | None = None, place: asked.LimitationPlace = asked.LimitationPlace.CHINA,
    deed: bool = False, as_of: AsOfOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """Until when may a debt be sued for, and is the period over?

    An event is DAY:KIND, for a procedure DAY:KIND:ENDED, and :unproved behind it where there is no proof. Kinds in China: creditor_demand_reached,
    sms_demand_reached_reserved_number, bank_account_deduction_by_agreement, partial_payment, instalment_promise, lawsuit, payment_order_application,
    assignment_notice_reached_debtor, debtor_signed_collection_notice and more; in the United Kingdom: part_payment, acknowledgment, relevant_claim.

    Examples:
      arrears law limitation --due 2023-03-15
      arrears law limitation --due 2023-03-15 --event 2024-06-01:sms_demand_reached_reserved_number
      arrears law limitation --due 2022-05-10 --event 2023-04-20:payment_order_application:2023-06-15
      arrears law limitation --due 2019-05-10 --place england_wales --event 2022-01-05:part_payment

    Parameters
    ----------
    due
        Due date; again for each instalment of one debt. In the United Kingdom the day on which the cause of action accrued.
    event
        What happened; may be given again.
    obstacle
        China: what kept the creditor from claiming, BEGAN or BEGAN:ENDED; may be given again.
    place
        china, england_wales, northern_ireland or scotland.
    deed
        England and Wales: the debt stands in a deed.
    """
    _tell(asked.limitation(due, event or [], obstacle or [], place, as_of or today(), deed=deed), language, json=json)


@law.command
def guarantee(
    *, due: date, kind: asked.GuaranteeKind = asked.GuaranteeKind.UNSPECIFIED, agreed_until: date | None = None, action: list[str] | None = None,
    as_of: AsOfOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """Until when is a guarantor in China bound (保证期间)?

    An action is DAY:KIND with demand_to_guarantor, lawsuit_against_guarantor, lawsuit_against_debtor, arbitration_against_debtor, demand_to_debtor.

    Example:
      arrears law guarantee --due 2025-01-31 --kind joint --action 2025-07-15:demand_to_guarantor

    Parameters
    ----------
    due
        Due date of the main debt.
    kind
        general, joint or unspecified.
    agreed_until
        Last day of an agreed period.
    action
        What the creditor did; may be given again.
    """
    _tell(asked.guaranteed(due, kind, agreed_until, action or [], as_of or today()), language, json=json)


@law.command
def enforcement(
    *, deadline: list[date] | None = None, effective: date | None = None, notarised: bool = False, instalment: date | None = None, interrupted: list[date] | None = None,
    as_of: AsOfOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """Until when may the enforcement of a title be asked in China?

    Examples:
      arrears law enforcement --deadline 2024-03-31
      arrears law enforcement --notarised --deadline 2023-02-28 --deadline 2024-06-28 --instalment 2023-02-28

    Parameters
    ----------
    deadline
        Last day for performing; again for each instalment.
    effective
        The day on which the title took effect, where it names no deadline.
    notarised
        A notarised debt (赋强公证): each instalment runs on its own.
    instalment
        Which instalment of a notarised debt is asked about.
    interrupted
        A day on which the period was interrupted; may be given again.
    """
    _tell(asked.enforcement(deadline or [], effective, notarised, instalment, interrupted or [], as_of or today()), language, json=json)


@law.command
def deadline(
    what: asked.CourtDeadline, /, *, from_: DayArgument, as_of: AsOfOption = None, language: LanguageOption = "en", json: JsonOption = False
) -> None:
    """Until when may or must something be done in China?

    mediation_confirmation (司法确认), set_aside (an award), suit_after_preservation, fee_payment, payment_order_answer, payment_order_issue,
    small_claim_decision, simplified_decision.

    Examples:
      arrears law deadline mediation_confirmation --from 2026-03-01
      arrears law deadline small_claim_decision --from 2026-03-01

    Parameters
    ----------
    what
        Which deadline.
    """
    _tell(asked.deadline(what, from_, as_of or today()), language, json=json)


@law.command
def clock(
    what: asked.ClockKind, /, *, from_: Annotated[date | None, Parameter(name="--from", help="The day from which it is counted; none where it has not begun.")] = None,
    as_of: AsOfOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """By when is something answered or deleted, until when is it kept?

    complaint_simple, complaint_complex, complaint_exceptional, credit_objection, credit_record (China; from the end of the bad conduct),
    impact_assessment (China; from the day it was made), us_credit_report (from the first day of the delinquency), uk_debt_relief_order (from
    the order).

    Examples:
      arrears law clock complaint_complex --from 2026-03-02
      arrears law clock credit_record --from 2021-06-30
      arrears law clock us_credit_report --from 2020-01-10

    Parameters
    ----------
    what
        Which clock.
    """
    _tell(asked.clock(what, from_, as_of or today()), language, json=json)


@law.command
def insolvency(
    city: str, /, *, claims: str | None = None, lives_there: bool | None = None, insolvent: bool | None = None, insurance_years: str | None = None,
    residence_years: str | None = None, income_a_head: str | None = None, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """Is there a personal insolvency (个人破产) in this Chinese city, and who may ask for it?

    Examples:
      arrears law insolvency Shenzhen --claims 500000
      arrears law insolvency 深圳 --lives-there --insolvent --insurance-years 2.5 --language zh

    Parameters
    ----------
    city
        Where the debtor lives.
    claims
        Due claims of the creditors who ask, together, in yuan.
    lives_there
        The debtor lives there.
    insolvent
        The debtor cannot pay.
    insurance_years
        Consecutive years of social insurance (Shenzhen).
    residence_years
        Consecutive years of living or working in the zone (Xiamen).
    income_a_head
        The city's disposable income a head of the year before, in yuan (Xiamen).
    """
    found = asked.insolvency(
        city, on or today(), claims=None if claims is None else _amount(claims), lives_there=lives_there, insolvent=insolvent, insurance_years=_years(insurance_years),
        residence_years=_years(residence_years), income=None if income_a_head is None else _amount(income_a_head),
    )  # fmt: skip
    _tell(found, language, json=json)


def _years(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as trouble:
        raise WrongCall(f"“{text}” is not a number of years.", "Nothing can be worked out from it.", "Write a number such as 2.5.") from trouble


@law.command(name="exempt-property")
def exempt_property(city: str, /, *, income_a_head: str | None = None, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """How much does a debtor in personal insolvency keep in this Chinese city (豁免财产)?

    Examples:
      arrears law exempt-property Shenzhen
      arrears law exempt-property Xiamen --income-a-head 70000

    Parameters
    ----------
    city
        Shenzhen or Xiamen.
    income_a_head
        The city's disposable income a head of the year before, in yuan (Xiamen).
    """
    _tell(asked.exempt_property(city, on or today(), None if income_a_head is None else _amount(income_a_head)), language, json=json)


@law.command(name="dishonest-list")
def dishonest_list(*, from_: DayArgument, performed: date | None = None, serious_years: int = 0, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """How long is a debtor listed as dishonest in China (失信被执行人), and by when taken off after performing? Only a court lists.

    Example:
      arrears law dishonest-list --from 2025-09-01 --performed 2026-03-02

    Parameters
    ----------
    performed
        The day on which the debtor performed.
    serious_years
        Years that the court put on top, 0 to 3.
    """
    _tell(asked.dishonest_list(from_, performed, serious_years), language, json=json)


@law.command(name="payment-term")
def payment_term(
    days: int, /, *, debtor: asked.DebtorType = asked.DebtorType.BUSINESS, agreed: bool = False, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False
) -> None:
    """Is a term of payment of so many days within the Directive of the European Union?

    Example:
      arrears law payment-term 90 --debtor public_body

    Parameters
    ----------
    days
        The term.
    debtor
        business, public_body or consumer.
    agreed
        Expressly agreed between businesses, and not grossly unfair.
    """
    _tell(asked.payment_term(days, debtor, on or today(), agreed=agreed), language, json=json)


@law.command(name="breathing-space")
def breathing_space(*, from_: DayArgument, crisis: bool = False, treatment_ended: date | None = None, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """Which days does a breathing space protect (England and Wales)?

    Examples:
      arrears law breathing-space --from 2026-09-01
      arrears law breathing-space --from 2026-02-01 --crisis --treatment-ended 2026-04-01

    Parameters
    ----------
    crisis
        A mental health crisis breathing space.
    treatment_ended
        The day on which crisis treatment ended.
    """
    _tell(asked.breathing_space(from_, treatment_ended, crisis=crisis), language, json=json)


@law.command(name="debt-relief-order")
def debt_relief_order(
    *, debts: str, assets: str = "0", vehicle: str = "0", surplus: str = "0", last_order: date | None = None, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False
) -> None:
    """Is a debtor within the limits of a debt relief order (England and Wales)? Amounts in pounds.

    Example:
      arrears law debt-relief-order --debts 32000 --assets 800 --surplus 60

    Parameters
    ----------
    debts
        Qualifying debts.
    assets
        Assets without the vehicle.
    vehicle
        Value of one vehicle.
    surplus
        Surplus income a month.
    last_order
        The day of an earlier order.
    """
    pounds = [_amount(text, "GBP") for text in (debts, assets, vehicle, surplus)]
    _tell(asked.debt_relief_order(pounds[0], pounds[1], pounds[2], pounds[3], last_order, on or today()), language, json=json)


@law.command(name="letter-of-claim")
def letter_of_claim(
    *, from_: DayArgument, reply: date | None = None, documents: date | None = None, language: LanguageOption = "en", json: JsonOption = False
) -> None:
    """When at the earliest may a claim be issued after a complete letter of claim to an individual (England and Wales)?

    Example:
      arrears law letter-of-claim --from 2026-06-01

    Parameters
    ----------
    reply
        The day of a reply that asks for documents or seeks advice.
    documents
        The day on which those documents were sent.
    """
    _tell(asked.letter_of_claim(from_, reply, documents), language, json=json)


@law.command
def interest(
    amount: str, /, *, days_late: int, kind: Literal["late_payment", "late_performance"] = "late_performance", reference: str | None = None, margin: str | None = None,
    debtor: asked.DebtorType = asked.DebtorType.BUSINESS, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """What does being late cost by law?

    late_performance: an unperformed judgment in China (yuan, without general interest). late_payment: businesses and public bodies in the
    European Union (euro).

    Examples:
      arrears law interest 100000 --days-late 60
      arrears law interest 2000 --kind late_payment --days-late 45 --reference 2.15

    Parameters
    ----------
    amount
        What is late.
    days_late
        For how many days.
    reference
        The reference rate of the half-year, in percent; without it the shipped one.
    margin
        Points that national law puts on top, if more than the Directive's.
    debtor
        business, public_body or consumer.
    """
    if days_late < 0:
        raise WrongCall(f"{days_late} days are below zero.", "Nothing can be late for less than no time.", "Give zero or more.")
    day = on or today()
    if kind == "late_performance":
        _tell(asked.late_performance(_amount(amount), days_late, day), language, json=json)
    else:
        _tell(asked.late_payment(_amount(amount, "EUR"), days_late, day, debtor, _percent(reference), _percent(margin)), language, json=json)


@law.command
def ceiling(
    which: asked.Ceiling, /, *, lpr: str | None = None, contract_rate: str | None = None, rate: str | None = None, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False
) -> None:
    """How high may a rate be in China?

    private_lending, micro_loan, financial_loan_in_court, penalty_late, penalty_misuse.

    Examples:
      arrears law ceiling private_lending --lpr 3.0 --on 2025-12-01
      arrears law ceiling penalty_late --contract-rate 6 --rate 9.5

    Parameters
    ----------
    which
        Which ceiling.
    lpr
        One-year LPR of the day that the rule looks at, in percent.
    contract_rate
        The contract's rate, in percent.
    rate
        A rate that is to be held against the ceiling, in percent.
    """
    _tell(asked.ceiling(which, on or today(), _percent(lpr), _percent(contract_rate), _percent(rate)), language, json=json)


@law.command
def observation(
    *, from_: DayArgument, period: asked.RepaymentPeriod = asked.RepaymentPeriod.MONTHLY, missed: date | None = None, unsolved: bool = False, as_of: AsOfOption = None,
    language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """When does the observation (观察期) of a restructured asset in China end?

    Example:
      arrears law observation --from 2026-04-10 --missed 2026-09-10

    Parameters
    ----------
    period
        How often the contract asks for a payment: monthly, quarterly or annual.
    missed
        The day of the last missed payment.
    unsolved
        The debtor's difficulty is not solved.
    """
    _tell(asked.observed(from_, period, missed, as_of or today(), solved=not unsolved), language, json=json)


@law.command
def upgrade(
    *, from_: DayArgument, period: asked.RepaymentPeriod = asked.RepaymentPeriod.MONTHLY, late_since: bool = False, doubtful_future: bool = False, other_impaired: bool = False,
    as_of: AsOfOption = None, language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """When may a bad asset of a Chinese bank leave the bad classes, counted from the day on which all arrears were paid?

    Example:
      arrears law upgrade --from 2026-01-10 --period quarterly

    Parameters
    ----------
    period
        monthly, quarterly or annual.
    late_since
        Something was late since.
    doubtful_future
        It is not expected to go on.
    other_impaired
        The debtor has another impaired asset at the bank.
    """
    conditions = {"performed_since": not late_since, "performance_expected": not doubtful_future, "other_impaired": other_impaired}
    _tell(asked.upgraded(from_, period, as_of or today(), conditions), language, json=json)


@law.command
def provision(balance: str, tier: asked.FiveTier, /, *, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """What does the standard method set aside for a balance of a class in China (标准风险金额)?

    Example:
      arrears law provision 200000 substandard

    Parameters
    ----------
    balance
        The balance in yuan.
    tier
        normal, special_mention, substandard, doubtful or loss.
    """
    _tell(asked.provision(_amount(balance), tier, on or today()), language, json=json)


@law.command(name="bulk-sale")
def bulk_sale(*, loan: asked.LoanType = asked.LoanType.CONSUMER, known_until: date | None = None, on: OnOption = None, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """May bad personal loans in China be sold in bulk on a day (批量转让)?

    Example:
      arrears law bulk-sale --on 2027-01-05

    Parameters
    ----------
    loan
        personal_consumer_credit_npl, credit_card_overdraft_npl, personal_business_credit_npl or other.
    known_until
        An extension of the pilot that you know of.
    """
    _tell(asked.bulk_sale(loan, on or today(), known_until), language, json=json)
