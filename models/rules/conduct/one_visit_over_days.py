from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import given_on_the_spot, is_blood_purification
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan

#: registration and consultation, imaging, ultrasound, nuclear medicine, laboratory, pathology: what needs no second coming
DESK = r"^00(?:11|21|22|23|25|26|27)"


def _runs(t: Tables, p: Params) -> pl.LazyFrame:
    """Runs of outpatient visits of one person at one house for one disease, hours or a day apart (rows with ``later``), and how many visits of
    that kind every house has (rows with ``visits``).

    Visits at which something was done to the patient (infusion, dressing, acupuncture, dialysis …) belong to a course and are left out.
    """
    code = pl.col("hilist_code")
    service = (pl.col("list_type") == "201") & ~code.str.contains(DESK)
    done = t.of_item(service | given_on_the_spot(code) | is_blood_purification(code))
    course = t.lines.filter(~pl.col("inpatient") & done).select("mdtrt_id").unique()
    # one visit with several payments is one visit
    held = (
        t.standing_visits.filter(pl.col("med_type").str.slice(0, 2).is_in(p["categories"]))
        .select("mdtrt_id", "psn_no", "fixmedins_code", "med_type", "begntime", "begn_date", "adm_dept_codg", "chfpdr_code", "dise_no", "main_dx")
        .join(course, on="mdtrt_id", how="anti")
        .join(t.lines.select("mdtrt_id").unique(), on="mdtrt_id", how="semi")
    )
    totals = held.group_by("fixmedins_code").agg(visits=pl.len().cast(pl.Int64))
    same = ["psn_no", "fixmedins_code", "med_type"]
    order = ["begntime", "mdtrt_id"]
    before = {
        name: pl.col(name).shift(1).over(same, order_by=order)
        for name in ("begntime", "begn_date", "adm_dept_codg", "chfpdr_code", "dise_no", "main_dx")
    }
    days = (pl.col("begn_date") - before["begn_date"]).dt.total_days()
    minutes = (pl.col("begntime") - before["begntime"]).dt.total_minutes()

    def alike(name: str) -> pl.Expr:
        return pl.col(name).fill_null("") == before[name].fill_null("")

    same_place = alike("adm_dept_codg") | (pl.col("chfpdr_code") == before["chfpdr_code"]).fill_null(value=False)
    hours_later = (days == 0) & (minutes > p["minutes_apart_min"])
    chained = (
        held.filter(pl.len().over(same) > 1)
        .with_columns(again=((hours_later | (days == 1)) & same_place & alike("dise_no") & alike("main_dx")).fill_null(value=False))
        .with_columns(run=(~pl.col("again")).cum_sum().over(same, order_by=order))
        .filter(pl.len().over(*same, "run") > 1)
    )
    lines = t.lines.join(chained, on="mdtrt_id", how="semi").group_by("mdtrt_id").agg(pl.col("bkkp_sn").sort(), worth=pl.col("inscp_fen").sum())
    runs = (
        chained.join(lines, on="mdtrt_id", how="inner")
        .sort(*same, "begntime", "mdtrt_id")
        .group_by(*same, "run", maintain_order=True)
        .agg(
            n=pl.len().cast(pl.Int64),
            occurred_from=pl.col("begn_date").min(),
            occurred_to=pl.col("begn_date").max(),
            mdtrt_id=pl.col("mdtrt_id").get(1, null_on_oob=True),
            later=pl.col("bkkp_sn").slice(1).list.explode(keep_nulls=False, empty_as_null=False),
            first=pl.col("bkkp_sn").first(),
            worth=pl.col("worth").slice(1).sum(),
        )
        .filter(pl.col("n") > 1)
        .select("psn_no", "fixmedins_code", "n", "occurred_from", "occurred_to", "mdtrt_id", "later", "first", "worth")
    )
    return pl.concat([runs, totals], how="diagonal")


@rule(
    title_zh="一次就诊分多日或多次挂号结算",
    title_en="One visit spread over hours and days",
    kind=Kind.SPLIT_BILLING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "categories",
        "chance_max",
        "minutes_apart_min",
        "persons_min",
        "repeats_min",
        "share_min",
        "times_peers_min",
        "trim_share",
        "usual_floor",
    ),
    exceptions=("refund",),
    extract=_runs,
)
def one_visit_over_days(t: Tables, p: Params) -> pl.LazyFrame:
    """A person registered again for the same disease in the same department hours later or on the next day, with nothing done that needs a return.

    Chained are visits of one category and chronic disease (``categories``), the same main diagnosis, and the same department or physician, more
    than ``minutes_apart_min`` minutes apart on one day (sooner: ``same_day_split_settlements``) or on following days. Visits with injections,
    infusions, dressings, physiotherapy, acupuncture, operations or dialysis are courses and left out. A result is fetched the next morning, a
    forgotten box the next day: a house answers where ``repeats_min`` such returns of ``persons_min`` persons are ``share_min`` of its visits of
    that kind, ``times_peers_min`` times the rate of houses of its tier (the highest ``trim_share`` of them left out; at least ``usual_floor``), by
    more persons than chance allows (binomial, ``chance_max``). At fault are the lines of the later visits. One finding a run. An honest house shows
    what the patient came back for.
    """
    runs = t.extracted.filter(pl.col("later").is_not_null()).drop("visits")
    counted = runs.group_by("fixmedins_code").agg(extra=(pl.col("n") - 1).sum(), persons=pl.col("psn_no").n_unique())
    peers = others_rate(pl.col("extra"), pl.col("visits"), p["trim_share"], over=["is_pharmacy", "tier"])
    habit = (
        t.extracted.filter(pl.col("visits").is_not_null())
        .group_by("fixmedins_code")
        .agg(pl.col("visits").sum())
        .join(counted, on="fixmedins_code", how="left")
        .with_columns(pl.col("extra", "persons").fill_null(0))
        .join(t.institutions.select("fixmedins_code", "is_pharmacy", "tier"), on="fixmedins_code", how="left")
        .with_columns(share=pl.col("extra") / pl.col("visits"), peers=peers.clip(p["usual_floor"]))
        # a person who comes back again and again is one person's course
        .with_columns(chance=at_least("persons", "visits", "peers"))
        .filter(
            (pl.col("extra") >= p["repeats_min"])
            & (pl.col("persons") >= p["persons_min"])
            & (pl.col("share") >= p["share_min"])
            & (pl.col("share") >= p["times_peers_min"] * pl.col("peers"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "extra", "share", "peers")
    )
    return runs.join(habit, on="fixmedins_code").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("later").alias("bkkp_sns"),
        pl.col("first").alias("related_bkkp_sns"),
        "occurred_from",
        "occurred_to",
        strength=(0.4 + pl.col("share")).clip(upper_bound=0.9),
        evidence=filled(
            "{}至{}同一参保人因同一疾病在本机构同一科室（或同一医师）接连挂号结算{}次，均无须返诊的治疗；第2次起涉及医保范围内金额{}元。"
            "本机构此类返诊{}次，占同类就诊{}，同类机构为{}。须核对返诊原因。",
            "occurred_from",
            "occurred_to",
            "n",
            yuan(pl.col("worth")),
            "extra",
            percent(pl.col("share")),
            percent(pl.col("peers")),
        ),
    )
