"""What a diagnosis or operation leaves behind in the fee lines, learned from the other hospitals of the city.

A secondary diagnosis that is really there is examined, monitored or treated. Which items go with it is not written down anywhere but
can be seen: items that most bearers of the code have and few other patients. Each hospital is judged by what the *other* hospitals'
bearers had, so that nobody sets the measure for himself; and only by items it uses at all, so that a house that treats with other
means is not accused of treating nothing.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.tables import Tables

#: Rows of the extract: ``bearer`` (one a case and code), ``use`` (cases of a hospital with an item), ``cases`` (number of cases).
BEARER: Final = "bearer"
USE: Final = "use"
CASES_ROW: Final = "cases"
#: A case scored for a code it bears in another role (a secondary diagnosis as if it were the main one); nothing is learned from it.
CANDIDATE: Final = "candidate"
_WESTERN_DRUG: Final = r"^X[A-Z]\d{2}[A-Z]"


def item_class(code: pl.Expr) -> pl.Expr:
    """The item's class: a drug's therapeutic subgroup (ATC level 3), a service's 11-digit stem, a consumable's class."""
    return (
        pl.when(code.str.contains(_WESTERN_DRUG))
        .then(code.str.slice(0, 5))
        .when(code.str.starts_with("C"))
        .then(code.str.slice(0, 7))
        .otherwise(code.str.slice(0, 11))
    )


def items_of_cases(t: Tables, cases: pl.LazyFrame) -> pl.LazyFrame:
    """mdtrt_id, fixmedins_code, key, name: the distinct item classes of each case's fee lines, and for drugs also the substances."""
    code = pl.col("hilist_code")
    lines = t.lines.filter(pl.col("inpatient")).select("mdtrt_id", "hilist_code", name="hilist_name")
    classes = lines.select("mdtrt_id", item_class(code).alias("key"), "name")
    substances = lines.filter(code.str.contains(_WESTERN_DRUG)).select("mdtrt_id", code.str.slice(0, 10).alias("key"), "name")
    return (
        pl.concat([classes, substances])
        .join(cases.select("mdtrt_id", "fixmedins_code"), on="mdtrt_id", how="inner")
        .sort("mdtrt_id", "key", "name")
        .unique(["mdtrt_id", "key"], keep="first", maintain_order=True)
    )


def use_rows(items: pl.LazyFrame, cases: pl.LazyFrame) -> pl.LazyFrame:
    """Extract rows: how many cases of each hospital had an item, and how many cases there were."""
    used = items.group_by("fixmedins_code", "key").agg(n=pl.len().cast(pl.Int64), name=pl.col("name").sort().first()).with_columns(kind=pl.lit(USE))
    total = cases.group_by("fixmedins_code").agg(n=pl.len().cast(pl.Int64)).with_columns(kind=pl.lit(CASES_ROW))
    return pl.concat([used, total], how="diagonal")


def judged(extracted: pl.DataFrame, p: Params) -> pl.DataFrame:
    """The bearers with ``score`` (log likelihood ratio of code really there), ``supported``, companions' names and peers' figures.

    ``extracted`` holds bearers (case columns, code, keys) and use rows. Codes borne by fewer than ``bearers_min`` cases elsewhere
    are learned over their three-character category; where even that is too rare the case is not judged and left out.
    Positive scores mean the fee lines look like those of other hospitals' bearers, negative ones that they do not.
    """
    bearers = extracted.filter(pl.col("kind").is_in([BEARER, CANDIDATE])).with_columns(category=pl.col("code").str.slice(0, 3))
    learned = pl.col("kind") == BEARER
    use = extracted.filter(pl.col("kind") == USE).group_by("fixmedins_code", "key").agg(n=pl.col("n").sum(), name=pl.col("name").sort().first())
    total = int(extracted.filter(pl.col("kind") == CASES_ROW)["n"].sum())
    enough = learned.sum().over("code") - learned.sum().over("code", "fixmedins_code") >= p["bearers_min"]
    bearers = bearers.with_columns(unit=pl.when(enough).then("code").otherwise("category")).with_row_index("bearer")
    # a category is learned from all bearers of its codes, also of those common enough to stand for themselves
    learners = pl.concat([bearers.filter(learned).with_columns(unit="code"), bearers.filter(learned).with_columns(unit="category")]).join(
        bearers.select("unit").unique(), on="unit", how="semi"
    )
    counts = learners.group_by("unit").agg(n_unit=pl.len().cast(pl.Int64))
    own = learners.group_by("unit", "fixmedins_code").agg(n_own=pl.len().cast(pl.Int64))
    had = learners.select("unit", "fixmedins_code", "keys").explode("keys").rename({"keys": "key"}).drop_nulls("key")
    has = bearers.select("bearer", "keys").explode("keys").rename({"keys": "key"}).drop_nulls("key")
    companions = _companions(had, counts, use, total, p)
    if companions.is_empty():
        return bearers.clear().with_columns(score=pl.lit(0.0), supported=pl.lit(value=True), companions=pl.lit(""), n_peers=pl.lit(0))
    own_had = had.group_by("unit", "key", "fixmedins_code").agg(own_with=pl.len().cast(pl.Int64))
    # every bearer against every companion item that its hospital uses at all
    pairs = (
        bearers.select("bearer", "unit", "fixmedins_code")
        .join(companions, on="unit")
        .join(use.select("fixmedins_code", "key"), on=["fixmedins_code", "key"], how="semi")
        .join(counts, on="unit")
        .join(own, on=["unit", "fixmedins_code"], how="left")
        .with_columns(pl.col("n_own").fill_null(0))
        .join(own_had, on=["unit", "key", "fixmedins_code"], how="left")
        .join(has.with_columns(present=pl.lit(value=True)), on=["bearer", "key"], how="left")
        .filter(pl.col("n_unit") - pl.col("n_own") >= p["bearers_min"])
        .with_columns(
            elsewhere=(pl.col("n_with") - pl.col("own_with").fill_null(0) + 0.5) / (pl.col("n_unit") - pl.col("n_own") + 1.0),
            n_peers=pl.col("n_unit") - pl.col("n_own"),
        )
    )
    there, background = pl.col("elsewhere").clip(0.02, 0.98), pl.col("background").clip(0.02, 0.98)
    present = pl.col("present").fill_null(value=False)
    ratio = pl.when(present).then((there / background).log()).otherwise(((1 - there) / (1 - background)).log())
    lowest = ((1 - there) / (1 - background)).log()
    scored = pairs.group_by("bearer").agg(
        score=ratio.sum(),
        lowest=lowest.sum(),
        companions=pl.col("name").sort_by("elsewhere", "name", descending=[True, False]).head(3).str.join("、"),
        n_peers=pl.col("n_peers").first(),
    )
    return (
        bearers.join(scored, on="bearer")
        # a case in which even a complete lack of the items would prove nothing is not judged
        .filter(pl.col("lowest") <= p["score_max"])
        .with_columns(supported=pl.col("score") > p["score_max"])
    )


def _companions(had: pl.DataFrame, counts: pl.DataFrame, use: pl.DataFrame, total: int, p: Params) -> pl.DataFrame:
    """unit, key, name, n_with, background: the items that tell bearers of a code from other patients, the most telling first."""
    everywhere = use.group_by("key").agg(n_all=pl.col("n").sum(), name=pl.col("name").sort().first())
    table = (
        had.group_by("unit", "key")
        .agg(n_with=pl.len().cast(pl.Int64))
        .join(counts, on="unit")
        .join(everywhere, on="key")
        .with_columns(
            there=pl.col("n_with") / pl.col("n_unit"),
            background=(pl.col("n_all") - pl.col("n_with") + 0.5) / (total - pl.col("n_unit") + 1.0),
        )
    )
    gain = (
        pl.col("there") * (pl.col("there") / pl.col("background")).log()
        + (1 - pl.col("there") + 1e-6) * ((1 - pl.col("there") + 1e-6) / (1 - pl.col("background")).clip(1e-6)).log()
    )
    return (
        table.filter((pl.col("there") >= p["companion_share_min"]) & (pl.col("there") >= p["companion_lift_min"] * pl.col("background")))
        .with_columns(gain=gain)
        .sort(["unit", "gain", "key"], descending=[False, True, False])
        # a substance and its class say the same: the more telling of them counts
        .with_columns(of_class=pl.when(pl.col("key").str.contains(_WESTERN_DRUG)).then(pl.col("key").str.slice(0, 5)).otherwise("key"))
        .unique(["unit", "of_class"], keep="first", maintain_order=True)
        .group_by("unit", maintain_order=True)
        .head(int(p["companions_max"]))
        .select("unit", "key", "name", "n_with", "background")
    )


def habit(judged_cases: pl.DataFrame, p: Params) -> pl.DataFrame:
    """Hospitals whose unsupported cases are a pattern: fixmedins_code, n, unsupported, expected, chance.

    Only cases paid by group count (``drg_code`` known): elsewhere the code brings nothing. One row a hospital with at least
    ``cases_min`` unsupported of its judged bearers, more than chance allows (binomial tail below ``chance_max``) at the rate of the
    other hospitals (each code's own, never below ``base_rate_min``), and at least ``excess_share_min`` of them in excess of
    expectation: among what is flagged at most the rest can be honest slips.
    """
    bad = (~pl.col("supported")).cast(pl.Float64)
    rated = judged_cases.with_columns(
        others=pl.len().over("unit") - pl.len().over("unit", "fixmedins_code"),
        others_bad=bad.sum().over("unit") - bad.sum().over("unit", "fixmedins_code"),
    ).with_columns(rate=((pl.col("others_bad") + p["base_rate_min"]) / (pl.col("others") + 1.0)).clip(p["base_rate_min"], 1.0))
    hospitals = (
        rated.filter(pl.col("drg_code").is_not_null())
        .group_by("fixmedins_code")
        .agg(n=pl.len(), unsupported=bad.sum(), expected=pl.col("rate").sum(), rate=pl.col("rate").mean())
    )
    return (
        hospitals.with_columns(chance=tail("unsupported", "n", "rate"))
        .filter(
            (pl.col("unsupported") >= p["cases_min"])
            & (pl.col("chance") <= p["chance_max"])
            & ((pl.col("unsupported") - pl.col("expected")) >= p["excess_share_min"] * pl.col("unsupported"))
        )
        .sort("fixmedins_code")
    )


def tail(count: str, trials: str, rate: str) -> pl.Expr:
    """P(X ≥ count) for X ~ Binomial(trials, rate), column names."""
    from scipy.stats import binom  # noqa: PLC0415 - scipy is slow to load and rules are listed often

    def chance(s: pl.Series) -> pl.Series:
        k, n, r = (s.struct.field(name).cast(pl.Float64).to_numpy() for name in (count, trials, rate))
        return pl.Series(binom.sf(k - 1, n, r))

    return pl.struct(count, trials, rate).map_batches(chance, return_dtype=pl.Float64)
