"""Words for colours, tones and places in English, German, Spanish, French and Chinese.

Words are written as ``palette_text.folded`` leaves them: lower case, without accents, ß as ss.
"""

# What people mean by a colour's word, in shares of palette's colours: as such, light and dark.
_Shades = dict[str, float]
SHADES: dict[str, tuple[_Shades, _Shades, _Shades]] = {
    "black": ({"black": 1, "dark grey": 0.2}, {"dark grey": 1}, {"black": 1}),
    "grey": ({"grey": 1, "light grey": 0.5, "dark grey": 0.5}, {"light grey": 1}, {"dark grey": 1}),
    "white": ({"white": 1, "light grey": 0.2}, {"white": 1}, {"light grey": 1}),
    "red": ({"red": 1, "dark red": 0.5}, {"pink": 1, "red": 0.4}, {"dark red": 1}),
    "pink": ({"pink": 1, "magenta": 0.8}, {"pink": 1}, {"magenta": 1, "pink": 0.3}),
    "magenta": ({"magenta": 1, "pink": 0.3}, {"pink": 1, "magenta": 0.3}, {"magenta": 1}),
    "brown": ({"brown": 1, "dark brown": 0.6}, {"beige": 0.8, "brown": 0.6}, {"dark brown": 1}),
    "beige": ({"beige": 1}, {"beige": 1, "white": 0.4}, {"beige": 0.7, "brown": 0.7}),
    "orange": ({"orange": 1}, {"orange": 1, "beige": 0.5}, {"orange": 0.7, "brown": 0.7}),
    "yellow": ({"yellow": 1, "dark yellow": 0.4}, {"yellow": 1, "beige": 0.4}, {"dark yellow": 1}),
    "gold": ({"dark yellow": 1, "yellow": 0.4}, {"yellow": 1, "dark yellow": 0.5}, {"dark yellow": 1, "brown": 0.3}),
    "green": (
        {"green": 1, "dark green": 0.7, "light green": 0.7, "olive": 0.3},
        {"light green": 1},
        {"dark green": 1, "olive": 0.2},
    ),
    "olive": ({"olive": 1}, {"olive": 0.7, "light green": 0.7}, {"olive": 0.7, "dark green": 0.7}),
    "turquoise": (
        {"turquoise": 1},
        {"turquoise": 0.8, "light blue": 0.6},
        {"turquoise": 0.8, "dark green": 0.4, "dark blue": 0.4},
    ),
    "blue": ({"blue": 1, "light blue": 0.6, "dark blue": 0.6}, {"light blue": 1}, {"dark blue": 1}),
    "light blue": ({"light blue": 1}, {"light blue": 1}, {"blue": 1}),
    "dark blue": ({"dark blue": 1}, {"blue": 1}, {"dark blue": 1}),
    "dark red": ({"dark red": 1}, {"red": 1}, {"dark red": 1}),
    "purple": ({"purple": 1, "lilac": 0.5}, {"lilac": 1}, {"purple": 1, "dark blue": 0.3}),
    "lilac": ({"lilac": 1}, {"lilac": 1}, {"purple": 1}),
}

COLOUR_WORDS: dict[str, str] = {
    "black": "black schwarz negro negra negros negras noir 黑 黑色",
    "grey": "grey gray silver grau silber silbern gris grises plateado plateada argente 灰 灰色 银色 銀色",
    "white": "white weiss blanco blanca blancos blancas blanc blanche blanches 白 白色",
    "red": "red scarlet crimson rot roj rojo roja rojos rojas rouge rouges 红 紅 红色 紅色 大红 鲜红",
    "dark red": "maroon burgundy weinrot granate bordeaux 酒红 酒红色 酒紅色",
    "pink": "pink rosa rosas rosado rosada rose roses 粉红 粉红色 粉紅色 粉色 桃红",
    "magenta": "magenta fuchsia fucsia 品红 品红色 洋红 洋红色",
    "brown": "brown braun marron marrones castano pardo brun 棕 棕色 褐色 咖啡色",
    "beige": "beige tan cream ivory creme crema 米色 米黄 杏色",
    "orange": "orange oranges naranja naranjas anaranjado 橙 橙色 橘色 橘红 橘黄",
    "yellow": "yellow gelb amarillo amarilla amarillos amarillas jaune jaunes 黄 黃 黄色 黃色",
    "gold": "gold golden goldfarben dorado dorada dore 金色",
    "green": "green grun gruen verde verdes vert 绿 綠 绿色 綠色 翠绿",
    "olive": "olive khaki oliv oliva caqui kaki 橄榄色 橄榄绿 卡其色",
    "turquoise": "turquoise teal cyan aqua turkis tuerkis turquesa turquesas cian 青色 青绿 绿松石色",
    "blue": "blue blau azul azules bleu 蓝 藍 蓝色 藍色",
    "light blue": "azure himmelblau celeste celestes 天蓝 天蓝色 天藍色",
    "dark blue": "navy marineblau marino 藏青 海军蓝",
    "purple": "purple violet violett lila purpur morado morada morados moradas violeta violetas pourpre 紫 紫色",
    "lilac": "lilac lavender mauve flieder lavendel lavanda lavande 淡紫 丁香色",
}

LIGHT_WORDS = (
    "light sky pale pastel hell blass pastell claro clara claros claras palido palida clair clairs 浅 淺 淡 亮"
)
DARK_WORDS = "dark deep navy dunkel tief oscuro oscura oscuros oscuras fonce sombre sombres profond 深 暗"
# These stand behind their colour too: verde oscuro, bleu clair.
TRAILING_SHADES = (
    "claro clara claros claras palido palida clair clairs oscuro oscura oscuros oscuras fonce sombre sombres"
)
# Before a colour these say nothing but "the colour itself".
PURE_WORDS = "bright vivid strong pure intense kraftig leuchtend knallig intenso intensa vivo viva vif vive 鲜 亮丽"

TONES = ("bright", "contrast", "colourful", "grey", "warm")
TONE_WORDS: dict[str, dict[str, float]] = {
    "bright luminous helle helles heller luminoso luminosa brillante lumineux lumineuse 明亮 亮": {"bright": 1},
    "dark gloomy dunkel duster oscuro oscura oscuros oscuras sombre sombres 黑暗 昏暗 暗 阴暗": {"bright": -1},
    "colourful colorful vivid vibrant multicoloured multicolored bunt farbenfroh farbig colorido colorida multicolor "
    "colore multicolore 彩色 鲜艳 五颜六色 多彩": {"colourful": 1, "grey": -0.4},
    "monochrome greyscale grayscale bw schwarzweiss blackandwhite 黑白 灰度 单色": {"grey": 1, "colourful": -0.4},
    "kontrastreich contrasty contrastado contraste 高对比": {"contrast": 1},
}
# These have other meanings too, and count only where the rest of the text is about colours or light.
SHY_TONE_WORDS: dict[str, dict[str, float]] = {
    "warm calido calida calidos calidas chaud 暖 暖色": {"warm": 1},
    "cool cold kuhl kalt frio fria frios frias froid 冷 冷色": {"warm": -1},
    "contrast kontrast contraste": {"contrast": 1},
}

# Fields of the 3 × 3 grid, numbered row by row from the top left.
PLACE_WORDS: dict[str, tuple[int, ...]] = {
    "top upper oben ober oberer arriba superior haut superieur 上面 上方 上部 上边 顶部 頂部": (0, 1, 2),
    "bottom lower unten unter unterer abajo inferior bas inferieur 下面 下方 下部 下边 底部": (6, 7, 8),
    "left links link izquierda izquierdo gauche 左 左边 左侧 左面 左邊": (0, 3, 6),
    "right rechts recht derecha derecho droite 右 右边 右侧 右面 右邊": (2, 5, 8),
    "middle centre center central centered centred mitte mittig zentrum centro milieu 中间 中央 中心 中間": (4,),
    "background hintergrund fondo fond 背景": (0, 1, 2, 3, 5, 6, 7, 8),
}

JOINING_WORDS = "and with plus und mit y con et avec 和 与 與 跟"

# Words that say nothing by themselves; a place or a shy tone counts where nothing else stands beside it.
FILLER_WORDS = (
    "a an the of in on at to is its it very more photo photos picture pictures image images side half part corner edge "
    "colour colours color colors coloured colored tone tones shade shades light "
    "der die das dem den ein eine einem im am auf an ist sehr bild bilder foto fotos seite ecke rand farbe farben ton "
    "tone licht el la los las un una en de del al es muy imagen imagenes lado esquina colores tono tonos luz "
    "le les des du au aux dans sur est tres une l d photographie cote coin couleur couleurs ton tons lumiere "
    "s 的 在 是 很 色 颜色 顏色 色调 图 图片 照片 边 角 光"
)

# Endings that a word takes beside its nouns, by language; each is tried once.
ENDINGS: dict[str, tuple[str, ...]] = {
    "schwarz grau silbern weiss rot braun gelb golden grun gruen turkis tuerkis blau violett hell dunkel blass tief "
    "ober unter link recht bunt farbig kraftig leuchtend knallig duster warm kuhl kalt "
    "weinrot himmelblau marineblau": ("e", "er", "es", "en", "em"),
    "noir gris vert bleu brun violet clair fonce profond dore argente colore superieur inferieur chaud froid": (
        "e",
        "s",
        "es",
    ),
}
GERMAN_PREFIXES = ("dunkel", "hell", "tief", "blass")  # dunkelgrün
GERMAN_COLOURS = "schwarz grau rot braun gelb grun gruen turkis blau violett lila rosa orange beige"

# Chinese compounds of a colour's character that are no colour.
NOT_COLOURS_ZH = (
    "白天 白菜 白糖 白酒 明白 空白 黄昏 黃昏 黄瓜 黄油 黄河 黄山 黑板 红烧 红薯 红绿灯 红茶 绿茶 口红 网红 蓝牙 蓝莓 "
    "紫菜 紫外线 橙汁 橙子 灰尘 上海 上午 上学 上班 上衣 上车 上课 下午 下雨 下雪 下班 下车 地下 左右 右手 左手 早上 "
    "晚上 冷饮 暗示 淡水 深圳 深度 浅滩 亮相 月亮 漂亮 跟踪 和平"
)
