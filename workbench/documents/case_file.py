"""What the official documents say about one institution: the matters chosen, what was decided on them, their fee lines, sums without doubles.

Facts (事实确认书) and handling (处理意见) rest on verdicts a second person agreed to; the notice and the evidence list may name any matter that was
not dismissed. Sums count a fee line once, however many matters name it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from django.db.models import Q, QuerySet

from features.lake import LakeError
from workbench.cases.models import Outcome, Review, Verdict
from workbench.results.lakeview import lines_of_persons
from workbench.results.models import Finding, Run, Suspect
from workbench.screens.evidence import LINE_COLUMNS, lines_without_person

#: matters in one document; beyond that nobody reads it, and the table of lines tells the rest
MOST_FINDINGS = 500
UPHELD = (Outcome.CONFIRMED, Outcome.PARTLY)


@dataclass(slots=True)
class Matter:
    """One finding in a document. ``amount_fen`` and ``loss_fen`` are what was found true, else what is at issue."""

    finding: Finding
    amount_fen: int
    loss_fen: float
    reason: str = ""
    number: int = 0


@dataclass(slots=True)
class CaseFile:
    """One institution's matters, their fee lines (LINE_COLUMNS and ``numbers``: the matters that name the line), sums and what was left out."""

    run: Run
    suspect: Suspect
    matters: list[Matter]
    lines: pl.DataFrame
    left_out: int = 0
    amount_fen: int = 0
    loss_fen: int = 0
    counted: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def period(self) -> tuple[date, date] | None:
        """First and last day of the matters."""
        first = [m.finding.occurred_from for m in self.matters if m.finding.occurred_from]
        last = [m.finding.occurred_to or m.finding.occurred_from for m in self.matters if m.finding.occurred_from]
        return (min(first), max(day for day in last if day)) if first else None


def chosen(run: Run, code: str, ids: Iterable[str] = (), rule_id: str = "") -> QuerySet[Finding]:
    """The institution's findings that were ticked, or of one rule, or all; those dismissed (also while the review waits) are left out."""
    dismissed = Verdict.objects.filter(fixmedins_code=code, outcome=Outcome.DISMISSED).exclude(finding_id="").exclude(review=Review.SENT_BACK)
    rows = Finding.objects.filter(run=run, fixmedins_code=code).exclude(finding_id__in=dismissed.values("finding_id"))
    wanted = list(ids)
    if wanted:
        rows = rows.filter(finding_id__in=wanted)
    if rule_id:
        rows = rows.filter(rule_id=rule_id)
    return rows.order_by("-amount_fen", "pk")


def upheld(rows: QuerySet[Finding], suspect: Suspect) -> QuerySet[Finding]:
    """Of these, the ones found true in whole or in part and reviewed; where the whole institution was, also those with no verdict of their own."""
    verdicts = Verdict.objects.filter(fixmedins_code=suspect.fixmedins_code)
    agreed = verdicts.filter(outcome__in=UPHELD, review=Review.AGREED)
    whole = agreed.filter(finding_id="", outcome=Outcome.CONFIRMED).first()
    theirs = Q(finding_id__in=agreed.exclude(finding_id="").values("finding_id"))
    if whole is not None and (whole.amount_fen is None or whole.amount_fen >= suspect.amount_fen):
        theirs |= ~Q(finding_id__in=verdicts.exclude(finding_id="").exclude(outcome=Outcome.OPEN).values("finding_id"))
    return rows.filter(theirs)


def gather(run: Run, suspect: Suspect, rows: QuerySet[Finding], *, decided: bool, most: int = MOST_FINDINGS) -> CaseFile:
    """The case file of the findings ``rows``; with ``decided`` their amounts are those of the verdicts."""
    n, found = rows.count(), list(rows[:most])
    verdicts = {v.finding_id: v for v in Verdict.objects.filter(fixmedins_code=suspect.fixmedins_code, finding_id__in=[f.finding_id for f in found])}
    matters = [_matter(finding, verdicts.get(finding.finding_id) if decided else None) for finding in found]
    sums: dict[str, int] = {}
    for matter in matters:
        sums[matter.finding.rule_id] = sums.get(matter.finding.rule_id, 0) + matter.amount_fen
    # by rule, the largest sum first; within a rule by day
    matters.sort(key=lambda m: (-sums[m.finding.rule_id], m.finding.rule_id, m.finding.occurred_from or date.min, m.finding.finding_id))
    for number, matter in enumerate(matters, start=1):
        matter.number = number
    case = CaseFile(run, suspect, matters, lines_at_fault(run, matters), n - len(found))
    count_once(case)
    return case


def _matter(finding: Finding, verdict: Verdict | None) -> Matter:
    if verdict is None or verdict.amount_fen is None:
        return Matter(finding, finding.amount_fen, finding.loss_fen)
    share = min(1.0, verdict.amount_fen / finding.amount_fen) if finding.amount_fen else 0.0
    return Matter(finding, verdict.amount_fen, finding.loss_fen * share, verdict.reason if verdict.outcome == Outcome.PARTLY else "")


def lines_at_fault(run: Run, matters: list[Matter]) -> pl.DataFrame:
    """The fee lines the matters name, each once, with the numbers of the matters; empty without the run's lake."""
    numbers: dict[str, list[int]] = {}
    for matter in matters:
        for line in matter.finding.line_list:
            numbers.setdefault(line, []).append(matter.number)
    frames: list[pl.DataFrame] = []
    persons = {m.finding.psn_no for m in matters if m.finding.psn_no and m.finding.lines}
    if persons and run.lake:
        try:
            theirs = lines_of_persons(run.lake, persons)
            frames.append(theirs.filter(pl.col("bkkp_sn").is_in(list(numbers))).select(LINE_COLUMNS).collect())
        except (LakeError, OSError):
            pass  # the document then names the lines' number only
    frames += [lines_without_person(run, m.finding, m.finding.line_list) for m in matters if not m.finding.psn_no and m.finding.lines]
    filled = [frame for frame in frames if frame.height]
    if not filled:
        return pl.DataFrame(schema={**dict.fromkeys(LINE_COLUMNS, pl.String), "numbers": pl.List(pl.Int64), "first": pl.Int64})
    lines = pl.concat(filled, how="vertical_relaxed").unique("bkkp_sn", keep="first")
    named = pl.Series("numbers", [numbers[sn] for sn in lines["bkkp_sn"]], pl.List(pl.Int64))
    return lines.with_columns(named, first=named.list.min()).sort("first", "time", "bkkp_sn")


def count_once(case: CaseFile) -> None:
    """Sums over the matters in which a fee line counts once: with the matter of the largest amount. Fills the sums and ``counted``.

    A matter some of whose lines were counted with another counts in the proportion of the rest (by amounts within scope where the lake is at
    hand, else by number of lines). Matters of the whole institution without lines count once a kind, the largest.
    """
    weight = dict(case.lines.select("bkkp_sn", "inscp_fen").iter_rows()) if "inscp_fen" in case.lines.columns and case.lines.height else {}
    seen: set[str] = set()
    kinds: set[str] = set()
    for matter in sorted(case.matters, key=lambda m: (-m.amount_fen, m.number)):
        lines = set(matter.finding.line_list)
        if lines:
            whole = sum(weight.get(line, 0) for line in lines)
            new = sum(weight.get(line, 0) for line in lines - seen)
            share = new / whole if whole else len(lines - seen) / len(lines)
            seen |= lines
        else:
            key = f"{matter.finding.kind} {matter.finding.mdtrt_id}"
            share = 0.0 if key in kinds else 1.0
            kinds.add(key)
        case.counted[matter.number] = (round(matter.amount_fen * share), round(matter.loss_fen * share))
    case.amount_fen = sum(amount for amount, _loss in case.counted.values())
    case.loss_fen = sum(loss for _amount, loss in case.counted.values())
