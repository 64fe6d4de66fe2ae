"""What happened, in order, for a reader who has nothing else: the first page of a dossier.

Every line is an entry of the bundle under its number, told from the values that the proofs cover.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from arrears.core.reasons import Language
from arrears.engine.case_reports.report import Report, Section, Table
from arrears.engine.dossiers.telling import details_of, title_of
from arrears.engine.words import counted
from arrears.record.dossier.bundle import About, Gap, ShownEntry, ShownHead, redactions_of


def timeline(about: About, entries: Sequence[ShownEntry], heads: Sequence[ShownHead], gaps: Sequence[Gap], names: Mapping[str, str], language: Language) -> Report:
    """The page.

    Args:
        names: what the readers call the case and its person, label → name, in the order to be shown.
    """
    writer = _Writer(about, entries, heads, language)
    case = next(iter(names.values()), "")
    return Report(
        language, writer.say("Dossier", "证据包"), (case, about.institution_name, moment(about.made_at)), (),
        (writer.what_this_is(names), writer.entries_in_order(), writer.gaps(gaps), writer.redactions(), writer.how_to_check()),
        writer.say(f"Dossier of case {case}, made {moment(about.made_at)}", f"案件 {case} 证据包，制作于 {moment(about.made_at)}"))


def moment(at: datetime) -> str:
    """A moment in UTC, to the second.

    >>> moment(datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC))
    '2026-01-05 01:02:03 UTC'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


class _Writer:
    """One timeline being written; each method is one section."""

    def __init__(self, about: About, entries: Sequence[ShownEntry], heads: Sequence[ShownHead], language: Language) -> None:
        self.about, self.entries, self.language = about, entries, language
        self.head = heads[-1]
        self.stamped = [(head.size, head.stamped_at) for head in heads if head.stamped_at is not None]
        self._sizes = [size for size, _ in self.stamped]

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def what_this_is(self, names: Mapping[str, str]) -> Section:
        about = self.about
        pairs = (
            *names.items(),
            (self.say("Institution", "机构"), about.institution_name), (self.say("For", "接收方"), about.recipient), (self.say("Purpose", "用途"), about.purpose),
            (self.say("Made by", "制作人"), about.made_by), (self.say("Entries", "记录数"), str(len(self.entries))),
            (self.say("Signed head", "已签名树头"), self.say(f"{self.head.size} entries, root {self.head.root.hex()}", f"{self.head.size} 条记录，根 {self.head.root.hex()}")),
        )
        said = self.say(
            "Each line below is an entry of the institution's journal, under its number in the log. Its header was hashed when it was written; the log's head is signed, and time-stamped where a time stands in the last column. The institution's statements are statements; what is proven is that they were recorded so, then, and not changed since.",
            "以下每行为机构日志中的一条记录，编号为其在日志中的序号。记录头在写入时即哈希；日志树头经签名，末列有时间者并有第三方时间戳。机构的陈述仍属陈述；所证明的是：当时即如此记录，此后未经改动。")
        return Section(self.say("What this is", "说明"), pairs=tuple((label, text or self.say("not stated", "未说明")) for label, text in pairs), sentences=(said,))

    def entries_in_order(self) -> Section:
        head = (self.say("No.", "序号"), self.say("Recorded", "记录时间"), self.say("What", "事项"), self.say("Particulars", "内容"), self.say("By", "记录者"), self.say("Time-stamped", "时间戳"))
        rows = tuple((str(entry.number + 1), moment(entry.header.recorded_at), title_of(entry.header.name, self.language), details_of(entry, self.language), entry.header.actor, self.there_by(entry)) for entry in self.entries)
        return Section(self.say("What happened", "经过"), tables=(Table(head, rows, (0,)),))

    def there_by(self, entry: ShownEntry) -> str:
        """The time of the first time-stamp that covers the entry."""
        place = bisect_right(self._sizes, entry.number)
        at = self.stamped[place][1] if place < len(self.stamped) else None
        return moment(at) if at else "–"

    def gaps(self, gaps: Sequence[Gap]) -> Section:
        return Section(self.say("What this dossier cannot show", "本证据包无法证明的内容"), sentences=tuple(self.say(gap.en, gap.zh) for gap in gaps))

    def redactions(self) -> Section:
        found = redactions_of(self.entries)
        title = self.say("What is left out", "略去的内容")
        if not found:
            return Section(title, sentences=(self.say("Nothing.", "无。"),))
        head = (self.say("Entry", "记录"), self.say("Fields", "字段"), self.say("Why", "原因"))
        return Section(title, tables=(Table(head, tuple((str(one["number"] + 1), ", ".join(one["fields"]), one["why"]) for one in found), (0,)),))

    def how_to_check(self) -> Section:
        count = counted(len(self.stamped), "time-stamped head")
        return Section(self.say("How to check it", "如何核验"), sentences=(
            self.say("Run `python verify.py DOSSIER` (enclosed, needs Python 3.9 and the package cryptography, no network), best with a copy of verify.py that you got elsewhere. By hand: readme.txt.",
                     "运行 python verify.py 证据包（已附，需 Python 3.9 及 cryptography，无需联网）；建议使用从其他途径取得的 verify.py。手工核验方法见 readme.txt。"),
            self.say(f"Compare the key's fingerprint with the one that the institution publishes. {count} enclosed.", f"请将密钥指纹与机构公布的核对。附 {len(self.stamped)} 个有时间戳的树头。")))
