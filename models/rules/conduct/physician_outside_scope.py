from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import percent, yuan


def _treated(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient visits in which a physician with one narrow registered scope prescribed drugs: ``outside`` where nothing the patient bears is
    within it, with the lines he ordered."""
    scopes: dict[str, str] = p["scopes"]
    registered = (
        t.raw("dr_info_b")
        .filter(pl.col("dr_prac_scp_name").is_not_null())
        .group_by("dr_code")
        .agg(pl.col("dr_prac_scp_name").unique().sort().str.join("、").alias("scope"))
        .with_columns(
            known=pl.coalesce(pl.when(pl.col("scope").str.contains(f"^(?:{name})[^、,，;；]*$")).then(pl.lit(name)) for name in sorted(scopes))
        )
        .filter(pl.col("known").is_not_null())
    )
    ordered = (
        t.lines.filter(~pl.col("inpatient") & pl.col("bilg_dr_code").is_not_null())
        .join(registered.select(bilg_dr_code="dr_code", scope="scope", known="known"), on="bilg_dr_code")
        .group_by("fixmedins_code", "mdtrt_id", "scope", "known", dr_code="bilg_dr_code")
        .agg(
            pl.col("bkkp_sn"),
            pl.col("list_type").is_in(["101", "102", "103"]).any().alias("drugs"),
            pl.col("main_dx").first(),
            pl.col("age").first(),
            pl.col("date").min().alias("first"),
            pl.col("date").max().alias("last"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .filter("drugs")
    )
    borne = pl.concat([ordered.select("mdtrt_id", dx="main_dx"), t.diagnoses.select("mdtrt_id", dx="diag_code")]).drop_nulls().unique()
    within = pl.any_horizontal((pl.col("known") == name) & pl.col("dx").str.contains(diseases) for name, diseases in sorted(scopes.items()))
    fits = ordered.select("mdtrt_id", "dr_code", "known").join(borne, on="mdtrt_id").filter(within).select("mdtrt_id", "dr_code").unique()
    return (
        ordered.filter(pl.col("main_dx").is_not_null())
        .join(fits.with_columns(fits=pl.lit(value=True)), on=["mdtrt_id", "dr_code"], how="left")
        .with_columns(outside=pl.col("fits").is_null())
        .drop("fits", "drugs", "known", "age")
    )


@rule(
    title_zh="医师超注册执业范围诊疗",
    title_en="Physician outside his registered scope",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2", "reg.40.3"),
    needs=("dr_info_b", "fee_list_d", "mdtrt_d"),
    params=("scopes", "visits_min", "share_min", "register_doctors_min", "register_share_max"),
    exceptions=("refund",),
    extract=_treated,
)
def physician_outside_scope(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatients of every kind treated in the name of a physician who is registered for one narrow field that is none of theirs.

    A licence that hangs on the wall of a clinic belongs to whoever was to be had: an eye specialist whose name stands under coughs, bellies and
    backs. ``scopes`` holds the narrow fields with the diseases they may treat, widely read; general, internal and surgical scopes are not
    judged, nor who is registered for several. A visit counts when he prescribed drugs and no diagnosis of it is within his field. One who is on
    duty sees other patients too: a physician answers from ``visits_min`` such visits that are ``share_min`` of his. Where a register names
    fields at random, nothing follows from it: it is believed when of at least ``register_doctors_min`` such physicians with as many visits
    at most ``register_share_max`` work outside. One finding a physician and institution. An honest answer would be a further scope or a
    rural licence that the register does not show.
    """
    per_house = ["dr_code", "fixmedins_code"]
    doctors = (
        t.extracted.group_by(*per_house, "scope")
        .agg(pl.len().alias("visits"), pl.col("outside").sum().alias("n_outside"))
        .with_columns(share=pl.col("n_outside") / pl.col("visits"))
        .filter(pl.col("visits") >= p["visits_min"])
        .with_columns(beyond=(pl.col("n_outside") >= p["visits_min"]) & (pl.col("share") >= p["share_min"]))
        .with_columns(kept=(pl.len() >= p["register_doctors_min"]) & (pl.col("beyond").mean() <= p["register_share_max"]))
    )
    return (
        t.extracted.filter("outside")
        .join(doctors.filter(pl.col("beyond") & pl.col("kept")), on=[*per_house, "scope"])
        .group_by(*per_house, "scope", "visits", "n_outside", "share")
        .agg(
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).sort().alias("bkkp_sns"),
            pl.col("first").min().alias("occurred_from"),
            pl.col("last").max().alias("occurred_to"),
            pl.col("worth").sum(),
        )
        .select(
            "fixmedins_code",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.005 * pl.col("n_outside")).clip(upper_bound=0.8),
            evidence=filled(
                "医师{}注册执业范围为“{}”，{}至{}以其名义诊治并开药的{}人次门诊中{}人次（{}）诊断均不属该范围，涉及医保范围内金额{}元；须核对本人是否在岗、有无增项注册。",
                "dr_code",
                "scope",
                "occurred_from",
                "occurred_to",
                "visits",
                "n_outside",
                percent(pl.col("share")),
                yuan(pl.col("worth")),
            ),
        )
    )
