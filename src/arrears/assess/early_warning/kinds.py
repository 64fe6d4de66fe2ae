"""Which alerts does tonight give ground for, kind by kind?

Each kind is a filter with a sentence. All kinds come in the same columns (`FOUND_COLUMNS`), one row a person, kind and episode; the
episode's own date (`episode_on`) and bucket are what make the finding of the next night the same finding. `about_on` is the due date of the
payment that is missing or to come, by which findings about one payment are known to belong together. Names are in no reason.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.changes import alerts
from arrears.assess.early_warning.patterns import has_fallen, percent
from arrears.assess.early_warning.settings import EarlyWarningSettings

KINDS = ("worse_bucket", "first_payment_default", "broken_pattern", "returned_debit", "likely_to_miss", "new_overdue")
"""Every kind. Of several about one payment the first here is the alert and the others are told in it: what moved since the last run is
news, and then the more specific stands before the more general."""
FOUND_COLUMNS = (
    "kind", "case_id", "party_id", "account_id", "episode_on", "about_on", "bucket_before", "bucket", "days_past_due", "amount_overdue_minor",
    "amount_at_stake_minor", "currency", "reason_en", "reason_zh",
)


def _text(value: ir.Value) -> ir.StringValue:
    return value.cast("string")


def oldest_account(position: ir.Table) -> ir.Table:
    """Of each person in arrears, the account that is furthest behind: party_id, account_id."""
    overdue = position.filter(position.bucket != "current")
    order = [ibis.asc("oldest_due_on", nulls_first=False), ibis.desc("months_past_due", nulls_first=False), ibis.asc("account_id")]
    first = overdue.mutate(nth=ibis.row_number().over(ibis.window(group_by="party_id", order_by=order)))
    return first.filter(first.nth == 0).select("party_id", "account_id")


def changed_cases(decisions: ir.Table, before: ir.Table, position: ir.Table, bucket_names: tuple[str, ...], on: date) -> ir.Table:
    """`new_overdue` and `worse_bucket`: against the run before."""
    changed = alerts(decisions, before, bucket_names)
    dated = changed.left_join(decisions.select("case_id", "oldest_due_on"), "case_id")
    where = dated.left_join(oldest_account(position), "party_id")
    since = ibis.ifelse(where.oldest_due_on.notnull(), " Oldest unpaid due date: " + _text(where.oldest_due_on) + ".", "")
    since_zh = ibis.ifelse(where.oldest_due_on.notnull(), "最早未付到期日：" + _text(where.oldest_due_on) + "。", "")
    told = where.mutate(
        episode_on=ibis.coalesce(where.oldest_due_on, ibis.literal(on)),
        about_on=where.oldest_due_on,
        reason_en=where.reason_en + ibis.coalesce(since, ""),
        reason_zh=where.reason_zh + ibis.coalesce(since_zh, ""),
    )
    return told.select(*FOUND_COLUMNS)


def _of_account(position: ir.Table, decisions: ir.Table) -> ir.Table:
    """Accounts in the columns of an alert; a person who is in order has no case yet."""
    cases = decisions.select("party_id", "case_id")
    joined = position.left_join(cases, "party_id").drop("party_id_right")
    return joined.mutate(
        bucket_before=ibis.null("string"),
        amount_at_stake_minor=ibis.ifelse(joined.amount_overdue_minor > 0, joined.amount_overdue_minor, joined.balance_minor),
    )


def _one_an_episode(found: ir.Table) -> ir.Table:
    """Of accounts of one person with the same episode, the one with most at stake stands for all."""
    order = [ibis.desc("amount_at_stake_minor"), ibis.asc("account_id")]
    placed = found.mutate(nth=ibis.row_number().over(ibis.window(group_by=["party_id", "kind", "episode_on"], order_by=order)))
    return placed.filter(placed.nth == 0).select(*FOUND_COLUMNS)


def first_missed(position: ir.Table, history: ir.Table, decisions: ir.Table) -> ir.Table:
    """`first_payment_default`: the very first item is missing."""
    overdue = position.filter((position.bucket != "current") & position.oldest_due_on.notnull())
    told = _of_account(overdue, decisions).inner_join(history, "account_id")
    due = _text(told.oldest_due_on)
    named = told.filter(told.first_item_missing & (told.items_on_time == 0)).mutate(
        kind=ibis.literal("first_payment_default"), episode_on=told.oldest_due_on, about_on=told.oldest_due_on,
        reason_en="The very first payment, due " + due + ", is missing.", reason_zh="首期款（到期日 " + due + "）未付。",
    )
    return _one_an_episode(named)


def noticed_accounts(
    position: ir.Table, history: ir.Table, drifts: ir.Table, shares: ir.Table, debits: ir.Table, decisions: ir.Table, settings: EarlyWarningSettings,
) -> ir.Table:
    """The accounts whose pattern may be broken, with all that is known of how they pay.

    Args:
        history: how the overdue accounts paid before; drifts, shares, debits: rows of `patterns`.
    """
    in_a_row = debits.filter(debits.returned_in_a_row >= settings.returned_in_a_row)
    noticed = ibis.union(*(one.select("account_id") for one in (history, drifts, in_a_row)), distinct=True)
    told = _of_account(position.semi_join(noticed, "account_id"), decisions)
    for more in (history, drifts, shares, debits):
        told = told.left_join(more, "account_id").drop("account_id_right")
    return told


def broken_patterns(told: ir.Table, settings: EarlyWarningSettings) -> ir.Table:
    """`broken_pattern`: whoever used to pay in one way does not any more. One alert an account, with a sentence for each thing that says so.

    Args:
        told: rows of `noticed_accounts`.
    """
    en, zh = (_sentences(told, settings, language) for language in (0, 1))
    date_of = ibis.coalesce(told.oldest_due_on, told.next_due_on)
    named = told.mutate(
        kind=ibis.literal("broken_pattern"), about_on=date_of, episode_on=ibis.coalesce(date_of, told.returned_on), reason_en=en, reason_zh=zh
    )
    return _one_an_episode(named.filter(named.reason_en != ""))


def _sentences(told: ir.Table, settings: EarlyWarningSettings, language: int) -> ir.StringValue:
    """What says that the pattern is broken, in English (0) or Chinese (1); empty where nothing does."""
    gap = (" ", "")[language]
    whole = ibis.literal("")
    for ground, words in _grounds(told, settings):
        whole = whole + ibis.ifelse(ground, words[language] + gap, "").fill_null("")
    return whole.rstrip()


def _grounds(told: ir.Table, settings: EarlyWarningSettings) -> list[tuple[ir.BooleanValue, tuple[ir.StringValue, ir.StringValue]]]:
    overdue = (told.bucket != "current") & told.oldest_due_on.notnull()
    always = overdue & (told.items_on_time >= settings.on_time_before) & (told.items_paid_late == 0) & (told.overdue_items == 1)
    in_part = ((told.newest_due_on == told.oldest_due_on) & (told.amount_overdue_minor > 0) & (told.amount_overdue_minor < told.newest_due_minor)).fill_null(False)
    part = percent((told.newest_due_minor - told.amount_overdue_minor).cast("int64"), told.newest_due_minor)
    fell = percent(told.newest_came_minor, told.newest_due_minor)
    usual = percent(told.usual_came_minor, told.usual_due_minor)
    due, count, newest, periods = _text(told.oldest_due_on), _text(told.items_on_time), _text(told.newest_due_on), _text(told.usual_periods)
    back, row, items = _text(told.returned_on), _text(told.returned_in_a_row), _text(told.drift_items)
    return [
        (always & ~in_part, (count + " payments on time and none late; the one due " + due + " is missing.", "此前 " + count + " 期均按时付清，" + due + " 到期的一期未付。")),
        (always & in_part, (count + " payments in full and on time; of the one due " + due + " only " + part + "\u00a0% came.",
                            "此前 " + count + " 期均按时足额付清，" + due + " 到期的一期只付了 " + part + "%。")),
        (overdue & has_fallen(told, settings) & ~(always & in_part),
         ("In the period to " + newest + " came " + fell + "\u00a0% of what fell due; in the " + periods + " periods before it was " + usual + "\u00a0%.",
          "截至 " + newest + " 的一期内收到应付额的 " + fell + "%，此前 " + periods + " 期为 " + usual + "%。")),
        (told.drift_days.notnull(), ("The last " + items + " payments came later each time: " + told.drift_days + " days late.",
                                     "最近 " + items + " 期越付越晚，依次晚 " + told.drift_days.replace(", ", "、") + " 天。")),
        (told.returned_in_a_row >= settings.returned_in_a_row,
         ("The last " + row + " payments were all taken back, the newest on " + back + ".", "最近 " + row + " 笔还款接连被退回，最近一次为 " + back + "。")),
    ]


def returned(position: ir.Table, decisions: ir.Table, debits: ir.Table) -> ir.Table:
    """`returned_debit`: money that had come was taken back, and something is still owed."""
    told = _of_account(position.filter(position.balance_minor > 0), decisions).inner_join(debits, "account_id")
    day = _text(told.returned_on)
    state_en = ibis.ifelse(told.bucket == "current", " Nothing is overdue.", " " + _text(told.overdue_items) + " unpaid after their due date.")
    state_zh = ibis.ifelse(told.bucket == "current", "目前无逾期。", "现有 " + _text(told.overdue_items) + " 期逾期未付。")
    same_payment = ibis.ifelse(told.returned_on >= told.oldest_due_on, told.oldest_due_on, ibis.null("date"))
    named = told.mutate(
        kind=ibis.literal("returned_debit"), episode_on=told.returned_on,
        about_on=ibis.ifelse(told.bucket == "current", told.next_due_on, same_payment),
        reason_en="A payment was taken back on " + day + "." + ibis.coalesce(state_en, ""),
        reason_zh=day + " 有还款被退回。" + ibis.coalesce(state_zh, ""),
    )
    return _one_an_episode(named)


def likely(soon: ir.Table, habits: ir.Table, debits: ir.Table, decisions: ir.Table, settings: EarlyWarningSettings) -> ir.Table:
    """`likely_to_miss`: in order today, due within the window, and there is evidence. Merely being due is no alert."""
    with_habits = _of_account(soon, decisions).left_join(habits, "party_id").drop("party_id_right")
    told = with_habits.left_join(debits, "account_id").drop("account_id_right")
    late = ibis.coalesce(told.items_late >= settings.late_items, False)
    back = told.returned_on.notnull()
    due, day = _text(told.next_due_on), ibis.coalesce(_text(told.returned_on), "")
    k, n = ibis.coalesce(_text(told.items_late), ""), ibis.coalesce(_text(told.items_seen), "")
    named = told.filter(late | back).mutate(
        kind=ibis.literal("likely_to_miss"), episode_on=told.next_due_on, about_on=told.next_due_on,
        reason_en="Due on " + due + "." + ibis.ifelse(late, " " + k + " of the last " + n + " payments came late.", "")
        + ibis.ifelse(back, " A payment was taken back on " + day + ".", ""),
        reason_zh=due + " 到期。" + ibis.ifelse(late, "最近 " + n + " 期中有 " + k + " 期晚付。", "") + ibis.ifelse(back, day + " 有还款被退回。", ""),
    )
    return _one_an_episode(named)
