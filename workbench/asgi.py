"""ASGI entry for uvicorn. Where HUOYAN_RUNS names a run folder, its results are loaded at the start and whenever a run finishes."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
application = get_asgi_application()

from workbench.screens.words import warm  # noqa: E402  needs Django set up

warm()

if os.environ.get("HUOYAN_RUNS"):
    from workbench.results.follow import follow_environment

    follow_environment()
