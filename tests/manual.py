"""`make manual FOLDER`: 使用手册 as one HTML page that needs nothing beside it, and as PDF for the printer.

With `--pictures` its pictures, and those of the README, are drawn anew first, from the sample campaign.
"""

import base64
import re
import sys
import tempfile
from pathlib import Path

import markdown
from playwright.sync_api import Browser

from tests.browsers import chromium
from tests.consoles import filled_console, served
from tests.manual_pictures import draw_all, prepare

ROOT = Path(__file__).parent.parent
DOCS, PICTURES = ROOT / "docs", ROOT / "docs" / "pictures"
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head><body><main>
{body}
</main></body></html>
"""
_STYLE = """
body { margin: 0; background: #f4f5f7; color: #1d2129; font: 17px/1.75 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
main { max-width: 46em; margin: 0 auto; padding: 1.5em 2em 4em; background: #fff; }
h1 { font-size: 1.9em; border-bottom: 3px solid #1d4f7c; padding-bottom: .3em; }
h2 { font-size: 1.35em; color: #1d4f7c; margin-top: 2.2em; border-bottom: 1px solid #d5dae1; padding-bottom: .2em; }
img { display: block; max-width: 100%; height: auto; margin: 1em auto; border: 1px solid #c3cad4; border-radius: 6px; }
img[alt="手机上的总览"] { max-width: 16em; }
a { color: #17578f; } code { background: #eef1f5; padding: .1em .3em; border-radius: 4px; }
pre { background: #eef1f5; padding: .8em 1em; border-radius: 6px; overflow-x: auto; } pre code { padding: 0; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #c3cad4; padding: .4em .7em; text-align: left; vertical-align: top; }
th { background: #eef1f5; }
@media (max-width: 600px) { main { padding: 1em; } body { font-size: 16px; } }
@page { size: A4; margin: 18mm 16mm; }
@media print { body { background: #fff; font-size: 10.5pt; line-height: 1.6; } main { max-width: none; padding: 0; }
  h2, p:has(+ p > img) { break-after: avoid; } img { break-inside: avoid; max-height: 108mm; width: auto; }
  img[alt$='的催报函'] { max-height: 165mm; } tr { break-inside: avoid; } a { color: inherit; text-decoration: none; } }
"""


def slug(heading: str, _separator: str = "-") -> str:
    """Return the anchor of a heading as GitHub makes it: letters and figures stay, a space is a dash, marks go."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def html_of(page: Path, pictures: Path = PICTURES) -> str:
    """Return a page of the documentation as HTML with its pictures inside; links to other pages lose their address."""
    text = page.read_text(encoding="utf-8")
    # A list may follow its sentence at once, as GitHub reads it.
    text = re.sub(r"(?m)^(?![-\d|>#\s])(.+)\n(?=(?:- |1\. ))", r"\1\n\n", text)
    tools = ["tables", "fenced_code", "toc", "sane_lists"]
    body = markdown.markdown(text, extensions=tools, extension_configs={"toc": {"slugify": slug}})
    body = re.sub(r'<a href="(?!#)[^"]*">(.*?)</a>', r"\1", body)
    body = re.sub(
        r'src="pictures/([\w-]+)\.webp"', lambda found: f'src="{_inside(pictures / f"{found[1]}.webp")}"', body
    )
    # Chinese has no space where a line of the text ended.
    body = re.sub(
        r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef“《<])(?!</?(?:ul|ol|li|p|h|t|pre|img))",
        "",
        body,
    )
    title = text.partition("\n")[0].lstrip("# ")
    return _PAGE.format(title=title, style=_STYLE, body=body)


def _inside(picture: Path) -> str:
    return "data:image/webp;base64," + base64.b64encode(picture.read_bytes()).decode()


def write(browser: Browser, folder: Path, pictures: Path = PICTURES) -> tuple[Path, Path]:
    """Write the manual as HTML and PDF into a folder; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page, pdf = folder / "使用手册.html", folder / "使用手册.pdf"
    page.write_text(html_of(DOCS / "manual.zh.md", pictures), encoding="utf-8")
    shown = browser.new_page()
    shown.goto(page.as_uri())
    shown.pdf(path=pdf, format="A4", print_background=True, prefer_css_page_size=True)
    shown.close()
    return page, pdf


def main() -> None:
    """Write the manual into the folder that is named on the command line."""
    folder, anew = Path(sys.argv[1]), "--pictures" in sys.argv
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        if anew:
            print("正在收下样例邮件并截图，约需两分钟……", flush=True)
            with filled_console(Path(name)) as running:
                prepare(running, Path(name) / "more")
                with served(running):
                    draw_all(browser, running, PICTURES)
        for path in write(browser, folder):
            print(path)


if __name__ == "__main__":
    main()
