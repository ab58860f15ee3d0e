"""The conversation of `zhengji init`: what is asked in which order, and what is written at its end."""

import re
from datetime import datetime, time
from pathlib import Path

from config.associations import load_associations
from config.campaign import Campaign, load_campaign
from config.errors import ConfigError
from config.selected import load_selected
from config.settings import CampaignSettings
from ingest.setup.answers import Answers
from ingest.setup.database import ask_database
from ingest.setup.mailboxes import ask_mailboxes, polled
from ingest.setup.sending import ask_sending
from ingest.setup.talk import Talk
from ingest.setup.writing import backup_of, write

_TIME = re.compile(r"(\d{1,2})[:：](\d{2})")


def run(talk: Talk, path: Path, now: datetime) -> bool:
    """Ask, write, and say how to go on; tell whether anything was written."""
    talk.say("hello", path=path.absolute())
    replaced = backup_of(path, now) if path.exists() else None
    if replaced and not talk.yes("exists", default=False, path=path, backup=replaced.name):
        talk.say("left", path=path)
        return False
    answers = _asked(talk, path.absolute().parent)
    _sum_up(talk, answers)
    if not talk.yes("write", default=True, path=path):
        talk.say("nothing")
        return False
    kept = write(path, answers, replaced)
    talk.say("written", path=path, secrets="、".join(f"secrets/{one.name}" for one in kept) or "—")
    talk.say("next", config="" if path == Path("zhengji.toml") else f"--config {path} ")
    return True


def _asked(talk: Talk, base: Path) -> Answers:
    answers = Answers()
    campaign = _ask_campaign(talk, base, answers)
    ask_mailboxes(talk, campaign, answers)
    ask_sending(talk, answers)
    answers.database_url = ask_database(talk, base)
    answers.digest_time = _ask_time(talk, answers.digest_time)
    return answers


def _ask_campaign(talk: Talk, base: Path, answers: Answers) -> Campaign:
    """Ask which call runs, and for the two tables that belong to it."""
    while True:
        name = talk.ask("campaign", CampaignSettings().id)
        try:
            campaign = load_campaign(name, base)
        except ConfigError as error:
            talk.say("wrong", why=error)
            continue
        talk.say("campaign.is", title=campaign.call.title, deadline=campaign.call.deadline)
        answers.campaign = {"id": name}
        for key, load in (("roster", load_associations), ("already_selected", load_selected)):
            if path := _ask_table(talk, base, key, load):
                answers.campaign[key] = path
        return campaign


def _ask_table(talk: Talk, base: Path, key: str, load: object) -> str:
    """Return the path of a table that can be read, as it was typed; empty where there is none yet."""
    while typed := talk.ask(key):
        try:
            load(base / Path(typed).expanduser())  # type: ignore[operator] # (one of two loaders)
        except ConfigError as error:
            talk.say("wrong", why=error)
        else:
            return str(Path(typed).expanduser())
    return ""


def _ask_time(talk: Talk, usual: str) -> str:
    """Return a time of day as TOML writes it."""
    while True:
        typed = talk.ask("time", usual[:5])
        if found := _TIME.fullmatch(typed):
            try:
                return time(int(found[1]), int(found[2])).isoformat()
            except ValueError:
                pass
        talk.say("no_time", typed=typed)


def _sum_up(talk: Talk, answers: Answers) -> None:
    """Say once more what will be written, without anything secret."""
    smtp = answers.smtp
    talk.say(
        "sum",
        campaign=answers.campaign["id"],
        mailboxes="、".join(polled(answers)) or "—",
        recipients="、".join(answers.recipients) or "—",
        smtp=f"{smtp['host']}:{smtp['port']}" if smtp else "—",
        chats="、".join(table["name"] for table in answers.chats) or "—",
        database="PostgreSQL" if answers.database_url.startswith("postgresql") else answers.database_url,
        time=answers.digest_time[:5],
    )
