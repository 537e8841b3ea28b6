"""Reading the Chinese texts, finding those that no longer render the English, and renewing a fingerprint after review."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from features.parameters import City, did_you_mean
from models.exception import LawfulException, all_exceptions
from models.rule import Rule, all_rules

FOLDER: Final = Path(__file__).parent
RULES: Final = FOLDER / "rules.yaml"
EXCEPTIONS: Final = FOLDER / "exceptions.yaml"
PARAMETERS: Final = FOLDER / "parameters.yaml"

#: How the amount and the loss of most rules come about, by the word that stands in ``rules.yaml``: Chinese, English.
AMOUNTS: Final = {
    "lines": (
        "涉及金额为问题明细的医保范围内金额；基金损失为其中的基金支付份额，按病种付费的住院不因单条明细改变支付，计为零。",
        "The sum within scope of the lines at fault; the loss is the fund's share of it, nothing in case-paid stays, which are paid as a whole.",
    ),
    "stay": (
        "涉及金额为该次住院的医保范围内金额；基金损失为基金为该次住院支付的全部金额。",
        "The sum within scope of the stay; the loss is all the fund paid for it.",
    ),
    "none": ("不计金额和基金损失。", "The finding carries neither amount nor loss."),
}


class TranslationError(ValueError):
    """A Chinese text file that cannot be used, or a unit without a text; the message lists every error."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The Chinese text of a rule or exception, the fingerprint of the English it renders, and for a rule how its sums come about."""

    zh: str
    english: str
    amount_zh: str = ""
    amount_en: str = ""


def rule_explanations() -> dict[str, Explanation]:
    """rule id → Chinese explanation. Raises TranslationError listing every broken entry."""
    return _read(RULES, amounts=True)


def exception_explanations() -> dict[str, Explanation]:
    """Exception name → Chinese explanation. Raises TranslationError listing every broken entry."""
    return _read(EXCEPTIONS, amounts=False)


def unit_zh(english: str) -> str:
    """The Chinese of a parameter's unit; the English where it has none."""
    return _parameters()["units"].get(english, english)


def source_zh(english: str) -> str:
    """The Chinese of a parameter's source; the English where it has none (a city's own source is Chinese already)."""
    return _parameters()["sources"].get(english, english)


def fingerprint(doc: str) -> str:
    """Eight hex digits of a docstring, whatever its line breaks and indentation."""
    return hashlib.sha256(re.sub(r"\s+", " ", doc.strip()).encode()).hexdigest()[:8]


def stale() -> list[str]:
    """What a person must look at: one line a unit whose Chinese is missing, of another English, or of a unit that is gone."""
    told = _stale(RULES, rule_explanations(), {unit.rule_id: unit.doc for unit in all_rules()})
    told += _stale(EXCEPTIONS, exception_explanations(), {name: unit.doc for name, unit in all_exceptions().items()})
    return told + _untranslated(City.load(), all_rules())


def reviewed(names: Iterable[str]) -> list[str]:
    """Writes today's fingerprints of the named units into the files; gives the names whose fingerprint changed.

    Raises TranslationError naming every unit that has no Chinese text.
    """
    wanted = set(names)
    units: dict[str, Rule | LawfulException] = {unit.rule_id: unit for unit in all_rules()} | all_exceptions()
    texts = {**rule_explanations(), **exception_explanations()}
    unknown = [f"no rule or exception {name!r}{did_you_mean(name, units)}" for name in sorted(wanted - units.keys())]
    unknown += [f"{name} has no Chinese text in models/chinese yet" for name in sorted((wanted & units.keys()) - texts.keys())]
    if unknown:
        raise TranslationError("; ".join(unknown))
    changed = sorted(name for name in wanted if texts[name].english != fingerprint(units[name].doc))
    for path in (RULES, EXCEPTIONS):
        text = path.read_text(encoding="utf-8")
        for name in changed:
            text = re.sub(rf"(?m)^({re.escape(name)}:\n  english: )\S+$", rf"\g<1>'{fingerprint(units[name].doc)}'", text)
        path.write_text(text, encoding="utf-8")
    _read.cache_clear()
    return changed


def _stale(path: Path, texts: Mapping[str, Explanation], docs: Mapping[str, str]) -> list[str]:
    told = [f"{name}: no Chinese text in models/chinese/{path.name}" for name in sorted(docs.keys() - texts.keys())]
    told += [f"{name}: stands in models/chinese/{path.name}, but no such unit exists" for name in sorted(texts.keys() - docs.keys())]
    both = sorted(docs.keys() & texts.keys())
    old = [name for name in both if texts[name].english != fingerprint(docs[name])]
    return told + [f"{name}: the English docstring has changed since its Chinese was reviewed" for name in old]


def _untranslated(city: City, rules: Collection[Rule]) -> list[str]:
    """Units and sources of the rules' parameters that have no Chinese."""
    described = [city[unit.rule_id].describe(name) for unit in rules for name in unit.params]
    missing = [("unit", p.unit, p) for p in described if p.unit not in _parameters()["units"]]
    missing += [("source", p.source, p) for p in described if p.source not in _parameters()["sources"]]
    return [f"{p.unit_id}.{p.name}: {what} {text!r} has no Chinese in models/chinese/parameters.yaml" for what, text, p in missing]


@cache
def _parameters() -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))
    return content


@cache
def _read(path: Path, *, amounts: bool) -> dict[str, Explanation]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    wanted = ("english", "zh", *(["amount"] if amounts else []))
    errors = []
    found: dict[str, Explanation] = {}
    for name, entry in content.items():
        lacks = [key for key in wanted if not isinstance(entry, dict) or key not in entry]
        if lacks:
            errors.append(f"{name} lacks {', '.join(lacks)}")
            continue
        told = _amount(entry["amount"]) if amounts else ("", "")
        if told is None:
            errors.append(f"{name}.amount must be one of {', '.join(AMOUNTS)}, or have zh and en")
            continue
        found[name] = Explanation(str(entry["zh"]), str(entry["english"]), *told)
    if errors:
        raise TranslationError(f"models/chinese/{path.name} has {len(errors)} error(s): " + "; ".join(errors))
    return found


def _amount(entry: object) -> tuple[str, str] | None:
    if isinstance(entry, dict) and {"zh", "en"} <= entry.keys():
        return str(entry["zh"]), str(entry["en"])
    return AMOUNTS.get(entry) if isinstance(entry, str) else None
