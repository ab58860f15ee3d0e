"""The protocol by which large files come in pieces, described in docs/console.md: begin, send, ask how far, give up."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from reports.console.adding.receiving import PIECE
from reports.console.adding.uploads import BAD_REQUEST, Upload, UploadError
from reports.console.asked import Asked, Done, missing, whole
from reports.console.roles import EDITOR
from reports.console.route import Route, write

OFFSET = "Upload-Offset"
_CREATED = 201
# A size in bytes has no more digits.
_DIGITS = 15


def begin(asked: Asked) -> Done:
    """Begin an upload: `name` and `size` in, its key out."""
    name, size = asked.text("name"), whole(asked.text("size"), _DIGITS)
    if size is None:
        return _not_begun(name, UploadError("没有说明文件多大", BAD_REQUEST))
    try:
        made = asked.console.uploads.begin(asked.who.name, name, size, asked.now)
    except UploadError as error:
        return _not_begun(name, error)
    return Done([], "/add", made.name, shown=JSONResponse(made.told, _CREATED))


def _not_begun(name: str, error: UploadError) -> Done:
    return Done([f"没有成功：{error}"], "/add", name, shown=_refused(error))


def state(asked: Asked) -> Response:
    """Return how far an upload has come."""
    one = _own(asked)
    return JSONResponse(one.told, headers={OFFSET: str(one.offset)})


async def send(asked: Asked) -> Response:
    """Add the body to an upload at the offset that the header says; whatever came before a line broke is kept."""
    one = await run_in_threadpool(_own, asked)
    offset = whole(asked.request.headers.get(OFFSET, ""), _DIGITS)
    if offset is None:
        return _refused(UploadError("没有说明从哪里接着传", BAD_REQUEST, one.offset))
    uploads, piece = asked.console.uploads, bytearray()
    try:
        # An offset that is not the end is refused before anything is read.
        offset = await run_in_threadpool(uploads.append, one, offset, b"")
        try:
            async for chunk in asked.request.stream():
                piece += chunk
                if len(piece) >= PIECE:
                    offset = await run_in_threadpool(uploads.append, one, offset, bytes(piece))
                    piece.clear()
        except ClientDisconnect:
            offset = await run_in_threadpool(uploads.append, one, offset, bytes(piece))
            return _refused(UploadError("连接断了", BAD_REQUEST, offset))
        offset = await run_in_threadpool(uploads.append, one, offset, bytes(piece))
    except UploadError as error:
        return _refused(error)
    return JSONResponse({**one.told, "offset": offset}, headers={OFFSET: str(offset)})


def drop(asked: Asked) -> Done:
    """Give an upload up."""
    one = _own(asked)
    if one.job:
        raise UploadError("这个文件正在处理，不能放弃")
    asked.console.uploads.drop(one)
    return Done([f"已放弃《{one.name}》"], "/add", one.name)


def _own(asked: Asked) -> Upload:
    """Return the upload that is asked for; of another person's there is nothing to be seen."""
    one = asked.console.uploads.find(asked.who.name, str(asked.path["id"]))
    if one is None:
        raise missing("没有这个上传，或已过期")
    return one


def _refused(error: UploadError) -> JSONResponse:
    headers = {} if error.offset is None else {OFFSET: str(error.offset)}
    return JSONResponse({"said": str(error), "offset": error.offset}, error.status, headers)


ROUTES = (
    write("/add/uploads", begin, "开始上传"),
    Route("/add/uploads/{id}", state, EDITOR),
    Route("/add/uploads/{id}", send, EDITOR, "上传", streams=True),
    write("/add/uploads/{id}/drop", drop, "放弃上传"),
)
