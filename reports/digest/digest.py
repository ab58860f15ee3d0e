"""The daily digest (日报): what the staff read every working day, as an HTML mail, as text, and as two files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

from reports.changes import changes
from reports.digest.content import Content, Earlier, content_of
from reports.digest.curve import curve
from reports.digest.page import PICTURE, as_mail_page, as_page, as_text
from reports.finding import Assessment
from reports.making.writing import write_beside
from reports.wording import masked, month_and_day, one_line
from store.decisions import Decided


@dataclass(frozen=True)
class Digest:
    """The digest of a day: the moment it speaks of, its subject, and the same content in three forms.

    `html` is the whole page with every list in full, kept as a file and attached to the mail; `mail_html` is the mail's
    own, in which long lists are cut, and `text` the same as text. `picture` is the curve (PNG), where there is one.
    """

    day: date
    as_of: datetime
    subject: str
    html: str
    text: str
    mail_html: str
    picture: bytes | None = None

    @property
    def file_name(self) -> str:
        """What the whole page is called."""
        return f"日报-{self.day.isoformat()}.html"


def compose(
    assessment: Assessment,
    since: datetime | None,
    notes: Sequence[str] = (),
    *,
    before: Assessment | None = None,
    decided: Iterable[Decided] = (),
) -> Digest:
    """Return the digest of an assessment; for the arguments see `content`."""
    return of(content(assessment, since, notes, before=before, decided=decided), assessment.picture.as_of)


def content(
    assessment: Assessment,
    since: datetime | None,
    notes: Sequence[str] = (),
    *,
    before: Assessment | None = None,
    decided: Iterable[Decided] = (),
) -> Content:
    """Return what the digest of an assessment says; what came after `since` is new (everything where it is None).

    `before` is the campaign as it was known at the last digest, with which this one is compared; `decided` are all
    decisions. `notes` are sentences that go before everything, such as that yesterday's digest may not have arrived.
    """
    earlier = None if since is None else Earlier(since)
    if before is not None:
        earlier = Earlier(before.picture.as_of, before.picture, changes(before, assessment, decided))
    return content_of(assessment, earlier, notes)


def of(content: Content, as_of: datetime) -> Digest:
    """Return the digest that says a content, which speaks of a moment."""
    picture = curve(content.progress) if content.progress else None
    return Digest(
        content.day,
        as_of,
        _subject(content),
        as_page(content, picture),
        as_text(content),
        as_mail_page(content),
        picture,
    )


def _subject(content: Content) -> str:
    """Return the subject: what needs a person, and how long it is to the deadline."""
    todo = f"需处理 {content.todo.count} 项" if content.todo.count else "无需处理事项"
    stopped = "【收信中断】" if content.stopped else ""
    text = f"{stopped}{content.title}日报（{month_and_day(content.day)}）：{todo}，{content.countdown.text}"
    return masked(one_line(text))


def as_mail(digest: Digest, sender: str, recipient: str) -> EmailMessage:
    """Return a digest as a mail to one person, marked as written by a machine, so that no auto-reply answers it.

    The same digest to the same person has the same Message-ID. ValueError where an address cannot be one.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, digest.subject
    mail["Date"] = digest.as_of
    mail["Message-ID"] = _message_id(digest, sender, recipient)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(digest.text, charset="utf-8", cte="base64")
    mail.add_alternative(digest.mail_html, subtype="html", charset="utf-8", cte="base64")
    if digest.picture:
        page = mail.get_payload()[1]  # type: ignore[index]
        page.add_related(  # type: ignore[union-attr]
            digest.picture, "image", "png", cid=f"<{PICTURE}>", filename="curve.png", disposition="inline"
        )
    mail.add_attachment(digest.html, subtype="html", charset="utf-8", cte="base64", filename=digest.file_name)
    return mail


def _message_id(digest: Digest, sender: str, recipient: str) -> str:
    mark = sha256(f"{digest.as_of.isoformat()}\n{recipient}\n{digest.html}".encode()).hexdigest()[:24]
    domain = Address(addr_spec=sender).domain if sender.count("@") == 1 and "<" not in sender else "localhost"
    return f"<digest-{digest.day.isoformat()}-{mark}@{domain}>"


def write(digest: Digest, folder: Path) -> tuple[Path, Path]:
    """Write a digest as 日报-<day>.html and .txt into a folder; return both paths. Raises OSError."""
    page = folder / digest.file_name
    text = page.with_suffix(".txt")
    write_beside(page, digest.html.encode("utf-8"))
    write_beside(text, digest.text.encode("utf-8"))
    return page, text
