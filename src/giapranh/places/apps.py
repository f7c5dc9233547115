from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "giapranh.places"
    label = "places"

    def ready(self) -> None:
        """Tell the kernel where this room's records are shown."""
        from giapranh.kernel.refs import register_resolver
        from giapranh.places import links

        register_resolver("unit", links.resolve_unit)
