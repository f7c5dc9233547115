"""What commands that need the node share: Django set up once, and the current schema."""

from __future__ import annotations

import os


def set_up() -> None:
    """Start the database and Django. Commands that need neither (``read``) never call this."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giapranh.config.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the tables to this version of the program."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def pending_migrations() -> int:
    """How many changes to the tables this version still has to make."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def load_seed() -> None:
    """The dated facts that ship with the program: units, borders, offices and their changes, rivers. Safe to repeat."""
    from giapranh.kernel.clock import now
    from giapranh.people import services as people
    from giapranh.places import services as places
    from giapranh.water.services import network as water

    places.load_seed(at=now())
    people.load_seed(at=now())
    water.load_seed(at=now())


def first_administrator(username: str, password: str) -> str | None:
    """Create the first administrator; the password to show, or None when there is one already."""
    import secrets

    from giapranh.kernel.clock import now
    from giapranh.kernel.text import nfc
    from giapranh.people import services as people

    chosen = nfc(password) or secrets.token_urlsafe(12)  # as the sign-in page sends it
    created = people.create_first_administrator(username=username, password=chosen, at=now())
    return chosen if created else None


def start_empty() -> None:
    """Drop what an interrupted demonstration left. Only ever the demonstration's own database."""
    import shutil

    from django.db import connection

    from giapranh.node import home

    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade")
        cursor.execute("create schema public")
    connection.close()
    for name in ("blobs", "files", "mail", "exchange"):
        shutil.rmtree(home.home() / name, ignore_errors=True)
    (home.home() / "secrets" / "exchange-keys.json").unlink(missing_ok=True)
