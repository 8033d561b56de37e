"""Two training steps written by hand in numba, as by someone with a day to spend on each.

Activations stand with the batch along the vector lanes where that is the long axis; sums are taken in blocks of four by
four, so that each number loaded is used four times; buffers are made once; gradients go straight into the weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from .native_workloads import Arrays, Workload

fast = njit(fastmath=True, error_model="numpy")
inlined = njit(fastmath=True, error_model="numpy", inline="always")  # so that sizes are known where loops are unrolled
N, H = 100, 16  # moons: examples, hidden neurons
B, IN, OUT, PIXELS = 32, 784, 10, 196  # digits: examples, pixels, classes, pixels at a time


@fast
def exp(x):
    """Take e to the power x without a call, so that loops over it become vectors: a power of 2, times a series."""
    x = min(max(x, np.float32(-87)), np.float32(88))
    whole = np.floor(x * np.float32(1.44269504) + np.float32(0.5))
    r = x - whole * np.float32(0.693359375) + whole * np.float32(2.12194440e-4)
    series = np.float32(1 / 720)
    for term in (1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0):
        series = series * r + np.float32(term)
    return series * np.int32((np.int32(whole) + 127) << 23).view(np.float32)


@inlined
def mixed(out, w, a, b, rows, count, length):
    """Set out = w a + b, for a of `count` rows (a multiple of four) and a bias for each row of `out`."""
    for j in range(rows):
        bias = b[j]
        for i in range(length):
            out[j, i] = bias
        for m in range(0, count, 4):  # more rows at once, and LLVM thinks that it has too many pointers to compare
            w0, w1, w2, w3 = w[j, m], w[j, m + 1], w[j, m + 2], w[j, m + 3]
            for i in range(length):
                out[j, i] += w0 * a[m, i] + w1 * a[m + 1, i] + w2 * a[m + 2, i] + w3 * a[m + 3, i]


@inlined
def four_by_four(c, a, b, keep, scale, rows, columns, count):
    """Set c = keep·c − scale·a bᵀ, both with `count` numbers a row."""
    for j in range(0, rows, 4):
        for m in range(0, columns, 4):
            s00 = s01 = s02 = s03 = s10 = s11 = s12 = s13 = np.float32(0)
            s20 = s21 = s22 = s23 = s30 = s31 = s32 = s33 = np.float32(0)
            for i in range(count):
                a0, a1, a2, a3 = a[j, i], a[j + 1, i], a[j + 2, i], a[j + 3, i]
                b0, b1, b2, b3 = b[m, i], b[m + 1, i], b[m + 2, i], b[m + 3, i]
                s00 += a0 * b0
                s01 += a0 * b1
                s02 += a0 * b2
                s03 += a0 * b3
                s10 += a1 * b0
                s11 += a1 * b1
                s12 += a1 * b2
                s13 += a1 * b3
                s20 += a2 * b0
                s21 += a2 * b1
                s22 += a2 * b2
                s23 += a2 * b3
                s30 += a3 * b0
                s31 += a3 * b1
                s32 += a3 * b2
                s33 += a3 * b3
            c[j, m] = keep * c[j, m] - scale * s00
            c[j, m + 1] = keep * c[j, m + 1] - scale * s01
            c[j, m + 2] = keep * c[j, m + 2] - scale * s02
            c[j, m + 3] = keep * c[j, m + 3] - scale * s03
            c[j + 1, m] = keep * c[j + 1, m] - scale * s10
            c[j + 1, m + 1] = keep * c[j + 1, m + 1] - scale * s11
            c[j + 1, m + 2] = keep * c[j + 1, m + 2] - scale * s12
            c[j + 1, m + 3] = keep * c[j + 1, m + 3] - scale * s13
            c[j + 2, m] = keep * c[j + 2, m] - scale * s20
            c[j + 2, m + 1] = keep * c[j + 2, m + 1] - scale * s21
            c[j + 2, m + 2] = keep * c[j + 2, m + 2] - scale * s22
            c[j + 2, m + 3] = keep * c[j + 2, m + 3] - scale * s23
            c[j + 3, m] = keep * c[j + 3, m] - scale * s30
            c[j + 3, m + 1] = keep * c[j + 3, m + 1] - scale * s31
            c[j + 3, m + 2] = keep * c[j + 3, m + 2] - scale * s32
            c[j + 3, m + 3] = keep * c[j + 3, m + 3] - scale * s33


@fast
def moons_steps(k, x, y, w0, b0, w1, b1, w2, b2, rate, decay, h0, h1, g0, g1, slope, none):
    """Run k steps; x is (2, 100), y (100,), h and g are (16, 100)."""
    zero, one = np.float32(0), np.float32(1)
    keep, loss, share = one - decay, zero, rate / np.float32(N)
    for _ in range(k):
        for j in range(H):
            a, b, c = w0[j, 0], w0[j, 1], b0[j]
            for i in range(N):
                h0[j, i] = max(a * x[0, i] + b * x[1, i] + c, zero)
        mixed(h1, w1, h0, b1, H, H, N)
        for j in range(H):
            for i in range(N):
                h1[j, i] = max(h1[j, i], zero)
        mixed(slope, w2, h1, b2, 1, H, N)
        loss, total = zero, zero
        for i in range(N):
            margin = one - y[i] * slope[0, i]
            loss += max(margin, zero)
            d = -y[i] * share if margin > 0 else zero
            slope[0, i] = d
            total += d
        squares = b2[0] * b2[0]
        for j in range(H):
            squares += b0[j] * b0[j] + b1[j] * b1[j] + w2[0, j] * w2[0, j] + w0[j, 0] * w0[j, 0] + w0[j, 1] * w0[j, 1]
            for m in range(H):
                squares += w1[j, m] * w1[j, m]
        loss = loss / np.float32(N) + np.float32(1e-4) * squares
        for j in range(H):
            w, s, t = w2[0, j], zero, zero
            for i in range(N):
                d = w * slope[0, i] if h1[j, i] > 0 else zero
                g1[j, i] = d
                s += d
                t += slope[0, i] * h1[j, i]
            b1[j] = keep * b1[j] - s
            w2[0, j] = keep * w - t
        b2[0] = keep * b2[0] - total
        mixed(g0, w1.T, g1, none, H, H, N)
        four_by_four(w1, g1, h0, keep, one, H, H, N)
        for j in range(H):
            s, a, b = zero, zero, zero
            for i in range(N):
                d = g0[j, i] if h0[j, i] > 0 else zero
                s += d
                a += d * x[0, i]
                b += d * x[1, i]
            b0[j] = keep * b0[j] - s
            w0[j, 0] = keep * w0[j, 0] - a
            w0[j, 1] = keep * w0[j, 1] - b
    return loss


@fast
def digits_steps(k, x, y, w0, b0, w1, b1, w2, b2, rate, h0, h1, h2, g0, g1, g2, none):
    """Run k steps; x is (32, 784), h and g are (neurons, 32), g2 is (12, 32) with two rows of zeros."""
    zero, one = np.float32(0), np.float32(1)
    loss, share = zero, rate / np.float32(B)
    wide2 = np.zeros((12, H), np.float32)  # the last weight, with rows of zeros
    for _ in range(k):
        h0[:, :] = 0
        four_by_four(h0, w0, x, zero, -one, H, B, IN)
        for j in range(H):
            for i in range(B):
                h0[j, i] = one / (one + exp(-h0[j, i] - b0[j]))
        mixed(h1, w1, h0, b1, H, H, B)
        for j in range(H):
            for i in range(B):
                h1[j, i] = one / (one + exp(-h1[j, i]))
        mixed(h2, w2, h1, b2, OUT, H, B)
        loss = zero
        for i in range(B):
            loss -= h2[y[i], i]
        for i in range(B):
            top, total = h2[0, i], zero
            for j in range(1, OUT):
                top = max(top, h2[j, i])
            for j in range(OUT):
                g2[j, i] = exp(h2[j, i] - top)
                total += g2[j, i]
            loss += top + math.log(total)
            for j in range(OUT):
                g2[j, i] *= share / total
            g2[y[i], i] -= share
        loss /= np.float32(B)
        wide2[:OUT], wide2[OUT:] = w2, 0
        mixed(g1, wide2.T, g2, none, H, 12, B)
        for j in range(H):
            for i in range(B):
                g1[j, i] *= h1[j, i] * (one - h1[j, i])
        mixed(g0, w1.T, g1, none, H, H, B)
        for j in range(H):
            for i in range(B):
                g0[j, i] *= h0[j, i] * (one - h0[j, i])
        wide2[:] = 0
        four_by_four(wide2, g2, h1, zero, -one, 12, H, B)
        w2 -= wide2[:OUT]
        four_by_four(w1, g1, h0, one, one, H, H, B)
        for b, g in ((b0, g0), (b1, g1), (b2, g2)):
            for j in range(len(b)):
                s = zero
                for i in range(B):
                    s += g[j, i]
                b[j] -= s
        down_wide(w0.reshape(-1), g0, x.reshape(-1))
    return loss


@fast
def down_wide(w, g, x):
    """Take g x off the first weight, two rows and eight examples at a time, of as many pixels as the cache holds."""
    for at in range(0, IN, PIXELS):
        for j in range(0, H, 2):
            for i in range(0, B, 8):
                a0, a1, a2, a3 = g[j, i], g[j, i + 1], g[j, i + 2], g[j, i + 3]
                a4, a5, a6, a7 = g[j, i + 4], g[j, i + 5], g[j, i + 6], g[j, i + 7]
                b0, b1, b2, b3 = g[j + 1, i], g[j + 1, i + 1], g[j + 1, i + 2], g[j + 1, i + 3]
                b4, b5, b6, b7 = g[j + 1, i + 4], g[j + 1, i + 5], g[j + 1, i + 6], g[j + 1, i + 7]
                r, q = j * IN + at, i * IN + at
                for m in range(PIXELS):
                    x0, x1, x2, x3 = x[q + m], x[q + IN + m], x[q + 2 * IN + m], x[q + 3 * IN + m]
                    x4, x5, x6, x7 = x[q + 4 * IN + m], x[q + 5 * IN + m], x[q + 6 * IN + m], x[q + 7 * IN + m]
                    w[r + m] -= a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3 + a4 * x4 + a5 * x5 + a6 * x6 + a7 * x7
                    w[r + IN + m] -= b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3 + b4 * x4 + b5 * x5 + b6 * x6 + b7 * x7


class ByHand:
    """A step by hand: the weights, the data as the step wants it, and its buffers."""

    def __init__(self, workload: Workload) -> None:
        """Copy the weights; `STEPS` says how the rest is laid out."""
        self.first = workload.weights
        self.steps, self.data, self.extra = STEPS[workload.title.split()[0]](workload)
        self.reset()

    def reset(self) -> None:
        """Begin with the first weights."""
        self.held = {name: w.copy() for name, w in self.first.items()}

    def run(self, k: int) -> float:
        """Run k steps in one call."""
        return float(self.steps(k, *self.data, *self.held.values(), *self.extra))

    def weights(self) -> Arrays:
        """Give the weights as they are now."""
        return self.held


def _moons(workload: Workload) -> tuple[Callable[..., Any], tuple[np.ndarray, ...], tuple[Any, ...]]:
    x, y = workload.data
    rate = np.float32(workload.optimizer[1]["lr"])
    buffers = [np.empty((rows, N), np.float32) for rows in (H, H, H, H, 1)]
    decay = np.float32(2e-4) * rate
    return moons_steps, (x.T.copy(), y.ravel().copy()), (rate, decay, *buffers, np.zeros(H, np.float32))


def _digits(workload: Workload) -> tuple[Callable[..., Any], tuple[np.ndarray, ...], tuple[Any, ...]]:
    rate = np.float32(workload.optimizer[1]["lr"])
    buffers = [np.empty((rows, B), np.float32) for rows in (H, H, OUT, H, H)]
    return digits_steps, workload.data, (rate, *buffers, np.zeros((12, B), np.float32), np.zeros(H, np.float32))


STEPS = {"moons": _moons, "digits": _digits}
