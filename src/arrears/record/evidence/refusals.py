"""Why is a file not kept as evidence, or not handed out? Said in both languages, since the person who must act may read either."""

from __future__ import annotations

from collections.abc import Mapping

from arrears.core.problems import BadData, Refused
from arrears.core.reasons import Language, Sentence


class NotKept(BadData):
    """The file is not of a kind that is kept, is too large, or holds what could act on its own. Nothing was kept.

    `code` names the reason for machines: type, name, active, hidden, broken, empty or size.
    """

    def __init__(self, code: str, what: Sentence, why: Sentence, remedy: Sentence) -> None:
        super().__init__(what.en, why.en, remedy.en)
        self.code, self.sentences = code, (what, why, remedy)

    def in_language(self, language: Language) -> tuple[str, ...]:
        """What happened, why it matters, what to do: for a reader of this language."""
        return tuple(sentence.in_language(language) for sentence in self.sentences)


class EvidenceMissing(Refused):
    """The store does not have the bytes of a piece of evidence."""


class EvidenceAltered(Refused):
    """The store's bytes are not those that were kept."""


class StoreRefused(Refused):
    """The store does not answer, refuses us, or does not lock what it is given."""

    retry_may_help = True


LOOKS_LIKE: Mapping[str, str] = {
    "a Windows program": "Windows 程序", "a program": "程序", "a script": "脚本", "an old or encrypted Office document": "旧版或加密的 Office 文档", "a RAR archive": "RAR 压缩包",
    "a 7-Zip archive": "7-Zip 压缩包", "a gzip archive": "gzip 压缩包", "a bzip2 archive": "bzip2 压缩包", "an xz archive": "xz 压缩包", "an archive": "压缩包",
    "a Windows shortcut": "Windows 快捷方式", "a GIF picture": "GIF 图片", "an RTF document": "RTF 文档", "a help file that can run scripts": "可运行脚本的帮助文件",
    "a TIFF picture": "TIFF 图片", "a bitmap": "BMP 图片", "film or pictures of another kind": "其他格式的影像", "something unknown": "未知格式",
    "something unknown behind a beginning of text": "开头为文本的未知格式", "text in an unknown encoding": "编码不明的文本", "a page or drawing with markup (HTML, SVG, XML)": "网页或标记文件（HTML、SVG、XML）",
    "a text called an e-mail: it has no sender or no date": "名为邮件但缺少发件人或日期的文本", "an e-mail of too many parts": "部分过多的邮件",
}
"""What a file can look like that is not kept, and its Chinese."""
ACTS: Mapping[str, str] = {
    "JavaScript": "JavaScript 脚本", "an action that starts a program": "启动程序的动作", "an embedded file": "嵌入的文件", "embedded media that can run": "可运行的嵌入媒体",
    "a form that can run scripts": "可运行脚本的表单", "an action that reads files": "读取文件的动作", "macros": "宏", "ActiveX controls": "ActiveX 控件", "embedded files": "嵌入的文件",
    "a file that can act": "可执行的文件", "commands added to the program that opens it": "附加到打开程序的命令", "links that fetch other files": "会读取其他文件的链接",
    "macros or embedded objects": "宏或嵌入的对象", "a template or object that is fetched from elsewhere": "从外部获取的模板或对象", "a field that starts another program": "启动其他程序的域",
    "a page or script hidden in its beginning": "藏在开头的网页或脚本",
}
"""What in a file can act on its own, and its Chinese."""
HIDDEN: Mapping[str, str] = {
    "the PDF is encrypted": "PDF 已加密", "its packed parts are too large": "压缩部分过大", "its objects are packed in an unusual way": "对象以罕见方式压缩",
    "the document is broken or encrypted": "文档损坏或已加密", "the document is broken": "文档损坏", "the document is put together in an unusual way": "文档结构异常",
    "it unpacks to too much": "解压后过大", "an archive is hidden behind it": "文件尾部藏有压缩包", "a PDF is hidden in its beginning": "文件开头藏有 PDF",
    "the picture goes on after its end, or is cut off": "图片结束后仍有内容，或被截断", "the e-mail is broken": "邮件损坏",
}
"""Why a file cannot be looked into, and its Chinese."""
_NOT_IN_TEN_YEARS = Sentence("Some kinds of file can act when they are opened, and some nobody can read in ten years.", "有些文件打开时会自行动作，有些多年后无法再读取。")
_KEPT_TYPES = Sentence(
    "Kept are: PDF, JPEG, PNG, WAV, MP3, OGG, M4A, MP4, plain text (.txt), e-mail (.eml), DOCX and XLSX without macros. Save it as one of these; keep the original with the device it came from.",
    "可保存：PDF、JPEG、PNG、WAV、MP3、OGG、M4A、MP4、纯文本（.txt）、邮件（.eml）以及不含宏的 DOCX、XLSX。请另存为其中一种，原件留在原设备上。")


def not_a_kept_type(named: str) -> NotKept:
    """The file is of no type that is kept; `named` is what it looks like, out of `LOOKS_LIKE`."""
    what = Sentence(f"The file looks like {named}, which is not kept as evidence.", f"该文件似为{LOOKS_LIKE[named]}，不能作为证据保存。")
    return NotKept("type", what, _NOT_IN_TEN_YEARS, _KEPT_TYPES)


def another_name(media_type: str, ending: str, endings: tuple[str, ...]) -> NotKept:
    """The file's name says another type than its bytes."""
    called = Sentence(f"ends “{ending}”", f"以“{ending}”结尾") if ending else Sentence("has no ending", "没有后缀")
    return NotKept(
        "name", Sentence(f"The file is {media_type}, but its name {called.en}.", f"该文件为 {media_type}，但文件名{called.zh}。"),
        Sentence("A file under a name of another kind is opened by the wrong program.", "名称与内容不符的文件会被错误的程序打开。"),
        Sentence(f"Look what it really is. Files of this type end in {' or '.join(endings)}.", f"请核实文件的真实类型。此类文件应以 {' 或 '.join(endings)} 结尾。"))


def acts_on_its_own(named: str) -> NotKept:
    """The file holds something that acts when it is opened; `named` out of `ACTS`."""
    return NotKept(
        "active", Sentence(f"The file holds {named}.", f"该文件含有{ACTS[named]}。"),
        Sentence("It could act when a colleague, a judge or an expert opens it.", "同事、法官或鉴定人打开时，它可能自行动作。"),
        Sentence("Print it to a PDF without this, or photograph it; keep the original with the device it came from.", "请打印为不含此内容的 PDF 或拍照保存，原件留在原设备上。"))


def hidden_from_view(named: str) -> NotKept:
    """The file cannot be looked into; `named` out of `HIDDEN`."""
    return NotKept(
        "hidden", Sentence(f"The file cannot be looked into: {named}.", f"无法检查该文件：{HIDDEN[named]}。"),
        Sentence("What cannot be looked into may hold something that acts when it is opened.", "无法检查的内容可能在打开时自行动作。"),
        Sentence("Save it without password and without packed parts, and add it again.", "请去掉密码和压缩内容后另存，再重新添加。"))


def cut_off() -> NotKept:
    """A PDF without its end."""
    return NotKept("broken", Sentence("The PDF is cut off: it has no end.", "PDF 不完整：缺少结尾。"), Sentence("It could not be opened later.", "以后将无法打开。"),
                   Sentence("Copy it again from where it came, and add it again.", "请从来源处重新复制，再添加一次。"))


def empty() -> NotKept:
    """A file without a byte."""
    return NotKept("empty", Sentence("The file is empty.", "文件是空的。"), Sentence("There is nothing to keep.", "没有可保存的内容。"),
                   Sentence("Look whether it was copied whole, and add it again.", "请确认复制完整后重新添加。"))


def too_large(limit: str) -> NotKept:
    """The file is larger than its kind may be."""
    return NotKept(
        "size", Sentence(f"The file is larger than {limit}, the most that is kept of this kind.", f"文件超过 {limit}，这是此类证据的上限。"), Sentence("Nothing of it was kept.", "未保存任何内容。"),
        Sentence("Send it in parts, or as another kind if it is one: recordings may be largest.", "请分段提交；若属其他种类请改选，录音录像的上限最高。"))


def of_attachment(refused: NotKept) -> NotKept:
    """An attachment of an e-mail is refused: why, and what to do instead."""
    what, why, _ = refused.sentences
    return NotKept(
        refused.code, Sentence(f"An attachment of the e-mail is not kept. {what.en}", f"邮件的一个附件不能保存。{what.zh}"), why,
        Sentence("Add the text of the e-mail as PDF; keep the original in its mailbox.", "请将邮件正文存为 PDF 后添加，原件留在邮箱中。"))
