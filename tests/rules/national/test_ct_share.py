"""The share of CT against peers."""

from __future__ import annotations

import pytest

from models.rules.national.ct_share import ct_share
from tests.rules.national.peers import hospitals
from tests.rules.support import found

PART, OTHER = "002103000010000", "001109000010000"


def test_a_hospital_far_above_its_peers_and_the_ceiling_is_found(city):
    t = city(**hospitals(PART, OTHER, odd_share=90, peers=4, usual=2))
    findings = found(ct_share, t, cases_min=2, peers_min=5, share_max=0.5)
    assert findings["fixmedins_code"].to_list() == ["H5"]
    assert findings.select("amount_at_issue", "fund_loss").row(0) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("why", "drawn", "params"),
    [
        ("below the ceiling", {"odd_share": 40}, {}),
        ("all hospitals of the kind are alike", {"usual": 90}, {}),
        ("too few peers", {"peers": 3}, {}),
        ("too few cases", {}, {"cases_min": 3}),
        ("peers of another kind only", {"kind": "专科医院-精神"}, {}),
    ],
)
def test_a_statistic_is_unusual_only_against_like_institutions(city, why, drawn, params):
    t = city(**hospitals(PART, OTHER, **({"odd_share": 90, "peers": 4, "usual": 2} | drawn)))
    assert found(ct_share, t, **({"cases_min": 2, "peers_min": 5, "share_max": 0.5} | params)).is_empty()
