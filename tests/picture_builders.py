"""Builds pictures by hand, small or of a real campaign's size, for the tests of what reports tell."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from config.associations import Association, load_associations
from config.campaign import Campaign, load_campaign
from config.case_name import CaseName
from reports.finding import Assessment, Finding
from reports.incoming import Cell, FileView, MessageView
from reports.mail_side import LinkView, MailboxHealth, MailGap
from reports.picture import AssociationView, CaseView, CityView, ListRow, Picture

_ids = count(1)
# 08:30 in Beijing on a Monday, before the deadline of 2026-08-05.
MORNING = datetime(2026, 7, 20, 0, 30, tzinfo=UTC)
AFTER = datetime(2026, 8, 8, 0, 30, tzinfo=UTC)
FRIDAY = MORNING - timedelta(days=3)


@cache
def campaign() -> Campaign:
    return load_campaign("2026-haofuwu")


def message(province: str | None = "浙江", **changed: Any) -> MessageView:
    """Return a submission of a province that was filed; any field may be changed."""
    number = next(_ids)
    fields: dict[str, Any] = {
        "id": number,
        "mailbox": "wzglzzh@ecpmi.org.cn",
        "folder": "INBOX",
        "uid": number,
        "junk": False,
        "message_id": f"<{number}@example.cn>",
        "from_address": f"office{number}@example.cn",
        "from_name": "省物协办公室",
        "subject": f"{province or ''}报送材料",
        "arrival": MORNING - timedelta(days=5),
        "arrival_source": "INTERNALDATE",
        "province": province,
        "city": None,
        "sender_level": "provincial" if province else None,
        "sender_clues": (),
        "kind": "submission",
        "kind_evidence": "含汇总清单",
        "state": "filed",
        "failure": None,
        "files": 3,
        "bytes": 12_345_678,
        "text": "",
    }
    return MessageView(**{**fields, **changed})


def file_of(mail: MessageView, name: str = "汇总清单.docx", kind: str = "summary_list", **changed: Any) -> FileView:
    """Return a file of a message; any field may be changed."""
    number = next(_ids)
    fields: dict[str, Any] = {
        "id": number,
        "message_pk": mail.id,
        "message": mail.key,
        "path": name,
        "name": name,
        "sha256": f"{number:064x}",
        "bytes": 34_567,
        "format": name.rpartition(".")[2].lower(),
        "kind": kind,
        "kind_evidence": "",
        "status": "ok",
        "reason": "",
        "province": mail.province,
        "community": None,
        "case_ids": (),
        "arrival": mail.arrival,
        "first_arrival": mail.arrival,
        "facts": {},
    }
    return FileView(**{**fields, **changed})


def case(
    mail: MessageView,
    community: str,
    city: str = "杭州市",
    *,
    has: Sequence[str] = ("row", "form", "material"),
    photos: int = 3,
    **changed: Any,
) -> CaseView:
    """Return a case with the parts in `has` and so many photos that count; any field may be changed."""
    listing = file_of(mail)
    row = ListRow(listing, {"community": Cell(community, community, "第 1 行", listing)})
    forms = (file_of(mail, f"{community}推荐表.docx", "recommendation_form"),) if "form" in has else ()
    materials = (file_of(mail, f"{community}+红色管家.docx", "case_material"),) if "material" in has else ()
    shots = tuple(file_of(mail, f"{community}{n}.jpg", "photo", bytes=2_000_000) for n in range(1, photos + 1))
    fields: dict[str, Any] = {
        "id": next(_ids),
        "name": CaseName(mail.province or "浙江", city, community),
        "province": mail.province or "浙江",
        "city": city,
        "community": community,
        "corrected": {},
        "rows": (row,) if "row" in has else (),
        "form": {},
        "files": (*forms, *materials, *shots),
        "forms": forms,
        "materials": materials,
        "photo_files": shots,
        "counted_photos": shots,
        "video_files": (),
        "company": f"{community}物业服务有限公司",
        "address": "人民路1号",
        "completed": "2015",
        "floor_area_m2": 125000.0,
        "delivered": "2015-06",
        "project_type": "commodity",
        "fee_text": "2.5元/㎡·月",
        "fee_low": 2.5,
        "fee_high": 2.5,
        "collection_rate": 0.985,
        "applicant_contact": "张三",
        "applicant_phone": "13812345678",
        "recommender": f"{city}物业管理协会",
        "recommender_contact": "李四",
        "recommender_phone": "057187654321",
        "reason": "省级示范项目",
        "applicant_signed": "2026-06-30",
        "recommender_signed": None,
        "remark": None,
        "list_number": "1",
        "first_arrival": mail.arrival,
        "title": "红色管家进小区",
        "already_selected": None,
        "complete": {"row", "form", "material"} <= set(has) and photos >= 3,
    }
    return CaseView(**{**fields, **changed})


def association(
    province: str,
    mails: Sequence[MessageView] = (),
    cases: Sequence[CaseView] = (),
    *,
    scan: bool = True,
    roster: Association | None = None,
) -> AssociationView:
    """Return a province's submission: a Word list in its first mail, and a scan of it where asked for."""
    lists = tuple(file_of(mail) for mail in mails[:1])
    scans = tuple(file_of(mail, "清单.pdf", "summary_list_scan") for mail in mails[:1] if scan)
    listed = [one for one in cases if one.in_list]
    complete = sum(one.complete for one in listed)
    whole = bool(lists and scans and listed and complete == len(listed))
    return AssociationView(
        association=roster or known(province),
        messages_in=tuple(mails),
        lists=lists,
        all_lists=lists,
        list_scans=scans,
        list_head={},
        cases=tuple(cases),
        complete_cases=complete,
        status="none" if not mails else "complete" if whole else "partial",
        deadline=campaign().call.last_moment,
    )


def known(province: str) -> Association:
    return next(one for one in provincial() if one.province == province)


@cache
def provincial() -> tuple[Association, ...]:
    return tuple(one for one in load_associations(None) if one.level == "provincial")


def finding(code: str = "form.field_missing", severity: str = "warning", **changed: Any) -> Finding:
    fields: dict[str, Any] = {
        "code": code,
        "severity": severity,
        "phase": None,
        "province": "浙江",
        "city": None,
        "community": None,
        "subject": "case",
        "message": "推荐表中联系地址空白，请补充",
        "evidence": "《推荐表.docx》",
        "clause": "附件3",
        "message_id": None,
        "file": None,
    }
    return Finding(**{**fields, **changed})


def assessment(
    views: Iterable[AssociationView] = (),
    findings: Sequence[Finding] = (),
    *,
    others: Iterable[MessageView] = (),
    as_of: datetime = MORNING,
    health: Sequence[MailboxHealth] = (),
    gaps: Sequence[MailGap] = (),
) -> Assessment:
    """Return an assessment of 31 provinces: those given, and the rest silent; `others` are mails of no submission."""
    given = {view.province: view for view in views}
    all_views = [
        given.pop(one.province) if one.province in given else association(one.province) for one in provincial()
    ]
    all_views += given.values()
    mails = sorted(
        [*(mail for view in all_views for mail in view.messages_in), *others], key=lambda mail: (mail.arrival, mail.id)
    )
    cases = tuple(one for view in all_views for one in view.cases)
    files = [file for view in all_views for file in (*view.all_lists, *view.list_scans)]
    picture = Picture(
        campaign=campaign(),
        as_of=as_of,
        associations=tuple(all_views),
        cities=(),
        cases=cases,
        messages=tuple(mails),
        files=(*files, *(file for one in cases for file in one.files)),
        health=tuple(health),
        gaps=tuple(gaps),
    )
    by_province: dict[str, list[Finding]] = {}
    for one in findings:
        by_province.setdefault(one.province or "", []).append(one)
    return Assessment(picture, tuple(findings), {name: tuple(found) for name, found in by_province.items()})


def realistic(as_of: datetime = MORNING) -> Assessment:
    """Return a campaign in full swing: twelve provinces in all states, a failing mailbox, failed and foreign mails."""
    views, findings = [], []
    for number, province in enumerate(
        ("北京", "河北", "内蒙古", "黑龙江", "上海", "江苏", "浙江", "安徽", "山东", "湖北", "广东", "四川")
    ):
        arrival = as_of - (timedelta(hours=9 * number) if as_of <= MORNING else timedelta(days=number - 2, hours=3))
        mail = message(province, arrival=min(arrival, as_of))
        cases, found = _cases(mail, number)
        view = association(province, [mail], cases, scan=number % 3 != 1)
        views.append(view)
        findings += [*found, *_own_findings(view)]
    phase = "missing" if as_of > campaign().call.last_moment else "outstanding"
    findings = [replace(one, phase=phase) if one.phase else one for one in findings]
    made = assessment(
        views,
        [*findings, *_silence(views, phase), *_strangers()[1]],
        others=_strangers()[0],
        as_of=as_of,
        health=_health(as_of),
    )
    return replace(made, picture=replace(made.picture, links=(answered_link(made.picture.messages[0]),)))


def answered_link(mail: MessageView) -> LinkView:
    """Return a cloud link whose file a person has brought in."""
    return LinkView(
        message_pk=mail.id,
        message=mail.key,
        subject=mail.subject,
        province=mail.province,
        arrival=mail.arrival,
        number=1,
        provider="163",
        key="163:a",
        url="https://dashi.163.com/html/cloud-attachment-download/?key=a",
        name="=材料.zip",
        size="128M",
        bytes=134_217_728,
        expires=mail.arrival + timedelta(days=15),
        expires_text=None,
        code=None,
        answered=True,
        repeated=False,
        in_submission=True,
    )


def _cases(mail: MessageView, number: int) -> tuple[list[CaseView], list[Finding]]:
    cities, names = (
        ("杭州市", "宁波市", "嘉兴市"),
        ("春江花园", "东湖小区", "锦绣家园（北区）", "滨江新城三期", "和平里社区", "阳光水岸"),
    )
    cases, findings = [], []
    for index in range(2 + number % 5):
        lacks_form, few = (number + index) % 3 == 0 and number % 4 != 0, (number + index) % 4 == 1 and number % 4 != 0
        has = ("row", "material") if lacks_form else ("row", "form", "material")
        one = case(
            mail, names[index % 6], cities[index % 3], has=has, photos=1 if few else 4, list_number=str(index + 1)
        )
        cases.append(one)
        common: dict[str, Any] = {"province": one.province, "city": one.city, "community": one.community}
        if lacks_form:
            findings.append(
                finding(
                    "form.missing",
                    "error",
                    phase="outstanding",
                    message="尚未收到推荐表（附件3），请补充",
                    evidence="",
                    clause="三(二)2",
                    **common,
                )
            )
        if few:
            findings.append(
                finding(
                    "photo.too_few",
                    "error",
                    phase="outstanding",
                    clause="附件2 二(四)",
                    evidence="",
                    message="合格照片 1 张，至少需要 3 张，请补充",
                    **common,
                )
            )
        if index == 1:
            findings.append(
                finding(
                    "mismatch.delivery_date",
                    message="交付时间不一致：清单为“2015年6月”，推荐表为“2016年6月”",
                    evidence="《汇总清单.docx》第 2 行：“2015年6月”；《推荐表.docx》联系人手机 13812345678",
                    clause="四(三)",
                    **common,
                )
            )
    return cases, findings


def _own_findings(view: AssociationView) -> list[Finding]:
    name, found = view.province, []
    if not view.list_scans:
        found.append(
            finding(
                "list.scan_missing",
                "error",
                phase="outstanding",
                province=name,
                subject="association",
                message="尚未收到汇总清单的盖章扫描件，请补充",
                evidence="",
                clause="附件4",
            )
        )
    if view.late:
        found.append(
            finding(
                "late.submission",
                "error",
                province=name,
                subject="association",
                evidence="",
                message=f"{name}首次报送晚于截止日 2026-08-05",
                clause="三(二)1",
            )
        )
    if name == "广东":
        found += [
            finding(
                "quota.exceeded",
                "error",
                province=name,
                city="佛山市",
                subject="association",
                clause="三(二)1",
                message="佛山市推荐了 5 个案例，名额为 3 个，超出 2 个",
                evidence="春江花园、东湖小区、锦绣家园、滨江新城、和平里",
            ),
            finding(
                "eligibility.collection_rate",
                "error",
                province=name,
                city="深圳市",
                community="东湖小区",
                message="物业服务费收缴率为 86.2%，须在 90% 以上",
                evidence="《推荐表.docx》收缴率：“86.2%”",
                clause="二(二)",
            ),
            finding(
                "file.encrypted",
                "error",
                province=name,
                subject="file",
                clause="–",
                file="材料.zip",
                message="《材料.zip》需要密码：压缩包加密",
                evidence="材料.zip",
            ),
        ]
    return found


def _silence(views: Iterable[AssociationView], phase: str) -> list[Finding]:
    reported = {view.province for view in views}
    return [
        finding(
            "submission.none",
            "error",
            phase=phase,
            province=one.province,
            subject="association",
            evidence="",
            message=f"{one.province}尚未报送任何材料",
            clause="三(二)1",
        )
        for one in provincial()
        if one.province not in reported
    ]


@cache
def _strangers() -> tuple[tuple[MessageView, ...], tuple[Finding, ...]]:
    nobody = message(None, subject="见附件", from_address="13987654321@qq.com", from_name="岁月静好")
    mails = (
        nobody,
        message("湖南", kind="inquiry", subject="请问报送截止日期能否延期？联系人王五 139-8765-4321", files=0),
        message(None, kind="automatic", subject="自动回复：来信已收到", files=0),
        message(None, kind="unrelated", subject="<b>特价</b>发票 http://spam.example/x", files=0),
        message(
            None,
            kind="",
            state="failed",
            failure="读信时出错（ValueError），原信已保存，请看日志或人工处理",
            subject="",
        ),
    )
    return mails, (
        finding(
            "sender.unknown",
            subject="message",
            province=None,
            message="看不出是哪个省级物协的来信，请指定",
            evidence="发信人 岁月静好 <13987654321@qq.com>",
            clause="三(二)1",
            message_id=nobody.key,
        ),
    )


def _health(as_of: datetime) -> tuple[MailboxHealth, ...]:
    return (
        MailboxHealth(
            "wylzzh@ecpmi.org.cn",
            as_of - timedelta(hours=5, minutes=40),
            as_of - timedelta(hours=5, minutes=20),
            "服务器拒绝登录，授权码可能已过期",
        ),
        MailboxHealth("wzglzzh@ecpmi.org.cn", as_of - timedelta(minutes=10), None, ""),
    )


def city(view: AssociationView, name: str, quota: int = 3) -> CityView:
    return CityView(view.province, name, tuple(one for one in view.cases if one.city == name), quota)
