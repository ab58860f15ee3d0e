"""A large inbox made at random: mail by mail, all at once, in any order, kept between looks or rebuilt, it ends equal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk, Shelved
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from reports.finding import Assessment
from store import mail as mails_of
from store.decisions import Person
from tests.desks import AFTER, assessed, desk, everything, from_scratch
from tests.inbox import Sent, list_files, mail, write_inbox
from tests.mail_builders import gbk_zip
from tests.photo_builders import photo_like, saved
from tests.sample import day

MAILS = 90
START = day("07-20T09:00:00")
TYPES = ("商品住宅小区", "安置房小区", "弃管小区", "其他")
# Of each province: who sends, and from which address; the last one nobody has registered.
SENDERS = {
    "浙江": ("浙江省物业管理协会", "zjwyxh@example.cn", ("杭州", "宁波")),
    "江苏": ("江苏省物业管理协会", "jswx@jsproperty.example", ("南京", "苏州")),
    "山东": ("山东省物业管理协会", "sdwx@example.cn", ("济南", "青岛")),
    "四川": ("四川省物业服务协会", "someone@qq.com", ("成都", "绵阳")),
}
CORES = ("春江", "秋水", "南湖", "兰亭", "东风", "西苑", "翠屏", "望海", "桃源", "金水")
TAILS = ("花园", "家园", "苑", "小区", "名邸")
SUBJECTS = ("报送", "更正：汇总清单", "补充材料", "好服务案例（以此件为准）", "请查收", "补充照片")


@dataclass
class Maker:
    """Makes mails at random, each from what was sent before."""

    source: Random
    ties: bool = True
    cases: dict[str, list[Sent]] = field(default_factory=dict)
    sent: list[dict[str, bytes]] = field(default_factory=list)

    def mails(self, count: int) -> Iterator[bytes]:
        for province in SENDERS:
            self.cases[province] = [self.case(province, number) for number in range(7)]
        for number in range(count):
            # Some come in the same second: those the server numbers in its order.
            tied = self.ties and number % 7 == 0
            yield self.mail(START + timedelta(hours=5 * (number - tied)), number)

    def case(self, province: str, number: int) -> Sent:
        city = self.source.choice(SENDERS[province][2])
        name = self.source.choice(CORES) + self.source.choice(TAILS) + self.source.choice(("", "", "（二期）", "一期"))
        return Sent(
            name,
            f"{city}{name[:2]}物业服务有限公司",
            f"{city}市物业管理协会",
            self.source.choice(("2015年6月", "2012.5", "2021年3月", "不详")),
            self.source.choice(TYPES),
            title=f"案例{number}",
            stamped=False,
        )

    def mail(self, when: datetime, number: int) -> bytes:
        province = self.source.choice(list(SENDERS))
        _, address, _ = SENDERS[province]
        if self.source.random() < 0.1:
            return mail(address, "请问能否延期？", when, text=f"第 {number} 次咨询，请问能否延期？")
        files = self.files(province)
        if self.source.random() < 0.25 and self.sent:
            files = {**self.source.choice(self.sent), **(files if self.source.random() < 0.3 else {})}
        self.sent.append(files)
        subject = f"{province}{self.source.choice(SUBJECTS)}{number if self.source.random() < 0.5 else ''}"
        return mail(address, subject, when, files)

    def files(self, province: str) -> dict[str, bytes]:
        makers = (self.list_, self.form, self.form, self.material, self.photos, self.packed)
        files: dict[str, bytes] = {}
        for make in self.source.sample(makers, self.source.randint(1, 3)):
            files |= make(province)
        return files

    def one(self, province: str) -> Sent:
        case = self.source.choice(self.cases[province])
        changed: dict[str, Any] = {}
        if self.source.random() < 0.3:
            changed["delivered"] = self.source.choice(("2016年1月", "2019年12月", "2022年"))
        if self.source.random() < 0.2:
            changed["community"] = case.community.replace("江", "红").replace("湖", "胡")
        if self.source.random() < 0.2:
            changed["form"] = {"floor_area": self.source.choice(("约十万", "12.5万平方米", "", "9万㎡"))}
        return replace(case, **changed)

    def list_(self, province: str) -> dict[str, bytes]:
        some = self.source.sample(self.cases[province], self.source.randint(1, 6))
        files = list_files(SENDERS[province][0], some, scanned=False)
        return {self.source.choice(("汇总清单.docx", "汇总清单（更正）.docx", "清单.docx")): files["汇总清单.docx"]}

    def form(self, province: str) -> dict[str, bytes]:
        case = self.one(province)
        return {self.source.choice(("推荐表.docx", f"{case.community}推荐表.docx")): case.form_docx()}

    def material(self, province: str) -> dict[str, bytes]:
        case = replace(self.one(province), photos=0, has_form=False)
        return {path.rpartition("/")[2]: data for path, data in case.files().items()}

    def photos(self, province: str) -> dict[str, bytes]:
        case = self.one(province)
        shot = self.source.randint(1, 12)
        name = self.source.choice((f"{case.community}{shot}.jpg", f"IMG_{shot:04}.jpg"))
        return {name: saved(photo_like(shot, 320, 240))}

    def packed(self, province: str) -> dict[str, bytes]:
        case = self.one(province)
        own = {f"{case.company}/{case.community}/照片{n}.jpg": saved(photo_like(n + 20, 320, 240)) for n in range(2)}
        return {"材料.zip": gbk_zip({**own, f"{case.company}/{case.community}/推荐表.docx": case.form_docx()})}


@pytest.fixture(scope="module", params=[1, 2])
def inbox(request: pytest.FixtureRequest) -> list[bytes]:
    return list(Maker(Random(request.param)).mails(MAILS))


def bring(opened: Desk, folder: Path, mails: list[bytes]) -> None:
    write_inbox(folder, mails)
    import_path(opened, folder, AFTER)
    take_in(opened)


def decide(opened: Desk, source: Random) -> None:
    """Decide at random of what is there: the same things wherever the same is there."""
    clerk = Clerk(opened, Person("陈静", AFTER, "电话核实"))
    assessment = clerk.assessment
    cases = sorted({str(case.name) for case in assessment.picture.cases})
    for name in source.sample(cases, 3):
        deciding.correct(clerk, name, "建筑面积", "8万平方米")
    deciding.withdraw(clerk, source.choice(cases))
    for one in source.sample(sorted({finding.id for finding in assessment.findings}), 5):
        deciding.waive(clerk, one)
    lone = [file for file in assessment.picture.files if file.kind == "photo" and file.province and not file.case_ids]
    own = [str(case.name) for case in assessment.picture.cases if lone and case.province == lone[0].province]
    if own:
        deciding.file_to(clerk, str(lone[0].message_pk), lone[0].path, Shelved(min(own)))
    deciding.extend(clerk, "浙江", "2026-08-20")


def told(assessment: Assessment) -> dict[str, list[str]]:
    """Return all exports without our own numbers and folders, whatever the order in which they stand."""
    own = everything(assessment)
    for row in own["messages"]:
        row["folder"] = None
    return {what: sorted(re.sub(r"来信 \d+", "来信", str(row)) for row in table) for what, table in own.items()}


def test_mail_by_mail_all_at_once_kept_and_rebuilt_end_equal(inbox: list[bytes], tmp_path: Path) -> None:
    with desk(tmp_path / "one") as slowly, desk(tmp_path / "two") as at_once:
        for number, start in enumerate(range(0, MAILS, 6)):
            bring(slowly, tmp_path / f"part{number}", inbox[start : start + 6])
            assert told(assessed(slowly)) == told(from_scratch(slowly))
        bring(at_once, tmp_path / "all", inbox)
        assert told(assessed(slowly)) == told(assessed(at_once))
        for opened in (slowly, at_once):
            decide(opened, Random(7))
        after = told(assessed(slowly))
        assert after == told(assessed(at_once)) == told(from_scratch(at_once))
        mails_of.forget_conclusions(slowly.store)
        take_in(slowly)
        assert told(assessed(slowly)) == after
        for number in range(1, 11):
            settling.undo(slowly, number, Person("李明", START))
        bring(at_once, tmp_path / "again", inbox[::-1])
        assert told(assessed(at_once)) == after


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_in_which_mails_come_to_us_does_not_matter(seed: int, tmp_path: Path) -> None:
    inbox = list(Maker(Random(seed), ties=False).mails(MAILS))
    with desk(tmp_path / "one") as in_order, desk(tmp_path / "two") as shuffled:
        bring(in_order, tmp_path / "all", inbox)
        mixed = Random(3).sample(inbox, len(inbox))
        for start in range(0, MAILS, 30):
            bring(shuffled, tmp_path / f"mixed{start}", mixed[start : start + 30])
        assert told(assessed(shuffled)) == told(assessed(in_order))
