"""The second operation of one incision is paid at half."""

from __future__ import annotations

import pytest

from models.rules.national.operation_discount import operation_discount
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | hilist_name | pric | psn_no
            A1      | M2       | 2024-01-02    | 003310050020000 | 开腹肝活检术      | 600  | P2
            A2      | M3       | 2024-01-03    | 003310050020000 | 开腹肝活检术      | 600  | P3
            A3      | M4       | 2024-01-04    | 003310050020000 | 开腹肝活检术      | 600  | P4
            L1      | M1       | 2024-03-02    | 003310050010000 | 肝损伤清创修补术    | 1000 | P1
            L2      | M1       | 2024-03-02    | 003310050020000 | 开腹肝活检术      | 600  | P1
        """,
    },
)

LAWFUL = {
    "billed at half price": HIT.but("开腹肝活检术 | 600 | P1", "开腹肝活检术 | 300 | P1"),
    "another day": HIT.but("L2 | M1 | 2024-03-02", "L2 | M1 | 2024-03-05"),
    "an operation of another group": HIT.but("003310050010000", "003308030250000"),
    "the institution's own price is not known well enough": HIT.but(
        "A3 | M4 | 2024-01-04 | 003310050020000", "A3 | M4 | 2024-01-04 | 003310050030000"
    ),
}


def test_operation_discount_is_found(city):
    findings = found(operation_discount, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["related_bkkp_sns"].to_list() == [["L1"]]


@pytest.mark.parametrize("why", LAWFUL)
def test_operation_discount_lets_pass(city, why):
    assert found(operation_discount, city(**LAWFUL[why].tables), **HIT.params).is_empty()


def test_the_amount_is_what_the_discount_would_have_saved(city):
    findings = found(operation_discount, city(**HIT.tables))
    assert findings.select("amount_at_issue", "fund_loss").row(0) == (300.0, 210.0)


FEE = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | hilist_name | pric | pric_uplmt_amt\n"


LISTED = "hilist_code | hilist_lmtpric_type | begndate | hilist_pric_uplmt_amt\n"


@pytest.mark.parametrize(("price", "ceiling", "hits"), [(900, 900, 1), (450, 900, 0), (450, 450, 0), (860, 900, 0)])
def test_where_an_operation_never_stands_alone_its_ceiling_is_the_full_price(city, price, ceiling, hits):
    """Adhesions are freed in every part of the belly: the operation is of several groups and meets the gallbladder in one of them."""
    gallbladder = "L1 | M1 | 2024-03-02 | 003310060020000 | 胆囊切除术 | 2000 | 2000\n"
    adhesions = f"L2 | M1 | 2024-03-02 | 003310030080000 | 肠粘连松解术 | {price} | {ceiling}"
    listed = LISTED + "003310030080000 | 2 | 2023-01-01 | 900\n003310030080000 | 3 | 2023-01-01 | 800\n"
    findings = found(operation_discount, city(fee_list_d=FEE + gallbladder + adhesions, hilist_lmtpric_d=listed))
    assert lines_of(findings) == [["L2"]] * hits
    assert findings["related_bkkp_sns"].to_list() == [["L1"]] * hits
    assert found(operation_discount, city(fee_list_d=FEE + gallbladder + adhesions)).is_empty()
