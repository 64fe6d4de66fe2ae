"""Which picture says it? One idea each, titled by what it says, with its figures as a table behind it.

A chart is an Altair specification. The page shows it as SVG drawn on the server, so it is there without JavaScript; the script then
replaces it by the interactive one. Colours are names of the stylesheet's tokens, so both follow light and dark.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import altair as alt
import vl_convert

from arrears.core.money import as_decimal, format_money
from arrears.core.reasons import Language, Sentence
from arrears.engine.use_cases.reading import BucketCount, CaseView
from arrears.engine.words import bucket_word

ACCENT, LINE, INK, SOFT = "var(--accent)", "var(--line)", "var(--ink)", "var(--ink-soft)"
_FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the table behind it.

    Attributes:
        title: what the picture says, a sentence.
        specification: Vega-Lite as JSON text, for the script.
        svg: the same picture drawn already.
        head, rows: the figures as a table; every cell is text.
    """

    title: str
    specification: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=256)
def _drawn(specification: str) -> str:
    return str(vl_convert.vegalite_to_svg(specification))


def finished(picture: alt.Chart | alt.LayerChart, title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Chart:
    """Common looks: the page's own type, no frame, hairline axes, nothing behind."""
    dressed = picture.configure(background="transparent", font=_FONT, padding=4).configure_view(stroke=None).configure_axis(
        domainColor=LINE, tickColor=LINE, gridColor=LINE, labelColor=SOFT, titleColor=SOFT, labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
    )
    specification = json.dumps(dressed.to_dict(), ensure_ascii=False, sort_keys=True)
    return Chart(title, specification.replace("<", "\\u003c"), _drawn(specification), head, tuple(rows))  # no text can close the script element


def accounts_by_bucket(buckets: Sequence[BucketCount], language: Language) -> Chart | None:
    """Where do the overdue accounts stand? None where there are none."""
    total = sum(count.accounts for count in buckets)
    if not total:
        return None
    most = max(buckets, key=lambda count: count.accounts)
    title = Sentence(
        f"{round(100 * most.accounts / total)} % of overdue accounts stand at {bucket_word(most.bucket, 'en')}",
        f"逾期账户中 {round(100 * most.accounts / total)}% 处于 {bucket_word(most.bucket, 'zh')}",
    ).in_language(language)
    values = [{"bucket": bucket_word(count.bucket, language), "accounts": count.accounts, "label": f"{count.accounts:,}"} for count in buckets]
    accounts = Sentence("Accounts", "账户数").in_language(language)
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("bucket:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelColor=INK, labelPadding=8, labelLimit=140)),
        x=alt.X("accounts:Q", title=None, axis=None, scale=alt.Scale(zero=True, domainMax=most.accounts * 1.15)),
        tooltip=[alt.Tooltip("bucket:N", title=Sentence("Bucket", "逾期分段").in_language(language)), alt.Tooltip("accounts:Q", title=accounts, format=",")],
    )
    picture = alt.layer(
        base.mark_bar(color=ACCENT, height={"band": 0.62}),
        base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(text="label:N"),
    ).properties(width=300, height={"step": 26})
    return finished(picture, title, (Sentence("Bucket", "逾期分段").in_language(language), accounts),
                     [(str(value["bucket"]), str(value["label"])) for value in values])


def case_history(view: CaseView, language: Language) -> Chart | None:
    """How did it come to this? Overdue amount at month ends, or months past due by statement; None where neither is known."""
    if view.history:
        return _overdue_by_month(view, language)
    return _months_by_statement(view, language)


def _history_title(view: CaseView) -> Sentence:
    """What the picture says: since when something is overdue without a break, and whether it is the most in this year."""
    late = [point.overdue_minor > 0 for point in view.history]
    if not late[-1]:
        return Sentence("Nothing dated is overdue on this day", "截至当日没有到期未付的款项")
    since = len(late) - 1
    while since > 0 and late[since - 1]:
        since -= 1
    if since == 0:
        return Sentence("Overdue at every month end of the past year", "过去一年每个月末均有逾期")
    months = len(late) - 1 - since
    if months == 0:
        return Sentence("Nothing was overdue at the last month end", "上月末尚无逾期")
    peak = view.history[-1].overdue_minor == max(point.overdue_minor for point in view.history)
    return Sentence(
        f"Overdue without a break since {view.history[since].on:%B %Y}" + (", and now the most it has been" if peak else ""),
        f"自 {view.history[since].on:%Y 年 %-m 月}起持续逾期" + ("，目前为最高" if peak else ""),
    )


def _overdue_by_month(view: CaseView, language: Language) -> Chart:
    currency = view.history_currency
    values = [{
        "on": point.on.isoformat(), "month": point.on.strftime("%Y-%m") if point is not view.history[-1] else point.on.isoformat()[5:],
        "overdue": float(as_decimal(point.overdue_minor, currency)), "label": format_money(point.overdue_minor, currency, language),
    } for point in view.history]  # a picture's height is the one place where an amount may become a float; every figure shown is text
    overdue = Sentence(f"Overdue, {currency}", f"逾期金额（{currency}）").in_language(language)
    bars = alt.Chart(alt.Data(values=values)).mark_bar(color=ACCENT).encode(
        x=alt.X("month:N", sort=None, title=None, axis=alt.Axis(labelAngle=-45, ticks=False, labelPadding=4)),
        y=alt.Y("overdue:Q", title=overdue, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, format=",.0f", domain=False, ticks=False)),
        tooltip=[alt.Tooltip("on:N", title=Sentence("Day", "日期").in_language(language)), alt.Tooltip("label:N", title=overdue)],
    ).properties(width={"step": 34}, height=150)
    return finished(bars, _history_title(view).in_language(language), (Sentence("End of", "截至").in_language(language), overdue),
                     [(str(value["on"]), str(value["label"])) for value in values])


def _months_by_statement(view: CaseView, language: Language) -> Chart | None:
    account = next((account for account in view.accounts if account.months_stated), None)
    if account is None:
        return None
    shown = list(account.statements)[:12][::-1]
    values = [{
        "on": statement.statement_on.isoformat(), "month": statement.statement_on.strftime("%Y-%m"), "months": statement.months_past_due,
        "balance": format_money(statement.balance_minor, account.currency, language),
    } for statement in shown]
    months = Sentence("Months past due", "逾期月数").in_language(language)
    worst = max(((statement.months_past_due or 0), statement.statement_on) for statement in shown)
    title = Sentence(
        f"{worst[0]} month{'' if worst[0] == 1 else 's'} past due at most, last on the statement of {worst[1]}", f"最高逾期 {worst[0]} 个月，最近一次见 {worst[1]} 账单",
    ).in_language(language)
    bars = alt.Chart(alt.Data(values=values)).mark_bar(color=ACCENT).encode(
        x=alt.X("month:N", sort=None, title=None, axis=alt.Axis(labelAngle=-45, ticks=False, labelPadding=4)),
        y=alt.Y("months:Q", title=months, scale=alt.Scale(zero=True), axis=alt.Axis(values=list(range(worst[0] + 1)), format="d", domain=False, ticks=False)),
        tooltip=[alt.Tooltip("on:N", title=Sentence("Statement", "账单日").in_language(language)), alt.Tooltip("months:Q", title=months)],
    ).properties(width={"step": 48}, height=150)
    head = (Sentence("Statement", "账单日").in_language(language), months, Sentence("Balance", "账单余额").in_language(language))
    return finished(bars, title, head, [(str(value["on"]), "—" if value["months"] is None else str(value["months"]), str(value["balance"])) for value in values])
