"""Does a letter say on paper what was written, in a form that lasts, with the address where the window is?"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pypdf
import pytest

from arrears.act.channels.letter.writing import TEMPLATE, Letterhead, WhyNot, Window, document_of, why_not, write
from arrears.act.paper.glyphs import families_here
from arrears.act.paper.setting import compiler
from arrears.act.sending import Outgoing
from arrears.core.codes import grouped
from tests.peers import require_peer

ON = date(2026, 3, 11)
LINK = "https://bank.example/v/"
CODE = "E6P3426QTPN00S"
SENDERS = {"zh": ("海港银行股份有限公司", "上海市浦东新区滨江大道1号", "200120 上海"), "en": ("Harbour Bank", "1 Quay Street", "London E1 9GU"),
           "es": ("Banco del Puerto", "Calle del Muelle 1", "28001 Madrid")}
LETTERS = {
    "zh": Outgoing(7, "00000000000077", "林静女士\n上海市徐汇区漕溪北路 18 号 3 单元 402 室\n200030 上海", "关于您的贷款账户",
                   "尊敬的林静女士：\n\n您的贷款账户截至2026年3月1日有一期款项 1,234.56 元尚未支付。如果您已经付款，请忽略本函。\n\n"
                   "如果您遇到困难，请与我们联系：我们可以一起商量分期、延期或者其他办法。\n\n此致\n海港银行客户服务部", "zh-CN"),
    "en": Outgoing(8, "00000000000088", "Ms Aoife O’Neill-Müller\n12b St. John’s Road\nLondon N1 9GU\nUnited Kingdom", "Your account",
                   "Dear Ms O’Neill-Müller,\n\nYou missed the payment of 1 March: £1,234.56 – please tell us if you have paid it.\n\nYours sincerely\nHarbour Bank", "en"),
    "es": Outgoing(9, "00000000000099", "Sra. María Núñez Ibáñez\nCalle Mayor 3, 2.º B\n28013 Madrid", "Su cuenta",
                   "Estimada señora Núñez:\n\n¿Ha pagado ya la cuota del 1 de marzo? Si no puede pagar, díganoslo: buscaremos juntos una solución.\n\nAtentamente", "es"),
}


pytestmark = pytest.mark.peer


@pytest.fixture(autouse=True)
def chinese_font():
    """Chinese letters need a font of the machine's."""
    return require_peer("fonts-noto-cjk")


def head(language: str = "en", window: Window = Window.DIN) -> Letterhead:
    return Letterhead(SENDERS[language], window, LINK)


def printed(*letters: Outgoing, window: Window = Window.DIN, language: str = "en"):
    made = write(head(language, window), [(one, CODE) for one in letters], ON)
    return made, pypdf.PdfReader(io.BytesIO(made.pdf))


def plain(text: str) -> str:
    """Without blanks and line ends, which paper sets as its width wants."""
    return re.sub(r"\s", "", text)


def text_of(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("window", Window)
@pytest.mark.parametrize("language", LETTERS)
def test_what_is_read_out_of_the_paper_is_what_was_written(language, window):
    one = LETTERS[language]
    _, reader = printed(one, window=window, language=language)
    found = plain(text_of(reader))
    for part in (one.address, one.subject, one.text, "".join(SENDERS[language]), one.key, grouped(CODE), LINK):
        assert plain(part) in found


def test_it_is_an_archive_file_with_a_structure_that_can_be_read_aloud_and_every_font_in_it():
    _, reader = printed(LETTERS["zh"], language="zh")
    told = reader.xmp_metadata.rdf_root.toxml()
    assert "<pdfaid:part>2</pdfaid:part>" in told and "<pdfaid:conformance>A</pdfaid:conformance>" in told
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("zh") and "/StructTreeRoot" in root and "/OutputIntents" in root
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    inside = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert fonts and all({"/FontFile2", "/FontFile3"} & set(one) for one in inside)


def test_every_letter_counts_its_own_pages():
    long = Outgoing(10, "K10", "Ms Li\nLondon", "Your account", "\n\n".join(f"Paragraph {n}: we would like to hear from you." for n in range(60)), "en")
    made, reader = printed(LETTERS["en"], long, LETTERS["es"])
    assert made.pages == ((1, 1), (2, 4), (5, 5))
    feet = [re.findall(r"\d / \d", page.extract_text())[-1] for page in reader.pages]
    assert feet == ["1 / 1", "1 / 3", "2 / 3", "3 / 3", "1 / 1"]


def test_the_same_letter_is_the_same_bytes():
    assert printed(LETTERS["zh"], language="zh")[0] == printed(LETTERS["zh"], language="zh")[0]


@pytest.mark.parametrize("language", LETTERS)
def test_a_reader_of_qr_codes_reads_the_address_of_the_code_from_the_sheet(language, tmp_path):
    found = shutil.which("zbarimg")
    reader = require_peer("zbar-tools", Path(found) if found else False)
    told = document_of(head(language), [(LETTERS[language], CODE)], ON)
    sheet = compiler(TEMPLATE).compile(format="png", ppi=150, sys_inputs={"letters": json.dumps({**told, "fonts": families_here()})})
    (tmp_path / "sheet.png").write_bytes(sheet if isinstance(sheet, bytes) else sheet[0])
    read = subprocess.run([reader, "-q", "--raw", str(tmp_path / "sheet.png")], capture_output=True, text=True, check=True).stdout
    assert read.strip() == LINK + CODE


WINDOWS_MM = {Window.DIN: (20, 105, 45, 90), Window.US: (19, 130, 49, 79), Window.PAGE: (20, 125, 45, 95)}
"""Left, right, top and bottom of what can be seen through the window."""


@pytest.mark.parametrize("window", Window)
def test_the_address_and_nothing_private_stands_in_the_window(window):
    long = "An exceedingly long name of a street in a far away village 1"
    one = Outgoing(8, "K", f"Ms Li\nc/o Wang\n{long}\nBuilding 7\nLondon N1 9GU\nUnited Kingdom", "Your account", "Dear Ms Li,", "en")
    _, reader = printed(one, window=window)
    page = reader.pages[0]
    height, left, right, top, bottom = float(page.mediabox.height), *WINDOWS_MM[window]
    seen: list[str] = []

    def look(text, matrix, _text_matrix, _font, size):
        x, y = (_text_matrix[4] * matrix[0] + matrix[4]) / 72 * 25.4, (height - (_text_matrix[5] * matrix[3] + matrix[5])) / 72 * 25.4
        if text.strip() and left <= x <= right and top <= y <= bottom:
            seen.append(text)

    page.extract_text(visitor_text=look)
    found = plain("".join(seen))
    above = plain(" · ".join(SENDERS["en"])) if window is not Window.US else ""
    assert found == above + plain(one.address)


def test_an_address_page_of_its_own_holds_the_address_alone():
    _, reader = printed(LETTERS["en"], window=Window.PAGE)
    first, second = (page.extract_text() for page in reader.pages)
    assert "Dear" not in first and "Your account" not in first and grouped(CODE) not in first
    assert "Dear" in second and grouped(CODE) in second


@pytest.mark.parametrize(("more", "reason"), [
    ({"address": ""}, WhyNot.NO_ADDRESS), ({"address": " \n "}, WhyNot.NO_ADDRESS), ({"address": "\n".join("1234567")}, WhyNot.ADDRESS_TOO_LONG),
    ({"address": "x" * 61 + "\nLondon"}, WhyNot.ADDRESS_TOO_LONG), ({"address": "路" * 31 + "\n上海"}, WhyNot.ADDRESS_TOO_LONG),
    ({"address": "路" * 30 + "\n上海"}, None), ({"address": "林\ue123\n上海"}, WhyNot.GLYPHS_MISSING), ({"text": "𒀀"}, WhyNot.GLYPHS_MISSING), ({"subject": "𠮷"}, None), ({}, None),
])
def test_what_cannot_be_printed_as_it_is_written_is_not_printed(more, reason):
    from dataclasses import replace

    assert why_not(replace(LETTERS["en"], **more), head()) is reason
