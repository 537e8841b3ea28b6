"""Who cheats, how, how strongly, since when: drawn once for the city; then each kind's file plants its acts in each chunk."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from simulation import lists
from simulation.chunk import Chunk
from simulation.city import City
from simulation.frauds import (
    bed_hanging,
    cost_shifting,
    data_quality,
    dead_or_custody_claims,
    dialysis_excess,
    drug_hoarding,
    duplicate_charge,
    fake_inpatient,
    gene_test_abuse,
    impersonation,
    implant_excess,
    item_swap,
    licence_rental,
    low_threshold_admission,
    over_treatment,
    overpricing,
    phantom_service,
    policy_limit,
    split_billing,
    split_stay,
    trace_code_reuse,
    upcoding,
)
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import Ints
from simulation.habits import DAY
from simulation.reading import dx_index

#: In the order they act: first what makes visits, then what changes lines of visits that stand.
KINDS: dict[str, ModuleType] = {
    module.__name__.rsplit(".", 1)[1]: module
    for module in (
        bed_hanging,
        fake_inpatient,
        low_threshold_admission,
        split_stay,
        dialysis_excess,
        dead_or_custody_claims,
        impersonation,
        drug_hoarding,
        phantom_service,
        split_billing,
        upcoding,
        cost_shifting,
        over_treatment,
        duplicate_charge,
        item_swap,
        gene_test_abuse,
        implant_excess,
        policy_limit,
        trace_code_reuse,
        overpricing,
        data_quality,
        licence_rental,
    )
}


def draw(city: City, *, guilty_share: float, disguise: float) -> list[Assignment]:
    """The guilty and their ways. Every kind stands at two institutions, in two ways; the rest of the share is drawn by house.

    A guilty institution has one to three kinds. ``disguise`` lowers strength, spreads acts, and lets some begin in mid-period.
    """
    if guilty_share <= 0:
        return []
    rng = np.random.default_rng([city.habits.seed, 10])
    inst = city.inst
    plan: list[Assignment] = []
    taken: set[int] = set()
    wanted = round(guilty_share * inst.count)
    names = list(KINDS)
    first = rng.integers(0, 12, len(names))
    for turn in range(2):
        for kind, module in KINDS.items():
            pool = _able(city, kind, module.HOUSES)
            used = {a.inst for a in plan if a.kind == kind}
            free = np.array([k for k in pool if k not in taken], np.int64)
            again = np.array([k for k in pool if k in taken and k not in used], np.int64)
            pool = again if (len(taken) >= wanted and len(again)) or not len(free) else free
            if not len(pool):
                continue
            weight = np.where(inst.private[pool], 2.0, 1.0) * np.minimum(4.0, inst.size[pool] / max(1e-9, inst.size[pool].mean()) + 0.1)
            k = int(rng.choice(pool, p=weight / weight.sum()))
            plan.append(_assignment(city, rng, k, kind, disguise, int(first[names.index(kind)]) + turn))
            taken.add(k)
    tries = 0
    while len(taken) < wanted and tries < wanted * 30:
        tries += 1
        kind = str(rng.choice(names))
        pool = _able(city, kind, KINDS[kind].HOUSES)
        weight = inst.size[pool] * np.where(inst.private[pool], 1.6, 1.0)
        k = int(rng.choice(pool, p=weight / weight.sum()))
        if k in taken:
            continue
        taken.add(k)
        plan.append(_assignment(city, rng, k, kind, disguise))
    for k in sorted(taken):
        more = int(rng.choice([0, 1, 2], p=[0.55, 0.3, 0.15]))
        fit = [
            kind
            for kind in names
            if inst.house[k] in KINDS[kind].HOUSES
            and not any(a.inst == k and a.kind == kind for a in plan)
            and k in _able(city, kind, KINDS[kind].HOUSES)
        ]
        plan.extend(_assignment(city, rng, k, str(kind), disguise) for kind in rng.permutation(fit)[:more].tolist())
    plan.sort(key=lambda a: (names.index(a.kind), a.inst))
    for a in plan:
        if a.kind == "licence_rental":
            licence_rental.register(city, a)
    return plan


def _able(city: City, kind: str, houses: tuple[str, ...]) -> Ints:
    pool = np.sort(city.inst.where(*houses))
    if kind == "upcoding":
        paid = pool[city.inst.drg_from[pool] < city.habits.end]
        pool = paid if len(paid) else pool
    if kind in ("fake_inpatient", "bed_hanging", "low_threshold_admission") and (~city.inst.private[pool]).all():
        return pool
    return pool


def _assignment(city: City, rng: np.random.Generator, inst: int, kind: str, disguise: float, mechanism: int | None = None) -> Assignment:
    span = city.habits.end - city.habits.start
    hidden = float(np.clip(rng.beta(2, 2) * 2 * disguise, 0, 1))
    late = rng.random() < 0.35
    since = city.habits.start + (int(span * rng.uniform(0.1, 0.5)) // DAY * DAY if late else 0)
    strength = float(np.clip(0.2 + 0.8 * rng.beta(2.2, 1.8), 0, 1))
    drawn = int(rng.integers(KINDS[kind].MECHANISMS)) if mechanism is None else mechanism % KINDS[kind].MECHANISMS
    return Assignment(inst, kind, drawn, strength, hidden, since)


def before_life(chunk: Chunk) -> None:
    """Employs some persons of the county at the guilty hospitals, so that they can lie in their own beds."""
    city, p = chunk.city, chunk.persons
    rng = np.random.default_rng([city.habits.seed, 11, chunk.number])
    for k in city.inst.where("tertiary", "county", "private", "psych", "nursing", "township", "rehab").tolist():
        near = np.flatnonzero((p.county == city.inst.county[k]) & p.employee & (p.emp < 900_000) & (p.age >= 25) & (p.age < 60))
        share = p.count / city.persons
        wanted = rng.poisson(city.inst.staff[k] * 0.12 * min(1.0, share * 3))
        if len(near) and wanted:
            p.emp[rng.choice(near, min(len(near), int(wanted)), replace=False)] = city.inst.emp[k]


def plant(chunk: Chunk) -> None:
    """Lets every guilty institution act in this chunk; planted stays get plain comorbidities like everyone's."""
    chunk.rng = np.random.default_rng([chunk.city.habits.seed, 12, chunk.number])
    here = set(np.unique(chunk.persons.county).tolist())
    alone = chunk.persons.count == chunk.city.persons
    for a in chunk.city.plan:
        # in a city of many chunks an institution acts on the people of its own county, not on every chunk anew
        if alone or int(chunk.city.inst.county[a.inst]) in here:
            KINDS[a.kind].plant(chunk, a)
    v = chunk.visits
    stays = np.flatnonzero(chunk.inpatient() & v["alive"] & (v["case"] >= 0) & (v["profile"] >= 0))
    owner, codes = chunk.notes["secondary"]
    stays = stays[~np.isin(stays, owner)]
    own = chunk.persons.chronic[v["person"][stays]]
    for column, code in enumerate(("I10.x00x002", "E11.900", "I25.103")):
        dx = dx_index()[code]
        hit = stays[(own[:, column] | (chunk.rng.random(len(stays)) < 0.12)) & (v["dx"][stays] != dx)] if len(stays) else stays
        owner, codes = np.append(owner, hit), np.append(codes, np.full(len(hit), dx))
    chunk.notes["secondary"] = (owner.astype(np.int64), codes.astype(np.int64))


def after_settlement(chunk: Chunk) -> None:
    """Up-coding's yuan is the difference of the payment standards of the billed and the supported group."""
    for visit, case in chunk.notes.get("upcoded", []):
        billed, right = lists.groups_of(chunk, np.array([visit]))
        inst = int(chunk.visits["inst"][visit])
        more = lists.standard_fen(chunk, billed[0], inst) - lists.standard_fen(chunk, right[0], inst)
        chunk.cases[case].yuan = round(max(0, more) / 100, 2)
