"""What a diagnosis or operation leaves behind in the fee lines, learned from the other hospitals of the city.

A secondary diagnosis that is really there is examined, monitored or treated. Which items go with it is not written down anywhere but
can be seen: items that most bearers of the code have and few other patients. Each hospital is judged by what the *other* hospitals'
bearers had, so that nobody sets the measure for himself; and only by items it uses at all, so that a house that treats with other
means is not accused of treating nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from features.parameters import Params
from features.shared.category import CATEGORIES_ZH, category
from features.tables import Tables
from models.rules.inpatient._stays import kept
from models.wording import percent, yuan

#: Rows of the extract: ``bearer`` (one a case and code), ``use`` (cases of a hospital with an item), ``cases`` (number of cases).
BEARER: Final = "bearer"
USE: Final = "use"
CASES_ROW: Final = "cases"
#: A case scored for a code it bears in another role (a secondary diagnosis as if it were the main one); nothing is learned from it.
CANDIDATE: Final = "candidate"
#: The parameters that learning, judging and the test of habit read; every rule built on them declares these.
SUPPORT_PARAMS: Final = (
    "bearers_min",
    "companion_share_min",
    "companion_lift_min",
    "companions_max",
    "score_max",
    "score_flagrant",
    "cases_min",
    "error_rate_prior",
    "error_prior_cases",
    "carelessness_max",
    "chance_max",
    "excess_share_min",
    "fee_over_usual_max",
)
#: A code is learned for itself; where too few bear it elsewhere, over its category.
BY_CATEGORY: Final = (pl.col("code"), pl.col("code").str.slice(0, 3))
_WESTERN_DRUG: Final = r"^X[A-Z]\d{2}[A-Z]"
#: Any line of the charge category "operation" is an item of its own: operations differ, but each leaves one.
OPERATION_CHARGE: Final = "charge:operation"
_UNIT_PRIOR: Final = 10.0


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
    """mdtrt_id, fixmedins_code, key, name: the distinct item classes of each case's fee lines, and for drugs also the substances.

    ``cases`` are those of ``cases_of(t)``; computed once a bucket, since three rules read it.
    """
    return kept(t, "items_of_cases", lambda tables: _items_of_cases(tables, cases))


def _items_of_cases(t: Tables, cases: pl.LazyFrame) -> pl.LazyFrame:
    code = pl.col("hilist_code")
    # categories first: they need columns that the distinct items have no more
    lines = t.lines.filter(pl.col("inpatient")).with_columns(category=category())
    items = lines.group_by("mdtrt_id", "hilist_code").agg(name=pl.col("hilist_name").min(), operated=(pl.col("category") == "operation").any())
    classes = items.select("mdtrt_id", item_class(code).alias("key"), "name")
    substances = items.filter(code.str.contains(_WESTERN_DRUG)).select("mdtrt_id", code.str.slice(0, 10).alias("key"), "name")
    operations = items.filter("operated").select("mdtrt_id", pl.lit(OPERATION_CHARGE).alias("key"), pl.lit(CATEGORIES_ZH["operation"]).alias("name"))
    keyed = pl.concat([classes, substances, operations]).group_by("mdtrt_id", "key").agg(pl.col("name").min())
    return keyed.join(cases.select("mdtrt_id", "fixmedins_code"), on="mdtrt_id", how="inner").select("mdtrt_id", "key", "name", "fixmedins_code")


def use_rows(items: pl.LazyFrame, cases: pl.LazyFrame) -> pl.LazyFrame:
    """Extract rows: how many cases of each hospital had an item, and how many cases there were."""
    used = items.group_by("fixmedins_code", "key").agg(n=pl.len().cast(pl.Int64), name=pl.col("name").sort().first()).with_columns(kind=pl.lit(USE))
    total = cases.group_by("fixmedins_code").agg(n=pl.len().cast(pl.Int64)).with_columns(kind=pl.lit(CASES_ROW))
    return pl.concat([used, total], how="diagonal")


@dataclass(frozen=True)
class Learned:
    """What bearers of each unit (a code, its category …) have: ``counts own own_had companions use`` by unit, hospital and item."""

    levels: tuple[pl.Expr, ...]
    counts: pl.DataFrame
    own: pl.DataFrame
    own_had: pl.DataFrame
    companions: pl.DataFrame
    use: pl.DataFrame


def learn(extracted: pl.DataFrame, p: Params, levels: Sequence[pl.Expr] = BY_CATEGORY) -> Learned:
    """Learns from the bearers of ``extracted`` what goes with each unit of each of ``levels`` (the narrowest first)."""
    bearers = extracted.filter(pl.col("kind") == BEARER)
    use = extracted.filter(pl.col("kind") == USE).group_by("fixmedins_code", "key").agg(n=pl.col("n").sum(), name=pl.col("name").sort().first())
    total = int(extracted.filter(pl.col("kind") == CASES_ROW)["n"].sum())
    # a category is learned from all bearers of its codes, also of those common enough to stand for themselves
    learners = pl.concat(
        [bearers.select("fixmedins_code", "keys", unit=_unit(place, level)) for place, level in enumerate(levels)], how="vertical"
    ).filter(pl.len().over("unit") >= p["bearers_min"])
    counts = learners.group_by("unit").agg(n_unit=pl.len().cast(pl.Int64))
    own = learners.group_by("unit", "fixmedins_code").agg(n_own=pl.len().cast(pl.Int64))
    had = learners.select("unit", "fixmedins_code", "keys").explode("keys").rename({"keys": "key"}).drop_nulls("key")
    own_had = had.group_by("unit", "key", "fixmedins_code").agg(own_with=pl.len().cast(pl.Int64))
    return Learned(tuple(levels), counts, own, own_had, _companions(had, counts, use, total, p), use)


def judged(rows: pl.DataFrame, learned: Learned, p: Params) -> pl.DataFrame:
    """The rows with ``score`` (log likelihood ratio of code really there), ``supported``, companions' names and peers' figures.

    ``rows``: cases with ``code fixmedins_code keys``. A row is judged by the narrowest unit that at least ``bearers_min`` cases elsewhere
    bear and whose items could prove a lack (their complete absence scores at most ``score_max``); without one it is left out.
    Positive scores mean the fee lines look like those of other hospitals' bearers, negative ones that they do not.
    """
    rest, done = rows, []
    for place, level in enumerate(learned.levels):
        scored = _scored(rest.with_columns(unit=_unit(place, level)), learned, p)
        done.append(scored.filter(pl.col("lowest") <= p["score_max"]))
        rest = rest.join(done[-1].select("case_id", "code", "kind"), on=["case_id", "code", "kind"], how="anti")
    return pl.concat(done).with_columns(supported=pl.col("score") > p["score_max"])


def _unit(place: int, level: pl.Expr) -> pl.Expr:
    return pl.format("{}|{}", pl.lit(place), level)


def _scored(rows: pl.DataFrame, learned: Learned, p: Params) -> pl.DataFrame:
    """Rows whose unit others bear often enough, with ``score lowest companions n_peers``."""
    bearers = rows.with_row_index("bearer")
    has = bearers.select("bearer", "keys").explode("keys").rename({"keys": "key"}).drop_nulls("key")
    # every bearer against every companion item that its hospital uses at all
    pairs = (
        bearers.select("bearer", "unit", "fixmedins_code")
        .join(learned.companions, on="unit")
        .join(learned.use.select("fixmedins_code", "key"), on=["fixmedins_code", "key"], how="semi")
        .join(learned.counts, on="unit")
        .join(learned.own, on=["unit", "fixmedins_code"], how="left")
        .with_columns(pl.col("n_own").fill_null(0))
        .filter(pl.col("n_unit") - pl.col("n_own") >= p["bearers_min"])
        .join(learned.own_had, on=["unit", "key", "fixmedins_code"], how="left")
        .join(has.with_columns(present=pl.lit(value=True)), on=["bearer", "key"], how="left")
        .with_columns(
            elsewhere=(pl.col("n_with") - pl.col("own_with").fill_null(0) + 0.5) / (pl.col("n_unit") - pl.col("n_own") + 1.0),
            n_peers=pl.col("n_unit") - pl.col("n_own"),
        )
    )
    there, background = pl.col("elsewhere").clip(0.02, 0.98), pl.col("background").clip(0.02, 0.98)
    present = pl.col("present").fill_null(value=False)
    lowest = ((1 - there) / (1 - background)).log()
    scores = pairs.group_by("bearer").agg(
        score=pl.when(present).then((there / background).log()).otherwise(lowest).sum(),
        lowest=lowest.sum(),
        companions=pl.col("name").sort_by("elsewhere", "name", descending=[True, False]).head(3).str.join("、"),
        n_peers=pl.col("n_peers").first(),
    )
    return bearers.join(scores, on="bearer").drop("bearer")


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


def cheap_enough(cases: pl.DataFrame, p: Params) -> pl.Expr:
    """True where a case is not dearer against its standard than ``fee_over_usual_max`` times what is usual at its hospital.

    Somebody who is so much dearer was treated for something. Usual is the median of the hospital's supported cases paid by group, at
    least the standard itself: a hospital whose rate does not cover its costs is dear with every case.
    """
    ratio = pl.col("fee_fen") / pl.col("pay_std_fen")
    usual = (
        cases.filter(pl.col("supported") & (pl.col("pay_std_fen") > 0))
        .group_by("fixmedins_code")
        .agg(usual=pl.max_horizontal(ratio.median(), pl.lit(1.0)))
    )
    limits = dict(usual.iter_rows())
    limit = p["fee_over_usual_max"] * pl.col("fixmedins_code").replace_strict(limits, default=1.0, return_dtype=pl.Float64)
    enough: pl.Expr = (ratio <= limit).fill_null(value=False)
    return enough


def habit(judged_cases: pl.DataFrame, p: Params, loosest: float, flagrant: float) -> pl.DataFrame:
    """Hospitals whose unsupported cases are a pattern: fixmedins_code, score_limit, n, unsupported, expected, chance.

    Only cases paid by group count (``drg_code`` known): elsewhere the code brings nothing. Three limits of the score are tried: that of
    any unsupported case, that of a flagrant one, and half-way. A hospital has a habit when at least ``cases_min`` of its judged
    bearers lie below a limit, more than chance allows (binomial tail below ``chance_max``, counted for every trial) had it
    ``carelessness_max`` times the rate of the other hospitals, and at least ``excess_share_min`` of them are in excess of that. The
    others' rate is each code's own, drawn to the city's, which is drawn to ``error_rate_prior`` as if seen in ``error_prior_cases`` cases.
    """
    parts = [_beyond(judged_cases, limit, p) for limit in (loosest, (loosest + flagrant) / 2, flagrant)]
    return (
        pl.concat(parts)
        .with_columns(chance=pl.col("chance") * len(parts))
        .filter(pl.col("chance") <= p["chance_max"])
        # where several limits show a habit, the widest: it holds the cases of the others
        .sort("fixmedins_code", "score_limit", descending=[False, True])
        .unique("fixmedins_code", keep="first", maintain_order=True)
    )


def _beyond(judged_cases: pl.DataFrame, limit: float, p: Params) -> pl.DataFrame:
    bad = (~pl.col("supported") & (pl.col("score") <= limit)).cast(pl.Float64)
    prior = p["error_prior_cases"]
    others, others_bad = pl.len() - pl.len().over("fixmedins_code"), bad.sum() - bad.sum().over("fixmedins_code")
    of_unit = pl.len().over("unit") - pl.len().over("unit", "fixmedins_code")
    of_unit_bad = bad.sum().over("unit") - bad.sum().over("unit", "fixmedins_code")
    rated = judged_cases.with_columns(city_rate=(others_bad + p["error_rate_prior"] * prior) / (others + prior)).with_columns(
        rate=(of_unit_bad + pl.col("city_rate") * _UNIT_PRIOR) / (of_unit + _UNIT_PRIOR)
    )
    careless = pl.col("rate") * p["carelessness_max"]
    hospitals = (
        rated.filter(pl.col("drg_code").is_not_null())
        .group_by("fixmedins_code")
        .agg(
            n=pl.len().cast(pl.Int64),
            unsupported=bad.sum(),
            expected=pl.col("rate").sum(),
            allowed=careless.sum(),
            careless=careless.mean().clip(0.0, 1.0),
        )
    )
    return (
        hospitals.with_columns(chance=tail("unsupported", "n", "careless"), score_limit=pl.lit(float(limit)))
        .filter(
            (pl.col("unsupported") >= p["cases_min"]) & ((pl.col("unsupported") - pl.col("allowed")) >= p["excess_share_min"] * pl.col("unsupported"))
        )
        .select("fixmedins_code", "score_limit", "n", "unsupported", "expected", "chance")
    )


def tail(count: str, trials: str, rate: str) -> pl.Expr:
    """P(X ≥ count) for X ~ Binomial(trials, rate), column names."""
    from scipy.stats import binom  # noqa: PLC0415 - scipy is slow to load and rules are listed often

    def chance(s: pl.Series) -> pl.Series:
        k, n, r = (s.struct.field(name).cast(pl.Float64).to_numpy() for name in (count, trials, rate))
        return pl.Series(binom.sf(k - 1, n, r))

    return pl.struct(count, trials, rate).map_batches(chance, return_dtype=pl.Float64)


def of_habit(cases: pl.DataFrame, hospitals: pl.DataFrame) -> pl.DataFrame:
    """Unsupported cases paid by group at the hospitals of ``habit`` (below the limit that made it one), with ``n unsupported expected`` of theirs."""
    return (
        cases.filter(~pl.col("supported") & pl.col("drg_code").is_not_null())
        .join(
            hospitals.select("fixmedins_code", "score_limit", n_hospital="n", n_unsupported="unsupported", expected="expected"), on="fixmedins_code"
        )
        .filter(pl.col("score") <= pl.col("score_limit"))
    )


def as_hits(found: pl.DataFrame, strength: float, said: pl.Expr, counted_zh: str) -> pl.LazyFrame:
    """Hits of an up-coding rule from priced cases (``with_loss``): the sentence of the case, its prices, and what is usual elsewhere."""
    return (
        found.sort("mdtrt_id")
        .lazy()
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            occurred_from="begn_date",
            occurred_to="end_date",
            amount_fen="difference_fen",
            loss_fen="loss_fen",
            strength=(strength + 0.04 * (-pl.col("score")).clip(0, 7.5)),
            evidence=pl.format(
                "{}应入{}{}，付费标准{}元，差额{}元。该机构可判断的{}{}例，其中{}例如此（{}），按其他机构水平应约{}例。",
                said,
                "supported_code",
                "supported_name",
                yuan(pl.col("pay_std_fen")),
                yuan(pl.col("difference_fen")),
                pl.lit(counted_zh),
                "n_hospital",
                pl.col("n_unsupported").cast(pl.Int64),
                percent(pl.col("n_unsupported") / pl.col("n_hospital")),
                pl.col("expected").round(1),
            ),
        )
    )
