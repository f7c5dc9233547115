from django.apps import AppConfig


class WaterConfig(AppConfig):
    name = "giapranh.water"
    label = "water"

    def ready(self) -> None:
        """Tell the rooms below, and the store of this one, who listens."""
        from giapranh.exchange.kinds import register_kind
        from giapranh.exchange.permissions import register_readers
        from giapranh.kernel.refs import register_resolver
        from giapranh.people.succession import register_succession_effect
        from giapranh.places.layers import register_layers
        from giapranh.programme.reports.figures import register_figures
        from giapranh.water import indicators, layers, links, report_figures, shares, succession  # noqa: F401 - indicators register on import
        from giapranh.water.incident_permissions import can_see_alerts
        from giapranh.water.queries import alerts, incidents
        from giapranh.water.services import alerting, arrivals, neighbour_news
        from giapranh.water.sta import notify

        arrivals.register(alerting.on_arrival, alerting.awaits)
        arrivals.register(neighbour_news.rows_arrived, neighbour_news.awaits)
        notify.register()
        for kind in shares.kinds():
            register_kind(kind)
            register_readers(kind.name, can_see_alerts)
        register_resolver("alert", alerts.resolve_alert)
        register_resolver("incident", incidents.resolve_incident)
        register_resolver("water-notice", incidents.resolve_notice)
        register_resolver("station", links.resolve_station)
        register_resolver("watercourse", links.resolve_river)
        register_figures("water", report_figures.figures)
        register_layers("water", layers.provide)
        register_succession_effect("water", succession.preview, succession.apply)
