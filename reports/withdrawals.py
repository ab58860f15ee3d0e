"""Which mails say that a case is withdrawn (撤回)? Words are evidence: a person confirms what they mean."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from config.naming import community_key, holds_name
from reports.incoming import MessageView
from reports.picture import CaseView, Picture
from reports.wording import own_sentences

if TYPE_CHECKING:
    from reports.subjects import Subject

# What mail programs withdraw is a mail.
_OF_A_MAIL = re.compile("撤回(?:了|一封|该|此)*(?:邮件|来信|信件)")
_TOLD, _QUOTED = 3, 60


def said(subject: "Subject") -> list[str]:
    """Return the mails of a case's province that say it is withdrawn, by their subjects."""
    mails = _mails(subject.view, subject.picture)
    return [f"“{message.subject}”" if message.subject else f"{message.id}" for message, _ in mails[:_TOLD]]


def evidence(subject: "Subject") -> str:
    """Return the sentences that say so, with the mails they stand in."""
    mails = _mails(subject.view, subject.picture)
    return "；".join(
        f"来信 {message.id}（{subject.clock(message.arrival)} 到达）：“{sentence[:_QUOTED]}”"
        for message, sentence in mails[:_TOLD]
    )


def _mails(case: CaseView, picture: Picture) -> list[tuple[MessageView, str]]:
    """Return the mails that say a case is withdrawn, each with its first sentence that does."""
    speaking = _speaking(picture.messages, picture.campaign.mail.withdraws, picture.campaign.mail.stays)
    if not speaking:
        return []
    key = community_key(case.community)
    told = (
        (message, next((one for one in own if holds_name(community_key(one), key)), None)) for message, own in speaking
    )
    return [(message, sentence) for message, sentence in told if sentence is not None]


@lru_cache(maxsize=2)
def _speaking(
    messages: tuple[MessageView, ...], withdraws: tuple[str, ...], stays: tuple[str, ...]
) -> Sequence[tuple[MessageView, list[str]]]:
    """Return the mails that speak of withdrawing, with their sentences that do: asked for each case of a province."""
    mails = ((message, _sentences(message, withdraws, stays)) for message in messages if message.kind != "automatic")
    return [(message, own) for message, own in mails if own]


def _sentences(message: MessageView, withdraws: Sequence[str], stays: Sequence[str]) -> list[str]:
    """Return the sentences of a mail that speak of withdrawing."""
    if not any(word in text for text in (message.subject, message.text) for word in withdraws):
        return []
    sentences = (_OF_A_MAIL.sub("", one) for one in (message.subject, *own_sentences(message.text)))
    told = (one for one in sentences if not any(word in one for word in stays))
    return [one for one in told if any(word in one for word in withdraws)]
