from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, copied, good_lines, outpatient_visits

EXTRA = "X"


def _dialysis_visits(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    sessions = good_lines(frames).filter(is_dialysis(pl.col("hilist_code"))).select("mdtrt_id").unique()
    return as_units(outpatient_visits(frames).join(sessions, on="mdtrt_id", how="semi"), "mdtrt_id")


@plant(kind=Kind.DIALYSIS_EXCESS, title_zh="次日虚增透析", unit_zh="门诊透析", does_zh="做过一次透析，次日照样再结算一次", units=_dialysis_visits)
def extra_sessions(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """A dialysis visit is billed again on the next day."""
    tables, lines = copied(frames, units.select(mdtrt_id="unit", new=pl.col("unit") + EXTRA, days=1))
    cases = cases_by(lines.filter(is_dialysis(pl.col("hilist_code"))), "mdtrt_id")
    return tables, cases.with_columns(pl.col("unit").str.strip_suffix(EXTRA))
