"""Pieces of HTML, and numbers as they are read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..see.svg import clean
from ..words import MINUS

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NONE = "–"  # in the place of a number that there is not


def quoted(text: str) -> str:
    """Make a text fit for an attribute in double quotes.

    >>> quoted('"a" < b')
    '&quot;a&quot; &lt; b'
    """
    return clean(text).replace('"', "&quot;")


def number(x: float) -> str:
    """Write a number with four digits, or all of a whole one, and a power of ten where it is very large or small.

    >>> number(1234567), number(-0.123456), number(2.5e-12), number(3e12), number(math.nan)
    ('1,234,567', '−0.1235', '2.5×10⁻¹²', '3×10¹²', '–')
    """
    if math.isnan(x):
        return NONE
    if math.isinf(x):
        return "∞" if x > 0 else f"{MINUS}∞"
    size = abs(x)
    if size and not 1e-4 <= size < 1e7:
        digits, _, exponent = f"{x:.3e}".partition("e")
        text = f"{digits.rstrip('0').rstrip('.')}×{power(int(exponent))}"
    elif size >= 1000 or x == int(x):
        text = f"{x:,.0f}"
    else:
        text = f"{x:.{3 - math.floor(math.log10(size))}f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def power(exponent: int) -> str:
    """Write a power of ten.

    >>> power(-12)
    '10⁻¹²'
    """
    return f"10{str(exponent).translate(SUPERSCRIPTS)}"


def score_text(metric: str, x: float) -> str:
    """Write a score: a share in percent, others with three digits.

    >>> score_text("accuracy", 0.5), score_text("r2", -0.25), score_text("r2", math.nan)
    ('50.0%', '−0.250', '–')
    """
    if not math.isfinite(x) or abs(x) >= 1000:
        return number(x)
    rounded = round(x, 3) + 0.0  # no −0
    return (f"{rounded:.1%}" if metric == "accuracy" else f"{rounded:.3f}").replace("-", MINUS)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Make a table that scrolls by itself where it is wide; the columns in `numbers` are aligned as such.

    >>> table(["class", "count"], [["a < b", "3"]], numbers=[1])
    '<div class="scroll" ...><table><thead>...<tr><th scope="row">a &lt; b</th><td class="n">3</td></tr>...'
    """
    kinds = [' class="n"' if k in numbers else "" for k in range(len(head))]
    heads = [f'<th scope="col"{kind}>{clean(text)}</th>' for kind, text in zip(kinds, head, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [f"<td{kind}>{clean(text)}</td>" for kind, text in zip(kinds[1:], others, strict=True)]
        lines.append(f'<th scope="row"{kinds[0]}>{clean(first)}</th>{"".join(cells)}')
    return whole_table(heads, lines, ", ".join(head))


def whole_table(heads: Iterable[str], lines: Iterable[str], says: str, kind: str = "") -> str:
    """Make a table of cells that are made already: those of the head, and each line's. `says`: what is in it."""
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    look = f' class="{kind}"' if kind else ""
    return (
        f'<div class="scroll" role="group" aria-label="{quoted(says)}" tabindex="0"><table{look}>'
        f"<thead><tr>{''.join(heads)}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def folded(summary: str, content: str) -> str:
    """Hide what not everyone wants to see until it is asked for."""
    return f"<details><summary>{clean(summary)}</summary>{content}</details>"


def swatch(mark: str) -> str:
    """Make a small picture of a mark, 26 by 10, for a key."""
    return f'<svg class="swatch" viewBox="0 0 26 10" aria-hidden="true">{mark}</svg>'


def figure(title: str, picture: str, says: str = "", keys: Iterable[tuple[str, str]] = (), kind: str = "") -> str:
    """Put a picture under its title. `says`: how to read it; `keys`: swatches, and what they stand for."""
    legend = "".join(f"<li>{mark}{clean(name)}</li>" for mark, name in keys)
    look = f' class="{kind}"' if kind else ""
    caption = f"{f'<p>{clean(says)}</p>' if says else ''}{f'<ul>{legend}</ul>' if legend else ''}"
    return f"<figure{look}><figcaption><h3>{clean(title)}</h3>{caption}</figcaption><div>{picture}</div></figure>"
