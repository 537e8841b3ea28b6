from __future__ import annotations

from typing import Final

import polars as pl

from features.drg.grouper import group_in_force
from features.drg.lists import cases_of, diagnoses_of, operations_of
from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._contrast import Profiles, contrasted, profiles_of, with_unit
from models.rules.drg._payment import billed_cases, grouped_cases, scheme_in_use, schemes_in_use, weight_ratio, weight_rows, weight_table, with_loss
from models.rules.drg._support import (
    BEARER,
    CANDIDATE,
    HABIT_PARAMS,
    PAID,
    as_hits,
    habit,
    items_of_cases,
    keys_of_cases,
    of_habit,
    paid_rows,
    use_rows,
    with_fee_evidence,
)
from models.run_rules import empty_hits

_CASES_AT_A_TIME: Final = 5_000


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Every case under its main diagnosis with its items; DRG-paid cases also under each other diagnosis, with the group that would give."""
    schemes = schemes_in_use()
    people = cases_of(t)
    cases = people.select("case_id", "mdtrt_id", "fixmedins_code")
    items = items_of_cases(t)
    paid_cases = t.computed(billed_cases(t))
    billing = paid_cases.drop("fixmedins_code")
    listed = diagnoses_of(t).sort("case_id", pl.col("main").not_(), "seq")
    main = listed.unique("case_id", keep="first", maintain_order=True)
    placed = grouped_cases(t).select("case_id", "mdc", grouped_adrg="adrg", grouped_code="drg_code")
    bearers = main.select("case_id", "code", dx_name="name").join(placed, on="case_id").with_columns(kind=pl.lit(BEARER))
    # each secondary diagnosis in turn as the main one; the former main one stands behind it
    paid = cases.join(billing.select("mdtrt_id"), on="mdtrt_id", how="semi").select("case_id")
    turns = listed.join(main.select("case_id", main_seq="seq"), on="case_id").join(paid, on="case_id", how="semi")
    turns = turns.filter(pl.col("seq") != pl.col("main_seq")).select("case_id", turn="seq", code="code", dx_name="name")
    swapped = turns.select("case_id", "turn").join(listed, on="case_id")
    swap_id = pl.col("case_id") + "|" + pl.col("turn")
    grouped = group_in_force(
        turns.join(people, on="case_id").with_columns(case_id=swap_id),
        swapped.select(case_id=swap_id, code="code", main=pl.col("seq") == pl.col("turn"), seq="seq"),
        turns.select("case_id", "turn").join(operations_of(t), on="case_id").select(case_id=swap_id, code="code", main="main", seq="seq"),
        schemes,
    )
    candidates = (
        turns.with_columns(swap=swap_id)
        .join(grouped.filter(pl.col("reason") == "grouped").select(swap="case_id", supported_code="drg_code", supported_adrg="adrg"), on="swap")
        .select("case_id", "code", "dx_name", "supported_code", "supported_adrg", kind=pl.lit(CANDIDATE))
    )
    both = pl.concat([bearers, candidates], how="diagonal").join(cases, on="case_id").join(keys_of_cases(t), on="mdtrt_id")
    rows = both.join(billing, on="mdtrt_id", how="left")
    return pl.concat([rows, use_rows(items), paid_rows(paid_cases), weight_rows(t)], how="diagonal")


@rule(
    title_zh="主要诊断选择不当的高套病组",
    title_en="Group upcoded by the choice of the main diagnosis",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201003000",
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "drg_setl_d", "fee_list_d"),
    params=(*HABIT_PARAMS, "bearers_min", "difference_share_min", "companions_max", "unlisted_penalty", "difference_max", "difference_flagrant"),
    extract=_extract,
)
def upcoded_main_diagnosis(t: Tables, p: Params) -> pl.LazyFrame:
    """The stay was spent on another diagnosis than the one named as the main, and that one pays less.

    What patients with a main diagnosis get is learned from the other hospitals (``_contrast``). A case is held against every diagnosis of
    its own list as if it were the main one and, where no operation was done, against every main diagnosis of the same MDC (the
    treated disease may have been left off the list; that is less likely by ``unlisted_penalty``), as far as their groups are cheaper. It is at
    issue when its fee lines, and its cost against the two groups' weights, fit another one better by ``difference_max``; and only at
    a hospital where that is a habit. The main diagnosis is by rule the one that took most resources, so a hospital may show that the
    named one was the reason of admission and was treated by other means.
    """
    extracted = t.extracted.collect()
    if extracted.is_empty() or extracted.filter(pl.col("kind") == BEARER).is_empty():
        return empty_hits()
    scheme = scheme_in_use()
    weights = weight_table(extracted, scheme)
    profiles = profiles_of(extracted, p)
    mains = with_unit(extracted.filter((pl.col("kind") == BEARER) & pl.col("drg_code").is_not_null()), profiles, p, "unit")
    mains = mains.filter(pl.col("unit").is_not_null()).drop("supported_code", "supported_adrg")
    if mains.is_empty():
        return empty_hits()
    # a case meets every disease of its MDC, each with its items: a few thousand cases at a time, those of an MDC together
    parts = [_compared(some, extracted, profiles, weights, p) for some in mains.sort("mdc", "case_id").iter_slices(_CASES_AT_A_TIME)]
    best = pl.concat(parts).sort(["case_id", "score", "other_code"]).unique("case_id", keep="first", maintain_order=True)
    compared = mains.join(best, on="case_id", how="left").with_columns(pl.col("score").fill_null(0.0), pl.col("dear").fill_null(value=False))
    compared = compared.with_columns(supported=(pl.col("score") > p["difference_max"]) | pl.col("dear"))
    hospitals = habit(compared, p, p["difference_max"], p["difference_flagrant"])
    if hospitals.is_empty():
        return empty_hits()
    found = of_habit(compared, hospitals).join(scheme.drg.select("drg_code", billed_name="drg_name"), on="drg_code")
    priced = with_loss(found, weights, "drg_code", "supported_code")
    said = filled(
        "该例以主要诊断{}（{}）按{}{}结算，但费用明细不像其他机构{}例同一主要诊断的病例（{}），而与{}{}（{}{}）的诊疗相符；以后者为主要诊断",
        pl.coalesce("dx_name", "code"),
        "code",
        "drg_code",
        "billed_name",
        "n_peers",
        pl.when(pl.col("lacks") != "").then(filled("通常有{}", "lacks")).otherwise(pl.lit("通常没有本例所用项目")),
        "other_kind",
        "other_name",
        "other_code",
        pl.when(pl.col("other_has") != "").then(filled("，通常有{}", "other_has")).otherwise(pl.lit("")),
    )
    return as_hits(priced, 0.55, said, "病例")


def _compared(own: pl.DataFrame, extracted: pl.DataFrame, profiles: Profiles, weights: pl.DataFrame, p: Params) -> pl.DataFrame:
    """Some cases against each cheaper alternative: case_id, other_*, supported_code, score, dear, lacks, other_has, n_peers."""
    ids = own.select("case_id")
    listed = (
        extracted.filter(pl.col("kind") == CANDIDATE)
        .join(ids, on="case_id", how="semi")
        .with_columns(other_kind=pl.lit("其他诊断"), penalty=pl.lit(0.0))
    )
    unlisted = _unlisted(extracted, own, p).with_columns(other_kind=pl.lit("未列入清单的诊断"), penalty=pl.lit(p["unlisted_penalty"]))
    columns = ["case_id", "code", "dx_name", "supported_code", "supported_adrg", "other_kind", "penalty"]
    others = pl.concat([listed.select(columns), unlisted.select(columns)]).rename({"code": "other_code"})
    case = own.select("case_id", "fixmedins_code", "unit", "drg_code", "drg_wt", "fee_fen", "pay_std_fen")
    rows = weight_ratio(others.join(case, on="case_id"), weights, "drg_code", "supported_code").filter(
        pl.col("weight_ratio").is_not_null() & (pl.col("supported_adrg") != pl.col("drg_code").str.slice(0, 3))
    )
    rows = with_unit(rows.rename({"other_code": "code"}), profiles, p, "other_unit").rename({"code": "other_code"})
    rows = rows.filter(pl.col("other_unit").is_not_null() & (pl.col("other_unit") != pl.col("unit")))
    rows = contrasted(rows, own.select("case_id", "keys"), profiles, p)
    judged = with_fee_evidence(rows, extracted.filter(pl.col("kind") == PAID), p)
    return judged.select(
        "case_id", "other_code", "other_kind", "supported_code", "dear", "lacks", "other_has", "n_peers",
        other_name=pl.coalesce("dx_name", "other_code"), score=pl.col("score") + pl.col("penalty"),
    )  # fmt: skip


def _unlisted(extracted: pl.DataFrame, own: pl.DataFrame, p: Params) -> pl.DataFrame:
    """The cases without operation under every main diagnosis of their MDC that is common enough, with the group it usually has."""
    medical = pl.col("grouped_adrg").str.slice(1, 1) >= "R"
    common = (
        extracted.filter((pl.col("kind") == BEARER) & medical)
        .group_by("mdc", "code", "grouped_adrg", "grouped_code")
        .agg(n=pl.len(), dx_name=pl.col("dx_name").drop_nulls().sort().first())
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
    return own.filter(medical).select("case_id", "mdc").join(common, on="mdc")
