"""Breathing space, debt relief orders, creditors' petitions, letters of claim in England and Wales: which days and limits?

SI 2020/1311; Insolvency Act 1986; Pre-Action Protocol for Debt Claims. The first day of a breathing space is day 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arrears.core.parameters import Parameters
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import days_after, money, period_end, said


@dataclass(frozen=True, slots=True)
class BreathingSpace:
    """The days of a breathing space.

    Attributes:
        last_day: last protected day; None while crisis treatment goes on.
        free_on: the first day after it.
        review_from, review_until: the days on which the adviser may review a standard one; None for a crisis one.
        another_from: from when the person may have another standard one; None for a crisis one.
        creditor_review_until: until when a creditor may ask for a review.
    """

    last_day: date | None
    free_on: date | None
    review_from: date | None
    review_until: date | None
    another_from: date | None
    creditor_review_until: date

    def protects_on(self, start: date, day: date) -> bool:
        """Is the day protected?"""
        return start <= day and (self.last_day is None or day <= self.last_day)


def standard_breathing_space(parameters: Parameters, start: date) -> Worked[BreathingSpace]:
    """Which days does a standard breathing space protect that started on this day, as the notice says?"""
    names = ("moratorium_days", "review_from_day", "review_to_day", "moratorium_again_months", "breathing_space_creditor_review_days")
    length, first, last, between, creditor = (parameters.value_on(f"uk_{name}", start) for name in names)
    end = days_after(start, length.whole - 1)
    review = days_after(start, first.whole - 1), days_after(start, last.whole - 1)
    found = BreathingSpace(end, days_after(end, 1), *review, period_end(start, between), period_end(start, creditor))
    lines = [
        said("Day 1 is {start}, day {n} is {end}.", "第1日为{start}，第{n}日为{end}。", start=start, n=length.whole, end=end),
        said("Review on days {a} to {b}: {x} to {y}", "复核期为第{a}至{b}日：{x}至{y}", a=first.whole, b=last.whole, x=review[0], y=review[1]),
    ]
    return worked(found, lines, [length, first, last, between, creditor])


def crisis_breathing_space(parameters: Parameters, start: date, treatment_ended: date | None) -> Worked[BreathingSpace]:
    """Which days does a mental health crisis breathing space protect? As long as the treatment, and some days after it."""
    after, creditor = (parameters.value_on(f"uk_{name}", start) for name in ("crisis_days_after_treatment", "breathing_space_creditor_review_days"))
    review = period_end(start, creditor)
    if treatment_ended is None:
        return worked(BreathingSpace(None, None, None, None, None, review), [Sentence("The treatment goes on, and with it the protection.", "治疗仍在进行，保护持续。")], [after, creditor])
    end = days_after(treatment_ended, after.whole)
    line = said("{day} + {n} days = {end}", "{day} + {n}日 = {end}", day=treatment_ended, n=after.whole, end=end)
    return worked(BreathingSpace(end, days_after(end, 1), None, None, None, review), [line], [after, creditor])


def earliest_claim(parameters: Parameters, letter_on: date, *, reply_on: date | None = None, documents_on: date | None = None) -> Worked[date]:
    """On which day at the earliest may a claim be issued after a complete letter of claim?

    Args:
        letter_on: the date of the letter.
        reply_on: the debtor replied, asking for documents or seeking advice.
        documents_on: the documents asked for were sent.
    """
    wait = parameters.value_on("uk_claim_reply_days", letter_on)
    readings, earliest = [wait], days_after(letter_on, wait.whole + 1)
    lines = [said("{day} + {n} days, and the day after: {end}", "{day} + {n}日的次日：{end}", day=letter_on, n=wait.whole, end=earliest)]
    later = max((day for day in (reply_on, documents_on) if day is not None), default=None)
    if later is not None:
        again = parameters.value_on("uk_claim_after_reply_days", later)
        readings.append(again)
        after = days_after(later, again.whole + 1)
        lines.append(said("{day} + {n} days, and the day after: {end}", "{day} + {n}日的次日：{end}", day=later, n=again.whole, end=after))
        earliest = max(earliest, after)
    return worked(earliest, lines, readings)


@dataclass(frozen=True, slots=True)
class DebtReliefOrder:
    """May the debtor have a debt relief order on the figures given, and which of the four limits fail?"""

    eligible: bool
    failed: tuple[str, ...]


def debt_relief_order(
    parameters: Parameters, on: date, *, debts_minor: int, assets_minor: int, vehicle_minor: int, surplus_minor: int, last_order_on: date | None = None
) -> Worked[DebtReliefOrder]:
    """May a debtor have a debt relief order on this day? Amounts in pence; the vehicle apart from the other assets, the surplus a month."""
    asked = {"debts": debts_minor, "assets": assets_minor, "vehicle": vehicle_minor, "surplus": surplus_minor}
    limits = {name: parameters.value_on(f"uk_debt_relief_order_{name}_minor", on) for name in asked}
    between = parameters.value_on("uk_debt_relief_order_years_between", on)
    failed = [name for name, amount in asked.items() if amount > limits[name].whole]
    lines = [
        said("{name}: {amount}, at most {limit}", "{name}：{amount}，上限{limit}", name=name, amount=money(amount, "GBP"), limit=money(limits[name].whole, "GBP"))
        for name, amount in asked.items()
    ]
    if last_order_on is not None and on <= period_end(last_order_on, between):
        failed.append("earlier_order")
        lines.append(said("An order of {day}: another only {n} years later", "{day}已获令：{n}年后方可再申请", day=last_order_on, n=between.whole))
    return worked(DebtReliefOrder(not failed, tuple(failed)), lines, [*limits.values(), between])


def debt_relief_stay(parameters: Parameters, order_on: date) -> Worked[date]:
    """Until when does a debt relief order of this day stay creditors, before the debts are discharged?"""
    length = parameters.value_on("uk_debt_relief_order_months", order_on)
    end = period_end(order_on, length)
    return worked(end, [said("{day} + {n} months = {end}", "{day} + {n}个月 = {end}", day=order_on, n=length.whole, end=end)], [length])


def creditor_may_petition(parameters: Parameters, debt_minor: int, on: date) -> Worked[bool]:
    """May a creditor petition for bankruptcy on a debt of this amount, in pence?"""
    least = parameters.value_on("uk_bankruptcy_petition_minor", on)
    return worked(debt_minor >= least.whole, [said("{debt}: at least {least}", "{debt}：至少{least}", debt=money(debt_minor, "GBP"), least=money(least.whole, "GBP"))], [least])
