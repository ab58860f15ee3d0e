"""Full text: what is found by which words, on both databases, and that nothing stands in for what is not there."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from config.search_terms import Word, offsets, plain, terms_of
from store import documents, mail, searching
from store.database import Store, open_store
from store.documents import CachedReading

NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
RARE = "\U00020000"  # 𠀀, CJK extension B


def keep(store: Store, *texts: str | dict[str, str], start: int = 0) -> list[str]:
    """Keep readings of these texts and return the hashes of their contents."""
    told = [one if isinstance(one, dict) else {"measures": one} for one in texts]
    found = [CachedReading(f"{start + number:064x}", "1", "docx", "ok", "", [], own) for number, own in enumerate(told)]
    documents.keep_readings(store, found)
    return [one.sha256 for one in found]


def candidates(store: Store, word: str) -> frozenset[str] | None:
    return searching.search(store, [Word(word)])[Word(word)]


def holds(text_: str, word: str) -> bool:
    return bool(Word(word).spans(plain(text_)))


@pytest.mark.parametrize(
    ("text_", "word"),
    [
        ("更新电梯六部", "电梯"), ("更新电梯六部", "梯"), ("更新电梯", "梯"), ("电", "电"), ("更新电梯六部", "更新电梯六部"),
        ("更新電梯", "电梯"), ("更新电梯", "電梯"), ("更新电\n梯", "电梯"), ("更新电 \r\n\t　梯", "电梯"), ("电\u200b梯", "电梯"),
        ("引入ＡＩ场景", "ai"), ("引入AI场景", "AI场景"), ("做好ESG 实践", "esg实践"), ("收缴率９８.５％", "98.5%"), ("2025年", "2025"),
        ("“红色管家”制度", "“红色管家”"), ("春江花园(二期)", "春江花园（二期）"), (f"住在{RARE}里村", f"{RARE}里"), (f"住在{RARE}里村", RARE),
        ("Café 服务", "cafe"), ("smart IoT platform", "smart iot"), ("smart\nIoT platform", "smart IoT"), ("弃管；电梯", "管；电"),
        ("\ufa0e村改造", "\ufa0e村"), ("\ue000村", "\ue000村"), ("한국어 서비스", "서비스"),
    ],
)  # fmt: skip
def test_a_word_is_found_whatever_its_width_case_white_space_and_variant(store: Store, text_: str, word: str) -> None:
    (own,) = keep(store, text_)
    assert holds(text_, word)
    assert own in (candidates(store, word) or ())


@pytest.mark.parametrize(
    ("text_", "word"),
    [
        ("电动车、楼梯", "电梯"), ("电，梯", "电梯"), ("email 服务", "ai"), ("AIoT平台", "ai"), ("12985号", "98"), ("smartIoT", "smart iot"),
        ("电梯更新", "电梯 更新吧"), ("更新", "新更"),
    ],
)  # fmt: skip
def test_what_does_not_stand_there_is_not_found(text_: str, word: str) -> None:
    assert not holds(text_, word)


@given(st.text(max_size=60), st.integers(0, 60), st.integers(1, 12))
def test_whatever_stands_in_a_text_is_found_by_its_terms(text_: str, start: int, size: int) -> None:
    # A word is cut where Latin words end: a part of one is another word.
    word = Word(text_[start : start + size])
    if word.says_something and word.spans(plain(text_)):
        own = terms_of(text_)
        assert set(word.terms) <= own
        assert all(any(term.startswith(one) for term in own) for one in word.beginnings)


@given(st.text(max_size=40))
def test_every_character_of_a_plain_text_comes_from_one_of_the_text(text_: str) -> None:
    where = offsets(text_)
    assert len(where) == len(plain(text_)) + 1
    assert where == sorted(where)
    assert all(plain(text_[at]) for at in where[:-1])


def test_a_content_is_found_by_what_it_says_now_and_no_other_is_found_for_it(store: Store) -> None:
    first, other = keep(store, "更新电梯", "清理楼道")
    keep(store, "整修屋面")
    assert candidates(store, "屋面") == {first}
    assert candidates(store, "电梯") == set()
    assert candidates(store, "楼道") == {other}


def test_what_was_read_before_the_index_was_there_is_found_too(store: Store) -> None:
    """So it is with a database of an older version, and with one that another version indexed."""
    (own,) = keep(store, "更新电梯")
    with store.session() as session:
        searching.forget(session)
    assert candidates(store, "电梯") == {own}
    with store.session() as session:
        session.execute(text("UPDATE searched SET version = 0"))
    assert searching.catch_up(store) == 1
    assert searching.catch_up(store) == 0
    assert candidates(store, "电梯") == {own}


def test_a_rebuild_drops_the_index_with_the_readings(store: Store) -> None:
    keep(store, "更新电梯")
    mail.forget_conclusions(store)
    assert not candidates(store, "电梯")
    (own,) = keep(store, "更新电梯", start=7)
    assert candidates(store, "电梯") == {own}


def test_the_same_texts_read_again_are_not_indexed_again(store: Store) -> None:
    keep(store, "更新电梯")
    with store.session() as session:
        before = session.execute(text("SELECT id, mark FROM searched")).all()
    keep(store, "更新电梯")
    with store.session() as session:
        assert session.execute(text("SELECT id, mark FROM searched")).all() == before


def test_two_that_make_the_index_at_once_make_it_once(postgres_url: str, tmp_path: Path) -> None:
    store = open_store(postgres_url, tmp_path / "vault")
    try:
        with ThreadPoolExecutor(1) as pool:
            with store.session() as session:
                searching.note_texts(session, "a" * 64, {"text": "春江花园"})
                other = pool.submit(_noted, store)
                # It found none and waits; and it goes on saying that there is none, though there is one by then.
                while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    assert not other.done()
            other.result()
        assert candidates(store, "花园") == {"a" * 64, "b" * 64}
    finally:
        store.close()


def _noted(store: Store) -> None:
    with store.session() as session:
        searching.note_texts(session, "b" * 64, {"text": "秋水花园"})


def test_without_fts5_every_text_is_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL needs no FTS5")
    monkeypatch.setattr(searching, "_knows", lambda _session: False)
    (own,) = keep(store, "更新电梯")
    assert candidates(store, "电梯") is None
    monkeypatch.undo()
    assert candidates(store, "电梯") == {own}


@pytest.mark.parametrize(
    "word",
    ['"', "*", "电梯*", '电梯" OR "x', "NEAR(电 梯)", "'; DROP TABLE searched; --", "电梯' | 'a", "!电梯", "电梯:*", "\\", "%", "a\x00b", "\ud83d梯", "terms : 电梯", "^电梯"],
)  # fmt: skip
def test_nothing_in_a_query_is_syntax(store: Store, word: str) -> None:
    """What is asked for is looked for as it stands; marks alone may stand anywhere."""
    own, _ = keep(store, f"更新{word}六部 NEAR terms", "别的")
    found = candidates(store, word)
    assert found is None or own in found
    assert candidates(store, "更新") == {own}


def test_texts_that_look_like_syntax_or_are_broken_are_indexed_like_others(store: Store) -> None:
    own, other = keep(store, "\" OR 1=1; NEAR/2 ' & | ! :* \x00 \ud83d 电梯 \\", {"title": "电梯", "measures": ""})
    assert candidates(store, "电梯") == {own, other}
    assert candidates(store, "near 2") == {own}


def test_a_text_of_more_terms_than_can_be_kept_is_always_looked_at(store: Store) -> None:
    source = random.Random(7)
    huge = "".join(chr(source.randint(0x4E00, 0x9FFF)) for _ in range(150_000))
    own, _ = keep(store, f"{huge}电梯", "别的")
    assert own in (candidates(store, "电梯") or ())
    assert candidates(store, "无此词语") == {own}


def test_a_long_phrase_and_many_contents_are_asked_for_at_once(store: Store) -> None:
    phrase = "物业服务企业、业主委员会与社区居委会每月共同公示公共收益收支明细并接受全体业主监督质询"
    hashes = keep(store, *[f"第{number}户。{phrase if number % 3 == 0 else '别的'}" for number in range(450)])
    assert candidates(store, phrase) == set(hashes[::3])
