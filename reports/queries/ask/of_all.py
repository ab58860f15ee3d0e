"""Answers about the whole campaign: who has not sent, the sums, cities and quotas, mails of a day or an address."""

from collections.abc import Sequence

from config.associations import raised_quota_cities
from config.naming import folded
from reports import elsewhere
from reports.incoming import MessageView
from reports.picture import CaseView
from reports.queries import items
from reports.queries.ask.answer import Answer, Inquiry, answered, beside, cases_said, hidden, mail_said
from reports.queries.ask.names import moment_of
from reports.queries.ask.of_cases import findings_said
from reports.queries.late import is_late
from reports.tally import place_of, tally
from reports.wording import MESSAGE_KINDS, clock, joined

_NAMED = 31
_PLACES = {"aside": "搁置", "failed": "未能读出", "waiting": "还没有读"}


def silent(asked: Inquiry) -> Answer:
    """谁还没交? The provinces of which no submission is known, and what came of nobody."""
    picture = asked.picture
    none = [view for view in picture.associations if view.status == "none" and not view.nothing_to_send]
    noted = [view for view in picture.associations if view.status == "none" and view.nothing_to_send]
    told = elsewhere.of_nobody(picture) if none else ()
    more = f"；{joined([view.province for view in noted])}已说明不报" if noted else ""
    names = joined([view.province for view in none], _NAMED)
    sentence = f"还有 {len(none)} 个省没有认定的报送来信：{names}{more}" if none else f"各省都有报送来信{more}"
    proof = [f"{view.province}：{'；'.join(own)}" for view in none if (own := _own(asked, view.province))]
    return answered("silent", "", sentence + beside(told), [*proof, *told])


def _own(asked: Inquiry, province: str) -> list[str]:
    own = list(elsewhere.of_province(asked.picture, province))
    if mails := elsewhere.other_mail(asked.picture, province):
        own.append(elsewhere.other_mail_said(mails))
    return own


def totals(asked: Inquiry) -> Answer:
    """Answer: 一共收到多少案例, 多少个省."""
    picture = asked.picture
    views = picture.associations
    sent = [view for view in views if view.messages]
    cases = [case for case in picture.cases if case.is_judged]
    complete = sum(view.complete_cases for view in views)
    done = sum(view.status == "complete" for view in views)
    told = elsewhere.of_nobody(picture)
    now = clock(picture.as_of, picture.campaign.call.zone)
    sentence = (
        f"截至 {now}，{len(views)} 个省中 {len(sent)} 个已报送（{done} 个报齐），"
        f"共 {len(cases)} 个案例，{complete} 个材料齐全{beside(told)}"
    )
    lines = (f"{view.province}：{view.cases_expected} 个案例，{view.complete_cases} 个齐全" for view in sent)
    return answered("totals", "", sentence, [tally(picture).text, *lines])


def complete(asked: Inquiry) -> Answer:
    """Answer: 哪些省齐了."""
    views = [view for view in asked.picture.associations if view.status == "complete"]
    cases = sum(view.complete_cases for view in asked.picture.associations)
    names = f"：{joined([view.province for view in views], _NAMED)}" if views else ""
    sentence = f"{len(views)} 个省已报齐{names}；各省合计 {cases} 个案例材料齐全"
    return answered("complete", "", sentence, (f"{view.province}：{view.complete_cases} 个案例" for view in views))


def late(asked: Inquiry) -> Answer:
    """哪些省迟到了? Also those of which only some cases were late."""
    picture = asked.picture
    views = [view for view in picture.associations if view.late]
    provinces = {view.province for view in views}
    others = [
        case for case in picture.cases
        if case.is_judged and case.province not in provinces and is_late(case, picture)
    ]  # fmt: skip
    names = f"：{joined([view.province for view in views])}" if views else ""
    more = (
        f"；另有 {len(others)} 个案例（省里首次报送不迟）在截止后才到或才补齐：{cases_said(others, place=True)}"
        if others
        else ""
    )
    lines = (
        f"{view.province}：首次报送 {clock(view.first_taken, picture.campaign.call.zone)}"
        for view in views
        if view.first_taken
    )
    return answered("late", "", f"{len(views)} 个省首次报送迟于截止{names}{more}", lines)


def city(asked: Inquiry) -> Answer:
    """Answer: 杭州报了几个, 超没超名额."""
    picture = asked.picture
    province, name = asked.names.cities[0]
    found = next((one for one in picture.cities if (one.province, one.city) == (province, name)), None)
    cases: Sequence[CaseView] = found.cases if found else [
        case for case in picture.cases if (case.province, case.city) == (province, name) and case.is_judged
    ]  # fmt: skip
    quota = found.quota if found else _quota(asked, name)
    over = len(cases) - quota
    state = f"超出 {over} 个" if over > 0 else "名额已用完，没有超" if not over else f"没有超，还可报 {-over} 个"
    named = f"：{cases_said(cases)}" if cases else ""
    unplaced = [case for case in picture.cases if case.province == province and case.city is None and case.is_judged]
    rest = f"；{province}另有 {len(unplaced)} 个案例的城市还没有认定（{cases_said(unplaced)}）" if unplaced else ""
    told = hidden(picture, province) if not cases else ()
    whole = f"{asked.names.counted}的案例计入{name}：" if asked.names.counted else ""
    sentence = f"{whole}{name}报了 {len(cases)} 个{named}，名额 {quota} 个，{state}{rest}{beside(told)}"
    return answered("quota", name, sentence, (_line(case, asked) for case in cases))


def _quota(asked: Inquiry, city_: str) -> int:
    call = asked.picture.campaign.call
    raised = raised_quota_cities(view.association for view in asked.picture.associations)
    return call.quota_capital if city_ in raised else call.quota


def over(asked: Inquiry) -> Answer:
    """Answer: 哪些市超名额了."""
    found = [one for one in asked.picture.cities if len(one.cases) > one.quota]
    full = [one for one in asked.picture.cities if len(one.cases) == one.quota]
    names = joined([f"{one.province}{one.city}（{len(one.cases)} 个，名额 {one.quota} 个）" for one in found])
    more = f"；另有 {len(full)} 个市名额正好用完：{joined([one.province + one.city for one in full])}" if full else ""
    sentence = (f"{len(found)} 个市超出名额：{names}" if found else "没有市超出名额") + more
    return answered("quota", "", sentence, (f"{one.city}：{cases_said(one.cases)}" for one in found))


def city_outstanding(asked: Inquiry) -> Answer:
    """杭州还缺什么? Of each of its cases what is not there."""
    province, name = asked.names.cities[0]
    cases = [case for case in asked.picture.cases if (case.province, case.city) == (province, name) and case.is_judged]
    lines = [_line(case, asked) for case in cases]
    lacking = [case for case in cases if items.missing(case, asked.picture.campaign)]
    told = hidden(asked.picture, province) if lacking or not cases else ()
    state = f"{len(lacking)} 个不齐：{cases_said(lacking)}" if lacking else "都齐全" if cases else "还没有认定的案例"
    return answered("outstanding", name, f"{name}报了 {len(cases)} 个案例，{state}{beside(told)}", [*lines, *told])


def _line(case: CaseView, asked: Inquiry) -> str:
    what = items.missing(case, asked.picture.campaign)
    return f"{case.name}：{f'缺{joined(what)}' if what else '材料齐全'}"


def place_findings(asked: Inquiry) -> Answer:
    """Answer: 湖北有什么问题."""
    cities, province = asked.names.cities, asked.names.provinces
    name = cities[0][1] if cities else province[0]
    own = [
        one for one in asked.assessment.findings
        if ((one.province, one.city) == cities[0] if cities else one.province == province[0])
    ]  # fmt: skip
    return findings_said(
        "finding",
        name,
        name,
        [one for one in own if one.status == "open"],
        [one for one in own if one.status == "waived"],
    )


def mails(asked: Inquiry) -> Answer:
    """Answer: 今天来了哪些信."""
    picture, day = asked.picture, asked.names.day
    assert day is not None  # noqa: S101 (the question needs one)
    since, until = moment_of(day.first, picture, end=False), moment_of(day.last, picture, end=True)
    wanted = asked.names.provinces
    own = [one for one in picture.messages if since <= one.arrival < until and (not wanted or one.province in wanted)]
    sent = [one for one in own if one.is_submission]
    provinces = joined(dict.fromkeys(one.province or "未认定单位" for one in sent))
    where = joined(wanted)
    # What nobody could tell or read may be of the province that is asked about.
    told = elsewhere.of_nobody(picture, asked.province) if wanted else _stopped(asked)
    if not own:
        said = f"没有认定为{where}的来信" if wanted else "没有收到来信"
        return answered("mails", day.said, f"{day.said}{said}{beside(told)}", told)
    others = f"，其他 {len(own) - len(sent)} 封" if len(own) > len(sent) else ""
    kinds = f"报送 {len(sent)} 封{f'（{provinces}）' if sent else ''}{others}"
    sentence = f"{day.said}{where}收到 {len(own)} 封来信：{kinds}{beside(told)}"
    return answered("mails", day.said, sentence, (_mail_line(one, asked) for one in own))


def _stopped(asked: Inquiry) -> list[str]:
    """Return which mailboxes nobody could look into: there may be more mails than came."""
    down = [health.mailbox for health in asked.picture.health if health.failing_since is not None]
    gaps = sum(gap.count for gap in asked.picture.gaps)
    told = [f"收信中断（{joined(down)}）"] if down else []
    return [*told, f"{gaps} 封邮件服务器没有给出"] if gaps else told


def _unread(asked: Inquiry) -> list[str]:
    """Return how many mails nobody could read yet: of those neither sender nor subject is known for sure."""
    unread = [one for one in asked.picture.messages if place_of(one) in ("failed", "waiting")]
    return [f"{len(unread)} 封来信还没有读出（编号 {joined([str(one.id) for one in unread], 3)}）"] if unread else []


def _mail_line(message: MessageView, asked: Inquiry) -> str:
    kind = MESSAGE_KINDS.get(message.kind) or _PLACES.get(place_of(message), "")
    return f"{message.province or '未认定单位'}，{kind}：{mail_said(message, asked.picture)}"


def one_mail(asked: Inquiry) -> Answer:
    """我的邮件收到没有? By address or subject, whatever became of it."""
    picture, names = asked.picture, asked.names
    about = names.address or names.subject or ""
    own = [one for one in picture.messages if _is_meant(one, asked)]
    if not own:
        told = [*_stopped(asked), *_unread(asked)]
        looked = "发信地址" if names.address else "主题"
        now = clock(picture.as_of, picture.campaign.call.zone)
        sentence = f"没有收到{looked}是“{about}”的来信（截至 {now}）{beside(told)}"
        return answered("mail", about, sentence, told)
    became = joined(dict.fromkeys(_became(one) for one in own))
    last = clock(own[-1].arrival, picture.campaign.call.zone)
    return answered(
        "mail", about, f"收到了 {len(own)} 封，最近一封 {last}；{became}", (_mail_line(one, asked) for one in own)
    )


def _is_meant(message: MessageView, asked: Inquiry) -> bool:
    names = asked.names
    if names.address:
        return (message.from_address or "").lower() == names.address
    return folded(names.subject or "") in folded(message.subject)


def _became(message: MessageView) -> str:
    """Return what a mail is taken for: 计作浙江的报送, 还没有认定发信单位, 认作咨询."""
    place = place_of(message)
    if place == "filed":
        return f"计作{message.province}的报送" if message.province else "是报送，还没有认定发信单位"
    return f"认作{MESSAGE_KINDS[message.kind]}" if place == "aside" else _PLACES[place]
