"""The pages in a real browser: by keyboard, in both languages, light and dark, on a phone, with and without JavaScript."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from tests.peers import require_peer
from tests.workbench.conftest import PASSWORD

pytestmark = pytest.mark.peer
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_said: object) -> None:
        """Nothing on the terminal of the tests."""


@pytest.fixture
def address(bank) -> Iterator[str]:
    """The site, served by one thread of this process as arrears_app."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connections

    def served(environ, start_response):
        try:
            return [b"".join(application(environ, start_response))]
        finally:
            connections.close_all()

    application = WSGIHandler()
    server = make_server("127.0.0.1", 0, served, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium."""
    program = require_peer("chromium")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs a loop in this thread; Django is asked outside of it
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(program), args=FLAGS)
        yield opened
        opened.close()


def sign_in(context, address: str, name: str):
    """A page in which this person has signed in; complaints of the browser are gathered in `page.complaints`."""
    page = context.new_page()
    page.set_default_timeout(60_000)  # A machine may be busy: this only says when to give up.
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/account/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/account/login" not in url)
    return page


def overflow(page) -> int:
    """By how many pixels is the page wider than the window?"""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_manager_goes_from_sign_in_to_a_case_by_keyboard_alone(browser, address, bank):
    context = browser.new_context()
    page = sign_in(context, address, "manager")
    assert page.url.endswith("/home/")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/worklist/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**")
    assert page.inner_text("h1") == "L*** 林***"
    page.keyboard.press("o")
    page.wait_for_selector("form.opened")
    assert page.inner_text("h1") == "Lin 林晓" and "10012345101" in page.inner_text("main")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_url("**/worklist/")
    assert page.complaints == []
    context.close()


def test_the_interactive_chart_replaces_the_drawing_under_our_content_policy(browser, address, bank):
    context = browser.new_context()
    page = sign_in(context, address, "manager")
    page.wait_for_selector("figure.chart.live svg")
    assert page.complaints == []
    context.close()


def test_a_filter_changes_the_list_without_leaving_the_page(browser, address, bank):
    from playwright.sync_api import expect

    context = browser.new_context()
    page = sign_in(context, address, "collector")
    page.goto(f"{address}/worklist/?queue=all")
    assert page.locator("table.worklist tbody tr").count() == 3
    page.select_option("select[name=bucket]", "1-30")
    expect(page.locator("table.worklist tbody tr")).to_have_count(1)
    assert "bucket=1-30" in page.url and page.complaints == []
    context.close()


def test_language_and_theme_switch_and_stay(browser, address, bank):
    context = browser.new_context()
    page = sign_in(context, address, "collector")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("header button[name=language][value=zh]")
    page.wait_for_selector("html[lang=zh-hans]")
    page.click("header button[name=theme][value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    assert page.inner_text("h1") == "工作清单"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_no_page_is_wider_than_the_screen(browser, address, bank, language):
    from arrears.core.ids import id_text

    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = sign_in(context, address, "administrator")
    page.click(f"header button[name=language][value={language}]")
    wide = {}
    for path in ("/home/", "/worklist/?queue=all", f"/cases/{id_text(bank.book.lin)}/", f"/cases/{id_text(bank.book.lin)}/journal/", "/users/", "/users/add/", "/settings/",
                 "/definitions/", "/search/?q=x", "/account/password/", "/account/second-factor/", "/cases/NOSUCHCASE/"):
        page.goto(address + path)
        if overflow(page) > 0:
            wide[path] = overflow(page)
    assert not wide
    context.close()


def test_without_javascript_the_worklist_can_be_filtered_and_a_case_read(browser, address, bank):
    context = browser.new_context(java_script_enabled=False)
    page = sign_in(context, address, "collector")
    page.goto(f"{address}/worklist/?queue=all")
    page.select_option("select[name=bucket]", "61-90")
    page.click("form.filters button[type=submit]")
    assert page.locator("table.worklist tbody tr").count() == 2
    page.click("table.worklist a.way >> nth=0")
    assert page.locator(".field-box").count() == 4 and page.locator("figure.chart svg").count() == 1
    context.close()


def test_every_control_has_a_name_for_a_screen_reader(browser, address, bank):
    context = browser.new_context()
    page = sign_in(context, address, "administrator")
    for path in ("/home/", "/worklist/", "/users/", "/settings/"):
        page.goto(address + path)
        nameless = page.evaluate("""() => [...document.querySelectorAll('input:not([type=hidden]), select, button, a')].filter(control =>
            !(control.labels && control.labels.length) && !control.getAttribute('aria-label') && !control.textContent.trim()).map(control => control.outerHTML)""")
        assert nameless == []
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground_by_at_least_four_and_a_half_to_one(browser, address, bank, theme):
    context = browser.new_context()
    page = sign_in(context, address, "manager")
    page.click(f"header button[name=theme][value={theme}]")
    page.wait_for_selector(f"html[data-theme={theme}]")
    ratios = page.evaluate("""() => {
        const style = getComputedStyle(document.documentElement), probe = document.createElement('i');
        document.body.append(probe);
        const light = (name) => {
            probe.style.color = style.getPropertyValue(name);
            const parts = getComputedStyle(probe).color.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255)
                .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
        const pairs = [];
        for (const ink of ['--ink', '--ink-soft', '--accent', '--amber', '--brick', '--green']) for (const paper of ['--paper', '--paper-2']) pairs.push([ink, paper]);
        pairs.push(['--amber', '--amber-wash'], ['--ink', '--amber-wash'], ['--ink', '--brick-wash'], ['--accent', '--accent-wash'], ['--accent-ink', '--accent']);
        for (const shade of ['--s1', '--s2', '--s3', '--s4', '--s5']) pairs.push(['--ink', shade]);
        return pairs.map(([a, b]) => [a, b, ratio(a, b)]);
    }""")
    assert [pair for pair in ratios if pair[2] < 4.5] == []
    context.close()
