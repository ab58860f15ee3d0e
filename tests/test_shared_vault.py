"""The vault over an object store: contents are safe there before they are spoken of, and come from there anywhere."""

import hashlib
import itertools
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from config.vault import ObjectStoreSettings
from ingest.cli import cli
from store.contents.blobs import Blob, CorruptError, Vault
from store.contents.objects import Objects, ObjectsAwayError, probe
from store.contents.shared_vault import SharedVault
from tests.desks import desk
from tests.servers import ObjectStore, free_port

_NUMBERS = itertools.count(1)
_MUCH = 10**12


@pytest.fixture
def prefix() -> str:
    return f"vault{next(_NUMBERS)}"


def settings(server: ObjectStore, prefix: str, **own: object) -> ObjectStoreSettings:
    there = {
        "bucket": server.bucket, "endpoint": server.endpoint, "prefix": prefix, "timeout_seconds": 20,
        "access_key": server.access_key, "secret_key": server.secret_key,
    }  # fmt: skip
    return ObjectStoreSettings.model_validate(there | own)


def vault(server: ObjectStore, prefix: str, folder: Path, cache_bytes: int = _MUCH) -> SharedVault:
    return SharedVault(folder, Objects(settings(server, prefix)), cache_bytes)


@pytest.fixture
def here(object_store: ObjectStore, prefix: str, tmp_path: Path) -> SharedVault:
    return vault(object_store, prefix, tmp_path / "here")


@pytest.fixture
def there(object_store: ObjectStore, prefix: str, tmp_path: Path) -> SharedVault:
    return vault(object_store, prefix, tmp_path / "there")


def aged(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


@pytest.mark.parametrize("size", [0, 1, 1_000_000, 40_000_000])
def test_what_one_machine_keeps_another_one_reads(here: SharedVault, there: SharedVault, size: int) -> None:
    data = os.urandom(size)
    blob = here.keep(data[start : start + 999_999] for start in range(0, size, 999_999))
    assert blob == Blob(hashlib.sha256(data).hexdigest(), size)
    assert not there.place(blob.sha256).exists()
    assert there.path(blob.sha256).read_bytes() == data
    assert list(there.incoming.iterdir()) == []


def test_objects_lie_as_the_files_of_a_folder_do(object_store: ObjectStore, prefix: str, here: SharedVault) -> None:
    blob = here.keep([b"one"])
    assert object_store.place(prefix, blob.sha256).read_bytes() == b"one"


def test_many_files_are_stored_before_they_are_spoken_of(here: SharedVault, there: SharedVault) -> None:
    files = []
    for number in range(50):
        path = here.incoming / str(number)
        path.write_bytes(b"mail %d" % number)
        files.append((path, Blob(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)))
    here.adopt_all(files)
    assert list(there.kept()) == sorted((blob for _, blob in files), key=lambda blob: blob.sha256)


def test_what_a_clean_room_kept_is_published_by_its_name(here: SharedVault, there: SharedVault) -> None:
    inside = Vault(here.folder)
    blob = inside.keep([b"a member of an archive"])
    assert there.find(blob.sha256) is None
    here.publish([blob.sha256])
    assert there.path(blob.sha256).read_bytes() == b"a member of an archive"


def test_what_nobody_has_is_not_published_and_not_found(here: SharedVault) -> None:
    sha256 = "ab" * 32
    assert (here.find(sha256), here.has(sha256)) == (None, False)
    for ask in (here.path, lambda one: here.publish([one])):
        with pytest.raises(FileNotFoundError, match="本机缓存和对象存储里都没有"):
            ask(sha256)


def test_a_damaged_object_is_refused_and_named(
    object_store: ObjectStore, prefix: str, here: SharedVault, there: SharedVault
) -> None:
    blob = here.keep([b"as it came"])
    object_store.place(prefix, blob.sha256).write_bytes(b"as it cane")
    with pytest.raises(CorruptError, match=blob.sha256):
        there.path(blob.sha256)
    assert not there.place(blob.sha256).exists()
    assert list(there.incoming.iterdir()) == []


def test_a_cut_object_is_stored_anew_by_a_machine_that_has_it_whole(
    object_store: ObjectStore, prefix: str, here: SharedVault, there: SharedVault, tmp_path: Path
) -> None:
    blob = here.keep([b"as it came"])
    cut = tmp_path / "cut"
    cut.write_bytes(b"as it")
    here.objects.put(blob.sha256, cut)
    vault(object_store, prefix, tmp_path / "here").publish([blob.sha256])
    assert there.path(blob.sha256).read_bytes() == b"as it came"


def test_a_file_that_was_damaged_here_is_not_stored(here: SharedVault, there: SharedVault) -> None:
    blob = super(SharedVault, here).keep([b"as it came"])
    here.place(blob.sha256).write_bytes(b"as it cane")
    with pytest.raises(CorruptError, match=blob.sha256):
        here.publish([blob.sha256])
    assert there.find(blob.sha256) is None


def test_many_that_fetch_one_content_at_once_all_get_it(
    object_store: ObjectStore, prefix: str, here: SharedVault, tmp_path: Path
) -> None:
    blob = here.keep([os.urandom(3_000_000)])
    machines = [vault(object_store, prefix, tmp_path / "there") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: hashlib.sha256(one.path(blob.sha256).read_bytes()).hexdigest(), machines))
    assert found == [blob.sha256] * 8


def test_what_is_removed_is_gone_everywhere(here: SharedVault, there: SharedVault) -> None:
    blob = here.keep([b"personal"])
    assert here.remove(blob.sha256) is True
    assert (here.has(blob.sha256), there.has(blob.sha256), here.remove(blob.sha256)) == (False, False, False)


def test_what_was_removed_by_one_machine_is_let_go_by_the_others(here: SharedVault, there: SharedVault) -> None:
    blob = here.keep([b"13800138000"])
    assert there.path(blob.sha256).is_file()
    here.remove(blob.sha256)
    assert there.clear() == 1
    assert list(there.lying()) == []


def test_the_cache_loses_what_was_not_used_longest_and_nothing_else(
    object_store: ObjectStore, prefix: str, tmp_path: Path
) -> None:
    small = vault(object_store, prefix, tmp_path / "small", cache_bytes=3_000)
    old, used, young = (small.keep([bytes([number]) * 1_000]) for number in range(3))
    unpublished = super(SharedVault, small).keep([b"x" * 1_000])
    for blob in (unpublished, old, used):
        aged(small.place(blob.sha256), 7_200)
    small.path(used.sha256)
    with small.path(old.sha256).open("rb") as reader:
        aged(small.place(old.sha256), 7_000)
        assert small.trim() == 1_000
        # Whoever reads it goes on.
        assert reader.read() == b"\0" * 1_000
    left = {one.sha256 for one in (used, young, unpublished) if small.place(one.sha256).exists()}
    assert left == {used.sha256, young.sha256, unpublished.sha256}
    assert small.path(old.sha256).read_bytes() == b"\0" * 1_000


def test_a_cache_is_looked_through_now_and_then_only(object_store: ObjectStore, prefix: str, tmp_path: Path) -> None:
    small = vault(object_store, prefix, tmp_path / "small", cache_bytes=10)
    assert small.trim() == 0
    blob = small.keep([b"x" * 1_000])
    aged(small.place(blob.sha256), 7_200)
    assert small.trim() == 0
    assert small.place(blob.sha256).exists()


def test_an_installation_moves_its_folder_into_the_object_store(
    object_store: ObjectStore, prefix: str, tmp_path: Path, there: SharedVault
) -> None:
    alone = Vault(tmp_path / "here")
    kept = [alone.keep([b"content %d" % number]) for number in range(40)]
    damaged = alone.keep([b"as it came"])
    alone.place(damaged.sha256).write_bytes(b"as it cane")
    shared = vault(object_store, prefix, tmp_path / "here")
    shared.publish([kept[0].sha256])
    told: list[int] = []
    done = shared.push(told.append)
    assert (done.all, done.stored, done.bad, told[-1]) == (41, 39, [damaged.sha256], 41)
    assert {blob.sha256 for blob in there.kept()} == {blob.sha256 for blob in kept}
    assert vault(object_store, prefix, tmp_path / "here").push().stored == 0


def test_the_command_stores_the_folder_and_says_how_much(
    object_store: ObjectStore, prefix: str, tmp_path: Path
) -> None:
    with desk(tmp_path) as one:
        one.store.vault.keep([b"before there was an object store"])
    config = tmp_path / "zhengji.toml"
    refused = CliRunner().invoke(cli, ["--config", str(config), "vault", "push"])
    assert "没有设置对象存储" in str(refused.exception)
    config.write_text(config.read_text(encoding="utf-8") + object_store.settings(prefix), encoding="utf-8")
    done = CliRunner().invoke(cli, ["--config", str(config), "vault", "push"], catch_exceptions=False)
    assert "本机内容 1 份：新存入 1 份，对象存储里原有 0 份" in done.output


def test_a_wrong_key_a_wrong_bucket_and_a_wrong_address_say_so(object_store: ObjectStore, prefix: str) -> None:
    assert probe(settings(object_store, prefix)) == ""
    secret = "falsch-falsch-falsch"
    wrong_key = probe(settings(object_store, prefix, secret_key=secret))
    assert "服务器拒绝了密钥" in wrong_key
    assert not {secret, object_store.access_key, object_store.secret_key} & set(wrong_key.split())
    assert "没有名为 elsewhere 的存储桶" in probe(settings(object_store, prefix, bucket="elsewhere"))
    nobody = f"http://127.0.0.1:{free_port()}"
    assert "连不上服务器" in probe(settings(object_store, prefix, endpoint=nobody, timeout_seconds=2))


@pytest.mark.parametrize(
    "own",
    [
        {"endpoint": "https://"}, {"endpoint": "https://a b"}, {"endpoint": "https://key:secret@s3.example.cn"},
        {"endpoint": "s3.example.cn"}, {"endpoint": "http://s3.example.cn"}, {"endpoint": "https://s3.example.cn?x=1"},
        {"endpoint": "https://s3.example.cn:99999999"}, {"bucket": "征集箱"}, {"bucket": "a/b"}, {"prefix": "../x"},
        {"prefix": "a//b"},
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_with_the_settings(object_store: ObjectStore, own: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="endpoint 应|只能用"):
        ObjectStoreSettings.model_validate({"bucket": object_store.bucket, **own})


def test_an_address_where_nobody_is_or_can_be_is_told(object_store: ObjectStore, prefix: str) -> None:
    for endpoint, said in (("https://127.0.0.1:1", "连不上服务器"), ("https://127.0.0.1:70000", "地址写得不对")):
        assert said in probe(settings(object_store, prefix, endpoint=endpoint, timeout_seconds=2))


def test_a_bucket_that_is_gone_does_not_make_a_content_missing(
    object_store: ObjectStore, prefix: str, tmp_path: Path
) -> None:
    gone = SharedVault(tmp_path / "gone", Objects(settings(object_store, prefix, bucket="elsewhere")), _MUCH)
    for ask in (gone.find, gone.has, gone.path, gone.remove):
        with pytest.raises(ObjectsAwayError, match="对象存储暂时用不了"):
            ask("ab" * 32)
