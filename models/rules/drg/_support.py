"""What a diagnosis or operation leaves behind in the fee lines, learned from the other hospitals of the city.

A secondary diagnosis that is really there is examined, monitored or treated. Which items go with it is not written down anywhere but
can be seen: items that most bearers of the code have and few other patients. Each hospital is judged by what the *other* hospitals'
bearers had, so that nobody sets the measure for himself; and only by items it uses at all, so that a house that treats with other
means is not accused of treating nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from features.drg.lists import cases_of, diagnoses_of
from features.parameters import Params
from features.shared.category import CATEGORIES_ZH, category
from features.shared.once import once
from features.shared.text import filled
from features.tables import Tables
from models.wording import percent, yuan

#: Rows of the extract: ``bearer`` (one a case and code), ``use`` (cases of a hospital with an item).
BEARER: Final = "bearer"
USE: Final = "use"
#: How many patients of a kind (``kin``: category of the main diagnosis) have an item, and (without ``key``) how many there are.
KIN: Final = "kin"
#: A case paid by group: what it cost against its standard.
PAID: Final = "paid"
#: A case scored for a code it bears in another role (a secondary diagnosis as if it were the main one); nothing is learned from it.
CANDIDATE: Final = "candidate"
#: The parameters that learning, judging and the test of habit read; every rule built on them declares these.
HABIT_PARAMS: Final = (
    "cases_min",
    "error_rate_prior",
    "error_prior_cases",
    "carelessness_max",
    "chance_max",
    "excess_share_min",
    "fee_over_usual_max",
    "fee_score_max",
)
SUPPORT_PARAMS: Final = (
    "bearers_min",
    "companion_share_min",
    "companion_evidence_min",
    "companions_max",
    "score_max",
    "score_flagrant",
    *HABIT_PARAMS,
)
#: A code is learned for itself; where too few bear it elsewhere, over its category.
BY_CATEGORY: Final = (pl.col("code"), pl.col("code").str.slice(0, 3))
_WESTERN_DRUG: Final = r"^X[A-Z]\d{2}[A-Z]"
#: Any line of the charge category "operation" is an item of its own: operations differ, but each leaves one.
OPERATION_CHARGE: Final = "charge:operation"
_UNIT_PRIOR: Final = 10.0
_KIN_PRIOR: Final = 10.0
_SPREAD_MIN: Final = 0.04
_SPREAD_CASES: Final = 20.0


def item_class(code: pl.Expr) -> pl.Expr:
    """The item's class: a drug's therapeutic subgroup (ATC level 3), a service's 11-digit stem, a consumable's class."""
    return (
        pl.when(code.str.contains(_WESTERN_DRUG))
        .then(code.str.slice(0, 5))
        .when(code.str.starts_with("C"))
        .then(code.str.slice(0, 7))
        .otherwise(code.str.slice(0, 11))
    )


@once
def items_of_cases(t: Tables) -> pl.LazyFrame:
    """mdtrt_id, fixmedins_code, key, name: the distinct item classes of each case's fee lines, and for drugs also the substances."""
    code = pl.col("hilist_code")
    # categories first: they need columns that the distinct items have no more
    lines = t.lines.filter(pl.col("inpatient")).with_columns(category=t.of_item(category()))
    items = lines.group_by("mdtrt_id", "hilist_code").agg(name=pl.col("hilist_name").min(), operated=(pl.col("category") == "operation").any())
    classes = items.select("mdtrt_id", item_class(code).alias("key"), "name")
    substances = items.filter(code.str.contains(_WESTERN_DRUG)).select("mdtrt_id", code.str.slice(0, 10).alias("key"), "name")
    operations = items.filter("operated").select("mdtrt_id", pl.lit(OPERATION_CHARGE).alias("key"), pl.lit(CATEGORIES_ZH["operation"]).alias("name"))
    keyed = pl.concat([classes, substances, operations]).group_by("mdtrt_id", "key").agg(pl.col("name").min())
    cases = cases_of(t).select("mdtrt_id", "fixmedins_code")
    return keyed.join(cases, on="mdtrt_id", how="inner").select("mdtrt_id", "key", "name", "fixmedins_code")


@once
def keys_of_cases(t: Tables) -> pl.LazyFrame:
    """mdtrt_id, keys: the item classes of each case in order."""
    return items_of_cases(t).group_by("mdtrt_id").agg(keys=pl.col("key").sort())


def use_rows(items: pl.LazyFrame) -> pl.LazyFrame:
    """Extract rows: how many cases of each hospital had an item."""
    return items.group_by("fixmedins_code", "key").agg(n=pl.len().cast(pl.Int64), name=pl.col("name").sort().first()).with_columns(kind=pl.lit(USE))


def kin_of(t: Tables) -> pl.LazyFrame:
    """case_id, kin: the category of the main diagnosis, which patients alike share."""
    return diagnoses_of(t).filter("main").sort("case_id", "seq").group_by("case_id").agg(kin=pl.col("code").first().str.slice(0, 3))


def kin_rows(items: pl.LazyFrame, cases: pl.LazyFrame) -> pl.LazyFrame:
    """Extract rows: how many of the ``cases`` (mdtrt_id, kin) of each kind had an item, and how many there are."""
    had = items.join(cases.select("mdtrt_id", "kin"), on="mdtrt_id").group_by("kin", "key").agg(n=pl.len().cast(pl.Int64))
    total = cases.group_by("kin").agg(n=pl.len().cast(pl.Int64))
    return pl.concat([had, total], how="diagonal").with_columns(kind=pl.lit(KIN))


@dataclass(frozen=True)
class Learned:
    """What bearers of each unit (a code, its category …) have beside what patients alike have anyway.

    ``companions``: unit, key, name, q (share of bearers to whom the code itself brings the item, over all hospitals), the two sums it is
    made of (``lacking expected_lacking``). ``own``: the same two sums of each hospital's own bearers. ``background``: kin, key, share
    of the patients alike who have the item.
    """

    levels: tuple[pl.Expr, ...]
    counts: pl.DataFrame
    own_counts: pl.DataFrame
    companions: pl.DataFrame
    own: pl.DataFrame
    background: pl.DataFrame
    use: pl.DataFrame


def learn(extracted: pl.DataFrame, p: Params, levels: Sequence[pl.Expr] = BY_CATEGORY, *, bearers_are_kin: bool = True) -> Learned:
    """Learns from the bearers of ``extracted`` what goes with each unit of each of ``levels`` (the narrowest first).

    A bearer has an item because patients like him (``kin``: the same main diagnosis) have it anyway, or because the code brings it:
    P(item) = 1 − (1 − background)(1 − q). The background is that of the patients alike who do not bear the code, drawn to the
    whole city's; ``bearers_are_kin`` says whether the extract counted the bearers among them. Companions are the items of which
    q is at least ``companion_share_min`` and that tell bearers from others by ``companion_evidence_min`` beyond chance.
    """
    bearers = extracted.filter(pl.col("kind") == BEARER).with_columns(pl.col("kin").fill_null(""))
    use = extracted.filter(pl.col("kind") == USE).group_by("fixmedins_code", "key").agg(n=pl.col("n").sum(), name=pl.col("name").sort().first())
    kin = extracted.filter(pl.col("kind") == KIN).group_by(pl.col("kin").fill_null(""), "key").agg(n=pl.col("n").sum().cast(pl.Float64))
    # a category is learned from all bearers of its codes, also of those common enough to stand for themselves
    learners = pl.concat(
        [
            bearers.select("case_id", "fixmedins_code", "kin", "keys", unit=_unit(place, level)).unique(["case_id", "unit"], maintain_order=True)
            for place, level in enumerate(levels)
        ],
        how="vertical",
    ).filter(pl.len().over("unit") >= p["bearers_min"])
    counts = learners.group_by("unit").agg(n_unit=pl.len().cast(pl.Int64))
    own_counts = learners.group_by("unit", "fixmedins_code").agg(n_own=pl.len().cast(pl.Int64))
    had = learners.select("unit", "fixmedins_code", "kin", "keys").explode("keys").rename({"keys": "key"}).drop_nulls("key")
    had = had.group_by("unit", "fixmedins_code", "kin", "key").agg(n_with=pl.len().cast(pl.Float64))
    background = _background(kin)
    cells = learners.group_by("unit", "fixmedins_code", "kin").agg(n_cell=pl.len().cast(pl.Float64))
    # only items that enough bearers have can be companions
    frequent = (
        had.group_by("unit", "key")
        .agg(n_with=pl.col("n_with").sum())
        .join(counts, on="unit")
        .filter(pl.col("n_with") >= p["companion_share_min"] * pl.col("n_unit"))
        .select("unit", "key")
    )
    of_unit = had.group_by("unit", "kin", "key").agg(unit_with=pl.col("n_with").sum())
    unit_cells = cells.group_by("unit", "kin").agg(unit_cell=pl.col("n_cell").sum())
    shares = (
        frequent.join(unit_cells, on="unit")
        .join(background, on=["kin", "key"], how="left")
        .join(_everywhere(kin), on="key", how="left")
        .join(_totals(kin), on="kin", how="left")
        .join(of_unit, on=["unit", "kin", "key"], how="left")
        .with_columns(pl.col("n_kin", "kin_with", "unit_with", "everywhere").fill_null(0.0))
    )
    inside = 1.0 if bearers_are_kin else 0.0
    without = (pl.col("kin_with") - inside * pl.col("unit_with")).clip(0.0)
    of = (pl.col("n_kin") - inside * pl.col("unit_cell")).clip(0.0)
    shares = shares.with_columns(
        background=((pl.min_horizontal(without, of) + _KIN_PRIOR * pl.col("everywhere")) / (of + _KIN_PRIOR)).clip(0.02, 0.98)
    ).select("unit", "key", "kin", "background")
    sums = (
        cells.join(shares, on=["unit", "kin"])
        .join(had, on=["unit", "fixmedins_code", "kin", "key"], how="left")
        .group_by("unit", "key", "fixmedins_code")
        .agg(
            own_lacking=(pl.col("n_cell") - pl.col("n_with").fill_null(0.0)).sum(),
            own_expected=(pl.col("n_cell") * (1 - pl.col("background"))).sum(),
        )
    )
    names = use.group_by("key").agg(name=pl.col("name").sort().first())
    companions = _companions(sums, counts, names, p)
    return Learned(
        tuple(levels), counts, own_counts, companions, sums.join(companions.select("unit", "key"), on=["unit", "key"], how="semi"),
        shares.join(companions.select("unit", "key"), on=["unit", "key"], how="semi"), use,
    )  # fmt: skip


def _totals(kin: pl.DataFrame) -> pl.DataFrame:
    return kin.filter(pl.col("key").is_null()).select("kin", n_kin="n")


def _background(kin: pl.DataFrame) -> pl.DataFrame:
    return kin.filter(pl.col("key").is_not_null()).select("kin", "key", kin_with="n")


def _everywhere(kin: pl.DataFrame) -> pl.DataFrame:
    total = float(_totals(kin)["n_kin"].sum())
    return _background(kin).group_by("key").agg(everywhere=pl.col("kin_with").sum() / max(total, 1.0))


def judged(rows: pl.DataFrame, learned: Learned, p: Params) -> pl.DataFrame:
    """The rows with ``score`` (log likelihood ratio of code really there), ``supported``, companions' names and peers' figures.

    ``rows``: cases with ``code fixmedins_code kin keys``. A row is judged by the narrowest unit that at least ``bearers_min`` cases
    elsewhere bear and whose items could prove a lack (their complete absence scores at most ``score_max``); without one it is left out.
    Positive scores mean the fee lines look like those of other hospitals' bearers, negative ones that they do not.
    """
    rest, done = rows.with_columns(pl.col("kin").fill_null("")), []
    for place, level in enumerate(learned.levels):
        scored = _scored(rest.with_columns(unit=_unit(place, level)), learned, p)
        done.append(scored.filter(pl.col("lowest") <= p["score_max"]))
        rest = rest.join(done[-1].select("case_id", "code", "kind"), on=["case_id", "code", "kind"], how="anti")
    return pl.concat(done).with_columns(supported=pl.col("score") > p["score_max"])


def _unit(place: int, level: pl.Expr) -> pl.Expr:
    return filled("{}|{}", pl.lit(place), level)


def _scored(rows: pl.DataFrame, learned: Learned, p: Params) -> pl.DataFrame:
    """Rows whose unit others bear often enough, with ``score lowest companions n_peers``."""
    bearers = rows.with_row_index("bearer")
    has = bearers.select("bearer", "keys").explode("keys").rename({"keys": "key"}).drop_nulls("key")
    # every bearer against every companion item that its hospital uses at all
    pairs = (
        bearers.select("bearer", "unit", "fixmedins_code", "kin")
        .join(learned.companions, on="unit")
        .join(learned.use.select("fixmedins_code", "key"), on=["fixmedins_code", "key"], how="semi")
        .join(learned.counts, on="unit")
        .join(learned.own_counts, on=["unit", "fixmedins_code"], how="left")
        .with_columns(pl.col("n_own").fill_null(0))
        .filter(pl.col("n_unit") - pl.col("n_own") >= p["bearers_min"])
        .join(learned.own, on=["unit", "key", "fixmedins_code"], how="left")
        .join(learned.background, on=["unit", "key", "kin"], how="left")
        .join(has.with_columns(present=pl.lit(value=True)), on=["bearer", "key"], how="left")
        .with_columns(
            spared=spared(
                pl.col("lacking") - pl.col("own_lacking").fill_null(0.0), pl.col("expected_lacking") - pl.col("own_expected").fill_null(0.0)
            ),
            background=pl.coalesce("background", "usual"),
            n_peers=pl.col("n_unit") - pl.col("n_own"),
        )
    )
    present = pl.col("present").fill_null(value=False)
    there = 1 - (1 - pl.col("background")) * pl.col("spared")
    lowest = pl.col("spared").log()
    scores = pairs.group_by("bearer").agg(
        score=pl.when(present).then((there / pl.col("background")).log()).otherwise(lowest).sum(),
        lowest=lowest.sum(),
        companions=pl.col("name").sort_by("spared", "name").head(3).str.join("、"),
        n_peers=pl.col("n_peers").first(),
    )
    return bearers.join(scores, on="bearer").drop("bearer")


def spared(lacking: pl.Expr, expected: pl.Expr) -> pl.Expr:
    """1 − q: how many bearers lack an item against how many would if the code brought nothing (drawn to a half by one case)."""
    return ((lacking.clip(0.0) + 0.5) / (expected.clip(0.0) + 1.0)).clip(0.02, 1.0)


def _companions(sums: pl.DataFrame, counts: pl.DataFrame, names: pl.DataFrame, p: Params) -> pl.DataFrame:
    """unit, key, name, lacking, expected_lacking, usual (mean background): the items a code brings, the most telling first."""
    table = (
        sums.group_by("unit", "key")
        .agg(lacking=pl.col("own_lacking").sum(), expected_lacking=pl.col("own_expected").sum())
        .join(counts, on="unit")
        .join(names, on="key", how="left")
        .with_columns(
            there=(1 - pl.col("lacking") / pl.col("n_unit")).clip(0.0, 1.0),
            usual=(1 - pl.col("expected_lacking") / pl.col("n_unit")).clip(0.02, 0.98),
        )
    )
    gain = (
        pl.col("there") * (pl.col("there").clip(1e-6) / pl.col("usual")).log()
        + (1 - pl.col("there")) * ((1 - pl.col("there")).clip(1e-6) / (1 - pl.col("usual"))).log()
    )
    q = 1 - spared(pl.col("lacking"), pl.col("expected_lacking"))
    return (
        table.with_columns(gain=gain)
        .filter((q >= p["companion_share_min"]) & (pl.col("gain") * pl.col("n_unit") >= p["companion_evidence_min"]))
        .sort(["unit", "gain", "key"], descending=[False, True, False])
        # a substance and its class say the same: the more telling of them counts
        .with_columns(of_class=pl.when(pl.col("key").str.contains(_WESTERN_DRUG)).then(pl.col("key").str.slice(0, 5)).otherwise("key"))
        .unique(["unit", "of_class"], keep="first", maintain_order=True)
        .group_by("unit", maintain_order=True)
        .head(int(p["companions_max"]))
        .select("unit", "key", "name", "lacking", "expected_lacking", "usual")
    )


def with_fee_evidence(rows: pl.DataFrame, paid: pl.DataFrame, p: Params) -> pl.DataFrame:
    """The rows with their case's cost added to ``score``, and ``dear``: whether it is far dearer than is usual at its hospital.

    ``rows`` carry ``weight_ratio`` (weight of the group supported against the billed one; null = not known). A case that really belongs
    to the billed group costs, against its standard, what the hospital's cases usually do; one that belongs to the cheaper group costs
    less by ``weight_ratio``. Both are log-normal with the spread of the ADRG (drawn to the city's), so that the cost tells much where
    groups are homogeneous and the weights far apart, and little elsewhere. It counts at most ``fee_score_max`` either way. ``paid``: PAID
    rows. A case dearer than ``fee_over_usual_max`` times what is usual there (at least its standard) was treated for something.
    """
    multiple = (pl.col("fee_fen") / pl.col("pay_std_fen")).log()
    known = paid.filter((pl.col("fee_fen") > 0) & (pl.col("pay_std_fen") > 0)).with_columns(
        multiple=multiple, adrg_paid=pl.col("drg_code").str.slice(0, 3)
    )
    usual = known.group_by("fixmedins_code").agg(usual=pl.col("multiple").median())
    distance = (pl.col("multiple") - pl.col("usual")) ** 2
    known = known.join(usual, on="fixmedins_code").with_columns(distance=distance)
    spread = float(known["distance"].clip(0.0, 1.0).mean() or 0.0) if len(known) else 0.0  # type: ignore[arg-type]
    spread = max(spread, _SPREAD_MIN)
    of_adrg = known.group_by("adrg_paid").agg(
        spread=(pl.col("distance").clip(0.0, 4 * spread).sum() + _SPREAD_CASES * spread) / (pl.len() + _SPREAD_CASES)
    )
    step = pl.col("weight_ratio").log()
    off = pl.col("multiple") - pl.col("usual")
    score = ((step**2 - 2 * off * step) / (2 * pl.col("spread").fill_null(spread))).clip(-p["fee_score_max"], p["fee_score_max"])
    return (
        rows.with_columns(multiple=multiple, adrg_paid=pl.col("drg_code").str.slice(0, 3))
        .join(usual, on="fixmedins_code", how="left")
        .join(of_adrg, on="adrg_paid", how="left")
        .with_columns(
            score=pl.col("score") + score.fill_nan(None).fill_null(0.0),
            dear=(pl.col("multiple") > pl.max_horizontal("usual", pl.lit(0.0)) + math.log(p["fee_over_usual_max"])).fill_null(value=False),
        )
        .drop("multiple", "adrg_paid", "usual", "spread")
    )


def paid_rows(billing: pl.LazyFrame) -> pl.LazyFrame:
    """Extract rows: every case paid by group with what it cost and its standard."""
    return billing.select("fixmedins_code", "drg_code", "fee_fen", "pay_std_fen", kind=pl.lit(PAID))


def habit(judged_cases: pl.DataFrame, p: Params, loosest: float, flagrant: float) -> pl.DataFrame:
    """Hospitals whose unsupported cases are a pattern: fixmedins_code, score_limit, n, unsupported, expected, chance.

    Only cases paid by group count (``drg_code`` known): elsewhere the code brings nothing. Three limits of the score are tried: that of
    any unsupported case, that of a flagrant one, and half-way. A hospital has a habit when at least ``cases_min`` of its judged
    bearers lie below a limit, more than chance allows (binomial tail below ``chance_max``, counted for every trial) had it
    ``carelessness_max`` times the rate of the other hospitals, and at least ``excess_share_min`` of them are in excess of that. The
    others' rate is each code's own, drawn to the city's, which is drawn to ``error_rate_prior`` as if seen in ``error_prior_cases`` cases.
    A hospital found to have a habit is no measure for the others: the test is repeated without it until no further one is found.
    """
    limits = (loosest, (loosest + flagrant) / 2, flagrant)
    found = pl.DataFrame(schema={"fixmedins_code": pl.String})
    while True:
        parts = [_beyond(judged_cases, limit, p, found["fixmedins_code"].to_list()) for limit in limits]
        now = (
            pl.concat(parts)
            .with_columns(chance=pl.col("chance") * len(parts))
            .filter(pl.col("chance") <= p["chance_max"])
            # where several limits show a habit, the widest: it holds the cases of the others
            .sort("fixmedins_code", "score_limit", descending=[False, True])
            .unique("fixmedins_code", keep="first", maintain_order=True)
        )
        if set(now["fixmedins_code"]) <= set(found["fixmedins_code"]):
            return now
        found = now


def _beyond(judged_cases: pl.DataFrame, limit: float, p: Params, found: list[str]) -> pl.DataFrame:
    """Hospitals beyond what the others show at one limit; hospitals already ``found`` to have a habit are nobody's measure."""
    bad = (~pl.col("supported") & (pl.col("score") <= limit)).cast(pl.Float64)
    peer = (~pl.col("fixmedins_code").is_in(found)).cast(pl.Float64)
    peer_bad = peer * bad

    def elsewhere(what: pl.Expr, *by: str) -> pl.Expr:
        whole = what.sum().over(by) if by else what.sum()
        return whole - what.sum().over(*by, "fixmedins_code")

    prior = p["error_prior_cases"]
    rated = judged_cases.with_columns(city_rate=(elsewhere(peer_bad) + p["error_rate_prior"] * prior) / (elsewhere(peer) + prior)).with_columns(
        rate=(elsewhere(peer_bad, "unit") + pl.col("city_rate") * _UNIT_PRIOR) / (elsewhere(peer, "unit") + _UNIT_PRIOR)
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
            evidence=filled(
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
