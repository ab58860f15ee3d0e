"""The providers of Chinese associations, re-enacted: every mail comes in once, and the mailbox stays as it was."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from ingest.desk import Desk
from ingest.mailboxes.poll import Poller
from store.models import Message, Sighting
from store.polls import PollResult
from tests.imap_engine import WRITES, Engine, in_order
from tests.provider_servers import JUNK, PROVIDERS, UNREAD, WHEN, letter, provider, wanted
from tests.quick import quick_desk
from tests.states import clock, kept


@pytest.fixture(params=sorted(PROVIDERS))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with provider(request.param) as running:
        yield running


@pytest.fixture
def opened(engine: Engine) -> Iterator[Desk]:
    with quick_desk(mailbox(engine)) as desk:
        yield desk


def mailbox(engine: Engine) -> str:
    return (
        f'[[mailboxes]]\naddress = "box@example.cn"\nhost = "127.0.0.1"\nport = {engine.port}\n'
        f'security = "none"\npassword = "{engine.password}"\ntimeout_seconds = 10\n'
    )


def poll(opened: Desk) -> PollResult:
    (result,) = Poller(opened, clock).poll_all()
    assert (result.outcome, result.reason) == ("ok", "")
    return result


def names(engine: Engine) -> list[str]:
    """Return the names of the commands that came; for UID commands their second word."""
    return [command.upper().removeprefix("UID ").split(" ")[0] for command in engine.commands]


def test_every_mail_of_every_folder_comes_in_once(engine: Engine, opened: Desk) -> None:
    assert poll(opened).new == len(wanted(engine))
    assert kept(opened.store) == wanted(engine)


def test_a_mail_comes_with_the_moment_at_which_it_arrived(engine: Engine, opened: Desk) -> None:
    poll(opened)
    arrivals = {
        mail.raw: mail.when
        for name, folder in engine.folders.items()
        if name not in UNREAD
        for mail in folder.mails.values()
    }
    with opened.store.reading() as session:
        stored = {
            opened.store.vault.path(one.sha256).read_bytes(): one.arrival for one in session.scalars(select(Message))
        }
    assert stored == arrivals


def test_a_second_poll_fetches_nothing(engine: Engine, opened: Desk) -> None:
    poll(opened)
    engine.forget()
    assert poll(opened).new == 0
    assert not any("BODY" in command for command in engine.commands)


def test_new_mails_are_found_in_whatever_folder_they_land(engine: Engine, opened: Desk) -> None:
    poll(opened)
    for name in engine.folders:
        engine.append(name, letter(name, 9), WHEN + timedelta(hours=1))
    engine.forget()
    assert poll(opened).new == len(engine.folders.keys() - UNREAD)
    assert kept(opened.store) == wanted(engine)


def test_mails_are_found_while_others_are_deleted(engine: Engine, opened: Desk) -> None:
    poll(opened)
    before = wanted(engine)
    for name in engine.folders:
        engine.expunge(name, 1)
        engine.expunge(name, 4)
        engine.append(name, letter(name, 9), WHEN)
    assert poll(opened).new == len(engine.folders.keys() - UNREAD)
    assert kept(opened.store) == wanted(engine) | before


def test_mails_of_junk_folders_are_marked_and_no_others(engine: Engine, opened: Desk) -> None:
    poll(opened)
    with opened.store.reading() as session:
        marked = {(one.folder, one.junk) for one in session.scalars(select(Sighting))}
    assert marked == {(name, name in JUNK) for name in engine.folders.keys() - UNREAD}


def test_the_mailbox_is_after_a_poll_what_it_was_before(engine: Engine, opened: Desk) -> None:
    before = engine.everything()
    poll(opened)
    poll(opened)
    assert engine.everything() == before
    assert not set(names(engine)) & WRITES
    fetches = [command for command in engine.commands if "BODY" in command or "RFC822 " in command]
    assert fetches
    assert all("BODY.PEEK" in command for command in fetches)


def test_no_command_asks_for_what_a_provider_cannot_do(engine: Engine, opened: Desk) -> None:
    poll(opened)
    poll(opened)
    said, capability = names(engine), engine.behaviour.capability.split()
    assert "EXAMINE" in said
    assert ("ID" in said) is ("ID" in capability)
    if "ID" in said:
        assert said.index("LOGIN") < said.index("ID") < said.index("EXAMINE")
    assert "IDLE" not in said
    searches = [command for command in engine.commands if command.upper().startswith("UID SEARCH")]
    assert not any("CHARSET" in command.upper() or "(" in command for command in searches)
    assert all(re.fullmatch(r"UID SEARCH (ALL|UID [\d:,*]+)", command, re.IGNORECASE) for command in searches)
    sets = [word for command in engine.commands for word in command.split() if re.fullmatch(r"[\d:,*]+", word)]
    assert all(map(in_order, sets))


def test_an_empty_poll_costs_few_round_trips_however_much_the_mailbox_holds(engine: Engine, opened: Desk) -> None:
    for number in range(200):
        engine.append("INBOX", letter("INBOX", 100 + number % 7) + b"%d" % number, WHEN)
    poll(opened)
    poll(opened)
    engine.forget()
    assert poll(opened).new == 0
    folders = len(engine.folders.keys() - UNREAD)
    # CAPABILITY twice, LOGIN, ID, LIST and LOGOUT; for each folder EXAMINE and, where there is no UIDNEXT, a SEARCH.
    assert len(engine.commands) <= 6 + 2 * folders
    assert engine.received <= 60 * len(engine.commands)
    assert engine.sent <= 1500 + 400 * folders
