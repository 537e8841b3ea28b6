"""The registry of legal bases. Rules cite keys; screens and documents show what stands here.

``law.yaml`` holds, per key, the Chinese name of the provision, what it says in our own words, where it was read, and whether the
text was checked against the official publication (``checked``). A provision that was not checked is shown as such, never as settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from features.parameters import did_you_mean

REGISTRY = Path(__file__).with_name("law.yaml")


class LawError(ValueError):
    """The registry is broken, or a key is unknown; the message lists every error."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One article, paragraph or official list that a finding can rest on."""

    key: str
    title_zh: str
    says_zh: str
    source: str
    checked: bool

    @property
    def cited_zh(self) -> str:
        """How documents cite it: the title, with a warning when its text could not be checked."""
        return self.title_zh if self.checked else f"{self.title_zh}（条文待核对）"


@cache
def provisions() -> dict[str, Provision]:
    """All provisions by key, in the file's order. Raises LawError listing every broken entry."""
    content = yaml.safe_load(REGISTRY.read_text(encoding="utf-8")) or {}
    errors: list[str] = []
    found: dict[str, Provision] = {}
    for key, entry in content.items():
        missing = [name for name in ("title", "says", "source", "checked") if not isinstance(entry, dict) or name not in entry]
        if missing:
            errors.append(f"{key} lacks {', '.join(missing)}")
            continue
        if not isinstance(entry["checked"], bool):
            errors.append(f"{key}.checked must be true or false, not {entry['checked']!r}")
            continue
        found[key] = Provision(key, str(entry["title"]), str(entry["says"]), str(entry["source"]), entry["checked"])
    if errors:
        raise LawError(f"{REGISTRY.name} has {len(errors)} error(s): " + "; ".join(errors))
    return found


def provision(key: str) -> Provision:
    """The provision of a key. Raises LawError naming the nearest known key."""
    known = provisions()
    if key not in known:
        raise LawError(f"No provision {key!r} in {REGISTRY.name}{did_you_mean(key, known)}")
    return known[key]


def cite(keys: Iterable[str]) -> str:
    """Chinese citation of several keys in the order given: ``《条例》第十五条；《条例》第三十八条第（一）项``."""
    return "；".join(provision(key).cited_zh for key in keys)
