"""What a tensor shows of its graph: a picture for notebooks, an explanation in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..explain import Explanation


class Seen:
    """The graph behind the numbers."""

    def explain(
        self,
        *,
        lower: bool = True,
        step: float = 0.1,
        knobs: Collection[str] | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> Explanation:
        """Put the backward walk from here into words, and turn each knob; see nudge.explain.explain."""
        from ..explain import explain

        return explain(self, lower=lower, step=step, knobs=knobs, names=names)

    def _repr_svg_(self) -> str | None:
        from ..see import shown

        return shown(self)
