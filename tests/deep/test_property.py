"""The random calls, graphs and programs of tests/test_property.py, larger and more of them."""

import random

import numpy as np
import pytest

from nudge.op import TABLE
from tests.calls import Graph, call, filled
from tests.test_property import (
    check_call,
    check_curvature,
    check_graph,
    check_graph_in_machine_code,
    check_native,
    check_program,
    check_program_traced,
    check_program_transformed,
)
from tests.test_table import ROWS
from tests.test_trace import check_captured
from tests.writes import Program


@pytest.mark.parametrize("name", ROWS)
def test_any_call_is_right(name):
    for seed in range(120):
        check_call(TABLE[name], random.Random(seed), ("float64", "float32")[seed % 2])


@pytest.mark.parametrize("name", ROWS)
def test_any_call_is_the_same_in_machine_code(name):
    for seed in range(10):
        r = random.Random(seed)
        shapes, params = call(r, TABLE[name], empty=seed % 3 == 0)
        dtype = ("float64", "float32")[seed % 2]
        check_native(TABLE[name], filled(TABLE[name], shapes, np.random.default_rng(seed), dtype), params)


@pytest.mark.parametrize("block", range(10))
def test_graphs_of_200_steps_agree_with_nudging_forward_mode_and_a_loop(block):
    smooth = [check_graph(Graph(random.Random(1000 * block + k), 200)) for k in range(30)]
    assert sum(smooth) > 20, "most graphs are smooth where they stand"


@pytest.mark.parametrize("block", range(10))
def test_graphs_of_100_steps_agree_with_nudging_to_second_order(block):
    smooth = [check_curvature(Graph(random.Random(1000 * block + k), 100)) for k in range(20)]
    assert sum(smooth) > 10


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("count", [20, 60, 200])
def test_graphs_are_the_same_in_machine_code(count, dtype):
    for seed in range(240 // count):
        check_graph_in_machine_code(Graph(random.Random(seed), count, dtype))


@pytest.mark.parametrize("block", range(10))
def test_writing_in_place(block):
    for k in range(100):
        program = Program(random.Random(1000 * block + k), 5 + k % 40)
        check_program(program)
        if k % 4 == 0:
            check_program_transformed(program)


def test_writing_in_place_in_machine_code():
    for seed in range(12):
        check_program_traced(Program(random.Random(seed), 4 + seed % 12))


def test_writing_tensors_from_outside_in_machine_code():
    for seed in range(15):
        check_captured(Program(random.Random(seed), 3 + seed))
