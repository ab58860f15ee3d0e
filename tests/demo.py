"""`make demo`: builds the sample inbox, takes it in by the real commands, and says in Chinese what came out where."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.inbox import write_inbox
from tests.sample import ROSTER, SELECTED, mails

_SETTINGS = """\
[campaign]
id = "2026-haofuwu"
roster = "roster.toml"
already_selected = "selected.csv"
"""
# The day after the deadline: what is late is late, and what is not there is missing.
_AS_OF = "2026-08-06T10:00"


def main() -> None:
    """Run the demo into the folder that is named on the command line."""
    folder = Path(sys.argv[1]).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print("正在生成样例邮件（真实的 Word、照片和压缩包），约需半分钟……", flush=True)
    write_inbox(folder / "inbox", list(mails()))
    for name, text in (("zhengji.toml", _SETTINGS), ("roster.toml", ROSTER), ("selected.csv", SELECTED)):
        (folder / name).write_text(text, encoding="utf-8")
    zhengji(folder, "import", str(folder / "inbox"))
    zhengji(folder, "status", "--as-of", _AS_OF)
    digest = zhengji(folder, "digest", "--as-of", _AS_OF, "-o", str(folder), quiet=True)
    brief = zhengji(folder, "brief", "--as-of", _AS_OF, "-o", str(folder / "进展情况.docx"), quiet=True)
    ledger = zhengji(folder, "ledger", "--documents", "--as-of", _AS_OF, "-o", str(folder / "台账.xlsx"), quiet=True)
    print("\n可以打开看：")
    for path in (*digest.split("\n"), *brief.split("\n"), *ledger.split("\n")):
        if path:
            print(f"  {path}")
    print(f"  {folder / '台账附件'}（台账里的链接通到这里）")


def zhengji(folder: Path, *arguments: str, quiet: bool = False) -> str:
    """Run a command as an operator would, show what it says, and return it; stop where it fails."""
    command = [str(Path(sys.executable).parent / "zhengji"), "--config", str(folder / "zhengji.toml"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"zhengji {arguments[0]} 没有成功（{done.returncode}）")
    if not quiet:
        print(done.stdout, end="")
    return done.stdout


if __name__ == "__main__":
    main()
