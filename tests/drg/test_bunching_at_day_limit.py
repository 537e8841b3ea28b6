"""Days that stop just past a limit: stays kept until the group is paid, patients called back the day after a return counts anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from features.parameters import City
from models.rules.drg.bunching_at_day_limit import bunching_at_day_limit
from models.run_rules import complete_hits, run_extract
from tests.rules.support import city_of

P = City.load()["bunching_at_day_limit"]


def near(kept: float, cases: int = 80, surgeons: str = "") -> pl.DataFrame:
    """Ten hospitals' stays of 1 to 4 days; H0 keeps a share of the short ones until the third day. ``surgeons`` does day surgery only."""
    rng = np.random.default_rng(5)
    rows = []
    for number in range(10 * cases):
        hospital = f"H{number % 10}"
        short = hospital == surgeons or rng.random() < 0.3
        days = int(rng.choice([1, 2, 3, 4], p=[0.3, 0.4, 0.2, 0.1] if short else [0.1, 0.2, 0.3, 0.4]))
        if hospital == "H0" and days < 3 and rng.random() < kept:
            days = 3
        rows.append((f"M{number}", hospital, "CB3" if short else "ES3", date(2024, 3, 1), "住院满3天", days >= 3, 120_000))
    return pl.DataFrame(rows, schema=["mdtrt_id", "fixmedins_code", "stratum", "end_date", "limit", "past", "gain_fen"], orient="row")


def hits(extracted: pl.DataFrame) -> pl.DataFrame:
    frame = bunching_at_day_limit.function(SimpleNamespace(extracted=extracted.lazy()), P)  # type: ignore[arg-type]
    return complete_hits(frame, "bunching_at_day_limit").collect()


def test_a_hospital_that_keeps_short_stays_until_the_limit_is_found_with_what_it_gained() -> None:
    found = hits(near(kept=0.9))
    assert found["fixmedins_code"].to_list() == ["H0"]
    # of its 80 stays about 32 were short; nearly all were kept, each gaining 1,200 yuan
    assert 18 * 120_000 < found["loss_fen"][0] < 36 * 120_000
    assert "住院满3天" in found["evidence"][0]


@pytest.mark.parametrize("surgeons", ["", "H3"])
def test_days_that_run_smoothly_and_a_house_of_day_surgery_are_no_finding(surgeons: str) -> None:
    assert hits(near(kept=0.0, surgeons=surgeons)).is_empty()


def test_few_stays_near_the_limit_show_no_shape() -> None:
    assert hits(near(kept=1.0, cases=15)).is_empty()
    assert hits(near(kept=1.0).clear()).is_empty()


def test_stays_about_both_limits_are_gathered_on_the_right_side(tmp_path: Path) -> None:
    t = city_of(
        tmp_path,
        mdtrt_d="""
            mdtrt_id | begntime         | endtime
            M1       | 2024-03-01 09:00 | 2024-03-03 10:00
            M2       | 2024-03-18 09:00 | 2024-03-21 10:00
            M3       | 2024-04-05 09:00 | 2024-04-19 10:00
            M4       | 2024-05-10 09:00 | 2024-05-12 10:00
        """,
        fee_list_d="""
            mdtrt_id | fee_ocur_time    | hilist_code     | cnt | pric
            M1       | 2024-03-02 09:00 | 001109000010000 | 1   | 2050
            M2       | 2024-03-19 09:00 | 001109000010000 | 1   | 4000
            M3       | 2024-04-06 09:00 | 001109000010000 | 1   | 2050
            M4       | 2024-05-11 09:00 | 001109000010000 | 1   | 2050
        """,
        mdcs_fund_setl_list_d="""
            setl_id | mdtrt_id | psn_no | fixmedins_code | hi_paymtd
            SM1     | M1       | P1     | H1             | 4
            SM2     | M2       | P1     | H1             | 4
            SM3     | M3       | P1     | H1             | 4
            SM4     | M4       | P1     | H1             | 1
        """,
        drg_setl_d="""
            setl_id | drg_code | drg_wt | drg_pay_std | drg_case_type
            SM1     | ES35     | 1.0    | 5000        | 1
            SM2     | ES35     | 1.0    | 5000        | 1
            SM3     | ES35     | 1.0    | 5000        | 1
            SM4     | ES35     | 1.0    | 5000        | 1
        """,
    )
    rows = run_extract(t, bunching_at_day_limit, City.load()).sort("limit", "mdtrt_id").select("mdtrt_id", "limit", "past", "stratum").rows()
    assert rows == [
        # two days are short of three, three are not; M3 lay a fortnight, M4 is not paid by group
        ("M1", "住院满3天", False, "ES3"),
        ("M2", "住院满3天", True, "ES3"),
        # back on the fifteenth day: the same stay still, two days more and it counts anew
        ("M2", "出院超过15天再入院", False, "ES3"),
        ("M3", "出院超过15天再入院", False, "ES3"),
    ]
