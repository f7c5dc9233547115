from django.apps import AppConfig


class WaterConfig(AppConfig):
    name = "giapranh.water"
    label = "water"
