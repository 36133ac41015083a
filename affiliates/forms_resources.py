"""What a member of a brand fills in about what creators may publish."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.timezone import make_naive
from django.utils.translation import gettext_lazy as _

from affiliates.domain.segments import Segment
from affiliates.models import AssetKind
from affiliates.services.announcements import AnnouncementFacts
from affiliates.services.assets import AssetFacts
from brands.models import Group, Program
from core.images import PictureField


class SegmentForm(forms.Form):
    """For which creators something is."""

    groups = forms.MultipleChoiceField(
        label=_("Only these groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all groups, later ones too."),
    )
    partner_types = forms.MultipleChoiceField(
        label=_("Only these kinds of creators"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all kinds."),
    )

    def __init__(
        self,
        *args: Any,
        groups: Sequence[Group],
        kinds: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        used = {group.partner_type for group in groups}
        self._offer("groups", [(group.public_id, group.name) for group in groups])
        self._offer("partner_types", [one for one in kinds.items() if one[0] in used])

    @property
    def segment(self) -> Segment:
        data = self.cleaned_data
        return Segment(
            groups=tuple(data.get("groups", ())),
            partner_types=tuple(data.get("partner_types", ())),
        )

    def segment_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("groups", "partner_types") if name in self.fields]

    def _offer(self, name: str, choices: list[tuple[str, Any]], least: int = 2) -> None:
        """Ask only where there is something to choose from."""
        if len(choices) < least:
            del self.fields[name]
            return
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class AssetForm(SegmentForm):
    """One asset; which of the fields stand in it depends on its kind."""

    title = forms.CharField(
        max_length=80,
        label=_("Title"),
        help_text=_("What it shows. Readers who do not see an image read this instead."),
    )
    picture = PictureField(
        label=_("Image"),
        help_text=_("PNG, JPEG, WebP or GIF, up to 10 MB. It is stored without its metadata."),
    )
    text = forms.CharField(
        max_length=2000,
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Write {link} and {code} where each creator's own link and code belong."),
    )
    url = forms.CharField(
        max_length=2000,
        label=_("Page of the store"),
        help_text=_("Where the creator's link to it leads. It lies on a domain of the program."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "url"}),
    )
    note = forms.CharField(
        max_length=300,
        required=False,
        label=_("Note for creators"),
        help_text=_("For example when or where to use it."),
    )
    starts_on = forms.DateField(
        required=False, label=_("First day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        required=False, label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, kind: AssetKind, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != AssetKind.IMAGE:
            del self.fields["picture"]
        else:
            self.fields["picture"].required = is_new
        if kind != AssetKind.TEXT:
            del self.fields["text"]
        self.fields["url"].required = kind == AssetKind.LINK
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget.format = "%Y-%m-%d"
        self.order_fields(["title", "picture", "text", "url", "note", "starts_on", "ends_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("The last day is before the first one."))
        return data

    def clean_url(self) -> str:
        """Take an address without its scheme as people paste it."""
        text: str = self.cleaned_data["url"].strip()
        return text if not text or "://" in text else f"https://{text}"

    @property
    def facts(self) -> AssetFacts:
        data = self.cleaned_data
        return AssetFacts(
            title=data["title"],
            note=data["note"],
            text=data.get("text", ""),
            url=data["url"],
            picture=data.get("picture"),
            audience=self.segment,
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
        )


class AnnouncementForm(SegmentForm):
    """News for creators: what it says, and for whom it is."""

    title = forms.CharField(
        max_length=120, label=_("Title"), help_text=_("Also the subject of the mail.")
    )
    text = forms.CharField(
        max_length=5000,
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Plain text. An empty line begins a paragraph; addresses become links."),
    )
    program = forms.ChoiceField(label=_("Program"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Only who reads"),
        required=False,
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all languages."),
    )
    tags = forms.MultipleChoiceField(
        label=_("Only with one of these tags"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: with tags or without."),
    )
    activity = forms.ChoiceField(
        label=_("Orders"),
        required=False,
        choices=[
            ("", _("With or without orders")),
            ("with", _("Only with an order in the last days")),
            ("without", _("Only without an order in the last days")),
        ],
    )
    days = forms.IntegerField(
        label=_("Days that count"), required=False, min_value=1, max_value=730, initial=30
    )

    def __init__(
        self, *args: Any, programs: Sequence[Program], tags: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._programs = {program.public_id: program for program in programs}
        choice = self.fields["program"]
        choice.choices = [  # type: ignore[attr-defined]
            ("", _("All programs")),
            *((program.public_id, program.name) for program in programs),
        ]
        if len(programs) < 2:
            del self.fields["program"]
        self._offer("tags", [(tag, tag) for tag in tags], least=1)
        names = ["title", "text", "program", "groups", "partner_types", "languages", "tags"]
        self.order_fields([*names, "activity", "days"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("activity") and not data.get("days") and "days" not in self.errors:
            self.add_error("days", _("Enter how many days count, for example 30."))
        return data

    @property
    def facts(self) -> AnnouncementFacts:
        data = self.cleaned_data
        program = self._programs.get(data.get("program", ""))
        return AnnouncementFacts(
            title=data["title"],
            text=data["text"],
            program_id=program.pk if program else None,
            audience=replace(
                self.segment,
                languages=tuple(data["languages"]),
                tags=tuple(data.get("tags", ())),
                activity=data["activity"],
                days=data["days"] if data["activity"] else 0,
            ),
        )


class SendForm(forms.Form):
    """When an announcement is sent; without a time, at once."""

    send_at = forms.DateTimeField(
        label=_("Send at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._zone = ZoneInfo(zone)
        said = _("Empty: at once. The hour is that of %(zone)s.")
        self.fields["send_at"].help_text = said % {"zone": zone}

    def clean_send_at(self) -> datetime | None:
        """Read the hour as the brand's, whatever the reader's own time zone is."""
        at: datetime | None = self.cleaned_data["send_at"]
        return None if at is None else make_naive(at).replace(tzinfo=self._zone)
