"""Tensor under PyTorch's names: dtypes, creation, printing, and what a user meets at the edges."""

import copy
import json
import math
from pathlib import Path

import numpy as np
import pytest

import nudge
from nudge.errors import DTypeError, Error, GraphError, ShapeError, TraceError, UsageError

PROMOTION = json.loads((Path(__file__).parent / "goldens" / "promotion.json").read_text())["dtypes"]
SYMBOLS = {
    "add": "a + b", "sub": "a - b", "mul": "a * b", "div": "a / b", "floor_divide": "a // b", "remainder": "a % b",
    "pow": "a ** b", "maximum": "nudge.maximum(a, b)", "minimum": "nudge.minimum(a, b)", "eq": "a == b", "lt": "a < b",
    "where": "nudge.where(nudge.tensor([True, False]), a, b)", "matmul": "a[:, None] @ b[None]",
    "cumsum": "a.cumsum(0)",
}  # fmt: skip
# Here PyTorch asks for tensors of one dtype, or for tensors, or has no rule; nudge promotes.
LENIENT = {"maximum", "minimum", "matmul", "argmax"}
# Of booleans PyTorch makes something here, nudge nothing.
STRICT = {"pow", "sign"}


def operand(name):
    """Make an operand of a recorded kind: 'float32[2]', 'float32[]', 'float'."""
    dtype, _, shape = name.partition("[")
    if name in ("bool", "int", "float"):
        return {"bool": True, "int": 1, "float": 1.0}[name]
    return nudge.ones((2,) if shape == "2]" else (), dtype=dtype)


@pytest.mark.parametrize("name", PROMOTION)
def test_dtypes_are_pytorchs(name):
    line = SYMBOLS.get(name, f"a.{name}()")
    for kinds, expected in PROMOTION[name].items():
        operands = dict(
            zip("ab", (operand(f"{kind}[2]" if name == "matmul" else kind) for kind in kinds.split(",")), strict=False)
        )
        booleans = set(kinds.split(",")) <= {"bool", "bool[]", "bool[2]"}
        if expected != "error" and not (booleans and name in STRICT):
            assert eval(line, {"nudge": nudge, **operands}).dtype == expected, kinds
        elif booleans and name not in LENIENT:
            with pytest.raises(DTypeError):
                eval(line, {"nudge": nudge, **operands})


# -- creation --------------------------------------------------------------------------------------


def test_memory_is_copied_or_shared():
    array = np.zeros(3, np.float32)
    copied, shared, same = nudge.tensor(array), nudge.as_tensor(array), nudge.from_numpy(array)
    array[0] = 5
    assert (copied[0], shared[0], same[0]) == (0, 5, 5)
    assert nudge.as_tensor(shared) is shared
    assert np.shares_memory(np.asarray(shared), array)
    assert np.array(shared).base is not array


def test_numbers_of_every_kind_become_tensors():
    nested = nudge.tensor([nudge.tensor(1.0), np.float32(2), 3])
    assert (nested.tolist(), nudge.tensor(range(3)).tolist()) == ([1.0, 2.0, 3.0], [0, 1, 2])
    assert nudge.tensor(np.array([1, 2], np.int32)).dtype == "int32"
    assert nudge.sum([1, 2, 3]).item() == 6
    assert nudge.exp(0.0).item() == 1.0


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("nudge.tensor([[1], [2, 3]])", ShapeError, "uneven lengths"),
        ("nudge.tensor('abc')", DTypeError, "expected numbers"),
        ("nudge.tensor(np.zeros(2, np.uint8))", DTypeError, "uint8 is not one that tensors hold"),
        ("nudge.tensor([1], requires_grad=True)", DTypeError, r"only floats can be nudged; cast with .float\(\)"),
        ("nudge.zeros(2, device='cuda')", UsageError, "tensors live on the 'cpu'"),
        ("nudge.zeros(2, dtype='flaot32')", DTypeError, "did you mean float32"),
        ("nudge.zeros(2, -3)", ShapeError, r"shape \(2, -3\)"),
        ("nudge.zeros(2.5)", ShapeError, "expected whole numbers"),
        ("nudge.arange(0, 5, 0)", UsageError, "does not arrive"),
        ("nudge.cat(nudge.ones(2))", UsageError, "expected a list or tuple of tensors"),
        ("nudge.ones(2).sum(dim=0, axis=0)", UsageError, "mean the same"),
        ("nudge.ones(2) + None", DTypeError, "add of a tensor and NoneType None"),
        ("nudge.ones(2, 2).item()", ShapeError, r"tolist\(\) gives all"),
        ("nudge.ones(2).view(3)", ShapeError, "2 elements"),
        ("nudge.ones(2, 3).T.view(6)", ShapeError, r"use reshape\(\)"),
        ("nudge.ones(2, 3) @ nudge.ones(2, 3)", ShapeError, r"\(2, 3\) and \(2, 3\)"),
        ("nudge.ones(2, requires_grad=True).numpy()", GraphError, r"detach\(\).numpy\(\)"),
        ("nudge.arange(3).mean()", DTypeError, r"mean\(dtype=...\)"),
        ("nudge.arange(3) ** -1", UsageError, r"no whole number: cast with .float\(\)"),
        ("nudge.ones(2).chunk(0)", ShapeError, "chunk into 0 parts: expected 1 or more"),
        ("nudge.ones(2).split([3, -1])", ShapeError, "expected sizes of 0 or more that add up to 2"),
        ("nudge.ones(2).unfold(0, 1, 0)", ShapeError, "windows of 1, 0 apart: expected 1 or more"),
        ("nudge.einsum('i?', nudge.ones(2, 2))", ShapeError, "'i.' does not name the axes"),
        ("nudge.float16", AttributeError, "nudge has no 'float16'; did you mean float"),
    ],
)
def test_errors_say_what_to_do(line, error, words):
    with pytest.raises(error, match=words):
        eval(line, {"nudge": nudge, "np": np})
    assert issubclass(error, Error) or error is AttributeError


# -- printing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("nudge.tensor([1.0, -2.5])", "tensor([ 1.0000, -2.5000])"),
        ("nudge.tensor([1e-5, 1.0])", "tensor([1.0000e-05, 1.0000e+00])"),
        ("nudge.tensor([100000.0, 2.0])", "tensor([1.0000e+05, 2.0000e+00])"),
        ("nudge.tensor([math.nan, math.inf, 1.5])", "tensor([   nan,    inf, 1.5000])"),
        ("nudge.tensor([[1, -20], [3, 4]])", "tensor([[  1, -20],\n        [  3,   4]])"),
        ("nudge.tensor([True, False])", "tensor([ True, False])"),
        ("nudge.tensor(3.14159)", "tensor(3.1416)"),
        ("nudge.tensor(2.0, dtype=nudge.float64)", "tensor(2., dtype=float64)"),
        ("nudge.zeros(0, 3)", "tensor([], size=(0, 3))"),
        ("nudge.ones(1, requires_grad=True)", "tensor([1.], requires_grad=True)"),
        ("nudge.ones(1, requires_grad=True) * 2", "tensor([2.], made by mul)"),
        ("nudge.arange(2000)", "tensor([   0,    1,    2, ..., 1997, 1998, 1999])"),
    ],
)
def test_tensors_print_as_pytorchs(line, text):
    assert repr(eval(line, {"nudge": nudge, "math": math})) == text


def test_one_number_takes_a_format():
    assert f"{nudge.tensor(2.34567):.2f}, {nudge.tensor(7):d}, {nudge.tensor([1.0])}" == "2.35, 7, tensor([1.])"


# -- NumPy and Python on either side ---------------------------------------------------------------


def test_arrays_and_numbers_of_numpy_take_part():
    x, a = nudge.ones(2), np.array([1.0, 2.0], np.float32)
    for y in (a + x, x + a, a * x, np.float64(2.0) * x, x ** np.float32(2), a @ x, a - x, a > x):
        assert isinstance(y, nudge.Tensor)
        assert y.dtype in ("float32", "bool")
    assert (a == x).tolist() == [True, False]
    assert np.exp(x).tolist() == [np.exp(np.float32(1))] * 2


def test_equality_with_something_else_is_false():
    x = nudge.ones(2)
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    assert (x == "a") is False
    assert x in {x: 1}


def test_copies():
    x = nudge.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    y = copy.deepcopy({"x": x, "again": x})
    assert y["x"] is y["again"]
    assert y["x"].requires_grad
    y["x"].data += 1
    assert (x.tolist(), y["x"].tolist(), y["x"].grad.tolist()) == ([1.0, 2.0], [2.0, 3.0], [2.0, 4.0])
    with pytest.raises(GraphError, match="only leaves"):
        copy.deepcopy(x * 2)
    layer = nudge.nn.Linear(2, 3)
    assert [p.shape for p in copy.deepcopy(layer).parameters()] == [(3, 2), (3,)]


def test_traced_tensors_have_no_value():
    def looks(x):
        return x if x.sum() > 0 else -x

    with pytest.raises(TraceError, match=r"use where\(\) instead of a branch"):
        nudge.native.build(looks, nudge.ones(2))
    with pytest.raises(TraceError, match=r"new_zeros\(\)"):
        nudge.func.vmap(lambda x: nudge.zeros(2).add_(x))(nudge.ones(3, 2))


def test_a_captured_index_is_read_at_every_call():
    index, x = nudge.tensor([0, 2]), nudge.tensor([1.0, 2.0, 3.0])
    step = nudge.native.build(lambda x: x[index].sum(), x)
    assert step(x).item() == 4.0
    index[0] = -2
    assert step(x).item() == 5.0


def test_what_a_traced_program_creates_is_new_at_every_call():
    def step(x):
        y = nudge.zeros(3)
        y[1:] += x
        return y

    built, x = nudge.native.build(step, nudge.ones(2)), nudge.tensor([1.0, 2.0])
    assert built(x).tolist() == built(x).tolist() == [0.0, 1.0, 2.0]


def test_names_are_those_of_pytorch_code():
    import nudge as torch
    from nudge import nn

    x = torch.randn(4, 3, dtype=torch.float32)
    assert torch.is_tensor(x)
    assert x.dtype == torch.float
    assert torch.nn is nn
    assert torch.tensor is nudge.creation.tensor
    assert "vmap" in dir(torch)
    assert torch.sum(x, axis=1, keepdims=True).shape == (4, 1)
