import pytest

from photofind.core.query import KnownValues, completions

KNOWN = KnownValues(
    tags=("New York", "York", "Café Müller", "snow", 'the "old" one'),
    cameras=("NIKON Z 6", "Pixel 7"),
    lenses=("50mm",),
    folders=("2019 Yoga",),
    years=("2021", "2020", "2019", "1998"),
    formats=("jpg", "png"),
)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("", []),
        ("dog ", []),
        ("dog", []),
        ('"cam', []),
        ("a::", []),
        ("cam", ["camera:"]),
        ("dog -ca", ["-camera:"]),
        ("b", ["before:"]),
        ("bew", ["bewertung:"]),
        ("kam", ["kamera:"]),
        ("相", ["相机:", "相機:"]),
        ("tag:yo", ["tag:York", 'tag:"New York"']),
        ("-tag:Yo", ["-tag:York", '-tag:"New York"']),
        ("tag:mull", ['tag:"Café Müller"']),
        ('tag:"new y', ['tag:"New York"']),
        ("tag:old", ['tag:"the ""old"" one"']),
        ("tag:snow", []),
        ("schlagwort:sn", ["schlagwort:snow"]),
        ("camera:z", ['camera:"NIKON Z 6"']),
        ("lens:", ["lens:50mm"]),
        ("folder:yog", ['folder:"2019 Yoga"']),
        ("type:", ["type:jpg", "type:png"]),
        ("name:x", []),
        ("is:", [f"is:{trait}" for trait in ("favourite", "portrait", "landscape", "square", "offline", "duplicate")]),
        ("is:p", ["is:portrait"]),
        ("has:", ["has:gps"]),
        ("date:20", ["date:2021", "date:2020", "date:2019"]),
        ("date:1998..202", ["date:1998..2021", "date:1998..2020"]),
        ("date:last", [f'date:"last {unit}"' for unit in ("week", "month", "summer", "year")]),
        ("rating:>", ["rating:>=4", "rating:>=3"]),
    ],
)
def test_what_may_come_is_offered(text: str, offered: list[str]) -> None:
    found = completions(text, len(text), KNOWN)
    assert [completion.text for completion in found] == offered
    assert all(completion.description for completion in found)


def test_the_whole_piece_is_replaced_and_nothing_beside_it() -> None:
    text = "dog tag:yok snow"
    (first, second) = completions(text, text.index("ok"), KNOWN)
    assert text[: first.start] + first.text + text[first.end :] == "dog tag:York snow"
    assert second.text == 'tag:"New York"'


def test_the_name_of_a_field_is_replaced_without_its_value() -> None:
    (offered,) = completions("cam:nikon", 2, KNOWN)[:1]
    assert "cam:nikon"[: offered.start] + offered.text + "cam:nikon"[offered.end :] == "camera:nikon"


def test_what_was_typed_in_capitals_or_with_accents_is_found() -> None:
    assert [completion.text for completion in completions("TAG:CAFE", 8, KNOWN)] == ['TAG:"Café Müller"']


def test_at_most_twelve_are_offered() -> None:
    many = KnownValues(tags=tuple(f"a{index}" for index in range(30)))
    assert len(completions("tag:a", 5, many)) == 12
