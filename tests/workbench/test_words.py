"""No page says a word that a Chinese reader cannot read, and every chart has its figures as text."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from arrears.core.reasons import Sentence
from arrears.engine import words
from arrears.engine.use_cases.reading import BucketCount
from arrears.workbench import charts
from arrears.workbench.definitions import DEFINITIONS
from arrears.workbench.translations import compile_into, words_known, words_used

TEMPLATES = Path(charts.__file__).parent / "templates"


def test_every_string_of_every_page_is_translated():
    known = words_known()
    untranslated = [said for said in words_used() if not (known.get(said) if isinstance(said, str) else all(known.get(said) or ("",)))]
    assert not untranslated


def test_no_translation_is_left_over_from_a_page_that_is_gone():
    assert set(words_known()) == words_used()


def test_a_translation_names_the_same_values_as_its_english():
    holes = re.compile(r"%\((\w+)\)")
    wrong = []
    for said, translated in words_known().items():
        english = said if isinstance(said, str) else said[-1]
        for text in [translated] if isinstance(translated, str) else translated:
            if set(holes.findall(text)) != set(holes.findall(english)):
                wrong.append((english, text))
    assert not wrong


def test_compiled_words_are_found_by_gettext(tmp_path):
    compile_into(tmp_path)
    chinese = gettext.translation("django", tmp_path, languages=["zh_Hans"])
    assert chinese.gettext("Worklist") == "工作清单"
    assert chinese.ngettext("%(n)s day", "%(n)s days", 5) == "%(n)s 天"


def test_no_page_says_a_word_outside_the_translation_tags():
    said = []
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", "", path.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.S)
        text = re.sub(r"<(script|style|pre|code|kbd)\b.*?</\1>", "", text, flags=re.S)
        plain = re.sub(r"<[^>]*>", " ", text)
        said += [(path.name, word) for word in re.findall(r"[A-Za-z]{2,}", plain) if word not in {"arrears", "En", "English", "Ctrl"}]
    assert not said


def test_every_vocabulary_speaks_both_languages():
    vocabularies = (words.QUEUES, words.HOLDS, words.CHANNELS, words.OUTCOMES, words.KINDS, words.ROLE_WORDS, words.ALERTS, words.ALERT_STATES, words.CONSENT, words.PRODUCTS, words.EVENTS, words.EVIDENCE, words.EVIDENCE_SOURCES, words.CLOCKS, words.CAPTURE_FACTS, words.REGIONS, words.BOOK_TABLES)
    sentences = [sentence for vocabulary in vocabularies for sentence in vocabulary.values()] + [part for one in DEFINITIONS for part in (one.term, one.meaning)]
    assert all(isinstance(sentence, Sentence) and sentence.en and re.search(r"[一-鿿]", sentence.zh) for sentence in sentences)


def test_a_chart_follows_light_and_dark_and_holds_its_figures_as_text():
    chart = charts.accounts_by_bucket([BucketCount("1-30", 1200), BucketCount("31-60", 300)], "en")
    assert chart is not None
    assert chart.rows == (("1–30 days", "1,200"), ("31–60 days", "300"))
    assert chart.title == "80 % of overdue accounts stand at 1–30 days"
    assert "var(--accent)" in chart.svg and "1,200" in chart.svg


def test_nothing_overdue_makes_no_chart():
    assert charts.accounts_by_bucket([], "zh") is None
