"""The settings of the vault: a folder of this machine, and for several machines an object store behind it."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, model_validator

from config.login import is_loopback
from config.section import Section, secret_of

_ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PREFIX = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]*(?:/|$))*")


class ObjectStoreSettings(Section):
    """An S3-compatible object store that holds the contents for all machines; the folder is then a cache of it.

    `endpoint` is its URL (none: that of AWS in `region`), `prefix` what goes before each name in the bucket. The cache
    keeps about `cache_bytes`; what was not used longest goes first.
    """

    bucket: str = Field(min_length=3)
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    access_key: str = ""
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    # Most own servers name the bucket in the path (https://host/bucket), AWS in the host.
    bucket_in_host: bool = False
    timeout_seconds: float = Field(default=60, gt=0)
    cache_bytes: int = Field(default=20_000_000_000, ge=1_000_000_000)

    @model_validator(mode="after")
    def _travels_encrypted(self) -> "ObjectStoreSettings":
        # The library that asks it ends the program where an address is none.
        if self.endpoint and not _ADDRESS.fullmatch(self.endpoint):
            raise ValueError("endpoint 应如 https://s3.example.cn 或 https://s3.example.cn:9000，不带账号、? 和 #")
        if not _NAME.fullmatch(self.bucket) or not _PREFIX.fullmatch(self.prefix):
            raise ValueError("bucket 和 prefix 只能用字母、数字和 . _ -，prefix 还可用 / 分段")
        scheme, _, rest = self.endpoint.partition("://")
        if self.endpoint and scheme != "https" and not (scheme == "http" and is_loopback(_host(rest))):
            raise ValueError(f"endpoint 应为 https 网址（http 只许用于本机 127.0.0.1），{self.endpoint} 不是")
        return self

    @property
    def secret(self) -> str:
        """The secret key; ConfigError where its file cannot be read."""
        return secret_of(self.secret_key, self.secret_key_file)


def _host(rest: str) -> str:
    return rest.partition("/")[0].rpartition(":")[0] or rest.partition("/")[0]


class VaultSettings(Section):
    """Where raw mails and files are kept by their hash."""

    path: Path = Path("data/vault")
    s3: ObjectStoreSettings | None = None
