"""The wheel: built, installed in a clean environment from the lock file, and run from `/`."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("zhengji-*.whl"))


def test_the_wheel_holds_the_five_packages_with_their_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "config",
        "ingest",
        "parsers",
        "reports",
        "store",
    }
    for data in (
        "config/campaigns/2026-haofuwu.toml",
        "config/divisions.csv",
        "config/former.csv",
        "config/traditional.txt",
        "config/sounds.txt",
        "config/shapes.txt",
        "config/brands.txt",
        "config/associations.toml",
        "config/starter.toml",
        "reports/console/static/console.css",
        "reports/console/static/htmx.min.js",
        "reports/console/templates/base.html",
    ):
        assert data in names
    assert any(name.startswith("reports/templates/") for name in names)
    assert any(name.startswith("store/migrations/versions/0001") for name in names)


def test_the_installed_wheel_checks_its_configuration_from_the_root_folder(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements.lock"], check=True, capture_output=True)
    subprocess.run([*install, "--no-deps", wheel], check=True, capture_output=True)
    done = subprocess.run(
        [environment / "bin" / "zhengji", "check-config"], cwd="/", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-haofuwu" in done.stdout
    owners = "from importlib.metadata import packages_distributions as p; print(p()['config'], p()['store'])"
    owned = subprocess.run([python, "-c", owners], cwd="/", capture_output=True, text=True, check=True)
    assert owned.stdout.strip() == "['zhengji'] ['zhengji']"
