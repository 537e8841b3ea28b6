"""How good a run is against what was planted: ranking of institutions, recall and precision by kind, look-alikes accused.

    python -m bench.evaluate OUT TRUTH [OUT TRUTH ...] [--page docs/rules/quality.md]

``OUT`` is the folder of a run (``suspects.csv``, ``findings.parquet``), ``TRUTH`` what ``huoyan simulate --truth`` wrote. Of several
cities each kind's mean and worst city are told.
All measures are pure functions of frames, so that tests and other benchmarks use the same ones.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

#: What issue 3 asks of each kind: recall of planted yuan, and precision of findings.
RECALL_WANTED, PRECISION_WANTED = 0.8, 0.9
#: Acts that the texts put under either of two kinds, as a bill does not show which it was: (planted kind, way) → the other kind.
#: 「过度诊疗或虚构医药服务项目」: 医保函〔2025〕2号, 重症医学 173 (rehabilitation without indication, or never given) and 麻醉 168. A stock book
#: short of what was sold tells neither an empty swipe (定点零售药店 1) from other goods handed over (定点零售药店 7).
EITHER = {("phantom_service", "daily_bundle"): "over_treatment", ("phantom_service", "cards_in_a_drawer"): "item_swap"}
PAGE_TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- end of table -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Measures of the ranked list. Shares 0–1; None where the city has no guilty (or no honest) institution."""

    institutions: int
    guilty: int
    auc: float | None
    auc_within_house: float | None
    precision_at_k: float | None
    red_share_of_honest: float | None
    calibration_error: float | None


def auc(score: Floats, label: npt.NDArray[np.bool_]) -> float | None:
    """Probability that a guilty one scores above an honest one; ties count half. None without both."""
    pairs = _pairs(score, label)
    return None if pairs[1] == 0 else pairs[0] / pairs[1]


def _pairs(score: Floats, label: npt.NDArray[np.bool_]) -> tuple[float, int]:
    """(concordant pairs with ties half, all guilty–honest pairs)."""
    positive, negative = np.sort(score[label]), np.sort(score[~label])
    below = np.searchsorted(negative, positive, side="left").sum()
    level = np.searchsorted(negative, positive, side="right").sum() - below
    return float(below + level / 2), len(positive) * len(negative)


def ranking(suspects: pl.DataFrame, institutions: pl.DataFrame) -> Ranking:
    """Measures of ``suspects.csv`` against ``institutions.csv``; institutions not in the list score lowest and green.

    ``auc_within_house`` compares only institutions of one house (general hospital, clinic, pharmacy …), so that telling
    hospitals from clinics earns nothing. K is the number of guilty institutions.
    """
    joined = institutions.select("fixmedins_code", "guilty", "house").join(
        suspects.select("fixmedins_code", "score", "level", "probability"), on="fixmedins_code", how="inner"
    )
    missing = institutions.filter(pl.col("guilty") == 1).join(suspects.select("fixmedins_code"), on="fixmedins_code", how="anti")
    if missing.height:
        joined = pl.concat(
            [
                joined,
                missing.select("fixmedins_code", "guilty", "house", score=pl.lit(-1.0), level=pl.lit("green"), probability=pl.lit(0.0)),
            ],
            how="vertical_relaxed",
        )
    joined = joined.with_columns(pl.col("score").cast(pl.Float64), pl.col("probability").cast(pl.Float64))
    label = joined["guilty"].to_numpy() == 1
    score = joined["score"].to_numpy().astype(np.float64)
    guilty, honest = int(label.sum()), int((~label).sum())
    won, pairs = 0.0, 0
    for _, group in joined.group_by("house"):
        got, all_pairs = _pairs(group["score"].to_numpy().astype(np.float64), group["guilty"].to_numpy() == 1)
        won, pairs = won + got, pairs + all_pairs
    top = np.argsort(-score, kind="stable")[:guilty]
    red = (joined["level"] == "red").to_numpy()
    return Ranking(
        institutions=joined.height,
        guilty=guilty,
        auc=auc(score, label),
        auc_within_house=won / pairs if pairs else None,
        precision_at_k=float(label[top].mean()) if guilty else None,
        red_share_of_honest=float(red[~label].mean()) if honest else None,
        calibration_error=calibration_error(joined["probability"].to_numpy().astype(np.float64), label),
    )


def yuan_at_k(suspects: pl.DataFrame, institutions: pl.DataFrame, cases: pl.DataFrame) -> float | None:
    """Share of the planted yuan that lies at the first K suspects (K = number of guilty); None in a city without guilty ones.

    Precision counts a house with one doubled line of seven yuan like one that took a hundred thousand; this does not.
    """
    guilty = int((institutions["guilty"] == 1).sum())
    if not guilty:
        return None
    first = suspects.sort("score", descending=True, maintain_order=True).head(guilty)
    total = float(cases["yuan"].sum())
    return float(cases.join(first, on="fixmedins_code", how="semi")["yuan"].sum()) / total if total else None


def calibration_error(probability: Floats, label: npt.NDArray[np.bool_], bins: int = 10) -> float | None:
    """Mean distance between the stated probability and the share of guilty, over equal-width bins weighted by size."""
    known = ~np.isnan(probability)
    probability, label = probability[known], label[known]
    if not len(probability):
        return None
    place = np.minimum((probability * bins).astype(int), bins - 1)
    total = 0.0
    for k in np.unique(place):
        at = place == k
        total += at.sum() * abs(float(probability[at].mean()) - float(label[at].mean()))
    return total / len(probability)


def hits(findings: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Which finding touches which case: rows ``finding_id, case_id, same_kind``.

    They must name the same institution, and share a fee line (at fault), or the visit, or, where the finding or the case
    names no visit, the person. A finding without person and visit touches the cases of its own kind (or of ``EITHER``) at the institution.
    """
    f = findings.select("finding_id", "fixmedins_code", "kind", "psn_no", "mdtrt_id", "bkkp_sns")
    c = cases.select("case_id", "fixmedins_code", pl.col("kind").alias("case_kind"), "mechanism", "psn_no", "mdtrt_id", "bkkp_sns")
    both = ["finding_id", "case_id", "kind", "case_kind"]
    by_line = (
        f.select("finding_id", "kind", pl.col("bkkp_sns").alias("line"))
        .explode("line")
        .drop_nulls("line")
        .join(c.select("case_id", "case_kind", pl.col("bkkp_sns").alias("line")).explode("line").drop_nulls("line"), on="line")
    )
    by_visit = f.drop_nulls("mdtrt_id").join(c.drop_nulls("mdtrt_id"), on=["fixmedins_code", "mdtrt_id"])
    open_f, open_c = f.filter(pl.col("mdtrt_id").is_null()), c.filter(pl.col("mdtrt_id").is_null())
    by_person = [
        open_f.drop_nulls("psn_no").join(c.drop_nulls("psn_no"), on=["fixmedins_code", "psn_no"]),
        f.drop_nulls("psn_no").join(open_c.drop_nulls("psn_no"), on=["fixmedins_code", "psn_no"]),
    ]
    whole = open_f.filter(pl.col("psn_no").is_null() & (pl.col("bkkp_sns").list.len().fill_null(0) == 0)).join(c, on="fixmedins_code")
    whole = whole.filter(_by_its_name())
    # a purchase ring has no visit of its own and may be found at any house it bought at
    ring = c.filter(pl.col("mdtrt_id").is_null() & pl.col("psn_no").is_not_null()).join(f.drop_nulls("psn_no"), on="psn_no")
    ring = ring.filter(pl.col("kind") == pl.col("case_kind"))
    parts = [frame.select(both) for frame in (by_line, by_visit, *by_person, whole, ring)]
    return pl.concat(parts).unique().select("finding_id", "case_id", same_kind=pl.col("kind") == pl.col("case_kind"))


def by_kind(findings: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """One row a kind: cases, planted yuan, recall of yuan and of cases under the same kind and under any kind, precision.

    A finding is right when it touches a case of its kind (``precision``), or of any kind (``precision_any``: something real was found under a
    neighbouring name); ``either`` counts the two names of ``EITHER`` alike. Precision is by number of findings; ``precision_yuan`` weighs them
    by amount at issue.
    """
    touched = _either(hits(findings, cases), findings, cases)
    told = (pl.col("same_kind").any(), pl.col("either").any(), pl.lit(value=True).alias("any_kind"))
    named = pl.col("same_kind", "either", "any_kind").fill_null(value=False)
    planted = cases.join(touched.group_by("case_id").agg(told), on="case_id", how="left").with_columns(named)
    recall = planted.group_by("kind").agg(
        cases=pl.len(),
        yuan=pl.col("yuan").sum(),
        recall_yuan=pl.col("yuan").filter("same_kind").sum() / pl.col("yuan").sum(),
        recall_cases=pl.col("same_kind").mean(),
        recall_yuan_either=pl.col("yuan").filter("either").sum() / pl.col("yuan").sum(),
        recall_yuan_any=pl.col("yuan").filter("any_kind").sum() / pl.col("yuan").sum(),
        recall_institutions=pl.col("fixmedins_code").filter("same_kind").n_unique() / pl.col("fixmedins_code").n_unique(),
    )
    judged = findings.join(touched.group_by("finding_id").agg(told), on="finding_id", how="left").with_columns(named)
    amount = pl.col("amount_at_issue").cast(pl.Float64).fill_null(0.0)
    precision = judged.group_by("kind").agg(
        findings=pl.len(),
        precision=pl.col("same_kind").mean(),
        precision_either=pl.col("either").mean(),
        precision_any=pl.col("any_kind").mean(),
        precision_yuan=amount.filter("any_kind").sum() / amount.sum(),
    )
    return recall.join(precision, on="kind", how="full", coalesce=True).sort("kind")


def _by_its_name() -> pl.Expr:
    """The finding's ``kind`` is the case's (``case_kind``), or the other one that ``EITHER`` allows for its ``mechanism``."""
    other = [pl.when((pl.col("case_kind") == kind) & (pl.col("mechanism") == way)).then(pl.lit(name)) for (kind, way), name in EITHER.items()]
    return (pl.col("kind") == pl.col("case_kind")) | (pl.col("kind") == pl.coalesce(other)).fill_null(value=False)


def _either(touched: pl.DataFrame, findings: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Adds ``either``: the finding names the case by its kind, or by the other kind that ``EITHER`` allows."""
    return (
        touched.join(findings.select("finding_id", "kind"), on="finding_id")
        .join(cases.select("case_id", "mechanism", case_kind="kind"), on="case_id")
        .with_columns(either=_by_its_name())
        .select(*touched.columns, "either")
    )


def by_mechanism(findings: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """One row a kind and mechanism: cases, planted yuan, recall of yuan under the same kind and under any."""
    found = hits(findings, cases).group_by("case_id").agg(pl.col("same_kind").any(), pl.lit(value=True).alias("any_kind"))
    planted = cases.join(found, on="case_id", how="left").with_columns(pl.col("same_kind", "any_kind").fill_null(value=False))
    yuan = pl.col("yuan")
    return (
        planted.group_by("kind", "mechanism")
        .agg(
            cases=pl.len(),
            yuan=yuan.sum(),
            recall_yuan=yuan.filter("same_kind").sum() / yuan.sum(),
            recall_cases=pl.col("same_kind").mean(),
            recall_yuan_any=yuan.filter("any_kind").sum() / yuan.sum(),
        )
        .sort("kind", "mechanism")
    )


def over_cities(kinds: Sequence[pl.DataFrame], column: str = "kind") -> pl.DataFrame:
    """One row a kind over several cities' ``by_kind`` (or a mechanism over their ``by_mechanism``): how many cities planted it, yuan in all,
    and each share's mean and worst city.

    Planted yuan are weighed equally by city, as each city draws its own cheats. A kind without planted yuan in a city has no recall there,
    one without findings no precision.
    """
    shares = [
        name
        for name in ("recall_yuan", "recall_yuan_either", "recall_yuan_any", "precision", "precision_either", "precision_any")
        if name in kinds[0].columns
    ]
    known = [pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in shares]
    rows = pl.concat([frame.with_columns(known) for frame in kinds], how="vertical_relaxed")
    keys = ["kind"] if column == "kind" else ["kind", column]
    return (
        rows.group_by(keys)
        .agg(
            (pl.col("yuan") > 0).sum().alias("cities"),
            pl.col("yuan").sum(),
            *(pl.col(name).mean().alias(f"{name}_mean") for name in shares),
            *(pl.col(name).min().alias(f"{name}_worst") for name in shares),
        )
        .select(*keys, "cities", "yuan", *(f"{name}_{what}" for name in shares for what in ("mean", "worst")))
        .sort(keys)
    )


def by_rule(findings: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """One row a rule: findings, share that touch a case of the same kind or of any kind, institutions accused."""
    touched = hits(findings, cases).group_by("finding_id").agg(pl.col("same_kind").any(), pl.lit(value=True).alias("any_kind"))
    judged = findings.join(touched, on="finding_id", how="left").with_columns(pl.col("same_kind", "any_kind").fill_null(value=False))
    return (
        judged.group_by("rule_id", "kind", "certainty")
        .agg(
            findings=pl.len(),
            precision=pl.col("same_kind").mean(),
            precision_any=pl.col("any_kind").mean(),
            institutions=pl.col("fixmedins_code").n_unique(),
            wrong=(~pl.col("any_kind")).sum(),
        )
        .sort("wrong", descending=True)
    )


def definite_precision(findings: pl.DataFrame, cases: pl.DataFrame) -> float | None:
    """Share of definite findings that touch something planted; None when there is no definite finding."""
    definite = findings.filter(pl.col("certainty") == "definite")
    if not definite.height:
        return None
    right = hits(definite, cases)["finding_id"].n_unique()
    return right / definite.height


def accused(findings: pl.DataFrame, lookalikes: pl.DataFrame) -> pl.DataFrame:
    """One row a look-alike name and kind: how many there are and what share a finding of that kind accuses.

    Accused means: same institution and the same visit, or, where the finding names no visit, the same person.
    """
    f = findings.select("fixmedins_code", "kind", "psn_no", "mdtrt_id").with_columns(accused=pl.lit(value=True))
    by_visit = f.drop_nulls("mdtrt_id").unique(["fixmedins_code", "kind", "mdtrt_id"]).drop("psn_no")
    by_person = f.filter(pl.col("mdtrt_id").is_null()).drop_nulls("psn_no").unique(["fixmedins_code", "kind", "psn_no"]).drop("mdtrt_id")
    joined = lookalikes.join(by_visit, on=["fixmedins_code", "kind", "mdtrt_id"], how="left").join(
        by_person, on=["fixmedins_code", "kind", "psn_no"], how="left", suffix="_person"
    )
    return (
        joined.with_columns(hit=pl.col("accused").fill_null(value=False) | pl.col("accused_person").fill_null(value=False))
        .group_by("name", "kind")
        .agg(lookalikes=pl.len(), accused=pl.col("hit").sum(), share=pl.col("hit").mean())
        .sort("accused", descending=True)
    )


def evaluate(out: Path, truth: Path) -> dict[str, object]:
    """All measures of a run: ``ranking`` (dict), ``kinds mechanisms rules lookalikes`` (frames), ``definite_precision``, ``accused_share``."""
    suspects = pl.read_csv(out / "suspects.csv", infer_schema_length=0, encoding="utf8")
    suspects = suspects.rename({name: name.lstrip("\ufeff") for name in suspects.columns})
    findings = pl.read_parquet(out / "findings.parquet")
    institutions = pl.read_csv(truth / "institutions.csv", schema_overrides={"fixmedins_code": pl.String, "kinds": pl.String})
    cases = pl.read_parquet(truth / "cases.parquet")
    lookalikes = pl.read_parquet(truth / "lookalikes.parquet")
    looks = accused(findings, lookalikes)
    total, blamed = int(looks["lookalikes"].sum()), int(looks["accused"].sum())
    return {
        "ranking": asdict(ranking(suspects, institutions)),
        "kinds": by_kind(findings, cases),
        "mechanisms": by_mechanism(findings, cases),
        "rules": by_rule(findings, cases),
        "lookalikes": looks,
        "definite_precision": definite_precision(findings, cases),
        "accused_share": blamed / total if total else None,
    }


def as_page(kinds: pl.DataFrame, definite: Sequence[float | None], accused_shares: Sequence[float | None]) -> str:
    """The table of ``over_cities`` as Markdown, kinds that fall short in bold, with the two figures of the whole city beneath."""
    head = (
        "| kind | cities | yuan planted | recall, mean | worst | either name | under any kind "
        "| precision, mean | worst | either name | of anything planted |"
    )
    lines = [head, "|---|---|---|---|---|---|---|---|---|---|---|"]
    for row in kinds.iter_rows(named=True):
        recall, precision = row["recall_yuan_mean"], row["precision_mean"]
        short = (recall is not None and recall < RECALL_WANTED) or (precision is not None and precision < PRECISION_WANTED)
        name = f"**{row['kind']}**" if short else row["kind"]
        recalls = ("recall_yuan_mean", "recall_yuan_worst", "recall_yuan_either_mean", "recall_yuan_any_mean")
        shares = (*recalls, "precision_mean", "precision_worst", "precision_either_mean", "precision_any_mean")
        cells = ["" if row[share] is None else f"{row[share]:.2f}" for share in shares]
        lines.append(f"| {name} | {row['cities']} | {row['yuan'] or 0:,.0f} | " + " | ".join(cells) + " |")
    lines += ["", f"Definite findings that touch something planted: {_mean_and(min, definite)} (wanted 0.98)."]
    lines.append(f"Lawful look-alikes accused of the kind they resemble: {_mean_and(max, accused_shares)} (wanted at most 0.01).")
    return "\n".join(lines) + "\n"


def _mean_and(worst: Callable[[list[float]], float], values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"mean {sum(known) / len(known):.3f}, worst {worst(known):.3f}" if known else "none"


def write_page(page: Path, table: str) -> None:
    """Puts the table between the page's marks ``<!-- table -->`` and ``<!-- end of table -->``; what is written around it stays."""
    text = page.read_text(encoding="utf-8")
    if not PAGE_TABLE.search(text):
        raise ValueError(f"{page} has no place for the table: put <!-- table --> and <!-- end of table --> on lines of their own.")
    page.write_text(PAGE_TABLE.sub(lambda found: f"{found[1]}{table}{found[2]}", text), encoding="utf-8")


def main() -> None:
    """Prints the tables of one city, or the kinds over several; with ``--json`` writes them, with ``--page`` puts the kinds into a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", type=Path, nargs="+", metavar="OUT TRUTH", help="the run's folder and the truth's, for each city")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--page", type=Path, help="a Markdown page whose table of kinds is renewed")
    arguments = parser.parse_args()
    folders: list[Path] = arguments.folders
    if len(folders) % 2:
        parser.error("name OUT and TRUTH of each city, in turn")
    cities = [evaluate(out, truth) for out, truth in zip(folders[::2], folders[1::2], strict=True)]
    result = cities[0] if len(cities) == 1 else _together(cities)
    with pl.Config(tbl_rows=100, tbl_cols=20, tbl_width_chars=180, tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True, float_precision=3):
        for name, value in result.items():
            print(f"\n## {name}")
            print(json.dumps(value, indent=1) if isinstance(value, dict) else value)
    if arguments.json:
        plain = {name: value.to_dicts() if isinstance(value, pl.DataFrame) else value for name, value in result.items()}
        arguments.json.write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")
    if arguments.page:
        kinds, definite, shares = over_cities(_frames(cities, "kinds")), _numbers(cities, "definite_precision"), _numbers(cities, "accused_share")
        write_page(arguments.page, as_page(kinds, definite, shares))


def _together(cities: Sequence[dict[str, object]]) -> dict[str, object]:
    """The measures of several cities side by side: kinds and mechanisms by mean and worst city, rules and look-alikes summed."""
    rules = pl.concat(_frames(cities, "rules")).with_columns(right=pl.col("precision_any") * pl.col("findings"))
    sums = rules.group_by("rule_id", "kind", "certainty").agg(pl.col("findings", "wrong", "institutions").sum(), right=pl.col("right").sum())
    looks = pl.concat(_frames(cities, "lookalikes")).group_by("name", "kind").agg(pl.col("lookalikes", "accused").sum())
    return {
        "kinds": over_cities(_frames(cities, "kinds")),
        "mechanisms": over_cities(_frames(cities, "mechanisms"), "mechanism"),
        "rules": sums.with_columns(precision_any=pl.col("right") / pl.col("findings"))
        .drop("right")
        .sort("wrong", "rule_id", descending=[True, False]),
        "lookalikes": looks.sort("accused", "name", descending=[True, False]),
        "definite_precision": _numbers(cities, "definite_precision"),
        "accused_share": _numbers(cities, "accused_share"),
    }


def _frames(cities: Sequence[dict[str, object]], name: str) -> list[pl.DataFrame]:
    return [value for city in cities if isinstance(value := city[name], pl.DataFrame)]


def _numbers(cities: Sequence[dict[str, object]], name: str) -> list[float | None]:
    return [value if isinstance(value := city[name], float) else None for city in cities]


if __name__ == "__main__":
    main()
