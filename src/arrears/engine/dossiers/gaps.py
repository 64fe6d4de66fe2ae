"""What can this dossier not show?

A gap that is named costs less than one that the other side finds. Chinese courts presume that hashed data were not altered after hashing; the
truth before it must be shown otherwise (人民法院在线诉讼规则 arts 16 to 19). So every weakness that the entries themselves give away is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from arrears.casefile.facts.evidence import UNKNOWN
from arrears.engine.words import counted
from arrears.record.dossier.bundle import ERASED, Gap, ShownEntry

KEPT = "evidence:kept"
_CAPTURE_FACTS = {"captured_at": ("the capture time", "采集时间"), "clock_source": ("the clock", "时钟来源"), "device": ("the device", "设备"), "system": ("the system", "系统"),
                  "operator": ("the operator", "操作人"), "source": ("the source", "来源"), "provenance": ("how it was made", "形成方式")}
_WEAK_CLOCKS = {"device": ("the device's own clock", "设备自身时钟"), "stated": ("a person's statement", "由人陈述")}
_NEEDS_RECEIPT = {"message", "letter"}
_LATE_SECONDS = 24 * 3600


def gaps_of(entries: Sequence[ShownEntry], stamped_size: int, not_enclosed: Sequence[int] = ()) -> tuple[Gap, ...]:
    """Every gap that the entries give away.

    Args:
        stamped_size: the size of the largest time-stamped head; 0 where there is none.
        not_enclosed: numbers of entries whose file of evidence could not be enclosed.
    """
    return (*_always(), *_time(entries, stamped_size), *_erased(entries), *_captures(entries), *_receipts(entries), *_files(not_enclosed))


def _always() -> Iterator[Gap]:
    yield Gap("before_the_first_hash", "Nothing before an entry was hashed is proven by it: whether what was recorded is true must be shown otherwise (source, how it was made, a notary, a third witness).",
              "记录被哈希之前的情况不能由其自身证明：所记录内容的真实性须另行证明（来源、形成过程、公证、第三方印证）。依据《人民法院在线诉讼规则》第十六至十九条。")
    yield Gap("earlier_systems", "Accounts, payments and earlier contacts came from the lender's own systems as files. They were not hashed when they happened, only when they were taken in; statements and tables made from them show what those systems said.",
              "账户、还款及此前联系情况来自机构原有系统的文件，并非发生时即哈希，而是导入时才哈希；据此制作的对账单与表格反映的是该系统所载内容。")
    yield Gap("after_the_last_entry", "Whether more was recorded after the last entry shown cannot be seen from the dossier; the institution signed for the end.",
              "所示最后一条之后是否另有记录，证据包本身无法显示；末尾以机构签署为准。")


def _time(entries: Sequence[ShownEntry], stamped_size: int) -> Iterator[Gap]:
    late = tuple(entry.number for entry in entries if entry.number >= stamped_size)
    if late:
        yield Gap("no_time_stamp_yet", f"{counted(len(late), 'entry has', 'entries have')} no outside time-stamp (yet): their time is the institution's own clock.",
                  f"{len(late)} 条记录（尚）无第三方时间戳：其时间仅为机构自身时钟。", late)


def _erased(entries: Sequence[ShownEntry]) -> Iterator[Gap]:
    gone = {why: tuple(sorted({entry.number for entry in entries for field in entry.fields if field.value is None and (field.left_out == ERASED) is (why == ERASED)})) for why in (ERASED, "asked")}
    if gone[ERASED]:
        yield Gap("erased", f"In {counted(len(gone[ERASED]), 'entry', 'entries')} fields were erased with the person's data; what they said cannot be read by anybody any more.",
                  f"{len(gone[ERASED])} 条记录中的字段已随个人信息删除，任何人均无法再读取。", gone[ERASED])
    if gone["asked"]:
        yield Gap("left_out", f"In {counted(len(gone['asked']), 'entry', 'entries')} fields are left out of this dossier; the list of redactions names each.",
                  f"本证据包在 {len(gone['asked'])} 条记录中略去了字段，遮盖清单逐一列明。", gone["asked"])


def _captures(entries: Sequence[ShownEntry]) -> Iterator[Gap]:
    for entry in entries:
        if entry.header.name == KEPT:
            yield from _capture(entry)


def _capture(entry: ShownEntry) -> Iterator[Gap]:
    number = entry.number + 1
    unknown = [words for name, words in _CAPTURE_FACTS.items() if entry.value(name) in ("n:", f"s:{UNKNOWN}")]
    if unknown:
        yield Gap("capture_unknown", f"Evidence of entry {number}: not known: {', '.join(en for en, _ in unknown)}.", f"第 {number} 条证据：不详的有{'、'.join(zh for _, zh in unknown)}。", (entry.number,))
    clock = (entry.value("clock_source") or "")[2:]
    if clock in _WEAK_CLOCKS:
        en, zh = _WEAK_CLOCKS[clock]
        yield Gap("capture_clock", f"Evidence of entry {number}: its capture time rests on {en}; whether it was right is not known.", f"第 {number} 条证据：采集时间依据{zh}，其准确性不详。", (entry.number,))
    delay = _delay_seconds(entry)
    if delay is not None and delay > 0:
        said_en, said_zh = _duration(delay)
        warned = delay > _LATE_SECONDS
        yield Gap("capture_delay", f"Evidence of entry {number}: {said_en} passed between capture and the first hash; where the file was meanwhile must be shown otherwise{'. That is long' if warned else ''}.",
                  f"第 {number} 条证据：采集至首次哈希相隔 {said_zh}，其间的保管情况须另行证明{'；间隔较长' if warned else ''}。", (entry.number,))


def _delay_seconds(entry: ShownEntry) -> int | None:
    moments = [entry.value(name) or "n:" for name in ("captured_at", "hashed_at")]
    if any(not moment.startswith("t:") for moment in moments):
        return None
    captured, hashed = (datetime.fromisoformat(moment[2:]) for moment in moments)
    return int((hashed - captured).total_seconds())


def _duration(seconds: int) -> tuple[str, str]:
    """A length of time as people say it.

    >>> _duration(40), _duration(7200), _duration(864000)
    (('40 seconds', '40 秒'), ('2 hours', '2 小时'), ('10 days', '10 天'))
    """
    for size, one, zh in ((86400, "day", "天"), (3600, "hour", "小时"), (60, "minute", "分钟")):
        if seconds >= size:
            return counted(seconds // size, one), f"{seconds // size} {zh}"
    return counted(seconds, "second"), f"{seconds} 秒"


def _receipts(entries: Sequence[ShownEntry]) -> Iterator[Gap]:
    """Messages and letters after which no receipt was kept: nobody can say from here that they arrived."""
    kinds = [(entry.number, (entry.value("kind") or "")[2:]) for entry in entries if entry.header.name == KEPT]
    receipts = [number for number, kind in kinds if kind == "receipt"]
    sent = tuple(number for number, kind in kinds if kind in _NEEDS_RECEIPT and not any(other > number for other in receipts))
    if sent:
        yield Gap("no_receipt", f"No receipt is kept for {counted(len(sent), 'message or letter', 'messages or letters')}: that they arrived is not shown.", f"{len(sent)} 份信息或信函没有送达凭证：无法显示其已送达。", sent)


def _files(not_enclosed: Sequence[int]) -> Iterator[Gap]:
    if not_enclosed:
        yield Gap("file_not_enclosed", f"{counted(len(not_enclosed), 'file of evidence is', 'files of evidence are')} not enclosed: erased, left out, or no longer to be had as kept.",
                  f"{len(not_enclosed)} 份证据文件未附：已删除、被略去或已无法按原样取得。", tuple(not_enclosed))
