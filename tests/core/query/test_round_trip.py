"""Whatever is typed is understood without an exception, and what is printed is understood as the same."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from photofind.core.query import (
    KnownValues,
    completions,
    explain,
    label,
    parse,
    part_text,
    read_questions,
    to_text,
    without_part,
)
from photofind.core.query.parts import (
    DateFilter,
    Literal,
    NearFilter,
    NumberField,
    NumberFilter,
    Part,
    Query,
    TextField,
    TextFilter,
    Trait,
    TraitFilter,
    Words,
)

TODAY = date(2026, 11, 27)
KNOWN = KnownValues(tags=("Family", "New York", 'the "old" one'), cameras=("Nikon Z 6",), years=("2019", "2020"))

# Pieces that mean something, so that their neighbours are tried too.
_SPOKEN = (
    "without no ohne kein pas de sin aucune 没有 无 海滩没有人 and or, with a the parking dog café d'arbres - -dog -2:dog 2:dog "
    '2:"old car" "quoted -" „so“ 「日落」 " "" camera: -camera:nikon camra:x tag:"New York" date: date:summer 2020 last week '
    "2019..2021 3.. near:48.2, 16.4,5km rating:>=4 size:> 10 MP iso:5..3 is:portrait has:gps is:x before:0001 12:30 http://x "
    "名称：海边 ： : .. 1e9 0:x 99999999999999999999"
)
SPOKEN = st.sampled_from(_SPOKEN.split(" "))
TYPED = st.one_of(
    st.text(),
    st.lists(SPOKEN, max_size=8).map(" ".join),
    st.lists(st.one_of(SPOKEN, st.text(max_size=4)), max_size=8).map("".join),
)

stripped = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
spaced = st.one_of(stripped, st.lists(SPOKEN, max_size=3).map(" ".join)).map(lambda text: " ".join(text.split())).filter(bool)
numbers = st.one_of(st.integers(0, 10**6).map(float), st.floats(0, 1e9, allow_nan=False))
days = st.one_of(
    st.dates(),
    st.sampled_from([date(2020, 1, 1), date(2020, 12, 31), date(2021, 2, 28), date.min, date.max, date(9999, 12, 1)]),
)


@st.composite
def number_filters(draw: st.DrawFn) -> NumberFilter:
    field = draw(st.sampled_from(NumberField))
    values = st.floats(0, 5) if field is NumberField.RATING else numbers
    least, most = sorted((draw(values), draw(values)))
    ends = draw(st.sampled_from([(least, None), (None, most), (least, most)]))
    excluded = [end is not None and draw(st.booleans()) for end in ends]
    return NumberFilter(field, *ends, *excluded, draw(st.booleans()))


@st.composite
def date_filters(draw: st.DrawFn) -> DateFilter:
    first, last = sorted((draw(days), draw(days)))
    return DateFilter(*draw(st.sampled_from([(first, None), (None, last), (first, last)])), draw(st.booleans()))


parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(Words, spaced, st.one_of(st.just(1.0), numbers.filter(bool)), st.booleans()),
    st.builds(Literal, stripped, st.booleans()),
    st.builds(TextFilter, st.sampled_from(TextField), stripped, st.booleans()),
    number_filters(),
    date_filters(),
    st.builds(TraitFilter, st.sampled_from(Trait), st.booleans()),
    st.builds(NearFilter, st.floats(-90, 90), st.floats(-180, 180), st.floats(1e-6, 1e5), st.booleans()),
)
queries = st.lists(parts, max_size=5).map(lambda drawn: Query(tuple(drawn)))


@given(TYPED)
@example("海滩没有和")
@example("date:9999-12-31 after:9999 before:0001 date:..")
@example('"')
def test_any_text_is_understood_and_printed_so_that_it_means_the_same(text: str) -> None:
    understood = parse(text, TODAY)
    printed = to_text(understood)
    again = parse(printed, TODAY + timedelta(days=400))
    assert again.parts == understood.parts
    assert again.mistakes == ()
    assert to_text(again) == printed
    assert all(0 <= mistake.start < mistake.end <= len(text) for mistake in understood.mistakes)


@given(queries)
def test_any_question_is_printed_so_that_it_means_the_same(query: Query) -> None:
    assert parse(to_text(query)) == query


@given(parts)
def test_a_part_alone_is_printed_so_that_it_means_the_same(part: Part) -> None:
    assert parse(part_text(part)).parts == (part,)


@given(queries)
def test_all_that_can_be_asked_can_be_said_to_people(query: Query) -> None:
    assert bool(explain(query)) == bool(query.parts)
    assert all(label(part) for part in query.parts)


@given(TYPED, st.data())
def test_a_part_taken_out_leaves_the_others(text: str, data: st.DataObject) -> None:
    understood = parse(text, TODAY).parts
    if not understood:
        return
    index = data.draw(st.integers(0, len(understood) - 1))
    index = understood.index(understood[index])
    left = without_part(text, understood[index], TODAY)
    assert parse(left, TODAY).parts == understood[:index] + understood[index + 1 :]


@given(TYPED, st.data())
def test_completing_any_text_anywhere_gives_spans_within_it(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    for offered in completions(text, cursor, KNOWN):
        assert 0 <= offered.start < cursor <= offered.end <= len(text)
        assert offered.text != text[offered.start : offered.end]
        assert offered.description


@given(st.one_of(TYPED, st.lists(TYPED)))
def test_questions_of_any_file_are_read(source: str | list[str]) -> None:
    assert all(question.strip() == question != "" for question in read_questions(source))
