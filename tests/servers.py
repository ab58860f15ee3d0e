"""Real servers on loopback for the tests: Dovecot, PostgreSQL, SMTP and S3, each on a free port and in a folder of its own.

They run without root rights: started by root they become `nobody`. Each is stopped by its own process id. Where a
Debian package is missing, the test fails and names it: nothing is skipped.
"""

import os
import pwd
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from imapclient import IMAPClient

_PATIENCE = 30.0
_POSTGRES = [Path(f"/usr/lib/postgresql/{version}/bin") for version in range(20, 12, -1)]


def free_port() -> int:
    """Return a port that nobody listens on just now.

    It lies below those that the system hands to outgoing connections, and is drawn at random: test processes that run
    side by side do not meet on it.
    """
    for _ in range(200):
        port = random.randint(10_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port on loopback")


def program(name: str, package: str) -> str:
    """Return where a server's program is; the test fails, naming the Debian package, where it is missing."""
    folders = [*map(str, _POSTGRES), "/usr/sbin", os.environ.get("PATH", "")]
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        raise AssertionError(f"{name} is missing: apt-get install {package}")
    return found


def certificate(folder: Path) -> Path:
    """Make a self-signed certificate for localhost, `cert.pem` and `key.pem` in a folder; return the certificate."""
    command = [program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "cert.pem"


def own_folder(name: str) -> Path:
    """Return a new folder that the servers' user owns, in the system's folder for temporary files."""
    folder = Path(tempfile.mkdtemp(prefix=f"zhengji-{name}-"))
    if os.geteuid() == 0:
        user = server_user()
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def server_user() -> pwd.struct_passwd:
    """Return the user that servers run as: nobody where the tests run as root, else oneself."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def run_as_server(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program as the servers' user."""
    if os.geteuid() == 0:
        options |= {"user": server_user().pw_uid, "group": server_user().pw_gid, "extra_groups": []}
    return subprocess.Popen(command, **options)


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; the test fails with the end of the server's log where it ends or stays silent."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if ready():
            return
        time.sleep(0.02)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
    raise AssertionError(f"{process.args!r} did not start within {_PATIENCE} s: {said}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server by its own process id: kindly, and by force where it does not listen."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_PATIENCE)


def wrote(pid_file: Path, process: subprocess.Popen[bytes] | None) -> bool:
    """Tell whether it is this process that runs as the server: another may answer on a port that both wanted."""
    first = pid_file.read_text(encoding="ascii").split("\n")[0].strip() if pid_file.exists() else ""
    return process is not None and first == str(process.pid)


def answers(port: int) -> bool:
    """Tell whether somebody accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


_DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
mail_fsync = never
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service anvil {{
  chroot =
  # No waiting after logins that failed.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
  }}
  mailbox Drafts {{
    special_use = \\Drafts
  }}
  mailbox Trash {{
    special_use = \\Trash
  }}
}}
"""


_OAUTH = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""
_TOKENINFO = """
tokeninfo_url = {url}
username_attribute = email
force_introspection = no
debug = no
"""


@dataclass
class Dovecot:
    """A real IMAP server; every user name is an account of its own, with the password `secret`.

    With `tokeninfo`, a URL to which a token is appended, it also takes OAuth 2 tokens, of the user that is told there.
    """

    folder: Path = field(default_factory=lambda: own_folder("dovecot"))
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    tokeninfo: str = ""

    password = "secret"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        binary, user = program("dovecot", "dovecot-imapd"), server_user()
        if not (self.folder / "dovecot.conf").exists():
            self._write(user)
        self.process = run_as_server([binary, "-F", "-c", str(self.folder / "dovecot.conf")], start_new_session=True)
        pid_file = self.folder / "run" / "master.pid"
        wait_for(lambda: wrote(pid_file, self.process) and answers(self.port), self.process, self.folder / "log")

    def _write(self, user: pwd.struct_passwd) -> None:
        import grp

        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir()
        certificate(self.folder)
        text = _DOVECOT.format(
            folder=self.folder,
            user=user.pw_name,
            group=grp.getgrgid(user.pw_gid).gr_name,
            uid=user.pw_uid,
            gid=user.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
        )
        if self.tokeninfo:
            text += _OAUTH.format(folder=self.folder)
            (self.folder / "oauth2.conf").write_text(_TOKENINFO.format(url=self.tokeninfo), encoding="utf-8")
        (self.folder / "dovecot.conf").write_text(text, encoding="utf-8")
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)

    def stop(self) -> None:
        """Stop it by its own process id; the mail stays."""
        if self.process is not None:
            end(self.process)
            self.process = None

    def kill(self) -> None:
        """Kill it with all its connections, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(_PATIENCE)
            self.process = None

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def account(self, user: str) -> "Account":
        """Return an account."""
        return Account(self, user)


@dataclass(frozen=True)
class Account:
    """One mail account on the server, as its owner uses it."""

    server: Dovecot
    user: str

    def client(self) -> IMAPClient:
        """Return a connection that may write, logged in."""
        client = IMAPClient("127.0.0.1", self.server.port, ssl=False)
        client.login(self.user, self.server.password)
        return client

    def append(self, raw: bytes, when: datetime, folder: str = "INBOX") -> None:
        """Put a mail into a folder (made where it is not there) with the arrival that is given."""
        self.append_all([(raw, when)], folder)

    def append_all(self, mails: list[tuple[bytes, datetime]], folder: str = "INBOX") -> None:
        """Put many mails into a folder over one connection."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for raw, when in mails:
                client.append(folder, raw, msg_time=when)


@dataclass
class Postgres:
    """A real PostgreSQL; every test gets a database of its own."""

    folder: Path = field(default_factory=lambda: own_folder("postgres"))
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    made: int = 0

    def start(self) -> None:
        """Make the cluster, start it, and wait until it answers."""
        data = self.folder / "data"
        initdb = [program("initdb", "postgresql"), "-D", str(data), "-U", "postgres", "-A", "trust"]
        initdb += ["-E", "UTF8", "--no-sync"]
        done = run_as_server(initdb, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder)
        output, _ = done.communicate()
        assert done.returncode == 0, output.decode()
        command = [program("postgres", "postgresql"), "-D", str(data), "-p", str(self.port), "-h", "127.0.0.1"]
        command += ["-k", str(self.folder), "-F", "-c", "max_connections=60", "-c", "full_page_writes=off"]
        log = (self.folder / "log").open("wb")
        self.process = run_as_server(command, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        wait_for(self._ready, self.process, self.folder / "log")

    def _ready(self) -> bool:
        if not wrote(self.folder / "data" / "postmaster.pid", self.process):
            return False
        try:
            psycopg.connect(self._dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _dsn(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def database(self) -> str:
        """Make a database and return its URL for SQLAlchemy."""
        self.made += 1
        name = f"test{self.made}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def remove(self) -> None:
        """Stop it by its own process id and remove its folder."""
        if self.process is not None:
            end(self.process)
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class ObjectStore:
    """A real S3 server (rclone's), which checks signatures; its buckets are the folders in `folder`."""

    folder: Path = field(default_factory=lambda: own_folder("objects"))
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    access_key = "ZHENGJIZHENGJI001"
    secret_key = "geheim-geheim-geheim"
    bucket = "zhengji"

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it with its bucket, and wait until it answers."""
        (self.folder / "buckets" / self.bucket).mkdir(parents=True, exist_ok=True)
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, server_user().pw_uid, server_user().pw_gid)
        command = [_beside("rclone"), "serve", "s3", "--auth-key", f"{self.access_key},{self.secret_key}"]
        command += ["--addr", f"127.0.0.1:{self.port}", "--vfs-cache-mode", "off", "--cache-dir", str(self.folder)]
        command += ["--config", str(self.folder / "rclone.conf"), str(self.folder / "buckets")]
        with (self.folder / "log").open("wb") as log:
            self.process = run_as_server(command, stdout=log, stderr=log, cwd=self.folder)
        wait_for(lambda: answers(self.port), self.process, self.folder / "log")

    def stop(self) -> None:
        """Stop it by its own process id; the objects stay."""
        if self.process is not None:
            end(self.process)
            self.process = None

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self, prefix: str, more: str = "") -> str:
        """Return the settings of a vault in its bucket."""
        return (
            f'[vault.s3]\nbucket = "{self.bucket}"\nendpoint = "{self.endpoint}"\nprefix = "{prefix}"\n'
            f'access_key = "{self.access_key}"\nsecret_key = "{self.secret_key}"\n{more}'
        )

    def place(self, prefix: str, sha256: str) -> Path:
        """Return where an object lies on the server's disk."""
        return self.folder / "buckets" / self.bucket / prefix / sha256[:2] / sha256


def _beside(name: str) -> str:
    """Return a program that was installed beside this Python."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is missing: pip install --require-hashes -r requirements-dev.lock"
    return found


@dataclass
class MailServer:
    """A real SMTP server that keeps what it is given; it refuses the addresses in `refused`, hangs up on `dropped`.

    On those in `silent` it hangs up after it has taken their mail, before it says so; `spurned` mail it refuses then.

    `certificate` makes it offer STARTTLS, with `implicit` it speaks TLS from the first byte.
    """

    port: int = field(default_factory=free_port)
    username: str = "staff"
    password: str = "geheim"
    certificate: Path | None = None
    implicit: bool = False
    refused: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    spurned: set[str] = field(default_factory=set)
    raw: list[bytes] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    controller: Controller | None = None

    def start(self) -> None:
        """Start it in a thread of its own."""
        context = None
        if self.certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.certificate, self.certificate.with_name("key.pem"))
        self.controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=context if self.implicit else None,
            tls_context=None if self.implicit else context,
            auth_require_tls=False,
            authenticator=self._authenticate,
            auth_required=False,
        )
        self.controller.start()

    def stop(self) -> None:
        """Stop it."""
        if self.controller is not None:
            self.controller.stop()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and data == LoginPassword(
            self.username.encode(), self.password.encode()
        )
        return AuthResult(success=right, handled=right)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's own names)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse what is to be refused, and hang up where that is wanted."""
        if address in self.dropped and server.transport is not None:
            server.transport.close()
        if address in self.refused:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        from email import message_from_bytes, policy

        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        if self.spurned & {*envelope.rcpt_tos}:
            return "452 4.3.1 insufficient system storage"
        self.raw.append(raw)
        self.mails.append(message_from_bytes(raw, policy=policy.default))
        self.recipients.extend(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from or "")
        if self.silent & {*envelope.rcpt_tos} and server.transport is not None:
            server.transport.close()
        return "250 OK"
