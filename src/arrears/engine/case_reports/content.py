"""What does the report of a case say, in which order? From what was read to words; no query and no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from arrears.casefile.facts.hold import Hold
from arrears.core.ids import id_text
from arrears.core.money import format_money
from arrears.core.reasons import Language
from arrears.engine import words
from arrears.engine.case_reports.report import Month, Picture, Report, Section, Table
from arrears.engine.use_cases.reading import (
    Account,
    AlertRow,
    CaseRow,
    CaseView,
    HoldSpan,
    Item,
    Payment,
    shows_contact_point,
    work_told,
)
from arrears.engine.words import counted

PAYMENTS_SHOWN = 24
CONTACTS_SHOWN = 12
ITEMS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class CaseSources:
    """Everything that was read for one report: the case, what the run before decided, its alerts, holds recorded since the run."""

    view: CaseView
    before: CaseRow | None
    alerts: tuple[AlertRow, ...]
    recorded_holds: tuple[Hold, ...]


def case_report(sources: CaseSources, language: Language) -> Report:
    """The report in one language."""
    return _Writer(sources, language).report()


@dataclass(frozen=True, slots=True)
class _Writer:
    """One report being written; each method is one section."""

    sources: CaseSources
    language: Language

    @property
    def view(self) -> CaseView:
        return self.sources.view

    @property
    def row(self) -> CaseRow:
        return self.sources.view.row

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def money(self, minor: int | None, currency: str) -> str:
        """With the currency's code, for $ and ¥ name several currencies."""
        return self.say("not known", "不详") if minor is None else f"{currency} {format_money(minor, currency, self.language, with_currency=False)}"

    @property
    def one_currency(self) -> str:
        """The currency of every account, which then stands in the heads of tables; empty where there are several."""
        found = {account.currency for account in self.view.accounts}
        return found.pop() if len(found) == 1 else ""

    def amount_head(self, en: str, zh: str) -> str:
        """Head of a column of amounts."""
        label = self.say(en, zh)
        return f"{label}, {self.one_currency}" if self.one_currency and self.language == "en" else f"{label}（{self.one_currency}）" if self.one_currency else label

    def amount(self, minor: int | None, currency: str) -> str:
        """An amount under such a head."""
        return format_money(minor, currency, self.language, with_currency=False) if self.one_currency and minor is not None else self.money(minor, currency)

    def of_account(self, what: str) -> tuple[str, ...]:
        """A column that says which account, where there are several."""
        return (what,) if len(self.view.accounts) > 1 else ()

    def days(self, count: int) -> str:
        return self.say(counted(count, "day"), f"{count} 天")

    def lateness(self, days: int | None, months: int | None, bucket: str) -> str:
        """How late, with the bucket beside it; a source that knows months only says months."""
        stands = words.bucket_word(bucket, self.language)
        if days is not None:
            return f"{self.days(days)} ({stands})" if days else stands
        return stands if months is None else f"{stands} ({self.say('days not known', '天数不详')})"

    def report(self) -> Report:
        view, row = self.view, self.row
        called = view.person.called or self.say("name not known", "姓名不详")
        number = [self.say(f"Customer number {view.person.number}", f"客户编号 {view.person.number}")] if view.person.number and view.person.number != called else []
        kind = words.word(words.KINDS, row.kind, self.language)
        return Report(
            language=self.language, title=called,
            under_title=(self.say(f"Case {id_text(row.case_id)}", f"案件 {id_text(row.case_id)}"), *number, kind,
                         self.say(f"Portfolio {view.run.book}", f"资产组合 {view.run.book}"), self.say(f"As of {view.run.as_of}", f"截至 {view.run.as_of}")),
            protections=tuple(self.protections()),
            sections=tuple(section for section in (
                self.recommended(), self.position(), self.history(), self.changed(), self.alerts(), self.accounts(), self.payments(), self.contacts(),
                self.not_known(), self.contact_points(),
            ) if section is not None),
            foot=self.say(
                f"Made from run {view.run.as_of}/{view.run.number} of {view.run.book}, policy version {row.policy_version}. Personal data: do not pass on; delete it after use.",
                f"据 {view.run.book} 的运行 {view.run.as_of}/{view.run.number} 及策略版本 {row.policy_version} 生成。内含个人信息：请勿外传，用后删除。"),
        )

    def protections(self) -> Iterator[str]:
        """What stands above everything: no contact while a hold is in force, none while earlier contacts are unknown."""
        for hold in self.view.holds:
            yield self._protected(hold.kind, self._span(hold))
        known = {hold.kind for hold in self.view.holds}
        for kind in self.row.hold_kinds:
            if kind not in known:
                yield self._protected(kind, self.say("in force", "生效中"))
        for recorded in self.sources.recorded_holds:
            yield self._protected(recorded.kind, self.say(f"recorded since the run, from {recorded.from_on}", f"运行后登记，自 {recorded.from_on} 起"))
        for account in self.view.accounts:
            if account.closed_unpaid:
                yield self._closed(account)
        if not self.row.contact_history_known:
            yield self.say("Earlier contacts are unknown: nobody knows how often this person was contacted in the last 30 days, so no contact is proposed.",
                           "此前联系情况不详：无法得知近 30 天联系过此人几次，因此不建议联系。")

    def _protected(self, kind: str, span: str) -> str:
        named = words.word(words.HOLDS, kind, self.language)
        return self.say(f"{named}: {span}. No contact while it holds.", f"{named}：{span}。生效期间不得联系。")

    def _closed(self, account: Account) -> str:
        balance, name = self.money(account.balance_minor, account.currency), id_text(account.account_id)
        return self.say(f"The lender calls account {name} closed, though {balance} is unpaid on it. Find out which of the two is wrong before anybody asks for this money.",
                        f"账户 {name} 已被机构标记为结清，但账本显示仍有 {balance} 未还。请先核实，再考虑催收。")

    def _span(self, hold: HoldSpan) -> str:
        if hold.to_on:
            return self.say(f"from {hold.from_on} to {hold.to_on}", f"{hold.from_on} 至 {hold.to_on}")
        return self.say(f"since {hold.from_on}, until lifted", f"自 {hold.from_on} 起，直至解除")

    def recommended(self) -> Section:
        """What is proposed, and why."""
        row, run = self.row, self.view.run
        treatment = run.treatments.get(row.treatment)
        condition = run.rules.get(row.rule)
        contact = treatment is not None and treatment.contact
        today = work_told(run, row)
        pairs = [*([(self.say("Today", "今日"), today.in_language(self.language))] if today else []), (self.say("Why", "原因"), row.reason.in_language(self.language)), (self.say("Rule", "规则"), row.rule)]
        if condition:
            pairs.append((self.say("Condition", "条件"), condition))
        pairs.append((self.say("Policy", "策略"), f"{run.policy.in_language(self.language)} ({row.policy_version})"))
        pairs.append((self.say("Queue", "队列"), words.word(words.QUEUES, row.queue, self.language)))
        if contact and row.channel:
            pairs.append((self.say("Channel", "渠道"), words.word(words.CHANNELS, row.channel, self.language)))
        proposal = self.say("This is a proposal. Each contact needs a permit first.", "这是建议。每次联系须先取得许可。")
        overruled = self.say("A hold was recorded since the run: the proposal does not stand while it holds.", "运行后登记了暂停事由：其生效期间，此建议不适用。")
        said = ((overruled,) if self.sources.recorded_holds and contact else ()) + ((proposal,) if contact else ())
        return Section(self.say("What is recommended, and why", "建议与理由"), treatment.label.in_language(self.language) if treatment else row.treatment, tuple(pairs), said)

    def position(self) -> Section:
        """How the person stands over all accounts; amounts of each currency apart."""
        row = self.row
        pairs = [(self.say("How late", "逾期时长"), self.lateness(row.days_past_due, row.months_past_due, row.bucket))]
        if row.oldest_due_on:
            pairs.append((self.say("Overdue since", "逾期起始"), row.oldest_due_on.isoformat()))
        if row.next_due_on:
            pairs.append((self.say("Next due", "下次到期"), row.next_due_on.isoformat()))
        pairs.append((self.say("Accounts", "账户"), self.say(f"{row.accounts_overdue} of {row.accounts_total} overdue", f"{row.accounts_total} 个中 {row.accounts_overdue} 个逾期")))
        head = (self.say("Currency", "币种"), self.say("Overdue", "逾期金额"), self.say("Balance", "余额"), self.say("Accounts", "账户数"))
        table = Table(head, tuple(self._currency_row(currency) for currency in sorted({account.currency for account in self.view.accounts})), (1, 2, 3))
        return Section(self.say("Position", "逾期情况"), self._overdue_words(), tuple(pairs), (), (table,))

    def _overdue_words(self) -> str:
        amount = self.money(self.row.amount_overdue_minor, self.row.currency)
        if self.row.amount_overdue_minor is None:
            return self.say("Overdue amount not stated", "逾期金额未说明")
        return self.say(f"{amount} overdue", f"逾期 {amount}") + (self.say(", and other currencies besides", "，另有其他币种") if self.row.currencies > 1 else "")

    def _currency_row(self, currency: str) -> tuple[str, ...]:
        accounts = [account for account in self.view.accounts if account.currency == currency]
        stated = [account.amount_overdue_minor for account in accounts if account.amount_overdue_minor is not None]
        overdue = format_money(sum(stated), currency, self.language, with_currency=False) if stated else self.say("not known", "不详")
        if stated and len(stated) < len(accounts):
            overdue = self.say(f"at least {overdue}", f"至少 {overdue}")
        balance = format_money(sum(account.balance_minor for account in accounts), currency, self.language, with_currency=False)
        return currency, overdue, balance, str(len(accounts))

    def history(self) -> Section | None:
        """The picture of twelve months; none where the book has no dated items."""
        points, currency = self.view.history, self.view.history_currency
        if not points:
            return None
        paid = _came_between([account for account in self.view.accounts if account.currency == currency and account.items], [point.on for point in points])
        months = tuple(Month(point.on.isoformat(), point.overdue_minor, came) for point, came in zip(points, paid, strict=True))
        most = max(point.overdue_minor for point in points)
        picture = Picture(
            self._history_title(points[0].overdue_minor, points[-1].overdue_minor, sum(paid[1:]), currency),
            self.say(f"Overdue at the day's end, {currency}", f"日终逾期金额，{currency}"), self.say(f"Came in since the previous day shown, {currency} (hollow: taken back)", f"自图中上一日以来的入账，{currency}（空心：被退回）"),
            months, format_money(most, currency, self.language, with_currency=False), format_money(max(abs(came) for came in paid), currency, self.language, with_currency=False),
            self.say("The figures", "数据"))
        head = (self.say("Day", "日期"), self.say(f"Overdue, {currency}", f"逾期，{currency}"), self.say(f"Came in, {currency}", f"入账，{currency}"))
        rows = tuple((month.day, *(format_money(minor, currency, self.language, with_currency=False) for minor in (month.overdue_minor, month.came_minor))) for month in months)
        return Section(self.say("How it came to this", "来龙去脉"), tables=(Table(head, rows, (1, 2)),), picture=picture)

    def _history_title(self, first: int, last: int, came: int, currency: str) -> str:
        before, now, paid = (self.money(minor, currency) for minor in (first, last, came))
        if last > first:
            moved = self.say(f"Overdue grew from {before} to {now} in twelve months", f"十二个月内逾期由 {before} 增至 {now}")
        elif last < first:
            moved = self.say(f"Overdue fell from {before} to {now} in twelve months", f"十二个月内逾期由 {before} 降至 {now}")
        else:
            moved = self.say(f"{now} overdue, as twelve months ago", f"逾期 {now}，与十二个月前相同")
        return moved + (self.say(f"; {paid} came in", f"；其间入账 {paid}") if came > 0 else self.say("; nothing came in", "；其间无净入账"))

    def changed(self) -> Section:
        """What is different from the run before, and what came or was taken back since."""
        title = self.say("What changed since the run before", "较上次运行的变化")
        run, before = self.view.run, self.sources.before
        if run.previous_as_of is None:
            return Section(title, sentences=(self.say("There is no run before this one.", "此前没有运行。"),))
        if before is None:
            return Section(title, sentences=(self.say(f"This case was not in the run of {run.previous_as_of}: it is new.", f"{run.previous_as_of} 的运行中没有此案件：为新案件。"),))
        head = ("", run.previous_as_of.isoformat(), run.as_of.isoformat())
        rows = tuple((label, was, now) for label, was, now in zip(self._compared_labels(), self._compared(before), self._compared(self.row), strict=True) if was != now)
        said = [] if rows else [self.say(f"Nothing in the decision changed since {run.previous_as_of}.", f"自 {run.previous_as_of} 以来处置未变。")]
        return Section(title, sentences=(*said, *self._money_since(run.previous_as_of)), tables=(Table(head, rows),) if rows else ())

    def _compared_labels(self) -> tuple[str, ...]:
        return (self.say("How late", "逾期时长"), self.say("Overdue", "逾期金额"), self.say("Balance", "余额"), self.say("Accounts overdue", "逾期账户"),
                self.say("Holds", "暂停事由"), self.say("Recommended", "建议"))

    def _compared(self, row: CaseRow) -> tuple[str, ...]:
        treatment = self.view.run.treatments.get(row.proposed)
        holds = ", ".join(words.word(words.HOLDS, kind, self.language) for kind in row.hold_kinds) or self.say("none", "无")
        return (self.lateness(row.days_past_due, row.months_past_due, row.bucket), self.money(row.amount_overdue_minor, row.currency), self.money(row.balance_minor, row.currency),
                f"{row.accounts_overdue} / {row.accounts_total}", holds, treatment.label.in_language(self.language) if treatment else row.proposed)

    def _money_since(self, day: date) -> Iterator[str]:
        """Money of each currency since the run before, and what was taken back."""
        for currency in sorted({account.currency for account in self.view.accounts}):
            moved = [payment.amount_minor for account in self.view.accounts if account.currency == currency for payment in account.payments if payment.paid_on > day]
            came, back = sum(minor for minor in moved if minor > 0), -sum(minor for minor in moved if minor < 0)
            if came:
                yield self.say(f"{self.money(came, currency)} came in since.", f"其后入账 {self.money(came, currency)}。")
            if back:
                yield self.say(f"{self.money(back, currency)} was taken back since.", f"其后被退回 {self.money(back, currency)}。")
            if not moved:
                yield self.say(f"No payment in {currency} since.", f"其后无 {currency} 入账。")

    def alerts(self) -> Section:
        """Each alert of this person with its reason."""
        title = self.say("Alerts", "预警")
        if not self.sources.alerts:
            return Section(title, sentences=(self.say("None.", "无。"),))
        return Section(title, sentences=tuple(self._alert(alert) for alert in self.sources.alerts))

    def _alert(self, alert: AlertRow) -> str:
        kind, state = words.word(words.ALERTS, alert.kind, self.language), words.word(words.ALERT_STATES, alert.state, self.language)
        reason = alert.whole_reason().in_language(self.language)
        return self.say(f"{kind} ({state}, since {alert.raised_on}): {reason}", f"{kind}（{state}，自 {alert.raised_on}）：{reason}")

    def accounts(self) -> Section:
        """Each account, its regulatory class as a floor, and the items that are unpaid."""
        head = (self.say("Account", "账户"), self.amount_head("Overdue", "逾期金额"), self.amount_head("Balance", "余额"), self.say("How late", "逾期时长"), self.say("Since", "自"),
                self.say("Next due", "下次到期"), self.say("Last paid", "最近还款"))
        tables = [Table(head, tuple(self._account_row(account) for account in self.view.accounts), (1, 2))]
        late = [(item.due_on, account, item) for account in self.view.accounts for item in account.items if item.is_unpaid_on(self.view.run.as_of)]
        if late:
            which = self.of_account(self.say("Account", "账户"))
            item_head = (self.say("Unpaid item due", "未还到期日"), *which, self.amount_head("Amount", "应还"), self.amount_head("Outstanding", "未还"), self.say("How late", "逾期"))
            oldest = sorted(late, key=lambda one: (one[0], one[1].account_id))[:ITEMS_SHOWN]
            tables.append(Table(item_head, tuple(self._item_row(account, item) for _, account, item in oldest), tuple(place + len(which) for place in (1, 2, 3))))
        said = [] if len(late) <= ITEMS_SHOWN else [self.say(f"The oldest {ITEMS_SHOWN} of {len(late)} unpaid items.", f"共 {len(late)} 期未还，仅列最早 {ITEMS_SHOWN} 期。")]
        return Section(self.say("Accounts", "账户"), sentences=(*said, *self._classes()), tables=tuple(tables))

    def _item_row(self, account: Account, item: Item) -> tuple[str, ...]:
        late = self.days(item.days_past_due) if item.days_past_due else self.say("not overdue", "未逾期")
        return (item.due_on.isoformat(), *self.of_account(id_text(account.account_id)), self.amount(item.amount_minor, account.currency),
                self.amount(item.outstanding_minor, account.currency), late)

    def _account_row(self, account: Account) -> tuple[str, ...]:
        return (f"{words.word(words.PRODUCTS, account.product, self.language)} {id_text(account.account_id)}", self.amount(account.amount_overdue_minor, account.currency),
                self.amount(account.balance_minor, account.currency), self.lateness(account.days_past_due, account.months_past_due, account.bucket),
                *(day.isoformat() if day else "–" for day in (account.oldest_due_on, account.next_due_on, account.last_paid_on)))

    def _classes(self) -> Iterator[str]:
        for account in self.view.accounts:
            for one in account.classes:
                regime, reached, open_ = (sentence.in_language(self.language) for sentence in (one.regime, one.reached, one.not_known))
                why = one.why.in_language(self.language) if one.why else ""
                yield self.say(
                    f"{id_text(account.account_id)}: {regime}: at least {reached}. {f'{why} ' if why else ''}{open_}",
                    f"{id_text(account.account_id)}：{regime}：至少{reached}。{why}{open_}",
                )

    def payments(self) -> Section:
        """The last payments, reversals among them."""
        title = self.say("Payments", "还款")
        found = [(payment.paid_on, account, payment) for account in self.view.accounts for payment in account.payments]
        if not found:
            return Section(title, sentences=(self.say("No payment is in the book.", "账本中没有还款。"),))
        rows = tuple((on.isoformat(), *self.of_account(id_text(account.account_id)), self.amount(payment.amount_minor, account.currency), self._payment_note(payment))
                     for on, account, payment in sorted(found, key=lambda one: one[0], reverse=True)[:PAYMENTS_SHOWN])
        which = self.of_account(self.say("Account", "账户"))
        said = () if len(found) <= PAYMENTS_SHOWN else (self.say(f"The last {PAYMENTS_SHOWN} of {len(found)}.", f"共 {len(found)} 笔，仅列最近 {PAYMENTS_SHOWN} 笔。"),)
        return Section(title, sentences=said, tables=(Table((self.say("Day", "日期"), *which, self.amount_head("Amount", "金额"), ""), rows, (1 + len(which),)),))

    def _payment_note(self, payment: Payment) -> str:
        back = self.say("taken back", "被退回") if payment.amount_minor < 0 else ""
        later = self.say(f"counts from {payment.counts_on}", f"自 {payment.counts_on} 起计入") if payment.counts_on else ""
        return ", ".join(filter(None, (back, later)))

    def contacts(self) -> Section:
        """Earlier contacts as the lender told them."""
        title = self.say("Earlier contacts", "此前联系")
        counted = [self.say(f"{self.row.contacts_30d} in the last 30 days.", f"近 30 天 {self.row.contacts_30d} 次。")] if self.row.contact_history_known and self.row.contacts_30d is not None else []
        if not self.row.contact_history_known:
            counted = [self.say("Not known in full.", "情况不全。")]
        rows = tuple((contact.occurred_on.isoformat(), words.word(words.CHANNELS, contact.channel, self.language), words.word(words.OUTCOMES, contact.outcome, self.language))
                     for contact in self.view.contacts[:CONTACTS_SHOWN])
        head = (self.say("Day", "日期"), self.say("Channel", "渠道"), self.say("Outcome", "结果"))
        return Section(title, sentences=tuple(counted), tables=(Table(head, rows),) if rows else ())

    def not_known(self) -> Section:
        """What nobody may take for granted."""
        return Section(self.say("What is not known", "尚不清楚"), sentences=tuple(self._gaps()) or (self.say("Nothing of what this report needs is missing.", "本报告所需信息无缺。"),))

    def _gaps(self) -> Iterator[str]:
        view = self.view
        if view.run.newer_batches:
            yield self.say(f"What came into the book since the run ({counted(view.run.newer_batches, 'delivery', 'deliveries')}): payments in it are not counted here.",
                           f"运行后账本新导入 {view.run.newer_batches} 批数据，其中的还款未计入本报告。")
        if view.person.called is None:
            yield self.say("The name: the book has none, or the person was erased.", "姓名：账本中没有，或此人信息已删除。")
        if not self.row.contact_history_known:
            yield self.say("How often this person was contacted in the last 30 days.", "近 30 天联系过此人几次。")
        if any(account.amount_overdue_minor is None for account in view.accounts):
            yield self.say("How much of the balance is overdue on some accounts: the source does not say, and nothing is added for them.", "部分账户逾期金额：来源未说明，未计入合计。")
        if any(account.days_past_due is None for account in view.accounts):
            yield self.say("The day some accounts fell overdue: the source counts months.", "部分账户的逾期起始日：来源按月计。")
        if any(account.dates_constructed for account in view.accounts):
            yield self.say("Some dates: they were constructed from months and are no evidence.", "部分日期：由月份推算，不能作为证据。")
        if not view.contact_points:
            yield self.say("How this person could be reached: no contact point is in the book.", "联系方式：账本中没有。")
        if any(account.classes for account in view.accounts):
            yield self.say("The regulatory class in full: a class here is a floor, drawn from days and stated facts alone.", "完整的监管分类：此处为下限，仅据天数和已说明事实得出。")

    def contact_points(self) -> Section | None:
        """Where the person could be reached, masked; not cleared. Nothing where nobody may plan a contact today."""
        shown = [point for point in self.view.contact_points if point.masked] if shows_contact_point(self.view.run, self.row) else []
        if not shown:
            return None
        rows = tuple((words.word(words.CHANNELS, point.channel, self.language), str(point.masked), words.word(words.CONSENT, point.consent or "unknown", self.language),
                      point.verified_on.isoformat() if point.verified_on else self.say("not verified", "未核实")) for point in shown)
        head = (self.say("Channel", "渠道"), self.say("Masked", "已遮蔽"), self.say("Consent", "同意"), self.say("Verified", "核实"))
        return Section(self.say("Contact points: not cleared for contact", "联系方式：未获准联系"), tables=(Table(head, rows),))


def _came_between(accounts: Sequence[Account], days: Sequence[date]) -> list[int]:
    """What came in up to each day since the day before it in the list; for the first day in its own month."""
    starts = [days[0].replace(day=1), *days[:-1]]
    payments = [payment for account in accounts for payment in account.payments]
    return [sum(payment.amount_minor for payment in payments if (start < payment.paid_on or (place == 0 and start == payment.paid_on)) and payment.paid_on <= day)
            for place, (start, day) in enumerate(zip(starts, days, strict=True))]
