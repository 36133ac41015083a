"""Forms of a creator: new links, their slugs."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from affiliates.domain.codes import is_slug
from affiliates.domain.urls import Refused, check_destination, tracked_url
from affiliates.domain.utm import SUB_ID
from affiliates.forms_utm import UtmField
from affiliates.models import Code, Enrollment, Link, UtmTemplate
from affiliates.services.links import MAX_SUB_ID, MAX_SUB_IDS
from affiliates.services.utm import FIELDS, fill_template
from affiliates.wording import render_utm_fault
from brands.domain.codelinks import apply_code
from brands.models import Program
from brands.wording import render_refusal

CLICK_SHOWN = "..."  # each visit gets its own
OWN = "own"


class SlugField(forms.CharField):
    """The end of a link's address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=40,
            label=_("End of the address"),
            widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none"}),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text and not is_slug(text):
            raise forms.ValidationError(
                _("Use 3 to 40 letters from a to z, digits, - or _, a letter or digit first.")
            )
        return text


class SlugForm(forms.Form):
    slug = SlugField(
        help_text=_("The old address keeps working for you and is never given to anyone else.")
    )


class LinkForm(forms.Form):
    """A new link: the page it leads to, and what the creator notes on it.

    A template of the brand, where one is chosen, gives the UTM values; else his own hold.
    """

    enrollment = forms.ChoiceField(label=_("Program"))
    destination_url = forms.CharField(
        max_length=2000,
        label=_("Page of the store"),
        help_text=_("Paste the address of any page: a product, a collection, the home page."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "url", "autocomplete": "url"}),
    )
    name = forms.CharField(
        max_length=80,
        required=False,
        label=_("Name for yourself"),
        help_text=_("For example where you will post it. Shoppers do not see it."),
    )
    slug = SlugField(
        required=False,
        help_text=_("3 to 40 letters, digits, - or _. Without one it gets ten random characters."),
    )

    def __init__(
        self,
        *args: Any,
        enrollments: Sequence[Enrollment],
        templates: Sequence[UtmTemplate],
        codes: Sequence[Code] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._enrollments = {row.public_id: row for row in enrollments}
        choice = self.fields["enrollment"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101
        choice.choices = [(row.public_id, _name(row)) for row in enrollments]
        if len(enrollments) == 1:
            choice.widget = forms.HiddenInput()
            choice.initial = enrollments[0].public_id
        self._offer_templates(templates)
        self._offer_codes(codes)
        self.fields |= {
            f"utm_{key}": UtmField(allowed=[SUB_ID], label=f"utm_{key}") for key in FIELDS
        }
        self.fields |= {
            f"sub_{i}": _short(f"sub{i}", MAX_SUB_ID) for i in range(1, MAX_SUB_IDS + 1)
        }

    @property
    def place(self) -> Enrollment:
        return self._enrollments[self.cleaned_data["enrollment"]]

    @property
    def template(self) -> UtmTemplate | None:
        """Return the template that fills the UTM values in; None where the creator's own hold."""
        chosen = self.cleaned_data.get("utm_template", OWN)
        if chosen:
            return self._templates.get(chosen)
        of_program = [one for one in self._templates.values() if one.program == self.place.program]
        return next((one for one in of_program if one.is_default), None)

    @property
    def code(self) -> Code | None:
        """Return the code the link is to apply."""
        return self._codes.get(self.cleaned_data.get("code", ""))

    @property
    def utm(self) -> dict[str, str]:
        return {key: self.cleaned_data.get(f"utm_{key}", "") for key in FIELDS}

    @property
    def sub_ids(self) -> list[str]:
        """Return the sub-ids up to the last one given: their places matter."""
        values = [self.cleaned_data.get(f"sub_{i}", "") for i in range(1, MAX_SUB_IDS + 1)]
        while values and not values[-1]:
            values.pop()
        return values

    @property
    def has_tags(self) -> bool:
        """Tell whether any of them was filled in: the part of the page that holds them is open."""
        return any(field.value() for field in self.tag_fields())

    def tag_fields(self) -> list[forms.BoundField]:
        names = [f"utm_{key}" for key in FIELDS], [f"sub_{i}" for i in range(1, MAX_SUB_IDS + 1)]
        return [self[name] for name in chain(*names)]

    def preview(self, slug: str) -> str:
        """Return the full address for what is filled in; "" while there is no page of a program."""
        if not self.is_bound or not {"enrollment", "destination_url"} <= self.cleaned_data.keys():
            return ""
        page, template = self.cleaned_data["destination_url"], self.template
        utm = fill_template(template, self.place, slug or CLICK_SHOWN) if template else self.utm
        full = tracked_url(page, CLICK_SHOWN, utm, self.sub_ids)
        return apply_code(self.place.program.code_url, full, self.code.text if self.code else "")

    def main_fields(self) -> list[forms.BoundField]:
        names = ("enrollment", "destination_url", "name", "slug", "code", "utm_template")
        return [self[name] for name in names if name in self.fields]

    def _clean_sub_id(self, name: str) -> None:
        if "@" in self.cleaned_data.get(name, ""):
            self.add_error(name, render_utm_fault("utm.address", ()))

    def clean_destination_url(self) -> str:
        """Take an address without its scheme as people paste it."""
        text: str = self.cleaned_data["destination_url"].strip()
        return text if "://" in text else f"https://{text}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        url, place = data.get("destination_url"), self._enrollments.get(data.get("enrollment", ""))
        if url and place:
            found = check_destination(url, place.program.domains, allow_local=settings.LOCAL)
            if isinstance(found, Refused):
                self.add_error("destination_url", say_refusal(found, place.program))
        for i in range(1, MAX_SUB_IDS + 1):
            self._clean_sub_id(f"sub_{i}")
        template = self._templates.get(data.get("utm_template", ""))
        if template and place and template.program_id != place.program_id:
            self.add_error("utm_template", _("This template is of another program."))
        code = self._codes.get(data.get("code", ""))
        if code and place and code.enrollment_id != place.pk:
            self.add_error("code", _("This code is of another program."))
        return data

    def _offer_codes(self, codes: Sequence[Code]) -> None:
        """Ask only where the creator has a code and the shop is known to take one by address."""
        self._codes = {one.public_id: one for one in codes}
        if codes:
            self.fields["code"] = forms.ChoiceField(
                label=_("Apply my code"),
                required=False,
                help_text=_("Shoppers who come by this link get the discount without typing."),
                choices=[
                    ("", _("No code")),
                    *((one.public_id, _code_label(one, len(self._enrollments))) for one in codes),
                ],
            )

    def _offer_templates(self, templates: Sequence[UtmTemplate]) -> None:
        """Ask only where a brand made templates; its standard is chosen unless he says else."""
        self._templates = {one.public_id: one for one in templates}
        if not templates:
            return
        standard = [("", _("The standard of the program"))]
        has_standard = any(one.is_default for one in templates)
        self.fields["utm_template"] = forms.ChoiceField(
            label=_("UTM values"),
            required=False,
            help_text=_("With a template, values you type yourself are not used."),
            choices=[
                *(standard if has_standard else []),
                *((one.public_id, _label(one, len(self._enrollments))) for one in templates),
                (OWN, _("My own values, or none")),
            ],
            initial="" if has_standard else OWN,
        )


class LinkEditForm(LinkForm):
    """What may change of a link later: its page, its name and its marks."""

    def __init__(self, *args: Any, link: Link, **kwargs: Any) -> None:
        template = link.utm_template
        own = {} if template else link.utm
        initial = {
            "destination_url": link.destination_url,
            "name": link.name,
            "utm_template": template.public_id if template else OWN,
            "code": link.code.public_id if link.code else "",
            **{f"utm_{key}": value for key, value in own.items()},
            **{f"sub_{i}": value for i, value in enumerate(link.sub_ids, start=1)},
        }
        super().__init__(*args, enrollments=[link.enrollment], initial=initial, **kwargs)
        del self.fields["slug"]


def say_refusal(refused: Refused, program: Program) -> str:
    """Say why a page cannot be linked to, and which ones can."""
    return render_refusal(refused, brand=program.brand.name, domains=program.domains)


def _name(enrollment: Enrollment) -> str:
    return f"{enrollment.program.brand.name}: {enrollment.program.name}"


def _label(template: UtmTemplate, programs: int) -> str:
    return template.name if programs == 1 else f"{template.program.name}: {template.name}"


def _code_label(code: Code, programs: int) -> str:
    return code.text if programs == 1 else f"{code.enrollment.program.name}: {code.text}"


def _short(label: str, length: int) -> forms.CharField:
    return forms.CharField(
        max_length=length,
        required=False,
        label=label,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
