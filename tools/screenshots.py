"""Pictures of home, worklist, alerts, case page and the two reports that are taken along, in both languages, on desktop and phone, light and dark.

Example (a server with synthetic data is running):

    .venv/bin/python tools/screenshots.py --url http://127.0.0.1:8000 --user manager --password … --output /tmp/pictures

`--readme FILE` also writes the worklist, English, light, desktop, as the picture of the README.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

CHROMIUM_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SIZES = {"desktop": {"width": 1360, "height": 860}, "phone": {"width": 390, "height": 844}}
LANGUAGES, THEMES = ("en", "zh"), ("light", "dark")


def sign_in(page: Page, url: str, user: str, password: str) -> None:
    """Through the page, as a person does."""
    page.goto(f"{url}/account/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/account/login" not in address)


def prefer(page: Page, url: str, *, language: str, theme: str) -> None:
    """Choose language and theme with the switches of the settings page."""
    page.goto(f"{url}/settings/")
    page.click(f"main button[name=language][value={language}]")
    page.wait_for_load_state()
    page.click(f"main button[name=theme][value={theme}]")
    page.wait_for_load_state()


def pages_of(page: Page, url: str) -> dict[str, str]:
    """Address of each page that is pictured: the case is the first of the worklist."""
    page.goto(f"{url}/worklist/")
    case = page.get_attribute("table.worklist tbody tr:first-child a.way", "href")
    return {"home": f"{url}/home/", "worklist": f"{url}/worklist/", "alerts": f"{url}/alerts/", "case": f"{url}{case}"}


def reports_of(page: Page, url: str, case: str, folder: Path) -> dict[str, str]:
    """Address of each report as a file: fetched as the signed-in person does, since a browser downloads instead of showing it."""
    wanted = {"portfolio-report": f"{url}/home/portfolio.html", "case-report": f"{case}report.html"}
    found = {}
    for name, address in wanted.items():
        file = folder / f"{name}.html"
        file.write_bytes(page.context.request.get(address).body())
        found[name] = file.as_uri()
    return found


def picture_all(context: BrowserContext, url: str, output: Path, size: str) -> None:
    """Each page in each language and theme at one size."""
    page = context.new_page()
    for language in LANGUAGES:
        for theme in THEMES:
            prefer(page, url, language=language, theme=theme)
            page.emulate_media(color_scheme=theme)
            pages = pages_of(page, url)
            with tempfile.TemporaryDirectory() as folder:
                for name, address in {**pages, **reports_of(page, url, pages["case"], Path(folder))}.items():
                    page.goto(address + (f"#{language}" if name == "portfolio-report" else ""))
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=output / f"{name}-{language}-{size}-{theme}.png", full_page=name not in ("worklist", "portfolio-report"))


def main() -> None:
    """Read the arguments and make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--readme", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=CHROMIUM_FLAGS)
        for size, viewport in SIZES.items():
            context = browser.new_context(viewport=viewport)
            context.set_default_timeout(30_000)
            sign_in(context.new_page(), asked.url, asked.user, asked.password)
            picture_all(context, asked.url, asked.output, size)
            context.close()
        browser.close()
    if asked.readme:
        asked.readme.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(asked.output / "worklist-en-desktop-light.png", asked.readme)


if __name__ == "__main__":
    main()
