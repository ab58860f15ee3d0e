"""Which simplified characters stand for traditional ones? Those of labels, units and project types; names stay."""

# Pairs of a traditional character and its simplified one; each is one character, so that places in a text stay.
_PAIRS = """
號号 稱称 單单 業业 務务 項项 間间 時时 類类 別别 薦荐 協协 會会 備备 註注 聯联 繫系 絡络 電电 話话 機机 積积
費费 價价 標标 準准 繳缴 蓋盖 棄弃 國国 動动 遷迁 還还 區区 園园 樓楼 盤盘 屬属 職职 獲获 榮荣 譽誉 獎奖 歸归
產产 築筑 總总 報报 實实 際际 處处 縣县 錄录 簡简 數数 說说 説说 負负 責责 審审 級级 質质 現现 場场 詳详 細细
開开 發发 體体 點点 領领 執执 結结 驗验 創创 優优 範范 礎础 續续 義义 對对 鑒鉴 舉举 徵征 彙汇 匯汇 問问 題题
診诊 斷断 決决 啟启 啓启 紹绍 況况 兩两 貳贰 參叁 陸陆 億亿 軍军 舊旧 營营 萬万 層层 邊边 萊莱 棟栋 戶户 員员
團团 閉闭 險险 無无 書书 額额 經经 辦办 從从 與与 關关 見见 廠厂 礦矿 農农 濟济 適适 違违 條条
"""
_SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}


def simplified(text: str) -> str:
    """Return a text of the same length with the traditional characters of labels and units as simplified ones."""
    return text if text.isascii() else text.translate(_SIMPLIFIED)
