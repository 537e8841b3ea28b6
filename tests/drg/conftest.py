from __future__ import annotations

import polars as pl
import pytest

from features.drg.grouper import group
from features.drg.scheme import Scheme, load_scheme
from tests.drg.slow_grouper import Discharge


@pytest.fixture(scope="session")
def national() -> Scheme:
    return load_scheme()


def grouped(cases: list[Discharge], scheme: Scheme) -> pl.DataFrame:
    """The fast grouper's answer for discharges written down as lists of codes."""
    ids = [str(number) for number in range(len(cases))]
    people = pl.LazyFrame(
        {
            "case_id": ids,
            "gend": [case.gend for case in cases],
            "age": [case.age for case in cases],
            "age_days": [case.age_days for case in cases],
            "weight": [case.weight for case in cases],
            "dscg_way": [case.dscg_way for case in cases],
        },
        schema={"case_id": pl.String, "gend": pl.String, "age": pl.Float64, "age_days": pl.Float64, "weight": pl.Float64, "dscg_way": pl.String},
    )

    def listed(codes: list[list[str]]) -> pl.LazyFrame:
        rows = [(ids[number], code, place == 0, place) for number, listed in enumerate(codes) for place, code in enumerate(listed)]
        return pl.LazyFrame(rows, schema={"case_id": pl.String, "code": pl.String, "main": pl.Boolean, "seq": pl.Int64}, orient="row")

    return group(people, listed([case.dx for case in cases]), listed([case.op for case in cases]), scheme).collect()
