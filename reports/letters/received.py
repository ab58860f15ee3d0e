"""What has come from an association, item by item: the body of a receipt. Counts are those of every other report."""

from collections.abc import Iterator

from reports.incoming import FileView
from reports.letters.outstanding import called, in_list_order
from reports.picture import AssociationView, CaseView, Picture
from reports.wording import clipped, masked, month_and_day, one_line

_NAME = 60


def received(view: AssociationView, picture: Picture) -> str:
    """Return what came: the mails, the list and its scan, every case with its items; empty where nothing did."""
    return "\n".join(_lines(view, picture)) if view.messages else ""


def in_short(view: AssociationView) -> list[str]:
    """Return the same for a short message: the list, and how many cases with how much of their material."""
    told = [f"汇总清单 Word 版 {len(view.lists)} 份"] if view.lists else []
    told += [f"盖章扫描件 {len(view.list_scans)} 份"] if view.list_scans else []
    cases = _cases(view)
    forms, materials = sum(case.has_form for case in cases), sum(case.has_material for case in cases)
    photos = sum(len(case.photo_files) for case in cases)
    if cases:
        told.append(f"案例 {len(cases)} 个（推荐表 {forms} 份、案例材料 {materials} 份、照片 {photos} 张）")
    return told


def _cases(view: AssociationView) -> list[CaseView]:
    return [case for case in in_list_order(view.cases) if case.is_judged]


def _lines(view: AssociationView, picture: Picture) -> Iterator[str]:
    zone = picture.campaign.call.zone
    last = view.last_arrival
    newest = (
        f"，最近一件于{month_and_day(last.astimezone(zone).date())} {last.astimezone(zone):%H:%M} 到达" if last else ""
    )
    yield f"　　一、来件 {view.messages} 件{newest}。"
    yield "　　二、汇总清单（附件4）"
    yield f"　　Word 版：{_files(view.lists, picture)}。"
    yield f"　　盖章扫描件：{_files(view.list_scans, picture)}。"
    cases = _cases(view)
    complete = sum(case.complete for case in cases)
    yield f"　　三、案例 {len(cases)} 个，其中材料齐全的 {complete} 个"
    for number, case in enumerate(cases, start=1):
        yield f"　　{number}. {called(case)}：{_items(case)}。"
    if opened := _with_us(view, picture):
        yield f"　　另有 {opened} 个文件我们正在核对，核对后如有需要再与贵会联系。"


def _files(files: tuple[FileView, ...], picture: Picture) -> str:
    zone = picture.campaign.call.zone
    days = [month_and_day(file.first_arrival.astimezone(zone).date()) for file in files]
    names = [masked(clipped(one_line(file.name), _NAME)) for file in files]
    told = [f"《{name}》（{day}收到）" for name, day in zip(names, days, strict=True)]
    return "、".join(told) or "尚未收到"


def _items(case: CaseView) -> str:
    """Return what came for a case, and what did not; of photos that do not do it is said how many do."""
    photos, fit = len(case.photo_files), case.photos
    good = "" if fit == photos else f"（其中符合要求的 {fit} 张）"
    items = {
        "推荐表": case.has_form,
        "案例材料": case.has_material,
        f"照片 {photos} 张{good}" if photos else "照片": photos > 0,
        **({f"视频 {case.videos} 个": True} if case.videos else {}),
    }
    came, lacking = ([name for name, there in items.items() if there is wanted] for wanted in (True, False))
    told = [f"收到{'、'.join(came)}" if came else "", f"尚未收到{'、'.join(lacking)}" if lacking else ""]
    return "；".join(part for part in ("清单已列" if case.in_list else "清单尚未列出", *told) if part)


def _with_us(view: AssociationView, picture: Picture) -> int:
    """Return how many files of an association lie with us: nobody knows yet of which case they are."""
    mine = {message.id for message in view.messages_in}
    return sum(len(files) for number, files in picture.unfiled.items() if number in mine)
