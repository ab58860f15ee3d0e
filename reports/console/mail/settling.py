"""What a person says of a mail: whose it is, what kind it is, whether it came in time, what opens its files."""

from config.errors import ConfigError
from reports.console.asked import Asked, Done, missing
from reports.console.mail.rereading import done_by
from reports.console.route import write
from reports.incoming import MessageView
from store import one_mail


def message_asked(asked: Asked) -> MessageView:
    """Return the mail that the address names; HTTPException where there is none."""
    found = asked.seen.messages.get(asked.path["id"])
    if found is None:
        raise missing("没有这封来信")
    return found


def assign(asked: Asked) -> Done:
    """Decide who sent a mail; unless it is said otherwise, its address is remembered."""
    message, who = message_asked(asked), asked.who
    if not asked.text("province"):
        raise ConfigError("请先选这封来信属于哪个省")
    place = {name: asked.text(name) or None for name in ("province", "city", "level")}
    only_this = asked.text("learn") != "yes"
    acts = asked.console.acts
    return done_by(
        asked, "认定发信单位", lambda: acts.assign(who, str(message.id), place, only_this=only_this), _target(message)
    )


def kind(asked: Asked) -> Done:
    """Decide what kind of mail it is."""
    message, who, chosen = message_asked(asked), asked.who, asked.text("kind")
    if not chosen:
        raise ConfigError("请先选来信类别")
    acts = asked.console.acts
    return done_by(asked, "改来信类别", lambda: acts.set_kind(who, str(message.id), chosen), _target(message))


def arrival(asked: Asked) -> Done:
    """Decide which of its two stamps counts."""
    message, who, verdict = message_asked(asked), asked.who, asked.text("verdict")
    if not verdict:
        raise ConfigError("请选按时或迟到")
    acts = asked.console.acts
    return done_by(asked, "认定到达时间", lambda: acts.set_arrival(who, str(message.id), verdict), _target(message))


def unlock(asked: Asked) -> Done:
    """Give a password for its archives and files, or for all mail of its address."""
    message, who = message_asked(asked), asked.who
    word = asked.form.get("word", "")
    if not isinstance(word, str) or not word.strip():
        raise ConfigError("请写密码")
    details = one_mail.details_of(asked.console.store, message.id)
    address = details.sender_address if details and asked.text("all") == "yes" else None
    acts = asked.console.acts
    return done_by(asked, "试密码", lambda: acts.unlock(who, address or str(message.id), word), _target(message))


def _target(message: MessageView) -> str:
    return f"来信 {message.id}"


ROUTES = (
    write("/messages/{id:int}/assign", assign, "认定发信单位"),
    write("/messages/{id:int}/kind", kind, "改来信类别"),
    write("/messages/{id:int}/arrival", arrival, "认定到达时间"),
    write("/messages/{id:int}/unlock", unlock, "给密码"),
)
