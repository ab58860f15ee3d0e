"""What kind of mail it is: submission, inquiry, automatic or unrelated. Headers come first, then files, then words."""

import re
from collections.abc import Collection

from config.campaign import Campaign
from ingest.linked import own_words
from parsers.letter import Letter
from store.decisions import Decided

# Contents that only a submission holds, whoever sent it.
_CERTAIN = {"summary_list", "summary_list_scan", "recommendation_form", "recommendation_form_scan", "case_material"}
# Contents that also other mails hold: they count where the sender or the words speak of the campaign.
_LIKELY = {"photo", "video", "archive", "unread", "named"}
# Of those, what advertisements do not bring: an archive by itself, or what cannot be read, may be anything.
_TOLD = {"photo", "video", "named"}
# What intake calls attachments that cannot be opened or told, and Word files that only their name tells.
_EXTRA_LABELS = {"unread": "打不开或认不出的附件", "named": "文件名像材料的附件"}
# Headers of replies and bounces, which may carry what was sent. An office system marks whole submissions as
# auto-generated, and a mailbox what it passes on: their files count.
_REPLIES = (
    "auto-submitted: auto-replied",
    "auto-submitted: auto-notified",
    "auto-submitted: auto-generated (vacation",
    "precedence: auto_reply",
    "return-path",
    "x-autoreply",
    "x-autorespond",
    "from:",
    "content-type",
)
_ADDRESS = re.compile(r"https?://[^\s\u4e00-\u9fff]+|www\.[^\s\u4e00-\u9fff]+", re.IGNORECASE)
# What stands before a subject's own words, and what ends the word of a machine: 自动回复：报送, but not 退信后重发.
_PREFIX = re.compile(r"[\s【\[（(]*")
_AFTER = re.compile(r"\s*(?:[:：/|】\]）)]|$)")
# Where a notice says that its sender takes back a mail.
_NOTICE = 500


Told = tuple[str, str]


def mail_kind(
    letter: Letter, kinds: Collection[str], *, sender_known: bool, campaign: Campaign, own: bool = False
) -> Told:
    """Return (kind, evidence in Chinese) from a letter and the kinds of its files; see domain.md section 5.

    `own` says that it is our own mail and passes nobody else's on.
    """
    about = _first(campaign.mail.campaign, f"{letter.subject}\n{letter.text}")
    return (
        _by_robot(letter, kinds, campaign)
        or _by_certain_files(kinds, campaign)
        or _by_ourselves(letter, campaign, own=own)
        or _by_machine(letter, campaign)
        or _by_likely_files(letter, kinds, about, campaign, sender_known=sender_known)
        or _by_words(letter, about, campaign, sender_known=sender_known)
        or _by_unknown_files(kinds, campaign)
        or ("unrelated", "附件认不出，也没有提到本次征集" if "unread" in kinds else "没有材料，也没有提到本次征集")
    )


def decided_kind(decision: Decided, campaign: Campaign) -> Told:
    """Return the kind that a person decided, with who and when."""
    day = decision.decided_at.astimezone(campaign.call.zone).date()
    note = f"，{decision.note}" if decision.note else ""
    return decision.value["kind"], f"人工认定（{decision.person}，{day}{note}）"


def _by_robot(letter: Letter, kinds: Collection[str], campaign: Campaign) -> Told | None:
    """Tell replies of machines and bounces: whatever they carry, it is no submission. Notices carry nothing."""
    header = (letter.automatic or "").lower()
    if header.startswith(_REPLIES):
        return "automatic", f"邮件头写明由机器发出（{letter.automatic}）"
    words = campaign.mail.robots if kinds else (*campaign.mail.robots, *campaign.mail.notices)
    if word := _leading(words, letter.subject):
        return "automatic", f"主题以“{word}”开头"
    word = None if kinds else _first(campaign.mail.recalls, letter.text[:_NOTICE])
    return ("automatic", f"撤回邮件的通知（“{word}”）") if word else None


def _leading(words: Collection[str], subject: str) -> str | None:
    """Return the word that a subject begins with and that stands there by itself."""
    start = _PREFIX.match(subject)
    rest = subject[start.end() if start else 0 :].lower()
    return next((word for word in words if rest.startswith(word.lower()) and _AFTER.match(rest[len(word) :])), None)


def _by_certain_files(kinds: Collection[str], campaign: Campaign) -> Told | None:
    certain = _CERTAIN & set(kinds)
    return ("submission", f"含{_labels(certain, campaign)}") if certain else None


def _by_ourselves(letter: Letter, campaign: Campaign, *, own: bool) -> Told | None:
    """Tell our own mail, unless a colleague passed a submission on."""
    if own or letter.from_address in {address.lower() for address in campaign.call.addresses}:
        return "automatic", "我方自己的来信"
    return None


def _by_machine(letter: Letter, campaign: Campaign) -> Told | None:
    """Tell newsletters and automatic subjects, now that nothing of a submission was found in them."""
    if letter.automatic:
        return "automatic", f"邮件头写明由机器发出（{letter.automatic}）"
    word = _first(campaign.mail.automatic, letter.subject)
    return ("automatic", f"主题含“{word}”") if word else None


def _by_likely_files(
    letter: Letter, kinds: Collection[str], about: str | None, campaign: Campaign, *, sender_known: bool
) -> Told | None:
    likely = _LIKELY & set(kinds)
    if not likely or not (about or sender_known):
        return None
    # A blank form that comes with a question is a question.
    if likely == {"named"} and _first(campaign.mail.inquiry, f"{letter.subject}\n{letter.text}"):
        return None
    return "submission", f"含{_labels(likely, campaign)}，{f'文字提到“{about}”' if about else '发信单位已认定'}"


def _by_unknown_files(kinds: Collection[str], campaign: Campaign) -> Told | None:
    """Tell what somebody unknown sends without a word: a person is asked whose it is, for it may be a submission."""
    likely = _TOLD & set(kinds)
    return ("submission", f"含{_labels(likely, campaign)}，没有说明，请认定发信单位") if likely else None


def _by_words(letter: Letter, about: str | None, campaign: Campaign, *, sender_known: bool) -> Told | None:
    """Tell a submission behind a cloud link from an inquiry, where the mail is about the campaign at all."""
    if not (about or sender_known):
        return None
    if letter.links:
        names = "、".join(f"《{link.name}》" for link in letter.links[:3] if link.name)
        return "submission", f"材料在云附件链接里{f'：{names}' if names else ''}"
    if word := _first(campaign.mail.cloud, own_words(letter, campaign)):
        return "submission", f"正文有“{word}”，材料可能在链接里"
    asked = _first(campaign.mail.inquiry, _ADDRESS.sub(" ", f"{letter.subject}\n{letter.text}"))
    if not asked and _ADDRESS.search(letter.text) and (word := _first(campaign.mail.handed, letter.text)):
        return "submission", f"正文给了地址，又说到“{word}”，材料可能在那里"
    return "inquiry", f"没有材料，{f'文字含“{asked}”' if asked else '请人工看'}"


def _labels(kinds: Collection[str], campaign: Campaign) -> str:
    return "、".join(sorted(_EXTRA_LABELS.get(kind) or campaign.kind_of(kind).label for kind in kinds))


def _first(words: Collection[str], text: str) -> str | None:
    """Return the first of the words that a text holds, letters of either case."""
    lowered = text.lower()
    return next((word for word in words if word.lower() in lowered), None)
