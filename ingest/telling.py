"""What a person decided of files that she brought in, and of when a message came, in words."""

from collections.abc import Callable, Mapping

from store.decisions import ADDED, ARRIVAL, ATTACHED, Decided

CALLED: Mapping[str, str] = {ADDED: "补入文件", ATTACHED: "补入来信", ARRIVAL: "到达时间"}


def words(row: Decided) -> str | None:
    """Return such a decision in words, without who and when; None for another."""
    say = _WORDS.get(row.what)
    return say(row) if say else None


def undone(row: Decided) -> list[str]:
    """Return what undoing such a decision has changed; nothing where the messages themselves tell it."""
    if row.what == ATTACHED:
        return [f"《{row.value['name']}》不再算在来信 {row.value['message']} 里，来信已重读；文件仍保存着"]
    if row.what == ARRIVAL:
        return [f"来信 {row.subject.removeprefix('message:')} 的到达时间又按较早的一个计，须核对"]
    return []


def _added(row: Decided) -> str:
    value = row.value
    case = f"（案例文件夹“{value['case']}”）" if value["case"] else ""
    place = "".join(part for part in (value["province"], value["city"]) if part)
    return f"《{value['name']}》{value['way']}补入{place}{case}，来信 {row.subject.removeprefix('message:')}"


def _attached(row: Decided) -> str:
    return f"《{row.value['name']}》补入来信 {row.value['message']}"


def _arrival(row: Decided) -> str:
    return f"来信 {row.subject.removeprefix('message:')} 算{'迟到' if row.value['late'] else '按时'}"


_WORDS: Mapping[str, Callable[[Decided], str]] = {ADDED: _added, ATTACHED: _attached, ARRIVAL: _arrival}
