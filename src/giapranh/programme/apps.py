from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "giapranh.programme"
    label = "programme"
