"""Which facts of a case may a policy look at?

A policy sees these columns and no others: none of them is a protected attribute, none names a person. The page
`docs/reference/case_columns.md` is made of this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.core.reasons import Sentence


@dataclass(frozen=True, slots=True)
class CaseColumn:
    """One documented column: its type (text, whole number, amount, day, yes_no) and what it answers, in both languages."""

    name: str
    type: str
    meaning: Sentence


CASE_COLUMNS = (
    CaseColumn("kind", "text", Sentence("person or organisation", "个人（person）或企业（organisation）")),
    CaseColumn("language", "text", Sentence("language the debtor reads", "债务人使用的语言")),
    CaseColumn("region", "text", Sentence("region code", "地区代码")),
    CaseColumn("segment", "text", Sentence("the lender's own segment", "机构自有客群")),
    CaseColumn("product", "text", Sentence("product of the overdue accounts, or several", "逾期账户的产品；多种则为 several")),
    CaseColumn("accounts_total", "whole", Sentence("accounts of this person", "此人的账户数")),
    CaseColumn("accounts_overdue", "whole", Sentence("accounts overdue", "逾期账户数")),
    CaseColumn("days_past_due", "whole", Sentence("days past due of the oldest item; empty where only months are known", "最早逾期项目的逾期天数；仅知月数时为空")),
    CaseColumn("months_past_due", "whole", Sentence("months past due as the source states it", "来源记载的逾期月数")),
    CaseColumn("bucket", "text", Sentence("worst bucket over the overdue accounts", "最差的逾期分段")),
    CaseColumn("overdue_items", "whole", Sentence("items (instalments, invoices) unpaid after their due date", "到期未付的项目数（期数、发票数）")),
    CaseColumn("currency", "text", Sentence("currency of the amounts", "金额的币种")),
    CaseColumn("currencies", "whole", Sentence("number of currencies the overdue debts are in", "逾期债务涉及的币种数")),
    CaseColumn("amount_overdue_minor", "amount", Sentence("amount overdue in minor units; empty where the source does not say", "逾期金额（最小货币单位）；来源未说明时为空")),
    CaseColumn("balance_minor", "amount", Sentence("all that is owed, due or not, in minor units", "全部欠款余额（最小货币单位）")),
    CaseColumn("amount_at_stake_minor", "amount", Sentence("amount overdue, or the whole balance where the overdue part is unknown", "逾期金额；未知时取全部余额")),
    CaseColumn("oldest_due_on", "day", Sentence("due date of the oldest unpaid item", "最早未付项目的到期日")),
    CaseColumn("next_due_on", "day", Sentence("next due date after today", "今天之后的下一个到期日")),
    CaseColumn("last_paid_on", "day", Sentence("day of the last money that came", "最近一次还款日")),
    CaseColumn("items_on_time", "whole", Sentence("earlier items paid on time", "此前按时付清的项目数")),
    CaseColumn("items_paid_late", "whole", Sentence("earlier items paid late", "此前逾期后付清的项目数")),
    CaseColumn("first_item_missing", "yes_no", Sentence("the very first item was never paid in full", "首期即未付清（首逾）")),
    CaseColumn("hold_kinds", "text", Sentence("holds in force, separated by commas; empty if none", "生效中的暂停事由，以逗号分隔；无则为空串")),
    CaseColumn("contact_history_known", "yes_no", Sentence("contacts of the last 30 days are known", "近 30 天的联系记录是否可知")),
    CaseColumn("contacts_30d", "whole", Sentence("contacts in the last 30 days, where known", "近 30 天的联系次数（可知时）")),
    CaseColumn("refusals", "whole", Sentence("recorded refusals to pay", "有记录的拒绝还款次数")),
    CaseColumn("as_of", "day", Sentence("the day looked at", "观察日")),
    CaseColumn("days_since_last_contact", "whole", Sentence("days since the last contact that is known; empty if none is", "距最近一次已知联系的天数；无则为空")),
    CaseColumn("ladder_before", "text", Sentence("ladder on which the case stood in the run before; empty text if on none", "上次运行时所在的阶梯；无则为空串")),
    CaseColumn("stage_before", "text", Sentence("stage in the run before; empty text if none", "上次运行时所处的阶段；无则为空串")),
    CaseColumn("step_before", "text", Sentence("step in the run before; empty text if none", "上次运行时所处的步骤；无则为空串")),
    CaseColumn("stage_since_before", "day", Sentence("day on which the case entered that stage", "进入该阶段的日期")),
    CaseColumn("step_since_before", "day", Sentence("day on which that step began or begins", "该步骤开始的日期")),
    CaseColumn("days_in_stage", "whole", Sentence("days since the case entered that stage; empty if on no ladder", "进入该阶段以来的天数；不在阶梯上则为空")),
    CaseColumn("days_in_step", "whole", Sentence("days since that step began, below zero if it begins later; empty if on no ladder", "该步骤开始以来的天数，尚未开始则为负；不在阶梯上则为空")),
    CaseColumn("contacts_since_step", "whole", Sentence("contacts since that step began; empty where contacts are not known", "该步骤开始以来的联系次数；联系记录不可知时为空")),
    CaseColumn("co_operated_since_step", "yes_no", Sentence("has answered, told something or paid since that step began", "该步骤开始以来曾回应、提供情况或还款")),
)

_TYPES = {"text": "string", "whole": "int32", "amount": "int64", "day": "date", "yes_no": "boolean"}
CASE_SCHEMA = ibis.schema({column.name: _TYPES[column.type] for column in CASE_COLUMNS})


def case_columns(
    persons: ir.Table, parties: ir.Table, holds: ir.Table, contacts: ir.Table, before: ir.Table, responded: ir.Table, on: date,
) -> ir.Table:
    """One row a case with party_id and all of CASE_COLUMNS.

    Args:
        persons: `assess.delinquency.persons.persons_in_arrears`.
        parties: book table `parties`.
        holds: `assess.protection.holds_in_force`.
        contacts: `assess.protection.contacts_known`; a person who is missing there is unknown.
        before: where each person stood on a ladder in the run before (`assess.response.BEFORE_SCHEMA`).
        responded: `assess.response.responses`.
        on: the day looked at.
    """
    joined = (
        persons.left_join(parties, "party_id")
        .left_join(holds, persons.party_id == holds.party_id)
        .left_join(contacts, persons.party_id == contacts.party_id)
        .left_join(before, persons.party_id == before.party_id)
        .left_join(responded, persons.party_id == responded.party_id)
    )
    known, day = ibis.coalesce(contacts.contact_history_known, False), ibis.literal(on)
    gathered = joined.select(
        persons,
        kind=ibis.coalesce(parties.kind, "person"),
        language=parties.language,
        region=parties.region,
        segment=parties.segment,
        amount_at_stake_minor=ibis.coalesce(persons.amount_overdue_minor, persons.balance_minor),
        hold_kinds=ibis.coalesce(holds.hold_kinds, ""),
        contact_history_known=known,
        contacts_30d=ibis.cases((known, contacts.contacts_30d), else_=ibis.null("int32")),
        refusals=ibis.coalesce(contacts.refusals, ibis.literal(0, type="int32")),
        as_of=day,
        days_since_last_contact=day.delta(responded.last_contact_on, unit="day"),
        **{f"{name}_before": ibis.coalesce(before[name], "") for name in ("ladder", "stage", "step")},
        stage_since_before=before.stage_since,
        step_since_before=before.step_since,
        days_in_stage=day.delta(before.stage_since, unit="day"),
        days_in_step=day.delta(before.step_since, unit="day"),
        contacts_since_step=ibis.cases((known & before.step_since.notnull(), ibis.coalesce(responded.contacts_since_step, ibis.literal(0, type="int32")))),
        co_operated_since_step=ibis.coalesce(responded.answered_since_step, False) | ibis.coalesce(persons.last_paid_on >= before.step_since, False),
    )
    return gathered.select("party_id", **{name: gathered[name].cast(type_) for name, type_ in CASE_SCHEMA.items()})
