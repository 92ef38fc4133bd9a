"""Forty questions as a person would type them, and how they are understood: as printed again, or by their mistake."""

from datetime import date

import pytest

from photofind.core.query import parse, to_text

TODAY = date(2026, 11, 27)

QUESTIONS = [
    ("a dog on the beach", "a dog on the beach"),
    ("dog on the beach, no people", "dog on the beach -people"),
    ("two children playing in the snow -sledge", "two children playing in the snow -sledge"),
    ("sunset over mountains without clouds date:2019", "sunset over mountains -clouds date:2019"),
    ("red car camera:nikon", "red car camera:nikon"),
    ('birthday cake date:"summer 2020"', "birthday cake date:2020-06..2020-08"),
    ("birthday cake date:last summer", "birthday cake date:2026-06..2026-08"),
    ("grandma rating:>=4", "grandma rating:>=4"),
    ('"IMG_2034"', '"IMG_2034"'),
    ('wedding -"black and white"', 'wedding -"black and white"'),
    ("2:beach 0.5:palm tree", "2:beach 0.5:palm tree"),
    ("is:favourite is:portrait", "is:favourite is:portrait"),
    ("has:gps -folder:Screenshots", "has:gps -folder:Screenshots"),
    ("near:48.2,16.4,5km church", "near:48.2,16.4,5km church"),
    ("tag:family before:2015 christmas tree", "tag:family date:..2014 christmas tree"),
    ("type:png screenshot of a chat", "type:png screenshot of a chat"),
    ("size:>20MP landscape with a river", "size:>20 landscape with a river"),
    ("night sky iso:>=3200", "night sky iso:>=3200"),
    ("no parking sign", "no parking sign"),
    ("train at 12:30", "train at 12:30"),
    ("man in a t-shirt without shoes", "man in a t-shirt -shoes"),
    ("street without parked cars or bikes", 'street -1:"parked cars" -bikes'),
    ("photos from yesterday date:yesterday", "photos from yesterday date:2026-11-26"),
    ("is:duplicate -is:offline", "is:duplicate -is:offline"),
    ("Hund am Strand ohne Menschen", "Hund am Strand -Menschen"),
    ("Oma im Garten kamera:canon datum:2018..2020", "Oma im Garten camera:canon date:2018..2020"),
    ("ordner:„Urlaub Kroatien“ keine Autos", 'folder:"Urlaub Kroatien" -Autos'),
    ("Geburtstag bewertung:>=4 datum:„Mai 2021“", "Geburtstag rating:>=4 date:2021-05"),
    ("perro en la playa sin gente", "perro en la playa -gente"),
    ("boda fecha:verano 2019", "boda date:2019-06..2019-08"),
    ("chat noir sur un canapé, pas de chien", "chat noir sur un canapé -chien"),
    ("coucher de soleil sans nuages avant:2020", "coucher de soleil -nuages date:..2019"),
    ("海边日落", "海边日落"),
    ("没有人的海滩 评分：>=4", "-人 海滩 rating:>=4"),
    ("公园里的狗 日期：2020年夏天", "公园里的狗 date:2020-06..2020-08"),
    ("dog camra:nikon", "There is no field “camra”. Did you mean camera:?"),
    ("flowers raiting:5", "There is no field “raiting”. Did you mean rating:?"),
    ("boat befor:2019", "There is no field “befor”. Did you mean before:?"),
    ("cat rating:9", "rating: takes 0 to 5, as in rating:>=4."),
    ("party date:someday", 'date: takes a date, as in date:2019..2021 or date:"summer 2020".'),
]


@pytest.mark.parametrize(("text", "understood"), QUESTIONS)
def test_a_question_as_typed_is_understood(text: str, understood: str) -> None:
    query = parse(text, TODAY)
    if query.mistakes:
        assert [mistake.sentence for mistake in query.mistakes] == [understood]
        assert to_text(query) == text.split(maxsplit=1)[0]
    else:
        assert to_text(query) == understood


def test_there_are_forty() -> None:
    assert len({text for text, _understood in QUESTIONS}) == 40
