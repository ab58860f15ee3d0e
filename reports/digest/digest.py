"""The daily digest (日报): what the staff read every working day, as an HTML mail, as text, and as two files."""

from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

from reports.digest.content import Content, content_of
from reports.digest.page import as_html, as_text
from reports.finding import Assessment
from reports.wording import masked, month_and_day, one_line
from reports.writing import write_beside


@dataclass(frozen=True)
class Digest:
    """The digest of a day: the moment it speaks of, its subject, and the same content as HTML and as text."""

    day: date
    as_of: datetime
    subject: str
    html: str
    text: str


def compose(assessment: Assessment, since: datetime | None) -> Digest:
    """Return the digest of an assessment; mails that arrived after `since` are new (all of them where it is None)."""
    content = content_of(assessment, since)
    return Digest(content.day, assessment.picture.as_of, _subject(content), as_html(content), as_text(content))


def _subject(content: Content) -> str:
    """Return the subject: what needs a person, and how long it is to the deadline."""
    todo = f"需处理 {content.todo_count} 项" if content.todo_count else "无需处理事项"
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
    mail.add_alternative(digest.html, subtype="html", charset="utf-8", cte="base64")
    return mail


def _message_id(digest: Digest, sender: str, recipient: str) -> str:
    mark = sha256(f"{digest.as_of.isoformat()}\n{recipient}\n{digest.html}".encode()).hexdigest()[:24]
    domain = Address(addr_spec=sender).domain if sender.count("@") == 1 and "<" not in sender else "localhost"
    return f"<digest-{digest.day.isoformat()}-{mark}@{domain}>"


def write(digest: Digest, folder: Path) -> tuple[Path, Path]:
    """Write a digest as 日报-<day>.html and .txt into a folder; return both paths. Raises OSError."""
    page = folder / f"日报-{digest.day.isoformat()}.html"
    text = page.with_suffix(".txt")
    write_beside(page, digest.html.encode("utf-8"))
    write_beside(text, digest.text.encode("utf-8"))
    return page, text
