"""What is kept as evidence in a case, and who takes a piece of it along?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from django import forms
from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone as django_timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from arrears.casefile.facts.evidence import UNKNOWN, ClockSource, EvidenceKind, EvidenceSource, about_case
from arrears.casefile.store import load
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import AnswerIsNo, Refused
from arrears.engine.use_cases import evidence as use_case
from arrears.engine.use_cases.evidence import LIMIT_BYTES, MOST_BYTES, Captured, NotKept, Offered, StoreRefused, in_words
from arrears.workbench.permissions import may_open
from arrears.workbench.templatetags.arrears_words import called, reader_language
from arrears.workbench.uploads import TOO_LARGE
from arrears.workbench.views.frame import home_of_site, institution_of, show

LOG = logging.getLogger(__name__)
_LONGEST_LINE = 200
_LONGEST_WORDS = 2000
_HOURS = range(-12, 15)


def _zones() -> list[tuple[str, str]]:
    """Offsets from UTC in minutes: whole hours, and those of the halves in between where many people live."""
    minutes = sorted({hours * 60 for hours in _HOURS} | {-210, 210, 270, 330, 345, 390, 570, 630})
    return [(str(one), f"UTC{'+' if one >= 0 else '−'}{abs(one) // 60:02}:{abs(one) % 60:02}") for one in minutes]


def _choices(codes: type[EvidenceKind] | type[EvidenceSource] | type[ClockSource], vocabulary: str, first: str | None = None) -> Any:
    order = sorted(codes, key=lambda code: code.value != first)
    return lazy(lambda: [(code.value, called(code.value, vocabulary)) for code in order], list)()


class EvidenceForm(forms.Form):
    """A file with what is known of it. Only file and kind must be said; the rest stands as unknown."""

    error_css_class = "wrong"
    file = forms.FileField(label=gettext_lazy("File"), max_length=_LONGEST_LINE)
    kind = forms.ChoiceField(label=gettext_lazy("What is it"), choices=[])
    title = forms.CharField(label=gettext_lazy("What does it show"), required=False, max_length=_LONGEST_LINE)
    captured_at = forms.DateTimeField(label=gettext_lazy("Captured at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
                                      input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False, choices=_zones)
    clock = forms.ChoiceField(label=gettext_lazy("Which clock said so"), required=False, choices=[])
    device = forms.CharField(label=gettext_lazy("Device"), required=False, max_length=_LONGEST_LINE)
    system = forms.CharField(label=gettext_lazy("System or app"), required=False, max_length=_LONGEST_LINE)
    operator = forms.CharField(label=gettext_lazy("Who captured it"), required=False, max_length=_LONGEST_LINE)
    source = forms.ChoiceField(label=gettext_lazy("Where it comes from"), required=False, choices=[])
    how_made = forms.CharField(label=gettext_lazy("How it was made and came here"), required=False, max_length=_LONGEST_WORDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "evidence-%s", **kwargs})
        for name, choices in (("kind", _choices(EvidenceKind, "evidence")), ("clock", _choices(ClockSource, "clock", "unknown")), ("source", _choices(EvidenceSource, "evidence_source", "unknown"))):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_captured_at(self) -> datetime | None:
        """The moment as typed; its zone is another field, so the server's own is taken off again."""
        typed: datetime | None = self.cleaned_data["captured_at"]
        return typed.replace(tzinfo=None) if typed else None

    def clean(self) -> dict[str, Any]:
        """The moment with its zone; one that lies ahead is refused here, beside its field."""
        said = super().clean() or self.cleaned_data
        if said.get("captured_at"):
            said["captured_at"] = said["captured_at"].replace(tzinfo=timezone(timedelta(minutes=int(said.get("zone") or 0))))
            if said["captured_at"] > django_timezone.now():
                self.add_error("captured_at", _("This moment lies in the future. Correct it; where the device's clock was fast, leave it out and say so below."))
        return said

    def offered(self) -> Offered:
        """What the person wants kept."""
        said, file = self.cleaned_data, self.cleaned_data["file"]
        captured = Captured(said["captured_at"], ClockSource(said["clock"] or ClockSource.UNKNOWN), said["device"], said["system"], said["operator"],
                            EvidenceSource(said["source"] or EvidenceSource.UNKNOWN), said["how_made"])
        return Offered(file.file, file.name, EvidenceKind(said["kind"]), said["title"], captured)


def empty_form() -> EvidenceForm:
    """The form as it stands on the case page, the zone that of the home's country where that has one."""
    one_zone = {"CN": 480, "HK": 480, "SG": 480, "IN": 330}
    return EvidenceForm(initial={"zone": str(one_zone.get(home_of_site().read_settings().jurisdiction, 0)), "kind": EvidenceKind.OTHER})


def evidence_shown(request: HttpRequest, case_id: int, party_id: int) -> dict[str, Any]:
    """What the case page shows of evidence: the pieces, and a form for those who may add to a case that is recorded."""
    may_add = may_open(request.user.role, "evidence_add") and load.case(case_id) is not None
    return {"evidence": about_case(load.evidence_of_party(party_id), case_id), "unknown": UNKNOWN,
            "evidence_form": empty_form() if may_add else None, "evidence_limits": limits() if may_add else ()}


def evidence_add(request: HttpRequest, case: str) -> HttpResponse:
    """Keep a file as evidence in this case; what was typed stays where it is refused, only the file must be chosen again."""
    case_id = _id(case)
    if load.case(case_id) is None:
        raise Http404
    if request.method != "POST":
        return show(request, "evidence_add", case_id=case_id, form=empty_form(), limits=limits())
    form = EvidenceForm(request.POST, request.FILES)
    if request.META.get(TOO_LARGE):
        form.add_error("file", _("The file is larger than %(limit)s, the most that is kept of any kind. Send it in parts.") % {"limit": in_words(MOST_BYTES)})
        form.errors["file"] = form.error_class(form.errors["file"][-1:])  # “No file was chosen” would not be true.
    if form.is_valid():
        try:
            kept = use_case.add(home_of_site(), institution_of(request), case_id, form.offered(), actor=request.user.get_username(), at=django_timezone.now(), cause="page")
        except NotKept as refused:
            form.add_error("file", " ".join(refused.in_language(reader_language())))
        except StoreRefused as refused:
            return _store_refused(request, case_id, refused)
        else:
            messages.success(request, _("Kept as %(id)s. Nobody can change it unseen from now on.") % {"id": id_text(kept.evidence_id)})
            return redirect(reverse("case", args=[id_text(case_id)]) + "#evidence")
    return show(request, "evidence_add", status=400, case_id=case_id, form=form, limits=limits())


@require_POST
def evidence_get(request: HttpRequest, case: str, evidence: str) -> HttpResponse | StreamingHttpResponse:
    """A piece of evidence as a file. Who takes it and why is recorded first; the bytes go out once that is committed."""
    case_id, evidence_id, why = _id(case), _id(evidence), request.POST.get("why", "").strip()
    if not why:
        messages.error(request, _("Say in a few words what you need it for; it stands in the record. Nothing was handed out."))
        return redirect(reverse("case", args=[id_text(case_id)]) + "#evidence")
    try:
        listed = {kept.evidence_id for kept in use_case.listed(institution_of(request), case_id)}
        if evidence_id not in listed:
            raise Http404
        handed = use_case.hand_out(home_of_site(), institution_of(request), evidence_id, why, actor=request.user.get_username(), at=django_timezone.now(), cause="page")
    except AnswerIsNo as none:
        raise Http404 from none
    except StoreRefused as refused:
        return _store_refused(request, case_id, refused)
    except Refused as refused:
        LOG.error("evidence is lost: %s", refused.what)
        return show(
            request, "refused", 503, title=_("This piece is not as it was kept"), why=_("Its bytes are missing or were altered, so they prove nothing and are not handed out."),
            remedy=_("Tell whoever operates this server: arrears evidence check names what is lost, and a backup may have it."), back=_back(case_id))
    return _as_file(request, handed)


def _as_file(request: HttpRequest, handed: use_case.HandedOut) -> StreamingHttpResponse:
    """A download: never shown by the browser, never guessed at, kept by no cache, under a name that nobody typed."""
    pieces = handed.pieces()
    response = StreamingHttpResponse(_in_threads(pieces) if isinstance(request, ASGIRequest) else pieces, content_type=handed.kept.media_type)
    response["Content-Disposition"] = f'attachment; filename="{use_case.download_name(handed.kept)}"'
    response["Content-Length"] = str(handed.kept.size_bytes)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces without holding up other readers; Django would otherwise collect them all in memory first."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def limits() -> list[tuple[str, str]]:
    """How large each kind may be, in the reader's words, the largest first."""
    by_limit: dict[int, list[str]] = {}
    for kind, limit in LIMIT_BYTES.items():
        by_limit.setdefault(limit, []).append(called(kind.value, "evidence"))
    comma = "、" if reader_language() == "zh" else ", "
    return [(in_words(limit), comma.join(by_limit[limit])) for limit in sorted(by_limit, reverse=True)]


def _store_refused(request: HttpRequest, case_id: int, refused: StoreRefused) -> HttpResponse:
    LOG.error("evidence: %s", refused.what)
    return show(request, "refused", 503, title=_("The evidence store does not answer"), why=_("Nothing was kept or handed out."),
                remedy=_("Try again in a few minutes. If it stays so, tell whoever operates this server; the log says more."), back=_back(case_id))


def _back(case_id: int) -> str:
    return reverse("case", args=[id_text(case_id)])


def _id(text: str) -> int:
    try:
        return parse_id(text)
    except IdNotValid as trouble:
        raise Http404 from trouble
