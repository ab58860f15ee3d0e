"""Documentation is tested: every command, setting, rule key and finding code appears where its reader looks for it."""

import re
from pathlib import Path

import pytest

from config.campaign import Campaign, Rule
from config.console import ConsoleSettings
from config.mailboxes import MailboxSettings
from ingest.cli import cli
from reports.console.roles import ROLES
from reports.console.routes import ROUTES
from tests.test_architecture import ROOT, modules

README = (ROOT / "README.md").read_text(encoding="utf-8")
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
CONSOLE = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(cli.whole().commands))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"zhengji {command}" in README


def test_no_command_is_told_twice_in_the_readme() -> None:
    rows = re.findall(r"^\| `(zhengji .*?)` \|", README, re.MULTILINE)
    assert len(rows) > 20
    assert sorted(rows) == sorted(set(rows))


def test_every_finding_code_is_explained(campaign: Campaign) -> None:
    assert [rule.code for rule in campaign.rule if f"`{rule.code}`" not in RULES] == []


def test_every_key_of_a_rule_is_explained() -> None:
    assert [name for name in Rule.model_fields if f"`{name}`" not in RULES] == []


def test_every_page_of_the_console_is_explained() -> None:
    paths = [route.path.replace(":int", "") for route in ROUTES if not route.deed]
    assert [path for path in paths if f"`{path}`" not in CONSOLE] == []


def test_every_page_that_is_explained_is_there() -> None:
    table = CONSOLE.split("| address | who | shows |")[1].split("\n\n")[0]
    told = [path for row in table.splitlines() for path in re.findall(r"`(/[^`?]*)`", row.split("|")[1] if row else "")]
    assert sorted(told) == sorted({route.path.replace(":int", "") for route in ROUTES if not route.deed})


def test_every_setting_and_every_role_of_the_console_is_explained() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", CONSOLE.split("\n## Settings\n")[1].split("\n## ")[0], re.MULTILINE)
    assert sorted(", ".join(rows).split(", ")) == sorted(f"`{name}`" for name in ConsoleSettings.model_fields)
    assert [role for role in ROLES if f"| {role} (" not in CONSOLE] == []


_OAUTH_SECRETS = ("client_secret", "refresh_token")


def test_every_key_of_oauth_is_explained() -> None:
    page = (ROOT / "docs" / "mail-servers.md").read_text(encoding="utf-8")
    names = ["token_command", "client_id", "token_url", *_OAUTH_SECRETS, *(f"{name}_file" for name in _OAUTH_SECRETS)]
    assert [name for name in names if f"`{name}`" not in page or name not in MailboxSettings.model_fields] == []


def test_every_dependency_has_its_reason() -> None:
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").lower()
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [")[1].split("]\n")[0]
    names = re.findall(r'"([a-z-]+)', block)
    assert [name for name in names if name not in decisions] == []


def test_links_between_documents_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_code_and_comments_are_in_english() -> None:
    chinese = re.compile(r"^\s*# .*[\u4e00-\u9fff]{12,}")
    wrong = [
        f"{path.name}: {line}"
        for path in modules()
        for line in path.read_text(encoding="utf-8").splitlines()
        if chinese.match(line)
    ]
    assert wrong == []


def test_the_locks_hold_hashes_and_no_index_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = Path(ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|--index-url|--find-links", text)
        assert len(re.findall(r"^[a-z][^ ]*==", text, re.MULTILINE)) == len(re.findall(r"==.*\\\n", text))
