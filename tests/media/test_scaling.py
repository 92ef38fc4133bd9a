"""Sizes, and that the encoder sees what open_clip's own preprocessing would show it."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from photofind.core.pixels import InputSpec, Region, seen_by
from photofind.media.scaling import (
    Need,
    as_jpeg,
    average_colour,
    encoder_input,
    fitted_size,
    need_of,
    need_of_part,
    part_of,
    reduced,
    thumbnail,
)

_SIDES = st.integers(1, 3000)


def _gradient(width: int, height: int) -> Image.Image:
    bands = (Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").rotate(90))
    return Image.merge("RGB", bands).resize((width, height))


def _as_torchvision_does(image: Image.Image, size: int) -> Image.Image:
    """Resize(size) and CenterCrop(size) of torchvision for a Pillow image, spelled out."""
    width, height = image.size
    short, long = min(width, height), max(width, height)
    longer = int(size * long / short)
    scaled = (size, longer) if width <= height else (longer, size)
    whole = image.resize(scaled, Image.Resampling.BICUBIC)
    left, top = round((scaled[0] - size) / 2), round((scaled[1] - size) / 2)
    return whole.crop((left, top, left + size, top + size))


def _difference(first: Image.Image, second: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(first, second)).mean)


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (500, 500), (1001, 333), (227, 1999), (100, 90)])
def test_the_shortest_rule_gives_what_resize_and_crop_give(size: tuple[int, int]) -> None:
    image = _gradient(*size)
    assert _difference(encoder_input(image, InputSpec(224)), _as_torchvision_does(image, 224)) < 0.05


def test_squash_ignores_the_aspect_ratio() -> None:
    image = _gradient(600, 200)
    squashed = encoder_input(image, InputSpec(128, "squash"))
    assert _difference(squashed, image.resize((128, 128), Image.Resampling.BICUBIC)) == 0


def test_longest_pads_with_the_fill_colour() -> None:
    padded = encoder_input(Image.new("RGB", (400, 200), "red"), InputSpec(100, "longest", fill=127))
    assert padded.getpixel((50, 24)) == padded.getpixel((50, 75)) == (127, 127, 127)
    assert padded.getpixel((50, 25)) == padded.getpixel((50, 74)) == (255, 0, 0)


@settings(deadline=None, max_examples=60)
@given(_SIDES, _SIDES, st.sampled_from(("shortest", "squash", "longest")), st.sampled_from(("bicubic", "bilinear")))
def test_the_encoder_always_gets_its_size(width: int, height: int, resize: str, interpolation: str) -> None:
    spec = InputSpec(32, resize, interpolation)  # type: ignore[arg-type]
    result = encoder_input(Image.new("RGB", (width, height), (9, 99, 199)), spec)
    assert (result.size, result.mode) == ((32, 32), "RGB")
    assert result.getpixel((15, 15)) == (9, 99, 199)


def test_a_panorama_of_one_pixel_height_costs_no_more_than_any_other_picture() -> None:
    assert encoder_input(Image.new("RGB", (60_000, 1), "blue"), InputSpec(224)).getpixel((0, 0)) == (0, 0, 255)


@given(_SIDES, _SIDES, st.integers(1, 900), st.integers(1, 900))
def test_a_fitted_size_fits_and_never_grows(width: int, height: int, max_width: int, max_height: int) -> None:
    fitted = fitted_size((width, height), max_width, max_height)
    assert 1 <= fitted[0] <= min(width, max_width)
    assert 1 <= fitted[1] <= min(height, max_height)


@given(_SIDES, _SIDES, st.integers(1, 500), st.integers(1, 500))
def test_reducing_leaves_what_is_needed(width: int, height: int, shorter: int, longer: int) -> None:
    need = Need(shorter, longer)
    image = Image.new("L", (width, height))
    result = reduced(image, need)
    assert result.size == image.size or need.allows(result.size)


@pytest.mark.parametrize(
    ("resize", "shorter", "longer"), [("shortest", 512, 320), ("squash", 512, 320), ("longest", 32, 512)]
)
def test_the_encoder_gets_twice_its_pixels_to_choose_from(resize: str, shorter: int, longer: int) -> None:
    assert need_of(InputSpec(256, resize), 320) == Need(shorter, longer)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(
    _SIDES, _SIDES, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1),
    st.sampled_from(("shortest", "squash", "longest")),
)  # fmt: skip
def test_any_detail_gives_the_encoder_its_size_and_needs_no_more_than_the_picture(
    width: int, height: int, left: float, top: float, across: float, down: float, resize: str
) -> None:
    region, spec = Region(left, top, across, down), InputSpec(32, resize)  # type: ignore[arg-type]
    need = need_of_part(spec, 20, region, (width, height))
    assert need.shorter_px <= min(width, height)
    assert need.longer_px <= max(width, height)
    part = part_of(Image.new("RGB", (width, height), (9, 99, 199)), region)
    assert encoder_input(part, spec).getpixel((15, 15)) == (9, 99, 199)


@pytest.mark.parametrize("resize", ["shortest", "squash", "longest"])
@pytest.mark.parametrize("size", [(640, 480), (333, 1001)])
def test_where_the_encoder_looks_is_where_its_input_comes_from(size: tuple[int, int], resize: str) -> None:
    spec = InputSpec(64, resize, "bilinear")  # type: ignore[arg-type]
    seen = seen_by(spec, *size)
    image = Image.new("RGB", size)
    across, down = round(0.55 * size[0]), round(0.45 * size[1])
    image.paste("white", (across, down, size[0], size[1]))
    edge_x, edge_y = (across / size[0] - seen.left) / seen.width * 64, (down / size[1] - seen.top) / seen.height * 64
    given_pixels = encoder_input(image, spec)
    assert given_pixels.getpixel((round(edge_x) + 3, round(edge_y) + 3)) == (255, 255, 255)
    assert given_pixels.getpixel((round(edge_x) - 4, round(edge_y) + 3)) == (0, 0, 0)
    assert given_pixels.getpixel((round(edge_x) + 3, round(edge_y) - 4)) == (0, 0, 0)


def test_a_thumbnail_is_a_jpeg_of_the_size_asked_for() -> None:
    with Image.open(BytesIO(as_jpeg(thumbnail(_gradient(900, 600), (300, 200))))) as kept:
        assert (kept.format, kept.size) == ("JPEG", (300, 200))


def test_the_average_colour_is_the_mean(halves: Image.Image) -> None:
    assert average_colour(halves) == (120 << 16) + (45 << 8) + 120
