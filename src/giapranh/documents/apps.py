from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "giapranh.documents"
    label = "documents"

    def ready(self) -> None:
        """Tell the house how to show a paper somebody holds a reference to, and what of papers may cross the border."""
        from giapranh.documents import links, shares, vault
        from giapranh.exchange.files import register_opener
        from giapranh.exchange.kinds import register_kind
        from giapranh.kernel.refs import register_resolver

        register_resolver("paper", links.resolve_paper)
        register_kind(shares.PAPERS)
        register_opener("documents", vault.opened)
