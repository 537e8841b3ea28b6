from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "workbench.screens"
    label = "screens"
