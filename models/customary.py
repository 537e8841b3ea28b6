"""What everybody does accuses nobody: findings of a rule that much of a peer group, or of the whole city, has, at institutions that have no
more of them.

A limit that a fifth of the peers overstep at the same low rate is a local payment practice, a catalogue gap or a habit of
documentation — something for a notice to all, not for a case against one. Such findings are set aside, counted and kept
(``customary.parquet``); an institution whose rate stands out keeps its findings however common the rule is elsewhere.
"""

from __future__ import annotations

import polars as pl

from features.parameters import Params


def set_aside(findings: pl.DataFrame, evidence: pl.DataFrame, institutions: pl.DataFrame, p: Params) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parts the findings into those that stand and those that are customary; together they are all.

    Args:
        findings: all findings.
        evidence: ``rule_evidence``'s frame (institution × rule with ``against_peers``, the ratio against the peers' trimmed rate).
        institutions: ``fixmedins_code peer_group``.
        p: parameters of unit ``customary``: ``kinds`` it may apply to, ``share_min``, ``houses_min``, ``llr_min``.
    """
    groups = institutions.select("fixmedins_code", "peer_group")
    sizes = groups.group_by("peer_group").len("houses")
    hit = (
        findings.filter(pl.col("kind").is_in(p["kinds"]))
        .select("fixmedins_code", "rule_id")
        .unique()
        .join(groups, on="fixmedins_code", how="inner")
        .group_by("rule_id", "peer_group")
        .len("hit_houses")
        .join(sizes, on="peer_group")
    )
    whole = hit.group_by("rule_id").agg(pl.col("hit_houses").sum().alias("city_hit"))
    enough = pl.col("hit_houses") >= pl.max_horizontal(pl.lit(p["houses_min"]), pl.col("houses") * p["share_min"])
    city_wide = pl.col("city_hit") >= pl.max_horizontal(pl.lit(p["houses_min"]), pl.lit(institutions.height * p["share_min"]))
    common = hit.join(whole, on="rule_id").filter(enough | city_wide)
    unremarkable = (
        evidence.filter((pl.col("against_peers") < p["llr_min"]) & pl.col("kind").is_in(p["kinds"]))
        .join(groups, on="fixmedins_code", how="inner")
        .join(common.select("rule_id", "peer_group"), on=["rule_id", "peer_group"], how="semi")
        .select("fixmedins_code", "rule_id")
    )
    keys = ["fixmedins_code", "rule_id"]
    return findings.join(unremarkable, on=keys, how="anti"), findings.join(unremarkable, on=keys, how="semi")
