from __future__ import annotations

import polars as pl

from features.feature import feature
from features.networks.network_pairs import ADMITTED_TOGETHER, members
from features.parameters import Params
from features.shared.measures import count_where, ratio
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="反复同批入院者住院占比",
    title_en="Stays of people admitted together again and again",
    unit="share",
    why="Illness comes one by one; recruiters bring the same people by the carload, season after season.",
    numerator="stays of persons in a group whose admissions here coincide beyond chance",
    denominator="stays",
    facts=("stay", "network_pair"),
    params=("group_min",),
    points_to=("fake_inpatient", "low_threshold_admission"),
)
def group_stay_share(t: Tables, p: Params) -> pl.LazyFrame:
    """Groups of at least group_min persons (more than a household). Treatment in cycles is left out of the network, not of the stays."""
    groups = members(t.facts("network_pair"), ADMITTED_TOGETHER).filter(pl.col("persons") >= p["group_min"])
    own = groups.select("fixmedins_code", "psn_no", member=pl.lit(value=True))
    stays = t.facts("stay").select("fixmedins_code", "psn_no").join(own, on=["fixmedins_code", "psn_no"], how="left")
    return ratio(stays, count_where(pl.col("member")), pl.lit(1))
