"""A small campaign around its deadline for the tests of the tracker: a province in every state that lists must tell."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ingest.decisions import deciding
from ingest.decisions.deciding import Clerk
from ingest.desk import Desk
from ingest.intake import take_in
from store.arrivals import Seen, accept
from store.decisions import Person
from tests.desks import take
from tests.inbox import Sent, list_files, mail, photo
from tests.sample import day

# What is judged today: the eleventh, when the late ones have come.
TODAY = day("08-11T10:00:00")
DEADLINE = day("08-05T23:59:59")
HEADS = {
    "浙江": ("浙江省物业管理协会", "zjwyxh@example.cn", "杭州市物业管理协会"),
    "江苏": ("江苏省物业管理协会", "jswx@jsproperty.example", "南京市物业管理协会"),
    "山东": ("山东省物业管理协会", "sdwx@example.cn", "潍坊市物业管理协会"),
    "湖南": ("湖南省物业管理协会", "hn@wyxh.example", "长沙市物业管理协会"),
    "四川": ("四川省物业管理协会", "sc@wyxh.example", "成都市物业管理协会"),
    "湖北": ("湖北省物业服务和管理协会", "hb@wyxh.example", "武汉市物业管理协会"),
}
NAMES = {"浙江": "春江花园", "江苏": "玄武湖畔花园", "山东": "鸢飞花园", "湖南": "岳麓山庄", "四川": "锦江国际花园"}
NAMES["湖北"] = "东湖雅居"


def case_of(province: str, community: str = "", *, has_form: bool = True, photos: int = 3) -> Sent:
    """Return the province's case, or another one of it."""
    name = community or NAMES[province]
    return Sent(name, f"{name}物业服务有限公司", HEADS[province][2], has_form=has_form, photos=photos)


def files_of(*cases: Sent) -> dict[str, bytes]:
    """Return the files of cases, without folders."""
    return {path.replace("/", "-"): data for case in cases for path, data in case.files().items()}


def sent(province: str, when: str, subject: str, files: Mapping[str, bytes]) -> bytes:
    """Return a mail of a province."""
    return mail(HEADS[province][1], subject, day(when), files)


def whole(province: str, *cases: Sent) -> dict[str, bytes]:
    """Return everything that a province must send."""
    return {**list_files(HEADS[province][0], cases), **files_of(*cases)}


def early_mails() -> list[bytes]:
    """Return what came by the deadline, and what came after it from a province that was on time."""
    without = [case_of(name, has_form=False) for name in ("江苏", "湖北")]
    return [
        sent("浙江", "07-20T10:00:00", "浙江报送", whole("浙江", case_of("浙江"))),
        sent("江苏", "08-05T23:59:59", "江苏报送", whole("江苏", without[0])),
        sent("山东", "07-28T10:00:00", "山东报送", whole("山东", case_of("山东"))),
        sent("四川", "07-29T10:00:00", "四川报送", whole("四川", case_of("四川"))),
        sent("湖北", "07-30T10:00:00", "湖北报送", whole("湖北", without[1])),
    ]


def late_mails() -> list[bytes]:
    """Return what came later: a form, a province, a case more, photos renewed, and a form within a granted deadline."""
    form = {f"{NAMES['江苏']}推荐表.docx": case_of("江苏").form_docx()}
    more = case_of("山东", "虞河人家")
    renewed = {name: photo(f"renewed {name}") for name in files_of(case_of("四川")) if name.endswith(".jpg")}
    granted = {f"{NAMES['湖北']}推荐表.docx": case_of("湖北").form_docx()}
    return [
        sent("江苏", "08-07T02:59:59", "江苏补推荐表 13812345678", form),
        sent("湖南", "08-06T09:12:45", "湖南报送", whole("湖南", case_of("湖南"))),
        sent("山东", "08-08T10:00:00", "补充：山东再报一个", whole("山东", more)),
        sent("四川", "08-09T10:00:00", "四川换照片", renewed),
        sent("湖北", "08-10T10:00:00", "湖北补推荐表", granted),
    ]


def grant(opened: Desk) -> None:
    """Grant later deadlines to two provinces, and note that one will send nothing."""
    clerk = Clerk(opened, Person("陈静", day("08-04T09:00:00"), "协会函〔2026〕3号"), None)
    deciding.extend(clerk, "湖北", "2026-08-12")
    deciding.extend(clerk, "陕西", "2026-08-20")
    deciding.send_nothing(clerk, "西藏")


def fill(opened: Desk, folder: Path) -> None:
    """Take in everything and grant what was granted."""
    grant(opened)
    take(opened, folder, *early_mails(), *late_mails())


def arrive(opened: Desk, raw: bytes, arrival: datetime, now: datetime, uid: int = 1) -> None:
    """Take in a mail as a mailbox gives it, with its INTERNALDATE."""
    with opened.store.vault.temporary() as path:
        path.write_bytes(raw)
        accept(opened.store, path, Seen("a@b.cn", "INBOX", 7, uid), arrival, "internaldate", now)
    take_in(opened)
