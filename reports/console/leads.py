"""Where is the page on which something is seen and put right? The addresses of mails, files, cases and findings."""

from urllib.parse import quote, urlencode

from reports.console.board import Seen, file_key
from reports.console.cases.named import fields_named
from reports.finding import Finding
from reports.incoming import FileView, MessageView
from reports.mail_side import LinkView
from reports.picture import CaseView


def province_page(province: str) -> str:
    """Return the address of a province's page."""
    return f"/provinces/{quote(province, safe='')}"


def findings_page(**wanted: str | None) -> str:
    """Return the address of a list of findings; what is None or empty is not asked for."""
    asked = {key: value for key, value in wanted.items() if value}
    return f"/findings?{urlencode(asked)}" if asked else "/findings"


def lead(about: object, seen: Seen) -> str:
    """Return the address of the page on which one sees to a thing; empty where there is none."""
    if isinstance(about, MessageView):
        return f"/messages/{about.id}"
    if isinstance(about, LinkView):
        return f"/messages/{about.message_pk}"
    if isinstance(about, FileView):
        return f"/files/{file_key(about)}"
    if isinstance(about, CaseView):
        return f"/cases/{key}" if (key := seen.case_keys.get(about.id)) else ""
    return _of_finding(about, seen) if isinstance(about, Finding) else ""


def _of_finding(finding: Finding, seen: Seen) -> str:
    subject = finding.judgement.subject.view if finding.judgement else None
    own = lead(subject, seen) if isinstance(subject, CaseView | FileView | MessageView) else ""
    if own and (named := fields_named(finding, seen.picture.campaign)):
        return f"{own}#f-{next(iter(named))}"
    return own or findings_page(code=finding.code, province=finding.province, state="open")
