"""The command line as its users meet it: what goes where, exit codes, one line for what is wrong."""

import csv
import io
import json
import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import openpyxl
import pytest

import ingest.commands
from ingest.cli import cli
from reports.export import COLUMNS
from tests.desks import write_settings
from tests.inbox import Sent, list_files, mail, write_inbox
from tests.sample import day
from tests.servers import Account, MailServer
from tests.test_killed import mailbox

CASE = Sent("=春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)


def zhengji(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "zhengji"), *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGJI_")}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, encoding="utf-8", env={**clean, **environment}, check=False
    )


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("cli")
    path = write_settings(folder)
    files = {**list_files("浙江省物业管理协会", [CASE]), **CASE.files()}
    write_inbox(
        folder / "inbox",
        [
            mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files),
            mail("x@y.example", "机票", day("07-21T10:00:00")),
        ],
    )
    done = zhengji("--config", str(path), "import", str(folder / "inbox"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "邮件 2 封，其中新的 2 封\n"
    return str(path)


@pytest.mark.parametrize("what", COLUMNS)
def test_an_export_is_json_on_standard_output_and_nothing_else(config: str, what: str) -> None:
    done = zhengji("--config", config, "export", what, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert [list(row) for row in rows] == [list(COLUMNS[what])] * len(rows)
    # Nobody in the sample sends a cloud link.
    assert bool(rows) == (what != "links")


@pytest.mark.parametrize("what", COLUMNS)
def test_csv_and_xlsx_hold_the_same_columns(config: str, what: str, tmp_path: Path) -> None:
    text = zhengji("--config", config, "export", what, "--format", "csv").stdout
    assert tuple(next(csv.reader(io.StringIO(text)))) == COLUMNS[what]
    path = tmp_path / "out.xlsx"
    assert zhengji("--config", config, "export", what, "--format", "xlsx", "-o", str(path)).returncode == 0
    sheet = openpyxl.load_workbook(path).active
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS[what]


def test_someone_elses_text_never_begins_a_formula(config: str, tmp_path: Path) -> None:
    text = zhengji("--config", config, "export", "cases", "--format", "csv").stdout
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["community"] == "'=春江花园"
    path = tmp_path / "台账.xlsx"
    zhengji("--config", config, "ledger", "-o", str(path))
    cells = [cell for sheet in openpyxl.load_workbook(path) for line in sheet for cell in line]
    assert "=春江花园" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n", "d", "b"}


def test_as_of_works_everywhere(config: str, tmp_path: Path) -> None:
    early = ("--as-of", "2026-07-19")
    assert json.loads(zhengji("--config", config, "export", "messages", *early).stdout) == []
    assert len(json.loads(zhengji("--config", config, "export", "messages", "--as-of", "2026-07-20").stdout)) == 1
    assert "浙江" in zhengji("--config", config, "status", *early).stdout
    counted = zhengji("--config", config, "query", "SELECT count(*) AS n FROM messages", "--format", "json", *early)
    assert json.loads(counted.stdout) == [{"n": 0}]
    done = zhengji("--config", config, "digest", "-o", str(tmp_path), *early)
    assert (tmp_path / "日报-2026-07-19.html").exists(), done.stderr
    assert zhengji("--config", config, "ledger", "-o", str(tmp_path / "l.xlsx"), *early).returncode == 0
    for never in ("0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-12:00"):
        assert zhengji("--config", config, "status", "--as-of", never).returncode == 2
    wrong = zhengji("--config", config, "status", "--as-of", "昨天")
    assert wrong.returncode == 2
    assert "不是时刻" in wrong.stderr


def test_a_query_can_only_read(config: str) -> None:
    done = zhengji("--config", config, "query", "SELECT province, cases_listed FROM submissions WHERE messages > 0")
    assert done.returncode == 0
    assert "浙江" in done.stdout
    for sql in ("DELETE FROM cases", "ATTACH 'x' AS y", "PRAGMA writable_schema = 1", "SELECT 1; SELECT 2", "SELEC"):
        refused = zhengji("--config", config, "query", sql)
        assert refused.returncode == 2, sql
        assert "查询不成" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_rebuild_and_retry_say_what_they_did(config: str) -> None:
    before = zhengji("--config", config, "export", "findings").stdout
    assert zhengji("--config", config, "rebuild").stdout == "重读 2 封\n"
    assert zhengji("--config", config, "export", "findings").stdout == before
    assert zhengji("--config", config, "retry").stdout == "重读 0 封\n"


def test_a_digest_is_sent_once_a_day_to_each(config: str, smtp: MailServer, tmp_path: Path) -> None:
    text = Path(config).read_text(encoding="utf-8")
    sending = f'[digest]\nrecipients = ["a@b.cn"]\n[digest.smtp]\nhost = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\nsender = "box@b.cn"\n'
    path = Path(config).parent / "sending.toml"
    path.write_text(text + sending, encoding="utf-8")
    arguments = ("--config", str(path), "digest", "-o", str(tmp_path), "--as-of", "2026-07-22T08:30", "--send")
    assert "a@b.cn：已发送" in zhengji(*arguments).stdout
    assert "没有再发" in zhengji(*arguments).stdout
    assert smtp.recipients == ["a@b.cn"]
    assert "浙江" in smtp.mails[0].get_body(("plain",)).get_content()  # type: ignore[attr-defined]


def test_a_digest_that_cannot_be_sent_is_said_and_kept(config: str, tmp_path: Path) -> None:
    done = zhengji("--config", config, "digest", "-o", str(tmp_path), "--send", "--as-of", "2026-07-22")
    assert done.returncode == 2
    assert "没有设置收件人" in done.stderr
    assert (tmp_path / "日报-2026-07-22.html").exists()


def test_poll_takes_in_what_is_new_and_ends(account: Account, tmp_path: Path) -> None:
    config = write_settings(tmp_path, mailbox(account))
    account.append(mail("x@y.example", "机票", day("07-21T10:00:00")), day("07-21T10:00:00"))
    done = zhengji("--config", str(config), "poll")
    assert (done.returncode, done.stdout) == (0, f"{account.user}：新来信 1 封\n")
    assert zhengji("--config", str(config), "poll").stdout == f"{account.user}：新来信 0 封\n"


def test_a_refused_login_ends_in_one_plain_sentence(account: Account, tmp_path: Path) -> None:
    config = write_settings(tmp_path, mailbox(account).replace("secret", "falsch"))
    done = zhengji("--config", str(config), "poll")
    assert done.returncode == 1
    assert "授权码" in done.stderr
    assert "falsch" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    again = zhengji("--config", str(config), "poll")
    assert f"{account.user}：密码刚被拒绝过，为免触发风控，20" in again.stderr
    assert "以后再试" in again.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[campain]\nid = 'x'\n", "不认识的键 campain，是不是 campaign？"),
        ("[campaign]\nid = '2026-haofuw'\n", "是不是 2026-haofuwu？"),
        ("[campaign]\nroster = 'none.toml'\n", "none.toml: 文件不存在"),
        ("[campaign]\nalready_selected = 'none.csv'\n", "none.csv: 读不了"),
        ("[database]\nurl = 'postgresql+psycopg://u:geheim@127.0.0.1:1/z'\n", "数据库或文件库打不开"),
        ("[database]\nurl = 'nonsense'\n", "数据库"),
        ("[database]\nurl = 'mysql://u@127.0.0.1/x'\n", "数据库地址"),
        ("not toml", "不是合格的 TOML"),
    ],
)
def test_what_is_wrong_is_one_line_with_exit_code_two(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "zhengji.toml"
    path.write_text(text, encoding="utf-8")
    done = zhengji("--config", str(path), "status")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "geheim" not in done.stderr


def test_a_missing_settings_file_says_what_to_do(tmp_path: Path) -> None:
    done = zhengji("status", cwd=tmp_path)
    assert done.returncode == 2
    assert "zhengji init" in done.stderr
    assert zhengji("--config", "none.toml", "status", cwd=tmp_path).stderr == "zhengji: none.toml: 文件不存在\n"
    assert list(tmp_path.iterdir()) == []


def test_settings_are_found_by_option_then_environment_then_here(tmp_path: Path) -> None:
    for name in ("zhengji.toml", "env.toml", "option.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert "zhengji.toml" in zhengji("check-config", cwd=tmp_path).stdout
    assert "env.toml" in zhengji("check-config", cwd=tmp_path, ZHENGJI_CONFIG="env.toml").stdout
    chosen = zhengji("--config", "option.toml", "check-config", cwd=tmp_path, ZHENGJI_CONFIG="env.toml")
    assert "option.toml" in chosen.stdout


def test_init_writes_a_starter_that_is_right_and_never_overwrites(tmp_path: Path) -> None:
    assert zhengji("init", "--blank", cwd=tmp_path).returncode == 0
    assert zhengji("check-config", cwd=tmp_path).returncode == 0
    (tmp_path / "zhengji.toml").write_text("# mine", encoding="utf-8")
    again = zhengji("init", "--blank", cwd=tmp_path)
    assert (again.returncode, (tmp_path / "zhengji.toml").read_text(encoding="utf-8")) == (2, "# mine")


def test_only_one_published_address_configured_is_pointed_out(account: Account, tmp_path: Path) -> None:
    text = mailbox(account).replace(account.user, "wzglzzh@ecpmi.org.cn")
    done = zhengji("--config", str(write_settings(tmp_path, text)), "check-config")
    assert "wylzzh@ecpmi.org.cn" in done.stderr


def test_an_output_that_cannot_be_written_is_one_line(config: str) -> None:
    done = zhengji("--config", config, "export", "cases", "-o", str(Path(config) / "below-a-file.json"))
    assert done.returncode == 1
    assert "写不了" in done.stderr
    assert "Traceback" not in done.stderr


def test_facts_lists_what_a_rule_can_speak_of() -> None:
    assert "photo\tbytes\t字节数" in zhengji("facts", "photo").stdout
    assert "at_least" in zhengji("facts", "--checks").stdout


def test_every_command_is_found_in_the_module_that_the_table_names() -> None:
    modules = [one.name for one in pkgutil.iter_modules(ingest.commands.__path__)]
    there = {
        command.name: module.__name__
        for name in modules
        for module in [import_module(f"ingest.commands.{name}")]
        for command in getattr(module, "COMMANDS", ())
    }
    assert cli.places == there


def test_a_command_that_reads_no_mail_imports_nothing_that_does() -> None:
    heavy = "('pdfplumber', 'docx', 'pandas', 'procrastinate', 'apscheduler', 'cv2')"
    code = f"import sys, ingest.cli, ingest.commands.tell; print([one for one in {heavy} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
