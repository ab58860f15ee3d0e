"""Two looks at once into one mailbox: what each notes of a folder beside the mails, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select

from store import folders
from store.database import Store
from store.folders import Of
from store.models import FolderMark, Withheld

NOW = datetime(2026, 8, 1, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("turn", range(5))
def test_two_who_compare_a_new_folder_at_once_both_finish(store: Store, turn: int) -> None:
    both = Barrier(2)

    def compared(_: int) -> None:
        both.wait()
        folders.note_reconciled(store, Of("a@b.cn", f"F{turn}", 7), 3, 9, NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(compared, range(2)))
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(FolderMark)) == 1


@pytest.mark.parametrize("turn", range(5))
def test_two_from_whom_a_mail_is_withheld_at_once_both_finish(store: Store, turn: int) -> None:
    both = Barrier(2)
    of = Of("a@b.cn", f"F{turn}", 7)

    def withheld(_: int) -> None:
        both.wait()
        folders.withhold(store, of, [3, 5], "服务器没有给出这封邮件的内容", NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(withheld, range(2)))
    assert folders.withheld_uids(store, of) == [3, 5]
    with store.reading() as session:
        assert set(session.scalars(select(Withheld.attempts))) == {2}
