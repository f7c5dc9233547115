"""Refusals of this interface. Each is one of the kernel's kinds, so that every door knows what to answer."""

from __future__ import annotations

from giapranh.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, Refused, Unavailable


class Malformed(BadInput):
    """What was asked cannot be read. ``position`` counts characters from 1 within the named query option."""

    code = "malformed"
    position: int | None = None

    def at(self, position: int | None) -> Malformed:
        self.position = position
        return self


class NoSuchEntity(NotFound):
    code = "no_such_entity"


class AlreadyThere(Conflict):
    code = "already_there"


class Forbidden(NotAllowed):
    code = "forbidden"


class SignInNeeded(NotAllowed):
    code = "sign_in"


class TooLarge(BadInput):
    code = "too_large"


class WrongType(BadInput):
    code = "wrong_content_type"


class MethodNotOffered(BadInput):
    code = "method_not_offered"


class OptionNotOffered(BadInput):
    """A query option with a dollar sign that is not ours: the standard wants 501."""

    code = "option_not_offered"


STATUS: tuple[tuple[type[Refused], int], ...] = (
    (SignInNeeded, 401),
    (TooLarge, 413),
    (WrongType, 415),
    (MethodNotOffered, 405),
    (OptionNotOffered, 501),
    (BadInput, 400),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
)


def status_of(refusal: Refused) -> int:
    return next((status for kind, status in STATUS if isinstance(refusal, kind)), 400)
