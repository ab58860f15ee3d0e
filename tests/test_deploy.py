"""What lies in deploy/ holds: it is linted, and its commands run outside of a container, by a user who may write nothing.

There is neither Docker nor a systemd that starts services here. So the Dockerfile is taken apart: packages exist, the
steps of pip are those of tests/test_wheel.py, CMD and HEALTHCHECK run for real.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import cli
from tests.servers import end, free_port, own_folder, program, run_as_server

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
UNITS = sorted(DEPLOY.glob("*.service"))
SERVICES = ("worker", "console", "backup")


def joined(text: str) -> list[str]:
    """Return the instructions of a Dockerfile, each on one line, without comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [" ".join(one.split()) for one in "\n".join(lines).replace("\\\n", " ").splitlines() if one.strip()]


INSTRUCTIONS = joined(DOCKERFILE)


def instruction(name: str) -> str:
    """Return what follows the last instruction of a name."""
    return [one.removeprefix(f"{name} ") for one in INSTRUCTIONS if one.startswith(f"{name} ")][-1]


def environment() -> dict[str, str]:
    """Return what ENV sets."""
    return dict(re.findall(r"(\w+)=(\S+)", instruction("ENV")))


# Linters


def linted(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    linted(BIN / "hadolint", DEPLOY / "Dockerfile")


@pytest.mark.parametrize("file", ["compose.yaml", "compose.many.yaml"])
def test_a_compose_file_is_one_by_the_schema(file: str) -> None:
    linted(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / file)


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """The program of the units is not installed here: one that is there stands in its place."""
    for unit in (*UNITS, DEPLOY / "zhengji-backup.timer"):
        text = unit.read_text(encoding="utf-8").replace("/opt/zhengji/bin/zhengji", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    analyze = program("systemd-analyze", "systemd")
    said = linted(analyze, "verify", "--man=no", *sorted(tmp_path.iterdir()))
    assert "zhengji" not in said


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_hardened(unit: Path) -> None:
    """Threshold 2.0 of 10, where 10 is a unit without any hardening; they have 1.2."""
    analyze = program("systemd-analyze", "systemd")
    linted(analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit)


# What is written in them


def loaded(file: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    found: dict[str, Any] = YAML(typ="safe").load(DEPLOY / file)
    return found


def test_what_compose_starts_may_write_nothing_but_its_data_and_tmp() -> None:
    for service in [
        *loaded("compose.yaml")["services"].values(),
        *(loaded("compose.many.yaml")["services"][name] for name in ("read", "report")),
    ]:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["mem_limit"]
        assert service["restart"] == "unless-stopped"
        assert not service["user"].startswith("0")
        assert "privileged" not in service


def test_compose_opens_the_console_on_loopback_and_nothing_else() -> None:
    ports = {name: service.get("ports") for name, service in loaded("compose.yaml")["services"].items()}
    assert ports == {"worker": None, "console": ["127.0.0.1:8360:8360"], "database": None}


def test_every_secret_is_a_file() -> None:
    for file in ("compose.yaml", "compose.many.yaml"):
        found = loaded(file)
        assert all(set(secret) == {"file"} for secret in found["secrets"].values())
        for service in found["services"].values():
            secret = [name for name in service.get("environment", {}) if re.search("PASSWORD|SECRET|URL$", name)]
            assert [name for name in secret if not name.endswith("_FILE") and name != "HEALTH_URL"] == []
    assert not re.search("(?i)password|secret_|授权码", "\n".join(INSTRUCTIONS))
    for unit in UNITS:
        assert not re.search(r"^Environment=.*(PASSWORD|URL)=", unit.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_settings_that_they_set_are_settings(tmp_path: Path) -> None:
    """The environment of image, compose and units is laid over a settings file as the program itself does it."""
    from config.settings import load_settings

    texts = [
        DOCKERFILE,
        *(file.read_text(encoding="utf-8") for file in (DEPLOY / "compose.yaml", DEPLOY / "compose.many.yaml", *UNITS)),
    ]
    names = sorted({name for text in texts for name in re.findall(r"\bZHENGJI_\w+", text)} - {"ZHENGJI_CONFIG"})
    assert len(names) >= 6
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim\n", encoding="utf-8")
    url = tmp_path / "url.txt"
    url.write_text("postgresql+psycopg://zhengji:geheim@database/zhengji\n", encoding="utf-8")
    values = {
        "ZHENGJI_MONITORING__PORT": "8361",
        "ZHENGJI_MONITORING__LOG": "json",
        "ZHENGJI_WORKER__JOBS": "postgresql",
    }
    given = {name: values.get(name, str(url if "DATABASE" in name else secret)) for name in names}
    path = tmp_path / "zhengji.toml"
    path.write_text(
        '[[mailboxes]]\naddress = "a@b.cn"\nhost = "imap.b.cn"\n[digest.smtp]\nhost = "smtp.b.cn"\nusername = "a@b.cn"\n'
        '[vault.s3]\nbucket = "zhengji"\n', encoding="utf-8",
    )  # fmt: skip
    settings = load_settings(path, given)
    assert (settings.accounts[0].secret, settings.monitoring.port) == ("geheim", 8361)


def commands() -> Iterator[list[str]]:
    """Yield every command of ours that is started anywhere."""
    yield ["zhengji", *json.loads(instruction("CMD"))]
    for file in ("compose.yaml", "compose.many.yaml"):
        yield from (["zhengji", *one["command"]] for one in loaded(file)["services"].values() if "command" in one)
    for unit in UNITS:
        (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
        yield [Path(line.split()[0]).name, *line.split()[1:]]


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_what_is_started_is_a_command_of_ours_with_its_options(command: list[str]) -> None:
    name, *options = command[1:]
    known = {opt for parameter in cli.whole().commands[name].params for opt in parameter.opts}
    assert {one for one in options if one.startswith("-")} <= known


# Packages, and pip


def packages() -> set[str]:
    (line,) = [one for one in INSTRUCTIONS if "apt-get install" in one]
    return set(re.findall(r"\s([a-z0-9][a-z0-9.+-]+)", line.split("--no-install-recommends")[1].split("&&")[0]))


def test_the_debian_packages_of_the_image_are_those_of_the_set_up() -> None:
    setup = (DEPLOY / "setup.sh").read_text(encoding="utf-8")
    known = set(re.findall(r"([a-z0-9.+-]+):\S", setup))
    assert {"libreoffice-writer-nogui", "unar", "fonts-noto-cjk"} <= packages()
    assert packages() - known == {"tzdata"}


def test_the_steps_of_pip_are_those_that_the_test_of_the_wheel_takes() -> None:
    steps = [one for one in INSTRUCTIONS if " pip " in one]
    wheel = (ROOT / "tests" / "test_wheel.py").read_text(encoding="utf-8")
    assert len(steps) == 2
    assert "--require-hashes -r requirements.lock" in steps[0]
    assert '"--require-hashes", "-r", ROOT / "requirements.lock"' in wheel
    for option in ("--no-deps", "--no-build-isolation"):
        assert option in steps[1]
        assert f'"{option}"' in wheel
    copied = {one.split()[1] for one in INSTRUCTIONS if one.startswith("COPY ") and "--from" not in one}
    assert {"config", "ingest", "parsers", "reports", "store", "pyproject.toml", "requirements.lock"} <= copied


def test_nothing_goes_into_the_image_that_is_not_named() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    named = {line.removeprefix("!").rstrip("/") for line in ignored if line.startswith("!")}
    copied = {
        name for one in INSTRUCTIONS if one.startswith("COPY ") and "--from" not in one for name in one.split()[1:-1]
    }
    assert named == copied


# Really run


def nobody_can_run_it() -> bool:
    """Tell whether the user of the servers can run this checkout: it may lie where that user sees nothing."""
    own = plain_environment(Path("/"))
    try:
        probe = run_as_server([sys.executable, "-c", "import ingest.cli"], cwd="/", env=own, stderr=subprocess.DEVNULL)
    except PermissionError:
        return False
    return probe.wait(120) == 0


def plain_environment(data: Path) -> dict[str, str]:
    """Return the environment of the image, with its folders here; nothing of ours."""
    own = environment()
    own |= {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(data / "tmp"),
        "TMPDIR": str(data / "tmp"),
    }
    own |= {"ZHENGJI_CONFIG": f"{data}/zhengji.toml", "PYTHONPATH": str(ROOT)}
    return own


@pytest.fixture
def data() -> Iterator[Path]:
    """Give a folder like /data, which is all that may be written, with /tmp in it."""
    folder = own_folder("deploy")
    for name in ("tmp", "work"):
        (folder / name).mkdir(mode=0o777)
        (folder / name).chmod(0o777)
    (folder / "zhengji.toml").write_text("", encoding="utf-8")
    yield folder
    shutil.rmtree(folder)


def started(data: Path, command: list[str], **more: str) -> "subprocess.Popen[bytes]":
    """Start a command of the image by a user who may write nothing but the data, where there is such a user."""
    line = [sys.executable, "-m", "ingest.cli", *command[1:]]
    start = run_as_server if nobody_can_run_it() else subprocess.Popen
    with (data / "work" / "log").open("ab") as log:
        return start(line, cwd=data, env=plain_environment(data) | more, stderr=log)


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        end(process)


def healthy(data: Path, url: str) -> bool:
    """Run HEALTHCHECK's own command."""
    command = json.loads(instruction("HEALTHCHECK").split("CMD ", 1)[1])
    done = subprocess.run(
        [sys.executable, *command[1:]],
        env=plain_environment(data) | {"HEALTH_URL": url},
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.parametrize("service", ["worker", "console"])
def test_the_command_of_a_service_runs_and_its_health_check_tells_so(data: Path, service: str) -> None:
    port = free_port()
    command = ["zhengji", *loaded("compose.yaml")["services"][service]["command"]]
    url = f"http://127.0.0.1:{port}/healthz"
    assert not healthy(data, url)
    with ended(process := started(data, command, ZHENGJI_MONITORING__PORT=str(port), ZHENGJI_CONSOLE__PORT=str(port))):
        until = time.monotonic() + 120
        while not healthy(data, url):
            said = (data / "work" / "log").read_text(encoding="utf-8")
            assert process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.3)
    assert process.returncode == 0, (data / "work" / "log").read_text(encoding="utf-8")
    made = {path.relative_to(data).parts[0] for path in data.rglob("*")}
    assert made == {"tmp", "work", "zhengji.toml", "data"}
    assert not healthy(data, url)


def test_the_default_command_and_the_health_check_speak_of_the_same_port() -> None:
    own = environment()
    assert own["HEALTH_URL"] == f"http://127.0.0.1:{own['ZHENGJI_MONITORING__PORT']}/healthz"
    assert json.loads(instruction("CMD")) == ["worker"]
    assert json.loads(instruction("ENTRYPOINT")) == ["zhengji"]


def test_it_does_not_run_as_root() -> None:
    assert instruction("USER") == "10001:10001"
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)[-1].endswith("-slim-bookworm")
