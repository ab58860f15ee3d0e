"""An IMAP server with real folders behind it, on loopback: what a provider does oddly is data, see `Behaviour`.

It speaks the protocol as RFC 3501 has it (literals, partial FETCH, UID SEARCH, STATUS, LIST, EXAMINE, modified UTF-7)
and keeps every command that it gets. Staff may change its folders between any two commands.
"""

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from tests.imap_answers import Mail, fetched, found, in_set, utf7

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|\{\d+\+?\}\r\n|([^\s()\[\]"]+(?:\[[^\]]*\](?:<[^>]*>)?)?)')
# What would change a mailbox; the server refuses it, and a test that finds it among the commands fails.
WRITES = {"SELECT", "STORE", "COPY", "MOVE", "EXPUNGE", "APPEND", "CREATE", "DELETE", "RENAME", "CLOSE", "SUBSCRIBE"}


@dataclass(frozen=True)
class Behaviour:
    """What a provider's server says and does; folders are (name, flags as LIST gives them)."""

    folders: tuple[tuple[str, str], ...]
    capability: str = "IMAP4rev1"
    before_login: str = "IMAP4rev1"
    greeting: str = "IMAP4 ready"
    uidvalidity: int = 1_700_000_000
    # NetEase: EXAMINE is refused until the client has said who it is, STATUS says nothing, UIDNEXT is never told.
    id_first: str = ""
    status_empty: bool = False
    gives_uidnext: bool = True
    chinese_search_broken: bool = False
    # QQ: what else than UIDs is searched for is ignored, SEARCH sees what EXAMINE saw, other commands end it all.
    text_search_ignored: bool = False
    search_is_stale: bool = False
    ascending_only: bool = False
    drops_unknown: bool = False
    # Aliyun: BAD for CHARSET, and for keys in parentheses.
    plain_search_only: bool = False
    # FETCH answers in another order, in two parts, without some items, other news between them, NIL for a body.
    laconic: bool = False


@dataclass
class Folder:
    """A folder and its mails by UID."""

    name: str
    flags: str
    uidvalidity: int
    uidnext: int = 1
    mails: dict[int, Mail] = field(default_factory=dict)


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: "Engine"
    # An answer goes out as a whole; piece by piece, each would wait for the client's acknowledgement of the last.
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.logged_in, self.introduced = False, False
        self.folder: Folder | None = None
        self.seen: list[int] = []

    def handle(self) -> None:
        self.tell(f"* OK {self.server.behaviour.greeting}")
        while (line := self._command()) and self._answer(line):
            pass

    def send(self, *lines: str | bytes) -> None:
        for line in lines:
            data = (line if isinstance(line, bytes) else line.encode()) + b"\r\n"
            self.server.sent += len(data)
            self.wfile.write(data)

    def tell(self, line: str) -> None:
        self.send(line)
        self.wfile.flush()

    def _command(self) -> bytes:
        """Return a command with its literals, empty where the client has gone."""
        line = whole = self.rfile.readline()
        while literal := _LITERAL.search(line):
            if not literal[2]:
                self.tell("+ go ahead")
            content = self.rfile.read(int(literal[1]))
            line = self.rfile.readline()
            whole += content + line
        self.server.received += len(whole)
        return whole

    def _answer(self, line: bytes) -> bool:
        """Answer a command; tell whether the connection stays open."""
        tag, _, text = line.decode("utf-8", "replace").strip().partition(" ")
        self.server.commands.append(text)
        words = [quoted or bracket or atom for quoted, bracket, atom in _TOKEN.findall(text)]
        name = words[0].upper() if words else ""
        for watch in self.server.watchers:
            watch(text)
        command: Callable[[list[str]], str] | None = getattr(self, f"do_{name.lower()}", None)
        if command is None and self.server.behaviour.drops_unknown and name not in WRITES:
            return False
        # The lock: staff do not change a folder in the middle of an answer.
        with self.server.lock:
            done = command(words[1:]) if command else ("NO not here" if name in WRITES else "BAD unknown command")
        self.tell(f"{tag} {done}")
        return name != "LOGOUT"

    def do_capability(self, _words: list[str]) -> str:
        said = self.server.behaviour.capability if self.logged_in else self.server.behaviour.before_login
        self.send(f"* CAPABILITY {said}")
        return "OK CAPABILITY completed"

    def do_noop(self, _words: list[str]) -> str:
        self._say_news()
        return "OK NOOP completed"

    def do_logout(self, _words: list[str]) -> str:
        self.send("* BYE logging out")
        return "OK LOGOUT completed"

    def do_id(self, _words: list[str]) -> str:
        self.introduced = True
        self.send('* ID ("name" "engine" "vendor" "tests")')
        return "OK ID completed"

    def do_login(self, words: list[str]) -> str:
        self.logged_in = words[1] == self.server.password
        return "OK LOGIN completed" if self.logged_in else "NO [AUTHENTICATIONFAILED] LOGIN Login error password error"

    def do_list(self, _words: list[str]) -> str:
        for folder in self.server.folders.values():
            self.send(f'* LIST ({folder.flags}) "/" "{utf7(folder.name)}"')
        return "OK LIST completed"

    def do_status(self, words: list[str]) -> str:
        folder = self.server.folder(words[0])
        if folder is None:
            return "NO no such folder"
        told = {"MESSAGES": len(folder.mails), "UIDNEXT": folder.uidnext, "UIDVALIDITY": folder.uidvalidity}
        items = "" if self.server.behaviour.status_empty else " ".join(f"{name} {told[name]}" for name in told)
        self.send(f'* STATUS "{words[0]}" ({items})')
        return "OK STATUS completed"

    def do_examine(self, words: list[str]) -> str:
        behaviour = self.server.behaviour
        if behaviour.id_first and not self.introduced:
            return f"NO {behaviour.id_first}"
        self.folder = self.server.folder(words[0])
        if self.folder is None or "Noselect" in self.folder.flags:
            return "NO no such folder"
        self.seen = sorted(self.folder.mails)
        self.send("* FLAGS (\\Answered \\Seen \\Deleted)", f"* {len(self.seen)} EXISTS", "* 0 RECENT")
        self.send(f"* OK [UIDVALIDITY {self.folder.uidvalidity}] UIDs valid")
        if behaviour.gives_uidnext:
            self.send(f"* OK [UIDNEXT {self.folder.uidnext}] next UID")
        return "OK [READ-ONLY] EXAMINE completed"

    do_select = do_examine

    def do_uid(self, words: list[str]) -> str:
        if self.folder is None:
            return "BAD no folder"
        if words[0].upper() == "SEARCH":
            return self._search(words[1:])
        return self._fetch(words[1], words[2:]) if words[0].upper() == "FETCH" else "NO not here"

    def _search(self, keys: list[str]) -> str:
        assert self.folder is not None
        behaviour = self.server.behaviour
        if behaviour.plain_search_only and ("CHARSET" in map(str.upper, keys) or "(" in keys):
            return "BAD invalid command or parameters"
        if behaviour.ascending_only and not all(map(in_order, keys)):
            return "BAD UID parameters!"
        if behaviour.chinese_search_broken and not "".join(keys).isascii():
            keys = ["UID", "0"]
        uids = self.seen if behaviour.search_is_stale else sorted(self.folder.mails)
        hits = found(keys, uids, self.folder.mails, ignore_text=behaviour.text_search_ignored)
        self.send(" ".join(["* SEARCH", *map(str, hits)]))
        return "OK SEARCH completed"

    def _fetch(self, which: str, items: list[str]) -> str:
        assert self.folder is not None
        if self.server.behaviour.ascending_only and not in_order(which):
            return "BAD UID parameters!"
        self._say_news()
        wanted = [item.upper() for item in items if item not in "()"]
        uids = [uid for uid in self.seen if in_set(uid, which, self.seen) and uid in self.folder.mails]
        laconic = self.server.behaviour.laconic
        for uid in reversed(uids) if laconic else uids:
            number = self.seen.index(uid) + 1
            given = [item for item in wanted if uid not in self.server.withheld or "BODY" not in item]
            if laconic:
                # A mail came in and was deleted again, and somebody read the first one.
                exists = len(self.seen) + 1
                self.send(f"* {exists} EXISTS", f"* {exists} EXPUNGE", "* 1 FETCH (FLAGS (\\Seen))")
            self.send(*fetched(number, uid, self.folder.mails[uid], given, laconic=laconic))
        return "OK FETCH completed"

    def _say_news(self) -> None:
        """Tell what came and what was deleted since."""
        if self.folder is None:
            return
        for uid in [uid for uid in self.seen if uid not in self.folder.mails]:
            self.send(f"* {self.seen.index(uid) + 1} EXPUNGE")
            self.seen.remove(uid)
        if new := [uid for uid in sorted(self.folder.mails) if uid not in self.seen]:
            self.seen += new
            self.send(f"* {len(self.seen)} EXISTS")


def in_order(which: str) -> bool:
    """Tell whether a set of UIDs ascends, as QQ wants it; other words do."""
    if not re.fullmatch(r"[\d:,*]+", which):
        return True
    numbers = [int(number) for number in re.findall(r"\d+", which)]
    return numbers == sorted(numbers)


class Engine(socketserver.ThreadingTCPServer):
    """A running server with its folders; `watchers` are called with each command before it is answered."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, behaviour: Behaviour, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.behaviour, self.context, self.password = behaviour, context, "secret"
        self.lock = threading.RLock()
        self.folders = {name: Folder(name, flags, behaviour.uidvalidity) for name, flags in behaviour.folders}
        # Mails (by UID) that FETCH tells of, and whose contents it never gives.
        self.withheld: set[int] = set()
        self.commands: list[str] = []
        self.watchers: list[Callable[[str], None]] = []
        self.sent = self.received = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection; its handshake, if it has one, is made by the thread that serves it."""
        client, address = super().get_request()
        if self.context is not None:
            client = self.context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        return client, address

    def folder(self, name: str) -> Folder | None:
        """Return a folder by its name in modified UTF-7."""
        wanted = name.upper() if name.upper() == "INBOX" else name
        return next((folder for folder in self.folders.values() if utf7(folder.name) == wanted), None)

    def append(self, folder: str, raw: bytes, when: datetime) -> int:
        """Let a mail arrive; return its UID."""
        with self.lock:
            into = self.folders[folder]
            uid, into.uidnext = into.uidnext, into.uidnext + 1
            into.mails[uid] = Mail(raw, when, set())
            return uid

    def expunge(self, folder: str, uid: int) -> Mail:
        """Let staff delete a mail for good."""
        with self.lock:
            return self.folders[folder].mails.pop(uid)

    def everything(self) -> dict[str, object]:
        """Return all that a reader could have changed."""
        return {
            name: (folder.uidvalidity, folder.uidnext, {uid: mail.all() for uid, mail in folder.mails.items()})
            for name, folder in self.folders.items()
        }

    def forget(self) -> None:
        """Begin to count anew."""
        self.commands.clear()
        self.sent = self.received = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hangs up or does not like the certificate."""

    def shutdown_request(self, request: object) -> None:
        """Close a connection, at once where the client has gone already."""
        assert isinstance(request, socket.socket)
        with suppress(OSError):
            super().shutdown_request(request)


@contextmanager
def running(behaviour: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[Engine]:
    """Give a running server."""
    engine = Engine(behaviour, context)
    thread = threading.Thread(target=engine.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        engine.shutdown()
        engine.server_close()
        thread.join()
