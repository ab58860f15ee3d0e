"""Takes in a form with files as it streams by: its words are kept, its files go straight to the disk as uploads.

The token must be the first field: without it nothing is written.
"""

import hmac
from datetime import datetime
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from reports.console.adding.uploads import BAD_REQUEST, TOO_LARGE, Upload, UploadError, Uploads
from store.accounts import Session

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PIECE = 1 << 20
_WORDS = 2_000_000
_FIELDS = 2_000
_FORBIDDEN, _LENGTH_REQUIRED = 403, 411
_EXPIRED = "页面过期了，请返回刷新后再试"
_BROKEN = "上传的内容不完整，没有收下，请重试"


def has_files(request: Request) -> bool:
    """Tell whether a form comes in parts, as one with files does."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def received(request: Request, session: Session, uploads: Uploads, now: datetime) -> FormData:
    """Return the words of a form, and under `upload` the keys of its files; HTTPException where it is refused."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        # How large it will be must be known before there can be room for it.
        raise HTTPException(_LENGTH_REQUIRED, _BROKEN)
    receiver = _Receiver(session, uploads, now, int(length))
    try:
        await _through(request, receiver)
    except UploadError as error:
        await run_in_threadpool(receiver.drop)
        raise HTTPException(error.status, str(error)) from None
    except (FormParserError, ClientDisconnect):
        await run_in_threadpool(receiver.drop)
        raise HTTPException(BAD_REQUEST, _BROKEN) from None
    except HTTPException:
        await run_in_threadpool(receiver.drop)
        raise
    return FormData(receiver.fields)


async def _through(request: Request, receiver: "_Receiver") -> None:
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise HTTPException(BAD_REQUEST, _BROKEN)
    parser = MultipartParser(boundary, receiver.callbacks)
    piece = bytearray()
    async for chunk in request.stream():
        piece += chunk
        if len(piece) >= PIECE:
            await run_in_threadpool(parser.write, bytes(piece))
            piece.clear()
    await run_in_threadpool(parser.write, bytes(piece))
    parser.finalize()
    if not receiver.ended:
        raise HTTPException(BAD_REQUEST, _BROKEN)


class _Receiver:
    """What a form has come to so far, and the part that is being read."""

    def __init__(self, session: Session, uploads: Uploads, now: datetime, coming: int) -> None:
        self.session, self.uploads, self.now, self.coming = session, uploads, now, coming
        self.fields: list[tuple[str, str | UploadFile]] = []
        self.ended = False
        self._landed: list[Upload] = []
        self._words = 0
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._said: dict[bytes, bytes] = {}
        self._name = ""
        self._text = bytearray()
        self._file: Upload | None = None
        self._offset = 0
        self._is_empty_input = False

    @property
    def callbacks(self) -> "MultipartCallbacks":
        """What the parser is to call."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def drop(self) -> None:
        """Remove what has landed of a form that is refused."""
        for one in (*self._landed, *([self._file] if self._file else [])):
            self.uploads.drop(one)

    def _begin(self) -> None:
        self._said, self._text, self._file, self._is_empty_input = {}, bytearray(), None, False
        self._offset = 0

    def _end_header(self) -> None:
        name, value = self._header
        self._said[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _open(self) -> None:
        """Look at what a part says to be; with a file, only whoever has shown the token goes on."""
        _, options = parse_options_header(self._said.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        if not self._is_own:
            raise HTTPException(_FORBIDDEN, _EXPIRED)
        called = options[b"filename"].decode("utf-8", "replace")
        self._is_empty_input = not called
        if called:
            self._file = self.uploads.begin(self.session.person, called, None, self.now, self.coming)

    @property
    def _is_own(self) -> bool:
        given = next((text for name, text in self.fields if name == "csrf"), "")
        return isinstance(given, str) and hmac.compare_digest(given.encode(), self.session.csrf.encode())

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._offset = self.uploads.append(self._file, self._offset, data[start:end])
            # What has come need not be found room for again.
            self.coming = max(0, self.coming - (end - start))
        elif not self._is_empty_input:
            self._words += end - start
            if self._words > _WORDS:
                raise HTTPException(TOO_LARGE, "内容太长；长的请存成文件再选")
            self._text += data[start:end]

    def _end(self) -> None:
        if self._file:
            if not self._offset:
                raise UploadError(f"《{self._file.name}》是空的（0 字节），请重新取得")
            landed = self.uploads.finish(self._file)
            self._landed.append(landed)
            self.fields.append(("upload", landed.id))
            self._file = None
        elif not self._is_empty_input:
            self.fields.append((self._name, self._text.decode("utf-8", "replace")))
        if len(self.fields) > _FIELDS:
            raise HTTPException(TOO_LARGE, "内容太长")

    def _finish(self) -> None:
        self.ended = True
