from __future__ import annotations

import polars as pl

from features.drg.grouper import group
from features.drg.lists import cases_of, diagnoses_of, operations_of
from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._payment import billed_cases, scheme_in_use, weight_rows, weight_table, with_loss
from models.rules.drg._support import (
    BEARER,
    CANDIDATE,
    SUPPORT_PARAMS,
    Learned,
    as_hits,
    cheap_enough,
    habit,
    items_of_cases,
    judged,
    learn,
    of_habit,
    use_rows,
)
from models.run_rules import empty_hits


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Every case under its main diagnosis with its items; DRG-paid cases also under each other diagnosis, with the group that would give."""
    scheme = scheme_in_use()
    people = cases_of(t)
    cases = people.select("case_id", "mdtrt_id", "fixmedins_code")
    items = items_of_cases(t, cases)
    keys = items.group_by("mdtrt_id").agg(keys=pl.col("key").sort())
    billing = billed_cases(t).drop("fixmedins_code").collect().lazy()
    listed = diagnoses_of(t).sort("case_id", pl.col("main").not_(), "seq")
    main = listed.unique("case_id", keep="first", maintain_order=True)
    placed = group(people, diagnoses_of(t), operations_of(t), scheme).select("case_id", "mdc", grouped_adrg="adrg", grouped_code="drg_code")
    bearers = main.select("case_id", "code", dx_name="name").join(placed, on="case_id").with_columns(kind=pl.lit(BEARER))
    # each secondary diagnosis in turn as the main one; the former main one stands behind it
    paid = cases.join(billing.select("mdtrt_id"), on="mdtrt_id", how="semi").select("case_id")
    turns = listed.join(main.select("case_id", main_seq="seq"), on="case_id").join(paid, on="case_id", how="semi")
    turns = turns.filter(pl.col("seq") != pl.col("main_seq")).select("case_id", turn="seq", code="code", dx_name="name")
    swapped = turns.select("case_id", "turn").join(listed, on="case_id")
    swap_id = pl.col("case_id") + "|" + pl.col("turn")
    grouped = group(
        turns.join(people, on="case_id").with_columns(case_id=swap_id),
        swapped.select(case_id=swap_id, code="code", main=pl.col("seq") == pl.col("turn"), seq="seq"),
        turns.select("case_id", "turn").join(operations_of(t), on="case_id").select(case_id=swap_id, code="code", main="main", seq="seq"),
        scheme,
    )
    candidates = (
        turns.with_columns(swap=swap_id)
        .join(grouped.filter(pl.col("reason") == "grouped").select(swap="case_id", supported_code="drg_code", supported_adrg="adrg"), on="swap")
        .select("case_id", "code", "dx_name", "supported_code", "supported_adrg", kind=pl.lit(CANDIDATE))
    )
    both = pl.concat([bearers, candidates], how="diagonal").join(cases, on="case_id").join(keys, on="mdtrt_id")
    return pl.concat([both.join(billing, on="mdtrt_id", how="left"), use_rows(items, cases), weight_rows(t)], how="diagonal")


@rule(
    title_zh="主要诊断选择不当的高套病组",
    title_en="Group upcoded by the choice of the main diagnosis",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201003000",
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "drg_setl_d", "fee_list_d"),
    params=(*SUPPORT_PARAMS, "other_score_min", "unlisted_score_min", "difference_max", "difference_flagrant"),
    extract=_extract,
)
def upcoded_main_diagnosis(t: Tables, p: Params) -> pl.LazyFrame:
    """The stay was spent on another diagnosis than the one named as the main, and that one pays less.

    What patients with a main diagnosis get is learned from the other hospitals (``_support``). A case is at issue when its services do not
    look like its main diagnosis (score at most 0) but clearly like another one whose group is cheaper: a diagnosis of its own list (at least
    ``other_score_min``), or, in a case without operation, any main diagnosis of the same MDC (at least ``unlisted_score_min``: the treated
    disease may have been left off the list), the difference of both scores being ``difference_max`` or lower; and only at a hospital
    where that is a habit. The main diagnosis is by rule the one that took most resources, so a hospital may show that the named
    one was the reason of admission and was treated by other means.
    """
    extracted = t.extracted.collect()
    if extracted.is_empty() or extracted.filter(pl.col("kind") == BEARER).is_empty():
        return empty_hits()
    scheme = scheme_in_use()
    learned = learn(extracted, p)
    weights = weight_table(extracted, scheme)
    mains = judged(extracted.filter((pl.col("kind") == BEARER) & pl.col("drg_code").is_not_null()), learned, p)
    doubtful = mains.filter(pl.col("score") <= 0)
    listed = extracted.filter(pl.col("kind") == CANDIDATE).join(doubtful.select("case_id"), on="case_id", how="semi")
    others = pl.concat(
        [
            _scored(listed, learned, weights, p, "other_score_min", "其他诊断"),
            _scored(_unlisted(extracted, doubtful, p), learned, weights, p, "unlisted_score_min", "未列入清单的诊断"),
        ]
    )
    best = others.sort(["case_id", "other_score", "other_code"], descending=[False, True, False]).unique("case_id", keep="first", maintain_order=True)
    compared = (
        mains.drop("supported_code", "supported_adrg")
        .join(best, on="case_id", how="left")
        .with_columns(score=(pl.col("score") - pl.col("other_score")).fill_null(0.0))
    )
    compared = compared.with_columns(supported=pl.col("score") > p["difference_max"])
    compared = compared.with_columns(supported=pl.col("supported") | ~cheap_enough(compared, p))
    hospitals = habit(compared, p, p["difference_max"], p["difference_flagrant"])
    if hospitals.is_empty():
        return empty_hits()
    found = of_habit(compared, hospitals).join(scheme.drg.select("drg_code", billed_name="drg_name"), on="drg_code")
    said = pl.format(
        "该例以主要诊断{}（{}）按{}{}结算，但费用明细不像其他机构{}例同一主要诊断的病例（通常有{}），而与{}{}（{}，通常有{}）的诊疗相符；以后者为主要诊断",
        pl.coalesce("dx_name", "code"),
        "code",
        "drg_code",
        "billed_name",
        "n_peers",
        "companions",
        "other_kind",
        "other_name",
        "other_code",
        "other_has",
    )
    return as_hits(found, 0.55, said, "病例")


def _scored(rows: pl.DataFrame, learned: Learned, weights: pl.DataFrame, p: Params, least: str, kind_zh: str) -> pl.DataFrame:
    """The candidates of other ADRGs whose group is cheaper than the billed one and whose score is at least the parameter ``least``."""
    cheaper = with_loss(rows.filter(pl.col("supported_adrg") != pl.col("drg_code").str.slice(0, 3)), weights, "drg_code", "supported_code")
    return (
        judged(cheaper, learned, p)
        .filter(pl.col("score") >= p[least])
        .select(
            "case_id", "supported_code", "supported_name", "difference_fen", "loss_fen", other_score="score",
            other_code="code", other_name=pl.coalesce("dx_name", "code"), other_has="companions", other_kind=pl.lit(kind_zh),
        )
    )  # fmt: skip


def _unlisted(extracted: pl.DataFrame, doubtful: pl.DataFrame, p: Params) -> pl.DataFrame:
    """The doubtful cases without operation under every main diagnosis of their MDC that is common enough, with the group it usually has."""
    medical = pl.col("grouped_adrg").str.slice(1, 1) >= "R"
    common = (
        extracted.filter((pl.col("kind") == BEARER) & medical)
        .group_by("mdc", "code", "grouped_adrg", "grouped_code")
        .agg(n=pl.len(), dx_name=pl.col("dx_name").drop_nulls().first())
        .sort(["mdc", "code", "n", "grouped_code"], descending=[False, False, True, False])
        .group_by("mdc", "code", maintain_order=True)
        .agg(
            pl.col("dx_name").drop_nulls().first(),
            supported_adrg=pl.col("grouped_adrg").first(),
            supported_code=pl.col("grouped_code").first(),
            n=pl.col("n").sum(),
        )
        .filter(pl.col("n") >= p["bearers_min"])
        .drop("n")
    )
    own = doubtful.filter(medical).drop(
        "code", "dx_name", "supported_code", "supported_adrg", "score", "lowest", "companions", "n_peers", "unit", "supported"
    )
    return own.join(common, on="mdc").with_columns(kind=pl.lit(CANDIDATE))
