"""Who works here, and what may they do?"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.casefile.store.models import User
from arrears.casefile.store.users import NameTaken, PasswordTooEasy, create_user
from arrears.core.problems import AnswerIsNo
from arrears.engine.use_cases.protecting import call_colleague, who_is_called
from arrears.workbench.permissions import ADMINISTRATOR, ROLES
from arrears.workbench.views.frame import institution_of, show


def _colleagues(request: HttpRequest) -> QuerySet[User]:
    """The people of the reader's own institution; nobody else exists here."""
    return User.objects.filter(institution_id=institution_of(request)).order_by("-is_active", "username")


def users(request: HttpRequest) -> HttpResponse:
    """Everybody of the institution."""
    return show(request, "users", colleagues=_colleagues(request), roles=ROLES, called_in_distress=who_is_called(institution_of(request)))


def user_add(request: HttpRequest) -> HttpResponse:
    """Enter a new colleague."""
    trouble = ""
    if request.method == "POST":
        try:
            made = create_user(
                request.POST.get("username", "").strip(), request.POST.get("password", ""), role=request.POST.get("role", ""),
                institution_id=institution_of(request), email=request.POST.get("email", "").strip(), display_name=request.POST.get("display_name", "").strip(),
                language=request.POST.get("language", "en"),
            )
        except NameTaken:
            trouble = _("There is already a user of that name; nothing was changed. Choose another name.")
        except PasswordTooEasy as weak:
            trouble = _("The password is too easy to guess. %(why)s Choose a longer one, such as four random words.") % {"why": weak.why}
        except AnswerIsNo:
            trouble = _("Choose one of the roles; nobody was entered.")
        else:
            messages.success(request, _("%(name)s can sign in now.") % {"name": made.get_full_name()})
            return redirect("users")
    return show(request, "user_add", status=400 if trouble else 200, roles=ROLES, trouble=trouble, typed=request.POST)


def _would_lock_out(request: HttpRequest, colleague: User) -> bool:
    """Is this the last administrator who can still sign in?"""
    others = _colleagues(request).filter(role=ADMINISTRATOR, is_active=True).exclude(pk=colleague.pk)
    return colleague.role == ADMINISTRATOR and colleague.is_active and not others.exists()


def _refuse_lock_out(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("This is the last administrator. Nobody could add users any more, so nothing was changed. Make somebody else administrator first."))
    return redirect("users")


@require_POST
def user_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a colleague another role."""
    colleague, role = get_object_or_404(_colleagues(request), pk=pk), request.POST.get("role", "")
    if role not in ROLES:
        return redirect("users")
    if role != ADMINISTRATOR and _would_lock_out(request, colleague):
        return _refuse_lock_out(request)
    _colleagues(request).filter(pk=pk).update(role=role, is_staff=role == ADMINISTRATOR)
    messages.success(request, _("The role of %(name)s was changed.") % {"name": colleague.get_full_name()})
    return redirect("users")


@require_POST
def user_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a colleague sign in, or no longer. Nobody is deleted: what they did stays theirs."""
    colleague, active = get_object_or_404(_colleagues(request), pk=pk), request.POST.get("active") == "yes"
    if not active and _would_lock_out(request, colleague):
        return _refuse_lock_out(request)
    _colleagues(request).filter(pk=pk).update(is_active=active)
    return redirect("users")


@require_POST
def user_called(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a colleague who is trained to speak with people in distress, or no longer; it is recorded."""
    colleague = get_object_or_404(_colleagues(request).filter(is_active=True), pk=pk)
    call_colleague(
        institution_of(request), colleague.username, is_called=request.POST.get("called") == "yes", at=timezone.localtime(), actor=request.user.get_username(),
    )
    return redirect("users")
