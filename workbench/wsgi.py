"""WSGI entry for gunicorn. Where HUOYAN_RUNS names a run folder, its results are loaded as in ``workbench.asgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
application = get_wsgi_application()

from workbench.screens.words import warm  # noqa: E402  needs Django set up

warm()

if os.environ.get("HUOYAN_RUNS"):
    from workbench.results.follow import follow_environment

    follow_environment()
