"""The tour's network, and its write through a view of a view, against PyTorch and JAX."""

import jax
import numpy as np
import pytest
import torch
from jax import numpy as jnp

import nudge
from nudge import func, native
from nudge.tensor import wrap
from tests.test_slice import W, X, network, training_step

jax.config.update("jax_enable_x64", True)
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")  # its own jvp's


def in_torch(x, w):
    return torch.amax(torch.tanh(x.unfold(-1, 4, 1) @ w), -1).sum()


def in_jax(x, w):
    windows = jnp.stack([x[:, k : k + 4] for k in range(x.shape[1] - 3)], axis=1)
    return jnp.max(jnp.tanh(windows @ w), axis=-1).sum()


def test_value_gradients_and_forward_mode():
    moves = (np.cos(X), np.sin(W))
    value, change = func.jvp(network, (X, W), moves)
    grads = func.grad(network, (0, 1))(X, W)

    xs = [torch.tensor(a, requires_grad=True) for a in (X, W)]
    theirs = in_torch(*xs)
    theirs.backward()
    _, their_change = torch.func.jvp(in_torch, tuple(map(torch.tensor, (X, W))), tuple(map(torch.tensor, moves)))
    np.testing.assert_allclose([value.item(), change.item()], [theirs.item(), their_change.item()], rtol=1e-12)
    for mine, x in zip(grads, xs, strict=True):
        np.testing.assert_allclose(mine.numpy(), x.grad.numpy(), rtol=1e-12, atol=1e-14)

    np.testing.assert_allclose([value.item(), change.item()], jax.jvp(in_jax, (X, W), moves), rtol=1e-12)
    for mine, expected in zip(grads, jax.grad(in_jax, (0, 1))(X, W), strict=True):
        np.testing.assert_allclose(mine.numpy(), expected, rtol=1e-12, atol=1e-14)


def test_hessian_and_a_batch():
    mine = func.hessian(lambda w: network(X, w))(W).numpy()
    np.testing.assert_allclose(mine, jax.hessian(lambda w: in_jax(X, w))(W), atol=1e-13)
    x = torch.tensor(X)
    expected = torch.autograd.functional.hessian(lambda w: in_torch(x, w), torch.tensor(W))
    np.testing.assert_allclose(mine, expected.numpy(), atol=1e-13)
    batch = np.stack([X, X[::-1], 2 * X])
    together = func.vmap(func.grad(network, 1), in_dims=(0, None))(batch, W).numpy()
    np.testing.assert_allclose(together, jax.vmap(jax.grad(in_jax, 1), (0, None))(batch, W), atol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_in_machine_code_takes_pytorchs_steps(dtype):
    w, theirs = wrap(W.astype(dtype)).requires_grad_(), torch.tensor(W.astype(dtype), requires_grad=True)
    x = X.astype(dtype)
    step = native.build(training_step(w), wrap(x))
    for _ in range(5):
        loss = in_torch(torch.tensor(x), theirs)
        theirs.grad = None
        loss.backward()
        with torch.no_grad():
            theirs -= 0.1 * theirs.grad
        np.testing.assert_allclose(step(wrap(x)).item(), loss.item(), rtol=1e-5)
    np.testing.assert_allclose(w.detach().numpy(), theirs.detach().numpy(), rtol=1e-5)


def written(x, w):
    base = x * 1.0
    y = base[1:]
    z = y.T
    z[0] = w * w
    return (base * base * base).sum() + (y * z).sum()


def test_a_write_through_a_view_of_a_view():
    a, b = np.arange(12.0).reshape(4, 3) / 7, np.array([0.5, -1.0, 2.0])
    found = []
    for library in (torch, nudge):
        leaves = [library.tensor(array, requires_grad=True) for array in (a, b)]
        total = written(*leaves)
        total.backward()
        found.append([total.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)])
    inputs = [wrap(a), wrap(b)]
    traced = native.build(lambda x, w: func.value_and_grad(written, (0, 1))(x, w)[1], *inputs)(*inputs)
    for theirs, ours in zip(found[0], found[1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    for theirs, ours in zip(found[0][1:], traced, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-12)
