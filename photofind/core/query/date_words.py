"""Words for months, seasons and days in English, German, Spanish, French and Chinese, folded as ``core.words`` does."""


def _each(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MONTHS = (
    "january jan januar janner enero ene janvier janv",
    "february feb februar febrero fevrier fevr fev",
    "march mar marz maerz marzo mars",
    "april apr abril abr avril avr",
    "may mai mayo",
    "june jun juni junio juin",
    "july jul juli julio juillet juil",
    "august aug agosto ago aout",
    "september sep sept septiembre setiembre septembre",
    "october oct oktober okt octubre octobre",
    "november nov noviembre novembre",
    "december dec dezember dez diciembre dic decembre",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}

# A season begins with this month and lasts three.
_SEASONS = {
    3: "spring springtime fruhling fruehling fruhjahr primavera printemps 春 春天 春季",
    6: "summer sommer verano ete 夏 夏天 夏季",
    9: "autumn fall herbst otono automne 秋 秋天 秋季",
    12: "winter invierno hiver 冬 冬天 冬季",
}
SEASONS = {word: month for month, words in _SEASONS.items() for word in words.split()}

DAYS_AGO = {  # written without blanks
    **dict.fromkeys(("today", "heute", "hoy", "aujourdhui", "今天"), 0),
    **dict.fromkeys(("yesterday", "gestern", "ayer", "hier", "昨天"), 1),
    **dict.fromkeys(("vorgestern", "anteayer", "avanthier", "前天"), 2),
}
LAST = _each("last letzte letzten letzter letztes vergangene vergangenen vergangenes pasado pasada ultimo ultima "
    "dernier derniere passe passee 上 上个 去")
THIS = _each("this diese diesen dieser dieses este esta ce cet cette 这 这个 今")
WEEK = _each("week woche semana semaine 周 星期 礼拜")
MONTH = _each("month monat mes mois 月")
YEAR = _each("year jahr ano annee an 年")
FILLING = _each("the of in im den der das vom la el los le les l de del du d en au a am")
CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12}
