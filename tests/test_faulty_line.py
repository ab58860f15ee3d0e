"""A line that breaks anywhere: whatever byte it breaks at, the next poll ends as if nothing had been."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate, groupby
from typing import Any

import pytest

from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from tests.faulty_proxy import Direction, Fault, FaultyProxy, Kind, proxied
from tests.imap_engine import running
from tests.inbox import Sent, list_files, mail
from tests.provider_servers import PROVIDERS, fill
from tests.quick import quick_desk
from tests.sample import day
from tests.servers import Dovecot
from tests.states import State, clock, differences, state

_CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
# Bytes at which the line breaks, spread evenly over the whole conversation, for each direction.
_CUTS: dict[Kind, dict[Direction, int]] = {
    "drop": {"to client": 40, "to server": 24},
    "reset": {"to client": 8, "to server": 4},
    "cut": {"to client": 16, "to server": 4},
    "garbage": {"to client": 16, "to server": 4},
    "bye": {"to client": 12, "to server": 0},
    "stall": {"to client": 6, "to server": 2},
}
# A number that came garbled cannot be told from another number: with these, a mail may also be noted at a place that
# never was, besides its own.
_GARBLED = ("cut", "garbage")


def mailbox(port: int, address: str) -> str:
    return (
        f'[[mailboxes]]\naddress = "{address}"\nhost = "127.0.0.1"\nport = {port}\n'
        'security = "none"\npassword = "secret"\ntimeout_seconds = 0.4\n'
    )


@pytest.fixture(scope="module")
def proxy(dovecot: Dovecot) -> Iterator[FaultyProxy]:
    account = dovecot.account("faults@example.cn")
    files = list_files("浙江省物业管理协会", [_CASE], scanned=False)
    first = (mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files), day("07-20T10:00:01"))
    small = [
        (mail("x@y.example", f"特价{number}", when := day("07-22T10:00:00") + timedelta(hours=number)), when)
        for number in range(4)
    ]
    account.append_all([first, *small])
    account.append_all([first, *small[:2]], "垃圾邮件")
    with proxied(dovecot.port) as between:
        yield between


def poll(desk: Any) -> str:
    outcomes = [result.outcome for result in Poller(desk, clock).poll_all()]
    return outcomes[0] if outcomes else "waiting"


@pytest.fixture(scope="module")
def undisturbed(proxy: FaultyProxy) -> tuple[State, dict[Direction, list[int]]]:
    return undisturbed_run(proxy)


def undisturbed_run(proxy: FaultyProxy) -> tuple[State, dict[Direction, list[int]]]:
    """Return the state that an undisturbed run leaves, and how long each command and each answer was."""
    proxy.plan(None)
    with quick_desk(mailbox(proxy.port, "faults@example.cn")) as desk:
        assert poll(desk) == "ok"
        take_in(desk)
        expected = state(desk)
    turns = [(way, sum(len(data) for _, data in turn)) for way, turn in groupby(proxy.talk, key=lambda one: one[0])]
    return expected, {way: [length for one, length in turns if one == way] for way in proxy.passed}


def spread(lengths: list[int], count: int) -> list[int]:
    """Return bytes of a conversation: as many in a short answer as in a long one, evenly from its first to its last."""
    starts = [0, *accumulate(lengths)]
    cuts = []
    for number in range(count):
        turn, rest = divmod(number * len(lengths), count)
        cuts.append(starts[turn] + rest * lengths[turn] // count)
    return cuts


def wrong_after(proxy: FaultyProxy, fault: Fault, expected: State) -> str:
    """Poll over a line with a fault, then without one; return what is not as after an undisturbed run."""
    with quick_desk(mailbox(proxy.port, "faults@example.cn")) as desk:
        proxy.plan(fault)
        outcome = poll(desk)
        happened = proxy.happened
        proxy.plan(None)
        next_time = poll(desk)
        take_in(desk)
        after = state(desk)
        if fault.kind in _GARBLED and set(after["sightings"]) >= set(expected["sightings"]):
            after["sightings"] = expected["sightings"]
        differ = differences(expected, after)
        leftovers = list(desk.store.vault.incoming.iterdir())
    if happened and next_time == "ok" and not differ and not leftovers:
        return ""
    return f"{fault}: happened {happened}, {outcome}, then {next_time}; {leftovers} {differ}"[:1500]


@pytest.mark.parametrize("kind", sorted(_CUTS))
@pytest.mark.parametrize("direction", ["to client", "to server"])
def test_a_line_that_breaks_at_any_byte_loses_nothing_and_doubles_nothing(
    proxy: FaultyProxy, undisturbed: tuple[State, dict[Direction, list[int]]], kind: Kind, direction: Direction
) -> None:
    expected, lengths = undisturbed
    cuts = spread(lengths[direction], _CUTS[kind][direction])
    wrong = [wrong_after(proxy, Fault(kind, direction, cut), expected) for cut in cuts]
    assert [one for one in wrong if one] == []


@pytest.mark.parametrize("name", ["netease", "qq"])
@pytest.mark.parametrize("direction", ["to client", "to server"])
def test_a_line_to_a_provider_that_breaks_loses_nothing_and_doubles_nothing(name: str, direction: Direction) -> None:
    with running(PROVIDERS[name]) as engine, proxied(engine.port) as between:
        fill(engine, 2)
        expected, lengths = undisturbed_run(between)
        cuts = spread(lengths[direction], 12)
        wrong = [wrong_after(between, Fault("drop", direction, cut), expected) for cut in cuts]
    assert [one for one in wrong if one] == []


def test_more_than_a_hundred_cuts_are_tried() -> None:
    assert sum(count for ways in _CUTS.values() for count in ways.values()) >= 130
