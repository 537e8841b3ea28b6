"""Pairs of persons who come to the same institutions on the same days more often than chance allows."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from scipy.stats import poisson


@dataclass(frozen=True, slots=True)
class Chance:
    """What counts as together, and from when on it is no chance."""

    #: days apart that still count as together
    window_days: int
    #: limit of the p-value after correction for every pair that could coincide
    p_value_max: float
    #: days together without which a pair is not looked at
    together_min: int
    #: how many pairs of the background the assumption of equal days is worth
    uniform_pairs: float


def coinciding_pairs(events: pl.DataFrame, background: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """``a b fixmedins_code together expected p_value``: one row a pair and institution at which it came together.

    Args:
        events: ``fixmedins_code psn_no date`` (and ``door``: persons behind one door are never a pair), the persons' days.
        background: ``fixmedins_code date n``, how many *others* came on each day: market days, a physician's days and Sundays are seen in it.

    Each person's days at an institution are taken as given, and when within its year they fall as drawn from the days on which others
    come. Two persons with n and m days then come together on n × m × q days, q being the chance that two visits of others fall within the
    window; over several institutions this adds up. p is that of a Poisson law, times the number of pairs that share an institution
    (Bonferroni). q is drawn towards equal days where few others came (``uniform_pairs``).
    """
    schema = {"a": pl.String, "b": pl.String, "fixmedins_code": pl.String, "together": pl.Int64, "expected": pl.Float64, "p_value": pl.Float64}
    visits = events.unique(["fixmedins_code", "psn_no", "date"])
    days = visits.group_by("fixmedins_code", "psn_no").agg(n=pl.len().cast(pl.Float64))
    # below the least number of days nobody can come together often enough
    total = days.group_by("psn_no").agg(pl.col("n").sum()).filter(pl.col("n") >= chance.together_min).select("psn_no")
    visits, days = visits.join(total, on="psn_no", how="semi"), days.join(total, on="psn_no", how="semi")
    met = _met(visits, chance.window_days)
    if met.is_empty():
        return pl.DataFrame(schema=schema)
    heads = days.group_by("fixmedins_code").agg(m=pl.len().cast(pl.Float64))
    at_risk = heads.select((pl.col("m") * (pl.col("m") - 1) / 2).sum()).item()
    q = same_day_chance(visits, background, chance)
    pairs = met.select("a", "b").unique()
    # all institutions both use, also those at which they never met
    expected = (
        pairs.join(days.rename({"psn_no": "a", "n": "n_a"}), on="a")
        .join(days.rename({"psn_no": "b", "n": "n_b"}), on=["b", "fixmedins_code"])
        .join(q, on="fixmedins_code")
        .group_by("a", "b")
        .agg(expected=(pl.col("n_a") * pl.col("n_b") * pl.col("q")).sum())
    )
    tested = met.group_by("a", "b").agg(all_together=pl.col("together").sum()).join(expected, on=["a", "b"])
    p_value = poisson.sf(tested["all_together"].to_numpy() - 1, tested["expected"].to_numpy()) * at_risk
    kept = tested.with_columns(p_value=pl.Series(p_value, dtype=pl.Float64)).filter(
        (pl.col("p_value") <= chance.p_value_max) & (pl.col("all_together") >= chance.together_min)
    )
    return (
        met.join(kept.select("a", "b", "expected", "p_value"), on=["a", "b"])
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
        .sort("fixmedins_code", "a", "b")
    )


def same_day_chance(visits: pl.DataFrame, background: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """``fixmedins_code q``: the chance that two visits of others to the institution lie within the window."""
    every = pl.concat([visits.select("fixmedins_code", "date"), background.select("fixmedins_code", "date")])
    span = every.group_by("fixmedins_code").agg(days=((pl.col("date").max() - pl.col("date").min()).dt.total_days() + 1).cast(pl.Float64))
    offsets = pl.DataFrame({"offset": range(-chance.window_days, chance.window_days + 1)})
    n = background.group_by("fixmedins_code", "date").agg(pl.col("n").sum().cast(pl.Float64))
    near = (
        n.join(offsets, how="cross")
        .with_columns(other=pl.col("date") + pl.duration(days=pl.col("offset")))
        .join(n.select("fixmedins_code", other="date", n_other="n"), on=["fixmedins_code", "other"])
        # a visit does not meet itself
        .with_columns(met=pl.col("n") * (pl.col("n_other") - pl.when(pl.col("offset") == 0).then(1.0).otherwise(0.0)))
    )
    observed = near.group_by("fixmedins_code").agg(pl.col("met").sum())
    volume = n.group_by("fixmedins_code").agg(pairs=pl.col("n").sum() * (pl.col("n").sum() - 1))
    uniform = ((2 * chance.window_days + 1) / pl.col("days")).clip(upper_bound=1.0)
    return (
        span.join(observed, on="fixmedins_code", how="left")
        .join(volume, on="fixmedins_code", how="left")
        .with_columns(pl.col("met", "pairs").fill_null(0.0))
        .select("fixmedins_code", q=(pl.col("met") + chance.uniform_pairs * uniform) / (pl.col("pairs") + chance.uniform_pairs))
    )


def _met(visits: pl.DataFrame, window_days: int) -> pl.DataFrame:
    """``a b fixmedins_code together``: on how many of a's days b was there within the window."""
    if "door" not in visits.columns:
        visits = visits.with_columns(door=pl.lit(None, pl.String))
    shifted = (
        visits.rename({"psn_no": "b", "door": "door_b"})
        .with_columns(offset=pl.int_ranges(-window_days, window_days + 1))
        .explode("offset")
        .with_columns(date=pl.col("date") + pl.duration(days=pl.col("offset")))
        .select("fixmedins_code", "b", "door_b", "date")
    )
    return (
        visits.rename({"psn_no": "a"})
        .join(shifted, on=["fixmedins_code", "date"])
        .filter((pl.col("a") < pl.col("b")) & ~(pl.col("door") == pl.col("door_b")).fill_null(value=False))
        .group_by("a", "b", "fixmedins_code")
        .agg(together=pl.col("date").n_unique().cast(pl.Int64))
    )
