"""Which kinds of provider carry messages? The only place that names real channels."""

from __future__ import annotations

import time
from datetime import datetime

from arrears.act.providers import KINDS, Kind, Made, Office, Stated
from arrears.engine.home import Home
from arrears.intake.inbound.incoming import Asked, Incoming, Understand


def offer() -> None:
    """Put the kinds in. Each loads its library when it is made, so that a command that sends nothing does not wait for it."""
    KINDS.update(
        http=Kind("text", "text messages to a gateway that takes them by HTTP", _http, understands=_calls_back, by_address=True),
        imap=Kind("email", "answers and bounces from a mailbox (IMAP)", _imap, sends=False),
        kannel=Kind("text", "text messages to Kannel's sendsms", _kannel, understands=_calls_back, by_address=True),
        mail_events=Kind("email", "bounces and answers that a mail service posts to /hooks/NAME (HTTPS, signed)", _only_heard, sends=False, understands=_mail_events,
                         most_bytes=8_000_000),
        print=Kind("letter", "letters set as PDF/A into the printer's folder", _print),
        smpp=Kind("text", "text messages to a provider by SMPP 3.4", _smpp),
        smtp=Kind("email", "e-mail to a mail server (SMTP)", _smtp),
        webhook=Kind("", "messages to a bridge of the lender's own, for whichever channel it states (HTTPS, signed)", _webhook, understands=_events, most_bytes=8_000_000),
    )


def _smtp(stated: Stated, office: Office) -> Made:
    from arrears.act.channels.email.smtp import SmtpProvider, SmtpSettings
    from arrears.act.channels.email.writing import Sender

    return Made(SmtpProvider(stated.name, stated.settings(SmtpSettings, but=("sender",)), stated.part("sender", Sender), stated.secret, office.now))


def _imap(stated: Stated, office: Office) -> Made:
    from arrears.act.channels.email.imap import ImapListener, ImapSettings

    return Made(listener=ImapListener(stated.name, stated.settings(ImapSettings), stated.secret, office.now, time.sleep))


def _only_heard(stated: Stated, office: Office) -> Made:
    return Made()


def _mail_events(stated: Stated) -> Understand:
    from arrears.act.channels.email.callback import told
    from arrears.act.channels.email.reading import Mailboxes
    from arrears.act.signing import secrets_of

    secrets, ours = secrets_of(stated.secret), stated.settings(Mailboxes).ours
    return lambda asked, now: told(stated.name, asked.headers, asked.body, secrets, now, ours)


def _print(stated: Stated, office: Office) -> Made:
    from arrears.engine.use_cases.letters import letter_provider

    return Made(letter_provider(Home(office.home), office.institution_id, office.now, stated.name))


def _webhook(stated: Stated, office: Office) -> Made:
    from arrears.act.channels.webhook.bridge import WebhookProvider, WebhookSettings
    from arrears.act.signing import secrets_of

    return Made(WebhookProvider(stated.name, stated.settings(WebhookSettings), secrets_of(stated.secret), office.now))


def _events(stated: Stated) -> Understand:
    from arrears.act import callbacks
    from arrears.act.signing import secrets_of

    secrets = secrets_of(stated.secret)
    return lambda asked, now: callbacks.told(stated.name, asked.headers, asked.body, secrets, now)


def _smpp(stated: Stated, office: Office) -> Made:
    from arrears.act.channels.sms.smpp import SmppProvider, Smsc

    both = SmppProvider(stated.name, stated.settings(Smsc), stated.secret, office.now)
    return Made(both, both)


def _http(stated: Stated, office: Office) -> Made:
    from arrears.act.channels.sms.http_gateway import Gateway, HttpGatewayProvider

    return Made(HttpGatewayProvider(stated.name, stated.settings(Gateway, but=("callback",)), stated.secret, office.now))


def _kannel(stated: Stated, office: Office) -> Made:
    from arrears.act.channels.sms.http_gateway import HttpGatewayProvider, Kannel, kannel

    return Made(HttpGatewayProvider(stated.name, kannel(stated.settings(Kannel, but=("callback",))), stated.secret, office.now))


def _calls_back(stated: Stated) -> Understand | None:
    from arrears.act.channels.sms.http_gateway import Callback, parse_callback

    if "callback" not in stated.own:
        return None
    callback = stated.part("callback", Callback)

    def understand(asked: Asked, now: datetime) -> tuple[Incoming, ...]:
        found = parse_callback(stated.name, callback, stated.secret, query=asked.query, headers=asked.headers, body=asked.body, at=now)
        return () if found is None else (found,)

    return understand
