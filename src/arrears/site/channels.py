"""Which kinds of provider carry messages? The only place that names real channels."""

from __future__ import annotations

from arrears.act.providers import KINDS, Clock, Kind, Made, Stated, settings_of


def offer() -> None:
    """Put the kinds in. Each loads its library when it is made, so that a command that sends nothing does not wait for it."""
    KINDS.update(
        http=Kind("text", "text messages to a gateway that takes them by HTTP", _http),
        kannel=Kind("text", "text messages to Kannel's sendsms", _kannel),
        smpp=Kind("text", "text messages to a provider by SMPP 3.4", _smpp),
        smtp=Kind("email", "e-mail to a mail server (SMTP)", _smtp),
        imap=Kind("email", "answers and bounces from a mailbox (IMAP)", _imap),
        webhook=Kind("", "messages to a bridge of the lender's own, for whichever channel it states (HTTPS, signed)", _webhook),
    )


def _smtp(stated: Stated, now: Clock) -> Made:
    from arrears.act.channels.email.smtp import SmtpProvider, SmtpSettings
    from arrears.act.channels.email.writing import Sender

    return Made(SmtpProvider(stated.name, stated.settings(SmtpSettings), stated.part("sender", Sender), stated.secret, now))


def _imap(stated: Stated, now: Clock) -> Made:
    import time

    from arrears.act.channels.email.imap import ImapListener, ImapSettings

    return Made(listener=ImapListener(stated.name, stated.settings(ImapSettings), stated.secret, now, time.sleep))


def _webhook(stated: Stated, now: Clock) -> Made:
    from arrears.act.channels.webhook.bridge import WebhookProvider, WebhookSettings
    from arrears.act.signing import secrets_of

    return Made(WebhookProvider(stated.name, stated.settings(WebhookSettings), secrets_of(stated.secret), now))


def _smpp(stated: Stated, now: Clock) -> Made:
    from arrears.act.channels.sms.smpp import SmppProvider, Smsc

    both = SmppProvider(stated.name, stated.settings(Smsc), stated.secret, now)
    return Made(both, both)


def _http(stated: Stated, now: Clock) -> Made:
    from arrears.act.channels.sms.http_gateway import Gateway, HttpGatewayProvider

    own = {name: value for name, value in stated.own.items() if name != "callback"}
    return Made(HttpGatewayProvider(stated.name, settings_of(Gateway, stated.where, own), stated.secret, now))


def _kannel(stated: Stated, now: Clock) -> Made:
    from arrears.act.channels.sms.http_gateway import HttpGatewayProvider, Kannel, kannel

    return Made(HttpGatewayProvider(stated.name, kannel(stated.settings(Kannel)), stated.secret, now))
