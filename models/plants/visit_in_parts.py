from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, copied, good_lines, outpatient_visits, resettled

PARTS = ("a", "b")


def _visits(frames: Given, p: Params) -> pl.DataFrame:
    """Outpatient visits with enough lines to deal out, not dialysis."""
    lines = good_lines(frames)
    enough = lines.group_by("mdtrt_id").agg(n=pl.len(), dialysis=is_dialysis(pl.col("hilist_code")).any())
    able = enough.filter((pl.col("n") >= p["split_lines_min"]) & ~pl.col("dialysis"))
    return as_units(outpatient_visits(frames).join(able, on="mdtrt_id", how="semi"), "mdtrt_id")


@plant(
    kind=Kind.SPLIT_BILLING,
    title_zh="一次就诊拆分多次结算",
    unit_zh="门诊就诊或购药",
    does_zh="一次就诊的费用在当天拆成三次、间隔几分钟分别结算",
    units=_visits,
)
def visit_in_parts(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """What was one visit is settled as three on the same day, minutes apart, each under its own number."""
    plan = pl.concat(
        units.select(mdtrt_id="unit", new=pl.col("unit") + part, days=0, minutes=pl.lit(5 * place)) for place, part in enumerate(PARTS, start=1)
    )
    tables, copies = copied(frames, plan)
    # each line stays in one of the parts only
    own = good_lines(frames).filter(chosen(units, "mdtrt_id")).sort("bkkp_sn")
    dealt = own.select("bkkp_sn", "mdtrt_id", turn=pl.int_range(pl.len()).over("mdtrt_id") % (len(PARTS) + 1))
    kept = [dealt.filter(pl.col("turn") == 0).select("bkkp_sn")]
    for place, part in enumerate(PARTS, start=1):
        kept.append(dealt.filter(pl.col("turn") == place).select(filled("{}-{}{}", "bkkp_sn", "mdtrt_id", pl.lit(part)).alias("bkkp_sn")))
    stays = pl.concat(kept)
    among = pl.concat([own.select("bkkp_sn"), copies.select("bkkp_sn")])
    lines = tables["fee_list_d"].join(among.join(stays, on="bkkp_sn", how="anti"), on="bkkp_sn", how="anti")
    parted = lines.join(stays, on="bkkp_sn", how="semi")
    tables["setl_d"] = resettled(lines, tables)
    tables["fee_list_d"] = lines
    link = pl.concat([units.select("unit", mdtrt_id="unit"), plan.select(unit="mdtrt_id", mdtrt_id="new")])
    return tables, cases_by(parted.join(link, on="mdtrt_id"), "unit")
