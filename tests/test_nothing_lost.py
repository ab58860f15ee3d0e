"""Nothing lost, nothing twice, on a real Dovecot: whatever staff and server do, what was there is kept, once each."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingest.desk import Desk
from ingest.mailboxes.poll import Poller
from store.models import Message, Sighting
from tests import staff
from tests.faulty_proxy import Fault, FaultyProxy, proxied
from tests.quick import again, prepare, quick_desk, quick_folder
from tests.servers import Account, Dovecot
from tests.states import NOW, kept
from tests.test_faulty_line import mailbox

WHEN = datetime.fromisoformat("2026-07-20T10:00:00+08:00")


def mail(number: int, size: int = 0) -> bytes:
    return b"Subject: %d\r\n\r\n%d\r\n" % (number, number) + b"x" * size


def mails(*numbers: int) -> set[bytes]:
    return set(map(mail, numbers))


def put(account: Account, *numbers: int, folder: str = "INBOX") -> None:
    account.append_all([(mail(number), WHEN + timedelta(minutes=number)) for number in numbers], folder)


@pytest.fixture
def proxy(dovecot: Dovecot, account: Account) -> Iterator[FaultyProxy]:
    assert account.server is dovecot
    with proxied(dovecot.port) as between:
        yield between


@pytest.fixture
def opened(proxy: FaultyProxy, account: Account) -> Iterator[Desk]:
    with quick_desk(mailbox(proxy.port, account.user).replace("0.4", "10")) as desk:
        yield desk


def poll(opened: Desk, days: int = 0) -> tuple[str, int]:
    """Poll as so many days later; return the outcome and how many mails were new."""
    (result,) = Poller(opened, lambda: NOW + timedelta(days=days)).poll_all()
    return result.outcome, result.new


def when_asked(proxy: FaultyProxy, word: bytes, act: Callable[[], None]) -> None:
    """Do something once, just before the first command with a word in it goes through."""

    def before(command: bytes) -> None:
        if word in command:
            proxy.before = None
            act()

    proxy.before = before


def sightings(opened: Desk) -> int:
    with opened.store.reading() as session:
        return session.scalar(select(func.count(Sighting.id))) or 0


@pytest.mark.parametrize("moved_on", [0, 1], ids=["same uidvalidity", "another uidvalidity"])
def test_mails_that_all_got_higher_numbers_are_the_same_mails(opened: Desk, account: Account, moved_on: int) -> None:
    put(account, 1, 2, 3)
    assert poll(opened) == ("ok", 3)
    staff.renumber(account, lambda uid: uid + 10, validity=moved_on)
    put(account, 4)
    assert poll(opened) == ("ok", 1)
    assert kept(opened.store) == mails(1, 2, 3, 4)


def test_a_folder_that_is_numbered_anew_from_one_loses_no_new_mail(opened: Desk, account: Account) -> None:
    put(account, 1, 2, 3, 4, 5)
    assert poll(opened) == ("ok", 5)
    staff.expunge(account, "INBOX", 1, 2, 3)
    staff.renumber(account, lambda uid: uid - 3, validity=1)
    put(account, 6)
    assert poll(opened) == ("ok", 1)
    assert kept(opened.store) == mails(1, 2, 3, 4, 5, 6)


def test_a_folder_that_is_numbered_anew_under_the_same_uidvalidity_loses_no_new_mail(
    opened: Desk, account: Account
) -> None:
    put(account, 1, 2, 3, 4, 5)
    assert poll(opened) == ("ok", 5)
    staff.expunge(account, "INBOX", 1, 2, 3)
    staff.renumber(account, lambda uid: uid - 3)
    put(account, 6)
    assert [poll(opened, days)[0] for days in (0, 1, 2)] == ["ok"] * 3
    assert kept(opened.store) == mails(1, 2, 3, 4, 5, 6)


def test_a_mail_that_comes_back_with_a_number_below_the_others_is_found(opened: Desk, account: Account) -> None:
    put(account, 1, 2, 3)
    staff.renumber(account, lambda uid: uid + 100)
    assert poll(opened) == ("ok", 3)
    put(account, 4)
    # What was restored from a backup comes back under its old number.
    staff.renumber(account, lambda uid: 50 if uid == 104 else uid, next_uid=105)
    assert [poll(opened, days)[0] for days in (0, 1, 2)] == ["ok"] * 3
    assert kept(opened.store) == mails(1, 2, 3, 4)


def test_a_mail_that_staff_move_stays_one_mail_at_two_places(opened: Desk, account: Account) -> None:
    put(account, 1, 2)
    put(account, 3, folder="已处理")
    assert poll(opened) == ("ok", 3)
    staff.move(account, 1, "INBOX", "已处理")
    assert poll(opened) == ("ok", 0)
    assert kept(opened.store) == mails(1, 2, 3)
    assert sightings(opened) == 4


def test_a_mail_that_staff_move_just_before_it_is_fetched_is_not_lost(
    opened: Desk, account: Account, proxy: FaultyProxy
) -> None:
    put(account, 1, 2, 3)
    put(account, 4, folder="AAA")
    when_asked(proxy, b"BODY.PEEK", lambda: staff.move(account, 2, "INBOX", "AAA"))
    first, second = poll(opened), poll(opened)
    assert (first[0], second[0]) == ("ok", "ok")
    assert kept(opened.store) == mails(1, 2, 3, 4)


def test_a_mail_that_moves_into_a_folder_already_read_is_found_next_time(
    opened: Desk, account: Account, proxy: FaultyProxy
) -> None:
    put(account, 1)
    put(account, 2, 3, folder="ZZZ")
    when_asked(proxy, b'EXAMINE "ZZZ"', lambda: staff.move(account, 1, "ZZZ", "INBOX"))
    assert poll(opened) == ("ok", 2)
    assert poll(opened) == ("ok", 1)
    assert kept(opened.store) == mails(1, 2, 3)


@pytest.mark.parametrize("word", [b"FETCH", b"BODY.PEEK"], ids=["before the list", "before the contents"])
def test_a_mail_that_is_deleted_before_it_is_fetched_holds_up_no_other(
    opened: Desk, account: Account, proxy: FaultyProxy, word: bytes
) -> None:
    put(account, 1, 2, 3)
    when_asked(proxy, word, lambda: staff.expunge(account, "INBOX", 2))
    assert poll(opened) == ("ok", 2)
    put(account, 4)
    assert poll(opened) == ("ok", 1)
    assert kept(opened.store) == mails(1, 3, 4)


def test_a_mail_in_two_folders_is_one_mail(opened: Desk, account: Account) -> None:
    put(account, 1, 2)
    put(account, 1, folder="已处理")
    assert poll(opened) == ("ok", 2)
    assert kept(opened.store) == mails(1, 2)
    assert sightings(opened) == 3


def test_a_mail_in_two_mailboxes_is_one_mail(dovecot: Dovecot, account: Account) -> None:
    other = dovecot.account(f"other-{account.user}")
    put(account, 1, 2)
    put(other, 2, 3)
    with quick_desk(mailbox(dovecot.port, account.user) + mailbox(dovecot.port, other.user)) as desk:
        results = Poller(desk, lambda: NOW).poll_all()
        assert [(result.outcome, result.seen, result.new) for result in results] == [("ok", 2, 2), ("ok", 2, 1)]
        assert kept(desk.store) == mails(1, 2, 3)
        assert sightings(desk) == 4


def test_two_pollers_at_once_keep_each_mail_once(dovecot: Dovecot, account: Account) -> None:
    numbers = range(1, 61)
    put(account, *numbers)
    with quick_folder() as folder:
        config = prepare(folder, mailbox(dovecot.port, account.user).replace("0.4", "10"))
        command = [sys.executable, "-m", "ingest.cli", "--config", str(config), "poll"]
        root = Path(__file__).parent.parent
        pollers = [
            subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)
        ]
        said = [poller.communicate(timeout=60)[0].decode() for poller in pollers]
        assert [poller.returncode for poller in pollers] == [0, 0], said
        with again(config) as desk:
            assert kept(desk.store) == mails(*numbers)
            assert sightings(desk) == len(numbers)
            with desk.store.reading() as session:
                assert set(session.scalars(select(Message.state))) == {"filed"}
            assert list(desk.store.vault.incoming.iterdir()) == []


def test_a_folder_that_disappears_before_it_is_opened_holds_up_no_other(
    opened: Desk, account: Account, proxy: FaultyProxy
) -> None:
    put(account, 1)
    put(account, 2, folder="MMM")
    put(account, 3, folder="ZZZ")
    when_asked(proxy, b'EXAMINE "MMM"', lambda: staff.remove_folder(account, "MMM"))
    poll(opened)
    assert kept(opened.store) == mails(1, 3)
    assert poll(opened) == ("ok", 0)


def test_a_folder_that_was_deleted_and_made_again_is_read_again(opened: Desk, account: Account) -> None:
    put(account, 1, 2, folder="AAA")
    assert poll(opened) == ("ok", 2)
    time.sleep(1.1)  # Dovecot makes UIDVALIDITY of the second.
    with account.client() as client:
        client.delete_folder("AAA")
    assert poll(opened) == ("ok", 0)
    put(account, 3, folder="AAA")
    assert poll(opened) == ("ok", 1)
    assert kept(opened.store) == mails(1, 2, 3)


def test_a_folder_that_is_renamed_brings_no_mail_twice(opened: Desk, account: Account) -> None:
    put(account, 1, 2, folder="AAA")
    assert poll(opened) == ("ok", 2)
    with account.client() as client:
        client.rename_folder("AAA", "浙江")
    put(account, 3, folder="浙江")
    assert poll(opened) == ("ok", 1)
    assert kept(opened.store) == mails(1, 2, 3)


@pytest.mark.parametrize("size", [100_000, 3_000_000], ids=["whole", "in pieces"])
@pytest.mark.parametrize("kind", ["drop", "cut"])
def test_a_mail_whose_literal_is_cut_is_never_kept_in_part(
    opened: Desk, account: Account, proxy: FaultyProxy, size: int, kind: str
) -> None:
    account.append(mail(1, size), WHEN)
    proxy.plan(Fault(kind, "to client", size // 2 + 2000))  # type: ignore[arg-type]
    poll(opened)
    assert proxy.happened
    # Over a new connection the same look may bring it whole.
    assert kept(opened.store) <= {mail(1, size)}
    proxy.plan(None)
    assert poll(opened)[0] == "ok"
    assert kept(opened.store) == {mail(1, size)}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_staff_do_between_polls_all_that_was_there_is_kept(opened: Desk, account: Account, seed: int) -> None:
    chance, there, ever, number = random.Random(seed), {"INBOX": set[int](), "AAA": set(), "ZZZ": set()}, set(), 0
    for _ in range(8):
        for _ in range(chance.randint(1, 4)):
            number += 1
            folder = chance.choice(list(there))
            put(account, number, folder=folder)
            there[folder].add(number)
        _shuffle(chance, account, there)
        ever |= set().union(*there.values())
        assert poll(opened)[0] == "ok"
        assert kept(opened.store) == mails(*ever)


def _shuffle(chance: random.Random, account: Account, there: dict[str, set[int]]) -> None:
    """Move some mails to other folders, and delete some for good; a folder is read only once it is there."""
    with account.client() as client:
        for source in [name for name in there if there[name] and chance.random() < 0.6]:
            one = chance.choice(sorted(there[source]))
            target = chance.choice([name for name in there if name != source])
            if not client.folder_exists(target):
                client.create_folder(target)
            client.select_folder(source)
            (uid,) = client.search(["SUBJECT", str(one), "BODY", f"{one}"])[:1]
            found = int(client.fetch([uid], ["BODY.PEEK[HEADER]"])[uid][b"BODY[HEADER]"].split()[1])
            there[source].discard(found)
            if chance.random() < 0.5:
                client.move([uid], target)
                there[target].add(found)
            else:
                client.delete_messages([uid])
                client.expunge()
