"""The settings: file, environment and secret files, and one line for whatever is wrong."""

from datetime import time
from importlib import resources
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.mailboxes import FolderSettings
from config.settings import Settings, load_settings

MAILBOX = '[[mailboxes]]\naddress = "a@b.cn"\nhost = "imap.b.cn"\n'
OAUTH = MAILBOX + 'auth = "xoauth2"\n'
REFRESH = 'client_id = "c"\nrefresh_token = "geheim"\ntoken_url = "https://t.cn/token"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "zhengji.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_starter_file_is_a_valid_settings_file_with_the_defaults(tmp_path: Path) -> None:
    starter = (resources.files("config") / "starter.toml").read_text(encoding="utf-8")
    settings = load_settings(written(tmp_path, starter), {})
    assert settings.model_copy(update={"base": Path()}) == Settings()


def test_the_starter_file_names_every_setting() -> None:
    starter = (resources.files("config") / "starter.toml").read_text(encoding="utf-8")
    names = {name for field in Settings.model_fields.values() for name in getattr(field.annotation, "model_fields", {})}
    assert {name for name in names if name not in starter} == set()


def test_relative_paths_are_relative_to_the_settings_file(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, ""), {})
    assert settings.database_url == f"sqlite:///{tmp_path}/data/zhengji.db"
    assert settings.at(settings.vault.path) == tmp_path / "data" / "vault"


def test_a_password_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, MAILBOX + 'password = "old"\n')
    settings = load_settings(path, {"ZHENGJI_MAILBOXES__1__PASSWORD": "new"})
    assert settings.mailboxes[0].secret == "new"


def test_a_password_comes_from_a_file_named_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("授权码\n", encoding="utf-8")
    path = written(tmp_path, MAILBOX)
    settings = load_settings(path, {"ZHENGJI_MAILBOXES__1__PASSWORD_FILE": str(tmp_path / "secret")})
    assert settings.mailboxes[0].secret == "授权码"


def test_a_password_file_is_relative_to_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "box.txt").write_text("授权码\n", encoding="utf-8")
    path = written(tmp_path, MAILBOX + 'password_file = "secrets/box.txt"\n')
    monkeypatch.chdir("/")
    assert load_settings(path, {}).mailboxes[0].secret == "授权码"


def test_any_setting_comes_from_a_file_named_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://u:p@localhost/z\n", encoding="utf-8")
    settings = load_settings(written(tmp_path, ""), {"ZHENGJI_DATABASE__URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "postgresql+psycopg://u:p@localhost/z"


def test_a_password_does_not_show_in_the_settings_text(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, MAILBOX + 'password = "geheim"\n'), {})
    assert "geheim" not in repr(settings)


def test_secrets_of_oauth_do_not_show_in_the_settings_text(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, OAUTH + REFRESH + 'client_secret = "geheim"\n'), {})
    assert "geheim" not in repr(settings)
    command = load_settings(written(tmp_path, OAUTH + 'token_command = ["t", "geheim"]\n'), {})
    assert "geheim" not in repr(command)


def test_secrets_of_oauth_come_from_files_relative_to_the_settings_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "client").write_text("c-geheim\n", encoding="utf-8")
    (tmp_path / "refresh").write_text("r-geheim\n", encoding="utf-8")
    path = written(tmp_path, OAUTH + REFRESH + 'client_secret_file = "client"\n')
    monkeypatch.chdir("/")
    box = load_settings(path, {"ZHENGJI_MAILBOXES__1__REFRESH_TOKEN_FILE": "refresh"}).mailboxes[0]
    assert (box.client_secret_text, box.refresh_secret) == ("c-geheim", "r-geheim")


def test_the_environment_goes_before_a_secret_file_of_the_settings(tmp_path: Path) -> None:
    path = written(tmp_path, MAILBOX + 'password_file = "old"\n')
    assert load_settings(path, {"ZHENGJI_MAILBOXES__1__PASSWORD": "new"}).mailboxes[0].secret == "new"


def test_a_token_command_may_come_from_the_environment_and_lie_beside_the_settings(tmp_path: Path) -> None:
    path = written(tmp_path, OAUTH)
    variable = "ZHENGJI_MAILBOXES__1__TOKEN_COMMAND"
    box = load_settings(path, {variable: "./bin/token 'a b'"}).mailboxes[0]
    assert box.token_command == (str(tmp_path / "bin/token"), "a b")
    assert load_settings(path, {variable: "token"}).mailboxes[0].token_command == ("token",)
    with pytest.raises(ConfigError, match="引号不成对"):
        load_settings(path, {variable: "token 'a"})


def test_a_token_server_on_this_machine_may_be_reached_without_encryption(tmp_path: Path) -> None:
    text = OAUTH + REFRESH.replace("https://t.cn", "http://127.0.0.1:8080")
    assert load_settings(written(tmp_path, text), {}).mailboxes[0].token_url == "http://127.0.0.1:8080/token"


def test_the_digest_time_may_be_written_as_a_time_or_a_text(tmp_path: Path) -> None:
    for text in ("08:30:00", '"08:30"'):
        assert load_settings(written(tmp_path, f"[digest]\ntime = {text}\n"), {}).digest.time == time(8, 30)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MAILBOX.replace("address", "adress"), ":2 [mailboxes] 第 1 项: 不认识的键 adress，是不是 address？"),
        (
            MAILBOX + MAILBOX.replace("a@b", "c@d").replace("host", "hosst"),
            ":6 [mailboxes] 第 2 项: 不认识的键 hosst，是不是 host？",
        ),
        ("[worker]\npoll_minuts = 5\n", ":2 [worker]: 不认识的键 poll_minuts，是不是 poll_minutes？"),
        ("[workr]\n", "不认识的键 workr，是不是 worker？"),
        ('[worker]\npoll_minutes = "often"\n', "[worker]: poll_minutes:"),
        (MAILBOX + 'port = "many"\n', "[mailboxes] 第 1 项: port: 应为整数"),
        (MAILBOX + 'security = "tls"\n', "[mailboxes] 第 1 项: security:"),
        (
            '[[mailboxes]]\nkind = "folder"\npath = "x"\nadress = "y"\n',
            ":4 [mailboxes] 第 1 项: 不认识的键 adress，是不是 address？",
        ),
        ('[[mailboxes]]\nkind = "folder"\n', "[mailboxes] 第 1 项: path: 缺少这个键"),
        ('[[mailboxes]]\nkind = "floder"\npath = "x"\n', "kind 没有这一种，可写 imap 或 folder"),
        ("[worker\n", "不是合格的 TOML"),
        (MAILBOX + MAILBOX, "同一个收件邮箱写了两次"),
        (MAILBOX + 'security = "none"\n', "只许用于本机"),
        ("[digest]\ntime = 8\n", "应为时刻"),
        (MAILBOX + 'auth = "oauth"\n', ":4 [mailboxes] 第 1 项: auth:"),
        (MAILBOX + 'token_command = ["t"]\n', 'token_command 只用于 OAuth 2 登录，请同时写 auth = "xoauth2"'),
        (OAUTH + "", "须写 token_command，或 client_id、refresh_token 和 token_url"),
        (OAUTH + 'password = "p"\ntoken_command = ["t"]\n', "不用密码，请去掉 password"),
        (OAUTH + 'token_command = ["t"]\nclient_id = "c"\n', "token_command 与 client_id 只能用一种"),
        (OAUTH + 'client_id = "c"\n', "还缺少 token_url、refresh_token（或 refresh_token_file）"),
        (OAUTH + REFRESH.replace("client_id", "client_secret"), "还缺少 client_id"),
        (OAUTH + REFRESH + 'refresh_token_file = "r"\n', "refresh_token 与 refresh_token_file 只能写一个"),
        (OAUTH + REFRESH.replace("https", "http"), "应为 https 网址"),
        (OAUTH + REFRESH.replace("https://", "https://user:geheim@"), "应为 https 网址"),
        (OAUTH + REFRESH.replace("https://t.cn", "https://["), "应为 https 网址"),
        (OAUTH + REFRESH.replace("https://t.cn", "file:///etc/passwd"), "应为 https 网址"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_file_place_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(written(tmp_path, text), {})
    line = str(caught.value)
    assert said in line
    assert "zhengji.toml" in line
    assert "\n" not in line
    assert "geheim" not in line


def test_plain_text_is_allowed_on_loopback(tmp_path: Path) -> None:
    text = MAILBOX.replace("imap.b.cn", "127.0.0.1") + 'security = "none"\n'
    assert load_settings(written(tmp_path, text), {}).mailboxes[0].port_number == 143


def test_a_login_wait_under_fifteen_minutes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="login_wait_minutes"):
        load_settings(written(tmp_path, "[worker]\nlogin_wait_minutes = 5\n"), {})


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing.toml: 文件不存在"):
        load_settings(tmp_path / "nothing.toml", {})


def test_an_environment_variable_for_a_mailbox_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="没有第 2 个收件邮箱"):
        load_settings(written(tmp_path, MAILBOX), {"ZHENGJI_MAILBOXES__2__PASSWORD": "x"})


def test_an_unknown_environment_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="是不是 database？"):
        load_settings(written(tmp_path, ""), {"ZHENGJI_DATABSE__URL": "x"})


def test_a_watched_folder_is_called_by_its_path_where_it_has_no_name(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, MAILBOX + '[[mailboxes]]\nkind = "folder"\npath = "x/收件"\n'), {})
    assert [one.address for one in settings.mailboxes] == ["a@b.cn", "文件夹 收件"]
    assert [len(settings.accounts), len(settings.folders)] == [1, 1]
    assert settings.at(settings.folders[0].path) == tmp_path / "x" / "收件"


def test_the_starter_file_names_every_key_of_a_watched_folder() -> None:
    starter = (resources.files("config") / "starter.toml").read_text(encoding="utf-8")
    assert [name for name in FolderSettings.model_fields if name not in starter] == []


GROUP = '[[digest.chats]]\nname = "编辑部群"\n'
KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"


def test_the_address_of_a_chat_group_comes_from_file_secret_file_or_environment(tmp_path: Path) -> None:
    (tmp_path / "wecom.txt").write_text(f"wecombot://{KEY}\n", encoding="utf-8")
    written_out = written(tmp_path, GROUP + f'url = "wecombot://{KEY}"\n')
    assert load_settings(written_out, {}).digest.chats[0].address == f"wecombot://{KEY}"
    by_file = written(tmp_path, GROUP + 'url_file = "wecom.txt"\n')
    assert load_settings(by_file, {}).digest.chats[0].address == f"wecombot://{KEY}"
    over = {"ZHENGJI_DIGEST__CHATS__1__URL": f"feishu://{KEY}"}
    assert load_settings(by_file, over).digest.chats[0].service == "feishu"
    over = {"ZHENGJI_DIGEST__CHATS__1__URL_FILE": str(tmp_path / "wecom.txt")}
    bare = written(tmp_path, GROUP)
    assert load_settings(bare, over).digest.chats[0].service == "wecombot"
    with pytest.raises(ConfigError, match="没有第 2 个群"):
        load_settings(bare, {"ZHENGJI_DIGEST__CHATS__2__URL": "x"})


def test_the_address_of_a_chat_group_is_never_shown(tmp_path: Path) -> None:
    assert KEY not in repr(load_settings(written(tmp_path, GROUP + f'url = "wecombot://{KEY}"\n'), {}))
    for wrong in (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", f"wecombot://{KEY}?verify=no"):
        with pytest.raises(ConfigError) as raised:
            load_settings(written(tmp_path, GROUP + f'url = "{wrong}"\n'), {})
        assert KEY not in str(raised.value)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GROUP, "写在 url 或 url_file 里"),
        (GROUP + 'url = "slack://a/b"\n', "wecombot://（企业微信）"),
        (GROUP + 'url = "json://127.0.0.1"\n' + GROUP + 'url = "json://127.0.0.1:1"\n', "同一个名称"),
        ('[digest]\nrecipients = ["editor"]\n', "editor 不是邮件地址"),
        ('[digest]\nrecipients = ["a@b.cn", "A@b.cn"]\n', "写了两次"),
    ],
)
def test_a_wrong_recipient_or_group_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_settings(written(tmp_path, text), {})
