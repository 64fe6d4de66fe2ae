"""What is asked before any lender's table: what protects a person?

These are not the lender's to edit. A hold in force, or contacts nobody can count, means that nothing reaches out to this person until
a colleague has looked; the reason says so. (The law's own gate, permit by permit, comes after this and never instead of it.)
"""

from __future__ import annotations

from arrears.core.reasons import Sentence
from arrears.decide.policy.table import Treatment

HOLD_RULE = "guard:hold"
UNKNOWN_CONTACTS_RULE = "guard:contact_history_unknown"

HOLD_RESPECTED = Treatment("hold_respected", Sentence("No contact: a hold is in force", "不联系：存在生效的暂停事由"), "none", contact=False, automatic=False)
ASK_FOR_HISTORY = Treatment(
    "ask_for_contact_history", Sentence("No contact until earlier contacts are known", "查明既往联系记录前不联系"), "none", contact=False, automatic=False
)
GUARD_TREATMENTS = (HOLD_RESPECTED, ASK_FOR_HISTORY)

HOLD_REASON = Sentence(
    "A hold is in force ({hold_kinds}), so nothing reaches out to this person; its owner decides what comes next.",
    "存在生效的暂停事由（{hold_kinds}），暂不联系；由该事由的负责人决定后续。",
)
UNKNOWN_CONTACTS_REASON = Sentence(
    "Nobody knows how often this person was contacted in the last 30 days, so no contact is made; ask the earlier system for its contact log.",
    "近 30 天的联系次数不详，暂不联系；请先向原系统索取联系记录。",
)
HELD_QUEUE = "held"
