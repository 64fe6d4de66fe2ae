"""Which words of an answer are the person's own, and which are ours that a mail program quoted below them?

Mail programs mark what they quote in a few ways: with `>` before each line, with a line like "On … wrote:", "在 … 写道：" or "El … escribió:", with a rule
("-----Original Message-----", "-----原始邮件-----"), or with a block of headers ("From: … Sent: …"). What stands under a signature's mark is left out as well.
Where no word of the person's own is left above such a mark, what stands below it is given too: somebody may have written there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape


def own_words(text: str) -> str:
    """The words without what was quoted and without a signature.

    >>> own_words("Stop writing.\\n\\n-- \\nLi\\n\\nOn Monday, Bank wrote:\\n> Dear Ms Li")
    'Stop writing.'
    >>> own_words("> Can you pay?\\nNo.\\n> When?\\nIn June.")
    'No.\\nIn June.'
    >>> own_words("我已经还了\\n\\n---原始邮件---\\n发件人: 银行")
    '我已经还了'
    """
    lines = [line.rstrip() for line in text[:TEXT_MAX].replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    above, below = _cut(lines)
    own = _tidy(_unsigned(_unquoted(above)))
    return own or _tidy(_unquoted(below))


def _cut(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """What stands above the mark under which everything is quoted without further marks, and what below it."""
    for number, line in enumerate(lines):
        length = _introduces(lines, number)
        if length and not _next_is_quoted(lines, number + length):
            return list(lines[:number]), list(lines[number + length :])
        if _RULE.fullmatch(line.strip()) or _begins_headers(lines, number):
            above = list(lines[:number])
            while above and (not above[-1].strip() or _LINE.fullmatch(above[-1].strip())):
                above.pop()
            return above, list(lines[number + 1 :])
    return list(lines), []


def _introduces(lines: Sequence[str], number: int) -> int:
    """How many lines, beginning with this one, say who wrote what follows: none, one, or where it was folded two or three."""
    first = lines[number].strip()
    if not first or first.startswith(">"):
        return 0
    if _WROTE_ALONE.fullmatch(first[:_INTRODUCTION_MAX]):
        return 1
    for length in (1, 2, 3):
        group = [line.strip() for line in lines[number : number + length]]
        if len(group) < length or any(not line or line.startswith(">") for line in group) or any(_BEGINS.match(line) for line in group[1:]):
            return 0
        whole = " ".join(group)
        if len(whole) <= _INTRODUCTION_MAX and _WROTE.fullmatch(whole):
            return length
    return 0


def _next_is_quoted(lines: Sequence[str], number: int) -> bool:
    following = next((line for line in lines[number:] if line.strip()), "")
    return following.startswith(">")


def _begins_headers(lines: Sequence[str], number: int) -> bool:
    """Does a block of headers begin here: a sender, and two other headers in the lines after it?"""
    if not _FROM.match(_bare(lines[number])):
        return False
    return sum(_OTHER.match(_bare(line)) is not None for line in lines[number + 1 : number + 8]) >= 2


def _bare(line: str) -> str:
    return line.strip().strip("*").strip()


def _unquoted(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    skip = 0
    for number, line in enumerate(lines):
        if skip:
            skip -= 1
        elif length := _introduces(lines, number):
            skip = length - 1
        elif not line.lstrip().startswith((">", "＞")):
            kept.append(line)
    return kept


def _unsigned(lines: Sequence[str]) -> list[str]:
    """Without what mail programs write below: `-- ` and all after it (RFC 3676, 4.3), and the line that names the telephone."""
    mark = next((number for number, line in enumerate(lines) if line in ("--", "-- ", "——") and number > 0), len(lines))
    return [line for line in lines[:mark] if not _DEVICE.fullmatch(line.strip())]


def _tidy(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


TEXT_MAX = 200_000
"""Characters of an answer, with all that is quoted, that are looked at."""
_INTRODUCTION_MAX = 300
_BEGINS = re.compile(r"(on|at|el|a las)\b|[在于]", re.I)
_WROTE = re.compile(r"(?=.*\d)((on|at)\b.{4,} wrote|el\b.{4,} escribi[oó]|[在于].{4,}(写道|寫道))\s*[:：]?", re.I)
"""When, by whom, and that he wrote: often folded over several lines; never without a date."""
_WROTE_ALONE = re.compile(
    r"[^<＜]{0,80}[<＜][^>＞]+@[^>＞]+[>＞]\s*(wrote|escribi[oó]|写道|寫道|于.{4,60}写道)\s*[:：]?|\d{4}[-年/].{4,120}(写道|寫道)\s*[:：]", re.I)
"""By whom first, or the date first: in one line."""
_RULE = re.compile(
    r"[-—–_ ]{2,}\s*(original message|forwarded message|original appointment|原始邮件|原邮件|原始信件|原始郵件|转发邮件|转发的邮件|轉寄郵件"
    r"|mensaje original|mensaje reenviado|mensaje enviado)\s*[-—–_ ]{2,}|begin forwarded message:|回复的原邮件|_{20,}", re.I)
_LINE = re.compile(r"[-—–_=*]{3,}")
_FROM = re.compile(r"(from|发件人|寄件者|寄件人|发信人|de|remitente)\s*[:：]", re.I)
_OTHER = re.compile(
    r"(sent|date|to|cc|subject|发送时间|发送日期|日期|时间|收件人|抄送|抄送人|主题|主旨|收件者|寄件日期|enviado( el)?|fecha|para|asunto)\s*[:：]", re.I)
_DEVICE = re.compile(
    r"sent from (my|the|yahoo|mail|outlook|samsung|proton).{0,60}|get outlook for .{0,40}|(发自|来自|發自)\s?我?的?.{0,30}(iphone|ipad|手机|邮箱|邮件|安卓|android|华为|小米|手機).{0,20}"
    r"|发自.{0,20}邮箱.{0,20}|enviado desde (mi|el|yahoo|outlook).{0,60}|obtener outlook para .{0,40}|获取 ?outlook .{0,30}", re.I)


# HTML


class _Words:
    """Collects words; what a mail program marks as quoted gets `> ` before each line."""

    _BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "hr"})
    _SILENT = frozenset({"style", "script", "head", "title", "template"})
    _ALONE = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track"})

    def __init__(self) -> None:
        self.lines: list[str] = [""]
        self._open: list[tuple[str, bool, bool]] = []
        self._silent = self._quoted = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        if tag in self._BREAKS:
            self._break()
        if tag == "hr":
            self.lines[-1] += "-" * 5
            self._break()
        if tag in self._ALONE or len(self._open) == _DEPTH_MAX:
            return
        if attributes.get("id", "").lower() in _BELOW:
            self.lines += ["_" * 32, ""]
        quoted, silent = _is_quote(tag, attributes), tag in self._SILENT or _is_hidden(attributes)
        self._open.append((tag, quoted, silent))
        self._quoted += quoted
        self._silent += silent

    def end(self, tag: str) -> None:
        """A tag closes, and with it those within that were left open."""
        if tag in self._BREAKS:
            self._break()
        if not any(name == tag for name, _, _ in self._open):
            return
        while self._open:
            name, quoted, silent = self._open.pop()
            self._quoted -= quoted
            self._silent -= silent
            if name == tag:
                return

    def say(self, words: str) -> None:
        """Words between tags."""
        if not self._silent:
            self.lines[-1] += re.sub(r"\s+", " ", words)
            if self._quoted and self.lines[-1].strip() and not self.lines[-1].startswith(">"):
                self.lines[-1] = "> " + self.lines[-1].lstrip()

    def _break(self) -> None:
        if self.lines[-1].strip():
            self.lines.append("")


HTML_MAX = 300_000
"""Characters of a page that are looked at."""
_DEPTH_MAX = 200
_TAG_MAX = 2_000
# The library's parser takes time that grows with the square of what is left open; a mail can be written to do that. This reads each letter once.
_PIECE = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>?|<(?P<end>/?)(?P<tag>[a-zA-Z][\w:-]*)(?P<rest>[^<>]*)>?|(?P<words>[^<]+|(?:<(?![a-zA-Z/!?]))+|<)", re.S)
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite", "isreplycontent", "ntes_not_fresh", "protonmail_quote", "zmail_extra", "foxmail_quote", "mail_quote")


_BELOW = frozenset({"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"})
"""Below these everything is quoted."""


def _is_quote(tag: str, attributes: dict[str, str]) -> bool:
    named = f"{attributes.get('class', '')} {attributes.get('id', '')} {attributes.get('name', '')}".lower()
    return tag == "blockquote" or any(one in named for one in _QUOTES)


def _is_hidden(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or "display:none" in attributes.get("style", "").lower().replace(" ", "")


def text_of_html(html: str) -> str:
    """The words of an HTML page, line by line; hidden ones and styles left out, quoted ones marked with `>`.

    >>> text_of_html("<style>p {color: red}</style><p>I paid <b>yesterday</b>.<br>Li</p><blockquote>Dear Ms Li</blockquote>")
    'I paid yesterday.\\nLi\\n> Dear Ms Li'
    """
    found = _Words()
    for piece in _PIECE.finditer(html[:HTML_MAX]):
        if piece["words"]:
            found.say(unescape(piece["words"]))
        elif piece["tag"] and piece["end"]:
            found.end(piece["tag"].lower())
        elif piece["tag"]:
            found.begin(piece["tag"].lower(), {one[1].lower(): one[2] or one[3] or one[4] or "" for one in _ATTRIBUTE.finditer(piece["rest"][:_TAG_MAX])})
    return "\n".join(line.strip() for line in found.lines).strip()
