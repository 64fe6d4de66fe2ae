"""Which kinds of provider carry messages? The only place that names real channels."""

from __future__ import annotations

from arrears.act.providers import KINDS, Clock, Kind, Made, Stated


def offer() -> None:
    """Put the kinds in. Each loads its library when it is made, so that a command that sends nothing does not wait for it."""
    KINDS.update(
        smtp=Kind("email", "e-mail to a mail server (SMTP)", _smtp),
    )


def _smtp(stated: Stated, now: Clock) -> Made:
    from arrears.act.channels.email.smtp import Server, SmtpProvider
    from arrears.act.channels.email.writing import Sender

    return Made(SmtpProvider(stated.name, stated.settings(Server, secret="password"), stated.part("sender", Sender), now))  # noqa: S106 - the field's name
