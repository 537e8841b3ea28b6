"""Up-coding planted into clean simulated cities: how much of the yuan is found, and whom else it accuses.

    huoyan simulate --guilty 0 --persons 25000 --seed 211 --out city --truth truth && huoyan ingest city --lake lake
    python -m bench.upcoding lake [lake …]

In each run a third of the large hospitals paid by group up-codes a tenth of its cases, each in one way, another way the next run; another
one loses most of its plain cases instead, so that its patients are honestly sicker than anybody's; the rest is left as it is. Only
settlement lists and bills are changed, never a fee line, and codes are drawn from what the city or the scheme knows, not from the
simulation's own fraud.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from features.drg.grouper import group
from features.drg.lists import cases_of, diagnoses_of, operations_of
from features.drg.scheme import Scheme, load_scheme
from features.lake import Lake
from features.parameters import City
from features.tables import Tables
from models.rule import Rule, all_rules
from models.rules.drg._payment import billed_cases
from models.run_rules import run_city_rule, run_extract

RULES: Final = (
    "upcoded_severity",
    "upcoded_main_diagnosis",
    "upcoded_operation",
    "severity_jump",
    "bunching_above_low_limit",
    "bunching_at_day_limit",
)
WAYS: Final = ("complication", "rare_complication", "main_kept", "main_dropped", "operation")
SHARE: Final = 0.1
CASES_MIN: Final = 60
LOW_MULTIPLE: Final = 0.4
SICKER: Final = "sicker"
DIAGNOSES, OPERATIONS, BILLS, LISTS = "mdcs_fund_setl_list_diag_d", "mdcs_fund_setl_list_oprn_d", "drg_setl_d", "mdcs_fund_setl_list_d"


class Changed(Lake):
    """A lake some of whose tables are replaced."""

    def __init__(self, root: Path, tables: dict[str, pl.DataFrame]) -> None:
        super().__init__(root)
        self._tables = tables

    def scan(self, table: str, bucket: str | None = None, months: Any = None) -> pl.LazyFrame:
        return self._tables[table].lazy() if table in self._tables else super().scan(table, bucket, months)


class World:
    """What planting needs to know of a clean city: cases paid by group, weights, codes in use."""

    def __init__(self, root: Path, scheme: Scheme) -> None:
        self.root, self.scheme = root, scheme
        t = Tables(Lake(root))
        self.people = cases_of(t).collect()
        self.dx, self.op = diagnoses_of(t).collect(), operations_of(t).collect()
        grouped = group(self.people.lazy(), self.dx.lazy(), self.op.lazy(), scheme).collect()
        bills = billed_cases(t).collect()
        self.paid = (
            bills.join(self.people.select("case_id", "mdtrt_id"), on="mdtrt_id")
            .join(grouped.select("case_id", "mdc", "adrg", grouped="drg_code"), on="case_id")
            .filter((pl.col("grouped") == pl.col("drg_code")) & (pl.col("drg_wt") > 0))
        )
        self.weights = dict(bills.group_by("drg_code").agg(pl.col("drg_wt").median()).iter_rows())
        mains = self.dx.filter("main").select("case_id", "code", "name").join(grouped.select("case_id", "mdc"), on="case_id")
        self.mains = mains.group_by("mdc", "code").agg(pl.col("name").first(), n=pl.len()).sort("mdc", "code")
        operated = self.op.filter("main").join(grouped.select("case_id", "mdc"), on="case_id")
        self.operations = operated.group_by("mdc", "code").agg(pl.col("name").first(), n=pl.len()).sort("mdc", "code")
        used = self.dx.filter(~pl.col("main")).group_by("code").agg(pl.col("name").first(), n=pl.len())
        self.severe = scheme.severity.join(used, on="code", how="left").with_columns(pl.col("n").fill_null(0)).sort("code")

    def large(self) -> list[str]:
        """Hospitals with enough cases paid by group for a tenth of them to be a habit."""
        return self.paid.group_by("fixmedins_code").len().filter(pl.col("len") >= CASES_MIN).sort("fixmedins_code")["fixmedins_code"].to_list()


def trial(world: World, rng: np.random.Generator, row: dict[str, Any], way: str) -> tuple[list[str], list[str]] | None:
    """The list's diagnoses and operations (main first) after cheating; None where this way cannot be done with the case."""
    dx = world.dx.filter(pl.col("case_id") == row["case_id"]).sort(pl.col("main").not_(), "seq")["code"].to_list()
    op = world.op.filter(pl.col("case_id") == row["case_id"]).sort(pl.col("main").not_(), "seq")["code"].to_list()
    if way.endswith("complication"):
        weights = np.ones(len(world.severe)) if way == "rare_complication" else world.severe["n"].to_numpy()
        return [*dx, str(rng.choice(world.severe["code"].to_numpy(), p=weights / weights.sum()))], op
    if way == "main_kept":
        others = [code for code in dx[1:] if not code.startswith(("Z", "R"))]
        if not others:
            return None
        new = str(rng.choice(others))
        return [new, *[code for code in dx if code != new]], op
    pool = (world.mains if way == "main_dropped" else world.operations).filter(pl.col("mdc") == row["mdc"])
    if pool.is_empty() or (way == "operation" and op):
        return None
    new = str(rng.choice(pool["code"].to_numpy(), p=pool["n"].to_numpy() / pool["n"].sum()))
    return ([new, *dx[1:]], op) if way == "main_dropped" else (dx, [new])


def plant(world: World, seed: int, turn: int) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """The changed tables, and what was planted: case_id, fixmedins_code, way, gain (yuan); the sicker hospital has a row without case."""
    rng = np.random.default_rng([seed, turn])
    hospitals = rng.permutation(world.large()).tolist()
    sicker, cheats = hospitals[0], hospitals[1 : 1 + max(1, len(hospitals) // 3)]
    planted: list[dict[str, Any]] = []
    for place, hospital in enumerate(cheats):
        way = WAYS[(place + turn) % len(WAYS)]
        mine = world.paid.filter(pl.col("fixmedins_code") == hospital).sort("case_id")
        wanted = max(1, round(SHARE * len(mine)))
        tries: list[dict[str, Any]] = []
        for number in rng.permutation(len(mine)).tolist():
            row = mine.row(number, named=True)
            for attempt in range(6):
                made = trial(world, rng, row, way)
                if made is not None:
                    tries.append({**row, "try": f"{row['case_id']}|{attempt}", "new_dx": made[0], "new_op": made[1]})
        planted += _dearer(world, tries)[:wanted] if tries else []
        for one in planted:
            one.setdefault("way", way)
    frames = _written(world, planted)
    severe = pl.col("drg_code").str.slice(3, 1).is_in(["1", "3"])
    plain = world.paid.filter((pl.col("fixmedins_code") == sicker) & ~severe)
    gone = plain.sample(fraction=0.65, seed=seed)["setl_id"].implode()
    frames = {table: frame.filter(~pl.col("setl_id").is_in(gone)) for table, frame in frames.items()}
    truth = pl.DataFrame(
        [{"case_id": one["case_id"], "fixmedins_code": one["fixmedins_code"], "way": one["way"], "gain": one["gain"]} for one in planted]
        + [{"case_id": None, "fixmedins_code": sicker, "way": SICKER, "gain": 0.0}],
        schema={"case_id": pl.String, "fixmedins_code": pl.String, "way": pl.String, "gain": pl.Float64},
    )
    return frames, truth


def _dearer(world: World, tries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first try of each case whose group is dearer by at least a twentieth, in the order given."""
    ids = [one["try"] for one in tries]
    people = pl.DataFrame({"try": ids, "case_id": [one["case_id"] for one in tries]}).join(
        world.people, on="case_id", how="left", maintain_order="left"
    )

    def listed(name: str) -> pl.LazyFrame:
        rows = [(one["try"], code, place == 0, place) for one in tries for place, code in enumerate(one[name])]
        return pl.LazyFrame(rows, schema={"case_id": pl.String, "code": pl.String, "main": pl.Boolean, "seq": pl.Int64}, orient="row")

    grouped = group(people.drop("case_id").rename({"try": "case_id"}).lazy(), listed("new_dx"), listed("new_op"), world.scheme).collect()
    found: dict[str, dict[str, Any]] = {}
    for one, new, name, reason in zip(tries, grouped["drg_code"], grouped["drg_name"], grouped["reason"], strict=True):
        weight = world.weights.get(new)
        if one["case_id"] in found or reason != "grouped" or weight is None or weight < 1.05 * one["drg_wt"]:
            continue
        # a stay far cheaper than its standard is paid by item: such a code earns nothing
        if one["fee_fen"] < LOW_MULTIPLE * one["pay_std_fen"] * weight / one["drg_wt"]:
            continue
        gain = one["pay_std_fen"] / 100 * (weight / one["drg_wt"] - 1)
        found[one["case_id"]] = {**one, "new_code": new, "new_name": name, "new_weight": weight, "gain": gain}
    return list(found.values())


def _written(world: World, planted: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """The raw tables with the planted lists and bills in place of the honest ones."""
    lake = Lake(world.root)
    frames = {table: lake.scan(table).collect() for table in (DIAGNOSES, OPERATIONS, BILLS, LISTS)}
    names = {code: name for frame in (world.dx, world.op) for code, name in frame.select("code", "name").unique("code").iter_rows()}
    bought = {one["case_id"]: one for one in planted}
    hit = pl.col("setl_id").is_in(list(bought))
    for table, key, code, name, main, field in (
        (DIAGNOSES, "setl_list_diag_id", "diag_code", "diag_name", "maindiag_flag", "new_dx"),
        (OPERATIONS, "setl_list_oprn_id", "oprn_oprt_code", "oprn_oprt_name", "main_oprn_flag", "new_op"),
    ):
        old = frames[table]
        rows = [
            {
                "setl_id": one["case_id"], "psn_no": one["psn_no"], key: f"{one['case_id']}-{place}", code: value,
                name: names.get(value, value), main: "1" if place == 0 else "0", "vali_flag": "1",
            }
            for one in planted for place, value in enumerate(one[field])
        ]  # fmt: skip
        schema = {column: dtype for column, dtype in old.schema.items() if column in ("setl_id", "psn_no", key, code, name, main, "vali_flag")}
        new = pl.DataFrame(rows, schema=schema)
        frames[table] = pl.concat([old.filter(~hit), new], how="diagonal")
    bills = frames[BILLS]
    change = pl.DataFrame(
        [(key, one["new_code"], one["new_name"], one["new_weight"], one["gain"]) for key, one in bought.items()],
        schema={"setl_id": pl.String, "new_code": pl.String, "new_name": pl.String, "new_weight": pl.Float64, "gain": pl.Float64},
        orient="row",
    )
    more = [(pl.col(name) + pl.col("gain").fill_null(0.0)).cast(bills.schema[name]).alias(name) for name in ("drg_pay_std", "drg_fund_pay")]
    dearer = bills.join(change, on="setl_id", how="left").with_columns(
        *more,
        drg_code=pl.coalesce("new_code", "drg_code"),
        drg_name=pl.coalesce("new_name", "drg_name"),
        drg_wt=pl.coalesce(pl.col("new_weight").cast(bills.schema["drg_wt"]), "drg_wt"),
    )
    return {**frames, BILLS: dearer.select(bills.columns)}


def found_by(lake: Lake, city: City, units: list[Rule]) -> pl.DataFrame:
    """Hits of the up-coding rules: rule_id, fixmedins_code, mdtrt_id, setl_id, amount_fen."""
    t = Tables(lake)
    parts = []
    for unit in units:
        extracted = run_extract(t, unit, city)
        hits = run_city_rule(Tables(lake, extracted=extracted.lazy()), unit, city)
        parts.append(hits.select(pl.lit(unit.rule_id).alias("rule_id"), "fixmedins_code", "mdtrt_id", "setl_id", "amount_fen"))
    return pl.concat(parts)


def scored(truth: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """One row a cheat: way, cases and yuan planted, found; false cases and yuan at it."""
    best = hits.filter(pl.col("setl_id").is_not_null()).group_by("fixmedins_code", case_id="setl_id").agg(yuan=pl.col("amount_fen").max() / 100)
    both = best.join(truth.filter(pl.col("case_id").is_not_null()), on=["fixmedins_code", "case_id"], how="full", coalesce=True)
    right = pl.col("yuan").is_not_null() & pl.col("gain").is_not_null()
    by = both.group_by("fixmedins_code").agg(
        planted=pl.col("gain").is_not_null().sum(),
        planted_yuan=pl.col("gain").sum(),
        right=right.sum(),
        right_yuan=pl.min_horizontal("yuan", "gain").filter(right).sum(),
        wrong=(pl.col("yuan").is_not_null() & pl.col("gain").is_null()).sum(),
        found_yuan=pl.col("yuan").sum(),
    )
    houses = truth.select("fixmedins_code", "way").unique()
    institution = (
        hits.filter(pl.col("setl_id").is_null()).group_by("fixmedins_code").agg(about_house=pl.col("rule_id").unique().sort().str.join("、"))
    )
    return (
        by.join(houses, on="fixmedins_code", how="full", coalesce=True)
        .join(institution, on="fixmedins_code", how="full", coalesce=True)
        .with_columns(pl.col("way").fill_null("honest"), pl.col("about_house").fill_null(""))
        .with_columns(pl.selectors.numeric().fill_null(0))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lakes", nargs="+", type=Path)
    parser.add_argument("--turns", type=int, default=2 * len(WAYS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    pl.Config.set_tbl_cols(20)
    pl.Config.set_tbl_width_chars(200)
    scheme, city = load_scheme(), City.load()
    units = [unit for unit in all_rules() if unit.rule_id in RULES]
    parts = []
    for number, root in enumerate(options.lakes):
        world = World(root, scheme)
        for turn in range(options.turns):
            frames, truth = plant(world, number, turn)
            table = scored(truth, found_by(Changed(root, frames), city, units)).with_columns(city=pl.lit(str(root)), turn=pl.lit(turn))
            print(table.drop("city"), flush=True)
            parts.append(table)
    every = pl.concat(parts)
    result = (
        every.group_by("way")
        .agg(pl.len().alias("hospitals"), (pl.col("right") > 0).sum().alias("hospitals_found"),
             pl.col("planted", "right", "wrong", "planted_yuan", "right_yuan", "found_yuan").sum())
        .with_columns(
            precision=pl.col("right") / (pl.col("right") + pl.col("wrong")),
            precision_yuan=pl.col("right_yuan") / pl.col("found_yuan"),
            recall=pl.col("right") / pl.col("planted"),
            recall_yuan=pl.col("right_yuan") / pl.col("planted_yuan"),
        )
        .sort("way")
    )  # fmt: skip
    print(result)
    if options.json:
        options.json.write_text(json.dumps(result.to_dicts(), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
