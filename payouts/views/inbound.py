"""Where rails tell us something, and the API of the stand-in that sandbox brands pay through."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from brands.models import RailSettings
from core.clock import database_now
from core.jobs import enqueue
from core.models import Brand
from core.signing import Refusal
from payouts.domain.kinds import CALLED_RAILS
from payouts.rails.paypal.standin import secret_of
from payouts.rails.registry import RailOff, make_paypal_standin, make_standin, rail_for
from payouts.services.railevents import store_notice
from payouts.services.rails import RailUnavailable

MAX_BYTES = 65_536


@csrf_exempt
@require_POST
def receive(request: HttpRequest, brand_id: str, service: str) -> HttpResponse:
    """Take a message of a payment service for one brand: checked, stored, answered, then asked."""
    row = (
        RailSettings.objects.select_related("brand")
        .filter(brand__public_id=brand_id, rail=service, is_enabled=True)
        .first()
    )
    if row is None or not row.webhook_secret:
        raise Http404
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return HttpResponse(status=413)
    try:
        notice = rail_for(row).parse_webhook(
            headers=dict(request.headers.items()),
            body=body,
            secrets=[row.webhook_secret],
            now=database_now(),
        )
    except (RailOff, RailUnavailable):
        return HttpResponse(status=503)
    if isinstance(notice, Refusal):
        return HttpResponse(status=401)
    store_notice(brand_id=row.brand_id, rail=row.rail, notice=notice, body=body, now=database_now())
    return HttpResponse(status=200)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def standin_api(request: HttpRequest, path: str) -> HttpResponse:
    """Answer one request to the stand-in, for keys of open sandbox brands only."""
    if not _is_known(request.headers.get("Authorization", "")):
        return HttpResponse(status=401)
    source = request.GET if request.method == "GET" else request.POST
    params = {name: str(value) for name, value in source.items()}
    if any("\0" in one for one in (path, *params, *params.values())):
        return HttpResponse(status=400)
    answer = make_standin().handle(
        method=request.method or "GET",
        path=f"/{path}",
        headers=dict(request.headers.items()),
        form_params=params,
    )
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def standin_paypal(request: HttpRequest, path: str) -> HttpResponse:
    """Answer one request to PayPal's stand-in; it gives tokens to open sandbox brands only."""
    authorization = request.headers.get("Authorization", "")
    if path == "v1/oauth2/token" and not _is_sandbox_key(secret_of(authorization)):
        return HttpResponse(status=401)
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return HttpResponse(status=413)
    if "\0" in path + authorization or b"\0" in body or b"\\u0000" in body:
        return HttpResponse(status=400)
    answer = make_paypal_standin().handle(
        method=request.method or "GET",
        path=f"/{path}",
        headers={"Authorization": authorization},
        body=body,
    )
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


@require_http_methods(["GET", "POST"])
def standin_setup(request: HttpRequest, token: str) -> HttpResponse:
    """Let a sandbox creator play giving Stripe what it asks for."""
    standin = make_standin()
    link = standin.find_link(token=token)
    if link is None:
        raise Http404
    if request.method == "POST":
        target = standin.use_link(token=token)
        enqueue("payouts.drive_open")
        return redirect(target or settings.SITE_URL)
    return render(request, "payouts/standin_setup.html", {"link": link})


def _is_known(authorization: str) -> bool:
    return _is_sandbox_key(authorization.removeprefix("Bearer ").strip())


def _is_sandbox_key(key: str) -> bool:
    """Tell whether a key is one of a sandbox that is open."""
    if not key.startswith("sk_test_standin_"):
        return False
    rows = RailSettings.objects.filter(
        rail__in=CALLED_RAILS,
        brand__in=Brand.objects.filter(sandbox_of__isnull=False, archived_at__isnull=True),
    )
    return any(row.secret_key == key for row in rows)
