"""A HEIC for tests: one picture of 128 × 96 pixels, coded once by another program, in boxes written here.

Our own reader cannot write HEIC, and a coder that can is not for us to ship (docs/decisions.md).
"""

import struct
from base64 import b64decode

from tests.video_builders import box

WIDTH, HEIGHT = 128, 96
_CODER = b64decode(
    "AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoBAgYWW6kk"
    "prm4EBAwIAAAMAAgAAAwACECIAAQAHRAHBcrAiQA=="
)
_PICTURE = b64decode(
    "AAAHEygBrzbdhEslByUHHjR4I1omM0B17o98n85XO2WHBDyaDjPK2OfevY9Iob19/ihHI3Oz7r3sGwl8yK8zJ1O86fMVQ3m4cBgFhO6sAqyfzI"
    "CHovsE8RXgbA//3r1+mxZQGh7a7Ot3S8japI3kJCCErgT9cSBXRiljXryws16cousn1wDrWkHShcBgOYfQaucnHxq/OC3GcImxNr/t3tyDu4Qk"
    "7U79w3/MmLH24hMu2xHFIN3I5sPPmsBxDIAIdzZrvu/ieraRSMFyCRQF6K2x6pBSw/iEbC2DW2CBRFsfB2dHQgZdo3L87U6qZtAipQxcygyU3k"
    "FSmid30HoVhfQAK+x9+V/ZElL1aWzdecny80hs1vIzKE6Rfn5B/gRc6RpceAjRmVvUNCF0dqg3W/F4o3lhHyO7xO/RnHpEsF+O9O8Dxn6OqGCc"
    "v7c4T1q1Jwsrf1zUhVtOafPznM203yw8lEaRu4g6bDjI5C8sHnGbCMCQ5xAZhBVXvENxgXz1g69lmq4QwfadbJ6aOm97qJvJ1fpu1cnztD8bnW"
    "RKs50CH3GjtvWrskhzFveK+j/hc/xA3pHi1R1ernnQsmNf21OQqVRzDVoLLND0bZhIKgEt1DzFnjeYtqBOnvfH410Rc3WU7HIyEU0DBMXUP7nn"
    "YDDXMzElLs4uUZl82HZwNhIBXlJihOYfaXoFU7Xf8ERG5q7e5xLrRxfMd/mBKhkN3lxNc4EMvqil5IjQWaJjKxVIR9JOCcgXYZgUS5ekhhVfPs"
    "J2ZqATtINALuHCIbw6RBA4xzfhKB4a/s8a1/8y8w5PAnCqwFDpSkU2ryYFEniVwD2OAnw3veGdQ8uVt1vBzVqcmGW0Dq7M54vmaJ5IW6QD5SnB"
    "pd8boHPNXHxqcHM/gLI5wKcFZnq8Kd0zbOx/H3TNe+U7QL71V8m0HZRH8P76MFHwhnJ5WJpF6768bh44o10lIy70hx150jLZozF8l3v8a/MntO"
    "BwDk44IMApgyQfEv/eZnxAG/agDI/VukgdEK43EemaFAjSt+knYaLo+IFDMXX1e84JpPdue8m+2VUK73bsFHT2FzlVdSafXBpVckL5rH4PTkOg"
    "XY3stHYmsuKD2ZkLVdVUKNiektOck3CQMLvgXnHMqMQ81gCi97E+McVEkQXMOcbSn+m0dEEGO09g3E8YBZtoQmG4xrKuRGb+SbK/Qb5osbidIO"
    "tA3u+DBJW6bNWZY0LYR2YoK7+Vac7bGek5BFqoZsulhqnd0nXlEhRZSpwern/6UpRX2pD0k+3YBfVjAwvLuja2pqW3GbRJkOLvlJNgjz/LcjVV"
    "ifPEQaqb/41xekBdX1Vo01RHog0kWO+FZ2B4p10lxmUeEe6ZmzGoo8HPrUVl822Bp2b4sXM3OivXkUZvjESmSC2AZMUKMgIOL7JVUYvAGBJV8/"
    "Sm12QhXQ2QSYb5V0s4P9x/DJNPuUzlu1s/S4kj4jqwTduTJXU4TiWsGkbM+Twz3inAbmoOB0IBcY0cSsKb7rR2MzOWclxKzk7/airUJ4QsJ9Cb"
    "8CoQg1c/4mC+6AIGpAZKEJrSRbAjANMXLp52gmDbQmS7cDlcMVefp+ikD2qeWcNhyQibRKgB12f6jfd3oloJOvpE8l+TsBxpk9s6yt/SaTBNTl"
    "ML5+KDHwHd1rwuq67/Kj9cM78z9LHRYSiAHvdQV7V1GpPmgWNfj8tbc4nDY9I8y10DsM+nJDIgt/M2EnzZoz1J7deaPpdPT6P7I/BSrC95xCAw"
    "O659S2aCalR+bFtUrW339KXrTPnaKwYEnJsh67pYvVNMujByKYf6qBQlS5uKFbJyVGq/EQNmAmHpGNhFEDccrEPi1yDjJM+wz/Q9/UPuOXxirG"
    "bim4LNDfF6VCHfbIJhbOgVna+3OFXBFivNKZz9tVKAOvuq0pzyN/IGBhayginzFh6D6usxOduFZcp3tNMkPBY7TAyoDXnBfV25Q7+B6s/juxW6"
    "SZ5AQFdoJENTJ3eoGeku/zMg7pggDOxca2SkXDLcOBTqam4BtPRvCLyH8PpWhCCfSnffo3HKYbvw2k8ZL7VlzsISPcBwPIuNphrgp3tYWnfswr"
    "CqG+f9sHkssSg9f4RbY1IsZAKQxpPlWezcl0+WN26eV0DI54VPAsR0SRuG+aBGhmAm3qdnttKZHkW6CYile9Zm5UgT6UENV6mSdeFmrl3ek/93"
    "A6pTCLkdRKXk3U4tb/RDTdgLtdwuz8QqPw/1JSwENT5d65r14/UmK84eCdOncdrVDQ9TgigVIid0/JgUoNFxaKARK/r0u0yXQrsBnGA1nPhUip"
    "UDM+uaOL5iY6kKVbbt2OWmGDZEwRlxMWi1ZH0DVD4aSNatHHEZN4QyPwb2SiYeyK+iKdnkCyu2sF644UrDMxermYvO9Hppia2FKYZKnp7anHrY"
)


def heic(*, quarters: int = 0, brand: bytes = b"heic", size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    """Return a HEIC that is to be shown turned by so many quarters (anticlockwise); `size` is what its header says."""
    head = box(b"ftyp", brand, bytes(4), b"mif1heic")
    start = len(head) + len(_index(quarters, size, 0)) + 8
    return head + _index(quarters, size, start) + box(b"mdat", _PICTURE)


def _index(quarters: int, size: tuple[int, int], start: int) -> bytes:
    """Return the box that says what the one item is and where its bytes are."""
    item = box(b"infe", b"\2\0\0\0", struct.pack(">HH4sx", 1, 0, b"hvc1"))
    where = struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, start, len(_PICTURE))
    properties = box(
        b"ipco",
        box(b"hvcC", _CODER),
        box(b"ispe", bytes(4), struct.pack(">II", *size)),
        box(b"irot", bytes([quarters])),
    )
    kept = box(b"ipma", bytes(4), struct.pack(">IHB3B", 1, 1, 3, 0x81, 2, 0x83))
    return box(
        b"meta",
        bytes(4),
        box(b"hdlr", bytes(8), b"pict", bytes(13)),
        box(b"pitm", bytes(4), struct.pack(">H", 1)),
        box(b"iinf", bytes(4), struct.pack(">H", 1), item),
        box(b"iloc", bytes(4), where),
        box(b"iprp", properties, kept),
    )
