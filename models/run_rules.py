"""Running rules over a bucket or the city and settling their hits into findings. Pure: frames in, frames out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

import polars as pl

from features.parameters import City
from features.tables import Tables
from models.finding import FINDING_SCHEMA, HIT_COLUMNS, complete_hits, finding_id
from models.rule import Rule

Result = TypeVar("Result")

#: How many of an extract's first columns are tried as its key.
FIRST_COLUMNS: Final = (1, 3)

#: Each rule at work holds frames of its own in memory.
RULES_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class NotRun:
    """A rule that could not run, and the tables it waits for."""

    rule_id: str
    title_zh: str
    missing_tables: tuple[str, ...]


def runnable(rules: Iterable[Rule], tables: set[str]) -> tuple[list[Rule], list[NotRun]]:
    """Parts the rules into those whose tables the lake holds and those that must wait, which is always reported."""
    ready: list[Rule] = []
    waiting: list[NotRun] = []
    for unit in rules:
        missing = tuple(table for table in unit.needs if table not in tables)
        if missing:
            waiting.append(NotRun(unit.rule_id, unit.title_zh, missing))
        else:
            ready.append(unit)
    return ready, waiting


def run_person_rules(t: Tables, rules: Sequence[Rule], city: City) -> pl.DataFrame:
    """Findings of all person-scope rules on one bucket."""
    t.prepare()
    own = [unit for unit in rules if unit.scope == "person"]
    return _together(settle_all(side_by_side(lambda unit: (unit, _hits(unit, t, city)), own), t.lines, t.stays))


def side_by_side(work: Callable[[Rule], Result], rules: Sequence[Rule]) -> list[Result]:
    """The work on each rule, in the rules' order, as many at once as polars may use threads: most rules read too little to keep two busy."""
    threads = min(pl.thread_pool_size(), RULES_AT_ONCE)
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, rules))


def run_extract(t: Tables, unit: Rule, city: City) -> pl.DataFrame:
    """What a city rule's extract step gathers from one bucket."""
    if unit.extract is None:
        raise ValueError(f"Rule {unit.rule_id} has no extract step.")
    try:
        return _in_order(unit.extract(t, city[unit.rule_id]).collect(engine=t.engine))
    except Exception as error:
        error.add_note(f"in the extract step of rule {unit.rule_id}")
        raise


def gathering_rules(rules: Iterable[Rule]) -> list[Rule]:
    """One rule for each thing to gather from a bucket: rules with the same shared extract step gather the same."""
    return list({unit.gathered: unit for unit in rules if unit.extract is not None}.values())


def _in_order(extracted: pl.DataFrame) -> pl.DataFrame:
    """The rows in an order of their own content: that of a grouping hangs on the number of threads, and a rule may take the first."""
    lists = [name for name, dtype in extracted.schema.items() if dtype.is_nested()]
    plain = [name for name in extracted.columns if name not in lists]
    # where the first columns tell the rows apart, the others have no say in their order
    for few in FIRST_COLUMNS:
        if extracted.select(plain[:few]).is_unique().all():
            return extracted.sort(plain[:few], nulls_last=True)
    by: list[str | pl.Expr] = [*plain]
    if lists and extracted.select(plain).is_duplicated().any():
        by += [pl.col(name).list.sort().hash() for name in lists]
    return extracted.sort(by, nulls_last=True)


def run_city_rule(t: Tables, unit: Rule, city: City) -> pl.DataFrame:
    """Hits of one city-scope rule, not yet settled: their lines lie in several buckets."""
    return _hits(unit, t, city)


def settle(hits: pl.DataFrame, unit: Rule, lines: pl.LazyFrame, stays: pl.LazyFrame) -> pl.DataFrame:
    """Hits → findings: amounts from the fee lines, loss by payment method, law, stable id.

    ``lines`` needs ``bkkp_sn mdtrt_id inscp_fen fund_fen case_paid``; ``stays`` needs ``mdtrt_id inscp_fen fund_fen drg_fund_fen``.

    Where the whole stay is at fault (loss basis ``stay``) and the rule names no lines, all lines of the stay are at fault.
    ``amount_at_issue`` is the sum of ``inscp_amt`` over the lines at fault; where no line of a stay at fault was delivered, what its
    settlement states as in scope. ``fund_loss`` as ``models.rule.LossBasis`` says.
    A rule's own ``amount_fen``/``loss_fen`` win.
    """
    if hits.is_empty():
        return pl.DataFrame(schema=FINDING_SCHEMA)
    hits = hits.with_row_index("hit")
    if unit.loss == "stay":
        hits = _with_lines_of_stay(hits, lines)
    by_line = _line_sums(hits, lines)
    by_stay = _stay_sums(hits, stays)
    frame = hits.join(by_line, on="hit", how="left").join(by_stay, on="hit", how="left")
    of_stay = unit.loss == "stay"
    loss = pl.col("stay_loss" if of_stay else "line_loss")
    without_lines = pl.col("stay_amount") if of_stay else 0
    return _as_findings(
        frame.with_columns(_amount=pl.coalesce("amount_fen", "line_amount", without_lines, 0), _loss=pl.coalesce("loss_fen", loss, 0)), unit
    )


def settle_all(found: Sequence[tuple[Rule, pl.DataFrame]], lines: pl.LazyFrame, stays: pl.LazyFrame) -> list[pl.DataFrame]:
    """The hits of many rules settled after one pass over the city's lines and stays, of which they name few."""
    if not found:
        return []
    named = pl.concat([hits.select(bkkp_sn=pl.col("bkkp_sns").list.explode(keep_nulls=False, empty_as_null=False)) for _, hits in found]).unique()
    whole = pl.concat([hits.select("mdtrt_id") if unit.loss == "stay" else hits.select("mdtrt_id").clear() for unit, hits in found]).drop_nulls()
    of_line = lines.join(named.lazy(), on="bkkp_sn", how="semi")
    of_stay = lines.join(whole.unique().lazy(), on="mdtrt_id", how="semi")
    few = pl.concat([of_line, of_stay]).collect(engine="streaming").unique("bkkp_sn").lazy()
    visited = pl.concat([hits.select("mdtrt_id") for _, hits in found]).drop_nulls().unique()
    few_stays = stays.join(visited.lazy(), on="mdtrt_id", how="semi").collect(engine="streaming").lazy()
    return [settle(hits, unit, few, few_stays) for unit, hits in found]


def _hits(unit: Rule, t: Tables, city: City) -> pl.DataFrame:
    try:
        return complete_hits(unit.function(t, city[unit.rule_id]), unit.rule_id).collect(engine=t.engine)
    except Exception as error:
        error.add_note(f"in rule {unit.rule_id}")
        raise


def _with_lines_of_stay(hits: pl.DataFrame, lines: pl.LazyFrame) -> pl.DataFrame:
    """Hits that name a stay but no lines get all lines of the stay."""
    bare = (pl.col("bkkp_sns").list.len().fill_null(0) == 0) & pl.col("mdtrt_id").is_not_null()
    of_stay = (
        hits.lazy()
        .filter(bare)
        .select("hit", "mdtrt_id")
        .join(lines.select("mdtrt_id", "bkkp_sn"), on="mdtrt_id", how="inner")
        .group_by("hit")
        .agg(pl.col("bkkp_sn").sort().alias("lines_of_stay"))
        .collect()
    )
    return hits.join(of_stay, on="hit", how="left").with_columns(bkkp_sns=pl.coalesce("lines_of_stay", "bkkp_sns")).drop("lines_of_stay")


def _line_sums(hits: pl.DataFrame, lines: pl.LazyFrame) -> pl.DataFrame:
    exploded = hits.lazy().select("hit", pl.col("bkkp_sns").alias("bkkp_sn")).explode("bkkp_sn").drop_nulls()
    lines = lines.select("bkkp_sn", "inscp_fen", "fund_fen", "case_paid")
    return (
        exploded.unique()
        .join(lines, on="bkkp_sn", how="inner")
        .group_by("hit")
        .agg(
            pl.col("inscp_fen").sum().alias("line_amount"),
            pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).sum().cast(pl.Int64).alias("line_loss"),
        )
        .collect()
    )


def _stay_sums(hits: pl.DataFrame, stays: pl.LazyFrame) -> pl.DataFrame:
    wanted = hits.lazy().select("hit", "mdtrt_id").drop_nulls()
    stays = stays.select(
        "mdtrt_id",
        pl.col("inscp_fen").fill_null(0).alias("stay_amount"),
        pl.coalesce("drg_fund_fen", "fund_fen").fill_null(0).alias("stay_loss"),
    )
    return wanted.join(stays, on="mdtrt_id", how="inner").select("hit", "stay_amount", "stay_loss").collect()


def _as_findings(frame: pl.DataFrame, unit: Rule) -> pl.DataFrame:
    ids = [
        finding_id(
            unit.rule_id,
            row["fixmedins_code"],
            row["psn_no"],
            row["mdtrt_id"],
            row["bkkp_sns"] or [],
            str(row["occurred_from"]),
            str(row["occurred_to"]),
        )
        for row in frame.select("fixmedins_code", "psn_no", "mdtrt_id", "bkkp_sns", "occurred_from", "occurred_to").iter_rows(named=True)
    ]
    certainty = pl.coalesce("certainty", pl.lit(unit.certainty))
    columns: dict[str, pl.Expr | pl.Series] = {
        "finding_id": pl.Series("finding_id", ids, dtype=pl.String),
        "rule_id": pl.lit(unit.rule_id),
        "rule_version": pl.lit(unit.version),
        "gz_code": pl.lit(unit.gz_code, pl.String),
        "kind": pl.lit(unit.kind.value),
        "certainty": certainty,
        "amount_at_issue": (pl.col("_amount") / 100).round(2),
        "fund_loss": (pl.col("_loss") / 100).round(2),
        "legal_basis": pl.lit(list(unit.legal_basis), pl.List(pl.String)),
        "ruled_out": pl.lit(list(unit.exceptions), pl.List(pl.String)),
        "bkkp_sns": pl.col("bkkp_sns").list.sort(),
        "related_bkkp_sns": pl.col("related_bkkp_sns").list.sort(),
        "strength": pl.coalesce("strength", pl.when(certainty == "definite").then(1.0).otherwise(0.5)),
    }
    return (
        frame.with_columns(**columns)
        .select(pl.col(name).cast(dtype) for name, dtype in FINDING_SCHEMA.items())
        .unique("finding_id", keep="first", maintain_order=True)
    )


def _together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    filled = [frame for frame in frames if not frame.is_empty()]
    return pl.concat(filled) if filled else pl.DataFrame(schema=FINDING_SCHEMA)


def one_deed_once(findings: pl.DataFrame, rules: Iterable[Rule]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parts the findings into those that stand and those that another rule's finding tells more fully: one deed is accused once, under one kind.

    A finding is told more fully when a rule that supersedes its own has the same house and person, and all its lines (or, when it bears none, its
    visit) are among what that finding holds at fault.
    """
    fuller = pl.DataFrame(
        [(unit.rule_id, part) for unit in rules for part in unit.supersedes], schema={"by": pl.String, "rule_id": pl.String}, orient="row"
    )
    who = ["fixmedins_code", "psn_no"]
    parts = findings.join(fuller, on="rule_id", how="inner").select("finding_id", "by", *who, "mdtrt_id", lines="bkkp_sns")
    whole = findings.filter(pl.col("rule_id").is_in(fuller["by"].unique().to_list())).select(
        *who, by="rule_id", visit="mdtrt_id", fault=pl.col("bkkp_sns").fill_null([])
    )
    faulted = whole.group_by(*who, "by").agg(pl.col("fault").list.explode(keep_nulls=False, empty_as_null=False), pl.col("visit"))
    bare = pl.col("lines").list.len().fill_null(0) == 0
    told = (
        parts.join(faulted, on=[*who, "by"], how="inner")
        .filter(pl.when(bare).then(pl.col("mdtrt_id").is_in(pl.col("visit"))).otherwise(pl.col("lines").list.set_difference("fault").list.len() == 0))
        .select("finding_id")
    )
    return findings.join(told, on="finding_id", how="anti"), findings.join(told, on="finding_id", how="semi")


def empty_hits() -> pl.LazyFrame:
    """No hits, in the right shape; for rules that find their optional inputs absent."""
    return pl.LazyFrame(schema=HIT_COLUMNS)
