"""Opens every page of the built site in Chromium: ``python .ci/site_check.py SITE``.

What a script asks for is not seen in the files. Here no page may ask another host for anything, find
something missing, or fail; and the search finds a Chinese word.
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Response, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
from conftest import CHROMIUM, FLAGS


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def faults(site: Path) -> list[str]:
    """Return what went wrong, a line each, after every page was opened and one search was made."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}/"
    found: list[str] = []

    def answered(response: Response) -> None:
        # The switch between languages asks for a map of each; without an address of the site there is one.
        if response.status >= 400 and not response.url.endswith("zh/sitemap.xml"):
            found.append(f"{response.url}: {response.status}")

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.on(
            "request",
            lambda x: found.append(f"asked: {x.url}") if not x.url.startswith((home, "data:")) else None,
        )
        page.on("response", answered)
        page.on("pageerror", lambda error: found.append(str(error)))
        for path in sorted(site.rglob("*.html")):
            found.append(f"-- {path.relative_to(site).as_posix()}")
            page.goto(home + path.relative_to(site).as_posix(), wait_until="networkidle")
            if found[-1].startswith("-- "):
                found.pop()
        page.goto(home + "zh/index.html")
        page.locator("[data-md-component=search-query]").fill("内网安装")
        page.keyboard.press("End")  # the theme looks at what was typed when a key is let go
        page.locator(".md-search-result__item").first.wait_for(state="attached")
        browser.close()
    server.shutdown()
    return found


if __name__ == "__main__":
    if wrong := faults(Path(sys.argv[1])):
        sys.exit("\n".join(wrong))
