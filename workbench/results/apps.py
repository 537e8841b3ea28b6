from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "workbench.results"
    label = "results"
