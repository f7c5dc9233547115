from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "giapranh.desk"
    label = "desk"
