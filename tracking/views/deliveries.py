"""What a person does about a store's deliveries: replay one or all, ask for an order again."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from brands.access import Right, get_brand_for, get_connection_for
from core.access import get_by_public_id
from core.clock import brand_now, database_now
from core.edges import door, see_other
from core.formats import number_text
from core.wording import current_language
from tracking import inbox
from tracking.integrations import get_adapter_of
from tracking.models import StoreEvent, UnreadOrder
from tracking.reader import brand_reader, say_result
from tracking.services import unread
from tracking.services.intake import BodyForgotten, replay, replay_all
from tracking.services.processing import process_store_event


@require_POST
@door
def replay_event(
    request: HttpRequest, slug: str, connection_id: str, event_id: str
) -> HttpResponse:
    """Take one delivery once more; merging makes that safe."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    event = get_by_public_id(StoreEvent.objects.filter(connection=connection), event_id)
    now = brand_now(access.brand)
    try:
        replay(event_id=event.pk, actor_id=access.member.user_id, now=now)
    except BodyForgotten:
        messages.error(
            request, _("Its body was deleted when its time was over, so it cannot be replayed.")
        )
    else:
        adapter = get_adapter_of(event)
        process_store_event(event_id=event.pk, adapter=adapter, now=now)
        event.refresh_from_db()
        messages.success(request, _("Replayed. %s") % say_result(event, brand_reader(access.brand)))
    args = [slug, connection.public_id, event.public_id]
    return see_other(reverse("tracking:event-detail", args=args))


@require_POST
@door
def replay_stuck(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Take again what came to nothing, as far as the filters of the address show it."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    rows = inbox.pick_events(connection, tab="open", asked=request.GET.dict())
    count = replay_all(
        connection=connection,
        event_ids=inbox.list_replayable(rows),
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    said = ngettext(
        "%(count)s delivery is taken once more, within a minute. Nothing is counted twice.",
        "%(count)s deliveries are taken once more, within a minute. Nothing is counted twice.",
        count,
    )
    shown = number_text(count, language=current_language())
    messages.success(request, said % {"count": shown})
    url = reverse("tracking:connection-detail", args=[slug, connection.public_id])
    return see_other(f"{url}?{urlencode({**request.GET.dict(), 'tab': 'open'})}")


@require_POST
@door
def ask_again(request: HttpRequest, slug: str, connection_id: str, unread_id: str) -> HttpResponse:
    """Ask the shop once more for an order it could not give."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    row = get_by_public_id(UnreadOrder.objects.filter(connection=connection), unread_id)
    try:
        unread.ask_again(
            unread_id=row.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
    except UnreadOrder.DoesNotExist:
        messages.success(request, _("It was read meanwhile."))
    else:
        messages.success(
            request, _("It is asked for within a minute, or as soon as the shop answers again.")
        )
    url = reverse("tracking:connection-detail", args=[slug, connection.public_id])
    return see_other(f"{url}?tab=open")


@require_POST
@door
def give_up(request: HttpRequest, slug: str, connection_id: str, unread_id: str) -> HttpResponse:
    """Ask for an order no more that the shop cannot give."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    row = get_by_public_id(UnreadOrder.objects.filter(connection=connection), unread_id)
    try:
        unread.give_up(
            unread_id=row.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
        )
    except UnreadOrder.DoesNotExist:
        messages.success(request, _("It was read meanwhile."))
    else:
        text = _("Order %(order)s is asked for no more, unless the shop tells of it again.")
        messages.success(request, text % {"order": row.external_order_id})
    url = reverse("tracking:connection-detail", args=[slug, connection.public_id])
    return see_other(f"{url}?tab=open")
