"""How a rule is declared and found. One rule a file in ``models/rules/``; file, function and rule id bear the same name.

    @rule(
        title_zh="挂床住院", title_en="Hanging bed", kind=Kind.BED_HANGING, certainty="suspected",
        scope="person", gz_code="GZ10000202001000", legal_basis=("reg.15", "reg.38.1"),
        needs=("mdtrt_d", "fee_list_d"), params=("idle_days_min",), exceptions=("leave_days",), version="1",
    )
    def bed_hanging(t: Tables, p: Params) -> pl.LazyFrame:
        \"\"\"What it means, how it judges, what an honest hospital may answer.\"\"\"

``scope="person"`` rules see one person bucket at a time and all rows of its persons; ``scope="city"`` rules see the whole
city through ``t.facts``, registries and what their own ``extract`` step (run on every bucket) gathered in ``t.extracted``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind

RuleFunction: TypeAlias = Callable[[Tables, Params], pl.LazyFrame]
Certainty: TypeAlias = Literal["definite", "suspected"]
Scope: TypeAlias = Literal["person", "city"]
#: What the fund loses by a hit whose rule gives no ``loss_fen``: the fund's share of the lines at fault when they are paid by item
#: (0 in a case-paid stay, where single lines do not change the payment); or all the fund paid for the stay ``mdtrt_id``.
LossBasis: TypeAlias = Literal["lines", "stay"]


_SHARED: dict[str, RuleFunction] = {}


def shared(extract: RuleFunction) -> RuleFunction:
    """Declares an extract step that reads no parameters: what it gathers is the same for every rule that names it, and is gathered once.

    Raises ValueError when another shared step has the name already: what was gathered is kept under it.
    """
    if _SHARED.setdefault(extract.__name__, extract) is not extract:
        raise ValueError(f"Two shared extract steps are called {extract.__name__}; what one gathers would be read for the other.")
    return extract


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with all that the handbook, the runner and an auditor need to know of it."""

    rule_id: str
    function: RuleFunction
    title_zh: str
    title_en: str
    kind: Kind
    certainty: Certainty
    scope: Scope
    legal_basis: tuple[str, ...]
    needs: tuple[str, ...]
    params: tuple[str, ...]
    exceptions: tuple[str, ...]
    gz_code: str | None
    loss: LossBasis
    extract: RuleFunction | None
    version: str
    supersedes: tuple[str, ...] = ()

    @property
    def gathered(self) -> str:
        """The name under which a run keeps what the extract step gathered: one for all rules with the same ``shared`` step."""
        return self.extract.__name__ if self.extract is not None and _SHARED.get(self.extract.__name__) is self.extract else self.rule_id

    @property
    def doc(self) -> str:
        """The docstring: meaning, judgement, lawful answers."""
        return self.function.__doc__ or ""


def rule(
    *,
    title_zh: str,
    title_en: str,
    kind: Kind,
    certainty: Certainty,
    scope: Scope,
    legal_basis: tuple[str, ...],
    needs: tuple[str, ...],
    params: tuple[str, ...] = (),
    exceptions: tuple[str, ...] = (),
    gz_code: str | None = None,
    loss: LossBasis = "lines",
    extract: RuleFunction | None = None,
    version: str = "1",
    supersedes: tuple[str, ...] = (),
) -> Callable[[RuleFunction], Rule]:
    """Declares a rule; see the module's example. ``exceptions`` are names of units in ``models/exceptions/``.

    ``supersedes`` names rules that see a part of the same deed: their findings on the same visit, all of whose lines this rule
    holds at fault too, are left out (``models.run_rules.one_deed_once``).
    """

    def declare(function: RuleFunction) -> Rule:
        if not function.__doc__:
            raise ValueError(f"Rule {function.__name__} has no docstring; the handbook is built from it.")
        return Rule(
            function.__name__,
            function,
            title_zh,
            title_en,
            kind,
            certainty,
            scope,
            legal_basis,
            needs,
            params,
            exceptions,
            gz_code,
            loss,
            extract,
            version,
            supersedes,
        )

    return declare


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of ``models.rules`` (recursively), by id. Raises ValueError when a file does not hold the rule it is named for."""
    package = importlib.import_module("models.rules")
    found: dict[str, Rule] = {}
    for module_info in pkgutil.walk_packages(package.__path__, prefix="models.rules."):
        name = module_info.name.rsplit(".", 1)[-1]
        if module_info.ispkg or name.startswith("_"):
            continue
        module = importlib.import_module(module_info.name)
        unit = getattr(module, name, None)
        if not isinstance(unit, Rule):
            raise ValueError(f"{module_info.name} must define a rule named {name}.")
        if name in found:
            raise ValueError(f"Two rules are named {name}.")
        found[name] = unit
    return tuple(found[name] for name in sorted(found))
