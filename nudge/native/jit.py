"""JIT: LLVM's text to a function that can be called, for the processor at hand."""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from ..errors import Error
from ..version import __version__
from .cache import cache, key

MACHINE_LEVEL, PASSES_LEVEL = 2, 1
_LLVM = f"llvmlite {llvmlite.__version__}, LLVM {'.'.join(map(str, llvm.llvm_version_info))}"


@functools.cache
def _target_machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=MACHINE_LEVEL, jit=True
    )


@functools.cache
def _jit() -> Any:
    return llvm.create_lljit_compiler()  # with a target machine of its own: it owns what it is given


_count = itertools.count()


def _compiled(text: str) -> bytes:
    """Make object code for the processor at hand."""
    machine = _target_machine()
    try:
        module = llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:  # an error here is a defect of the lowering, never of the user's program
        raise Error(f"the machine code for this step could not be made: {error}") from error
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=PASSES_LEVEL))
    builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))


def assemble(text: str, name: str = "step") -> tuple[Callable[..., None], Any]:
    """Compile a module, or take what was compiled before; return its function `name` and its library.

    The function takes addresses and whole numbers: see `lower`.
    """
    _target_machine()
    host = (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    decides = (text, *host, f"{MACHINE_LEVEL} {PASSES_LEVEL}", _LLVM, __version__)
    library = (
        llvm.JITLibraryBuilder()
        .add_object_img(cache().get(key(decides), lambda: _compiled(text)))
        .export_symbol(name)
        .add_current_process()
        .link(_jit(), f"{name}{next(_count)}")
    )
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4, *[ctypes.c_int64] * 3, ctypes.c_void_p)(library[name]), library
