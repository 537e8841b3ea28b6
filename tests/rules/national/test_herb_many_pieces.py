"""Thirty pieces are enough."""

from __future__ import annotations

import pytest

from models.rules.national.herb_many_pieces import herb_many_pieces
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[
        "L01",
        "L02",
        "L03",
        "L04",
        "L05",
        "L06",
        "L07",
        "L08",
        "L09",
        "L10",
        "L11",
        "L12",
        "L13",
        "L14",
        "L15",
        "L16",
        "L17",
        "L18",
        "L19",
        "L20",
        "L21",
        "L22",
        "L23",
        "L24",
        "L25",
        "L26",
        "L27",
        "L28",
        "L29",
        "L30",
        "L31",
    ],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | hilist_name
            L01     | M1       | 2024-03-02    | T000100001  | 饮片01
            L02     | M1       | 2024-03-02    | T000100002  | 饮片02
            L03     | M1       | 2024-03-02    | T000100003  | 饮片03
            L04     | M1       | 2024-03-02    | T000100004  | 饮片04
            L05     | M1       | 2024-03-02    | T000100005  | 饮片05
            L06     | M1       | 2024-03-02    | T000100006  | 饮片06
            L07     | M1       | 2024-03-02    | T000100007  | 饮片07
            L08     | M1       | 2024-03-02    | T000100008  | 饮片08
            L09     | M1       | 2024-03-02    | T000100009  | 饮片09
            L10     | M1       | 2024-03-02    | T000100010  | 饮片10
            L11     | M1       | 2024-03-02    | T000100011  | 饮片11
            L12     | M1       | 2024-03-02    | T000100012  | 饮片12
            L13     | M1       | 2024-03-02    | T000100013  | 饮片13
            L14     | M1       | 2024-03-02    | T000100014  | 饮片14
            L15     | M1       | 2024-03-02    | T000100015  | 饮片15
            L16     | M1       | 2024-03-02    | T000100016  | 饮片16
            L17     | M1       | 2024-03-02    | T000100017  | 饮片17
            L18     | M1       | 2024-03-02    | T000100018  | 饮片18
            L19     | M1       | 2024-03-02    | T000100019  | 饮片19
            L20     | M1       | 2024-03-02    | T000100020  | 饮片20
            L21     | M1       | 2024-03-02    | T000100021  | 饮片21
            L22     | M1       | 2024-03-02    | T000100022  | 饮片22
            L23     | M1       | 2024-03-02    | T000100023  | 饮片23
            L24     | M1       | 2024-03-02    | T000100024  | 饮片24
            L25     | M1       | 2024-03-02    | T000100025  | 饮片25
            L26     | M1       | 2024-03-02    | T000100026  | 饮片26
            L27     | M1       | 2024-03-02    | T000100027  | 饮片27
            L28     | M1       | 2024-03-02    | T000100028  | 饮片28
            L29     | M1       | 2024-03-02    | T000100029  | 饮片29
            L30     | M1       | 2024-03-02    | T000100030  | 饮片30
            L31     | M1       | 2024-03-02    | T000100031  | 饮片31
        """,
    },
)

LAWFUL = {
    "thirty pieces": HIT.but("饮片31", "饮片30"),
    "the thirty-first on another day": HIT.but("L31 | M1 | 2024-03-02", "L31 | M1 | 2024-03-03"),
}


def test_herb_many_pieces_is_found(city):
    findings = found(herb_many_pieces, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_herb_many_pieces_lets_pass(city, why):
    assert found(herb_many_pieces, city(**LAWFUL[why].tables), **HIT.params).is_empty()
