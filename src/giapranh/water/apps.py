from django.apps import AppConfig


class WaterConfig(AppConfig):
    name = "giapranh.water"
    label = "water"

    def ready(self) -> None:
        """Tell the rooms below, and the store of this one, who listens."""
        from giapranh.water.services import alerting, arrivals

        arrivals.register(alerting.on_arrival)
