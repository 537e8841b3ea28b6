"""Where hardly anybody bills a consumable beside a service, the price of the service includes it."""

from __future__ import annotations

import pytest

from models.rules.national.consumable_in_service import consumable_in_service
from tests.rules.support import found

FEW = {"services_min": 3, "peers_min": 5}


def drawn(*, by_h1: int = 3, by_others: int = 0, houses: int = 5, name: str = "动静脉穿刺针") -> dict[str, str]:
    rows = ["mdtrt_id | fixmedins_code | fee_ocur_time | hilist_code | hilist_name | pric"]
    for house in range(1, houses + 1):
        for session in range(1, 4):
            base = f"M{house}{session} | H{house} | 2024-03-0{session}"
            rows.append(f"{base} | 003110000060000 | 血液透析 | 400")
            if session <= (by_h1 if house == 1 else by_others):
                rows.append(f"{base} | C11020500800001000000030500 | {name} | 10")
    return {"fee_list_d": "\n".join(rows)}


def test_the_only_hospital_to_bill_needles_beside_dialysis_is_found(city):
    findings = found(consumable_in_service, city(**drawn()), **FEW)
    assert findings.select("fixmedins_code", "amount_at_issue", "fund_loss").rows() == [("H1", 30.0, 21.0)]


@pytest.mark.parametrize(
    "lake",
    [drawn(by_others=1), drawn(by_h1=1), drawn(houses=4), drawn(name="中心静脉导管")],
    ids=["others bill it too", "only now and then", "too few to compare", "not a candidate"],
)
def test_what_the_city_bills_is_chargeable(city, lake):
    assert found(consumable_in_service, city(**lake), **FEW).is_empty()
