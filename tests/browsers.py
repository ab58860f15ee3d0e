"""A real browser for tests: Debian's Chromium, driven by Playwright; what it may not do, pages cannot do either."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.consoles import PASSWORD, PEOPLE, Running
from tests.servers import program

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
# Other tests may keep the machine busy: what is right comes in no time, and what never comes is told late.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser that reaches loopback alone."""
    with sync_playwright() as driver:
        arguments = [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        ]
        browser = driver.chromium.launch(
            executable_path=program("chromium", "chromium"), args=arguments, timeout=PATIENCE_MS
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def person(browser: Browser, running: Running, role: str, size: dict[str, int]) -> Iterator[Page]:
    """Give a page on which the person of a role has signed in by hand; script errors make the test fail."""
    context = browser.new_context(viewport=size, locale="zh-CN", base_url=running.url)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto("/")
    page.get_by_label("姓名").fill(PEOPLE[role])
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/")
    try:
        yield page
    finally:
        context.close()
    assert troubles == []
