"""What is built for less than this processor can do uses no more."""

from __future__ import annotations

import llvmlite.binding as llvm
import pytest

from nudge.native.ir.target import AVX2, AVX512, SSE
from nudge.native.run import jit
from tests.native.programs import PROGRAMS
from tests.native.texts import text_of
from tests.native.together import WIDTHS

REGISTERS = {AVX512: "%zmm", AVX2: "%ymm", SSE: "%xmm"}


@pytest.mark.parametrize("target", [t for t in WIDTHS if t in REGISTERS], ids=lambda target: target.name)
def test_registers_are_as_wide_as_the_target_has_them(target, monkeypatch):
    module = llvm.parse_assembly(text_of(monkeypatch, target, *PROGRAMS["mlp"]()))
    assembly = jit._target_machine(jit.features()).emit_assembly(module)
    wider = [register for other, register in REGISTERS.items() if other.vector > target.vector]
    assert REGISTERS[target] in assembly
    assert not any(register in assembly for register in wider)
