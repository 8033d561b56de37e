"""What backward means, case by case, in the same words on PyTorch and on nudge.

In every case `t` is the library, `x` and `z` are leaves 1, 2, 3, 4 and 5, 6, 7, 8 of float64, `c` is four zeros without
a gradient, and `see` keeps what is compared. Of a case that raises only that is compared.
"""

import numpy as np
import pytest
import torch

import nudge

CASES = r"""
(x * 2).sum().backward(); (x * 3).sum().backward(); see(x.grad)
(x * x).sum().backward(); x.grad = None; (x * x).sum().backward(); see(x.grad)
(x * x).sum().backward(); x.grad.zero_(); (x * 3).sum().backward(); see(x.grad)
y = (x * x).sum(); y.backward(); y.backward()
y = (x * x).sum(); y.backward(); t.autograd.grad(y, x)
y = (x * x).sum(); y.backward(retain_graph=True); y.backward(); see(x.grad)
y = x * x; y.sum().backward(); see(*t.autograd.grad((z * y).sum(), z))
y = x * x; y.sum().backward(); (z * y).sum().backward()
y = x * x; y.sum().backward(); (y + 1).sum().backward()
(g,) = t.autograd.grad((x ** 3).sum(), x, create_graph=True); g.sum().backward(); see(g, x.grad)
(x ** 3).sum().backward(create_graph=True); g = x.grad; x.grad = None; g.sum().backward(); see(g.requires_grad, x.grad)
y = x * 2; y.retain_grad(); (y * y).sum().backward(); see(y.grad, x.grad)
y = x * 2; y.retain_grad(); y.sum().backward(retain_graph=True); y.sum().backward(); see(y.grad)
y = x * 2; y.retain_grad(); y.mul_(3); (y * 7).sum().backward(); see(y.grad, x.grad)
y = x * 2; y.retain_grad(); v = y[1:]; v.mul_(3); y.sum().backward(); see(y.grad, x.grad)
c.retain_grad()
y = x * 2; y.sum().backward(); see(x.is_leaf, y.is_leaf, c.is_leaf, (c * 2).is_leaf, y.detach().is_leaf)
y = (x * 2).detach().requires_grad_(); (y * y).sum().backward(); see(y.is_leaf, y.grad, x.grad is None)
see(*t.autograd.grad((x * z).sum(), (x, z, x)))
y = x * x; see(*t.autograd.grad((y * y).sum(), (y, x)))
y = (x * x).sum(); see(*t.autograd.grad((y, y), x))
see(*t.autograd.grad((x * 2, x * x), x, (c + 1, c + 10)))
see(*t.autograd.grad(x[0], x))
see(*t.autograd.grad((x * x).sum(), (x, z), allow_unused=True)[:1])
t.autograd.grad((x * x).sum(), (x, z))
t.autograd.grad((x * x).sum(), c)
x.register_hook(lambda g: g * 10); (x * x + x).sum().backward(); see(x.grad)
y = x * 2; y.register_hook(lambda g: g * 3); y.register_hook(lambda g: g + 1); y.sum().backward(); see(x.grad)
h = x.register_hook(lambda g: g * 3); h.remove(); x.sum().backward(); see(x.grad)
x.register_hook(lambda g: see(g)); (x * x + x).sum().backward()
y = x * 2; y.register_hook(lambda g: see(g)); y.mul_(5); y.sum().backward()
y = x * x; y.register_hook(lambda g: g * x); y.sum().backward(create_graph=True); x.grad.sum().backward(); see(x.grad)
y = x * 2; y.register_hook(lambda g: g[:2]); y.sum().backward()
c.register_hook(print)
(x * 2).backward()
(x * 2).backward(t.ones(3, dtype=t.float64))
c.sum().backward()
x.backward(t.ones(4)); see(x.grad.dtype == t.float64)
(x.float() * 2).sum().backward(); see(x.grad.dtype == t.float64)
x.grad = t.ones(3, dtype=t.float64)
t.tensor([1, 2], requires_grad=True)
(x * 2).requires_grad_(False)
x.mul_(2)
x[1:].mul_(2)
x.requires_grad_(False); x.mul_(2); see(x)
with t.no_grad(): x.mul_(2); y = x * 3; see(y.requires_grad, x.requires_grad, x.is_leaf)
y = (x * x).sum(); x.data; y.backward(); see(x.grad)
y = (x * x).sum(); x.detach().mul_(2); y.backward()
y = x * 1; e = y.exp(); e.detach().mul_(2); e.sum().backward()
y = x * 1; s = (y * y).sum(); y.add_(1); s.backward()
y = x * 1; s = (y * 3).sum(); y.add_(1); s.backward(); see(x.grad)
y = x * 1; s = y ** 2; n = c + 2; p = y ** n; n.add_(1); p.sum().backward()
y = x * 1; v = y[1:]; y.mul_(2); v.sum().backward(); see(x.grad)
c[1:3] = x[:2]; c.sum().backward(); see(c.requires_grad, c.is_leaf, x.grad)
v = c[1:3]; c[1:3] = x[:2]; (v * v).sum().backward(); see(v.requires_grad, x.grad)
v = c[1:3]; v.copy_(x[:2]); (c * c).sum().backward(); see(v.requires_grad, c.requires_grad, x.grad)
v = c[1:]; v.requires_grad_(); (v * 3).sum().backward(); see(v.grad, v.is_leaf)
y = (x[:1] * 1).expand(3); y.mul_(2)
y = x * 1; k = y; y += 1; see(y is k)
y = x * x; x.requires_grad_(False); y.sum().backward(); see(x.grad)
y = x * 2; y.detach_(); see(y.requires_grad, y.is_leaf)
y = t.where(x > 2, x, t.tensor(float('nan'), dtype=t.float64)); y[3].backward(); see(x.grad)
y = t.where(x > 2, x.log(), c / c); y[2:].sum().backward(); see(x.grad)
(x - x).sqrt().sum().backward(); see(x.grad)
(x * 0).relu().sum().backward(); see(x.grad)
x.max().backward(); see(x.grad)
(x * 0).amax().backward(); see(x.grad)
t.maximum(x, x).sum().backward(); see(x.grad)
t.maximum(x, x.detach()).sum().backward(); see(x.grad)
(x * 0).abs().sum().backward(); see(x.grad)
(x * 0).norm().backward(); see(x.grad)
(x * c).prod().backward(); see(x.grad)
"""


def run(case, library):
    """Run a case; give what it saw, or that it raised."""
    seen = []

    def see(*values):
        seen.extend(np.asarray(v.detach() if hasattr(v, "detach") else v).tolist() for v in values)

    space = {
        "t": library,
        "see": see,
        "x": library.tensor(np.arange(1.0, 5), requires_grad=True),
        "z": library.tensor(np.arange(5.0, 9), requires_grad=True),
        "c": library.tensor(np.zeros(4)),
    }
    try:
        exec(case, space)  # noqa: S102
    except (RuntimeError, ValueError, TypeError, IndexError):
        return "raises"
    return seen


@pytest.mark.filterwarnings("ignore:Using backward\\(\\) with create_graph=True:UserWarning")
@pytest.mark.parametrize("case", CASES.strip().split("\n"))
def test_a_case(case):
    theirs, ours = run(case, torch), run(case, nudge)
    if theirs == "raises" or ours == "raises":
        assert ours == theirs
    else:
        assert len(theirs) == len(ours) > 0
        for a, b in zip(theirs, ours, strict=True):
            np.testing.assert_allclose(*(np.asarray(v, float) for v in (b, a)), rtol=1e-14)  # None is NaN
