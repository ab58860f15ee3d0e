"""What a person decides of mails: checked, kept, carried out at once, and told in words what it changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from config.divisions import divisions
from config.errors import ConfigError, DecidedBeforeError, nearest
from ingest.desk import Desk
from ingest.intake import file_all, take_in
from reports import telling
from reports.wording import LEVELS, MESSAGE_KINDS, clock
from store import decisions, mail
from store.decisions import NO_GROUND, AlreadyDecided, Decided, Ground, Kept, Person, Wanted
from store.jobs import URGENT, want_reading
from store.mail import Settled

# What a person may say of a sender's level; the words of the digest will do too.
_LEVELS = {**{label: level for level, label in LEVELS.items()}, **{level: level for level in LEVELS}}
_KINDS = {**{label: kind for kind, label in MESSAGE_KINDS.items()}, **{kind: kind for kind in MESSAGE_KINDS}}
_SHOWN = 20


class DecisionError(ConfigError):
    """A decision on what is not there; its text is one Chinese line that says what may have been meant."""


class DecidedError(DecisionError, DecidedBeforeError):
    """Somebody else has decided before."""


def assign(
    desk: Desk,
    target: str,
    place: Mapping[str, str | None],
    person: Person,
    *,
    only_this: bool,
    seen: int | None = None,
) -> list[str]:
    """Decide who sent a message, or whose an address is; `place` is {province, city, level} as a person wrote them.

    Returns what it changed, a sentence a line; DecisionError where message, province, city or level are unknown.
    """
    value: dict[str, Any] = place_named(desk, place)
    if "@" in target:
        address = address_named(target)
        if desk.register.is_own(address):
            raise DecisionError(f"{address} 是我方自己的地址，不能认定为协会的；转发来的信请按编号认定")
        if only_this:
            raise DecisionError("--only-this 只用于一封来信，请写来信编号")
        return _carry_out(desk, decisions.SENDER, address, value, person, seen)
    message = read_message_named(desk, target)
    value["learned"] = None if only_this else message.sender_address
    return _carry_out(desk, decisions.SENDER, decisions.of_message(message.id), value, person, seen)


def set_kind(desk: Desk, target: str, kind: str, person: Person, seen: int | None = None) -> list[str]:
    """Decide what kind of mail a message is; returns what it changed, a sentence a line."""
    known = _KINDS.get(kind)
    if known is None:
        raise DecisionError(f"没有 {kind} 这一类{nearest(kind, list(_KINDS))}")
    message = message_named(desk, target)
    return _carry_out(desk, decisions.MAIL_KIND, decisions.of_message(message.id), {"kind": known}, person, seen)


def undo(desk: Desk, decision_id: int, person: Person) -> list[str]:
    """Undo a decision, which stays in the list; returns what it changed, a sentence a line."""
    made = {row.id: row for row in decisions.every(desk.store)}
    if decision_id not in made:
        raise DecisionError(f"没有编号为 {decision_id} 的人工处理，全部列在 zhengji decisions 里")
    if not decisions.undo(desk.store, decision_id, person):
        raise DecisionError(f"人工处理 {decision_id} 已由 {made[decision_id].undone_by} 撤销过")
    row, before = made[decision_id], mail.settled(desk.store)
    # What speaks of cases and files has nothing read again, and so waits for no scan.
    (file_all if row.what in telling.ON_PICTURE else take_in)(desk)
    told = telling.undone(made[decision_id]) or ([] if row.what in telling.ON_PICTURE else _changes(desk, before))
    return [f"已撤销人工处理 {decision_id}（{telling.described(row)}）", *told]


def _carry_out(
    desk: Desk, what: str, subject: str, value: dict[str, Any], person: Person, seen: int | None
) -> list[str]:
    """Keep a decision and read again what it concerns."""
    before = mail.settled(desk.store)
    decided, lines = keep(desk, what, subject, value, person, Ground(seen))
    take_in(desk)
    return [*lines, *_changes(desk, before, decided)]


def keep(
    desk: Desk, what: str, subject: str, value: dict[str, Any], person: Person, ground: Ground = NO_GROUND
) -> tuple[Decided, list[str]]:
    """Keep a decision and say so; DecisionError where somebody decided otherwise and that was not seen."""
    try:
        kept = decisions.decide(desk.store, what, subject, value, person, ground)
    except AlreadyDecided as there:
        raise _decided_before(desk, there.standing) from None
    decided = next(row for row in decisions.every(desk.store) if row.id == kept.id)
    return decided, _kept_said(desk, kept, decided)


def keep_each(desk: Desk, what: str, wanted: Sequence[Wanted], person: Person) -> list[list[str] | DecidedError]:
    """Keep several decisions in one go; for each what `keep` says, or the error that it raises."""
    kept = decisions.decide_each(desk.store, what, wanted, person)
    known = {row.id: row for row in decisions.every(desk.store)}
    return [
        _decided_before(desk, one.standing) if isinstance(one, AlreadyDecided) else _kept_said(desk, one, known[one.id])
        for one in kept
    ]


def _decided_before(desk: Desk, row: Decided) -> DecidedError:
    when = clock(row.decided_at, desk.campaign.call.zone)
    told = f"{row.person} 已于 {when} 决定过（编号 {row.id}）：{telling.described(row)}"
    return DecidedError(f"{told}。看过仍要改的，请加 --replace {row.id}", row.id, told)


def _kept_said(desk: Desk, kept: Kept, decided: Decided) -> list[str]:
    if not kept.new:
        return [f"先前已这样认定（编号 {kept.id}，{decided.person}）：{telling.described(decided)}"]
    lines = [f"已认定（编号 {kept.id}）：{telling.described(decided)}"]
    if (old := kept.replaced) is not None:
        when = clock(old.decided_at, desk.campaign.call.zone)
        lines.append(f"取代 {old.person} {when} 的决定（编号 {old.id}）：{telling.described(old)}")
    return lines


def _changes(desk: Desk, before: Mapping[int, Settled], decided: Decided | None = None) -> list[str]:
    """Say what reading again has changed: mails moved, mails of the address that were not, and failures."""
    after = mail.settled(desk.store)
    moved: dict[str, list[int]] = {}
    kinds: dict[str, list[int]] = {}
    for number, now in after.items():
        was = before.get(number)
        if was and was.province != now.province:
            moved.setdefault(now.province or "", []).append(number)
        if was and was.kind != now.kind:
            kinds.setdefault(now.kind or "", []).append(number)
    lines = [
        f"归入{place}的来信：{_numbers(ids)}" if place else f"不再归入任何省的来信：{_numbers(ids)}"
        for place, ids in moved.items()
    ]
    lines += [f"改为{MESSAGE_KINDS.get(kind, kind)}的来信：{_numbers(ids)}" for kind, ids in kinds.items()]
    lines += _others(after, decided)
    lines += [f"来信 {number} 未能读出：{reason}" for number, reason in mail.failed(desk.store) if number in before]
    return lines or ["没有来信因此改变"]


def _others(after: Mapping[int, Settled], decided: Decided | None) -> list[str]:
    """Say which mails of a learned address stay where their documents say, and whether there are any at all."""
    if decided is None or decided.what != decisions.SENDER or not decided.address:
        return []
    own = [number for number, one in after.items() if one.sender_address == decided.address]
    if not own:
        return [f"还没有 {decided.address} 的来信，以后来的会照此认定"]
    province = decided.value["province"]
    other = [number for number in own if after[number].province != province]
    lines = [f"{decided.address} 的来信共 {len(own)} 封，归入{province} {len(own) - len(other)} 封"]
    return [*lines, f"另有线索相反、仍须逐封认定的来信：{_numbers(other)}"] if other else lines


def _numbers(ids: Sequence[int]) -> str:
    listed = "、".join(str(one) for one in ids[:_SHOWN])
    return f"{listed}{' 等' if len(ids) > _SHOWN else ''}（共 {len(ids)} 封）"


def message_named(desk: Desk, target: str) -> Settled:
    """Return a message by our number; DecisionError where there is none."""
    known = mail.settled(desk.store)
    number = int(target) if target.isascii() and target.isdecimal() else None
    if number in known:
        return known[number]
    if not known:
        raise DecisionError("还没有来信")
    near = min(known, key=lambda one: abs(one - (number or 0)))
    hint = (
        f"，你是不是想说 {near}？"
        if number is not None
        else "，请写来信编号（zhengji export messages 的 id）或邮箱地址"
    )
    raise DecisionError(f"没有来信 {target}{hint}")


def read_message_named(desk: Desk, target: str) -> Settled:
    """Return a message that has been read, since only then its address is known; one that just came is read first."""
    message = message_named(desk, target)
    if message.kind is None:
        with desk.store.session() as session:
            want_reading(session, [message.id], URGENT)
        take_in(desk)
        message = message_named(desk, target)
    return message


def address_named(text: str) -> str:
    """Return an address as it is kept, in lower case; DecisionError where it is none."""
    address = text.strip().strip("<>").lower()
    local, _, domain = address.partition("@")
    if not local or "." not in domain or any(one.isspace() for one in address) or "@" in domain:
        raise DecisionError(f"{text} 不是邮箱地址")
    return address


def place_named(desk: Desk, place: Mapping[str, str | None]) -> dict[str, Any]:
    """Return {province, city, level} by their names here; DecisionError where one is not known."""
    province = _province(desk, place["province"] or "")
    city = _city(place.get("city"), province)
    level = place.get("level")
    if level and level not in _LEVELS:
        raise DecisionError(f"没有 {level} 这一级{nearest(level, list(_LEVELS))}")
    return {"province": province, "city": city, "level": _LEVELS[level] if level else ("city" if city else None)}


def _province(desk: Desk, text: str) -> str:
    known = list(dict.fromkeys(one.province for one in desk.associations))
    found = text if text in known else divisions().find_province(text)
    named = [one.province for one in desk.associations if text in (one.name, *one.aliases)]
    if found in known or named:
        return found if found in known else named[0]
    raise DecisionError(f"没有 {text} 这个省份{_meant(text, known)}")


def _city(text: str | None, province: str) -> str | None:
    if not text:
        return None
    unit = divisions().find_city(text, province) if divisions().find_province(province) else None
    if unit is None:
        cities = {one.city for one in divisions() if one.province == province and one.city}
        raise DecisionError(f"{province}没有 {text} 这个市{_meant(text, cities)}")
    return unit.city


def _meant(text: str, known: Iterable[str]) -> str:
    """Return what was probably meant, by the characters in common: names of two characters are too short for more."""
    common = {one: len(set(one) & set(text)) for one in known}
    best = max(common, key=lambda one: (common[one], -len(one)), default=None)
    return f"，你是不是想说 {best}？" if best and common[best] else ""
