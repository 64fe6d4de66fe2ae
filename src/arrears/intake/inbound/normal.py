"""In which form are two ways of writing the same words the same?

Two forms. `plain` keeps the words as they are written: small letters, one width, simplified characters, no blanks between Chinese characters, letters
that were spaced out (`s u i c i d e`) put together. `bare` is for counting pieces: accents folded, every digit a 0, no letter more than twice in a row.
"""

from __future__ import annotations

import re
import unicodedata

_PAIRS = (
    "殺杀 還还 錢钱 債债 電电 話话 號号 碼码 個个 們们 這这 說说 請请 謝谢 對对 錯错 帳账 賬账 單单 據据 匯汇 轉转 過过 開开 關关 門门 見见 親亲 媽妈 爺爷 孫孙 婦妇 "
    "樓楼 藥药 燒烧 頭头 腦脑 體体 癢痒 傷伤 難难 憂忧 鬱郁 壓压 睡睡 覺觉 醫医 療疗 檢检 診诊 護护 師师 訴诉 訟讼 庭庭 狀状 監监 會会 員员 銀银 貸贷 賣卖 買买 "
    "費费 額额 償偿 欠欠 逾逾 約约 諾诺 還还 發发 薪薪 資资 業业 職职 裁裁 廠厂 倒倒 閉闭 問问 誰谁 什什 麼么 為为 嗎吗 騙骗 詐诈 盜盗 證证 實实 認认 識识 "
    "換换 聯联 絡络 繫系 絕绝 罵骂 煩烦 擾扰 滾滚 殘残 絶绝 滅灭 結结 斷断 離离 遺遗 書书 應应 無无 沒没 來来 時时 間间 從从 後后 總总 現现 "
    "給给 讓让 將将 與与 樣样 點点 裡里 裏里 邊边 寶宝 貝贝 黃黄 綠绿 紅红 藍蓝 義义 務务 產产 陽阳 臺台 湯汤 車车 輛辆 橋桥 獄狱 島岛 東东 "
    "萬万 億亿 兩两 幾几 歲岁 戶户 屬属 歸归 擔担 負负 責责 賠赔 價价 減减 緩缓 協协 議议 計计 劃划 寬宽 氣气 種种 類类 願愿 夠够 憑凭 靈灵 盡尽 "
    "淨净 幫帮 節节 雙双 飛飞 戰战 勝胜 館馆 輕轻 鬥斗 風风 銷销 訂订 閱阅 訊讯 復复 覆复 "
)
_SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
_FOLDED = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüñç", "aaaaaeeeeiiiiooooouuuunc")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])[ \t\u3000]+(?=[{_HAN}])")
_SPACED_OUT = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][ .\-_*·]){3,}[a-z0-9](?![a-z0-9])")
_JOINTS = re.compile(r"[ .\-_*·]")
_MORE_THAN_TWICE = re.compile(r"(.)\1{2,}", re.DOTALL)
_DIGIT = re.compile(r"\d")
_BLANKS = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x2060, 0xFEFF))
LONGEST = 4_000
"""Characters that are read. Longer words of a person are kept whole all the same; whoever has not read all says so (`Understood.is_whole`)."""


def plain(text: str) -> str:
    """The words in one form, for patterns of words.

    >>> plain("ＳＴＯＰ！"), plain("我 想 自 殺"), plain("thinking of s u i c i d e"), plain("I CAN’T")
    ('stop!', '我想自杀', 'thinking of suicide', "i can't")
    """
    found = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_INVISIBLE).translate(_SIMPLIFIED).replace("’", "'").replace("‘", "'")
    found = _BLANKS.sub(" ", found.lower()).strip()
    if not found.isascii():
        found = _BETWEEN_HAN.sub("", found)
    return _SPACED_OUT.sub(lambda hit: _JOINTS.sub("", hit[0]), found)


def bare(words: str) -> str:
    """The same without what differs by hand and day: of what `plain` gave.

    >>> bare("¡no puedo más, debo 1200!"), bare("nooooo")
    ('¡no puedo mas, debo 00!', 'noo')
    """
    return _MORE_THAN_TWICE.sub(r"\1\1", _DIGIT.sub("0", words if words.isascii() else words.translate(_FOLDED)))
