"""Under which name and address do debtors know this lender, and by which route of their own can they check a message?

A small file of the lender's own, `portal.yaml` in the home, every key optional. Nothing of it is secret, and nothing in it may tell of a debt.

    url: https://bank.example                   # under which debtors reach the public pages
    name: {en: Example Bank, zh: 示例银行}        # how the sender is called; without it, the institution's own name
    check_by: {en: "Call 95000, the number on the back of your card.", zh: 请拨打卡片背面的 95000 核实。}
    letter:                                     # on letters
      sender: [示例银行股份有限公司, 上海市滨江大道1号, 200120 上海]
      window: din                               # din, us, page: where the address stands
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from arrears.act.channels.letter.writing import Letterhead, Window
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.core.problems import Refused
from arrears.engine.home import Home
from arrears.engine.law_terms import law_terms

SOURCE = "portal.yaml"
LANGUAGES = ("en", "zh", "es")


@dataclass(frozen=True, slots=True)
class PortalTerms:
    """What the lender states; texts by language (`LANGUAGES`), empty where nothing is said."""

    url: str = ""
    name: Mapping[str, str] = field(default_factory=dict)
    check_by: Mapping[str, str] = field(default_factory=dict)
    sender: tuple[str, ...] = ()
    window: Window = Window.DIN

    @property
    def check_url(self) -> str:
        """Where the code of a message is looked up: the code follows."""
        return f"{self.url}/v/"

    @property
    def stop_url(self) -> str:
        """Where e-mails are stopped: the code follows."""
        return f"{self.url}/stop/"


def portal_terms(home: Home) -> PortalTerms:
    """What `portal.yaml` of this home states; nothing where there is none.

    Raises:
        BadData: the file cannot be understood.
    """
    file = home.root / SOURCE
    return read_terms(file.read_text(encoding="utf-8")) if file.is_file() else PortalTerms()


def read_terms(text: str) -> PortalTerms:
    """What this text states.

    >>> terms = read_terms("{url: https://bank.example/, name: {en: Example Bank}}")
    >>> terms.check_url, dict(terms.name)
    ('https://bank.example/v/', {'en': 'Example Bank'})
    >>> read_terms("{adress: https://bank.example}")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: portal.yaml: not known: adress. ...
    """
    fields = Fields(SOURCE, content_of(SOURCE, text))
    letter = Fields(f"{SOURCE}: letter", fields.take("letter")) if fields.has("letter") else None
    url = fields.text("url", "").rstrip("/")
    if url and not url.startswith("https://"):
        raise refused(SOURCE, "url must begin with https://.")
    found = PortalTerms(
        url, _by_language(fields, "name"), _by_language(fields, "check_by"), letter.names("sender") if letter is not None else (),
        letter.choice("window", Window, Window.DIN) if letter is not None else Window.DIN)
    if letter is not None:
        letter.done()
    fields.done()
    return found


def letterhead(home: Home) -> Letterhead:
    """In whose name letters are written.

    Raises:
        Refused: sender or address of the public pages are not stated.
    """
    terms = portal_terms(home)
    if not terms.sender or not terms.url:
        raise Refused(f"{home.root / SOURCE} does not say who sends letters (letter: sender) or where their codes are looked up (url).",
                      "A letter without them cannot be answered or checked.", "Write both into it.")
    return Letterhead(terms.sender, terms.window, terms.check_url)


def zone_of(home: Home) -> ZoneInfo:
    """By whose calendar are letters dated and days told on public pages? The first zone of `law.yaml`, else UTC."""
    return ZoneInfo(next(iter(law_terms(home).zones), "UTC"))


def _by_language(fields: Fields, name: str) -> Mapping[str, str]:
    stated = fields.mapping(name) if fields.has(name) else {}
    unknown = sorted(set(stated) - set(LANGUAGES))
    if unknown:
        raise refused(SOURCE, f"{name}: not known: {', '.join(unknown)}. Known are {', '.join(LANGUAGES)}.")
    return stated
