"""Asks how the digest goes out: to whom, by which server, into which groups; the server is tried on the spot."""

from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from config.chats import chat_trouble
from config.digest import DigestSettings, SmtpSettings
from ingest.setup.answers import Answers, Secret, Table
from ingest.setup.mailboxes import ask_secret, ask_server, settings_or_none
from ingest.setup.providers import BY_KEY, Provider, find_provider
from ingest.setup.talk import Talk
from ingest.telling.outbox import send_each
from ingest.trial import try_smtp

_TRIED_SECONDS = 15.0
_LONGEST_NAME = 40


def ask_sending(talk: Talk, answers: Answers) -> None:
    """Ask who gets the digest, and how it is sent."""
    answers.recipients = _ask_recipients(talk)
    if answers.recipients or talk.yes("smtp.anyway", default=False):
        _ask_smtp(talk, answers)
    while talk.yes("chat.more" if answers.chats else "chat.want", default=False):
        _ask_chat(talk, answers)


def _ask_recipients(talk: Talk) -> list[str]:
    while True:
        typed = talk.ask("recipients")
        named = [one.strip() for one in typed.replace("，", ",").replace("、", ",").replace(" ", ",").split(",")]
        named = list(dict.fromkeys(one for one in named if one))
        if settings := settings_or_none(talk, {"recipients": named}, DigestSettings):
            return list(settings.recipients)


def _ask_smtp(talk: Talk, answers: Answers) -> None:
    """Ask for the server until it takes us, or none is to be set, or it is taken untried."""
    table = _first_table(talk, answers)
    while True:
        if _try(talk, table):
            answers.smtp = table
            _offer_test(talk, table)
            return
        match talk.choose("trouble", ("again_secret", "again_server", "keep", "skip")):
            case "again_secret":
                table |= _login(talk, str(table["username"]))
            case "again_server":
                table.pop("ca_file", None)
                table |= ask_server(talk, None, "smtp", table)
            case "keep" if settings_or_none(talk, table, SmtpSettings):
                answers.smtp = table
                return
            case "skip":
                return


def _first_table(talk: Talk, answers: Answers) -> Table:
    """Return how mail is sent: by a mailbox that is set already, with its password, or by another."""
    with_secret = [one for one in answers.mailboxes if isinstance(one.get("password_file"), Secret)]
    own = with_secret[0] if with_secret else None
    if own and talk.yes("smtp.same", default=True, address=own["address"]):
        provider = next((one for one in BY_KEY.values() if one.imap == own["host"]), None)
        server = ask_server(talk, provider, "smtp", own)
        username = own.get("username") or own["address"]
        return {**server, "username": username, "password_file": own["password_file"], **_sender(own, username)}
    username = ""
    while "@" not in username:
        username = talk.ask("smtp.username")
    found: Provider | None = find_provider(username)
    return {**ask_server(talk, found, "smtp"), **_login(talk, username)}


def _sender(own: Table, username: str) -> Table:
    """Return the sender, where the user name is none."""
    return {} if "@" in username else {"sender": own["address"]}


def _login(talk: Talk, username: str) -> Table:
    typed = talk.ask("login.username", username)
    table: Table = {"username": typed, "password_file": Secret(f"smtp-{typed}", ask_secret(talk, typed))}
    # Where the user name is no address, the one that was given before is the sender.
    return table | ({"sender": username} if "@" in username and "@" not in typed else {})


def _try(talk: Talk, table: Table) -> bool:
    settings = settings_or_none(talk, table, SmtpSettings)
    if settings is None:
        return False
    talk.say("trying", server=f"{settings.host}:{settings.port_number}")
    trial = try_smtp(settings.model_copy(update={"timeout_seconds": _TRIED_SECONDS}))
    key = {"ok": "smtp.in", "certificate": "server.certificate"}.get(trial.key, f"smtp.{trial.key}")
    talk.say(key, why=trial.why, host=settings.host, sender=settings.sender or settings.username)
    return trial.key == "ok"


def _offer_test(talk: Talk, table: Table) -> None:
    """Send a mail to oneself, where that is wanted."""
    if not talk.yes("smtp.test", default=False):
        return
    settings = settings_or_none(talk, table, SmtpSettings)
    address = talk.ask("smtp.test_to", str(table.get("sender") or table["username"]))
    if settings is None or "@" not in parseaddr(address)[1]:
        talk.say("mail.no_address", address=address)
        return
    (delivery,) = send_each(lambda to: _letter(settings, to), [parseaddr(address)[1]], settings)
    talk.say("smtp.test_sent" if delivery.ok else "smtp.test_failed", address=address, why=delivery.reason)


def _letter(settings: SmtpSettings, to: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = settings.sender or settings.username
    mail["To"] = to
    mail["Subject"] = "征集：发信测试"
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid("init", "zhengji.invalid")
    # So that no mailbox answers it, and our own intake sets it aside.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("这是“征集”程序设置时发出的测试邮件。收到它，说明日报可以发到这个地址。\n")
    return mail


def _ask_chat(talk: Talk, answers: Answers) -> None:
    """Ask for a group; its address is a secret."""
    name = ""
    while not name or name in {table["name"] for table in answers.chats}:
        name = talk.ask("chat.name")[:_LONGEST_NAME]
    while url := talk.secret("chat.url"):
        if not (trouble := chat_trouble(url)):
            answers.chats.append({"name": name, "url_file": Secret(f"chat-{len(answers.chats) + 1}", url)})
            talk.say("chat.taken", name=name)
            return
        talk.say("wrong", why=trouble)
