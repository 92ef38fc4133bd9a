"""Words that say not, where what they say it of is over, and where they say no such thing; folded as in ``core.words``."""


def _each(words: str) -> frozenset[str]:
    return frozenset(words.split())


TRIGGERS = _each(
    "without no ohne kein keine keinen keinem keiner keines sin ningun ninguna sans aucun aucune "
    "没有 沒有 不要 不含 无 無"
)
TWO_WORD_TRIGGERS = {("pas", "de"), ("pas", "d"), ("pas", "des"), ("pas", "du")}

ARTICLES = _each(
    "a an the any some my der die das den dem des ein eine einen einem einer eines "
    "el la los las un una unos unas le les une des du de l d qu hay"
)
# After these the listing goes on; after "and" only where no article begins a new thing.
OR_WORDS = _each("or nor oder noch o u ni ou 或 或者")
AND_WORDS = _each("and und y e et 和 以及")
STOP_WORDS = _each(
    "with in on at by near under over behind beside beneath from during but for while when against across along "
    "mit im ins am auf bei unter hinter neben vor nach aber wahrend zwischen aus an fur "
    "con en sobre bajo pero junto durante desde entre para por "
    "avec dans sur sous mais devant derriere pendant chez pour au aux"
)
# "beach with no people", "there are no people": these go with the negation.
LEADING = _each("with there is are and but mit und aber con y pero avec et mais")

# What follows makes it a fixed phrase: a sign, a name, a title.
FIXED_AFTER: dict[str, frozenset[str]] = {
    "no": _each(
        "parking smoking entry exit trespassing swimming fishing diving dumping littering stopping standing hunting "
        "camping photography vacancy man mans one way longer more less matter problem idea doubt place u go name"
    ),
    "without": _each("borders frontiers cause doubt end fail"),
    "ohne": _each("grenzen titel namen gewahr"),
    "kein": _each("zutritt eingang durchgang problem"),
    "keine": _each("ahnung"),
    "sin": _each("city fronteras embargo titulo salida is of"),
    "sans": _each("serif souci frontieres titre nom issue"),
    "pas": _each("deux trois quatre calais chat porte"),
    "无": _each("人机 锡 线 花果 限 糖 名 尾熊 敌 轨 边 聊 论 法 印 疆 界 穷 数 双 题"),
    "無": _each("人機 錫 線 花果 限 糖 名 尾熊 敵 軌 邊 聊 論 法 印 疆 界 窮 數 料 題"),
    "不要": _each("紧"),
    "没有": _each("问题"),
    "沒有": _each("問題"),
}
# What stands before makes it a name, or a noun.
FIXED_BEFORE: dict[str, frozenset[str]] = {
    "no": _each("dr doctor mr say says said saying yes or maneki kimi ja si"),
    "sin": _each("original deadly mortal of the a"),
    "sans": _each("comic open noto source dejavu"),
    "kein": _each("ist"),
    "pas": _each("faux"),
    "没有": _each("有"),
    "沒有": _each("有"),
    "不要": _each("要"),
}
# Signs that forbid something are photographed often; what they forbid need not be in the picture, nor be unwanted.
SIGNS = _each("allowed permitted erlaubt verboten sign signs signpost schild schilder verbotsschild cartel senal panneau")
