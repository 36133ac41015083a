"""Uploaded images: harmless whatever comes, kept once, served so that nothing in them can run."""

import io

import PIL.Image
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from core.images import (
    REFUSALS,
    SMALL_SIDE,
    ImageRefused,
    Picture,
    PictureField,
    read_picture,
    save_picture,
)
from core.models import Image, ImageBytes
from tests.core.hostile_images import PAYLOAD, encode, list_cleaned, list_refused
from tests.makers import NOW, make_brand

SAID = {"comment", "exif", "icc_profile", "xmp", "Title"}


def read(data: bytes, name: str = "a.png") -> Picture:
    return read_picture(SimpleUploadedFile(name, data))


def reopen(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data))


def test_what_is_no_sound_image_is_refused_with_a_sentence():
    kept, codes = [], set()
    for what, name, data in list_refused():
        try:
            read(data, name)
            kept.append(what)
        except ImageRefused as error:
            codes.add(error.code)

    assert kept == []
    assert codes == set(REFUSALS)


def test_what_hides_in_an_image_is_left_behind():
    for what, name, data in list_cleaned():
        picture = read(data, name)

        for written in (picture.full, picture.small):
            assert PAYLOAD not in written, what
            assert b"PK\x03\x04" not in written, what
            assert not reopen(written).info.keys() & SAID, what


def test_a_photo_is_turned_as_its_camera_was_and_does_not_say_so_again():
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}  # where it was taken

    picture = read(encode("JPEG", (40, 20), exif=exif), "photo.JPEG")

    assert (picture.width, picture.height) == (20, 40)
    assert reopen(picture.full).size == (20, 40)
    assert not reopen(picture.full).getexif()


def test_the_first_picture_of_a_moving_gif_is_kept_and_what_was_clear_stays_clear():
    frames = [PIL.Image.new("RGBA", (30, 30), (0, 0, 200, alpha)) for alpha in (0, 255)]
    into = io.BytesIO()
    frames[0].save(into, "GIF", save_all=True, append_images=frames[1:])

    picture = read(into.getvalue(), "a.gif")

    assert picture.content_type == "image/png"
    assert reopen(picture.full).getpixel((5, 5))[3] == 0
    assert getattr(reopen(picture.full), "n_frames", 1) == 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_way_a_png_keeps_colours_is_read(mode: str):
    into = io.BytesIO()
    PIL.Image.new(mode, (9, 9)).save(into, "PNG")

    assert read(into.getvalue()).content_type == "image/png"


def test_a_print_shops_jpeg_becomes_one_for_screens():
    into = io.BytesIO()
    PIL.Image.new("CMYK", (9, 9)).save(into, "JPEG")

    assert reopen(read(into.getvalue(), "a.jpg").full).mode == "RGB"


def test_a_large_image_gets_a_small_one():
    picture = read(encode("PNG", (2000, 500)))

    assert (picture.width, picture.height) == (2000, 500)
    assert reopen(picture.small).size == (SMALL_SIDE, SMALL_SIDE // 4)


def test_a_form_says_why_it_does_not_take_a_file_and_takes_none_where_it_may_lack():
    field = PictureField(required=False)

    assert field.clean(None) is None
    with pytest.raises(Exception, match="no image that can be used here"):
        field.clean(SimpleUploadedFile("a.png", b"<svg/>"))


@pytest.mark.django_db
def test_the_same_picture_is_kept_once_in_a_brand_and_apart_in_another():
    picture, one, other = read(encode("PNG")), make_brand("One"), make_brand("Other")

    kept = [save_picture(brand_id=b.pk, picture=picture, now=NOW) for b in (one, one, other)]

    assert kept[0] == kept[1] != kept[2]
    assert Image.objects.count() == ImageBytes.objects.count() == 2


@pytest.mark.django_db
def test_a_picture_is_shown_to_anyone_for_ever_and_nothing_in_it_can_run():
    picture = read(encode("JPEG"), "a.jpg")
    image = save_picture(brand_id=make_brand().pk, picture=picture, now=NOW)

    answer = Client().get(f"/images/{image.sha256}/full")
    small = Client().get(f"/images/{image.sha256}/small?download")

    assert answer.content == picture.full
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Content-Disposition" not in answer
    assert small["Content-Disposition"] == f'attachment; filename="{image.sha256[:12]}.webp"'
    assert small.content == picture.small
    for unknown in ("0" * 64, "..%2f..%2fetc", image.sha256[:63], image.sha256.upper()):
        assert Client().get(f"/images/{unknown}/full").status_code == 404


@pytest.mark.django_db
def test_in_letters_a_picture_is_small_png_on_white():
    into = io.BytesIO()
    PIL.Image.new("RGBA", (1200, 300), (0, 0, 0, 0)).save(into, "PNG")
    image = save_picture(brand_id=make_brand().pk, picture=read(into.getvalue()), now=NOW)

    answer = Client().get(f"/images/{image.sha256}/letter?download")

    shown = reopen(answer.content)
    assert (answer["Content-Type"], shown.format, shown.size) == ("image/png", "PNG", (320, 80))
    assert shown.getpixel((5, 5)) == (255, 255, 255)
    assert answer["Content-Disposition"].endswith('.png"')


@override_settings(UPLOAD_MAX_BYTES=1000)
def test_an_upload_larger_than_anything_taken_is_refused_before_it_is_read():
    upload = SimpleUploadedFile("a.png", b"\0" * 2000)

    answer = Client().post("/preferences/", {"file": upload})

    assert answer.status_code == 413
    assert "This is too large" in answer.content.decode()
