from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._limits import without_companion
from models.rules.national._points import per_visit


@rule(
    title_zh="药品与医疗服务项目不符",
    title_en="Drug without its service",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301001000",
    legal_basis=("reg.15", "reg.40.3"),
    needs=("fee_list_d",),
    params=("companion_days",),
    exceptions=("refund", "self_paid"),
)
def drug_without_service(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs that only go with a service (contrast media with imaging, general anaesthetics with operation or endoscopy), without any such
    service for the person at any institution within ``companion_days`` days or anywhere in the visit.
    """
    odd = without_companion(t, "药品与医疗服务项目不符", days=p["companion_days"])
    return per_visit(
        odd,
        filled(
            "{}收取药品{}{}条，金额{}元，前后{}天内该患者没有任何相应的诊疗项目。", "days", "items", "n_lines", "amount", pl.lit(p["companion_days"])
        ),
        sure=False,
    )
