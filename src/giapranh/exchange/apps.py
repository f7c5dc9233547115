from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "giapranh.exchange"
    label = "exchange"

    def ready(self) -> None:
        """The one kind of record of this room, and who is to be told when offices change."""
        from giapranh.exchange import contacts, succession
        from giapranh.exchange.kinds import register_kind
        from giapranh.people.succession import register_succession_effect

        register_kind(contacts.kind())
        contacts.listen()
        register_succession_effect("exchange", succession.preview, succession.apply)
