"""The console's accounts and sessions in the store, on both databases; sign-ins that fail too often are held up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import Type

from store import accounts, activity, passwords, throttling
from store.accounts import LastAdminError, NameTakenError
from store.activity import Deed
from store.database import Store
from store.throttling import BORNE_ADDRESS, BORNE_BOTH, BORNE_NAME, WITHIN, begin_try, end_well, network_of
from tests.consoles import cheap_hashes

NOW = datetime(2026, 8, 6, 2, 0, tzinfo=UTC)
REAL = vars(passwords)["_HASHER"]
IDLE = timedelta(hours=2)
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    """Hash in no time: what is tested here does not hang on it."""
    with cheap_hashes():
        yield


def begun(store: Store, account: int, *, hours: float = 12, now: datetime = NOW) -> str:
    return accounts.begin(store, account, "192.0.2.1", "Firefox", (now, now + timedelta(hours=hours)))[0]


def test_a_password_is_kept_as_a_hash_and_its_account_is_found_by_it(store: Store) -> None:
    accounts.add(store, "陈静", "admin", PASSWORD, "root", NOW)
    kept = accounts.find(store, "陈静")
    assert kept == accounts.sign_in(store, "陈静", PASSWORD)
    assert accounts.sign_in(store, "陈静", PASSWORD + " ") is None
    assert accounts.sign_in(store, "陈 静", PASSWORD) is None
    with store.reading() as session:
        (password,) = session.connection().exec_driver_sql("SELECT password FROM accounts").one()
    assert password.startswith("$argon2id$")


def test_a_hash_costs_what_owasp_asks_for_at_least() -> None:
    assert REAL.memory_cost >= 19 * 1024
    assert REAL.time_cost >= 2
    assert REAL.type is Type.ID


def test_a_name_is_taken_once(store: Store) -> None:
    accounts.add(store, "陈静", "admin", PASSWORD, "root", NOW)
    with pytest.raises(NameTakenError):
        accounts.add(store, "陈静", "reader", PASSWORD, "root", NOW)
    assert [one.role for one in accounts.every(store)] == ["admin"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  陈  静 ", "陈 静"), ("Ｃｈｅｎ", "Chen"), ("Ame\u0301lie", "Amélie"), ("陈\u3000静", "陈 静"),
        ("陈\u200b静", ""), ("陈\x00静", ""), ("陈\ud800静", "陈?静"), ("\u202e静陈", ""), ("", ""), ("长" * 61, ""),
    ],
)  # fmt: skip
def test_a_name_is_the_same_from_every_keyboard_and_holds_nothing_unseen(typed: str, kept: str) -> None:
    assert accounts.name_of(typed) == kept


def test_a_password_is_the_same_from_every_keyboard() -> None:
    assert passwords.is_right("ＡＢＣ１２３４５６７", passwords.hashed("ABC1234567"))
    assert passwords.is_right("\x00\ud800 0123456789", passwords.hashed("\x00\ud800 0123456789"))
    assert not passwords.is_right("x" * 201, passwords.hashed("x" * 200))
    assert not passwords.is_right("nobody's password", None)
    assert [passwords.fits("x" * length) for length in (9, 10, 200, 201)] == [False, True, True, False]


def test_made_up_passwords_fit_and_differ() -> None:
    made = {passwords.made_up() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.fits(one) for one in made)


def test_a_session_ends_by_itself_at_its_end_and_when_it_rests(store: Store) -> None:
    token = begun(store, accounts.add(store, "陈静", "admin", PASSWORD, "root", NOW), hours=4)
    session = accounts.session_of(store, token, NOW, IDLE)
    assert session
    assert (session.person, session.role) == ("陈静", "admin")
    assert accounts.session_of(store, token, NOW + IDLE, IDLE) is None
    accounts.saw(store, session.id, NOW + timedelta(hours=3))
    assert accounts.session_of(store, token, NOW + timedelta(hours=3, minutes=59), IDLE)
    assert accounts.session_of(store, token, NOW + timedelta(hours=4), IDLE) is None
    assert accounts.session_of(store, accounts.mark_of(token), NOW, IDLE) is None


@pytest.mark.parametrize("change", ["password", "role", "disable"])
def test_what_changes_an_account_ends_its_sessions(store: Store, change: str) -> None:
    own, other = (accounts.add(store, name, "admin", PASSWORD, "root", NOW) for name in ("陈静", "王读"))
    token, others = begun(store, own), begun(store, other)
    done = {
        "password": lambda: accounts.set_password(store, "陈静", PASSWORD + "2", NOW),
        "role": lambda: accounts.set_role(store, "陈静", "reader", NOW),
        "disable": lambda: accounts.disable(store, "陈静", NOW),
    }[change]()
    assert done
    assert accounts.session_of(store, token, NOW, IDLE) is None
    assert accounts.session_of(store, others, NOW, IDLE)


def test_a_disabled_account_signs_in_no_more_until_it_is_enabled(store: Store) -> None:
    accounts.add(store, "陈静", "reader", PASSWORD, "root", NOW)
    assert accounts.disable(store, "陈静", NOW)
    assert accounts.sign_in(store, "陈静", PASSWORD) is None
    assert accounts.enable(store, "陈静", NOW)
    assert accounts.sign_in(store, "陈静", PASSWORD)
    assert not accounts.disable(store, "无此人", NOW)


def test_the_last_administrator_stays_unless_even_that_is_meant(store: Store) -> None:
    for name in ("甲", "乙"):
        accounts.add(store, name, "admin", PASSWORD, "root", NOW)
    accounts.disable(store, "甲", NOW)
    for change in (accounts.disable, lambda *given: accounts.set_role(given[0], given[1], "editor", given[2])):
        with pytest.raises(LastAdminError):
            change(store, "乙", NOW)
    assert accounts.sign_in(store, "乙", PASSWORD)
    assert accounts.disable(store, "乙", NOW, last=True)


def test_two_administrators_at_once_cannot_take_each_other_away(store: Store) -> None:
    for name in ("甲", "乙"):
        accounts.add(store, name, "admin", PASSWORD, "root", NOW)

    def disabled(name: str) -> bool:
        try:
            return accounts.disable(store, name, NOW)
        except LastAdminError:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disabled, ("甲", "乙"))) == [False, True]


def test_sessions_are_ended_one_by_one_or_all_and_only_by_whom_they_belong_to(store: Store) -> None:
    own, other = (accounts.add(store, name, "reader", PASSWORD, "root", NOW) for name in ("陈静", "王读"))
    tokens = [begun(store, own), begun(store, own), begun(store, other)]
    ids = [found.id for token in tokens if (found := accounts.session_of(store, token, NOW, IDLE))]
    assert not accounts.end(store, ids[2], NOW, "陈静")
    assert accounts.end(store, ids[0], NOW, "陈静")
    assert not accounts.end(store, ids[0], NOW, "陈静")
    assert accounts.end_all(store, "陈静", NOW, but=ids[1]) == 0
    assert [one.id for one in accounts.sessions(store, NOW, IDLE, "陈静")] == [ids[1]]
    assert accounts.end_all(store, "陈静", NOW) == 1
    assert [one.person for one in accounts.sessions(store, NOW, IDLE)] == ["王读"]


def fail(store: Store, name: str, address: str, times: int, now: datetime = NOW) -> list[bool]:
    """Return whether each of so many tries with a wrong password was let through."""
    return [begin_try(store, name, address, now) is not None for _ in range(times)]


def test_a_name_from_an_address_is_held_up_after_a_few_failures_and_free_after_a_while(store: Store) -> None:
    assert fail(store, "陈静", "192.0.2.1", BORNE_BOTH + 1) == [True] * BORNE_BOTH + [False]
    assert fail(store, "陈静", "192.0.2.2", 1) == [True], "her colleague's computer is another one"
    assert fail(store, "王读", "192.0.2.1", 1) == [True]
    # A try that was held up counts for nothing: nobody is locked out for good.
    assert fail(store, "陈静", "192.0.2.1", 1, NOW + WITHIN) == [True]


def test_an_address_is_held_up_whatever_the_names_and_a_network_of_addresses_is_one(store: Store) -> None:
    tried = [fail(store, f"名{number}", f"2001:db8::{number:x}", 1)[0] for number in range(1, BORNE_ADDRESS + 2)]
    assert tried == [True] * BORNE_ADDRESS + [False]
    assert fail(store, "别人", "2001:db8:0:1::1", 1) == [True]


def test_a_name_is_held_up_from_everywhere_but_a_browser_that_knows_it(store: Store) -> None:
    own = accounts.add(store, "陈静", "reader", PASSWORD, "root", NOW)
    mark = accounts.mark_of(begun(store, own))
    for number in range(BORNE_NAME):
        assert fail(store, "陈静", f"192.0.2.{number}", 1) == [True]
    assert fail(store, "陈静", "198.51.100.1", 1) == [False]
    assert begin_try(store, "陈静", "198.51.100.1", NOW, mark) is not None
    assert begin_try(store, "陈静", "198.51.100.1", NOW, "0" * 64) is None, "nobody's mark"
    # Where there is no such account, the same is answered.
    for number in range(BORNE_NAME):
        fail(store, "无此人", f"203.0.113.{number}", 1)
    assert fail(store, "无此人", "198.51.100.1", 1) == [False]


def test_a_known_browser_too_is_held_up_by_its_own_failures_and_opens_no_other_account(store: Store) -> None:
    own = accounts.add(store, "陈静", "reader", PASSWORD, "root", NOW)
    mark = accounts.mark_of(begun(store, own))
    tries = [begin_try(store, "陈静", "192.0.2.1", NOW, mark) is not None for _ in range(BORNE_BOTH + 1)]
    assert tries == [True] * BORNE_BOTH + [False]
    fail(store, "王读", "192.0.2.1", BORNE_BOTH)
    assert begin_try(store, "王读", "192.0.2.1", NOW, mark) is None


def test_a_try_that_was_right_is_struck_out(store: Store) -> None:
    for _ in range(BORNE_BOTH * 2):
        number = begin_try(store, "陈静", "192.0.2.1", NOW)
        assert number is not None
        end_well(store, number)


def test_tries_that_come_all_at_once_are_counted_each(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        let_through = list(pool.map(lambda _: fail(store, "陈静", "192.0.2.1", 1)[0], range(BORNE_BOTH * 3)))
    assert sum(let_through) == BORNE_BOTH


def test_old_failures_are_forgotten(store: Store) -> None:
    fail(store, "陈静", "192.0.2.1", 3)
    fail(store, "陈静", "192.0.2.1", 1, NOW + timedelta(days=31))
    with store.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM failed_sign_ins").scalar() == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"), ("", ""), ("x\x00y" * 90, ("xy" * 90)[:60]),
    ],
)  # fmt: skip
def test_what_of_an_address_is_one_persons(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_activity_log_keeps_what_every_database_takes(store: Store) -> None:
    activity.note(store, Deed(NOW, "陈" * 99, "192.0.2.1", "改正", "a\x00b\ud800", "x" * 5_000))
    (row,), count = activity.latest(store, 10)
    assert (row.person, row.target, len(row.told), count) == ("陈" * 60, "ab?", 4_000, 1)
    assert throttling.begin_try(store, "a" * 99, "b" * 99, NOW) is not None
