"""Is a policy fit to decide, and how does its table travel to and from other engines? Asked on the command line."""

from __future__ import annotations

import json as json_text
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.check.conduct.words import ActorRole, Product
from arrears.cli.clock import today
from arrears.cli.documents import text_of
from arrears.cli.options import JsonOption, LanguageOption
from arrears.cli.showing import results, show_json
from arrears.core.problems import AnswerIsNo, BadData
from arrears.core.reasons import Sentence
from arrears.engine.use_cases import policy_tables
from arrears.engine.use_cases.policy_checking import SEVERITY_WORDS, Asked, checked

NOTHING = Sentence("Nothing was found.", "未发现问题。")
COUNTED = Sentence("{faults} faults, {warnings} warnings, {notes} notes.", "错误 {faults} 项，警告 {warnings} 项，提示 {notes} 项。")
PlacesOption = Annotated[tuple[str, ...], Parameter(name="--place", help="Ask the rules of conduct of this place too (ISO 3166, the country among them); may be given several times.")]
ZonesOption = Annotated[tuple[str, ...], Parameter(name="--zone", help="IANA zone of the persons, where a place is named.")]


def policy_check(
    file: Path, /, *, place: PlacesOption = (), zone: ZonesOption = (), actor: ActorRole = ActorRole.CREDITOR_OWN_NAME, product: Product = Product.CONSUMER_LOAN,
    language: LanguageOption = "en", json: JsonOption = False,
) -> None:  # fmt: skip
    """What is wrong, doubtful or worth a second look in a policy file? No case is touched. Exit code 1 where it has a fault.

    Examples:
      arrears policy check my_policy.yaml
      arrears policy check my_policy.yaml --place CN --zone Asia/Shanghai
      arrears policy check my_policy.yaml --language zh --json
    """
    done = checked(text_of(file), file.name, today(), Asked(frozenset(place), tuple(zone), actor, product))
    if json:
        show_json({"policy": done.name, "version": done.version, "findings": [asdict(one) for one in done.findings]})
    else:
        for one in done.findings:
            results.print(f"{SEVERITY_WORDS[one.severity].in_language(language)}  {one.where}", style="bold" if one.severity == "fault" else None)
            results.print(f"  {one.why.in_language(language)}")
            results.print(f"  {one.remedy.in_language(language)}")
        told = COUNTED.in_language(language).format(faults=done.count("fault"), warnings=done.count("warning"), notes=done.count("note"))
        results.print(told if done.findings else NOTHING.in_language(language))
    if not done.is_fit:
        raise AnswerIsNo(f"{file.name} is not fit to decide.", "A policy with faults decides no case.", "Mend what is marked as a fault and check again.")


def policy_export(file: Path, /, *, jdm: Path) -> None:
    """Write a policy's table as a JSON Decision Model, for other rule engines. What has no equal there is refused by name.

    Examples:
      arrears policy export my_policy.yaml --jdm my_policy.json
    """
    jdm.write_text(policy_tables.exported(text_of(file), file.name), encoding="utf-8")
    results.print(f"{jdm}")


def policy_import(file: Path, /, *, into: Path, output: Path) -> None:
    """Take the rows of a JSON Decision Model into a policy: its treatments stay, its rows are replaced. What has no equal here is refused by name.

    Examples:
      arrears policy import table.json --into my_policy.yaml --output new_policy.yaml
    """
    try:
        graph = json_text.loads(text_of(file))
    except ValueError as trouble:
        raise BadData(f"{file.name} is not JSON: {trouble}", "No row can be read.", "Export the table again.") from trouble
    output.write_text(policy_tables.imported(graph, text_of(into), into.name), encoding="utf-8")
    results.print(f"{output}")
