"""What a load's report says of the lake as a whole: rows without partner, and the kinds of rows bureaus ask after."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.lake import Lake

#: Name in the report → (table, column, the table and column it should be found in). Late lines may precede their visit, so that
#: these rows are kept; rules never use them until the partner arrives.
_LINKS: Final = {
    "fee_lines_without_visit": ("fee_list_d", "mdtrt_id", "mdtrt_d", "mdtrt_id"),
    "fee_lines_without_settlement": ("fee_list_d", "setl_id", "setl_d", "setl_id"),
    "refund_lines_without_original": ("fee_list_d", "init_feedetl_sn", "fee_list_d", "bkkp_sn"),
    "settlements_without_visit": ("setl_d", "mdtrt_id", "mdtrt_d", "mdtrt_id"),
    "refunds_without_original": ("setl_d", "init_setl_id", "setl_d", "setl_id"),
    "visits_without_person": ("mdtrt_d", "psn_no", "psn_info_b", "psn_no"),
    "visits_without_institution": ("mdtrt_d", "fixmedins_code", "fixmedins_b", "fixmedins_code"),
    "settlement_lists_without_settlement": ("mdcs_fund_setl_list_d", "setl_id", "setl_d", "setl_id"),
}


def orphans(lake: Lake) -> dict[str, int]:
    """Rows whose partner the lake does not hold, by kind of link. Read bucket by bucket."""
    found = dict.fromkeys(_LINKS, 0)
    for bucket in lake.buckets:
        for name, (table, column, partner, partner_column) in _LINKS.items():
            if not lake.has(table):
                continue
            rows = lake.scan(table, bucket).select(pl.col(column).alias("key")).drop_nulls()
            partners = lake.scan(partner, bucket).select(pl.col(partner_column).alias("key"))
            found[name] += int(rows.join(partners, on="key", how="anti").select(pl.len()).collect().item())
    return found


def profile(lake: Lake) -> dict[str, int]:
    """Counts of void rows, refunds, interim settlements, stays still in hospital and unsettled lines in the lake."""
    counts: dict[str, pl.LazyFrame] = {}
    if lake.has("setl_d"):
        settlements = lake.scan("setl_d")
        counts["settlements_void"] = settlements.filter(pl.col("vali_flag") == "0")
        counts["settlements_refund"] = settlements.filter(pl.col("refd_setl_flag") == "1")
        counts["settlements_interim"] = settlements.filter(pl.col("mid_setl_flag") == "1")
    if lake.has("mdtrt_d"):
        visits = lake.scan("mdtrt_d")
        counts["visits_void"] = visits.filter(pl.col("vali_flag") == "0")
        counts["stays_in_hospital"] = visits.filter(pl.col("inhosp_stas") == "1")
    if lake.has("fee_list_d"):
        lines = lake.scan("fee_list_d")
        counts["fee_lines_void"] = lines.filter(pl.col("vali_flag") == "0")
        counts["fee_lines_negative"] = lines.filter(pl.col("det_item_fee_sumamt") < 0)
        counts["fee_lines_unsettled"] = lines.filter(pl.col("setl_id").is_null())
    sizes = pl.collect_all([frame.select(pl.len()) for frame in counts.values()])
    return {name: int(size.item()) for name, size in zip(counts, sizes, strict=True)}
