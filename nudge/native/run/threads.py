"""Threads: the one that calls, and a worker that runs the same step beside it, on another part of each group.

The worker waits in native code for the next step, for some milliseconds at most; then it goes to sleep until it is
called. It is never there in a forked process before that process asks for one.
"""

from __future__ import annotations

import atexit
import ctypes
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...memory import aligned
from ..ir.barrier import CUT, WAITS, WHOLE
from .processors import get_num_threads, keep_apart

# A box of words, on cache lines of their own: job number, done number, function and arguments, the barrier. A job is
# posted by counting up, and a worker falls asleep by writing SLEEPS over the number that it knows: one is the first.
JOB, DONE, CALL, MEET = 0, 8, 16, 40
FUNCTION, GIVEN, ARENA, REPORT, FEED, STEPS = range(6)  # the words of a call: the step's function, and its arguments
SLEEPS, STOP = -2, -1  # in the place of a job's number; the worker is not there, now or any more
WORDS = 80
IDLE = 60_000  # pauses without a job, after which a worker goes to sleep
FRESH = -500_000  # where a worker begins to count that was just woken: whoever did that may wait for a processor
LATE = 100_000  # pauses, or turns given to others, after which a worker that was woken is not waited for any more
PAUSE = 4e-8  # seconds that a pause takes, roughly
RUNS = 2  # alone, before two threads are tried: the first one finds nothing in cache
LOSS, REST, LONGEST = 0.003, 0.06, 4.0  # seconds: see `Pace`

ARGUMENTS = f"""  %given_at = getelementptr i64, ptr %call, i64 {GIVEN}
  %arena_at = getelementptr i64, ptr %call, i64 {ARENA}
  %report_at = getelementptr i64, ptr %call, i64 {REPORT}
  %feed_at = getelementptr i64, ptr %call, i64 {FEED}
  %steps_at = getelementptr i64, ptr %call, i64 {STEPS}"""

RUN = f"""define internal void @run(ptr %call, i64 %thread, i64 %threads, ptr %meet) alwaysinline {{
entry:
{ARGUMENTS}
  %function = load ptr, ptr %call
  %given = load ptr, ptr %given_at
  %arena = load ptr, ptr %arena_at
  %report = load ptr, ptr %report_at
  %feed = load ptr, ptr %feed_at
  %steps = load i64, ptr %steps_at
  call void %function(
    ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps, i64 %thread, i64 %threads, ptr %meet
  )
  ret void
}}"""

SERVE = """
define i64 @serve(ptr %box, i64 %begun) {{
entry:
  %done_at = getelementptr i64, ptr %box, i64 {done}
  %call = getelementptr i64, ptr %box, i64 {call}
  %meet = getelementptr i64, ptr %box, i64 {meet}
  %awake = cmpxchg ptr %box, i64 {sleeps}, i64 %begun seq_cst seq_cst
  br label %look
look:
  %seen = phi i64 [ %begun, %entry ], [ %seen, %again ], [ %job, %work ], [ %seen, %tired ]
  %spins = phi i64 [ {fresh}, %entry ], [ %more, %again ], [ 0, %work ], [ 0, %tired ]
  %job = load atomic i64, ptr %box seq_cst, align 8
  %new = icmp ne i64 %job, %seen
  br i1 %new, label %run, label %wait
run:
  %stop = icmp eq i64 %job, {stop}
  br i1 %stop, label %leave, label %work
work:
  call void @run(ptr %call, i64 1, i64 2, ptr %meet)
  store atomic i64 %job, ptr %done_at seq_cst, align 8
  br label %look
wait:
{pause}
  %more = add i64 %spins, 1
  %long = icmp sgt i64 %more, {idle}
  br i1 %long, label %tired, label %again
again:
  br label %look
tired:
  %pair = cmpxchg ptr %box, i64 %seen, i64 {sleeps} seq_cst seq_cst
  %falls = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %falls, label %leave, label %look
leave:
  ret i64 %seen
}}

{run}

define zeroext i1 @post(ptr %box, ptr %function, ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps) {{
entry:
  %done_at = getelementptr i64, ptr %box, i64 {done}
  %call = getelementptr i64, ptr %box, i64 {call}
  %meet = getelementptr i64, ptr %box, i64 {meet}
{arguments}
  %before = load atomic i64, ptr %box seq_cst, align 8
  %sleeps = icmp slt i64 %before, 0
  br i1 %sleeps, label %asleep, label %write
write:
  store ptr %function, ptr %call
  store ptr %given, ptr %given_at
  store ptr %arena, ptr %arena_at
  store ptr %report, ptr %report_at
  store ptr %feed, ptr %feed_at
  store i64 %steps, ptr %steps_at
  %job = add i64 %before, 1
  %pair = cmpxchg ptr %box, i64 %before, i64 %job seq_cst seq_cst
  %posted = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %posted, label %lead, label %asleep
lead:
  call void @run(ptr %call, i64 0, i64 2, ptr %meet)
  br label %wait
wait:
  %spins = phi i64 [ 0, %lead ], [ %more, %again ]
  %done = load atomic i64, ptr %done_at seq_cst, align 8
  %is_done = icmp eq i64 %done, %job
  br i1 %is_done, label %leave, label %spin
{spin}
leave:
  ret i1 true
asleep:
  ret i1 false
}}

define zeroext i1 @ready(ptr %box) {{
entry:
  br label %wait
wait:
  %spins = phi i64 [ 0, %entry ], [ %more, %again ]
  %job = load atomic i64, ptr %box seq_cst, align 8
  %awake = icmp ne i64 %job, {sleeps}
  %late = icmp ugt i64 %spins, {late}
  %over = or i1 %awake, %late
  br i1 %over, label %leave, label %spin
{spin}
leave:
  ret i1 %awake
}}

{declared}
declare i32 @sched_yield()
"""


class Crew:
    """The worker, and the box through which it is told what to do."""

    def __init__(self) -> None:
        """Start the worker, asleep."""
        from ..ir.target import host
        from .jit import functions

        self.box = aligned(8 * WORDS).view(np.int64)
        self.box.fill(0)
        self.box[JOB] = SLEEPS
        self._place = self.box.ctypes.data
        word, address = ctypes.c_int64, ctypes.c_void_p
        target = host()
        self._serve, self._post, self._ready = functions(
            SERVE.format(
                arguments=ARGUMENTS, run=RUN, pause=target.pause, spin=target.spin, declared=target.declared,
                done=DONE, call=CALL, meet=MEET, sleeps=SLEEPS, stop=STOP, idle=IDLE, fresh=FRESH, late=LATE,
            ),
            {
                "serve": (word, address, word), "post": (ctypes.c_bool, *[address] * 6, word),
                "ready": (ctypes.c_bool, address),
            }
        )  # fmt: skip
        self.waits = [0, 0]  # of the last run
        self._wake = threading.Event()
        self._busy = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="nudge worker", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        seen = 0
        while True:
            self._wake.wait()
            self._wake.clear()
            seen = self._serve(self._place, seen)
            if self.box[JOB] == STOP:
                return

    def run(self, function: int, *args: int, cut: int = WHOLE // 2) -> bool:
        """Run a step on both threads, `cut` of `WHOLE` parts on this one, and see how often each has paused.

        Tells whether that could be, since the worker serves one caller at a time, and may be late to wake.
        """
        if not self._busy.acquire(blocking=False):
            return False
        try:
            self.box[MEET + CUT] = cut
            self.box[MEET + WAITS :: 8] = 0
            done = self._post(self._place, function, *args)
            if not done:  # and nothing is posted: who is interrupted here leaves nothing behind
                self.keep_apart()
                self._wake.set()
                done = self._ready(self._place) and self._post(self._place, function, *args)
            self.waits = self.box[MEET + WAITS :: 8].tolist()
        finally:
            self._busy.release()
        return bool(done)

    def keep_apart(self) -> None:
        """Have the worker run beside this thread, and not in its place."""
        if self._thread.native_id is not None:
            keep_apart(self._thread.native_id)

    def stop(self) -> None:
        """Let the worker end."""
        self.box[JOB] = STOP
        self._wake.set()


class Pace:
    """Runs a step on two threads, or on one while two are not faster: beside a busy neighbour they may be slower.

    What is lost by sharing is added up, and what is gained taken off: a processor that has to be woken is slow for a
    millisecond or two. Beyond LOSS one thread runs alone, for twenty times as long as that, and longer the next time.
    Cores are not equally fast for long where others use them too, so who waits gets a larger part.
    """

    def __init__(self) -> None:
        """Begin by finding out how long one thread takes."""
        self.alone = math.inf  # seconds a step, at best lately
        self.runs = 0  # alone so far
        self.lost = 0.0  # seconds, by sharing
        self.rest, self.patience = 0.0, REST  # seconds alone until two threads are tried; and after the next loss
        self.cut = WHOLE // 2

    def run(self, alone: Callable[[], Any], workers: Crew, call: Sequence[int]) -> None:
        """Run some steps; the results are the same either way. A call's words end in how many."""
        start = time.perf_counter()
        share = self.runs >= RUNS and self.rest <= 0 and workers.run(*call, cut=self.cut)
        if not share:
            alone()
        took, steps = time.perf_counter() - start, max(call[-1], 1)
        if not share:
            self.runs, self.rest = self.runs + 1, self.rest - took
            self.alone = took / steps if self.alone == math.inf else min(took / steps, self.alone * 1.02)
            return
        self._balance(workers.waits[0], workers.waits[1], took)
        self.lost = max(self.lost + took - steps * self.alone, 0.0)
        if not self.lost:
            self.patience = REST
        elif self.lost > LOSS + self.alone:
            workers.keep_apart()
            self.lost, self.rest, self.patience = 0.0, self.patience, min(2 * self.patience, LONGEST)

    def _balance(self, first: int, second: int, seconds: float) -> None:
        """Give a larger part to the thread that paused more often in so many seconds."""
        idle = (second - first) * PAUSE / seconds  # of the time, how much longer the second one waited
        self.cut = min(max(self.cut - int(idle / 4 * WHOLE), WHOLE // 4), WHOLE * 3 // 4)


_crew: Crew | None = None


def crew() -> Crew | None:
    """Give the worker, if threads are wanted."""
    global _crew
    if get_num_threads() < 2:
        return None
    if _crew is None:
        _crew = Crew()
        atexit.register(_crew.stop)
    return _crew


def _forget() -> None:
    global _crew
    _crew = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
