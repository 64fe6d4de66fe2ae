"""What does each figure on which a rule rests ask, in Chinese? The English question stands with the figure in the rule packs."""

from __future__ import annotations

from collections.abc import Mapping

from arrears.core.reasons import Sentence

FIGURE_QUESTIONS_ZH: Mapping[str, str] = {
    "cn_npl_pilot_until": "个人不良贷款批量转让试点至哪一日止？",
    "cn_association_contact_opens": "按协会指引，未经债务人同意，每日自几时起可以催收？",
    "cn_association_contact_closes": "按协会指引，未经债务人同意，每日自几时起不得再催收？",
    "cn_lost_attempts": "连续多少次电话无人接听，次日起视为失联？",
    "cn_lost_days": "连续多少日无人接听，即视为失联？",
    "cn_unanswered_calls_daily": "同一号码每日未接通的拨打不超过多少次？",
    "cn_consumer_finance_record_min_keep": "消费金融公司的催收记录至少保存多少年？",
    "cn_complaint_complex_days": "情况复杂的投诉应在多少日内答复？",
    "cn_complaint_extended_days": "情况特别复杂、经批准延期的投诉，总共应在多少日内答复？",
    "cn_complaint_days": "一般投诉应在多少日内答复？",
    "cn_card_record_min_keep": "信用卡催收记录至少保存多少年？",
    "cn_agency_evaluation_years": "对外包机构的评估多久后须重新进行？",
    "cn_contact_opens": "双方未约定时，每日自几时起可以催收？",
    "cn_contact_closes": "双方未约定时，每日自几时起不得再催收？",
    "cn_collection_record_min_keep": "按国家标准，催收记录至少保存多少年？",
    "cn_interactive_calls_daily": "对同一债务人每日主动有效通话不超过多少次？",
    "cn_informative_calls_daily": "机构及其受托方合计，对同一债务人每日告知式语音不超过多少次？",
    "cn_impact_assessment_years": "个人信息保护影响评估报告保存多少年？",
    "cn_negative_entry_years": "不良行为终止后，不良信息可展示多少年？",
    "cn_credit_objection_days": "对信用记录的异议应在多少日内答复？",
    "cn_repair_arose_from": "逾期信息自哪一日起产生的，可一次性修复？",
    "cn_repair_arose_to": "逾期信息至哪一日止产生的，可一次性修复？",
    "cn_repair_at_most_minor": "单笔逾期金额最多多少，可一次性修复？",
    "cn_repair_paid_by": "须在哪一日前足额偿还，方可一次性修复？",
    "cn_repair_early_paid_by": "哪一日前已偿还的，自修复首日起不再展示？",
    "cn_repair_early_hidden_from": "提前偿还的，自哪一日起不再展示？",
    "house_contact_opens": "每日自几时起可以联系当事人？",
    "house_contact_closes": "每日自几时起不得再联系当事人？",
    "house_calls_in_window": "期间内就同一债务对同一人最多拨打多少次？",
    "house_call_window_days": "计算拨打次数的期间为连续多少日？",
    "house_conversation_days": "通话后（通话当日为第一日）连续多少日内不再拨打？",
    "house_messages_daily": "对同一人每日最多发送多少条消息？",
    "in_contact_opens": "每日自几时起可以为追收致电借款人？",
    "in_contact_closes": "每日自几时起不得再为追收致电借款人？",
    "uk_crisis_days_after_treatment": "治疗结束后多少日内，心理健康危机喘息期仍予保护？",
    "uk_moratorium_days": "标准喘息期（首日计入）保护多少日？",
    "uk_moratorium_again_months": "同一人两次标准喘息期之间须相隔多少个月？",
    "uk_review_from_day": "顾问自标准喘息期第几日起可以复核？",
    "uk_review_to_day": "顾问至标准喘息期第几日止可以复核？",
    "uk_advice_hold_days": "债务顾问协助制定还款计划时，暂停主动追收多少日？",
    "uk_contact_opens": "本机构认为每日自几时起属合理的联系时间？",
    "uk_contact_closes": "本机构认为每日自几时起属不合理的联系时间？",
    "uk_contract_limitation_years": "在英格兰、威尔士和北爱尔兰，普通合同之诉多少年后时效届满？",
    "uk_claim_notice_days": "协商未成的，起诉前须提前多少日通知债务人？",
    "uk_claim_reply_days": "发出索赔函后，须等待答复多少日？",
    "uk_claim_after_reply_days": "债务人在答复中要求文件或咨询意见的，须再等待多少日？",
    "uk_scotland_prescription_years": "在苏格兰，金钱给付义务多少年后消灭？",
    "uk_scotland_long_stop_years": "在苏格兰，债务无论如何多少年后消灭？",
    "us_bankruptcy_report_years": "破产信息可报告多少年？",
    "us_credit_report_start_days": "导致催收或核销的逾期开始后多少日，报告年限起算？",
    "us_credit_report_years": "催收或核销信息可报告多少年？",
    "us_delinquency_date_days": "报送逾期账户后，须在多少日内告知逾期开始的年月？",
    "us_ma_contacts": "在马萨诸塞州，期间内就同一债务最多联系消费者多少次？",
    "us_ma_window_days": "该期间为连续多少日？",
    "us_ma_contacts_elsewhere": "在马萨诸塞州，期间内就同一债务在住所和移动电话以外最多联系消费者多少次？",
    "us_ma_window_days_elsewhere": "该期间为连续多少日？",
    "us_nyc_contacts": "在纽约市，期间内就同一账户以各种渠道合计最多联系及尝试多少次？",
    "us_nyc_window_days": "该期间为连续多少日？",
    "us_nyc_contacts_before": "在纽约市，规则修订前，期间内就同一债务最多联系多少次？",
    "us_nyc_window_days_before": "该期间当时为连续多少日？",
    "us_nys_disclosure_days": "首次联系后多少日内须发出纽约州规定的披露？",
    "us_contact_opens": "按消费者当地时间，收债人每日几时之后可以联系？",
    "us_contact_closes": "按消费者当地时间，收债人须在每日几时之前联系？",
    "us_attorney_silence_days": "律师多少日未答复后，可以再联系消费者？",
    "us_text_volume": "期间内向同一人发送多少条消息，本机构视为以数量骚扰？",
    "us_text_volume_days": "计算消息数量的期间为连续多少日？",
    "us_recording_min_keep": "通话后录音保存多少年？",
    "us_collection_record_min_keep": "最后一次催收活动后，催收记录保存多少年？",
    "us_call_cap": "期间内就同一债务对同一人拨打多少次后，再拨打一次即推定违规？",
    "us_call_window_days": "拨打次数上限的期间为连续多少日？",
    "us_call_consent_days": "事先同意（当日为第一日）在连续多少日内使通话不计入次数？",
    "us_conversation_days": "电话交谈后（当日为第一日）连续多少日内再拨打即推定违规？",
    "us_furnish_wait_days": "就债务发出信函或消息后，须经过连续多少日方可报送消费者报告机构？",
    "us_validation_within_days": "首次联系后多少日内须发出债务确认通知？",
    "us_validation_arrives_days": "发出后多少日（周六、周日及公共假日不计）可推定确认通知已送达？",
    "us_validation_period_days": "收到后多少日确认期届满？",
    "us_service_stay_days": "对服役人员的诉讼中止至少多少日？",
    "us_service_notice_days": "服役结束后多少日内，服役人员仍可书面申请该利率？",
    "us_service_mortgage_years_after": "服役结束后多少年内，按揭仍适用该利率？",
    "us_tcpa_withdrawal_days": "撤回对自动电话和短信的同意，最迟须在多少日内执行？",
    "us_tcpa_federal_opens": "按被叫人当地时间，此类电话每日自几时起可以拨打？",
    "us_tcpa_federal_closes": "按被叫人当地时间，此类电话须在每日几时之前拨打？",
    "us_tcpa_federal_calls": "为催收联邦债务，期间内对同一号码最多自动拨打多少次？",
    "us_tcpa_federal_window_days": "该期间为连续多少日？",
    "us_tcpa_landline_calls": "未经同意，期间内以人工合成或预录语音拨打住宅电话最多多少次？",
    "us_tcpa_landline_window_days": "该期间为连续多少日？",
}
"""By the name of the figure. Every figure of every rule has one; a lender's own, of a rule of its own, is asked as it wrote it."""


def figure_question(name: str, question: str) -> Sentence:
    """What does this figure ask, in both languages?

    >>> figure_question("us_call_cap", "How many?").zh
    '期间内就同一债务对同一人拨打多少次后，再拨打一次即推定违规？'
    >>> figure_question("our_own_days", "How many days?").zh
    'How many days?'
    """
    return Sentence(question, FIGURE_QUESTIONS_ZH.get(name, question))
