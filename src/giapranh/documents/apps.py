from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "giapranh.documents"
    label = "documents"

    def ready(self) -> None:
        """Tell the house how to show a paper that somebody only holds a reference to."""
        from giapranh.documents import links
        from giapranh.kernel.refs import register_resolver

        register_resolver("paper", links.resolve_paper)
