"""场景监控识别记录 (scene-monitoring record (face terminal)); origin: local."""

from __future__ import annotations

import dataframely as dy

from features.contracts.column import Table, datetime, price, text


class SceneRcdD(dy.Schema):
    """One row: scene-monitoring record (face terminal)."""

    rcd_id = text("识别记录ID", required=True)
    psn_no = text("人员编号", required=True)
    fixmedins_code = text("定点医药机构编号", required=True)
    scene_type = text("场景 1血透室 2住院病区 3药店 4村卫生室/门诊", required=True, codes="scene_type")
    begntime = datetime("首次识别时间", required=True)
    endtime = datetime("末次识别时间")
    match_score = price("人脸比对分值 0-1", unit="分值", within=(0, 1))
    dev_code = text("设备编号")


TABLE = Table(
    name="scene_rcd_d",
    zh="场景监控识别记录",
    meaning="scene-monitoring record (face terminal)",
    need="optional",
    origin="local",
    schema=SceneRcdD,
    key=("rcd_id",),
    month="begntime",
    prefer=("last:endtime", "last:match_score"),
    bucketed=True,
)
