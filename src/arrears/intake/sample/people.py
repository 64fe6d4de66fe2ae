"""Who owes in an invented book? Names, languages, regions and contact points that can be nobody's.

Names come from short lists of common syllables, mobile numbers begin with 100 (no Chinese mobile does), mail goes to
`example.invalid`, which can never exist, and every street is called Sample Road.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arrears.intake.sample.draws import Ints, chosen, draws, happens, invented_ids, part

KINDS = ("person", "organisation")
LANGUAGES = ("zh-CN", "en")
_ACCOUNTS_A_PERSON = (825, 110, 45, 20)
_HOMES = (
    ("CN-GD", "Asia/Shanghai", 15),
    ("CN-ZJ", "Asia/Shanghai", 12),
    ("CN-JS", "Asia/Shanghai", 12),
    ("CN-SC", "Asia/Shanghai", 11),
    ("CN-HB", "Asia/Shanghai", 10),
    ("CN-HN", "Asia/Shanghai", 9),
    ("CN-BJ", "Asia/Shanghai", 9),
    ("CN-SH", "Asia/Shanghai", 10),
    ("CN-SN", "Asia/Shanghai", 8),
    ("CN-XJ", "Asia/Urumqi", 4),
)
_HOMES_ABROAD = (("HK", "Asia/Hong_Kong", 60), ("SG", "Asia/Singapore", 40))
_SEGMENTS = ("mass", "salaried", "self_employed", "student", "small_business")
_SURNAMES = tuple("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余")
_GIVEN = tuple("安宁晓明文静佳雨晨思远志强丽芳海燕建国平春华秋月子涵欣怡浩然嘉禾乐川清源立新书桐一诺可心")
_GIVEN_EN = (
    "Ada",
    "Ben",
    "Clara",
    "Daniel",
    "Elena",
    "Felix",
    "Grace",
    "Henry",
    "Iris",
    "Jonas",
    "Kira",
    "Leo",
    "Maya",
    "Noah",
    "Olive",
    "Paul",
    "Quinn",
    "Rosa",
    "Simon",
    "Tara",
    "Umar",
    "Vera",
    "Walter",
    "Xenia",
    "Yara",
    "Zoe",
)
_SURNAMES_EN = (
    "Alder",
    "Birch",
    "Cole",
    "Dale",
    "Elm",
    "Field",
    "Grove",
    "Hill",
    "Iver",
    "Jarrow",
    "Knoll",
    "Lane",
    "Marsh",
    "North",
    "Oakes",
    "Pond",
    "Reed",
    "Stone",
    "Thorn",
    "Vale",
    "West",
    "Yates",
)
_TRADES = ("商贸有限公司", "餐饮店", "运输队", "电子科技有限公司", "建材经营部")
_TRADES_EN = ("Trading Ltd", "Kitchen", "Transport", "Electronics Ltd", "Supplies")
CHANNELS = ("email", "mobile", "post")
"""In alphabetical order, as the book sorts them."""
CONSENTS = ("given", "unknown", "withdrawn")
_HAVE_CHANNEL = (5_500, 9_700, 7_000)
SEXES = ("F", "M")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")


@dataclass(frozen=True, slots=True)
class People:
    """A slice of people in columns. `number` is the running number from which all chance comes."""

    number: Ints
    organisation: NDArray[np.bool_]
    language: Ints


@dataclass(frozen=True, slots=True)
class ContactPoints:
    """Their contact points in columns, by person and channel. `person` is the place of the person in the slice."""

    person: Ints
    channel: Ints
    contact_point_id: Ints
    consent: Ints
    words: NDArray[np.uint64]


def owners_of(seed: int, accounts: int) -> Ints:
    """Who owes which account? Running numbers of people, ascending; about one person in six owes two to four accounts.

    >>> owners = owners_of(7, 10_000); shares = np.bincount(np.bincount(owners)) / (owners.max() + 1)
    >>> bool(0.15 < shares[2:].sum() < 0.20), len(shares)
    (True, 5)
    """
    people = np.arange(accounts, dtype=np.int64)
    owed = chosen(draws(seed, "accounts of", people), 0, _ACCOUNTS_A_PERSON) + 1
    needed = int(np.searchsorted(np.cumsum(owed), accounts)) + 1
    return np.repeat(people[:needed], owed[:needed])[:accounts]


def make_people(seed: int, numbers: Ints) -> People:
    """Which people have these running numbers?"""
    words = draws(seed, "person", numbers)
    return People(numbers, happens(words, 0, 400), chosen(words, 1, (94, 6)))


def said(texts: Sequence[str], which: Ints) -> pa.Array:
    """A column of texts from a short list and each row's place in it.

    >>> said(("a", "b"), np.array([1, 0])).to_pylist()
    ['b', 'a']
    """
    return pa.array(texts, pa.string()).take(pa.array(which))


def party_columns(seed: int, people: People) -> dict[str, pa.Array]:
    """The columns of `parties` that are no secret and no id."""
    words = draws(seed, "home", people.number)
    here, abroad = chosen(words, 0, [home[2] for home in _HOMES]), chosen(words, 1, [home[2] for home in _HOMES_ABROAD])
    home = np.where(people.language == 0, here, abroad + len(_HOMES))
    homes = (*_HOMES, *_HOMES_ABROAD)
    segment = np.where(people.organisation, len(_SEGMENTS) - 1, chosen(words, 2, (38, 40, 15, 7)))
    return {
        "kind": said(KINDS, people.organisation.astype(np.int64)),
        "language": said(LANGUAGES, people.language),
        "time_zone": said([home[1] for home in homes], home),
        "region": said([home[0] for home in homes], home),
        "segment": said(_SEGMENTS, segment),
    }


def protected_rows(seed: int, people: People) -> tuple[Ints, pa.Array, pa.Array]:
    """Place of the person, attribute and value, by person and attribute; organisations have none."""
    words = draws(seed, "protected", people.number)
    person = np.repeat(np.flatnonzero(~people.organisation), 2)
    attribute = np.tile(np.array([0, 1]), len(person) // 2)
    values = np.where(
        attribute == 0, chosen(words, 0, (12, 34, 26, 16, 9, 3))[person], len(AGE_BANDS) + part(words, 1, 2)[person]
    )
    return person, said(("age_band", "sex"), attribute), said((*AGE_BANDS, *SEXES), values)


def party_numbers(seed: int, numbers: Ints) -> pa.Array:
    """The invented lender's numbers of these people."""
    return _joined(f"S{seed}-P", _digits(numbers, 9))


def account_numbers(seed: int, numbers: Ints) -> pa.Array:
    """The invented lender's numbers of these accounts.

    >>> account_numbers(7, np.array([3])).to_pylist()
    ['S7-A000000003']
    """
    return _joined(f"S{seed}-A", _digits(numbers, 9))


def names_of(seed: int, people: People) -> pa.Array:
    """What are they called?"""
    words = draws(seed, "name", people.number)
    first, second, third = (part(words, place, 65_536) for place in range(3))
    given = _joined(
        said(_GIVEN, first % len(_GIVEN)),
        said((*_GIVEN, ""), np.where(third % 10 < 7, second % len(_GIVEN), len(_GIVEN))),
    )
    chinese = _joined(said(_SURNAMES, third // 10 % len(_SURNAMES)), given)
    english = _joined(said(_GIVEN_EN, first % len(_GIVEN_EN)), " ", said(_SURNAMES_EN, second % len(_SURNAMES_EN)))
    shop = _joined("样例", given, said(_TRADES, third % len(_TRADES)))
    shop_english = _joined(
        "Sample ", said(_SURNAMES_EN, second % len(_SURNAMES_EN)), " ", said(_TRADES_EN, third % len(_TRADES_EN))
    )
    which = pa.array(people.language + 2 * people.organisation)
    return pc.choose(which, chinese, english, shop, shop_english)


def personal_json(names: pa.Array, numbers: pa.Array) -> pa.Array:
    """The personal fields of `parties` as JSON objects. Nothing in our lists needs escaping.

    >>> personal_json(pa.array(["王安"]), pa.array(["S7-P1"])).to_pylist()
    ['{"name": "王安", "number": "S7-P1"}']
    """
    return _joined('{"name": "', names, '", "number": "', numbers, '"}')


def make_contact_points(seed: int, people: People) -> ContactPoints:
    """Where could these people be reached, if they were real?"""
    have = draws(seed, "channels", people.number)
    owned = np.column_stack([happens(have, place, share) for place, share in enumerate(_HAVE_CHANNEL)])
    cell = np.flatnonzero(owned)
    person, channel = cell // len(CHANNELS), cell % len(CHANNELS)
    number = people.number[person] * 4 + channel
    words = draws(seed, "contact point", number)
    return ContactPoints(
        person, channel, invented_ids(seed, "contact point", number), chosen(words, 0, (80, 16, 4)), words
    )


def contact_values_json(people: People, points: ContactPoints) -> pa.Array:
    """The values as JSON objects.

    >>> someone = make_people(7, np.arange(1))
    >>> contact_values_json(someone, make_contact_points(7, someone)).to_pylist()[0][:14]
    '{"value": "100'
    """
    number = people.number[points.person]
    # 67,867,967 has no factor in common with 10⁸, so the first hundred million people have different numbers.
    mobile = _joined("100", _digits(number * 67_867_967 % 10**8, 8))
    mail = _joined("p", pa.array(number).cast(pa.string()), "@example.invalid")
    door = pa.array(1 + number % 998).cast(pa.string())
    street = pc.if_else(
        pa.array(people.language[points.person] == 0), _joined("样例路 ", door, " 号"), _joined(door, " Sample Road")
    )
    return _joined('{"value": "', pc.choose(pa.array(points.channel), mail, mobile, street), '"}')


def _digits(numbers: Ints, width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(
        *[pa.scalar(one) if isinstance(one, str) else one for one in parts], pa.scalar("")
    )
