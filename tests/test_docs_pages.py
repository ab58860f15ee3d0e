"""The pages hold together: links lead somewhere, each is reached, the twins say the same, and every command exists."""

import re
from pathlib import Path

import pytest

from tests.doc_pages import PAGES, SHELL, anchors, blocks, links, prose, spoken_of, text_of, trouble
from tests.test_architecture import DOORS, ROOT

NAMES = [str(path.relative_to(ROOT)) for path in PAGES]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=NAMES)
# The reference is as long as there are commands; all else is to be read in one sitting.
_LONGEST, _REFERENCE = 400, {"commands.md"}
# What whoever deploys lays there; git ignores it.
_GIVEN = {"deploy/zhengji.toml"}


@EVERY_PAGE
def test_every_link_and_every_anchor_leads_somewhere(page: Path) -> None:
    for link in links(page):
        target, _, anchor = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), link
        if anchor:
            assert anchor in anchors(there), link


def test_every_page_is_reached_from_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        targets = ((page.parent / link.partition("#")[0]).resolve() for link in links(page) if "://" not in link)
        waiting += [one for one in targets if one.suffix == ".md" and one.is_file()]
    assert sorted(set(PAGES) - seen) == []


def test_the_index_names_every_page_once_a_reader() -> None:
    index = ROOT / "docs" / "README.md"
    named = links(index)
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    pages |= {f"../deploy/{path.name}" for path in (ROOT / "deploy").glob("*.md")}
    assert sorted(named) == sorted(set(named))
    assert pages == set(named)


@EVERY_PAGE
def test_no_page_is_too_long_and_none_has_two_headings_of_the_first_rank(page: Path) -> None:
    assert page.name in _REFERENCE or text_of(page).count("\n") <= _LONGEST
    assert len(re.findall(r"^# ", prose(page), re.MULTILINE)) == 1


@EVERY_PAGE
def test_every_command_that_a_page_speaks_of_exists_with_its_options(page: Path) -> None:
    assert [f"{line}: {wrong}" for line in spoken_of(page) if (wrong := trouble(line))] == []


def test_a_command_or_an_option_that_does_not_exist_is_found() -> None:
    assert trouble("zhengji digset") == "no command digset"
    assert trouble("zhengji digest --sned") == "no option --sned"
    assert trouble("zhengji user add|remove 陈静") == "no command add|remove"
    assert trouble("zhengji remind 浙江 --to-drafts") is None
    assert trouble("zhengji decide value 小区 栏目 值 --note 电话") is None
    assert trouble("zhengji deadline snapshot|verify|report") is None
    assert trouble("zhengji --config /srv/zhengji.toml status --as-of 2026-08-05") is None
    assert sum(1 for page in PAGES for _ in spoken_of(page)) > 200


@EVERY_PAGE
def test_a_shell_block_that_is_marked_is_one_that_a_shell_can_run(page: Path) -> None:
    for block in blocks(page):
        if block.is_run:
            assert block.language == "sh"
            assert "…" not in re.sub(r" #.*", "", block.text)
            assert set(block.info.split()) <= {"sh", "runnable", "empty"}
        assert block.language in SHELL | {
            "text",
            "diff",
            "toml",
            "python",
            "sql",
            "nginx",
            "caddy",
            "ini",
            "yaml",
            "json",
            "powershell",
            "dockerfile",
            "html",
            "xml",
        }


def test_the_twins_say_the_same() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh.md"
    ranks = [
        [len(sharps) for sharps in re.findall(r"^(#+) ", prose(page), re.MULTILINE)] for page in (english, chinese)
    ]
    assert ranks[0] == ranks[1]
    typed = [[(block.info, re.sub(r"\s*#.*", "", block.text)) for block in blocks(page)] for page in (english, chinese)]
    assert typed[0] == typed[1]
    led = [sorted(set(links(page)) - {"README.md", "README.zh.md"}) for page in (english, chinese)]
    assert led[0] == led[1]
    commands = [re.findall(r"`(zhengji [^`]+)`", prose(page)) for page in (english, chinese)]
    assert commands[0] == commands[1]
    pictures = [re.findall(r"!\[[^\]]+\]\(([^)]+)\)", prose(page)) for page in (english, chinese)]
    assert pictures[0] == pictures[1]


def test_the_readme_begins_with_what_it_is_a_picture_and_two_commands() -> None:
    for name in ("README.md", "README.zh.md"):
        top = text_of(ROOT / name)
        places = [
            top.index(part)
            for part in (
                "digest.webp",
                "console.webp",
                "make demo",
                "make test",
                "zhengji init",
                "zhengji worker",
                "docs/manual.zh.md",
                "docs/developer.md",
            )
        ]
        assert places == sorted(places)
        assert top[: places[-1]].count("\n") < 90


_CJK = r"[\u4e00-\u9fff]"
_CHINESE = {"campaign.md", "operator.md", "backup.md", "alarms.md", "retention.md", "providers.md", "windows.md"}


@pytest.mark.parametrize(
    "page", [one for one in PAGES if one.name.endswith(".zh.md") or one.name in _CHINESE], ids=lambda one: one.name
)
def test_chinese_is_set_with_its_own_marks(page: Path) -> None:
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->", "x", prose(page))
    assert re.findall(rf"{_CJK}[,;:!?]|{_CJK}\(|\({_CJK}", text) == []
    assert re.findall(r"。。|，，|、、|，。|[\u4e00-\u9fff] [\u4e00-\u9fff]{2,}。", text) == []


@EVERY_PAGE
def test_every_file_that_a_page_speaks_of_is_there(page: Path) -> None:
    spans = re.findall(r"`([^`\n]+)`", prose(page))
    rooms = r"(?:config|store|parsers|reports|ingest|tests|docs|benchmarks|deploy)"
    named = {span for span in spans if re.fullmatch(rf"{rooms}/[\w./-]+\.(?:py|toml|txt|md|csv|sh)|test_\w+\.py", span)}
    made = {info.split()[-1] for info in re.findall(r"^```python (\S+)$", text_of(page), re.MULTILINE)}
    # A door may be named before the wall is built around it.
    doors = {door for entries in DOORS.values() for door in entries}
    named = {name for name in named if name not in _GIVEN and not name.startswith("deploy/secrets/")}
    lost = [name for name in named - made - doors if not ((ROOT / name).exists() or (ROOT / "tests" / name).exists())]
    assert lost == []


@EVERY_PAGE
def test_every_target_of_make_and_every_benchmark_that_a_page_speaks_of_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = re.findall(r"`make ([a-z]+)", text_of(page)) + re.findall(r"^make ([a-z]+)", text_of(page), re.MULTILINE)
    assert set(told) <= targets
    benchmarks = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert set(re.findall(r"make bench ARGS=([a-z_]+)", text_of(page))) <= benchmarks
