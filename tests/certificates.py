"""Certificates for localhost that a careful program must not accept, made with openssl."""

import ssl
import subprocess
from pathlib import Path

from tests.servers import certificate, program

_LOCALHOST = "subjectAltName=DNS:localhost,IP:127.0.0.1"


def _openssl(*words: str) -> None:
    subprocess.run([program("openssl", "openssl"), *words], check=True, capture_output=True)


def authority(folder: Path) -> Path:
    """Make a certificate authority; return its certificate, with the key beside it."""
    key, own = str(folder / "ca-key.pem"), folder / "ca.pem"
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", key, "-out", str(own),
             "-subj", "/CN=tests", "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    return own


def signed(folder: Path, name: str, names: str = _LOCALHOST, *, days: int = 30) -> ssl.SSLContext:
    """Return the context of a server whose certificate the authority signed; with negative days it has expired."""
    key, request, own, extra = (str(folder / f"{name}.{end}") for end in ("key", "csr", "pem", "ext"))
    Path(extra).write_text(names, encoding="ascii")
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=localhost")
    _openssl("x509", "-req", "-in", request, "-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca-key.pem"),
             "-CAcreateserial", "-days", str(days), "-out", own, "-extfile", extra)  # fmt: skip
    return _context(own, key)


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return the context of a server that nobody vouches for."""
    own = certificate(folder)
    return _context(str(own), str(own.with_name("key.pem")))


def _context(own: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    return context
