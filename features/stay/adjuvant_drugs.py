from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import DRUGS, category_code
from features.tables import Tables


@feature(
    grain="stay",
    title_zh="重点监控合理用药",
    title_en="Drugs under key monitoring",
    unit="fen",
    why="Adjuvant drugs of doubtful use and high price are the classic filling of a stay's bill.",
    numerator="fees of drugs whose generic name stands on the list of drugs under key monitoring",
    denominator="drug fees of the stay",
    needs=("fee_list_d",),
    params=("names",),
    source="第一批国家重点监控合理用药药品目录 (国卫办医函〔2019〕558号)",
    columns={"adjuvant_fen": "重点监控药品费(分)", "all_drugs_fen": "药品费(分)"},
    points_to=("over_treatment",),
)
def adjuvant_drugs(t: Tables, p: Params) -> pl.LazyFrame:
    """Fees of listed drugs, found by generic name within the catalogue name, and of all drugs."""
    lines = t.lines.filter(pl.col("inpatient") & category_code().is_in(DRUGS))
    listed = pl.col("hilist_name").str.contains_any(list(p["names"]))
    return lines.group_by("mdtrt_id").agg(
        pl.col("fee_fen").filter(listed).sum().alias("adjuvant_fen"), pl.col("fee_fen").sum().alias("all_drugs_fen")
    )
