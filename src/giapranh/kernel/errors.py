"""The tree of refusals.

    Refused                what the person asked cannot be done; ``str(error)`` is one Vietnamese line
    ├─ BadInput            a file or a value from outside is not what it should be: mend it and try again
    ├─ NotAllowed          the person may not do this; somebody else may
    ├─ NotFound            there is no such record, or the person may not know of it
    ├─ Conflict            somebody else was here first, or the record has moved on: look again
    └─ Unavailable         a part of the machine is missing (database, OCR, disk): mend it and try again

Rooms define their own beside the function that raises them, as subclasses of these five, with a stable ``code``.
Messages are Vietnamese message ids; a door translates with its own catalogue by ``error.template`` and ``error.params``.
"""

from __future__ import annotations

from typing import Any, ClassVar


def N_(message: str) -> str:  # noqa: N802 - the gettext habit
    """Mark a message id for translation without translating it here."""
    return message


class Refused(Exception):
    """Something was refused. ``template`` is the Vietnamese message id, ``params`` what fills it."""

    code: ClassVar[str] = "refused"

    def __init__(self, template: str, *, code: str | None = None, **params: Any) -> None:
        self.template = template
        self.params = params
        self.instance_code = code
        super().__init__(self.render())

    @property
    def stable_code(self) -> str:
        return self.instance_code or self.code

    def render(self, translate: Any = None) -> str:
        """The line in the language of ``translate`` (message id in, text out); Vietnamese without it."""
        template = translate(self.template) if translate else self.template
        if not self.params:
            return template
        return template % {name: _Number(one) if isinstance(one, float) else one for name, one in self.params.items()}

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.template, self.instance_code, self.params)


class _Number(float):
    """A number that a sentence shows as people here write it: 159,5."""

    def __str__(self) -> str:
        from giapranh.kernel.numbers import format_number

        return format_number(float(self))


def _rebuild(kind: type[Refused], template: str, code: str | None, params: dict[str, Any]) -> Refused:
    return kind(template, code=code, **params)


class BadInput(Refused):
    code = "bad_input"


class NotAllowed(Refused):
    code = "not_allowed"


class NotFound(Refused):
    code = "not_found"


class Conflict(Refused):
    code = "conflict"


class Unavailable(Refused):
    code = "unavailable"
