"""``python -m workbench <command>``: Django's own management commands (migrate, makemigrations …)."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
execute_from_command_line(["workbench", *sys.argv[1:]])
