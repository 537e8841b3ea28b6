"""What was planted, kept apart from the delivery: institutions, cases, look-alikes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from simulation.chunk import Chunk
from simulation.city import City
from simulation.settle import Books
from simulation.tables import Keys

CASES: dict[str, pl.DataType | type[pl.DataType]] = {
    "case_id": pl.String,
    "kind": pl.String,
    "mechanism": pl.String,
    "fixmedins_code": pl.String,
    "psn_no": pl.String,
    "mdtrt_id": pl.String,
    "setl_id": pl.String,
    "bkkp_sns": pl.List(pl.String),
    "yuan": pl.Float64,
}
LOOKALIKES: dict[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.String,
    "kind": pl.String,
    "fixmedins_code": pl.String,
    "psn_no": pl.String,
    "mdtrt_id": pl.String,
}


def cases(chunk: Chunk, books: Books, keys: Keys) -> pl.DataFrame:
    """The chunk's planted cases with their fee lines and yuan (scope amounts of those lines unless given)."""
    if not chunk.cases:
        return pl.DataFrame(schema=CASES)
    line = books.line
    at = np.flatnonzero((line["case"] >= 0) & (line["back"] < 0))
    v = chunk.visits
    amounts = (
        pl.DataFrame(
            {
                "case": line["case"][at],
                "bkkp_sn": keys.line.gather(pl.Series(at)),
                "visit": line["visit"][at],
                "setl": line["setl"][at],
                "fen": line["inscp"][at],
            }
        )
        .group_by("case", maintain_order=True)
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("visit").first(),
            pl.col("visit").n_unique().alias("visits"),
            pl.col("setl").first(),
            pl.col("setl").n_unique().alias("setls"),
            (pl.col("fen").sum() / 100).round(2).alias("sum"),
        )
    )
    inst = chunk.city.inst.code
    table = pl.DataFrame(
        {
            "case": np.arange(len(chunk.cases)),
            "kind": [case.kind for case in chunk.cases],
            "mechanism": [case.mechanism for case in chunk.cases],
            "fixmedins_code": [str(inst[case.inst]) for case in chunk.cases],
            "person": [case.person for case in chunk.cases],
            "own_visit": [case.visit for case in chunk.cases],
            "given": pl.Series([case.yuan for case in chunk.cases], dtype=pl.Float64),
        }
    ).join(amounts, on="case", how="left")
    mdtrt, psn, setl = keys.mdtrt, keys.psn, keys.setl
    one_visit = pl.when(pl.col("own_visit") >= 0).then("own_visit").when(pl.col("visits") == 1).then("visit")
    table = table.with_columns(v=one_visit, s=pl.when((pl.col("setls") == 1) & (pl.col("setl") >= 0)).then("setl"))
    person = pl.Series(v["person"])
    out = table.with_columns(
        person=pl.when(pl.col("person") >= 0).then("person").when(pl.col("v").is_not_null()).then(person.gather(table["v"].fill_null(0)))
    )
    return out.select(
        case_id=pl.format("{}-{}", pl.lit(chunk.number), pl.col("case")),
        kind="kind",
        mechanism="mechanism",
        fixmedins_code="fixmedins_code",
        psn_no=pl.when(pl.col("person").is_not_null()).then(psn.gather(out["person"].fill_null(0))),
        mdtrt_id=pl.when(pl.col("v").is_not_null()).then(mdtrt.gather(out["v"].fill_null(0))),
        setl_id=pl.when(pl.col("s").is_not_null()).then(setl.gather(out["s"].fill_null(0))),
        bkkp_sns=pl.col("bkkp_sns").fill_null(pl.lit([], pl.List(pl.String))),
        yuan=pl.coalesce("given", "sum", pl.lit(0.0)).cast(pl.Float64),
    ).filter((pl.col("bkkp_sns").list.len() > 0) | (pl.col("yuan") > 0) | ((pl.col("kind") == "licence_rental") & pl.col("mdtrt_id").is_null()))


def lookalikes(chunk: Chunk, books: Books, keys: Keys) -> pl.DataFrame:
    """Lawful visits that resemble a violation; those that carry a planted case of that kind are left out."""
    v = chunk.visits
    line = books.line
    planted: dict[str, set[int]] = {}
    for case_number, visit in zip(line["case"].tolist(), line["visit"].tolist(), strict=True) if len(chunk.cases) else ():
        if case_number >= 0:
            planted.setdefault(chunk.cases[case_number].kind, set()).add(visit)
    for case in chunk.cases:
        if case.visit >= 0:
            planted.setdefault(case.kind, set()).add(case.visit)
    made = set(keys.visits.tolist())
    frames = []
    for name, kind, visits in chunk.looks:
        kept = np.array([x for x in visits.tolist() if x in made and v["case"][x] < 0 and x not in planted.get(kind, set())], np.int64)
        if len(kept):
            frames.append(
                pl.DataFrame(
                    {
                        "name": name,
                        "kind": kind,
                        "fixmedins_code": chunk.city.inst.code[v["inst"][kept]].tolist(),
                        "psn_no": keys.psn.gather(pl.Series(v["person"][kept])),
                        "mdtrt_id": keys.mdtrt.gather(pl.Series(kept)),
                    },
                    schema=LOOKALIKES,
                )
            )
    return pl.concat(frames).unique(maintain_order=True) if frames else pl.DataFrame(schema=LOOKALIKES)


def write(root: Path, city: City, found: list[pl.DataFrame], looks: list[pl.DataFrame]) -> None:
    """Writes ``institutions.csv``, ``cases.parquet`` and ``lookalikes.parquet``."""
    root.mkdir(parents=True, exist_ok=True)
    all_cases = pl.concat(found) if found else pl.DataFrame(schema=CASES)
    guilty = {assignment.inst for assignment in city.plan}
    acted: dict[str, list[str]] = {}
    for code, kind in all_cases.select("fixmedins_code", "kind").unique().sort("kind").iter_rows():
        acted.setdefault(str(code), []).append(str(kind))
    rows = []
    for k in range(city.inst.count):
        code = str(city.inst.code[k])
        mine = acted.get(code, []) if k in guilty else []
        rows.append((code, int(bool(mine)), ";".join(mine), str(city.inst.house[k])))
    pl.DataFrame(rows, schema=["fixmedins_code", "guilty", "kinds", "house"], orient="row").write_csv(root / "institutions.csv")
    all_cases.write_parquet(root / "cases.parquet")
    (pl.concat(looks) if looks else pl.DataFrame(schema=LOOKALIKES)).write_parquet(root / "lookalikes.parquet")
