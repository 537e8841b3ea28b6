"""Fees that stop just above the low-outlier limit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl

from features.parameters import City
from models.rules.drg.bunching_above_low_limit import bunching_above_low_limit
from models.run_rules import complete_hits, run_extract
from tests.rules.support import city_of

P = City.load()["bunching_above_low_limit"]


def near(filled_up: float, cases: int = 60, slope: float = 1.0) -> pl.DataFrame:
    """Ten hospitals' stays around 0.4 of the standard; H0 lifts a share of those below above it. ``slope``: fees grow commoner upwards."""
    rng = np.random.default_rng(3)
    rows = []
    for hospital in range(10):
        for number in range(cases):
            multiple = 0.3 + 0.2 * float(rng.random()) ** (1 / slope)
            if hospital == 0 and multiple < 0.4 and rng.random() < filled_up:
                multiple = 0.401 + 0.02 * float(rng.random())
            rows.append((f"M{hospital}-{number}", f"H{hospital}", date(2024, 3, 1), round(multiple * 500_000), 500_000, multiple, "ES3"))
    return pl.DataFrame(rows, schema=["mdtrt_id", "fixmedins_code", "end_date", "fee_fen", "pay_std_fen", "multiple", "stratum"], orient="row")


def hits(extracted: pl.DataFrame) -> pl.DataFrame:
    frame = bunching_above_low_limit.function(SimpleNamespace(extracted=extracted.lazy()), P)  # type: ignore[arg-type]
    return complete_hits(frame, "bunching_above_low_limit").collect()


def test_a_hospital_that_fills_stays_up_over_the_limit_is_found_with_what_it_gained() -> None:
    found = hits(near(filled_up=0.8))
    assert found["fixmedins_code"].to_list() == ["H0"]
    # about 24 of its 30 stays below were lifted; each gained some 0.6 of the standard of 5,000 yuan
    assert 15 * 280_000 < found["loss_fen"][0] < 40 * 300_000


def test_fees_that_run_smoothly_through_the_limit_are_no_finding_whatever_their_slope() -> None:
    for slope in (0.5, 1.0, 3.0):
        assert hits(near(filled_up=0.0, slope=slope)).is_empty()


def test_a_speciality_whose_fees_lie_above_the_limit_everywhere_is_no_finding() -> None:
    def chemotherapy(hospital: int, cases: int) -> list[tuple[object, ...]]:
        return [(f"C{hospital}-{n}", f"H{hospital}", date(2024, 3, 1), 205_000, 500_000, 0.41, "RE1") for n in range(cases)]

    specialised = pl.DataFrame(chemotherapy(0, 60) + chemotherapy(1, 25) + chemotherapy(2, 25), schema=near(0.0).schema, orient="row")
    others = near(filled_up=0.0).filter(pl.col("fixmedins_code") != "H0")
    assert hits(pl.concat([others, specialised])).is_empty()
    filled = specialised.with_columns(stratum=pl.when(pl.col("fixmedins_code") == "H0").then(pl.lit("ES3")).otherwise("stratum"))
    assert hits(pl.concat([others, filled]))["fixmedins_code"].to_list() == ["H0"]


def test_few_stays_near_the_limit_show_no_shape() -> None:
    assert hits(near(filled_up=1.0, cases=15)).is_empty()
    assert hits(near(filled_up=1.0).clear()).is_empty()


def test_only_stays_under_drg_payment_near_the_limit_are_gathered(tmp_path: Path) -> None:
    t = city_of(
        tmp_path,
        mdtrt_d="""
            mdtrt_id | begntime         | endtime
            M1       | 2024-03-01 09:00 | 2024-03-08 10:00
            M2       | 2024-04-01 09:00 | 2024-04-08 10:00
            M3       | 2024-05-01 09:00 | 2024-05-08 10:00
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time    | hilist_code     | cnt | pric
            M1       | 2024-03-02 09:00 | 001109000010000 | 1   | 2050
            M2       | 2024-04-02 09:00 | 001109000010000 | 1   | 4000
            M3       | 2024-05-02 09:00 | 001109000010000 | 1   | 2050
        """,
        mdcs_fund_setl_list_d="""
            setl_id | mdtrt_id | psn_no | fixmedins_code | hi_paymtd
            SM1     | M1       | P1     | H1             | 4
            SM2     | M2       | P1     | H1             | 4
            SM3     | M3       | P1     | H1             | 1
        """,
        drg_setl_d="""
            setl_id | drg_code | drg_wt | drg_pay_std | drg_case_type
            SM1     | ES35     | 1.0    | 5000        | 1
            SM2     | ES35     | 1.0    | 5000        | 1
            SM3     | ES35     | 1.0    | 5000        | 1
        """,
    )
    assert run_extract(t, bunching_above_low_limit, City.load())["mdtrt_id"].to_list() == ["M1"]


def test_courses_of_chemotherapy_cost_the_same_each_time_and_are_left_out(tmp_path: Path) -> None:
    def gathered(dx: str) -> list[str]:
        t = city_of(
            tmp_path / dx,
            mdtrt_d=f"mdtrt_id | begntime | endtime | dscg_maindiag_code\nM1 | 2024-03-01 | 2024-03-03 | {dx}\n",
            fee_list_d="mdtrt_id | fee_ocur_time | hilist_code | cnt | pric\nM1 | 2024-03-02 | 001109000010000 | 1 | 2050\n",
            mdcs_fund_setl_list_d="setl_id | mdtrt_id | psn_no | fixmedins_code | hi_paymtd\nSM1 | M1 | P1 | H1 | 4\n",
            drg_setl_d="setl_id | drg_code | drg_wt | drg_pay_std | drg_case_type\nSM1 | RE15 | 1.0 | 5000 | 1\n",
        )
        return run_extract(t, bunching_above_low_limit, City.load())["mdtrt_id"].to_list()

    assert gathered("J18.900") == ["M1"]
    assert gathered("Z51.100") == []
