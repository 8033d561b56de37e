"""JIT: LLVM's text to a function that can be called, for the processor at hand."""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from ...errors import Error
from ...version import __version__
from .cache import cache, key
from .parts import parted
from .processors import get_num_threads

MACHINE_LEVEL, PASSES_LEVEL = 2, 1
INLINED = 0  # how large a function may be to stand at each of its calls: a group's is no faster there, and made anew
PARTS = 2  # in which a text of more than LONG lines is compiled
LONG = 500
WORD = 8  # bytes of a number that stands before an image of object code, and tells how long it is
_LLVM = f"llvmlite {llvmlite.__version__}, LLVM {'.'.join(map(str, llvm.llvm_version_info))}"


def features() -> str:
    """List what the processor at hand can do, in LLVM's words."""
    return str(llvm.get_host_cpu_features().flatten())


def _target_machine(features: str) -> Any:
    """Make what makes object code for the processor at hand, if it can do these things."""
    _begin()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=MACHINE_LEVEL, jit=True
    )


@functools.cache
def _begin() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@functools.cache
def _jit() -> Any:
    return llvm.create_lljit_compiler()  # with a target machine of its own: it owns what it is given


_count = itertools.count()


FEW = ("always_inliner", "sroa", "instruction_combine", "simplify_cfg")  # passes, where more would not pay


def _compiled(text: str, thorough: bool) -> bytes:
    """Make object code for the processor at hand: of a long text an image for each of its parts, made side by side."""
    parts = parted(text, PARTS) if thorough and text.count("\n") > LONG else [text]
    if len(parts) == 1 or get_num_threads() == 1:
        images = [_image(part, thorough) for part in parts]
    else:
        from concurrent.futures import ThreadPoolExecutor  # not to be waited for where there is nothing to share

        with ThreadPoolExecutor(len(parts)) as pool:
            images = list(pool.map(lambda part: _image(part, thorough), parts))
    return b"".join(len(image).to_bytes(WORD, "little") + image for image in images)


def _image(text: str, thorough: bool) -> bytes:
    """Make object code of a module, with a context and a target machine of its own, as another thread may do so too."""
    machine = _target_machine(features())
    try:
        module = llvm.parse_assembly(text, llvm.create_context())
        module.verify()
    except RuntimeError as error:  # an error here is a defect of the lowering, never of the user's program
        raise Error(f"the machine code for this step could not be made: {error}") from error
    options = llvm.create_pipeline_tuning_options(speed_level=PASSES_LEVEL)
    options.inlining_threshold = INLINED
    builder = llvm.create_pass_builder(machine, options)
    passes = builder.getModulePassManager() if thorough else llvm.create_new_module_pass_manager()
    for name in () if thorough else FEW:
        getattr(passes, f"add_{name}_pass")()
    _unlocked("LLVMPY_RunNewModulePassManager")(passes, module, builder)
    with llvm.ffi.OutputString() as said:
        buffer = _unlocked("LLVMPY_TargetMachineEmitToMemory")(machine, module, 1, said)
        if not buffer:
            raise Error(f"the machine code for this step could not be made: {said}")
    try:
        return ctypes.string_at(llvm.ffi.lib.LLVMPY_GetBufferStart(buffer), llvm.ffi.lib.LLVMPY_GetBufferSize(buffer))
    finally:
        llvm.ffi.lib.LLVMPY_DisposeMemoryBuffer(buffer)


def _unlocked(name: str) -> Callable[..., Any]:
    """Give a function of LLVM's without the lock that llvmlite puts around all, if it is still there.

    LLVM asks for that between threads which share a context or a target machine, and for nothing else.
    """
    function = getattr(llvm.ffi.lib, name)
    return getattr(function, "_cfn", function)


def _images(code: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(code):
        size = int.from_bytes(code[at : at + WORD], "little")
        yield code[at + WORD : at + WORD + size]
        at += WORD + size


def processor() -> tuple[str, str, str]:
    """Tell what object code is made for, and by what."""
    return llvm.get_host_cpu_name(), features(), _LLVM


def named(text: str, thorough: bool) -> str:
    """Name the object code of a text."""
    passes = f"{MACHINE_LEVEL} {(PASSES_LEVEL, INLINED, PARTS, LONG) if thorough else FEW}"
    return key((text, *processor(), passes, __version__))


def linked(code: bytes, types: Mapping[str, tuple[Any, ...]]) -> list[Callable[..., Any]]:
    """Load object code; return its functions, whose types are given, result first. They keep the code alive."""
    _begin()
    builder = llvm.JITLibraryBuilder()
    for image in _images(code):
        builder = builder.add_object_img(image)
    for name in types:
        builder = builder.export_symbol(name)
    library = builder.add_current_process().link(_jit(), f"module{next(_count)}")
    made: list[Callable[..., Any]] = []
    for name, type in types.items():
        function = ctypes.CFUNCTYPE(*type)(library[name])
        function.library = library  # type: ignore[attr-defined]
        made.append(function)
    return made


def object_code(name: str, text: Callable[[], str], thorough: bool) -> bytes:
    """Take what was compiled before under a name, or compile the text.

    What is not `thorough` takes half the time to compile, and up to a third more to run.
    """
    return cache().get(name, lambda: _compiled(text(), thorough))


def code_of(text: str, thorough: bool = True) -> bytes:
    """Take what was compiled of a text before, or compile it."""
    return object_code(named(text, thorough), lambda: text, thorough)


def functions(text: str, types: Mapping[str, tuple[Any, ...]], thorough: bool = True) -> list[Callable[..., Any]]:
    """Compile a module, or take what was compiled before; return its functions, whose types are given, result first."""
    return linked(code_of(text, thorough), types)
