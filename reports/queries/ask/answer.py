"""What an answer is, and how mails, files and moments are named in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports import elsewhere
from reports.finding import Assessment
from reports.incoming import FileView, MessageView
from reports.picture import AssociationView, CaseView, Picture
from reports.queries.ask.names import Names
from reports.sources import source_of
from reports.wording import clipped, clock, joined, one_line, short_clock

_SUBJECT_LENGTH, _PROOFS, _NAMED = 50, 40, 8


@dataclass(frozen=True)
class Answer:
    """An answer: of which kind and about what, in one sentence, and what it rests on, a line each."""

    kind: str
    about: str
    sentence: str
    proof: tuple[str, ...] = ()
    understood: bool = True


@dataclass(frozen=True)
class Inquiry:
    """What is asked, as far as it was understood: the names in it, what its words mean, and the campaign."""

    names: Names
    concepts: frozenset[str]
    assessment: Assessment

    @property
    def picture(self) -> Picture:
        """The campaign as of the moment that is asked about."""
        return self.assessment.picture

    @property
    def case(self) -> CaseView:
        """The case that is asked about."""
        return self.names.cases[0]

    @property
    def province(self) -> str:
        """The province that is asked about."""
        return self.names.provinces[0]

    @property
    def view(self) -> AssociationView | None:
        """The association that is asked about; None where that province has none."""
        return next((one for one in self.picture.associations if one.province == self.province), None)


def answered(kind: str, about: str, sentence: str, proof: Iterable[str] = ()) -> Answer:
    """Return an answer; a long proof is cut, and says so."""
    lines = [one_line(line) for line in proof if line]
    if len(lines) > _PROOFS:
        lines = [*lines[:_PROOFS], f"……共 {len(lines)} 条"]
    return Answer(kind, about, one_line(sentence), tuple(lines))


def mail_said(message: MessageView, picture: Picture) -> str:
    """Return a mail as it is proven by: 来信 3“江苏省推荐案例材料”，07-22 15:40 到达，邮箱."""
    subject = clipped(one_line(message.subject), _SUBJECT_LENGTH) or "无主题"
    sender = message.from_address or message.from_name or "发信人不明"
    when = short_clock(message.arrival, picture.campaign.call.zone)
    return f"来信 {message.id}“{subject}”，{when} 到达（{source_of(message)}），发信 {sender}，文件 {message.files} 个"


def file_said(file: FileView, picture: Picture) -> str:
    """Return a file as it is proven by: 《推荐表.docx》（来信 3，07-22 15:40）."""
    when = short_clock(file.first_arrival, picture.campaign.call.zone)
    return f"《{one_line(file.name)}》（来信 {file.message_pk}，{when}）"


def at(moment: object, picture: Picture) -> str:
    """Return a moment to the minute."""
    return clock(moment, picture.campaign.call.zone)  # type: ignore[arg-type]


def cases_said(cases: Sequence[CaseView], *, place: bool = False) -> str:
    """Return cases by their names: 春江花园、西溪诚园等 12 个."""
    return joined(
        [f"{case.province}{case.city or ''}{case.community}" if place else case.community for case in cases], _NAMED
    )


def hidden(picture: Picture, province: str) -> tuple[str, ...]:
    """Return where something of a province may be that is not known to have come, a sentence each."""
    told = [*elsewhere.of_province(picture, province)]
    if mails := elsewhere.other_mail(picture, province):
        told.append(elsewhere.other_mail_said(mails))
    return (*told, *elsewhere.of_nobody(picture, province))


def beside(told: Sequence[str]) -> str:
    """Return those sentences as the end of an answer; nothing where there are none."""
    return f"。另有 {'、'.join(told)}，所问的可能在其中" if told else ""
