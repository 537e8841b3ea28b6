"""Swapped for dearer: the cheap thing is done or handed over, the dear one is billed."""

from __future__ import annotations

import numpy as np

from simulation.chunk import Chunk
from simulation.frauds.assignment import Assignment
from simulation.frauds.common import each, per_line, some
from simulation.reading import item, items

HOUSES = ("private", "county", "pharmacy", "tcm", "township", "tertiary")
MECHANISMS = 3
DEARER = (
    ("葡萄糖测定(干化学法)", "葡萄糖测定"),
    ("数字化摄影(DR)", "X线计算机体层(CT)平扫"),
    ("普通针刺", "电针"),
    ("红外线治疗", "中频脉冲电治疗"),
    ("小换药", "中换药"),
    ("普通病房床位费", "层流洁净病房床位费"),
    ("常规心电图检查", "动态心电图"),
)
GOODS = ("复方阿胶浆", "百令胶囊", "金水宝胶囊", "云南白药气雾剂", "六味地黄丸(浓缩丸)", "碳酸钙D3片")


def plant(chunk: Chunk, a: Assignment) -> None:
    """0: services billed as dearer ones; 1: a cheap maker's drug billed as the dear maker's; 2: groceries billed as drugs (pharmacies)."""
    if chunk.city.inst.house[a.inst] == "pharmacy":
        _goods(chunk, a)
    elif a.mechanism == 1:
        _makers(chunk, a)
    else:
        _services(chunk, a)


def _services(chunk: Chunk, a: Assignment) -> None:
    line, rng = chunk.lines, chunk.rng
    visits = some(chunk, a, chunk.visits_of(a.inst, 11, 13, 21), 0.5, 0.95)
    lines = chunk.lines_of(visits)
    chosen = rng.choice(len(DEARER), 2 + int(2 * a.strength), replace=False)
    rows, to = [], []
    for k in chosen:
        at = lines[line["item"][lines] == item(DEARER[k][0])]
        at = at[rng.random(len(at)) < 0.85 - 0.3 * a.disguise]
        rows.append(at)
        to.append(np.full(len(at), item(DEARER[k][1])))
    found, target = np.concatenate(rows), np.concatenate(to)
    if not len(found):
        return
    owner = line["visit"][found]
    visits = np.unique(owner)
    cases = each(chunk, "item_swap", "dearer_service", visits)
    line["item"][found] = target
    line["sku"][found] = -1
    line["case"][found] = per_line(visits, cases, owner)


def _makers(chunk: Chunk, a: Assignment) -> None:
    """Stock shows the cheap maker's packs coming and going; the bills show the dear maker's."""
    line, cat = chunk.lines, chunk.city.cat
    visits = some(chunk, a, chunk.visits_of(a.inst, 11, 14, 21), 0.4, 0.9)
    lines = chunk.lines_of(visits)
    what = line["item"][lines]
    rows = lines[(cat.list_type[what] == "101") & (cat.sku_count[what] >= 3)]
    drugs = np.unique(line["item"][rows])
    if not len(drugs):
        return
    rows = rows[np.isin(line["item"][rows], chunk.rng.choice(drugs, min(len(drugs), max(2, len(drugs) // 4)), replace=False))]
    what = line["item"][rows]
    first = cat.first_sku[what]
    prices = np.stack([cat.ceiling[0][2, first + k] for k in range(3)])
    dear = first + prices.argmax(axis=0)
    differs = dear != cat.inst_sku[a.inst, what]
    rows, dear = rows[differs], dear[differs]
    owner = line["visit"][rows]
    visits = np.unique(owner)
    cases = each(chunk, "item_swap", "dearer_maker", visits)
    line["sku"][rows] = dear
    line["unstocked"][rows] = True
    line["case"][rows] = per_line(visits, cases, owner) if len(rows) else line["case"][rows]


def _goods(chunk: Chunk, a: Assignment) -> None:
    """Rice, oil and cosmetics billed as a few dear drugs that the shop hardly ever bought."""
    rng, line = chunk.rng, chunk.lines
    visits = some(chunk, a, chunk.visits_of(a.inst, 41), 0.2, 0.6)
    adult = visits[chunk.persons.age[chunk.visits["person"][visits]] >= 30]
    if not len(adult):
        return
    goods = rng.choice(items(*GOODS), 3, replace=False)
    lines = chunk.lines_of(adult)
    owner = line["visit"][lines]
    visits = np.unique(owner)
    cases = each(chunk, "item_swap", "goods_as_drugs", visits)
    line["item"][lines] = rng.choice(goods, len(lines))
    line["sku"][lines] = -1
    line["unstocked"][lines] = True
    line["case"][lines] = per_line(visits, cases, owner)
