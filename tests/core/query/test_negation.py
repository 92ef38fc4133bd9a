import pytest

from photofind.core.query import parse
from photofind.core.query.parts import Literal, TextField, TextFilter, Words


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("-dog", "", ["dog"]),
        ("beach -dog, -cat", "beach", ["dog", "cat"]),
        ("beach without people", "beach", ["people"]),
        ("beach without any people at sunset", "beach at sunset", ["people"]),
        ("beach (without people) at sunset", "beach at sunset", ["people"]),
        ("street without parked cars", "street", ["parked cars"]),
        ("beach, no people, sunset", "beach sunset", ["people"]),
        ("beach with no people", "beach", ["people"]),
        ("there are no people", "", ["people"]),
        ("beach without dogs or cats", "beach", ["dogs", "cats"]),
        ("beach without dogs and cats", "beach", ["dogs", "cats"]),
        ("beach without dogs, cats or people", "beach", ["dogs", "cats", "people"]),
        ("beach without people and a red boat", "beach and a red boat", ["people"]),
        ("street with no cars and no people", "street", ["cars", "people"]),
        ("without one two three four", "four", ["one two three"]),
        ("NO PEOPLE", "", ["PEOPLE"]),
        ("Strand ohne Menschen", "Strand", ["Menschen"]),
        ("ohne rotes Auto im Schnee", "im Schnee", ["rotes Auto"]),
        ("See, keine Boote", "See", ["Boote"]),
        ("Straße mit keinem Auto", "Straße", ["Auto"]),
        ("playa sin gente", "playa", ["gente"]),
        ("no hay coches en la calle", "en la calle", ["coches"]),
        ("plage sans les gens", "plage", ["gens"]),
        ("sans l'arbre", "", ["arbre"]),
        ("rue, pas de voitures", "rue", ["voitures"]),
        ("pas d’arbres", "", ["arbres"]),
        ("aucune voiture", "", ["voiture"]),
        ("海滩没有人", "海滩", ["人"]),
        ("没有人的海滩", "海滩", ["人"]),
        ("无人海滩", "海滩", ["人"]),
        ("海滩，没有人，日落", "海滩 日落", ["人"]),
        ("公园 不要狗和猫", "公园", ["狗", "猫"]),
        ("没有狗没有猫的公园", "公园", ["狗", "猫"]),
        ("不含 狗 公园", "公园", ["狗"]),
    ],
)
def test_what_is_not_wanted_is_told_from_what_is(text: str, wanted: str, unwanted: list[str]) -> None:
    query = parse(text)
    assert [part.text for part in query.words if not part.negated] == ([wanted] if wanted else [])
    assert [part.text for part in query.words if part.negated] == unwanted
    assert query.mistakes == ()


@pytest.mark.parametrize(
    "text",
    [
        *("no parking sign", "no parking", "no man's land", "no left turn sign", "no dogs allowed", "photo of no one"),
        *("Dr No", "no. 5", "no 5", "yes or no", "say no to drugs", "without", "sunset without", "no", "pas", "pas mal"),
        *("Doctors Without Borders", "Ärzte ohne Grenzen", "médecins sans frontières", "Comic Sans poster", "Sans Souci"),
        *("sin city", "the sin of pride", "faux pas de chat", "pas de deux", "San Sebastián", "Kein Zutritt"),
        *("无人机", "无锡", "有没有狗", "没有问题", "没有"),
        *("t-shirt", "-5 degrees", "-5", "black - white", "--", "-", "–dash", "Baden-Baden", "not a dog"),
    ],
)
def test_what_only_seems_to_say_not_stays_as_it_is(text: str) -> None:
    assert parse(text).parts == (Words(text),)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('"no" people', (Literal("no"), Words("people"))),
        ('-"old car"', (Literal("old car", negated=True),)),
        ('dog without "old car"', (Words("dog"), Literal("old car", negated=True))),
        ("dog ohne tag:schnee", (Words("dog"), TextFilter(TextField.TAG, "schnee", negated=True))),
        ("dog without -cat", (Words("dog without"), Words("cat", negated=True))),
        ("-2:dog", (Words("dog", 2, negated=True),)),
        ('-2:"old car"', (Words("old car", 2, negated=True),)),
    ],
)
def test_quotes_fields_and_weights_are_negated_too(text: str, parts: tuple[object, ...]) -> None:
    assert parse(text).parts == parts
