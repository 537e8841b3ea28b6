from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import DRUGS, as_units, chosen, copied, period, resettled, stays_of_days

PSYCHIATRIC = "F"


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    """Stays for a mental disease, one a person and house, that leave room for the chain."""
    _, last = period(frames)
    stays = stays_of_days(frames, p["stay_days_min"]).filter(pl.col("dscg_maindiag_code").str.starts_with(PSYCHIATRIC))
    ended = stays.filter(pl.col("endtime") + int(p["chain_links"]) * (pl.col("endtime") - pl.col("begntime") + pl.duration(days=1)) <= last)
    return as_units(ended.sort("endtime").unique(["psn_no", "fixmedins_code"], keep="last", maintain_order=True), "mdtrt_id")


@plant(
    kind=Kind.FAKE_INPATIENT,
    title_zh="精神类循环住院",
    unit_zh="精神类住院",
    does_zh="精神病人出院次日再入院，每次住院天数一样，全程没有用药",
    units=_stays,
)
def psychiatric_chain(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A mental patient's stay is billed on and on, each of the same length from the day after the last, without a drug."""
    stays = frames["mdtrt_d"].filter(chosen(units, "mdtrt_id"))
    length = (pl.col("endtime").dt.date() - pl.col("begntime").dt.date()).dt.total_days() + 1
    plan = (
        stays.with_columns(link=pl.int_ranges(1, int(p["chain_links"]) + 1))
        .explode("link")
        .select("mdtrt_id", new=filled("{}C{}", "mdtrt_id", "link"), days=pl.col("link") * length)
    )
    tables, lines = copied(frames, plan)
    drugless = tables["fee_list_d"].filter(~(pl.col("mdtrt_id").is_in(plan["new"].implode()) & (pl.col("list_type") == DRUGS)))
    tables["setl_d"] = resettled(drugless, tables)
    tables["fee_list_d"] = drugless
    marked = lines.filter(pl.col("list_type") != DRUGS).join(plan.select(unit="mdtrt_id", mdtrt_id="new"), on="mdtrt_id")
    return tables, marked.group_by("unit", "mdtrt_id", "psn_no").agg(pl.col("bkkp_sn").sort().alias("bkkp_sns"))
