from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_inpatient
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import CONSUMABLES, DRUGS, as_units, cases_by, chosen, good_lines


def _covered(frames: Given) -> pl.DataFrame:
    """Drugs and materials of stays that the fund covers wholly: of one dearer than its ceiling a part is the patient's already."""
    goods = pl.col("list_type").is_in([DRUGS, CONSUMABLES]) & (pl.col("inscp_amt") > 0) & (pl.col("inscp_amt") == pl.col("det_item_fee_sumamt"))
    return good_lines(frames).filter(goods & is_inpatient(pl.col("med_type")))


def _stays(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    return as_units(_covered(frames), "mdtrt_id")


@plant(
    kind=Kind.COST_SHIFTING, title_zh="目录内费用转为自费", unit_zh="住院", does_zh="住院患者目录内的药品、耗材改记全自费，由患者付钱", units=_stays
)
def made_self_paid(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """Covered drugs and materials of the stay are charged to the patient as wholly self-paid."""
    mine = _covered(frames).filter(chosen(units, "mdtrt_id"))
    lines = frames["fee_list_d"]
    hit = pl.col("bkkp_sn").is_in(mine["bkkp_sn"].implode())
    paid = lines.with_columns(
        inscp_amt=pl.when(hit).then(pl.lit(0).cast(lines.schema["inscp_amt"])).otherwise("inscp_amt"),
        fulamt_ownpay_amt=pl.when(hit).then(pl.col("det_item_fee_sumamt").cast(lines.schema["fulamt_ownpay_amt"])).otherwise("fulamt_ownpay_amt"),
    )
    taken = mine.group_by("mdtrt_id").agg(shift=pl.col("inscp_amt").sum().cast(pl.Float64))
    settled = frames["setl_d"]
    first = pl.col("setl_id").rank("ordinal").over("mdtrt_id") == 1
    shift = pl.when(first).then(pl.col("shift").fill_null(0.0)).otherwise(0.0)
    signs = {"inscp_amt": -1, "fulamt_ownpay_amt": 1, "psn_pay": 1, "cash_payamt": 1}
    resettled = settled.join(taken, on="mdtrt_id", how="left").with_columns(
        (pl.col(name).cast(pl.Float64) + sign * shift).round(2).cast(settled.schema[name]).alias(name) for name, sign in signs.items()
    )
    return {"fee_list_d": paid, "setl_d": resettled.drop("shift")}, cases_by(paid.filter(hit), "mdtrt_id")
