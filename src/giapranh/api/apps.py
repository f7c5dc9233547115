from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "giapranh.api"
    label = "api"
