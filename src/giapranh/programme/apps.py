from dataclasses import replace

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "giapranh.programme"
    label = "programme"

    def ready(self) -> None:
        """Tell the rooms below what this room adds to theirs."""
        from giapranh.documents.next_steps import register_next_step
        from giapranh.exchange.kinds import register_kind
        from giapranh.kernel.errors import N_
        from giapranh.kernel.refs import register_resolver
        from giapranh.people.succession import register_succession_effect
        from giapranh.programme import links, measures, shares, succession  # noqa: F401 - measures register on import
        from giapranh.programme.services import joint

        register_resolver("task", links.resolve_task)
        register_kind(replace(shares.TASKS, applied=joint.task_came))
        register_next_step("programme.adopt", N_("Giao việc"), links.adopt_url)
        register_next_step("programme.see", N_("Xem chương trình"), links.programme_url)
        register_succession_effect("programme", succession.preview, succession.apply)
