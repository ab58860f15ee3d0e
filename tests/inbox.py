"""Sample submissions as whole mails: what associations send, put together from real documents.

`Sent` describes one case as a province knows it; `submission` makes the files of a province; `mail` makes the e-mail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache, lru_cache
from pathlib import Path

from tests import doc_builders as docs
from tests.docx_writer import with_picture
from tests.mail_builders import gbk_zip
from tests.photo_builders import heavy, photo_like, saved

BOX = "wzglzzh@ecpmi.org.cn"


@dataclass(frozen=True)
class Sent:
    """One case as it is sent: its names, what its documents say, and how many photos come with it."""

    community: str
    company: str
    recommender: str
    delivered: str = "2015年6月"
    project_type: str = "商品住宅小区"
    title: str = "红色管家进万家 邻里和谐共一家"
    photos: int = 3
    has_form: bool = True
    has_material: bool = True
    # A picture of a seal in the Word form: whether it is one, nobody can tell from its being there.
    stamped: bool = True
    form: Mapping[str, str] = field(default_factory=dict)

    def row(self, number: int) -> dict[str, str]:
        """Return its row of the list."""
        return docs.list_row(
            number,
            community=self.community,
            company=self.company,
            delivered=self.delivered,
            project_type=self.project_type,
            recommender=self.recommender,
        )

    def form_docx(self) -> bytes:
        """Return its recommendation form."""
        fields = {
            "community": self.community,
            "company": self.company,
            "delivered": self.delivered,
            "project_type": self.project_type,
            "applicant": self.company,
            "recommender": self.recommender,
            "address": f"{self.recommender.partition('物业')[0]}人民路{len(self.community)}号",
        }
        form = docs.recommendation_form_docx(docs.form_fields(**{**fields, **self.form}))
        return with_picture(form, docs.seal_png()) if self.stamped else form

    def stated_type(self) -> str:
        """Return its project type as prose says it: nothing where the list has a choice of boxes, or a blank."""
        return self.project_type if self.project_type.isalpha() else ""

    def files(self) -> dict[str, bytes]:
        """Return its files by their path, as the notice names them: 企业/小区+标题."""
        folder = f"{self.company}/{self.community}"
        files = {}
        if self.has_form:
            files[f"{folder}/推荐表.docx"] = self.form_docx()
        if self.has_material:
            material = docs.case_material_docx(
                self.community, self.title, self.company, project_type=self.stated_type()
            )
            files[f"{folder}/{self.community}+{self.title}.docx"] = material
        for number in range(1, self.photos + 1):
            files[f"{folder}/照片{number}.jpg"] = photo(f"{self.community}{self.recommender}{number}")
        return files


@lru_cache(maxsize=64)
def photo(name: str) -> bytes:
    """Return a JPEG over 1 MB, another picture for each name."""
    return heavy(saved(photo_like(name)), name)


@cache
def scan() -> bytes:
    """Return a scanned page as PDF."""
    return docs.picture("PDF", 7, 800, 1100)


def list_files(
    submitter: str, cases: Sequence[Sent], contact: str = "陈静", phone: str = "13900001234", *, scanned: bool = True
) -> dict[str, bytes]:
    """Return the summary list and, unless it is left out, its scan."""
    rows = [case.row(number) for number, case in enumerate(cases, start=1)]
    files = {"汇总清单.docx": docs.summary_list_docx(submitter, contact, phone, rows)}
    if scanned:
        files["汇总清单（盖章扫描件）.pdf"] = scan()
    return files


def submission(submitter: str, cases: Sequence[Sent], *, zipped: bool = True, scanned: bool = True) -> dict[str, bytes]:
    """Return everything that a province sends, the cases' files in a zip with GBK names or each by itself."""
    files = list_files(submitter, cases, scanned=scanned)
    own = {path: data for case in cases for path, data in case.files().items()}
    if zipped:
        return {**files, "案例材料.zip": gbk_zip(own)}
    return {**files, **{_flat_name(path): data for path, data in own.items()}}


def _flat_name(path: str) -> str:
    """Return a name without folders that still tells the community."""
    _, community, name = path.split("/")
    return name if community in name else f"{community}{name}"


def mail(
    sender: str,
    subject: str,
    arrival: datetime,
    files: Mapping[str, bytes] | None = None,
    text: str = "您好，材料见附件，请查收。",
    html: str = "",
    **headers: str,
) -> bytes:
    """Return a raw mail that the server took at `arrival` (aware), as the topmost Received header says."""
    message = EmailMessage(policy=SMTP)
    stamp = format_datetime(arrival)
    message["Received"] = f"from mx.example.cn by imap.ecpmi.org.cn with ESMTP id X1; {stamp}"
    message["From"], message["To"], message["Subject"] = sender, BOX, subject
    message["Date"] = format_datetime(arrival - timedelta(seconds=40))
    message["Message-ID"] = f"<{arrival.timestamp():.0f}.{abs(hash_of(sender + subject))}@example.cn>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(html or text, subtype="html" if html else "plain")
    for name, data in (files or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    if message.is_multipart():
        # Made at random otherwise, and the same mail would be other bytes each time.
        message.set_boundary(f"=_part_{hash_of(sender + subject)}")
    return message.as_bytes()


def hash_of(text: str) -> int:
    """Return a number for a text that is the same in every process."""
    return int.from_bytes(text.encode()[-6:], "big")


def write_inbox(folder: Path, mails: Sequence[bytes]) -> None:
    """Write mails as numbered `.eml` files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(mails, start=1):
        (folder / f"{number:04}.eml").write_bytes(raw)
