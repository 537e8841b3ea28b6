"""The catalogue of features as Markdown, Chinese and English, written from the declarations: ``docs/features.md``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from features.feature import GRAINS, Feature, features_of
from features.parameters import City
from features.peers import STANDARD_SCHEMA
from features.run import FEATURE_SCHEMA

_HEAD: Final = """# Features · 特征目录

Written by `huoyan features doc` from the declarations in `features/<grain>/`; do not edit by hand.

A *facts frame* has one row for what its grain says. Frames of one person bucket are computed by `features.run.bucket_facts`; frames whose
sums add up over buckets are marked so. Over the whole city `features.run.city_facts` adds `institution` (one row an institution that did
business, one column a feature) and `institution_feature` (the same, long: {long}). `features.peers.standardise` compares each with its
peers ({standard}).

Direction: ↑ higher is more suspicious, ↓ lower is, ↕ both ways, — only describes.
"""
_ARROWS: Final = {1: "↑", -1: "↓", 0: "↕"}


def catalogue(city: City) -> str:
    """The whole document. Parameters stand with the values of ``city``."""
    parts = [_HEAD.format(long=_names(FEATURE_SCHEMA), standard=_names(STANDARD_SCHEMA))]
    for grain in GRAINS.values():
        units = features_of(grain.name)
        added = " Buckets add up 各分桶可相加." if grain.additive else ""
        parts.append(f"## {grain.name} · {grain.title_zh}\n\nOne row {grain.title_en}; keys {_names(grain.keys)}.{added}\n")
        parts.extend(_entry(unit, city) for unit in units)
    return "\n".join(parts)


def _entry(unit: Feature, city: City) -> str:
    lines = [
        f"### {unit.feature_id} · {unit.title_zh}\n",
        f"**{unit.title_en}** ({unit.unit or '—'}) {_direction(unit)}. {unit.why}\n",
        f"{_prose(unit)}\n",
    ]
    lines.append(f"- numerator 分子: {unit.numerator}\n- denominator 分母: {unit.denominator}")
    if unit.columns:
        word = "columns 列" if unit.grain.by_bucket else "members 成员"
        lines.append(f"- {word}: " + ", ".join(f"`{name}` {unit.title(name)}" for name in unit.names))
    if unit.needs:
        lines.append(f"- tables 所需表: {_names(unit.needs)}")
    if unit.facts:
        lines.append(f"- facts 所需特征表: {_names(unit.facts)}")
    for name in unit.params:
        parameter = city[unit.feature_id].describe(name)
        value = "、".join(map(str, parameter.value)) if isinstance(parameter.value, list) else parameter.value
        lines.append(f"- parameter 参数 `{name}` {parameter.meaning_zh}: {value} {parameter.unit} ({parameter.source})")
    if unit.points_to:
        lines.append(f"- points to 指向: {_names(unit.points_to)}")
    if unit.source:
        lines.append(f"- source 依据: {unit.source}")
    return "\n".join(lines) + "\n"


def _direction(unit: Feature) -> str:
    return "—" if unit.descriptive else _ARROWS[unit.direction]


def _prose(unit: Feature) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in unit.doc.strip().split("\n\n"))


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
