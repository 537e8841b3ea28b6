"""ASGI entry for uvicorn. Where HUOYAN_RUNS names a run folder, its results are loaded at the start and whenever a run finishes."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
application = get_asgi_application()

if os.environ.get("HUOYAN_RUNS"):
    from workbench.results.follow import follow_environment

    follow_environment()
