from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "giapranh.people"
    label = "people"

    def ready(self) -> None:
        """Tell the kernel where this room's records are shown."""
        from giapranh.kernel.refs import register_resolver
        from giapranh.people import links

        register_resolver("office", links.resolve_office)
        register_resolver("officer", links.resolve_officer)
