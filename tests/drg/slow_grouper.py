"""A second grouper, one case at a time in plain Python, written from the scheme's description and sharing no code with the first."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.drg.scheme import Scheme


@dataclass
class Discharge:
    """One settlement list; the first diagnosis and operation are the main ones."""

    dx: list[str] = field(default_factory=list)
    op: list[str] = field(default_factory=list)
    gend: str | None = "1"
    age: float | None = 50
    age_days: float | None = None
    weight: float | None = None
    dscg_way: str | None = "1"


class SlowGrouper:
    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.mdc_of: dict[str, set[str]] = {}
        self.region_of: dict[str, str] = {}
        for mdc, code, region in scheme.mdc_members.iter_rows():
            self.mdc_of.setdefault(code, set()).add(mdc)
            if region:
                self.region_of[code] = region
        self.lists: dict[tuple[str, str], dict[str, str | None]] = {}
        for adrg, name, code, part in scheme.adrg_members.iter_rows():
            self.lists.setdefault((adrg, name), {})[code] = part
        self.adrgs = {mdc: [row for row in scheme.adrg.iter_rows(named=True) if row["mdc"] == mdc] for mdc in scheme.mdc_order}
        self.drgs: dict[str, list[dict[str, object]]] = {}
        for row in scheme.drg.iter_rows(named=True):
            self.drgs.setdefault(str(row["adrg"]), []).append(row)
        self.level = {code: (level, number) for code, level, number in scheme.severity.iter_rows()}
        self.exclusion = dict(scheme.exclusion.iter_rows())
        self.valid = set(scheme.valid_operations["code"])
        self.stand_in = {(kind, code): other for kind, code, other in scheme.stand_ins.iter_rows()}

    def group(self, case: Discharge) -> str:
        main = self.stand_in.get(("dx", case.dx[0]), case.dx[0]) if case.dx else ""
        operations = [self.stand_in.get(("op", code), code) for code in case.op]
        entered: list[str] = []
        for mdc in self.scheme.mdc_order:
            if not self._enters(mdc, main, case, operations):
                continue
            if mdc not in self.scheme.operation_mdcs:
                entered.append(mdc)
            tried_medical = False
            for row in self.adrgs[mdc]:
                if row["adrg"][1] >= "R" and not tried_medical:
                    tried_medical = True
                    if self._sends_to_ambiguous(mdc) and self.valid & set(operations):
                        return f"{mdc}QY"
                if self._meets(row, main, case, operations):
                    return self._split(row["adrg"], case)
            if self._sends_to_ambiguous(mdc) and not tried_medical and self.valid & set(operations):
                return f"{mdc}QY"
        if entered and self.valid & set(operations):
            return f"{entered[0]}QY"
        return "0000"

    def _sends_to_ambiguous(self, mdc: str) -> bool:
        return self.scheme.mismatch == "ambiguous" and mdc not in self.scheme.operation_mdcs

    def _enters(self, mdc: str, main: str, case: Discharge, operations: list[str]) -> bool:  # noqa: PLR0911 - one answer an MDC
        if mdc in self.scheme.operation_mdcs:
            return bool(operations) and operations[0] in self.valid
        if mdc not in self.mdc_of.get(main, set()):
            return False
        if mdc in self.scheme.male_mdcs:
            return case.gend == "1"
        if mdc in self.scheme.female_mdcs:
            return case.gend == "2"
        if mdc in self.scheme.newborn_mdcs:
            if case.age is None:
                return case.age_days is not None and case.age_days < 365
            return int(case.age) == 0
        if mdc in self.scheme.trauma_mdcs:
            return len({self.region_of[code] for code in case.dx if code in self.region_of}) >= 2
        return True

    def _meets(self, row: dict[str, object], main: str, case: Discharge, operations: list[str]) -> bool:  # noqa: PLR0911 - one answer a condition
        adrg = str(row["adrg"])
        dx, op, op2 = (self.lists.get((adrg, name), {}) for name in ("dx", "op", "op2"))
        if row["newborn"] and (case.age_days is None or case.age_days > self.scheme.newborn_days):
            return False
        low, high = row["weight_from"], row["weight_to"]
        if (low is not None or high is not None) and not case.weight:
            return False
        if low is not None and case.weight < low:  # type: ignore[operator]
            return False
        if high is not None and case.weight >= high:  # type: ignore[operator]
            return False
        if row["dx"] == "main" and main not in dx:
            return False
        if row["dx"] == "any" and not set(case.dx) & set(dx):
            return False
        match row["op"]:
            case "none":
                return True
            case "main":
                return bool(operations) and operations[0] in op
            case "pair":
                return bool(set(operations) & set(op)) and bool(set(operations) & set(op2))
            case "parts":
                had = {op[code] for code in operations if code in op}
                return any(set(way.split("+")) <= had for way in str(row["pattern"]).split("|"))
            case "valid_main":
                return bool(operations) and operations[0] in self.valid
            case "no_valid":
                return not self.valid & set(operations)
        raise AssertionError(row["op"])

    def _split(self, adrg: str, case: Discharge) -> str:
        excluded = self.exclusion.get(case.dx[0]) if case.dx else None
        levels = set()
        for code in case.dx[1:]:
            level, number = self.level.get(code, (None, None))
            if level and number != excluded:
                levels.add(level)
        for row in self.drgs[adrg]:
            if row["discharge"] is not None and case.dscg_way not in str(row["discharge"]).split("|"):
                continue
            if row["needs"] == "all" or (row["needs"] == "mcc" and "mcc" in levels) or (row["needs"] == "cc" and levels):
                return str(row["drg_code"])
        raise AssertionError(adrg)
