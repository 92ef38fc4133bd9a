from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.in_thread import EncoderInThread
from photofind.encoders.palette import INFO, Palette

SIZE = INFO.input_spec.size_px
RGB = dict[str, tuple[int, int, int]]
PAINTS: RGB = {
    "red": (205, 30, 35),
    "dark green": (25, 75, 35),
    "light blue": (150, 200, 240),
    "yellow": (245, 215, 50),
    "purple": (115, 50, 150),
    "orange": (240, 130, 30),
    "brown": (120, 78, 45),
    "white": (250, 250, 250),
    "black": (10, 10, 10),
    "turquoise": (50, 185, 180),
    "pink": (245, 160, 190),
}


def painted(*bands: tuple[int, int, int], noise: int = 12) -> np.ndarray:
    """A picture of horizontal bands of about these colours."""
    rows = np.repeat(np.array(bands, dtype=np.int16), -(-SIZE // len(bands)), axis=0)[:SIZE]
    picture = np.repeat(rows[:, None, :], SIZE, axis=1)
    picture = picture + np.random.default_rng(1).integers(-noise, noise + 1, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def text_vector(text: str) -> np.ndarray:
    (vector,) = Palette().encode_texts([text])
    assert vector is not None
    return vector


def best(text: str, pictures: dict[str, np.ndarray]) -> str:
    scores = Palette().encode_images(np.stack(list(pictures.values()))) @ text_vector(text)
    return list(pictures)[int(scores.argmax())]


def test_a_colours_word_finds_the_picture_of_that_colour() -> None:
    grey = (128, 126, 122)
    pictures = {name: painted(colour, grey, grey) for name, colour in PAINTS.items()}
    for name in PAINTS:
        assert best(name, pictures) == name


def test_what_has_none_of_a_colour_stands_below_zero_and_what_has_it_above() -> None:
    with_red, without = Palette().encode_images(
        np.stack([painted(PAINTS["red"], (90, 90, 90)), painted((90, 120, 90), (90, 90, 90))])
    )
    red = text_vector("red")
    assert with_red @ red > 0.2
    assert without @ red < 0.0


def test_a_place_tells_two_pictures_of_the_same_colours_apart() -> None:
    blue, green = (60, 120, 210), (60, 150, 60)
    pictures = {"sky": painted(blue, blue, green), "lake": painted(green, blue, blue)}
    assert best("blue at the top", pictures) == "sky"
    assert best("blau unten", pictures) == "lake"
    assert best("green at the bottom", pictures) == "sky"
    turned = {name: picture.swapaxes(0, 1).copy() for name, picture in pictures.items()}
    assert best("blue left", turned) == "sky"
    assert best("绿色在左边", turned) == "lake"


def test_tones_find_their_pictures() -> None:
    colour = painted((200, 60, 40), (60, 160, 70), (60, 90, 200))
    grey = np.repeat(colour.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    pictures = {"colour": colour, "grey": grey, "night": colour // 6, "snow": 255 - (255 - grey) // 6}
    assert best("black and white", {"colour": colour, "grey": grey}) == "grey"
    assert best("colourful", pictures) == "colour"
    assert best("bright", pictures) == "snow"
    assert best("dark", pictures) == "night"


def test_a_place_alone_finds_the_picture_with_its_subject_there() -> None:
    left = np.full((SIZE, SIZE, 3), 120, dtype=np.uint8)
    left[20:42, :21] = np.random.default_rng(2).integers(0, 256, (22, 21, 3))
    pictures = {"left": left, "right": left[:, ::-1].copy()}
    assert best("on the left", pictures) == "left"
    assert best("rechts", pictures) == "right"


def test_a_text_of_other_things_has_no_vector() -> None:
    assert Palette().encode_texts(["a dog", "", "bright and dark"]) == [None, None, None]


def test_a_picture_is_most_like_a_slightly_changed_copy_of_itself(shared_data: Path) -> None:
    files = sorted((shared_data / "photos" / "labelled").glob("*.jpg"))[::3]
    photos, changed = [], []
    for file in files:
        with Image.open(file) as opened:
            opened.draft("RGB", (4 * SIZE, 4 * SIZE))
            photo = opened.convert("RGB")
        width, height = photo.size
        cropped = photo.crop((width // 20, height // 20, width - width // 20, height - height // 20))
        photos.append(np.asarray(photo.resize((SIZE, SIZE), Image.Resampling.BILINEAR)))
        brighter = np.asarray(cropped.resize((SIZE, SIZE), Image.Resampling.BILINEAR)).astype(float) * 1.08
        changed.append(np.clip(brighter, 0, 255).astype(np.uint8))
    scores = Palette().encode_images(np.stack(changed)) @ Palette().encode_images(np.stack(photos)).T
    assert (scores.argmax(axis=1) == np.arange(len(files))).mean() >= 0.95


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(0, 255))
def test_any_picture_gives_a_finite_unit_vector(red: int, green: int, blue: int, seed: int, noise: int) -> None:
    picture = np.full((SIZE, SIZE, 3), (red, green, blue), dtype=np.int32)
    picture += np.random.default_rng(seed).integers(-noise, noise + 1, picture.shape)
    (vector,) = Palette().encode_images(np.clip(picture, 0, 255).astype(np.uint8)[None])
    assert vector.dtype == np.float32
    assert vector.shape == (INFO.dimension,)
    assert np.isfinite(vector).all()
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5


def test_pictures_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        Palette().encode_images(np.zeros((1, 10, 10, 3), dtype=np.uint8))


def test_in_its_thread_it_answers_in_futures_and_stops_twice() -> None:
    encoder = EncoderInThread(Palette())
    encoder.warm_up()
    assert encoder.info() is INFO
    assert encoder.encode_images(np.zeros((2, SIZE, SIZE, 3), dtype=np.uint8)).result(10).shape == (2, INFO.dimension)
    first, second = encoder.encode_texts(["red", "dog"]).result(10)
    assert first is not None
    assert second is None
    with pytest.raises(EncoderUnavailable, match="not available for this encoder"):
        encoder.attribute(np.zeros((SIZE, SIZE, 3), dtype=np.uint8), "red").result(10)
    encoder.stop()
    encoder.stop()
    with pytest.raises(EncoderUnavailable, match="stopped"):
        encoder.encode_texts(["red"]).result(10)
