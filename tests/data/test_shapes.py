"""Shapes: their formulae, their seeds, and what cannot be drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nudge
from nudge import Generator
from nudge.data import circles, gaussians, moons, spirals, xor

SHAPES = [moons, circles, xor, gaussians, spirals]
EXACT = 2e-6  # the sixth digit is the last


@pytest.mark.parametrize("draw", SHAPES)
def test_shapes_dtypes_and_classes(draw):
    points, labels = draw()
    assert points.shape == (600, 2)
    assert (points.dtype, labels.dtype) == (np.float32, np.int64)
    assert np.isfinite(points).all()
    counts = np.bincount(labels)
    assert len(counts) == (3 if draw in (gaussians, spirals) else 2)
    assert counts.min() > 0.8 * 600 / len(counts)


@pytest.mark.parametrize("draw", SHAPES)
def test_the_seed_is_all(draw):
    points, labels = draw(50, seed=3)
    again, same = draw(50, seed=3)
    assert (points == again).all()
    assert (labels == same).all()
    assert (points != draw(50, seed=4)[0]).all()
    generator = Generator().manual_seed(3)
    assert (draw(50, seed=generator)[0] == points).all()
    assert (draw(50, seed=generator)[0] != points).all(), "a generator goes on"


def test_numbers_that_a_seed_means_on_any_machine():
    known = {
        moons: [[-1.431335, 0.207629], [1.390576, -0.574053]],
        circles: [[0.720895, -0.118842], [-0.26111, -0.650374]],
        xor: [[0.831654, -0.221094], [0.455974, 0.925298]],
        gaussians: [[0.693448, 0.867957], [-0.11443, -0.244206]],
        spirals: [[-0.897187, -0.170813], [-0.525276, 0.435086]],
    }
    for draw, points in known.items():
        assert np.abs(draw(2 if draw in (moons, circles, xor) else 3)[0][:2] - points).max() < EXACT, draw.__name__


@pytest.mark.parametrize("draw", SHAPES)
def test_a_coordinate_has_six_digits(draw):
    points = draw(1000, noise=0.3)[0].astype(np.float64)
    assert np.abs(points - points.round(6)).max() < 3e-7
    assert (points.round(6).astype(np.float32) == points).all()


def test_moons_lie_on_two_half_circles():
    points, labels = moons(500, noise=0)
    (x, y), lower = points.T, labels == 1
    assert np.allclose(np.hypot(x, y)[~lower], 1, atol=EXACT)
    assert np.allclose(np.hypot(x - 1, y - 0.5)[lower], 1, atol=EXACT)
    assert y[~lower].min() >= 0
    assert y[lower].max() <= 0.5


def test_circles_have_their_radii():
    points, labels = circles(500, noise=0)
    radius = np.hypot(*points.T)
    assert np.allclose(radius[labels == 0], 1, atol=EXACT)
    assert np.allclose(radius[labels == 1], 0.5, atol=EXACT)
    assert np.abs(points[labels == 0].mean(0)).max() < 0.15


def test_xor_is_about_signs_and_noise_carries_some_across():
    points, labels = xor(2000, noise=0)
    assert ((points > 0).sum(1) % 2 == labels).all()
    assert np.abs(points).max() <= 1
    points, labels = xor(2000)
    across = (points > 0).sum(1) % 2 != labels
    assert 0.05 < across.mean() < 0.12


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_gaussians_stand_around_a_circle(classes):
    points, labels = gaussians(4000, noise=0.5, classes=classes)
    for k in range(classes):
        cloud = points[labels == k]
        angle = 2 * math.pi * k / classes
        assert np.abs(cloud.mean(0) - [math.sin(angle), math.cos(angle)]).max() < 0.08
        assert np.abs(cloud.std(0) - 0.5).max() < 0.06


@pytest.mark.parametrize("classes", [2, 4])
def test_spirals_turn_with_their_radius(classes):
    points, labels = spirals(400, noise=0, classes=classes)
    x, y = points.astype(np.float64).T
    radius = np.hypot(x, y)
    far = radius > 0.01
    turned = (np.arctan2(x, y) / (2 * math.pi) - labels / classes - 0.75 * radius)[far]
    assert np.abs(turned - turned.round()).max() < 1e-4
    assert radius.max() <= 1


@pytest.mark.parametrize("draw", SHAPES)
def test_noise_spreads_the_points(draw):
    if draw is gaussians:
        assert len(np.unique(draw(2000, noise=0)[0], axis=0)) == 3
    quiet, loud = draw(2000, noise=0)[0], draw(2000, noise=0.3)[0]
    assert np.abs((loud - quiet).std() - 0.3) < 0.02


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n": 1}, "n is 1: expected [23] points or more"),
        ({"n": -5}, "n is -5"),
        ({"noise": -0.1}, "noise is -0.1: expected a number from 0 on"),
        ({"noise": math.nan}, "noise is nan"),
        ({"noise": math.inf}, "noise is inf"),
    ],
)
@pytest.mark.parametrize("draw", SHAPES)
def test_what_cannot_be_drawn(draw, options, said):
    with pytest.raises(nudge.UsageError, match=said):
        draw(**options)


def test_classes_are_two_or_more_and_whole():
    with pytest.raises(nudge.UsageError, match="classes is 1: expected 2 or more"):
        gaussians(classes=1)
    with pytest.raises(nudge.UsageError, match="n is 4: expected 5 points or more, one of each class"):
        spirals(4, classes=5)
    with pytest.raises(nudge.DTypeError, match=r"n is an integer, not 2\.5"):
        moons(2.5)
