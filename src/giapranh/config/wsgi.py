"""The WSGI application that granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giapranh.config.settings")
pages = get_wsgi_application()

from giapranh.water.sta.wsgi import beside  # noqa: E402 - its models need the settings above

application = beside(pages)  # machines send thousands of observations a second: they do not pass the pages' middleware
