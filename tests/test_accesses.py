"""Who saw what is on record (查阅记录): pages, pictures, downloads, searches, queries, exports and commands."""

import csv
import io
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from ingest.cli import cli
from ingest.console import serving
from ingest.console.serving import Serving
from reports.console import looking
from reports.console.routes import ROUTES
from store.database import AwayError, Store
from store.personal import accesses
from store.personal.accesses import Look, Wanted, Watch
from tests.consoles import PEOPLE, Running, csrf_of, sample_console
from tests.desks import AFTER


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


def of(running: Running, role: str, **wanted: str) -> list[tuple[str, str, str]]:
    """Return the looks of the person of a role, the oldest first."""
    running.console.watch.flush()
    looks, _ = accesses.latest(running.console.store, Wanted(person=PEOPLE[role], **wanted))
    return [(one.kind, one.target, one.told) for one in reversed(looks)]


def keys(client: TestClient, page: str, prefix: str) -> list[str]:
    """Return the addresses on a page that begin so."""
    return [part.split('"')[0] for part in client.get(page).text.split(f'href="{prefix}')[1:]]


def test_each_page_is_said_to_show_personal_data_or_not() -> None:
    asking = {route.name for route in ROUTES if route.role is not None and route.method == "GET"}
    assert asking - looking.LOOKS.keys() - looking.FREE == set()
    assert looking.FREE - asking == set()
    assert looking.LOOKS.keys() - {route.name for route in ROUTES} == set()
    assert looking.LOOKS.keys() & looking.FREE == set()


def test_every_look_leaves_who_when_from_where_and_at_what(running: Running) -> None:
    client = running.as_role("editor")
    (case, *_), (file, *_) = keys(client, "/provinces/浙江", "/cases/"), keys(client, "/messages/1", "/files/")
    case, file = case.split("?")[0].split("/")[0].split("#")[0], file.split("?")[0].split("/")[0]
    pages = (
        f"/cases/{case}", f"/files/{file}", f"/files/{file}/original", "/messages/1/original", "/inbox",
        "/provinces/浙江/letter", "/search?q=13900001234", "/queries/export?text=电梯&format=csv", "/findings/export?format=csv",
    )  # fmt: skip
    for path in pages:
        assert client.get(path).status_code == 200, path
    client.post("/queries/sql", data={"csrf": csrf_of(client, "/"), "sql": "SELECT contact FROM submissions"})
    found = of(running, "editor")
    assert ("page", "浙江", "") in found
    assert ("page", "来信 1", "") in found
    assert ("download", "来信 1", "") in found
    assert any(kind == "page" and target.startswith("案例 浙江 ") for kind, target, _ in found)
    assert any(kind == "download" and "《" in target for kind, target, _ in found)
    assert ("search", "检索", "13900001234") in found
    assert ("export", "案例查询", "text=电梯；format=csv") in found
    assert ("export", "问题", "format=csv") in found
    assert ("query", "SQL", "SELECT contact FROM submissions") in found
    looks, _ = accesses.latest(running.console.store, Wanted(person=PEOPLE["editor"]))
    assert {one.address for one in looks} == {"127.0.0.1"}
    assert all(one.at == AFTER for one in looks)


def test_the_same_look_again_is_one_row_for_ten_minutes(running: Running) -> None:
    client = running.as_role("reader")
    for _ in range(3):
        client.get("/messages/2")
    running.clock.move(minutes=9)
    client.get("/messages/2")
    assert of(running, "reader").count(("page", "来信 2", "")) == 1
    running.clock.move(minutes=2)
    client.get("/messages/2")
    assert of(running, "reader").count(("page", "来信 2", "")) == 2


def test_a_search_as_it_is_typed_is_one_row(running: Running) -> None:
    client = running.as_role("reader")
    for words in ("陈", "陈静"):
        client.get(f"/search?q={words}")
    assert [told for kind, _, told in of(running, "reader") if kind == "search"] == ["陈静"]


def test_what_was_refused_or_is_not_there_is_no_look(running: Running) -> None:
    client = running.as_role("reader")
    before = len(of(running, "reader"))
    assert client.get("/messages/1/original").status_code == 403
    assert client.get("/messages/999").status_code == 404
    client.head("/messages/3")
    client.get("/search")
    assert len(of(running, "reader")) == before


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_an_administrator_reads_the_log(running: Running, role: str) -> None:
    for path in ("/accesses", "/accesses/export"):
        assert running.as_role(role).get(path).status_code == 403
    assert "/accesses" not in running.as_role(role).get("/activity").text


def test_the_page_filters_by_person_kind_day_and_words(running: Running) -> None:
    running.as_role("reader").get("/messages/5")
    client = running.as_role("admin")
    assert "来信 5" in client.get("/accesses").text
    assert 'href="/accesses"' in client.get("/activity").text
    asked = {"person": PEOPLE["reader"], "kind": "page", "day": "2026-08-06", "words": "来信 5"}
    page = client.get("/accesses", params=asked).text
    assert page.count("来信 5</td>") == 1
    for name, other in (("person", "某人"), ("kind", "export"), ("day", "2026-08-07"), ("words", "100%")):
        assert "没有这样的记录" in client.get("/accesses", params={**asked, name: other}).text


def test_the_log_is_handed_out_as_a_table(running: Running) -> None:
    running.as_role("reader").get("/search", params={"q": "=cmd()"})
    answer = running.as_role("admin").get("/accesses/export", params={"person": PEOPLE["reader"]})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["谁"] for row in rows} == {PEOPLE["reader"]}
    assert "'=cmd()" in {row["内容"] for row in rows}


def look(minute: int = 0, **changes: str) -> Look:
    given = {"person": "王读", "address": "192.0.2.1", "kind": "page", "target": "来信 1", **changes}
    return Look(AFTER + timedelta(minutes=minute), **given)


def test_no_look_is_lost_while_the_database_is_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(store)
    watch.saw(look())

    def away(*_given: object) -> None:
        raise AwayError("away")

    with monkeypatch.context() as patched:
        patched.setattr(accesses, "add", away)
        with pytest.raises(AwayError):
            watch.flush()
    watch.saw(look(1, target="来信 2"))
    assert watch.flush() == 2
    assert [one.target for one in accesses.latest(store, Wanted())[0]] == ["来信 2", "来信 1"]


def test_many_at_once_lose_nothing(store: Store) -> None:
    watch = Watch(store)

    def read(person: int) -> None:
        for number in range(50):
            if watch.saw(look(person=f"{person}", target=f"来信 {number}")):
                watch.flush()

    threads = [threading.Thread(target=read, args=(person,)) for person in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    watch.flush()
    assert accesses.latest(store, Wanted(), 1)[1] == 400


def test_a_clean_stop_writes_what_was_gathered(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped:
        def __init__(self, _config: object) -> None: ...

        def run(self, sockets: object) -> None:  # noqa: ARG002 (uvicorn's)
            """Serve one look, and be told to stop."""
            running.console.watch.saw(look(person="最后一眼"))

        def handle_exit(self, *_signal: object) -> None: ...

    monkeypatch.setattr(serving.uvicorn, "Server", Stopped)
    monkeypatch.setattr(Serving, "watch", lambda _self: None)
    serving._serve_on([], running.console, lambda: None)  # noqa: SLF001 (what `serve` does once it listens)
    assert accesses.latest(running.console.store, Wanted(person="最后一眼"))[1] == 1


def test_old_looks_go_after_their_time(store: Store) -> None:
    accesses.add(store, [look(), look(60 * 24 * 500)])
    assert accesses.forget(store, AFTER + timedelta(days=400)) == 1
    assert accesses.latest(store, Wanted())[1] == 1


def test_what_a_command_takes_out_is_on_record_too(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGJI_PERSON", "周运维")
    settings = str(running.desk.settings.base / "zhengji.toml")
    for command in (("export", "cases", "--format", "csv"), ("query", "SELECT 1"), ("status",), ("screening", "show")):
        done = CliRunner().invoke(cli, ["--config", settings, *command])
        assert done.exit_code == 0, done.output
    looks, _ = accesses.latest(running.console.store, Wanted(person="周运维"))
    assert [(one.kind, one.target, one.told) for one in reversed(looks)] == [
        ("command", "zhengji export", "cases --format csv"),
        ("command", "zhengji query", "SELECT 1"),
        ("command", "zhengji screening show", ""),
    ]
    shown = CliRunner().invoke(cli, ["--config", settings, "accesses", "--person", "周运维"]).output
    assert "zhengji export" in shown
    assert "共 3 条" in shown
    table = (
        CliRunner().invoke(cli, ["--config", settings, "accesses", "--since", "2099-01-01", "--format", "csv"]).output
    )
    assert table.count("\n") == 1
