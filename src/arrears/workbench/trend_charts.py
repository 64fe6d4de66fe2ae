"""Which pictures say how the portfolio moved? Weekly sums of a replay's days, titled by what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import altair as alt

from arrears.core.money import as_decimal, format_money
from arrears.core.reasons import Language, Sentence
from arrears.engine.use_cases.reading.trends import TrendPoint, Trends
from arrears.engine.words import bucket_word, counted
from arrears.workbench.charts import ACCENT, SOFT, Chart, finished

_WIDTH, _HEIGHT = 300, 130
_DAY = Sentence("Day", "日期")


@dataclass(frozen=True, slots=True)
class Period:
    """Some days of a series under the last of them: a week of a daily series, else the one day."""

    end: date
    days: frozenset[date]


def periods(shown: Trends) -> tuple[Period, ...]:
    """Whole weeks counted back from the last day of a daily series; a coarser series is its own periods. A broken first week is left out."""
    size = 7 if shown.every == "day" and len(shown.days) >= 14 else 1
    ends = range(len(shown.days), size - 1, -size)
    return tuple(Period(shown.days[end - 1], frozenset(shown.days[end - size : end])) for end in reversed(ends))


def trend_charts(shown: Trends, language: Language) -> tuple[Chart, ...]:
    """Overdue by bucket, entered and cured, cash. One day alone is no trend: nothing is drawn."""
    spans = periods(shown)
    if len(spans) < 2:
        return ()
    return (_overdue(shown, spans, language), _entered_and_cured(shown, spans, language), _cash(shown, spans, language))


def _summed(shown: Trends, days: frozenset[date], measure: str, of: Callable[[TrendPoint], int]) -> int:
    return sum(of(point) for point in shown.points if point.measure == measure and point.on in days)


def _height(minor: int, currency: str) -> float:
    return float(as_decimal(minor, currency))  # a picture's height is the one place where an amount may become a float; every figure shown is text


def _overdue(shown: Trends, spans: Sequence[Period], language: Language) -> Chart:
    """Small multiples would hide the sum: one stack a day, and the buckets as columns of the table."""
    ends = [span.end for span in spans]
    late = [point for point in shown.points if point.measure == "standing" and point.bucket != "current" and point.on in set(ends)]
    buckets = sorted({point.bucket for point in late}, key=_order)
    amounts = {(point.on, point.bucket): point.amount_minor for point in late}
    totals = [sum(amounts.get((end, bucket), 0) for bucket in buckets) for end in ends]
    label = Sentence(f"Overdue, {shown.currency}", f"逾期金额（{shown.currency}）").in_language(language)
    values = [{"on": end.isoformat(), "bucket": bucket_word(bucket, language), "rank": place, "overdue": _height(amounts.get((end, bucket), 0), shown.currency),
               "label": format_money(amounts.get((end, bucket), 0), shown.currency, language)} for end in ends for place, bucket in enumerate(buckets)]
    base = alt.Chart(alt.Data(values=values)).mark_bar(stroke="var(--paper)", strokeWidth=0.5, color=ACCENT).encode(
        x=_days_axis(ends), y=_amount_axis("overdue", label), order=alt.Order("rank:Q"),
        opacity=alt.Opacity("rank:Q", scale=alt.Scale(domain=[0, max(1, len(buckets) - 1)], range=[0.35, 1]), legend=None),
        tooltip=[alt.Tooltip("on:N", title=_DAY.in_language(language)), alt.Tooltip("bucket:N", title=Sentence("Bucket", "逾期分段").in_language(language)), alt.Tooltip("label:N", title=label)],
    ).properties(width=_WIDTH, height=_HEIGHT)
    head = (_DAY.in_language(language), *(bucket_word(bucket, language) for bucket in buckets), Sentence("Total", "合计").in_language(language))
    rows = [(end.isoformat(), *(format_money(amounts.get((end, bucket), 0), shown.currency, language) for bucket in buckets),
             format_money(total, shown.currency, language)) for end, total in zip(ends, totals, strict=True)]
    return finished(base, _change(totals[0], totals[-1], ends[0]).in_language(language), head, rows)


def _order(bucket: str) -> tuple[bool, int]:
    digits = "".join(sign if sign.isdigit() else " " for sign in bucket).split()
    return "m" in bucket, int(digits[0]) if digits else 0


def _change(first: int, last: int, since: date) -> Sentence:
    """What the overdue amount did, in a title. A stronger colour stands for a worse bucket (darker on light paper, brighter on dark)."""
    if first == 0 or first == last:
        return Sentence(f"Overdue amount since {since}; stronger colour is further behind", f"{since} 以来的逾期金额；颜色越浓逾期越久")
    percent = round(abs(last - first) * 100 / first)
    en, zh = ("more", "上升") if last > first else ("less", "下降")
    return Sentence(f"{percent} % {en} overdue than on {since}; stronger colour is further behind", f"逾期金额较 {since} {zh} {percent}%；颜色越浓逾期越久")


def _days_axis(ends: Sequence[date]) -> alt.X:
    ticks = [end.isoformat() for end in ends[:: -(-len(ends) // 6)]]
    return alt.X("on:O", sort=None, title=None, axis=alt.Axis(values=ticks, labelAngle=0, labelExpr="slice(datum.value, 5)", ticks=False, labelPadding=4))


def _amount_axis(field: str, title: str) -> alt.Y:
    return alt.Y(f"{field}:Q", title=title, stack="zero", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, format="~s", domain=False, ticks=False))


def _period_word(shown: Trends, spans: Sequence[Period]) -> Sentence:
    if shown.every == "month-end":
        return Sentence("month", "月")
    return Sentence("week", "周") if shown.every == "week" or len(spans[0].days) > 1 else Sentence("day", "日")


def _entered_and_cured(shown: Trends, spans: Sequence[Period], language: Language) -> Chart:
    """Two lines on one scale, named where they end."""
    period, names = _period_word(shown, spans), {"entered": Sentence("entered", "入催"), "cured": Sentence("cured", "回归正常")}
    counts = {measure: [_summed(shown, span.days, measure, lambda point: point.accounts) for span in spans] for measure in names}
    gone = sum(counts["cured"]) - sum(counts["entered"])
    title = Sentence(
        f"{counted(sum(counts['entered']), 'account')} entered arrears, {sum(counts['cured']):,} {'was' if sum(counts['cured']) == 1 else 'were'} cured, by {period.en}" if gone else f"As many accounts entered arrears as were cured, by {period.en}",
        f"入催 {sum(counts['entered']):,} 户，回归正常 {sum(counts['cured']):,} 户（按{period.zh}）",
    ).in_language(language)
    return _two_lines(spans, {names[measure].in_language(language): [(float(count), f"{count:,}") for count in found] for measure, found in counts.items()},
                      Sentence("Accounts", "账户数").in_language(language), title, language)


def _cash(shown: Trends, spans: Sequence[Period], language: Language) -> Chart:
    period, names = _period_word(shown, spans), {"received": Sentence("received", "回款"), "reversed": Sentence("taken back", "退回")}
    sums = {measure: [_summed(shown, span.days, measure, lambda point: point.amount_minor) for span in spans] for measure in names}
    came = format_money(sum(sums["received"]), shown.currency, language)
    title = Sentence(f"{came} came in, by {period.en}", f"回款共 {came}（按{period.zh}）").in_language(language)
    return _two_lines(spans, {names[measure].in_language(language): [(_height(minor, shown.currency), format_money(minor, shown.currency, language)) for minor in found]
                              for measure, found in sums.items()}, shown.currency, title, language)


def _two_lines(spans: Sequence[Period], lines: dict[str, list[tuple[float, str]]], label: str, title: str, language: Language) -> Chart:
    values = [{"on": span.end.isoformat(), "what": name, "height": height, "label": text}
              for name, found in lines.items() for span, (height, text) in zip(spans, found, strict=True)]
    first, second = lines
    base = alt.Chart(alt.Data(values=values)).encode(
        x=_days_axis([span.end for span in spans]), y=alt.Y("height:Q", title=label, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, format="~s", domain=False, ticks=False)),
        color=alt.Color("what:N", scale=alt.Scale(domain=[first, second], range=[ACCENT, SOFT]), legend=None),
        tooltip=[alt.Tooltip("on:N", title=_DAY.in_language(language)), alt.Tooltip("what:N", title=label), alt.Tooltip("label:N", title=label)],
    )
    named = base.transform_filter(alt.datum.on == spans[-1].end.isoformat()).mark_text(align="left", baseline="bottom", dx=8, fontSize=12).encode(text="what:N")
    picture = alt.layer(base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=22), named).properties(width=_WIDTH - 60, height=_HEIGHT)
    rows = [(span.end.isoformat(), lines[first][place][1], lines[second][place][1]) for place, span in enumerate(spans)]
    return finished(picture, title, (Sentence("Up to", "截至").in_language(language), first, second), rows)
