"""The schedules that ``huoyan serve`` keeps: nightly refresh, monthly retraining, monthly monitoring.

Times are the city's parameters (unit ``schedules`` in the city file), as cron expressions in the machine's time zone.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from features.parameters import City
from flows.home import Home


def main(delivery: str, out: str, config: str | None = None) -> None:
    """Serves the deployments until stopped; needs PREFECT_API_URL."""
    Home.of(Path(out)).prepare()
    from prefect import serve  # noqa: PLC0415 - Prefect must see the environment first

    from flows.monitor import monitor  # noqa: PLC0415
    from flows.refresh import refresh  # noqa: PLC0415
    from flows.retrain import retrain  # noqa: PLC0415

    schedules = City.load(Path(config) if config else None)["schedules"]
    where = {"out": out, "config": config}
    monitored = {"lake": str(Home.of(Path(out)).lake), **where}
    planned: list[Any] = [
        refresh.to_deployment("nightly-refresh", cron=schedules["refresh_cron"], parameters={"delivery": delivery, **where}, concurrency_limit=1),
        retrain.to_deployment("monthly-retrain", cron=schedules["retrain_cron"], parameters=where, concurrency_limit=1),
        monitor.to_deployment("monthly-monitor", cron=schedules["monitor_cron"], parameters=monitored, concurrency_limit=1),
    ]
    serve(*planned)


if __name__ == "__main__":
    main(*sys.argv[1:])
