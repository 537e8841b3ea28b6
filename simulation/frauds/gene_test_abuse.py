"""Gene tests without reason: for unrelated departments, through one outside laboratory, or drugs without their test."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import active, each, some, within
from simulation.habits import DAY
from simulation.reading import item, stay_index

HOUSES = ("county", "tertiary", "private", "psych", "cancer")
MECHANISMS = 2
TESTS = (
    "氯吡格雷代谢CYP2C19基因检测",
    "他汀类药物SLCO1B1/ApoE基因检测",
    "高血压个体化用药基因检测",
    "叶酸代谢MTHFR基因检测",
    "精神类药物代谢酶基因检测",
    "化学药物用药指导的基因检测",
)
TUMOUR = ("化疗", "放疗", "肺癌内科", "肝癌介入", "恶性肿瘤维持治疗", "胃癌手术", "结肠癌手术", "乳腺癌手术")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: inpatients of unrelated departments; 1: outpatients too, all through one outside laboratory."""
    rng, v = chunk.rng, chunk.visits
    tumour = [stay_index()[name] for name in TUMOUR]
    stays = chunk.stays_of(a.inst)
    stays = stays[~np.isin(v["profile"][stays], tumour)]
    visits = some(chunk, a, stays, 0.2, 0.6)
    if a.mechanism == 1:
        visits = np.concatenate([visits, some(chunk, a, active(chunk, a, chunk.visits_of(a.inst, 11)), 0.03, 0.12)])
    visits = np.sort(visits[chunk.persons.age[v["person"][visits]] >= 18])
    if not len(visits):
        return
    cases = each(chunk, "gene_test_abuse", "unrelated_department" if a.mechanism == 0 else "outside_laboratory", visits)
    chosen = [item(TESTS[k]) for k in rng.choice(len(TESTS), 2 + int(2 * a.strength), replace=False)]
    for position in chosen:
        hit = rng.random(len(visits)) < 0.8
        at = visits[hit]
        t = v["begn"][at] // DAY * DAY + rng.integers(30_000, 55_000, len(at))
        inside = np.where(chunk.inpatient()[at], within(chunk, at, t), v["begn"][at] + 200)
        chunk.add_lines(at, position, inside, 1.0, case=cases[hit], outside=a.mechanism == 1)
