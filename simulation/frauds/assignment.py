"""One institution's way of cheating."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assignment:
    """Kind, mechanism (a number its file interprets), strength 0–1, disguise 0–1, epoch second from which it is in force."""

    inst: int
    kind: str
    mechanism: int
    strength: float
    disguise: float
    since: int
