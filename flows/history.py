"""The institutions' figures as they stood at the end of an earlier month, for judging models by what was decided afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import polars as pl

from features.feature import GRAINS
from features.lake import WHOLE
from features.past import PastLake
from features.peers import peer_groups, standardise
from features.run import bucket_facts, city_facts
from features.tables import Tables
from flows.scoring import forest_input
from flows.steps import Job
from flows.store import write_parquet


def month_before(moment: datetime) -> str:
    """The last month (``YYYY-MM``) that was over at this moment."""
    return (moment.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def figures_until(job: Job, month: str) -> pd.DataFrame | None:
    """``forest_input`` of the lake as it stood when ``month`` was over; None when it holds nothing later, so that today's figures are those.

    Finished buckets are not computed again under the same key (lake, parameters, code) and month.
    """
    lake, city, steps = job.open_lake(), job.city(), job.steps()
    if month >= max((part.month for part in lake.parts if part.month != WHOLE), default=""):
        return None
    past = PastLake(lake, month)
    folder = steps.path(f"until={month}")
    for bucket in past.buckets:
        step = f"until={month}/bucket={bucket}"
        if not steps.finished(step):
            for name, frame in bucket_facts(Tables(past, bucket), city).items():
                write_parquet(frame, folder / f"bucket={bucket}" / f"facts.{name}.parquet")
            steps.finish(step)
    names = [name for name, grain in GRAINS.items() if grain.by_bucket]
    parts = {name: pl.scan_parquet([folder / f"bucket={bucket}" / f"facts.{name}.parquet" for bucket in past.buckets]) for name in names}
    facts = city_facts(parts, Tables(past), city)
    groups = peer_groups(facts["institution"], parts["stay"], city)
    return forest_input(standardise(facts["institution_feature"], groups, city), groups)
