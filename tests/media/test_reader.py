"""A file in, pixels and facts out; what cannot be read gives one sentence. All in this process: no decoder needed."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageStat

from photofind.core.errors import UnreadablePicture
from photofind.core.pixels import InputSpec, Region
from photofind.media import picture, reader, source
from photofind.media.decoder import MAX_PIXELS, Decoded, DecodeRequest, UnreadableFile

Write = Callable[[str, bytes], str]
Jpeg = Callable[..., bytes]

_LOSSLESS = {"PNG": ".png", "TIFF": ".tif", "BMP": ".bmp", "PPM": ".ppm", "TGA": ".tga", "PCX": ".pcx"}
_ALL = _LOSSLESS | {"JPEG": ".jpg", "WEBP": ".webp", "AVIF": ".avif", "JPEG2000": ".jp2", "GIF": ".gif", "ICO": ".ico"}
NO_PICTURE = "This is not a picture, though its name says so; if it was one, restore it from a backup."


def _saved(image: Image.Image, format_name: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _decode(path: str, **options: object) -> Decoded:
    options.setdefault("thumbnail_px", 100)
    return reader.decode_file(DecodeRequest(path, **options), MAX_PIXELS)[0]  # type: ignore[arg-type]


def _thumbnail(decoded: Decoded) -> Image.Image:
    return Image.open(BytesIO(decoded.thumbnail)).convert("RGB")


def _is_near(colour: object, expected: tuple[int, int, int], by: int = 12) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(have - want) <= by for have, want in zip(colour, expected, strict=True))


def _sentence(path: str, max_pixels: int = MAX_PIXELS) -> str:
    with pytest.raises(UnreadablePicture) as caught:
        reader.decode_file(DecodeRequest(path, InputSpec(32), 32), max_pixels)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("format_name", _ALL)
@pytest.mark.parametrize("fits_memory", [True, False])
def test_each_format_gives_its_pixels(
    format_name: str, fits_memory: bool, halves: Image.Image, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fits_memory:
        monkeypatch.setattr(source, "IN_MEMORY_BYTES", 100)
    image = halves.resize((64, 64)) if format_name == "ICO" else halves
    data = _saved(image, format_name)
    decoded, pixels = reader.decode_file(
        DecodeRequest(write("a" + _ALL[format_name], data), InputSpec(64, "squash"), 100), MAX_PIXELS
    )
    assert decoded.format == format_name
    assert (decoded.width, decoded.height) == image.size
    assert decoded.size_bytes == len(data)
    assert decoded.content_hash == reader.hash_of_bytes(data)
    assert decoded.mtime_ns > 0
    seen = Image.frombytes("RGB", (64, 64), pixels)
    assert _is_near(seen.getpixel((10, 32)), (220, 30, 40), 20)
    assert _is_near(seen.getpixel((53, 32)), (20, 60, 200), 20)


def test_heic_is_read_upright(shared_data: Path) -> None:
    found = sorted((shared_data / "photos" / "formats" / "heic").glob("Issue*.heic"))
    decoded = _decode(str(found[0]))
    assert (decoded.format, decoded.width, decoded.height) == ("HEIF", 4000, 1848)
    assert decoded.facts.camera_model == "Galaxy S24 FE"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_exif_orientation_comes_out_upright(
    orientation: int, format_name: str, halves: Image.Image, write: Write
) -> None:
    halves.paste("white", (0, 0, 640, 100))  # left, right and top can be told apart
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that the orientation undoes
    stored = halves.transpose(Image.Transpose(back[orientation])) if orientation > 1 else halves
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = _decode(write("a" + _ALL[format_name], _saved(stored, format_name, exif=exif)))
    upright = _thumbnail(decoded)
    assert (decoded.width, decoded.height, upright.size) == (640, 400, (100, 62))
    assert _is_near(upright.getpixel((50, 5)), (255, 255, 255))
    assert _is_near(upright.getpixel((10, 50)), (220, 30, 40))
    assert _is_near(upright.getpixel((90, 50)), (20, 60, 200))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF"])
def test_a_detail_is_cut_from_the_upright_picture(
    orientation: int, format_name: str, halves: Image.Image, write: Write
) -> None:
    halves.paste("white", (320, 300, 480, 400))  # the left part of the right half, at the bottom
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = halves.transpose(Image.Transpose(back[orientation])) if orientation > 1 else halves
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = write("a" + _ALL[format_name], _saved(stored, format_name, exif=exif))
    detail = Region(0.5, 0.75, 0.25, 0.25)
    decoded, pixels = reader.decode_file(
        DecodeRequest(path, InputSpec(32, "squash"), 40, facts=False, region=detail), 10**8
    )
    cut = _thumbnail(decoded)
    assert (decoded.width, decoded.height, cut.size) == (640, 400, (40, 25)), "the picture's size, the detail's thumbnail"
    seen = Image.frombytes("RGB", (32, 32), pixels)
    for shown in (cut, seen):
        inner = shown.crop((2, 2, shown.width - 2, shown.height - 2))
        assert all(low > 235 for low, _ in inner.getextrema()), "nothing but white"


def test_a_small_detail_is_decoded_as_large_as_the_encoder_needs_it(write: Write, jpeg: Jpeg) -> None:
    fine = Image.effect_noise((2000, 1500), 200).convert("RGB")
    path = write("fine.jpg", jpeg(fine, quality=95))
    detail = Region(0.4, 0.4, 0.16, 0.16)
    _, pixels = reader.decode_file(
        DecodeRequest(path, InputSpec(224, "squash"), facts=False, region=detail), 10**8
    )
    found = ImageStat.Stat(Image.frombytes("RGB", (224, 224), pixels)).stddev[0]
    whole = fine.crop((800, 600, 1120, 840)).resize((224, 224), Image.Resampling.BICUBIC)
    assert found > 0.9 * ImageStat.Stat(whole).stddev[0], "from a smaller decode the grain would be averaged away"


def test_a_large_jpeg_is_scaled_while_decoding(write: Write, jpeg: Jpeg, halves: Image.Image) -> None:
    need = picture.Need(448, 320)
    data = jpeg(halves.resize((4000, 3000)))
    opened = picture.open_picture(BytesIO(data), "JPEG", lambda _size: need, 1500 * 1500)
    assert opened.full_size == (4000, 3000)
    assert opened.pixels.size == (500, 375) or need.allows(opened.pixels.size)
    assert max(opened.pixels.size) <= 1000


def test_transparency_becomes_white(write: Write) -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 32, 64))
    for format_name in ("PNG", "WEBP", "TIFF"):
        thumbnail = _thumbnail(_decode(write("a" + _ALL[format_name], _saved(image, format_name))))
        assert _is_near(thumbnail.getpixel((60, 30)), (255, 255, 255))
        assert _is_near(thumbnail.getpixel((4, 30)), (0, 0, 255))


def test_an_alpha_channel_that_hides_everything_is_ignored(write: Write) -> None:
    data = _saved(Image.new("RGBA", (32, 32), (0, 200, 0, 0)), "TGA")
    assert _is_near(_thumbnail(_decode(write("a.tga", data))).getpixel((9, 9)), (0, 200, 0))


def test_a_palette_with_transparency_is_resolved(write: Write) -> None:
    image = Image.new("P", (32, 32), 1)
    image.putpalette([255, 0, 0, 0, 128, 0, 0, 0, 255])
    image.paste(2, (0, 0, 16, 32))
    thumbnail = _thumbnail(_decode(write("a.gif", _saved(image, "GIF", transparency=1))))
    assert _is_near(thumbnail.getpixel((3, 9)), (0, 0, 255))
    assert _is_near(thumbnail.getpixel((28, 9)), (255, 255, 255))


@pytest.mark.parametrize(("value", "grey"), [(65535, 255), (32768, 127), (16000, 62)])
def test_deep_greyscale_is_scaled_to_what_it_stands_for(value: int, grey: int, write: Write) -> None:
    image = Image.new("I;16", (32, 32), value)
    for format_name in ("PNG", "TIFF"):
        colour = _decode(write("a" + _ALL[format_name], _saved(image, format_name))).average_colour
        assert abs((colour & 255) - grey) <= 1


def test_twelve_bit_values_are_not_shown_black(write: Write) -> None:
    data = _saved(Image.new("I;16", (32, 32), 4095), "TIFF")
    assert _decode(write("a.tif", data)).average_colour == 0xFFFFFF


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-5.0, 1000.0)])
def test_floating_point_greyscale_shows_all_of_its_range(low: float, high: float, write: Write) -> None:
    image = Image.new("F", (64, 64), low)
    image.paste(high, (32, 0, 64, 64))
    thumbnail = _thumbnail(_decode(write("a.tif", _saved(image, "TIFF"))))
    assert _is_near(thumbnail.getpixel((4, 4)), (0, 0, 0))
    assert _is_near(thumbnail.getpixel((60, 4)), (255, 255, 255))


def test_cmyk_looks_as_it_was_drawn(write: Write, halves: Image.Image) -> None:
    thumbnail = _thumbnail(_decode(write("a.jpg", _saved(halves.convert("CMYK"), "JPEG"))))
    assert _is_near(thumbnail.getpixel((10, 30)), (220, 30, 40), 25)


def test_colours_of_another_profile_are_brought_to_srgb(write: Write) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    grey = Image.new("RGB", (64, 64), (100, 150, 200))
    for profile in (srgb.tobytes(), lab.tobytes(), b"no profile at all"):  # as it is; of another space; broken
        path = write("a.png", _saved(grey, "PNG", icc_profile=profile))
        assert _is_near(_thumbnail(_decode(path)).getpixel((9, 9)), (100, 150, 200), 4)


def test_of_an_animation_the_first_frame_counts(write: Write) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("lime", "red", "red")]
    for format_name in ("GIF", "WEBP", "PNG"):
        data = _saved(frames[0], format_name, save_all=True, append_images=frames[1:])
        assert _is_near(_thumbnail(_decode(write("a" + _ALL[format_name], data))).getpixel((9, 9)), (0, 255, 0))


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_odd_shapes_are_pictures_too(size: tuple[int, int], write: Write) -> None:
    decoded, pixels = reader.decode_file(
        DecodeRequest(write("a.png", _saved(Image.new("RGB", size, "red"), "PNG")), InputSpec(224), 320), MAX_PIXELS
    )
    assert len(pixels) == 224 * 224 * 3
    assert (decoded.width, decoded.height) == size


def test_a_view_fits_and_is_never_enlarged(write: Write, jpeg: Jpeg) -> None:
    view = reader.view_file(write("a.jpg", jpeg()), 320, 320, MAX_PIXELS)
    assert (view.width, view.height, view.full_width, view.full_height) == (320, 200, 640, 400)
    assert len(view.rgb) == 320 * 200 * 3
    assert reader.view_file(write("a.jpg", jpeg()), 5000, 5000, MAX_PIXELS).width == 640


def test_too_many_pixels_are_refused_before_decoding(write: Write) -> None:
    path = write("bomb.png", _saved(Image.new("1", (3000, 2000)), "PNG"))
    advice = "Save a smaller copy to have it found."
    assert _sentence(path, 4_000_000) == f"The picture has 6 megapixels; at most 4 can be read. {advice}"


def test_a_jpeg_may_claim_more_than_is_decoded(write: Write, jpeg: Jpeg, halves: Image.Image) -> None:
    path = write("a.jpg", jpeg(halves.resize((3000, 2000))))
    reader.decode_file(DecodeRequest(path, InputSpec(32), 64), 100_000)


def test_a_truncated_jpeg_is_reported_and_its_hash_known(write: Write, jpeg: Jpeg) -> None:
    data = jpeg()[:-1500]
    path = write("cut.jpg", data)
    with pytest.raises(UnreadableFile) as caught:
        reader.decode_file(DecodeRequest(path), MAX_PIXELS)
    assert "cut off" in str(caught.value)
    assert caught.value.content_hash == reader.hash_of_bytes(data)
    assert caught.value.size_bytes == len(data)


def test_a_jpeg_without_its_end_marker_is_whole(write: Write, jpeg: Jpeg) -> None:
    assert _decode(write("a.jpg", jpeg()[:-2])).width == 640


@pytest.mark.parametrize("format_name", [name for name in _ALL if name not in ("PPM", "BMP")])
def test_half_a_file_never_raises_anything_raw(format_name: str, halves: Image.Image, write: Write) -> None:
    data = _saved(halves.resize((256, 160)), format_name)
    try:
        reader.decode_file(DecodeRequest(write("a" + _ALL[format_name], data[: len(data) // 2])), MAX_PIXELS)
    except UnreadablePicture as error:
        assert str(error).endswith(".")


def test_files_that_are_no_pictures_say_what_they_are(write: Write, tmp_path: Path) -> None:
    assert _sentence(write("empty.jpg", b"")) == "The file is empty; copy it again or restore it from a backup."
    assert _sentence(write("text.jpg", b"hello " * 50)) == NO_PICTURE
    assert "video" in _sentence(write("film.mp4", b"\x00\x00\x00\x18ftypisom" + bytes(40)))
    assert "no longer there" in _sentence(str(tmp_path / "gone.jpg"))
    assert "folder" in _sentence(str(tmp_path))
    assert "makes no sense" in _sentence("a\x00b.jpg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_devices_pipes_and_loops_give_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    assert "pipe" in _sentence(str(tmp_path / "fifo.jpg"))
    assert "device" in _sentence("/dev/zero")
    assert "leads back to itself" in _sentence(str(tmp_path / "loop.jpg"))


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_that_is_no_utf8_is_read(tmp_path: Path, jpeg: Jpeg) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg")
    Path(path).write_bytes(jpeg())
    assert _decode(path).width == 640


def test_a_raw_photo_without_the_extra_is_recognised(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "raw_supported", lambda: False)
    sentence = _sentence(write("a.nef", b"II*\x00\x08\x00\x00\x00" + bytes(100)))
    assert "RAW photo (NEF)" in sentence
    assert "raw" in sentence


def test_a_raw_photo_shows_its_preview_upright(make_dng: Callable[..., bytes], write: Write, jpeg: Jpeg) -> None:
    pytest.importorskip("rawpy", reason="the extra “raw” is not installed")
    preview = jpeg(Image.open(BytesIO(jpeg())).resize((320, 240)))
    decoded = _decode(write("a.dng", make_dng(preview, 6)))
    assert (decoded.format, decoded.width, decoded.height) == ("DNG", 48, 64)
    assert _is_near(_thumbnail(decoded).getpixel((37, 5)), (220, 30, 40))
    assert (decoded.facts.camera_make, decoded.facts.taken) == ("Test", "2020-01-02T03:04:05")
    assert _decode(write("b.dng", make_dng(None))).width == 64
    assert "damaged" in _sentence(write("c.dng", make_dng(preview)[:3000]))


def test_broken_metadata_never_costs_the_picture(write: Write, jpeg: Jpeg) -> None:
    good = Image.Exif()
    good[0x010F] = "Maker"
    good[0x0112] = 6
    exif = good.tobytes()
    for broken in (exif[:20], exif[:14] + b"\xff" * 20, b"Exif\x00\x00garbage", b"Exif\x00\x00II*\x00\xff\xff\xff\xff"):
        assert _decode(write("a.jpg", jpeg(exif=broken, xmp=b"<x:xmpmeta><broken"))).width == 640


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_a_damaged_file_gives_a_picture_or_a_sentence(draw: st.DataObject, tmp_path: Path) -> None:
    format_name = draw.draw(st.sampled_from(sorted(_ALL)))
    content = bytearray(_saved(Image.radial_gradient("L").convert("RGB").resize((48, 32)), format_name))
    for _ in range(draw.draw(st.integers(1, 6))):
        content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    path = tmp_path / ("a" + _ALL[format_name])
    path.write_bytes(content)
    try:
        reader.decode_file(DecodeRequest(str(path), InputSpec(32), 32), 2_000_000)
    except UnreadablePicture as error:
        assert str(error).endswith(".")
