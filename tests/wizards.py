"""Runs commands as their users do, with a line for each question, and tells what came of it."""

import io
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from ingest.cli import cli
from tests.servers import Dovecot, MailServer

ADDRESSES = ("wzglzzh@ecpmi.org.cn", "wylzzh@ecpmi.org.cn")
OWN_SERVER = "7"
SSL, STARTTLS, PLAIN = "1", "2", "3"


@dataclass(frozen=True)
class Asked:
    """What the wizard said, and how it ended."""

    code: int
    out: str
    error: str


def clean_environment() -> dict[str, str]:
    """Return our environment without settings of the program in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ZHENGJI_")}


def zhengji(folder: Path, *arguments: str, lines: Iterable[str] = ()) -> Asked:
    """Run a command in a folder with lines on its input, in this process: starting one takes seconds."""
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    out, error = io.StringIO(), io.StringIO()
    # Not click's own runner: it shows what is typed unseen.
    with (
        chdir(folder),
        patch.dict(os.environ, clean_environment(), clear=True),
        patch.object(sys, "stdin", typed),
        redirect_stdout(out),
        redirect_stderr(error),
        pytest.raises(SystemExit) as ended,
    ):
        cli(arguments)
    return Asked(int(ended.value.code or 0), out.getvalue(), error.getvalue())


def zhengji_process(folder: Path, *arguments: str, lines: Iterable[str] = ()) -> Asked:
    """Run a command in a folder with lines on its input over a pipe, in a process of its own."""
    command = [str(Path(sys.executable).parent / "zhengji"), *arguments]
    given = "".join(f"{line}\n" for line in lines).encode()
    done = subprocess.run(
        command, cwd=folder, input=given, capture_output=True, env=clean_environment(), check=False, timeout=300
    )
    return Asked(done.returncode, done.stdout.decode(), done.stderr.decode())


def server_lines(host: str, port: int, security: str, ca_file: Path | None) -> list[str]:
    """Return the answers that describe a server of one's own."""
    return [host, security, str(port), *([] if security == PLAIN else [str(ca_file or "")])]


def mailbox_lines(dovecot: Dovecot, password: str | None = None, security: str = SSL) -> list[str]:
    """Return the answers for a mailbox on a Dovecot, from who hosts it on."""
    port = dovecot.tls_port if security == SSL else dovecot.port
    server = server_lines("localhost", port, security, dovecot.folder / "cert.pem")
    return [OWN_SERVER, *server, "", password or dovecot.password]


def smtp_lines(server: MailServer, password: str | None = None) -> list[str]:
    """Return the answers for sending by a server that offers STARTTLS, not by the mailbox."""
    described = server_lines("localhost", server.port, STARTTLS, server.certificate)
    return ["n", "box@ecpmi.org.cn", *described, server.username, password or server.password]
