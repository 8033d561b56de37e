"""Barrier: where threads wait for one another, and which part of the work is whose, in LLVM's text.

Its words, on cache lines of their own: how many threads have come, how often all have, how much of all is the first
one's, and for each how often it paused where that tells whether its part was too small.
"""

from __future__ import annotations

CUT, WAITS = 16, 24  # words: what part of all is the first thread's, and how often each has paused, a line for each
WHOLE = 512  # parts that all is

MEET = """declare i32 @sched_yield()

define internal void @meet(ptr %meet, i64 %threads, i64 %thread, i1 %counts) {{
entry:
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %done, label %come
come:
  %turns = getelementptr i64, ptr %meet, i64 8
  %turn = load atomic i64, ptr %turns seq_cst, align 8
  %were = atomicrmw add ptr %meet, i64 1 seq_cst
  %are = add i64 %were, 1
  %last = icmp eq i64 %are, %threads
  br i1 %last, label %open, label %wait
open:
  store atomic i64 0, ptr %meet seq_cst, align 8
  %next = add i64 %turn, 1
  store atomic i64 %next, ptr %turns seq_cst, align 8
  br label %done
wait:
  %spins = phi i64 [ 0, %come ], [ %more, %again ]
  %now = load atomic i64, ptr %turns seq_cst, align 8
  %opened = icmp ne i64 %now, %turn
  br i1 %opened, label %met, label %spin
{spin}
met:
  br i1 %counts, label %count, label %done
count:
  %line = mul i64 %thread, 8
  %word = add i64 %line, {waits}
  %waits_at = getelementptr i64, ptr %meet, i64 %word
  %waits = load i64, ptr %waits_at
  %all = add i64 %waits, %spins
  store i64 %all, ptr %waits_at
  br label %done
done:
  ret void
}}"""


def meeting(counts: bool) -> str:
    """Wait until all threads are here; `counts` says that how long one waits tells of the parts that it got."""
    return f"  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 {str(counts).lower()})"


def share(units: int | str, tag: int | str = "") -> list[str]:
    """Find what part of so many units is a thread's own, from `%low` to `%high`."""
    return [
        f"  %from{tag} = mul i64 %begin, {units}",
        f"  %to{tag} = mul i64 %beyond, {units}",
        f"  %low{tag} = udiv i64 %from{tag}, {WHOLE}",
        f"  %high{tag} = udiv i64 %to{tag}, {WHOLE}",
    ]
