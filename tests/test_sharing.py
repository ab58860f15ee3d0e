"""What was read takes little memory: equal short texts are one."""

import json

from hypothesis import given
from hypothesis import strategies as st

from store.sharing import shared

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_whose_texts_are_shared_is_the_same_value(value: object) -> None:
    assert shared(value) == value
    assert json.dumps(shared(value)) == json.dumps(value)


def test_equal_short_texts_of_two_readings_are_one_text() -> None:
    one, other = (shared(json.loads('[{"kind": "photo", "name": "大门照片"}]')) for _ in range(2))
    (name, kind), (same_name, same_kind) = (sorted(each[0], reverse=True) for each in (one, other))
    assert name is same_name
    assert kind is same_kind
    assert one[0]["name"] is other[0]["name"]
