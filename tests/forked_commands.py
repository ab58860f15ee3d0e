"""`zhengji` forked from a process that has everything imported: for tests that type hundreds of commands.

What answers is `ingest.cli` all the same, in a process of its own, in the folder and with the variables of whoever typed
it; only its start is quick.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ingest.cli
from tests.servers import end

_ROOT = Path(__file__).parent.parent
# What is typed: a small Python without site-packages that hands its arguments, folder, variables and streams over.
_TYPED = """#!{python} -IS
import json, os, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({path!r})
socket.send_fds(asked, [b"."], [0, 1, 2])
asked.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
asked.shutdown(socket.SHUT_WR)
os._exit(int(asked.recv(9) or b"99"))
"""


@contextmanager
def forked_commands(folder: Path) -> Iterator[Path]:
    """Give a folder with a `zhengji` that works as long as this lasts."""
    typed, path = folder / "zhengji", folder / "asked"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        typed.write_text(_TYPED.format(python=sys.executable, path=str(path)), encoding="utf-8")
        typed.chmod(0o755)
        command = [sys.executable, "-m", "tests.forked_commands", str(listening.fileno())]
        server = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, pass_fds=[listening.fileno()])
    try:
        yield folder
    finally:
        end(server)


def _serve(listening: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asked, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _answer(asked)
        asked.close()


def _answer(asked: socket.socket) -> None:
    """Be the command that was typed, and say with which code it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code: object = 1
    try:
        _become(asked)
        ingest.cli.main()
    except SystemExit as error:
        code = error.code or 0
    except BaseException:  # noqa: BLE001 (told as Python itself tells it)
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    asked.sendall(str(code if isinstance(code, int) else 1).encode())
    os._exit(0)


def _become(asked: socket.socket) -> None:
    _, streams, _, _ = socket.recv_fds(asked, 1, 3)
    for own, stream in enumerate(streams):
        os.dup2(stream, own)
        os.close(stream)
    with asked.makefile("rb") as said:
        arguments, folder, variables = json.load(said)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["zhengji", *arguments]


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
