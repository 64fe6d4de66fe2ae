"""Which pictures stand in the portfolio report? One idea each, drawn as SVG on the spot; the table behind each stands under it.

Colours are names of the page's own tokens, so a picture follows light and dark. A picture's height is the one place where a figure may
become a float; every figure that is read is text from the tables.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

from arrears.core.money import as_decimal
from arrears.core.reasons import Language, Sentence
from arrears.engine.report_cells import bucket_text, ratio_of
from arrears.learn.analytics.ratio import percent_text

ACCENT, LINE, INK, SOFT = "var(--accent)", "var(--line)", "var(--ink)", "var(--soft)"
SHOWN_COHORTS = 6
Picture = alt.Chart | alt.LayerChart
Rows = list[dict[str, Any]]


@lru_cache(maxsize=64)
def _drawn(specification: str) -> str:
    return str(vl_convert.vegalite_to_svg(specification))


def _svg(picture: Picture, name: str) -> str:
    """Common looks: the page's own type, no frame, hairline axes. The name keeps the clip paths of several pictures on one page apart."""
    dressed = picture.configure(background="transparent", padding=4, font="sans-serif").configure_view(stroke=None).configure_axis(
        domainColor=LINE, tickColor=LINE, gridColor=LINE, labelColor=SOFT, titleColor=SOFT, labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
    )
    drawn = _drawn(json.dumps(dressed.to_dict(), ensure_ascii=False, sort_keys=True))
    return drawn.replace('id="clip', f'id="{name}-clip').replace("url(#clip", f"url(#{name}-clip")


def buckets(rows: Rows, order: list[str], currency: str, language: Language) -> tuple[str, str] | None:
    """Where does the overdue balance stand? Title and picture; None where nothing is overdue."""
    found = {row["bucket"]: row["balance_minor"] for row in rows if row["currency"] == currency and row["bucket"] != "current"}
    total = sum(found.values())
    if not total:
        return None
    most = max(order, key=lambda name: found.get(name, 0))
    share = round(100 * found[most] / total)
    title = Sentence(f"{share} % of the overdue accounts' balance stands at {bucket_text(most, 'en')}", f"逾期账户余额的 {share}% 处于 {bucket_text(most, 'zh')}").in_language(language)
    values = [{"bucket": bucket_text(name, language), "balance": float(as_decimal(found[name], currency)), "label": f"{as_decimal(found[name], currency):,.0f}"}
              for name in order if name in found]
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("bucket:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelColor=INK, labelPadding=8)),
        x=alt.X("balance:Q", axis=None, scale=alt.Scale(zero=True, domainMax=max(value["balance"] for value in values) * 1.3)),
    )
    return title, _svg(alt.layer(
        base.mark_bar(color=ACCENT, height={"band": 0.62}), base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(text="label:N"),
    ).properties(width=300, height={"step": 26}), f"buckets-{currency}-{language}")


def entry(rows: Rows, currency: str, language: Language) -> tuple[str, str] | None:
    """How does the entry rate go, due day by due day?"""
    days = [row for row in rows if row["currency"] == currency and row["rate"] is not None]
    if not days:
        return None
    last = days[-1]
    title = Sentence(f"Of what fell due on {last['due_on']}, {percent_text(ratio_of(last['rate']), 1)} was unpaid at the day's end",
                     f"{last['due_on']} 到期的应还款中，当日日终未还 {percent_text(ratio_of(last['rate']), 1)}").in_language(language)
    values = [{"day": row["due_on"][5:], "rate": float(100 * (ratio_of(row["rate"]) or 0))} for row in days]
    bars = alt.Chart(alt.Data(values=values)).mark_bar(color=ACCENT).encode(
        x=alt.X("day:N", sort=None, title=None, axis=alt.Axis(labelAngle=-45 if len(values) > 6 else 0, ticks=False, labelPadding=4)),
        y=alt.Y("rate:Q", title=Sentence("% of the amount due", "占应还金额 %").in_language(language), scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, domain=False, ticks=False)),
    ).properties(width={"step": 20 if len(values) > 10 else 40}, height=150)
    return title, _svg(bars, f"entry-{currency}-{language}")


def vintage(rows: Rows, currency: str, language: Language) -> tuple[str, str] | None:
    """Do younger cohorts age better or worse? Lines of the last cohorts that are old enough to show."""
    lines = [row for row in rows if row["currency"] == currency]
    grown = sorted({row["booked"] for row in lines if row["month_on_book"] >= 2})[-SHOWN_COHORTS:]
    shown = [row for row in lines if row["booked"] in grown and row["rate_30"] is not None]
    if not shown:
        return None
    title = Sentence(f"Balance 30 days late or more, by month on book: the {len(grown)} youngest cohorts old enough to show",
                     f"逾期 30 天以上余额占比（按账龄）：最近 {len(grown)} 个已有表现的放款月份").in_language(language)
    values = [{"booked": row["booked"], "month": row["month_on_book"], "rate": float(100 * (ratio_of(row["rate_30"]) or 0)), "last": False} for row in shown]
    for booked in grown:
        max((value for value in values if value["booked"] == booked), key=lambda value: value["month"])["last"] = True
    longest = max(value["month"] for value in values)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("month:Q", title=Sentence("month on book", "账龄（月）").in_language(language), scale=alt.Scale(domain=[0, longest + 1]),
                axis=alt.Axis(values=list(range(longest + 1)), format="d", grid=False)),
        y=alt.Y("rate:Q", title=Sentence("% of all due by schedule", "占合同应还总额 %").in_language(language), scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, domain=False, ticks=False)),
        detail="booked:N",
    )
    newest = alt.condition(alt.datum.booked == grown[-1], alt.value(ACCENT), alt.value(SOFT))
    return title, _svg(alt.layer(
        base.mark_line(strokeWidth=2).encode(color=newest),
        base.transform_filter("datum.last").mark_text(align="left", dx=4, fontSize=11).encode(text="booked:N", color=newest),
    ).properties(width=420, height=200), f"vintage-{currency}-{language}")


def cash(rows: Rows, currency: str, language: Language) -> tuple[str, str] | None:
    """How much falls due in the weeks to come?"""
    weeks = [row for row in rows if row["currency"] == currency]
    if not weeks:
        return None
    total, known = sum(row["due_minor"] for row in weeks), all(row["expected_minor"] is not None for row in weeks)
    due = f"{as_decimal(total, currency):,.0f} {currency}"
    if known:
        share = round(100 * sum(row["expected_minor"] for row in weeks) / total) if total else 0
        title = Sentence(f"{due} falls due in 12 weeks; about {share} % of it is expected (the tick in each bar)", f"未来 12 周到期 {due}，预期收回约 {share}%（柱内横线）")
    else:
        title = Sentence(f"{due} falls due in 12 weeks; how much of it comes is not known yet", f"未来 12 周到期 {due}；预期回款尚无法得知")
    values = [{"week": row["first_on"][5:], "due": float(as_decimal(row["due_minor"], currency)),
               "expected": float(as_decimal(row["expected_minor"], currency)) if known else None} for row in weeks]
    base = alt.Chart(alt.Data(values=values)).encode(x=alt.X("week:N", sort=None, title=Sentence("week from", "周起始日").in_language(language), axis=alt.Axis(labelAngle=-45, ticks=False, labelPadding=4)))
    axis = alt.Axis(tickCount=4, format="~s", domain=False, ticks=False)
    bars = base.mark_bar(color=ACCENT).encode(y=alt.Y("due:Q", title=currency, scale=alt.Scale(zero=True), axis=axis))
    ticks = base.transform_filter("datum.expected != null").mark_tick(color=INK, thickness=2).encode(y="expected:Q")
    return title.in_language(language), _svg(alt.layer(bars, ticks).properties(width={"step": 32}, height=160), f"cash-{currency}-{language}")
