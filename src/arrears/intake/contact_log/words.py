"""Which words do contact logs use, for their columns and in them?

Lists to read and to add to, written as `plain` makes them (small letters, no blanks, no punctuation); English and Chinese. What the books of
lenders call a person or an account is known already and is taken from there.
"""

from __future__ import annotations

from collections.abc import Mapping

from arrears.intake.book.trade_words import WORDS as BOOK_WORDS

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "who": ("who", "person", "personid", "debtor", "customer", "客户", *BOOK_WORDS["party"]),
    "when": (
        *("when", "datetime", "timestamp", "calltime", "callstart", "callstarttime", "starttime", "contacttime", "calldatetime", "contactdatetime", "startedat", "time"),
        *("时间", "拨打时间", "呼叫时间", "通话时间", "联系时间", "开始时间", "催收时间", "外呼时间", "发送时间"),
    ),
    "date": ("date", "calldate", "contactdate", "日期", "拨打日期", "呼叫日期", "联系日期", "催收日期"),
    "channel": ("channel", "medium", "contacttype", "calltype", "contactchannel", "渠道", "方式", "联系方式", "催收方式", "触达方式", "联系渠道"),
    "outcome": (
        *("outcome", "result", "disposition", "dispositioncode", "callresult", "callstatus", "callresultcode", "status", "contactresult"),
        *("结果", "呼叫结果", "通话结果", "拨打结果", "联系结果", "催收结果", "接通状态", "通话状态", "状态"),
    ),
    "direction": ("direction", "inout", "calldirection", "inboundoutbound", "方向", "呼叫方向", "通话方向", "呼入呼出"),
    "to": ("to", "towhom", "recipient", "relation", "relationship", "calledperson", "contactperson", "对象", "联系对象", "催收对象", "联系人关系", "与客户关系", "与借款人关系", "关系"),
    "purpose": ("purpose", "reason", "callpurpose", "目的", "联系目的", "用途"),
    "point": (
        *("point", "number", "phone", "phonenumber", "dialed", "dialled", "dialednumber", "diallednumber", "numberdialed", "callednumber", "calledno", "address"),
        *("号码", "被叫号码", "电话号码", "联系号码", "拨打号码", "手机号", "手机号码", "联系电话", "被叫"),
    ),
    "debt": ("debt", "debts", *BOOK_WORDS["account"]),
    "party": ("party", "agency", "vendor", "collector", "collectionagency", "机构", "催收机构", "委外机构", "外包公司", "委外公司", "催收公司"),
    "agent": ("agent", "agentid", "agentname", "user", "userid", "operator", "employee", "employeeid", "坐席", "坐席工号", "坐席编号", "催收员", "催收员工号", "员工号", "工号", "操作员"),
    "place": ("place", "places", "state", "country", "countrycode", "jurisdiction", "地区代码", "所在地", "地区"),
    "zone": ("zone", "zones", "timezone", "tz", "时区"),
    "said": ("said", "marks", "disclosures", "告知内容", "告知事项", "内容标记"),
    "kind": ("kind", "event", "eventtype", "what", "happened", "事件", "事件类型", "事项"),
    "until": ("until", "validto", "enddate", "expires", "截止日期", "有效期至", "到期日"),
}
"""What a column is → the headings that logs give it."""

CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "channel": {
        "call": ("call", "phone", "telephone", "dial", "voice", "manualcall", "phonecall", "电话", "人工外呼", "呼叫", "外呼", "人工电话"),
        "voice_bot": ("voicebot", "bot", "ivr", "robot", "ai", "aicall", "robocall", "autodial", "智能外呼", "机器人", "语音机器人", "ai外呼", "机器人外呼", "智能语音"),
        "voicemail": ("voicemail", "ringless", "ringlessvoicemail", "语音信箱", "语音留言"),
        "text": ("text", "sms", "textmessage", "短信", "短消息"),
        "email": ("email", "mail", "邮件", "电子邮件"),
        "chat": ("chat", "webchat", "app", "inapp", "在线客服", "站内信"),
        "letter": ("letter", "post", "postal", "信函", "函件", "催收函", "律师函"),
        "visit": ("visit", "fieldvisit", "field", "外访", "上门", "上门催收", "实地催收"),
        "calling_card": ("callingcard",),
        "social_message": ("socialmessage", "wechat", "whatsapp", "微信"),
        "social_post": ("socialpost",),
    },
    "outcome": {
        "conversation": (
            *("conversation", "spoke", "talked", "rpc", "rightpartycontact", "rightparty", "ptp", "promise", "promisetopay", "refusedtopay", "callback"),
            *("通话", "有效通话", "有效沟通", "接通有效", "承诺还款", "已沟通", "拒绝还款"),
        ),
        "connected": ("connected", "answered", "answer", "contact", "接通", "已接通", "接听", "已接听"),
        "dropped": ("dropped", "abandoned", "abandon", "hungup", "hangup", "挂断", "掉线", "中断", "拒接"),
        "no_answer": ("noanswer", "na", "unanswered", "ringing", "rang", "notanswered", "missed", "未接", "无人接听", "未接通", "无应答", "未接听", "关机", "无法接通"),
        "voicemail": ("voicemail", "machine", "answeringmachine", "am", "leftmessage", "leftvoicemail", "语音信箱", "留言"),
        "busy": ("busy", "engaged", "占线", "忙线", "用户忙", "忙音"),
        "not_in_service": ("notinservice", "invalid", "invalidnumber", "disconnected", "disconnectednumber", "wrongnumber", "空号", "停机", "号码无效"),
        "sent": ("sent", "delivered", "posted", "已发送", "发送成功", "已送达", "送达", "成功"),
    },
    "direction": {
        "out": ("out", "outbound", "outgoing", "o", "ob", "呼出", "去电", "外呼", "主叫"),
        "in": ("in", "inbound", "incoming", "i", "ib", "呼入", "来电", "被叫"),
    },
    "to": {
        "debtor": ("debtor", "customer", "client", "self", "borrower", "cardholder", "本人", "借款人", "客户本人", "持卡人"),
        "spouse": ("spouse", "wife", "husband", "partner", "配偶", "妻子", "丈夫"),
        "co_debtor": ("codebtor", "coborrower", "共同借款人"),
        "guarantor": ("guarantor", "担保人", "保证人"),
        "guardian": ("guardian", "监护人"),
        "executor": ("executor", "遗产管理人"),
        "listed_contact": ("listedcontact", "emergencycontact", "reference", "联系人", "紧急联系人", "预留联系人"),
        "relative": ("relative", "parent", "mother", "father", "sibling", "child", "family", "亲属", "父母", "父亲", "母亲", "子女", "兄弟姐妹", "家人"),
        "housemate": ("housemate", "roommate", "室友"),
        "neighbour": ("neighbour", "neighbor", "邻居"),
        "employer": ("employer", "work", "company", "hr", "单位", "工作单位", "雇主"),
        "stranger": ("stranger", "friend", "colleague", "other", "thirdparty", "朋友", "同事", "同学", "其他", "第三人", "第三方"),
        "unidentified": ("unidentified", "unknown", "未知", "不详", "身份不明"),
        "adviser": ("adviser", "advisor", "lawyer", "attorney", "律师", "顾问", "代理人"),
    },
    "purpose": {
        "collection": ("collection", "collections", "dunning", "debt", "催收", "催缴", "还款"),
        "reminder": ("reminder", "duereminder", "提醒", "还款提醒", "到期提醒"),
        "answer": ("answer", "reply", "callback", "回复", "答复", "回访"),
        "receipt": ("receipt", "confirmation", "确认", "回执"),
        "statutory_notice": ("statutorynotice", "notice", "legalnotice", "法定通知", "通知"),
        "location": ("location", "skiptrace", "skiptracing", "locate", "查找", "失联修复"),
    },
    "kind": {
        "cease_request": ("ceaserequest", "cease", "stop", "stopcontact", "donotcontact", "停止催收", "停止联系", "要求停止联系"),
        "consent": ("consent", "同意", "授权"),
        "consent_withdrawn": ("consentwithdrawn", "withdrawal", "撤回同意", "撤销授权"),
        "channel_ruled_out": ("channelruledout", "optout", "unsubscribe", "退订"),
        "dispute": ("dispute", "异议", "争议"),
        "complaint": ("complaint", "投诉"),
        "adviser_acts": ("adviseracts", "represented", "lawyeracts", "律师代理", "代理人介入"),
        "deceased": ("deceased", "death", "死亡", "身故"),
        "insolvency": ("insolvency", "bankruptcy", "破产", "个人破产"),
        "hardship": ("hardship", "经济困难", "困难"),
        "moratorium": ("moratorium", "breathingspace"),
        "paid_in_full": ("paidinfull", "settled", "结清", "已结清"),
        "part_payment": ("partpayment", "payment", "部分还款", "还款"),
        "placement_notice": ("placementnotice", "委外告知", "转让通知"),
        "visit_notice": ("visitnotice", "外访告知"),
    },
}
"""What a cell means → what logs write. The codes of our own are known besides."""
