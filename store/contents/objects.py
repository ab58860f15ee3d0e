"""The door to the object store: contents in an S3-compatible bucket, each under `ab/abcdef…` behind the prefix.

Whatever goes wrong with the store is an ObjectsAwayError, whose text holds no key and no signature; what it does not
hold is None. Requests are tried again for a short while only: whoever waits for a content has a mail in hand.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from config.vault import ObjectStoreSettings
from store.contents.blobs import Blob
from store.errors import AwayError

if TYPE_CHECKING:
    # It is no name of the package while it runs.
    from obstore import GetResult

log = structlog.get_logger()

_RETRIES = 3
_CONNECT_SECONDS = 10
# A body may take long as long as it goes on; a stalled one ends by `timeout_seconds`.
_BODY = timedelta(hours=2)
# Larger contents go in parts of so many bytes, a few at once: no part may take longer than `timeout_seconds`.
_PART, _PARTS_AT_ONCE = 8 << 20, 4
_CHUNK = 1 << 20
_NAME = re.compile(r"(?:^|/)([0-9a-f]{2})/(\1[0-9a-f]{62})$")
_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_CODE = re.compile(r"<Code>\s*([A-Za-z0-9]{1,60})\s*</Code>")
# What servers call being full; 507 is HTTP's own word for it.
_FULL = {"507", "XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "InsufficientCapacity"}
_NO_BUCKET, _NO_KEY = "NoSuchBucket", "NoSuchKey"


class ObjectsAwayError(AwayError):
    """The object store does not answer, refuses us or is full (`full`); the text is a Chinese sentence."""

    def __init__(self, text: str, *, full: bool = False) -> None:
        super().__init__(text)
        self.full = full


class Objects:
    """The contents in one bucket, by their hash."""

    def __init__(self, settings: ObjectStoreSettings) -> None:
        self.bucket = settings.bucket
        self._store = _opened(settings)

    def size(self, sha256: str) -> int | None:
        """Return how many bytes an object has; None where there is none, or not even the bucket (see `holds`)."""
        with self._told():
            try:
                return int(obstore.head(self._store, _key(sha256))["size"])
            except FileNotFoundError:
                return None

    def holds(self, sha256: str) -> bool:
        """Tell whether there is an object; a bucket that is gone does not say no."""
        if self.size(sha256) is not None:
            return True
        self._look()
        return False

    def put(self, sha256: str, path: Path) -> None:
        """Store a file as the object of a hash; the request is signed with the hash of what was sent."""
        with self._told():
            obstore.put(self._store, _key(sha256), path, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE)

    def get(self, sha256: str) -> Iterator[bytes] | None:
        """Return the bytes of an object as they come; None where there is none."""
        with self._told():
            try:
                answer = obstore.get(self._store, _key(sha256))
            except FileNotFoundError as error:
                if _found(_CODE, str(error)) != _NO_KEY:
                    self._look()
                return None
        return self._stream(answer)

    def _stream(self, answer: "GetResult") -> Iterator[bytes]:
        with self._told():
            for chunk in answer.stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)

    def remove(self, sha256: str) -> bool:
        """Remove an object; tell whether it was there."""
        there = self.holds(sha256)
        with self._told(), suppress(FileNotFoundError):
            obstore.delete(self._store, _key(sha256))
        return there

    def kept(self) -> Iterator[Blob]:
        """Yield every content in the order of the hashes; foreign objects beside them are passed over."""
        for number in range(256):
            # Some servers list in another order than that of the names: a 256th of them is sorted here.
            yield from sorted(self._listed(f"{number:02x}"), key=lambda blob: blob.sha256)

    def _listed(self, folder: str) -> Iterator[Blob]:
        with self._told():
            for page in obstore.list(self._store, folder, chunk_size=1000):
                for one in page:
                    if found := _NAME.search(one["path"]):
                        yield Blob(found[2], one["size"])

    def _look(self) -> None:
        """Raise what a bucket that is not there answers; nothing where it answers at all."""
        with self._told():
            next(iter(obstore.list(self._store, "00", chunk_size=1)), None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn whatever the library raises into our own error."""
        try:
            yield
        except (BaseError, FileNotFoundError, ValueError) as error:
            raise _away(error, self.bucket) from None
        except BaseException as error:
            # What its Rust cannot do with an odd address it says by a panic, which is no Exception.
            if type(error).__name__ != "PanicException":
                raise
            log.error("objects.panic")  # noqa: TRY400 (its text quotes the address)
            raise ObjectsAwayError("对象存储暂时用不了：地址写得不对，请核对 [vault.s3] endpoint") from None


def _opened(settings: ObjectStoreSettings) -> S3Store:
    wait = timedelta(seconds=settings.timeout_seconds)
    config: dict[str, Any] = {
        "region": settings.region,
        "virtual_hosted_style_request": settings.bucket_in_host,
        # Several makers of such stores lack the deletion of many at once.
        "disable_bulk_delete": True,
    }
    own = {"endpoint": settings.endpoint, "access_key_id": settings.access_key, "secret_access_key": settings.secret}
    config |= {name: value for name, value in own.items() if value}
    return S3Store(
        settings.bucket,
        prefix=settings.prefix.strip("/") or None,
        config=config,  # type: ignore[arg-type]
        client_options={
            "allow_http": True,
            "timeout": _BODY,
            "read_timeout": wait,
            "connect_timeout": min(wait, timedelta(seconds=_CONNECT_SECONDS)),
            "user_agent": "zhengji",
        },
        retry_config={
            "max_retries": _RETRIES,
            "retry_timeout": wait,
            "backoff": {
                "init_backoff": timedelta(milliseconds=200),
                "max_backoff": min(wait, timedelta(seconds=5)),
                "base": 2,
            },
        },
    )


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _away(error: Exception, bucket: str) -> ObjectsAwayError:
    """Return what an error means. It may quote our key and signature, as servers do: none of its text is told."""
    text = str(error)
    status, code = _found(_STATUS, text), _found(_CODE, text)
    full = bool({status, code} & _FULL)
    log.warning("objects.away", error=type(error).__name__, status=status, code=code)
    return ObjectsAwayError(f"对象存储暂时用不了：{_reason(text, status, code, bucket, full=full)}", full=full)


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _reason(text: str, status: str, code: str, bucket: str, *, full: bool) -> str:
    """Return why it does not work, and what to do; the first that fits."""
    said = f"（{' '.join(filter(None, (status, code)))}）" if status or code else ""
    reasons: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: full, f"空间已满或超出配额{said}，请扩容"),
        (
            lambda: code == _NO_BUCKET,
            f"没有名为 {bucket} 的存储桶{said}，请核对 [vault.s3] bucket、region 和 bucket_in_host",
        ),
        (lambda: code == "RequestTimeTooSkewed", f"本机时钟与服务器相差太多{said}，请校准时钟"),
        (
            lambda: status in {"401", "403"},
            f"服务器拒绝了密钥或权限不够{said}，请核对 access_key、secret_key 和桶的权限",
        ),
        (
            lambda: "redirect" in text or status in {"301", "307"},
            f"区域不对{said}，请核对 [vault.s3] region 和 endpoint",
        ),
        (
            lambda: status == "404",
            f"找不到存储桶或地址不对{said}，请核对 [vault.s3] endpoint、bucket 和 bucket_in_host",
        ),
        (lambda: bool(status), f"服务器答 {status}{f' {code}' if code else ''}"),
        (lambda: "kind: Timeout" in text or "timed out" in text, "服务器没有及时回答"),
        (lambda: "ertificate" in text, "服务器的 TLS 证书不被信任，请核对 endpoint 或系统的根证书"),
        (lambda: "dns error" in text, "endpoint 的域名解析不了，请核对地址和网络"),
        (lambda: "kind: Connect" in text, "连不上服务器，请核对 endpoint 和网络"),
    )
    return next((reason for fits, reason in reasons if fits()), "连接中断或答复不完整")


def probe(settings: ObjectStoreSettings) -> str:
    """Store, fetch and remove a small object; return why that does not work, in Chinese, or nothing where it does."""
    key, data = f"probe/{secrets.token_hex(16)}", secrets.token_bytes(64)
    objects = Objects(settings)
    store = objects._store  # noqa: SLF001 (the same door)
    try:
        with objects._told():  # noqa: SLF001 (see above)
            obstore.put(store, key, data)
            back = bytes(obstore.get(store, key).bytes())
            obstore.delete(store, key)
    except ObjectsAwayError as error:
        return str(error)
    return "" if back == data else "对象存储取回的与存入的不一样"
