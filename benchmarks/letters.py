"""How many letters a second are set, with an embedded Chinese font, and put into the printer's folder?

One-page letters in Chinese with window address, QR code and page number, PDF/A-2a, as the dispatch hands them over: in chunks of fifty, each chunk one
document, files synced to the disk. Two processes, as `arrears work` has them on two cores (bar 200/s). Processor time is measured beside the wall
clock, since a busy machine lends less of it. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CHUNK = 50
SURNAMES, NAMES, ROADS = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "静伟芳娜敏秀英丽强磊军洋勇艳杰娟涛明超霞平刚桂", "漕溪徐汇淮海延安南京衡山复兴长宁虹桥中山"
TEXT = """尊敬的{name}：

您尾号{tail}的贷款账户截至2026年11月23日有一期款项 {amount} 元尚未支付，应还日为2026年10月{day}日。如果您已经付款，请忽略本函。

如果您目前有困难，请与我们联系：我们可以一起商量分期、延期或者其他办法。您也可以对金额提出异议，或者要求我们不再以信函与您联系。

我们的电话印在您的合同和卡片上。我们绝不会向您索要密码或短信验证码。

此致
海港银行客户服务部"""


def letter(number: int) -> object:
    """A letter to somebody made up."""
    from arrears.act.sending import Outgoing
    from arrears.core.ids import id_text

    name = SURNAMES[number % 16] + NAMES[number % 23] + NAMES[number // 23 % 23]
    road = ROADS[number % 19] + ROADS[number // 7 % 19]
    text = TEXT.format(name=name, tail=f"{number % 10_000:04d}", amount=f"{number % 9_000 + 100:,}.{number % 100:02d}", day=number % 28 + 1)
    address = f"{name}\n上海市徐汇区{road}路{number % 900 + 1}号{number % 30 + 1}室\n2000{number % 100:02d} 上海"
    return Outgoing(number + 1, id_text(number + 1), address, "关于您的贷款账户", text, "zh-CN")


def print_letters(folder: str, first: int, count: int) -> tuple[float, int]:
    """Print so many letters in this process; answers processor time and letters taken."""
    from arrears.act.channels.letter.batches import LetterProvider
    from arrears.act.channels.letter.writing import Letterhead, Window
    from arrears.casefile.facts.message import Result
    from arrears.core.codes import code_of

    head = Letterhead(("海港银行股份有限公司", "上海市浦东新区滨江大道1号", "200120 上海"), Window.DIN, "https://bank.example/v/")
    provider = LetterProvider("print", Path(folder), head, lambda one: code_of("secret", one), lambda: AT, ZoneInfo("Asia/Shanghai"))
    provider.ready()
    began, taken = time.process_time(), 0
    for start in range(first, first + count, CHUNK):
        chunk = [letter(number) for number in range(start, min(start + CHUNK, first + count))]
        taken += sum(answer.result is Result.TAKEN for answer in provider.send(chunk))  # type: ignore[arg-type]
    return time.process_time() - began, taken


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    asked = parser.parse_args()
    share = asked.letters // asked.processes
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(asked.processes) as hands:
        warm = list(hands.map(print_letters, [folder] * asked.processes, [10_000_000 + 1_000 * n for n in range(asked.processes)], [CHUNK] * asked.processes))
        began = time.perf_counter()
        done = list(hands.map(print_letters, [folder] * asked.processes, [share * n for n in range(asked.processes)], [share] * asked.processes))
        took = time.perf_counter() - began
        written = sum(file.stat().st_size for file in Path(folder).rglob("*.pdf"))
    letters = sum(taken for *_, taken in done)
    processor = sum(seconds for seconds, *_ in done)
    assert letters == share * asked.processes and len(warm) == asked.processes
    print(json.dumps({
        "letters": letters, "processes": asked.processes, "letters_per_second": round(letters / took), "processor_ms_a_letter": round(1000 * processor / letters, 2),
        "letters_per_second_of_two_whole_cores": round(2 * letters / processor), "bytes_a_letter": round(written / (letters + CHUNK * asked.processes)),
    }))


if __name__ == "__main__":
    main()
