from __future__ import annotations

import polars as pl

from features.feature import feature
from features.networks.network_pairs import DRUG_CIRCUIT, members
from features.parameters import Params
from features.shared.measures import ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="药品流转团伙购药占比",
    title_en="Drugs sold to circuits",
    unit="share",
    why="Cards that go round together are in one hand, and the drugs they buy are sold on.",
    numerator="outpatient drug fees of persons in a circuit",
    denominator="outpatient drug fees",
    needs=("fee_list_d",),
    facts=("person_month", "network_pair"),
    params=("group_min",),
    points_to=("drug_hoarding", "impersonation"),
    statistic="mean",
)
def circuit_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Circuits of at least group_min persons who bought what they had in hand on the same days at the same places beyond chance."""
    ring = members(t.facts("network_pair"), DRUG_CIRCUIT).filter(pl.col("persons") >= p["group_min"])
    known = ring.select("psn_no", member=pl.lit(1.0))
    months = t.facts("person_month").filter(pl.col("drug_fen") > 0).join(known, on="psn_no", how="left")
    return ratio(months, pl.col("drug_fen") * pl.col("member").fill_null(0.0), pl.col("drug_fen"))
