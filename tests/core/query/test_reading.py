import time

import pytest

from photofind.core.query import parse
from photofind.core.query.parts import Literal, TextField, TextFilter, Words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        (" \t\u3000", ()),
        ("a dog  on\u3000the beach", (Words("a dog on the beach"),)),
        ("dog camera:nikon on the beach", (Words("dog on the beach"), TextFilter(TextField.CAMERA, "nikon"))),
        ('2:beach 0.5:"old car"', (Words("beach", 2), Words("old car", 0.5))),
        ("0,5:beach 2：日落", (Words("beach", 0.5), Words("日落", 2))),
        ("1:dog 1:cat", (Words("dog"), Words("cat"))),
        ('"IMG 2034" dog', (Literal("IMG 2034"), Words("dog"))),
        ("„Auto“ “car” «voiture» »Rad« 「日落」 『海』", tuple(map(Literal, ("Auto", "car", "voiture", "Rad", "日落", "海")))),
        ('say ""', (Words("say"),)),
        ('"he said ""no"""', (Literal('he said "no"'),)),
        ('"still being typed', (Literal("still being typed"),)),
        ('12" pipe', (Words('12" pipe'),)),
        ('foo:"bar baz"', (Words("foo:"), Literal("bar baz"))),
        ("夕焼け　海", (Words("夕焼け 海"),)),
        ("lone \udce9 surrogate", (Words("lone \udce9 surrogate"),)),
    ],
)
def test_words_quotes_and_weights_are_read(text: str, parts: tuple[object, ...]) -> None:
    query = parse(text)
    assert query.parts == parts
    assert query.mistakes == ()


@pytest.mark.parametrize(
    "piece",
    ["没有人的", "没有", "海滩，没有狗，", "无人 ", "without a, ", "no x or ", "x, ", "camra:x ", '"', "-", "a:", "date:2 "],
)
def test_a_very_long_text_is_read_within_seconds(piece: str) -> None:
    started = time.process_time()
    parse("without " + piece * 2000 + "or cats")
    assert time.process_time() - started < 5
