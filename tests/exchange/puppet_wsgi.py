"""The pages and the exchange door of a node under test, with the made kinds of records."""

from __future__ import annotations

from tests.exchange import acts, puppet

from giapranh.config.wsgi import application as application

acts.register()
puppet.wind_the_clock()
