"""Where does the chart script come from?"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version as installed_version

import vl_convert
from django.http import Http404, HttpRequest, HttpResponse

_SNIPPET = "window.drawArrearsChart = vegaEmbed;"


@cache
def chart_bundle() -> str:
    """Vega-Lite as the installed `vl-convert-python` carries it, bundled once a process (about a second)."""
    return str(vl_convert.javascript_bundle(_SNIPPET))


def chart_script(request: HttpRequest, version: str) -> HttpResponse:
    """The bundle under an address that holds its version, so that a browser may keep it for good."""
    if version != installed_version("vl-convert-python"):
        raise Http404
    return HttpResponse(chart_bundle(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000, immutable"})
