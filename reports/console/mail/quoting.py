"""What of a mail's text did its writer write, and what is quoted? The quoted parts are folded."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# What a line is looked at for; the words of mailers stand at its beginning.
_LOOKED_AT = 300
_BEGINS = re.compile(
    r"-{2,}\s*(?:原始邮件|原邮件|回复的?原邮件|转发的?邮件|Original|Forwarded)"
    r"|(?:发件人|发信人|寄件者)\s*[:：]"
    r"|(?:From|Begin forwarded message)\s*:"
    r"|(?:在|于|On\s).{4,200}(?:写道|wrote)\s*[:：]$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Passage:
    """A part of a mail's text: what was written, or what is quoted."""

    text: str
    quoted: bool


def passages(text: str) -> Sequence[Passage]:
    """Return a text in parts, in order; from where a mailer begins another mail, all is quoted."""
    return tuple(
        Passage(joined, quoted)
        for quoted, lines in _runs(text.splitlines())
        if (joined := "\n".join(lines).strip("\n"))
    )


def _runs(lines: Iterable[str]) -> Iterable[tuple[bool, list[str]]]:
    run: list[str] = []
    was = inside = False
    for line in lines:
        start = line.strip()[:_LOOKED_AT]
        inside = inside or _BEGINS.match(start) is not None
        quoted = inside or start.startswith((">", "＞"))
        if quoted != was and start:
            yield was, run
            run, was = [], quoted
        run.append(line)
    yield was, run
