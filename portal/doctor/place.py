"""Checks of the place it runs in: settings, certificate, files, disk."""

import shutil
import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import checks
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from portal.doctor.findings import Finding, act, digits, literal, look, well

TIMEOUT_S = 3
HTTPS = 443
LEFT_OF_ITS_LIFE = 5  # proxies renew when a third is left
DISK_ACT_PERCENT, DISK_LOOK_PERCENT = 10, 20
A_FILE = "css/app.css"


def check_settings(_now: datetime) -> Finding:
    """Find what does not belong on the internet."""
    if settings.LOCAL:
        return look(
            _("LOCAL=1: cookies and TLS are relaxed, for this machine only."),
            _("Leave {name} out where others reach it.").format(name=literal("LOCAL")),
        )
    found = [
        message.id or ""
        for message in checks.run_checks(include_deployment_checks=True)
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    found += ["ALLOWED_HOSTS=*"] if "*" in settings.ALLOWED_HOSTS else []
    if found:
        return act(
            _("Django's own check finds: {names}.").format(names=", ".join(found)),
            _("Run {command}.").format(command=literal("manage.py check --deploy")),
        )
    return well(_("Cookies, TLS and host names are set as the internet needs them."))


def check_certificate(now: datetime) -> Finding:
    """Read the certificate of the public address."""
    address = urlsplit(settings.SITE_URL)
    if address.scheme != "https":
        return look(
            _("The address is plain http: good for this machine only."),
            _("Set {name} to https.").format(name=literal("SITE_URL")),
        )
    try:
        begins, ends = _read_life(address.hostname or "", address.port or HTTPS)
    except ssl.SSLCertVerificationError as error:
        return act(
            _("The certificate is refused: {error}.").format(error=error.verify_message),
            _("See the log of the proxy that does TLS."),
        )
    except OSError as error:
        return look(
            _("The public address cannot be reached from here ({error}).").format(
                error=type(error).__name__
            ),
            _("Look from outside, or let this machine reach {name}.").format(
                name=literal("SITE_URL")
            ),
        )
    days = (ends - now).days
    if ends - now < (ends - begins) / LEFT_OF_ITS_LIFE:
        return act(
            _("The certificate ends in {days} days.").format(days=digits(days)),
            _("See the log of the proxy that does TLS."),
        )
    return well(_("The certificate is good for {days} more days.").format(days=digits(days)))


def check_static(_now: datetime) -> Finding:
    """Look for the files of the pages where they are served from."""
    if settings.LOCAL:
        return well(_("Files of the pages are served from where they lie."))
    try:
        # With a manifest the name holds a digest; a file that was not collected has none.
        there = staticfiles_storage.exists(
            urlsplit(staticfiles_storage.url(A_FILE)).path.removeprefix(settings.STATIC_URL)
        )
    except (OSError, ValueError):
        there = False
    if there:
        return well(_("Files of the pages are collected."))
    return act(
        _("Files of the pages are missing: they look bare."),
        _("Run {command}.").format(command=literal("manage.py collectstatic")),
    )


def check_disk(_now: datetime) -> Finding:
    """Look for room here; the database's own disk is seen from its machine alone."""
    disk = shutil.disk_usage(settings.BASE_DIR)
    free = disk.free * 100 // disk.total
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    said = _("{percent} % of the program's disk are free; the database holds {size}.").format(
        percent=digits(free), size=digits(filesizeformat(size))
    )
    if free >= DISK_LOOK_PERCENT:
        return well(said)
    mend = _("Make room, on the database's disk too.")
    return act(said, mend) if free < DISK_ACT_PERCENT else look(said, mend)


def _read_life(host: str, port: int) -> tuple[datetime, datetime]:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        certificate = secure.getpeercert() or {}
    begins, ends = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate[name])), UTC)
        for name in ("notBefore", "notAfter")
    )
    return begins, ends
