"""Targets: what a processor's vectors are like, and what it calls the few things that LLVM has no common word for."""

from __future__ import annotations

import functools
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A kind of processor.

    `flush` and `restore` are instructions before and after a step: in between, numbers below the smallest normal one
    count as 0. Averages that decay towards 0 would otherwise stop there, a hundred times slower than any other number.
    """

    name: str
    vector: int  # bytes
    registers: int  # that hold a vector each
    pause: str  # what a waiting thread does
    flush: str
    restore: str
    declared: str

    @property
    def spin(self) -> str:
        """The end of a loop that waits, from `spin` back to `wait`: who has counted many `%spins` lets others run."""
        return f"""spin:
{self.pause}
  %more = add i64 %spins, 1
  %long = icmp ugt i64 %more, 2000
  br i1 %long, label %yield, label %again
yield:
  call i32 @sched_yield()
  br label %again
again:
  br label %wait"""


def _x86(name: str, vector: int, registers: int) -> Target:
    flush = """
  %mode = alloca i32
  %flushing = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %mode)
  %mode_before = load i32, ptr %mode
  %mode_inside = or i32 %mode_before, 32832
  store i32 %mode_inside, ptr %flushing
  call void @llvm.x86.sse.ldmxcsr(ptr %flushing)"""
    declared = """declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)"""
    restore = "  call void @llvm.x86.sse.ldmxcsr(ptr %mode)"
    return Target(name, vector, registers, "  call void @llvm.x86.sse2.pause()", flush, restore, declared)


AVX512, AVX2, SSE = _x86("AVX-512", 64, 32), _x86("AVX2", 32, 16), _x86("SSE", 16, 16)

NEON = Target(
    "NEON", 16, 32, "  call void @llvm.aarch64.hint(i32 1)",
    """
  %mode = call i64 @llvm.aarch64.get.fpcr()
  %mode_inside = or i64 %mode, 16777216
  call void @llvm.aarch64.set.fpcr(i64 %mode_inside)""",
    "  call void @llvm.aarch64.set.fpcr(i64 %mode)",
    """declare void @llvm.aarch64.hint(i32)
declare i64 @llvm.aarch64.get.fpcr()
declare void @llvm.aarch64.set.fpcr(i64)""",
)  # fmt: skip

PLAIN = Target("plain", 16, 16, "", "", "", "")  # any other: LLVM makes of vectors what it can


@functools.cache
def host() -> Target:
    """Find what this machine is."""
    import llvmlite.binding as llvm

    triple, features = llvm.get_process_triple(), llvm.get_host_cpu_features()
    if triple.startswith(("x86_64", "amd64")):
        whole = all(features.get(name) for name in ("avx512f", "avx512dq", "avx512bw", "avx512vl"))
        return AVX512 if whole else AVX2 if features.get("avx2") and features.get("fma") else SSE
    return NEON if triple.startswith(("aarch64", "arm64")) else PLAIN
