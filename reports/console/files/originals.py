"""Files of others: their originals as downloads, and pictures of them that we made ourselves."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from config.safe_names import safe_name
from reports.console.asked import Asked, missing
from reports.console.board import file_key
from reports.console.cases.sources import places_of
from reports.console.files.pictures import PAGE, SMALL, SOURCE, NoPictureError, Wanted
from reports.console.guard import SANDBOXED
from reports.console.handing_out import disposition
from reports.console.roles import EDITOR
from reports.console.route import Route
from reports.incoming import FileView
from store import activity
from store.activity import Deed

_DOWNLOAD = "下载"
_GONE, _UNKNOWN = "原件不在库中", "没有这个文件"
_NO_PLACE = "这个值不是从有页面的文件里读的，没有截图；请看旁边写的原文"
_FORBIDDEN, _UNAVAILABLE, _NOT_MODIFIED = 403, 503, 304
_LONGEST_NAME, _LONGEST_EXTENSION = 70, 10
# Pictures wait here for each other and not where pages are made: one thread for each queue, as each has one room.
_POOLS = {kind: ThreadPoolExecutor(1, f"picture-{kind}") for kind in (SMALL, PAGE, SOURCE)}
_HOUR, _MINUTE = 3_600, 60


def original(asked: Asked) -> Response:
    """Return the bytes of a file as they came, as a download under a safe name; it is noted who fetched them."""
    file = _file(asked)
    path = asked.console.store.vault.find(file.sha256) if file.sha256 else None
    if path is None:
        raise missing(f"{_GONE}：{file.reason}" if file.reason else _GONE)
    if asked.session and asked.request.method != "HEAD":
        told = f"《{file.name}》 {asked.request.headers.get('range', '')}".strip()
        target = f"{file.message_pk} {file.path}"
        activity.note(
            asked.console.store, Deed(asked.now, asked.session.person, asked.address, _DOWNLOAD, target, told)
        )
    headers = {
        "Content-Disposition": disposition(download_name(file)),
        "Content-Security-Policy": SANDBOXED,
        "Cache-Control": "no-store",
        # No number of ours: the content is its own name, so that a download that broke off goes on.
        "ETag": f'"{file.sha256}"',
    }
    return FileResponse(path, headers=headers, media_type="application/octet-stream")


def download_name(file: FileView) -> str:
    """Return the name that a file is saved under; what is a danger does not start by a double click."""
    stem, dot, extension = file.name.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        stem, extension = file.name, ""
    whole = f"{safe_name(stem, _LONGEST_NAME)}.{safe_name(extension)}" if extension else safe_name(stem, _LONGEST_NAME)
    return f"{whole}.bin" if file.status == "unsafe" else whole


async def preview(asked: Asked) -> Response:
    """Return a small picture of a file; of what is no photo to editors alone."""
    file = await run_in_threadpool(_file, asked)
    if file.kind != "photo" and not asked.may(EDITOR):
        raise HTTPException(_FORBIDDEN, "您的账号没有这项权限；需要的话，请找管理员")
    return await _shown(asked, Wanted(SMALL, file), _HOUR)


async def page(asked: Asked) -> Response:
    """Return the first page of a document as a picture."""
    file = await run_in_threadpool(_file, asked)
    return await _shown(asked, Wanted(PAGE, file), _HOUR)


async def source(asked: Asked) -> Response:
    """Return the piece of a page that a value of a case was read from; `file` in the address names which paper."""
    wanted = await run_in_threadpool(_place, asked)
    # Another reading may tell another place by the same address.
    return await _shown(asked, wanted, _MINUTE)


def _file(asked: Asked) -> FileView:
    file = asked.seen.files.get(asked.path["key"])
    if file is None:
        raise missing(_UNKNOWN)
    return file


def _place(asked: Asked) -> Wanted:
    case = asked.seen.cases.get(asked.path["key"])
    if case is None:
        raise missing("没有这个案例")
    paper = asked.query("file")
    for cell in places_of(asked.seen, case, asked.path["name"]):
        if cell.file and cell.area and (not paper or file_key(cell.file) == paper):
            return Wanted(SOURCE, cell.file, cell)
    raise missing(_NO_PLACE)


async def _shown(asked: Asked, wanted: Wanted, seconds: int) -> Response:
    """Return a picture, made where it is not there yet; where there can be none, the words that say why."""
    pictures = asked.console.pictures
    try:
        data = await run_in_threadpool(pictures.find, wanted)
        if data is None:
            loop = asyncio.get_running_loop()
            data = await loop.run_in_executor(_POOLS[wanted.queue], pictures.make, wanted)
    except NoPictureError as error:
        raise missing(str(error)) from error
    except OSError as error:
        raise HTTPException(_UNAVAILABLE, "图片现在做不出来（磁盘出错或已满），请稍后再试") from error
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    # By another person's cookie it is another answer.
    headers = {"Cache-Control": f"private, max-age={seconds}", "ETag": tag, "Vary": "Cookie"}
    if tag in asked.request.headers.get("if-none-match", ""):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return Response(data, headers=headers, media_type="image/jpeg")


ROUTES = (
    Route("/files/{key}/original", original, EDITOR),
    Route("/files/{key}/preview", preview),
    Route("/files/{key}/page", page, EDITOR),
    Route("/cases/{key}/source/{name}", source, EDITOR),
)
