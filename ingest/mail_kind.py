"""What kind of mail it is: submission, inquiry, automatic or unrelated. Headers come first, then files, then words."""

from collections.abc import Collection

from config.campaign import Campaign
from parsers.letter import Letter

# Contents that only a submission holds, whoever sent it.
_CERTAIN = {"summary_list", "summary_list_scan", "recommendation_form", "recommendation_form_scan", "case_material"}
# Contents that also other mails hold: they count where the sender or the words speak of the campaign.
_LIKELY = {"photo", "video", "archive"}
_MACHINE = ("auto-submitted", "x-autoreply", "x-autorespond", "return-path", "from:", "content-type")


def mail_kind(letter: Letter, kinds: Collection[str], *, sender_known: bool, campaign: Campaign) -> tuple[str, str]:
    """Return (kind, evidence in Chinese) from a letter and the kinds of its files; see domain.md section 5."""
    words = campaign.mail
    if letter.from_address in {address.lower() for address in campaign.call.addresses}:
        return "automatic", "发信地址是收件邮箱自己"
    if letter.automatic and letter.automatic.lower().startswith(_MACHINE):
        return "automatic", f"邮件头写明由机器发出（{letter.automatic}）"
    if certain := _CERTAIN & set(kinds):
        return "submission", f"含{'、'.join(sorted(campaign.kind_of(kind).label for kind in certain))}"
    if letter.automatic:
        return "automatic", f"邮件头写明由机器发出（{letter.automatic}）"
    if word := _first(words.automatic, letter.subject):
        return "automatic", f"主题含“{word}”"
    about = _first(words.campaign, f"{letter.subject}\n{letter.text}")
    if likely := _LIKELY & set(kinds):
        labels = "、".join(sorted(campaign.kind_of(kind).label for kind in likely))
        if about or sender_known:
            return "submission", f"含{labels}，{f'文字提到“{about}”' if about else '发信地址已登记'}"
    if (about or sender_known) and (word := _first(words.cloud, letter.text)):
        return "submission", f"正文有“{word}”，材料可能在链接里"
    if about or sender_known:
        word = _first(words.inquiry, f"{letter.subject}\n{letter.text}")
        return "inquiry", f"没有材料，{f'文字含“{word}”' if word else '请人工看'}"
    return "unrelated", "没有材料，也没有提到本次征集"


def _first(words: Collection[str], text: str) -> str | None:
    """Return the first of the words that a text holds, letters of either case."""
    lowered = text.lower()
    return next((word for word in words if word.lower() in lowered), None)
