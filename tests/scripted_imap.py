"""An IMAP server that re-enacts what a provider answers, line by line, for what no real server here does."""

import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# (command line without its tag) -> lines to answer before the tagged OK, or a tagged answer where it begins with "NO".
Answer = Callable[[str], list[bytes]]
# In place of a tagged answer: the server closes the connection.
HANG_UP = b""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: ScriptedServer = self.server  # type: ignore[assignment]
        self._write([server.greeting + b"\r\n"])
        for line in self.rfile:
            tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
            server.commands.append(command)
            answer = server.answer(command)
            while answer[-1].startswith(b"+"):
                self._write(answer)
                self.rfile.readline()
                answer = server.continued.pop(0)
            if answer[-1] == HANG_UP:
                self._write(answer[:-1])
                return
            self._write([*answer[:-1], tag.encode() + b" " + answer[-1] + b"\r\n"])
            if command.upper().startswith("LOGOUT"):
                return

    def _write(self, parts: list[bytes]) -> None:
        server: ScriptedServer = self.server  # type: ignore[assignment]
        for part in parts:
            length = 1 if server.pause else max(1, len(part))
            for start in range(0, len(part), length):
                self.wfile.write(part[start : start + length])
                time.sleep(server.pause)


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Answers each command by a function, and keeps the commands that it was sent."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.greeting = b"* OK IMAP4 ready"
        self.commands: list[str] = []
        # What is answered to each line that a client adds to its command, after an answer that begins with `+`.
        self.continued: list[list[bytes]] = []
        # A server that drips: after each byte it pauses (seconds).
        self.pause = 0.0

    def encrypt(self, certificate: Path) -> None:
        """Speak TLS from the first byte on; the key lies beside the certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, certificate.with_name("key.pem"))
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def scripted(answer: Answer) -> Iterator[ScriptedServer]:
    """Give a running scripted server."""
    server = ScriptedServer(answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def netease(mails: dict[int, bytes]) -> Answer:
    """Return the answers of Coremail at NetEase: ID first, no UIDNEXT, UIDVALIDITY 1, `N:*` gives the last mail."""
    introduced: list[bool] = []

    def answer(command: str) -> list[bytes]:  # noqa: PLR0911 (one for each command)
        word = command.upper()
        if word.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ UIDPLUS\r\n", b"OK done"]
        if word.startswith("ID "):
            introduced.append(True)
            return [b'* ID ("name" "Coremail Imap")\r\n', b"OK ID completed"]
        if word.startswith("LIST"):
            return [b'* LIST () "/" "INBOX"\r\n', b'* LIST (\\Junk) "/" "&V4NXPpCuTvY-"\r\n', b"OK LIST"]
        if word.startswith("EXAMINE") and not introduced:
            return [b"NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"]
        if word.startswith("EXAMINE"):
            return [b"* %d EXISTS\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n" % len(mails), b"OK [READ-ONLY] EXAMINE"]
        if word.startswith("UID SEARCH"):
            first = int(word.split("UID ")[-1].split(":")[0])
            found = [uid for uid in sorted(mails) if uid >= first] or [max(mails)]
            return [b"* SEARCH " + b" ".join(b"%d" % uid for uid in found) + b"\r\n", b"OK SEARCH"]
        if word.startswith("UID FETCH"):
            uids = [int(uid) for uid in word.split()[2].split(",")]
            return [*(_fetch(uid, mails[uid], word) for uid in uids if uid in mails), b"OK FETCH"]
        return [b"OK done"]

    return answer


def _fetch(uid: int, raw: bytes, word: str) -> bytes:
    if "BODY.PEEK" in word:
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, uid, len(raw), raw)
    date = b'"05-Aug-2026 23:59:58 +0800"'
    return b"* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE %b)\r\n" % (uid, uid, len(raw), date)
