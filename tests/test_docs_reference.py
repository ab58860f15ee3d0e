"""Documentation is tested: every command, option, setting, key, fact, code, view and column stands where it is looked for."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from config.campaign import CLUES, FILING_CLUES, Campaign
from config.section import Section
from config.settings import Settings, load_settings
from reports.checks import CHECKS
from reports.export import COLUMNS
from reports.subjects import FACTS
from tests import reference
from tests.test_architecture import ROOT

DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_a_reference_page_says_what_the_code_says(name: str) -> None:
    kept = (DOCS / name).read_text(encoding="utf-8")
    assert kept == reference.PAGES[name](), "run: make reference"


def test_every_command_and_every_option_is_in_the_reference() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    for name, command in reference.commands():
        part = page.split(f"# {name}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
        for option in reference.options(command):
            assert re.search(rf"`[^`]*{re.escape(option.opts[-1])}\b", part), f"{name} {option.opts}"
    assert len(list(reference.commands())) > 60


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    silent = [name for name, command in reference.commands() if not (command.help or "").strip()]
    mute = [
        f"{name} {option.opts[-1]}"
        for name, command in reference.commands()
        for option in reference.options(command)
        if not option.help
    ]
    assert (silent, mute) == ([], [])


def test_every_setting_of_every_section_has_its_row_remark_and_variable() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| (.*?) \| .*`(ZHENGJI_[A-Z0-9_]+)` \|$", page, re.MULTILINE)
    assert len(rows) == sum(len(reference.keys(model)) for _, model in reference.models()) > 90
    assert [key for key, remark, _ in rows if not remark.strip()] == []
    assert len({variable for *_, variable in rows}) > 85


def test_every_setting_has_its_line_in_the_starter_file() -> None:
    said = reference.starter_remarks()
    wanted = {(table, key) for table, model in reference.models() for key in reference.keys(model)}
    # A secret has a line for the file that holds it; of two kinds of mailboxes the usual one need not be named.
    spared = {(table, key) for table, key in wanted if (table, f"{key}_file") in wanted} | {
        ("mailboxes (imap)", "kind")
    }
    assert sorted(wanted - spared - set(said)) == []
    assert sorted(set(said) - wanted) == []


def test_the_variable_that_a_setting_is_said_to_have_sets_it() -> None:
    path = ROOT / "config" / "starter.toml"
    variables = {
        one.key: reference.variable_of(one.table, one.key) for one in reference.settings() if one.table == "console"
    }
    assert load_settings(path, {variables["port"]: "8399"}).console.port == 8399
    assert load_settings(path, {variables["hosts"]: "a.cn,b.cn"}).console.hosts == ("a.cn", "b.cn")


def test_every_example_of_the_starter_file_is_toml() -> None:
    for one in reference.settings():
        if one.example:
            assert tomllib.loads(f"x = {one.example}")["x"] is not None, one.key


def tables(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield the tables of a campaign file, each once."""
    seen: list[type[BaseModel]] = []

    def below(one: type[BaseModel]) -> None:
        if one in seen:
            return
        seen.append(one)
        for field in one.model_fields.values():
            for inner in reference.tables_in(field):
                below(inner)

    below(model)
    yield from seen


@pytest.mark.parametrize("table", list(tables(Campaign)), ids=lambda one: one.__name__)
def test_every_key_of_every_table_of_a_campaign_file_is_explained(table: type[BaseModel]) -> None:
    pages = (DOCS / "campaign.md").read_text(encoding="utf-8") + (DOCS / "rules.md").read_text(encoding="utf-8")
    assert [name for name in table.model_fields if f"`{name}`" not in pages and f"[{name}" not in pages] == []


def test_every_clue_of_senders_and_of_filing_is_named() -> None:
    page = (DOCS / "campaign.md").read_text(encoding="utf-8")
    assert [name for name in (*CLUES, *FILING_CLUES) if f"`{name}`" not in page] == []


def test_every_fact_and_every_check_is_listed() -> None:
    page = (DOCS / "facts.md").read_text(encoding="utf-8")
    assert [name for table in FACTS.values() for name in table if f"| `{name}` |" not in page] == []
    assert [name for name in CHECKS if f"| `{name}` |" not in page] == []


def test_every_rule_of_the_page_is_one_of_the_campaign_with_its_words(campaign: Campaign) -> None:
    page = (DOCS / "rules.md").read_text(encoding="utf-8").split("## The rules of 2026")[1]
    told = re.findall(r"^\| `([a-z._]+)` \| (\w+) \| (\w+) \| (.+?) \| (.+) \|$", page, re.MULTILINE)
    meant = [(one.code, one.on, one.severity, one.clause, one.say.replace("|", "\\|")) for one in campaign.rule]
    assert sorted(told) == sorted(meant)


def test_every_view_and_every_column_is_explained() -> None:
    page = (DOCS / "views.md").read_text(encoding="utf-8")
    for view, columns in COLUMNS.items():
        part = page.split(f"\n## {view} ")[1].split("\n## ")[0]
        assert [name for name in columns if f"| `{name}` |" not in part] == [], view


def test_exit_codes_are_those_that_the_command_line_gives() -> None:
    from ingest import cli

    said = re.findall(r"\b([0-9]) ", (cli.__doc__ or "").split("Exit codes:")[1])
    assert sorted(map(int, said)) == sorted(reference.EXIT_CODES)
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert all(f"| {code} | {text} |" in page for code, text in reference.EXIT_CODES.items())


def test_a_table_that_is_added_to_the_settings_is_asked_about() -> None:
    class Strange(Section):
        unheard_of: int = 3

    class Wider(Settings):
        strange: Strange = Strange()

    assert "strange" in {table for table, _ in reference.models(Wider)}
