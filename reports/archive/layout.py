"""Where does everything that counts lie? 省 / 物业服务企业 / 小区+标题 and what belongs to it (附件2 二(二)).

A pure function of the picture. Names are given in the order of arrival, so that what comes later renames nothing:
photos are numbered among all that a case ever had, and who shares a name gets a number only as the later one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from config.divisions import divisions
from config.extensions import extension_of
from config.naming import folded
from config.safe_names import Taken, safe
from reports.facts import photo_facts
from reports.incoming import FileView, MessageView
from reports.picture import AssociationView, CaseView, Picture
from reports.same_pictures import first_copies
from reports.versions import holder_of
from store.contents.blobs import Blob

NO_COMPANY, NO_PROVINCE = "企业名称不详", "未定省份"
OTHERS, MAILS, OLD, WITHDRAWN = "其他来件", "来信", "旧版本", "已撤回"
_COMPANY, _COMMUNITY, _TITLE = 40, 30, 60
_FAR = datetime.max.replace(tzinfo=UTC)
# What only holds other files: where it was opened, these are laid out themselves.
_HOLDERS = ("archive", "message")
_PAPERS = {
    "recommendation_form": "推荐表",
    "recommendation_form_scan": "推荐表（扫描件）",
    "case_material": "案例材料",
}
_LABELS = {
    **_PAPERS,
    "photo": "照片",
    "video": "视频",
    "summary_list": "汇总清单",
    "summary_list_scan": "汇总清单（扫描件）",
}


@dataclass(frozen=True)
class Entry:
    """A file of the archive: its relative path (with /), the content, what it is, and where it came from."""

    path: str
    sha256: str
    bytes: int
    what: str
    arrival: datetime
    original: str
    message: str
    province: str = ""
    city: str = ""
    community: str = ""
    company: str = ""
    note: str = ""
    kind: str = ""
    case_id: int | None = None

    @property
    def folder(self) -> str:
        """The folder that it lies in."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class _About:
    """What a file is, for whoever reads the manifest, and of which case."""

    what: str
    kind: str
    note: str = ""
    case: CaseView | None = None


@dataclass(frozen=True)
class Layout:
    """All entries, in the order of the picture; which entry holds a file of a message; what could not be laid out."""

    entries: tuple[Entry, ...]
    by_file: Mapping[tuple[str, str], str] = field(default_factory=dict)
    # Files that count and of which no content is kept, with the reason.
    lost: tuple[tuple[FileView, str], ...] = ()

    @cached_property
    def by_case(self) -> Mapping[int, Sequence[Entry]]:
        """The entries of each case, by its id."""
        found: dict[int, list[Entry]] = {}
        for entry in self.entries:
            if entry.case_id is not None:
                found.setdefault(entry.case_id, []).append(entry)
        return found

    @cached_property
    def of_provinces(self) -> Mapping[str, Sequence[Entry]]:
        """The entries of each province that belong to none of its cases."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.case_id is None:
                found.setdefault(entry.province, []).append(entry)
        return found


def layout(picture: Picture, mails: Mapping[int, Blob] | None = None, *, every: bool = False) -> Layout:
    """Return where everything lies that counts; `every` adds what does not, `mails` (by our number) the raw mails."""
    drawn = _Drawing(picture, every=every)
    for view in picture.associations:
        drawn.lists(view)
    for case in sorted(picture.cases, key=_age):
        drawn.case(case)
    drawn.others()
    if mails is not None:
        drawn.mails(mails)
    places = {view.province: number for number, view in enumerate(picture.associations)}
    drawn.entries.sort(key=lambda one: places.get(one.province, len(places)))
    return Layout(tuple(drawn.entries), drawn.by_file, tuple(drawn.lost))


def province_folder(province: str | None) -> str:
    """Return the folder of a province: its full name (浙江省) where it is one."""
    full = (one.name for one in divisions() if one.level == "province" and one.province == province)
    return next(full, None) or safe(province, _COMPANY, NO_PROVINCE)


def _age(case: CaseView) -> tuple[datetime, str, str, str]:
    return case.first_arrival or _FAR, case.province, case.city or "", case.community


def _came(file: FileView) -> tuple[datetime, datetime, str]:
    return file.first_arrival, file.arrival, file.path


class _Drawing:
    """The layout while it is drawn: the names that are taken, and the folders of companies."""

    def __init__(self, picture: Picture, *, every: bool) -> None:
        self.picture, self.every = picture, every
        self.entries: list[Entry] = []
        self.by_file: dict[tuple[str, str], str] = {}
        self.lost: list[tuple[FileView, str]] = []
        self._taken = Taken()
        self._folders: dict[tuple[str, str], dict[str | None, str]] = {}
        self._provinces: dict[str | None, str] = {}
        self._laid: dict[tuple[str, int | None, str], int] = {}

    def province(self, province: str | None) -> str:
        """Return a province's folder, whose own names are taken from the start."""
        if province not in self._provinces:
            folder = self._taken.name("", province_folder(province))
            self._provinces[province] = folder
            for name in (OTHERS, MAILS, OLD, WITHDRAWN):
                self._taken.name(folder, name)
        return self._provinces[province]

    def lists(self, view: AssociationView) -> None:
        """Lay out a province's lists and their scans; a sealed PDF is both, and lies there once."""
        folder = self.province(view.province)
        lists = [file for file in view.all_lists if self.every or not file.superseded]
        scans = [file for file in view.list_scans if self.every or not file.superseded]
        for kind, files in (("summary_list", lists), ("summary_list_scan", scans)):
            for file in sorted(files, key=_came):
                place = f"{folder}/{OLD}" if file.superseded else folder
                self._add(file, place, _LABELS[kind] + self._dated(file), _About(_LABELS[kind], kind))

    def case(self, case: CaseView) -> None:
        """Lay out the files of a case."""
        if case.withdrawn is not None and not self.every:
            return
        named = list(self._named(case))
        if not named:
            return
        folder = self._company_folder(case)
        # What all files of a case begin with, as no other case of the folder does.
        label = self._taken.name(f"{folder}//", safe(case.community, _COMMUNITY, "小区名称不详"))
        for file, kind, tail, note in named:
            place = folder.replace("/", f"/{OLD}/", 1) if file.superseded else folder
            about = _About(_LABELS.get(kind, "相关资料"), kind, note, case)
            self._add(file, place, f"{label}+{tail}{self._dated(file)}", about)

    def _named(self, case: CaseView) -> Iterator[tuple[FileView, str, str, str]]:
        """Yield (file, kind, name behind the community's, note) of what of a case is to be laid out."""
        current = [file for file in case.files if not file.superseded or (self.every and not file.pasted)]
        title = safe(case.title, _TITLE, _LABELS["case_material"])
        for kind, label in (("case_material", title), *(one for one in _PAPERS.items() if one[0] != "case_material")):
            for file in sorted((one for one in current if one.kind == kind), key=_came):
                yield file, kind, label if file.superseded is False else _LABELS[kind], ""
        yield from self._photos(case)
        films = {file.id for file in case.video_files}
        for number, file in enumerate(sorted((one for one in case.files if one.kind == "video"), key=_came), start=1):
            if file.id in films or (self.every and file.superseded):
                yield file, "video", f"视频{number}", ""
        for file in sorted((one for one in current if one.kind not in _LABELS and one.kind not in _HOLDERS), key=_came):
            yield file, file.kind, safe(file.name.rpartition(".")[0] or file.name, _COMPANY), ""

    def _photos(self, case: CaseView) -> Iterator[tuple[FileView, str, str, str]]:
        """Yield a case's photos: numbered among all it ever had; of those that do not count it is said why."""
        counted, standing = {one.id for one in case.counted_photos}, {one.id for one in case.photo_files}
        copies = first_copies(
            [one for one in case.photo_files if photo_facts.fault(one, self.picture.campaign) is None]
        )
        photos = {one.id: one for one in (*case.files, *case.photo_files) if one.kind == "photo"}
        ordered = sorted(photos.values(), key=_came)
        for own, word in ((False, "照片"), (True, "文中图片")):
            for number, file in enumerate((one for one in ordered if one.pasted is own), start=1):
                if file.id not in standing and not (self.every and file.superseded and not file.pasted):
                    continue
                note = f"从《{_last(holder_of(file.path))}》中取出的图片，不是单独的来件" if file.pasted else ""
                if file.id in counted or file.superseded:
                    yield file, "photo", f"{word}{number}", note
                    continue
                fault = photo_facts.fault(file, self.picture.campaign)
                copy = f"与《{copies[file.id].name}》是同一张" if file.id in copies else "未计入"
                yield (
                    file,
                    "photo",
                    f"不合格{word}{number}",
                    "；".join(filter(None, (f"不合格：{fault or copy}", note))),
                )

    def _company_folder(self, case: CaseView) -> str:
        """Return the folder of a case's company; of one name in two cities each has its own."""
        top = self.province(case.province)
        if case.withdrawn is not None:
            top = f"{top}/{WITHDRAWN}"
        name = safe(case.company, _COMPANY, NO_COMPANY)
        # However it is spelt (brackets, width, spaces), a company has one folder, by the name that came first.
        known = self._folders.setdefault((top, folded(name) or name), {})
        if case.city not in known:
            told = f"{name}（{safe(case.city, _COMPANY, '城市不详')}）" if known else name
            known[case.city] = f"{top}/{self._taken.name(top, told)}"
        return known[case.city]

    def others(self) -> None:
        """Lay out what came in submissions and belongs to no case: covering letters, what cannot be opened or told."""
        holders = {(file.message_pk, holder_of(file.path)) for file in self.picture.files}
        for file in sorted(self.picture.files, key=_came):
            opened = file.kind in _HOLDERS and (file.status == "ok" or (file.message_pk, file.path) in holders)
            skipped = opened or file.pasted or (file.superseded and not self.every) or file.case_ids
            if (
                skipped
                or file.message_pk not in self.picture.submission_ids
                or (file.message, file.path) in self.by_file
            ):
                continue
            note = file.reason if file.status != "ok" else "没有归入哪个小区"
            stem = safe(file.name.rpartition(".")[0] or file.name, _TITLE)
            folder = f"{self.province(file.province)}/{OTHERS}"
            self._add(file, folder, stem, _About(OTHERS, file.kind, note))

    def mails(self, blobs: Mapping[int, Blob]) -> None:
        """Lay out the raw mails, in their provinces; what lay in a watched folder is no mail."""
        zone = self.picture.campaign.call.zone
        for message in self.picture.messages:
            blob = blobs.get(message.id)
            if blob is None or message.place or message.added:
                continue
            folder = f"{self.province(message.province)}/{MAILS}"
            stem = f"{message.arrival.astimezone(zone):%Y-%m-%d %H%M} {safe(message.subject, _TITLE, '无主题')}"
            path = f"{folder}/{self._taken.name(folder, stem, 'eml')}"
            self.entries.append(_of_mail(message, blob, path))

    def _add(self, file: FileView, folder: str, stem: str, about: _About) -> None:
        """Lay out a file; a content that lies there already for the same case is that same file."""
        case = about.case
        if file.sha256 is None:
            self.lost.append((file, file.reason or "没有取到内容"))
            return
        mark = folder, case.id if case else None, file.sha256
        if mark in self._laid:
            self._also(file, self._laid[mark], about)
            return
        self._laid[mark] = len(self.entries)
        name = self._taken.name(folder, stem, extension_of(file.name, file.format))
        entry = Entry(
            path=f"{folder}/{name}",
            sha256=file.sha256,
            bytes=file.bytes,
            what=about.what,
            arrival=file.first_arrival,
            original=file.path,
            message=file.message,
            province=(case.province if case else file.province) or "",
            city=(case.city if case else None) or "",
            community=case.community if case else "",
            company=(case.company if case else None) or "",
            note=about.note,
            kind=about.kind,
            case_id=case.id if case else None,
        )
        self.entries.append(entry)
        self.by_file.setdefault((file.message, file.path), entry.path)

    def _also(self, file: FileView, at: int, about: _About) -> None:
        """Say of an entry that it is something else too: a form that stands in the material, a list that is a scan."""
        entry = self.entries[at]
        self.by_file.setdefault((file.message, file.path), entry.path)
        if about.what not in entry.what.split("、"):
            kinds = f"{entry.kind} {about.kind}"
            self.entries[at] = replace(entry, what=f"{entry.what}、{about.what}", kind=kinds)

    def _dated(self, file: FileView) -> str:
        """Return when an old version came, which tells it from others; nothing of one that counts."""
        if not file.superseded:
            return ""
        return f"（{file.first_arrival.astimezone(self.picture.campaign.call.zone):%Y-%m-%d} 旧版）"


def _of_mail(message: MessageView, blob: Blob, path: str) -> Entry:
    return Entry(
        path=path,
        sha256=blob.sha256,
        bytes=blob.bytes,
        what="来信原件",
        arrival=message.arrival,
        original=message.subject,
        message=message.key,
        province=message.province or "",
        kind="mail",
    )


def _last(path: str) -> str:
    return path.replace("!/", "/").rpartition("/")[2]


def links_of(entries: Iterable[Entry], *kinds: str) -> list[Entry]:
    """Return the entries that are of a kind, also among others."""
    return [entry for entry in entries if set(entry.kind.split()) & set(kinds)]
