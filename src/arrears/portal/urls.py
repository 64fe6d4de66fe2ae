"""Which address opens which public page? Every name here has its row in the table of permissions, open to anybody."""

from __future__ import annotations

from django.urls import path

from arrears.portal import views

urlpatterns = [
    path("v/<str:code>", views.verify, name="verify"),
    path("stop/<str:code>", views.stop, name="stop"),
    path("hooks/<str:provider>", views.hook, name="hook"),
]
