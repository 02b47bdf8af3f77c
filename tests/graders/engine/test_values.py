"""What crosses arrives as it left, and a hostile frame is refused without harm."""

import contextlib
import datetime
import json
import socket
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from graders.engine.values import base_of, pack, unpack
from graders.engine.wire import Channel, Gone, Late, WireError
from graders.kit.comparisons import equal


def refused(*given):
    raise WireError("no data")


def there_and_back(value):
    buffers = []
    tree = json.loads(json.dumps(pack(value, buffers, refused)))
    return unpack(tree, [bytearray(buffer) for buffer in buffers], refused)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.integers() | st.text(), inner)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_arrives_as_it_left(value):
    equal(there_and_back(value), value)


Point = namedtuple("Point", "x y")
OTHERS = [
    {1, 2},
    frozenset({"a"}),
    deque([1, 2]),
    Counter("aab"),
    OrderedDict(b=1, a=2),
    range(3, 9, 2),
    slice(1, None),
    ...,
    Decimal("1.50"),
    Fraction(1, 3),
    Path("a/b"),
    datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC),
    datetime.timedelta(days=1, microseconds=5),
    Point(1, Point(2, 3)),
    bytearray(b"xyz"),
]


@pytest.mark.parametrize("value", OTHERS, ids=lambda v: type(v).__name__)
def test_other_data_arrives_with_its_type(value):
    got = there_and_back(value)
    assert got == value
    assert type(got).__name__ == type(value).__name__


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6.0).reshape(2, 3)[:, ::2],
        np.zeros((0, 1)),
        np.array(5),
        np.array(["a", "bb"]),
        np.array([1, "x", None], dtype=object),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        torch.ones(2, 3, dtype=torch.bfloat16).T,
        torch.tensor(3),
        torch.empty(0, 4),
    ],
    ids=str,
)
def test_arrays_keep_shape_and_dtype(value):
    got = there_and_back(value)
    assert got.shape == value.shape
    assert got.dtype == value.dtype
    equal(got, value)


def test_tables_masks_and_sparse_matrices_arrive():
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "s": ["x", None],
            "when": pd.to_datetime(["2020", "2021"]),
            "c": pd.Categorical(["u", "v"]),
        },
        index=pd.Index(["p", "q"], name="row"),
    )
    pd.testing.assert_frame_equal(there_and_back(frame), frame)
    pd.testing.assert_series_equal(there_and_back(frame["n"]), frame["n"])
    masked = there_and_back(np.ma.MaskedArray([1, 2], mask=[True, False]))
    assert masked.mask.tolist() == [True, False]
    matrix = sparse.csc_matrix([[0, 1], [2, 0]])
    got = there_and_back(matrix)
    assert type(got) is type(matrix)
    assert (got != matrix).nnz == 0
    assert there_and_back(defaultdict(int, {1: 2})) == {1: 2}


def test_columns_of_numbers_cross_whole_however_long_they_are():
    kinds = zip("abc", (bool, int, float), strict=True)
    long = pd.DataFrame({name: np.arange(200_000).astype(kind) for name, kind in kinds})
    buffers: list[bytes] = []
    assert len(json.dumps(pack(long, buffers, refused))) < 2000
    assert len(buffers) < 10
    pd.testing.assert_frame_equal(there_and_back(long), long)


def test_a_librarys_estimator_arrives_fitted():
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    got = there_and_back(model)
    assert got.predict(X).tolist() == model.predict(X).tolist()
    assert got.get_params()["logisticregression__C"] == 1.0


def test_an_estimator_whose_functions_would_run_here_stays_where_it_is():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    for harmless in (np.log1p, None):
        packed = pack(make_pipeline(FunctionTransformer(harmless), LogisticRegression()), [], str)
        assert isinstance(packed, dict)
    for function in (pd.read_pickle, pd.eval, np.load, np.full_like):
        stays = make_pipeline(FunctionTransformer(function, kw_args={"engine": "python"}))
        assert "FunctionTransformer" in str(pack(stays, [], lambda other: {"R": type(other).__name__}))
        forged = {
            "lib": ["sklearn.base", "sklearn.preprocessing._function_transformer", "FunctionTransformer"]
        }
        forged["lib"] += ["name", [["func", {"N": 0}]]]
        with pytest.raises(WireError, match="does not run here"):
            unpack(forged, [], lambda tag, held, function=function: function)


@pytest.mark.parametrize(
    ("indices", "starts"),
    [([0, 2**30], [0, 1, 2]), ([0, -5], [0, 1, 2]), ([0, 1], [0, 10**9, 2]), ([0, 1], [0, 2, 1])],
)
def test_a_sparse_matrix_that_points_outside_is_refused(indices, starts):
    buffers = []
    parts = [np.ones(2), np.array(indices, np.int32), np.array(starts, np.int32)]
    tree = {"lib": ["scipy.sparse", "csr_array", [2, 2], [pack(p, buffers, str) for p in parts]]}
    with pytest.raises(WireError):
        unpack(tree, [bytearray(b) for b in buffers], lambda *_: None)


def test_what_is_no_data_is_handed_on():
    assert pack([len], [], lambda value: {"R": value.__name__}) == {"l": [{"R": "len"}]}
    with pytest.raises(WireError):
        there_and_back(object())


def test_a_subclass_has_a_plain_value():
    class Liar(str):
        def __eq__(self, other):
            return True

        __hash__ = None

    assert type(base_of(Liar("a"))) is str
    assert base_of(Liar("a")) != "b"


def test_nesting_has_an_end():
    deep = []
    for _ in range(300):
        deep = [deep]
    with pytest.raises(WireError, match="nested"):
        pack(deep, [], refused)


HOSTILE = [
    {"a": ["O", [1], 0]},
    {"a": ["<f8", [10**9, 10**9], 0]},
    {"a": ["<f8", [-1, -1], 0]},
    {"a": ["V8", [1], 0]},
    {"as": ["<f8", 7]},
    {"x": ["quint8", [1], 0, False, None]},
    {"i": "zz"},
    {"n": ["Popen", "x"]},
    {"nt": ["a b", ["x"], [1]]},
    {"lib": ["os", "system"]},
    {"lib": ["sklearn.base", "os", "system", "x 1", []]},
    {"lib": ["sklearn.base", "sklearn.utils", "Bunch", "x 2", []]},
    {"lib": ["pandas", "pickle", None]},
    {"d": [1]},
    {"l": 3},
    {"buffer": 0},
    {"R": 1},
    {"l": [], "t": []},
    [1, 2],
]


@pytest.mark.parametrize("tree", HOSTILE, ids=str)
def test_a_tree_that_cannot_be_is_refused(tree):
    with pytest.raises(WireError):
        unpack(tree, [bytearray(8)], refused)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda t: st.lists(t) | st.dictionaries(st.text(), t))
)
def test_no_tree_at_all_does_anything_but_give_a_value_or_an_error(tree):
    with contextlib.suppress(WireError):
        unpack(tree, [bytearray(8)], refused)


def test_a_channel_ends_in_time_and_says_who_is_gone():
    here, there = socket.socketpair()
    channel = Channel(here)
    channel.deadline = 0.0
    with pytest.raises(Late):
        channel.receive()
    channel.deadline = None
    there.sendall(b"\xff\xff\xff\xff")
    with pytest.raises(WireError, match="too large"):
        channel.receive()
    there.close()
    with pytest.raises(Gone):
        channel.receive()
    channel.close()


def test_frames_carry_buffers():
    here, there = map(Channel, socket.socketpair())
    here.send({"op": "x"}, [b"abc", b"", np.arange(3).data])
    message, buffers = there.receive()
    assert message == {"op": "x"}
    assert [bytes(b) for b in buffers] == [b"abc", b"", np.arange(3).tobytes()]
    here.close()
    there.close()
