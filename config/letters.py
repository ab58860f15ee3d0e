"""How the campaign speaks to associations: what a letter asks for where a rule does not hold, and what it never says.

A finding's own sentence is for staff; these are for the provinces. Every rule has its words here or says why not.
"""

from pydantic import BaseModel, ConfigDict, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asking(_Part):
    """What an association is asked where a rule does not hold, or why it is told nothing of it (`internal`).

    `on` is needed where two rules share a code. With `each`, findings on several files of a case become one sentence,
    in which `{each}` stands for what is said of every file. With `when`, nothing is asked unless that fact holds.
    """

    code: str
    on: str = ""
    ask: str = ""
    each: str = ""
    when: str = ""
    internal: str = ""

    @model_validator(mode="after")
    def _asks_or_says_why_not(self) -> "Asking":
        if bool(self.ask.strip()) == bool(self.internal.strip()):
            raise ValueError(f"{self.code}: ask（对协会怎么说）和 internal（为什么不说）要写一个，也只写一个")
        if bool(self.each) != ("{each}" in self.ask):
            raise ValueError(f"{self.code}: each 和 ask 里的 {{each}} 要么都写，要么都不写")
        return self


class Letters(_Part):
    """What letters need beside templates: the notice's full title, who signs, the phones, and words never used."""

    notice_title: str = ""
    signature: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    say: tuple[Asking, ...] = ()
