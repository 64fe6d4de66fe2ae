"""What do the codes in the files say to a person?

Pure: codes in, words out, in both languages. A code that nobody named yet is shown as it is, never hidden.
"""

from __future__ import annotations

from collections.abc import Mapping

from arrears.casefile.facts.hold_words import HOLD_WORDS, MAY_LIFT_WORDS
from arrears.check.approvals.kinds import WEIGHTY
from arrears.core.buckets import bucket_sentence, bucket_short_sentence
from arrears.core.reasons import Language, Sentence
from arrears.decide.capacity.work import WORK_WORDS, Work

QUEUES: Mapping[str, Sentence] = {
    "people": Sentence("For people", "人工处理"),
    "automatic": Sentence("Automatic", "自动处理"),
    "held": Sentence("Held", "暂停中"),
    "left_alone": WORK_WORDS[Work.LEFT_ALONE],
    "all": Sentence("All open cases", "全部案件"),
}
WORKS: Mapping[str, Sentence] = {work.value: text for work, text in WORK_WORDS.items()}
"""What is done today where work was assigned within capacity, in the order in which it is looked at."""
HOLDS: Mapping[str, Sentence] = {
    **{kind.value: text for kind, text in HOLD_WORDS.items()},
    "restricted": Sentence("Restricted to storage", "仅限存储"),
}
CHANNELS: Mapping[str, Sentence] = {
    "mobile": Sentence("Mobile", "手机"), "landline": Sentence("Landline", "座机"), "email": Sentence("E-mail", "邮箱"), "post": Sentence("Post", "信函"),
    "sms": Sentence("SMS", "短信"), "phone": Sentence("Phone", "电话"), "call": Sentence("Phone", "电话"), "letter": Sentence("Letter", "信函"),
    "voice": Sentence("Voice call", "语音"), "visit": Sentence("Visit", "上门"), "chat": Sentence("Chat", "在线聊天"),
    "none": Sentence("No contact", "不联系"), "": Sentence("No contact", "不联系"),
}
OUTCOMES: Mapping[str, Sentence] = {
    "promise_to_pay": Sentence("promised to pay", "承诺还款"), "no_answer": Sentence("no answer", "无人接听"),
    "refused_to_pay": Sentence("refused to pay", "拒绝还款"), "reached": Sentence("reached", "已联系上"), "delivered": Sentence("delivered", "已送达"), "message_delivered": Sentence("message delivered", "信息已送达"),
    "wrong_number": Sentence("wrong number", "号码有误"), "third_party": Sentence("somebody else answered", "他人接听"),
    "call_back_requested": Sentence("asked to be called back", "要求回电"), "left_message": Sentence("message left", "已留言"),
    "hardship_stated": Sentence("spoke of hardship", "说明有困难"), "disputed": Sentence("disputes the debt", "提出异议"),
}
KINDS: Mapping[str, Sentence] = {"person": Sentence("Person", "个人"), "organisation": Sentence("Organisation", "企业")}
ROLE_WORDS: Mapping[str, Sentence] = {
    "administrator": Sentence("Administrator", "管理员"), "manager": Sentence("Manager", "主管"),
    "collector": Sentence("Collector", "催收员"), "auditor": Sentence("Auditor", "审计员"),
    "compliance": Sentence("Compliance", "合规"),
}
STANDINGS: Mapping[str, Sentence] = {
    "open": Sentence("waits", "待审批"), "approved": Sentence("approved", "已批准"), "refused": Sentence("refused", "已驳回"),
    "withdrawn": Sentence("taken back", "已撤回"), "expired": Sentence("expired", "已过期"),
}
"""How a request for approval stands (`check.approvals.outcome.Standing`)."""
WEIGHTY_DECISIONS: Mapping[str, Sentence] = {code: kind.label for code, kind in WEIGHTY.items()}
REVIEW_OUTCOMES: Mapping[str, Sentence] = {
    "upheld": Sentence("the decision stays", "维持原决定"), "changed": Sentence("the decision falls", "撤销原决定"),
}
SHOW_REASONS: Mapping[str, Sentence] = {
    "working_the_case": Sentence("to work on the case", "处理案件"), "person_asked": Sentence("the person asked", "本人来电或来访"),
    "checking_data": Sentence("to check the data", "核对数据"), "complaint": Sentence("to answer a complaint or an authority", "答复投诉或监管"),
    "audit": Sentence("to audit", "审计检查"),
}
"""For what somebody opens personal data (`casefile.facts.privacy.ShowReason`), in the order of the list."""
ALERTS: Mapping[str, Sentence] = {
    "new_overdue": Sentence("Newly overdue", "新入催"), "worse_bucket": Sentence("Got worse", "逾期加重"),
    "first_payment_default": Sentence("First payment missed", "首逾"), "broken_pattern": Sentence("Broke the pattern", "还款规律中断"),
    "likely_to_miss": Sentence("Likely to miss", "可能逾期"), "returned_debit": Sentence("Payment taken back", "扣款退回"),
}
RECORD_ALARMS: Mapping[str, Sentence] = {
    "gap": Sentence("numbers of the log are missing", "日志编号有缺失"),
    "missing": Sentence("a sealed entry is gone", "已封存的分录不见了"),
    "altered": Sentence("a sealed entry was altered", "已封存的分录被改动"),
    "rewritten": Sentence("the history no longer fits what was signed", "历史与已签署的内容不符"),
    "cut_off": Sentence("the end of the log was removed", "日志末尾被截去"),
    "head_missing": Sentence("a signed head is gone from the database", "数据库中缺少已签署的树头"),
    "forged": Sentence("a head does not bear our signature", "有树头不是本机构签署"),
    "not_sealed": Sentence("an entry was taken out of the queue", "有分录被移出待封存队列"),
    "stamp": Sentence("a time-stamp does not hold", "有时间戳不成立"),
    "chain": Sentence("a chain of entries is broken", "分录链断裂"),
    "fact": Sentence("a fact and its entry do not fit", "事实与其分录不符"),
}
ALERT_STATES: Mapping[str, Sentence] = {
    "new": Sentence("new", "新增"), "open": Sentence("open", "待处理"), "acknowledged": Sentence("acknowledged", "已确认"),
    "escalated": Sentence("escalated", "已升级"), "resolved": Sentence("resolved", "已解除"),
}
CONSENT: Mapping[str, Sentence] = {
    "given": Sentence("consent given", "已同意"), "withdrawn": Sentence("consent withdrawn", "已撤回同意"), "unknown": Sentence("consent unknown", "同意情况不详"),
}
REGIONS: Mapping[str, Sentence] = {"other": Sentence("other", "其他")}
BOOK_TABLES: Mapping[str, Sentence] = {
    "parties": Sentence("parties", "客户"), "protected": Sentence("protected", "受保护特征"), "accounts": Sentence("accounts", "账户"),
    "account_parties": Sentence("account parties", "共同债务人"), "instalments": Sentence("instalments", "分期"), "receivables": Sentence("receivables", "应收款"),
    "statements": Sentence("statements", "账单"), "payments": Sentence("payments", "还款"), "pauses": Sentence("pauses", "停计"),
    "contact_points": Sentence("contact points", "联系方式"), "holds": Sentence("holds", "暂停事由"), "consents": Sentence("consents", "同意"),
    "contact_history": Sentence("contact history", "联系记录"),
}
PRODUCTS: Mapping[str, Sentence] = {
    "consumer_loan": Sentence("Consumer loan", "消费贷"), "small_ticket": Sentence("Small-ticket loan", "小额贷"), "car_loan": Sentence("Car loan", "车贷"),
    "car": Sentence("Car loan", "车贷"), "education": Sentence("Education loan", "教育贷"), "education_loan": Sentence("Education loan", "教育贷"),
    "business": Sentence("Business loan", "经营贷"), "business_loan": Sentence("Business loan", "经营贷"), "credit_card": Sentence("Credit card", "信用卡"),
    "home_improvement": Sentence("Home improvement loan", "装修贷"), "loan": Sentence("Loan", "贷款"), "invoice": Sentence("Invoice", "发票"),
    "appliance": Sentence("Appliance instalments", "家电分期"), "phone": Sentence("Phone instalments", "手机分期"), "several": Sentence("Several products", "多种产品"), "other": Sentence("Other products", "其他产品"),
    "medical": Sentence("Medical instalments", "医疗分期"), "renovation": Sentence("Renovation loan", "装修贷"), "rent": Sentence("Rent loan", "租房贷"),
}
EVENTS: Mapping[str, Sentence] = {
    "opened": Sentence("Case opened", "立案"), "closed": Sentence("Case closed", "结案"), "reopened": Sentence("Case opened again", "重新立案"),
}
EVIDENCE: Mapping[str, Sentence] = {
    "recording": Sentence("Recording", "录音录像"), "message": Sentence("Message", "短信或聊天记录"), "receipt": Sentence("Receipt", "回执或凭证"), "letter": Sentence("Letter", "信函"),
    "photograph": Sentence("Photograph", "照片"), "minutes": Sentence("Minutes", "笔录"), "contract": Sentence("Contract", "合同"), "statement": Sentence("Statement", "对账单或陈述"),
    "identity": Sentence("Identity or authority", "身份或授权证明"), "court": Sentence("Court document", "司法文书"), "other": Sentence("Other", "其他"),
}
EVIDENCE_SOURCES: Mapping[str, Sentence] = {
    "unknown": Sentence("not known", "不详"), "arrears": Sentence("made by this program", "本系统生成"), "staff": Sentence("made by us", "本机构制作"),
    "debtor": Sentence("handed in by the debtor", "债务人提交"), "third_party": Sentence("from somebody else", "第三方提供"),
}
CLOCKS: Mapping[str, Sentence] = {
    "unknown": Sentence("not known", "不详"), "device": Sentence("the device's own clock", "设备自身时钟"), "network": Sentence("a clock kept right over a network", "网络校时"),
    "trusted": Sentence("a time-stamping authority", "可信时间戳"), "stated": Sentence("stated by a person", "由人陈述"),
}
CAPTURE_FACTS: Mapping[str, Sentence] = {
    "captured_at": Sentence("when it was captured", "采集时间"), "clock_source": Sentence("by which clock", "时钟来源"), "device": Sentence("device", "采集设备"), "system": Sentence("system", "采集系统"),
    "operator": Sentence("operator", "操作人"), "source": Sentence("where it comes from", "来源"), "provenance": Sentence("how it was made", "形成过程"),
}


def word(codes: Mapping[str, Sentence], code: str | None, language: Language) -> str:
    """The words of a code; an unnamed one shows itself, readable.

    >>> word(HOLDS, "dispute", "zh"), word(HOLDS, "sea_rescue", "en"), word(HOLDS, None, "en")
    ('债务争议', 'sea rescue', '')
    """
    if code is None:
        return ""
    return codes[code].in_language(language) if code in codes else code.replace("_", " ")


def counted(number: int, what: str, many: str = "") -> str:
    """A number with its English noun, which stands in the plural but for one.

    >>> counted(1, "case"), counted(0, "case"), counted(1200, "day"), counted(2, "person", "people")
    ('1 case', '0 cases', '1,200 days', '2 people')
    """
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def bucket_word(bucket: str | None, language: Language) -> str:
    """How is a bucket called?

    >>> bucket_word("1-30", "en"), bucket_word("181+", "zh"), bucket_word("2m", "zh"), bucket_word("6m+", "en"), bucket_word("current", "zh")
    ('1–30 days', '180 天以上', '2 个月', '6 months or more', '未逾期')
    """
    return bucket_sentence(bucket or "").in_language(language)


def bucket_short(bucket: str, language: Language) -> str:
    """A bucket in the head of a narrow column.

    >>> bucket_short("1-30", "en"), bucket_short("181+", "en"), bucket_short("2m", "zh"), bucket_short("current", "en")
    ('1–30', '>180', '2 个月', 'not late')
    """
    return bucket_short_sentence(bucket).in_language(language)


CONDUCT_CHANNELS: Mapping[str, Sentence] = {
    "call": Sentence("Telephone call", "电话"), "voice_bot": Sentence("Voice bot", "语音机器人"), "voicemail": Sentence("Voicemail", "语音留言"),
    "text": Sentence("Text message", "短信"), "email": Sentence("E-mail", "邮件"), "chat": Sentence("Chat", "在线聊天"), "letter": Sentence("Letter", "信函"),
    "visit": Sentence("Visit", "上门"), "calling_card": Sentence("Calling card", "留言卡"), "social_message": Sentence("Message in a social network", "社交私信"),
    "social_post": Sentence("Post in a social network", "社交公开发帖"), "": Sentence("every channel", "所有渠道"),
}
"""`check.conduct.words.Channel` as a page says it."""
CONDUCT_CHANNEL_OF: Mapping[str, str] = {"mobile": "call", "landline": "call", "email": "email", "post": "letter"}
"""By which of those ways is a contact point of the book reached?"""
POINT_STATES: Mapping[str, Sentence] = {
    "own": Sentence("the person’s own", "本人号码"), "not_known": Sentence("not verified", "未核实"), "shared": Sentence("others answer it too", "与他人共用"),
    "bounced": Sentence("the last message did not arrive", "上次消息未送达"), "invalid": Sentence("does not exist", "无效"), "wrong_party": Sentence("somebody else’s", "属于他人"),
}
"""`assess.contact_points.quality.PointState` as a page says it."""
POINT_MARKS: Mapping[str, Sentence] = {
    "verified": Sentence("It is the person’s own", "确认为本人所有"), "wrong_party": Sentence("It is somebody else’s", "属于他人"), "invalid": Sentence("It does not exist", "无效"),
    "shared": Sentence("Others answer it too", "与他人共用"), "cleared": Sentence("The earlier mark was a mistake", "此前标记有误"),
}
"""`casefile.facts.call.PointMark` as a page says it."""
CALL_GROUPS: Mapping[str, Sentence] = {
    "attempt": Sentence("Nobody answered", "无人应答"), "connect": Sentence("Somebody answered", "有人应答"), "right_party": Sentence("The person, identity made sure of", "本人（已核验身份）"),
}
DIALLER_PROBLEMS: Mapping[str, Sentence] = {
    "no_permit": Sentence("A call without a permit", "无许可的通话"), "unknown_permit": Sentence("A permit we never issued", "并非本系统签发的许可"),
    "before_permit": Sentence("Called before the permit was issued", "许可签发前即拨打"), "after_expiry": Sentence("Called after the permit had expired", "许可过期后拨打"),
    "permit_not_open": Sentence("The permit was good no more when the call was told of", "告知通话时许可已失效"), "second_call": Sentence("A second call under one permit", "同一许可的第二次通话"),
    "late_result": Sentence("Told of only after the permit had expired", "许可过期后才告知结果"), "not_understood": Sentence("A row that cannot be read", "无法读取的行"),
}
"""`casefile.facts.call.DiallerProblem` as a page says it."""
HOLD_SCOPES: Mapping[str, Sentence] = {
    "person": Sentence("the whole person", "整个人"), "debt": Sentence("some debts", "部分债务"), "contact_point": Sentence("one channel or number", "某渠道或号码"),
    "obligor": Sentence("this person alone, not co-debtors or guarantors", "仅本人，不含共同债务人或担保人"),
}
BLOCKED: Mapping[str, Sentence] = {
    "contact": Sentence("contact for the debt", "催收联系"), "automation": Sentence("anything no person decided", "自动处置"), "placement": Sentence("placement outside", "委外"),
    "legal": Sentence("legal steps", "法律程序"), "charges": Sentence("late fees and penalty interest", "滞纳金与罚息"), "credit_report": Sentence("bad credit reports", "报送不良信息"),
}
STILL_ALLOWED: Mapping[str, Sentence] = {
    "statutory_notice": Sentence("notices the law requires", "法定通知"), "answer": Sentence("answers", "答复来询"), "receipt": Sentence("receipts", "收悉回执"),
    "reminder": Sentence("reminders of what is not yet late", "到期前提醒"), "current_liability": Sentence("what falls due now", "当期应付款"),
}
MAY_LIFT: Mapping[str, Sentence] = {kind.value: text for kind, text in MAY_LIFT_WORDS.items()}
REVIEW_RUNGS: Mapping[str, Sentence] = {
    "owner": Sentence("with its owner", "待负责人处理"), "managers": Sentence("risen to the managers", "已上报主管"), "compliance": Sentence("risen to compliance", "已上报合规"),
    "danger": Sentence("in danger: at once", "有危险：立即处理"),
}
CONSENT_TO: Mapping[str, Sentence] = {
    "channel": Sentence("to be reached by a channel or at a number", "同意某渠道或号码"), "time": Sentence("to be reached at these hours", "同意该时段"),
    "frequency": Sentence("to be reached more often", "同意更高频次"), "call_back": Sentence("asks to be called", "要求回电"),
    "electronic_notices": Sentence("to get notices electronically", "同意电子送达"), "third_person": Sentence("that somebody else is spoken to", "同意与第三人沟通"),
    "data_sharing": Sentence("that personal data is shared", "同意共享个人信息"),
}
LATENESS: Mapping[str, Sentence] = {
    "after_late": Sentence("after payment was late", "逾期后"), "before_late": Sentence("before payment was late", "逾期前"), "unknown": Sentence("not known when", "时间不详"),
}
RULED_OUT: Mapping[str, Sentence] = {
    "everything": Sentence("all contact", "全部联系"), "channel": Sentence("a channel or a number", "某渠道或号码"), "time": Sentence("some hours", "某时段"),
    "place": Sentence("a place", "某地点"), "workplace": Sentence("the workplace (the employer forbids it)", "工作单位（雇主禁止）"),
}
PLACES: Mapping[str, Sentence] = {
    "home": Sentence("home", "住所"), "workplace": Sentence("workplace", "工作单位"), "public": Sentence("public places", "公共场所"), "elsewhere": Sentence("elsewhere", "其他地点"),
}
ADVISERS: Mapping[str, Sentence] = {
    "lawyer": Sentence("lawyer", "律师"), "debt_adviser": Sentence("debt adviser", "债务顾问"), "family": Sentence("family", "家属"),
    "commercial": Sentence("company that is paid for it", "收费代理机构"), "other": Sentence("somebody else", "其他人"),
}
NAMED_BY: Mapping[str, Sentence] = {
    "debtor": Sentence("the person says so", "本人告知"), "adviser": Sentence("the adviser says so", "代理人自称"), "authority": Sentence("a court or an authority says so", "法院或机关告知"),
}
AUTHORITY: Mapping[str, Sentence] = {
    "verified": Sentence("authority seen", "授权已核实"), "not_shown": Sentence("asked for, not shown", "要求后未出示"), "denied": Sentence("the person denies it", "本人否认授权"),
}
CONFIDENCE: Mapping[str, Sentence] = {
    "confirmed": Sentence("read in the source", "已核对原文"), "single_source": Sentence("one weak source", "单一弱来源"), "memory": Sentence("from memory", "凭记忆"),
}
