"""Which lists went to a dialler, what became of their permits, and which of its results were not in order?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from arrears.engine.use_cases.dialling import dialler_state
from arrears.workbench.views.frame import institution_of, show

FINDINGS_SHOWN = 200


def dialler(request: HttpRequest) -> HttpResponse:
    """Lists and findings."""
    lists, findings = dialler_state(institution_of(request), timezone.now())
    return show(request, "dialler", lists=lists, findings=findings[:FINDINGS_SHOWN], findings_total=len(findings))
