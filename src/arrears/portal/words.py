"""What do the public pages say, in which language, and which language does this reader read?

Plain words and short sentences; the three languages say the same. Nothing here may tell that anybody owes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

LANGUAGES = {"en": "English", "zh": "中文", "es": "Español"}
HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans", "es": "es"}


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said in one language; `{…}` is filled in."""

    verify_title: str
    genuine: str
    sent: str
    compare: str
    not_confirmed: str
    not_confirmed_why: str
    not_confirmed_do: str
    check_title: str
    check_by: str
    never_title: str
    never: str
    stop_title: str
    stop_ask: str
    stop_button: str
    stop_else: str
    stopped: str
    stopped_email: str
    stopped_text: str
    stopped_else: str
    nothing_stopped: str
    nothing_stopped_do: str
    busy: str
    busy_do: str
    languages: str
    sender_unnamed: str
    channels: dict[str, str]
    any_channel: str


WORDS = {
    "en": Words(
        verify_title="Is this message genuine?",
        genuine="Yes. We sent this message.",
        sent="{sender} sent it {channel} on {day}.",
        compare="If your message came another way, on another day or in another name, somebody may have copied the code. Then do not trust it.",
        not_confirmed="We cannot confirm this message.",
        not_confirmed_why="The code may be mistyped: compare it with the message, letter by letter. It has 14 letters and digits.",
        not_confirmed_do="If the code is right, do not answer the message, do not pay and do not give any data. Ask us by a way you already know.",
        check_title="Check it by a way you already trust",
        check_by="Do not use a number or link from the message. Call the number on your card or contract, or use the app or website you already know.",
        never_title="What we never ask for",
        never="We never ask for a password, a PIN or a one-time code: not in a message, not on the phone, not here. This page asks you for nothing.",
        stop_title="Stop these messages",
        stop_ask="Do you want no more messages of this kind? Press the button. You need no account and give no reason.",
        stop_button="Stop these messages",
        stop_else="Letters and notices that the law requires may still come.",
        stopped="Done. You get no more of these messages.",
        stopped_email="From now on we send you no more e-mails of this kind. One that is already on its way may still arrive.",
        stopped_text="From now on we send you no more text messages of this kind. One that is already on its way may still arrive.",
        stopped_else="If you change your mind, tell us by any way you like.",
        nothing_stopped="We could not find this message.",
        nothing_stopped_do="Nothing was changed. Open the link in the message once more, or answer the message with the word STOP.",
        busy="Please wait a moment.",
        busy_do="Many codes were looked up just now. Try again in {seconds} seconds.",
        languages="Language",
        sender_unnamed="The sender",
        channels={"email": "by e-mail", "text": "by text message", "letter": "by post", "social_message": "by chat message", "chat": "in the app"},
        any_channel="by message",
    ),
    "zh": Words(
        verify_title="这条信息是真的吗？",
        genuine="是的，这条信息是我们发出的。",
        sent="{sender}于{day}{channel}发出。",
        compare="如果您收到的方式、日期或落款与此不同，核验码可能被人盗用，请不要相信该信息。",
        not_confirmed="我们无法确认这条信息。",
        not_confirmed_why="可能是核验码输错了，请与信息逐字核对。核验码共14位，由字母和数字组成。",
        not_confirmed_do="如果核验码没有输错，请不要回复该信息，不要付款，也不要提供任何资料。请通过您原本就知道的方式向我们核实。",
        check_title="用您信得过的方式核实",
        check_by="不要使用信息里的电话或链接。请拨打您的卡片或合同上的电话，或者使用您一直在用的应用或网站。",
        never_title="我们绝不会索要",
        never="无论是信息、电话还是本页面，我们都不会向您索要密码或短信验证码。本页面不需要您填写任何内容。",
        stop_title="不再接收此类信息",
        stop_ask="不想再收到此类信息？请按下面的按钮。不需要登录，也不需要说明原因。",
        stop_button="不再接收",
        stop_else="法律规定必须发送的信函和通知可能仍会寄给您。",
        stopped="已办好，您不会再收到此类信息。",
        stopped_email="从现在起，我们不再向您发送此类电子邮件。已经发出的邮件可能仍会送达。",
        stopped_text="从现在起，我们不再向您发送此类短信。已经发出的短信可能仍会送达。",
        stopped_else="如果您改变主意，可以用任何方式告诉我们。",
        nothing_stopped="我们没有找到这条信息。",
        nothing_stopped_do="没有作任何更改。请重新打开信息中的链接，或者直接回复“退订”。",
        busy="请稍等片刻。",
        busy_do="刚才的查询过多，请在{seconds}秒后再试。",
        languages="语言",
        sender_unnamed="发送方",
        channels={"email": "以电子邮件", "text": "以短信", "letter": "以信函", "social_message": "以聊天消息", "chat": "在应用内"},
        any_channel="以信息",
    ),
    "es": Words(
        verify_title="¿Es auténtico este mensaje?",
        genuine="Sí. Este mensaje lo enviamos nosotros.",
        sent="{sender} lo envió {channel} el {day}.",
        compare="Si su mensaje llegó por otra vía, otro día o con otro nombre, alguien puede haber copiado el código. En ese caso, no se fíe.",
        not_confirmed="No podemos confirmar este mensaje.",
        not_confirmed_why="Puede que el código esté mal escrito: compárelo con el mensaje, carácter por carácter. Tiene 14 letras y números.",
        not_confirmed_do="Si el código está bien, no responda, no pague y no dé ningún dato. Pregúntenos por una vía que usted ya conozca.",
        check_title="Compruébelo por una vía de su confianza",
        check_by="No use un número ni un enlace del mensaje. Llame al número de su tarjeta o contrato, o use la aplicación o la web que ya conoce.",
        never_title="Lo que nunca pedimos",
        never="Nunca pedimos una contraseña, un PIN ni un código de un solo uso: ni por mensaje, ni por teléfono, ni aquí. Esta página no le pide nada.",
        stop_title="No recibir más estos mensajes",
        stop_ask="¿No quiere recibir más mensajes de este tipo? Pulse el botón. No necesita cuenta ni dar un motivo.",
        stop_button="No recibir más",
        stop_else="Las cartas y los avisos que exige la ley pueden seguir llegando.",
        stopped="Hecho. No recibirá más mensajes de este tipo.",
        stopped_email="Desde ahora no le enviamos más correos de este tipo. Uno que ya esté en camino todavía puede llegar.",
        stopped_text="Desde ahora no le enviamos más SMS de este tipo. Uno que ya esté en camino todavía puede llegar.",
        stopped_else="Si cambia de opinión, díganoslo por la vía que prefiera.",
        nothing_stopped="No encontramos este mensaje.",
        nothing_stopped_do="No se cambió nada. Abra otra vez el enlace del mensaje, o responda al mensaje con la palabra BAJA.",
        busy="Espere un momento, por favor.",
        busy_do="Se han consultado muchos códigos. Inténtelo de nuevo en {seconds} segundos.",
        languages="Idioma",
        sender_unnamed="El remitente",
        channels={"email": "por correo electrónico", "text": "por SMS", "letter": "por correo postal", "social_message": "por chat", "chat": "en la aplicación"},
        any_channel="por mensaje",
    ),
}


def language_of(chosen: str, accepted: str) -> str:
    """The language somebody chose, else the first that the browser asks for and we speak, else English.

    Args:
        chosen: what the switch says; anything else is passed over.
        accepted: the header `Accept-Language` (RFC 9110, 12.5.4).

    >>> language_of("", "fr;q=0.9, es-MX;q=0.8, en;q=0.7"), language_of("zh", "es"), language_of("", "zh-TW"), language_of("xx", "")
    ('es', 'zh', 'zh', 'en')
    """
    if chosen in WORDS:
        return chosen
    wishes = []
    for place, one in enumerate(accepted[:500].split(",")):
        name, _, weight = one.partition(";")
        wishes.append((-_weight(weight), place, name.strip().lower().split("-")[0]))
    return next((name for weight, _, name in sorted(wishes) if name in WORDS and weight < 0), "en")


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def day_in_words(day: date, language: str) -> str:
    """A day as a page says it.

    >>> [day_in_words(date(2026, 3, 2), language) for language in WORDS]
    ['2 March 2026', '2026年3月2日', '2 de marzo de 2026']
    """
    return str(format_date(day, format="long", locale={"en": "en_GB", "zh": "zh_Hans", "es": "es"}[language]))
