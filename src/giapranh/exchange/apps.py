from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "giapranh.exchange"
    label = "exchange"
