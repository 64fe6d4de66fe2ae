"""Which words does the trade use for the columns of a portfolio file?

A list to read and to add to: per meaning the headings that lenders give it, in English and Chinese, written as `plain` makes them (small
letters, no blanks, no punctuation; some German and French). What is built the same way everywhere (whose, then number, name or kind) is
put together of its parts. `guessing` compares a file's headings with it; there is no other knowledge of words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_PEOPLE = ("customer", "client", "borrower", "debtor", "obligor", "party", "member", "cust", "applicant", "cardholder", "buyer", "payer")
_CONTRACTS = ("account", "acct", "acc", "ac", "loan", "loanaccount", "loanac", "contract", "agreement", "facility", "card", "lease")
_DOCUMENTS = ("invoice", "inv", "document", "doc", "bill")
_PAYMENTS = ("payment", "receipt", "transaction", "txn", "voucher")
_NUMBERS = ("id", "no", "number", "ref", "reference", "code")


def _each(whose: tuple[str, ...], what: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one + other for one in whose for other in what)


WORDS: Mapping[str, tuple[str, ...]] = {
    "party": (
        *_each(_PEOPLE, _NUMBERS), "ucic", "noclient", "codeclient", "numeroclient",
        "customerid", "customernumber", "customerno", "customer", "clientid", "clientno", "clientnumber", "borrowerid", "borrowerno", "debtorid", "debtorno",
        "debtornumber", "partyid", "partynumber", "memberid", "custid", "custno", "cif", "cifno", "kundennummer", "客户号", "客户编号", "客户id", "客户代码",
        "借款人编号", "借款人id", "用户id", "用户编号", "会员号", "户号", "债务人编号",
    ),
    "national_id": ("nationalid", "idcardno", "idnumber", "pan", "身份证号", "身份证号码", "身分证号", "身分证字号", "证件号码", "统一编号"),
    "name": (
        *_each(_PEOPLE, ("name", "fullname")), "raisonsociale", "nomclient", "nomduclient", "持卡人", "持卡人姓名",
        "name", "fullname", "customername", "clientname", "borrowername", "borrower", "debtorname", "companyname", "kundenname", "姓名", "客户姓名", "客户名称", "借款人",
        "借款人姓名", "户名", "名称", "企业名称", "公司名称", "债务人",
    ),
    "kind": (*_each(_PEOPLE, ("type", "kind", "category")), "customertype", "clienttype", "partytype", "partykind", "kind", "entitytype", "客户类型", "客户类别", "主体类型", "客户性质"),
    "region": ("region", "state", "province", "countrycode", "country", "city", "地区", "省份", "所在地", "区域", "城市", "地区代码"),
    "language": ("language", "lang", "preferredlanguage", "语言"),
    "segment": ("segment", "customersegment", "客群", "客户分层", "客户等级"),
    "mobile": ("mobile", "mobilephone", "mobilenumber", "phone", "phonenumber", "telephone", "cellphone", "手机", "手机号", "手机号码", "联系电话", "电话", "移动电话", "行动电话", "tel", "telno", "contacttel", "contactno", "contactnumber", "contactphone"),
    "email": ("email", "emailaddress", "mail", "邮箱", "电子邮箱", "电子邮件", "邮件地址"),
    "address": ("address", "postaladdress", "homeaddress", "street", "地址", "联系地址", "住址", "通讯地址"),
    "account": (
        *_each(_CONTRACTS, _NUMBERS), "lan", "nocontrat", "nodecontrat",
        "accountid", "accountnumber", "accountno", "account", "acctno", "acctid", "loanid", "loannumber", "loanno", "loan", "systemloanid", "contractid", "contractno",
        "contractnumber", "cardno", "cardnumber", "cardid", "facilityid", "vertragsnummer", "借据号", "借据编号", "合同号", "合同编号", "贷款账号", "账号", "账户号", "账户编号",
        "贷款编号", "卡号", "借款编号", "订单号",
    ),
    "product": (*_each(_CONTRACTS, ("type", "product", "kind")), "scheme", "schemename", "product", "productname", "producttype", "productcode", "loantype", "loanproduct", "产品", "产品名称", "产品类型", "产品代码", "贷款品种", "业务品种"),
    "currency": ("currency", "ccy", "curr", "currencycode", "waehrung", "währung", "devise", "币种", "币别", "货币"),
    "opened_on": (
        "drawdowndate", "drawdownon", "sanctiondate", "bookedon", "advancedate", "fundingdate", "fundedon", "agreementdate", "contractdate", "开卡日期", "核发日期",
        "openedon", "opendate", "openeddate", "startdate", "loandate", "disbursedon", "disbursementdate", "disbursaldate", "approveddate", "originationdate", "issuedate",
        "valuedate", "放款日期", "放款日", "发放日期", "起息日", "贷款日期", "借款日期", "开户日期", "开户日", "合同起始日", "贷款发放日",
    ),
    "principal": (
        "amountadvanced", "advanceamount", "sanctionamount", "sanctionedamount", "amountfunded", "fundedamount", "amountlent", "drawdownamount", "disbursementamount",
        "principal", "loanamount", "originalamount", "originalprincipal", "principalamount", "disbursedamount", "amountfinanced", "creditlimit", "limit", "limitbal",
        "贷款金额", "借款金额", "放款金额", "本金", "贷款本金", "合同金额", "授信额度", "信用额度", "借据金额", "额度",
    ),
    "rate": ("coupon", "roi", "rateofinterest", "rate", "interestrate", "rateannual", "annualrate", "apr", "intrate", "年利率", "利率", "执行利率", "贷款利率"),
    "status": ("assetstatus", "assetclassification", "performancestatus", "status", "accountstatus", "loanstatus", "contractstatus", "acctstatus", "状态", "账户状态", "贷款状态", "合同状态", "借据状态"),
    "number": (
        "number", "instalmentno", "installmentno", "instalmentnumber", "installmentnumber", "instalment", "installment", "period", "periodno", "seq", "scheduleno", "term",
        "termno", "期次", "期数", "期号", "当前期数", "还款期数", "期序",
    ),
    "due_on": (
        "payby", "paybydate", "payableby", "payableon", "duebefore", "datedecheance", "echeance", "缴款截止日", "缴款期限", "缴款期限日", "还款截止日",
        "dueon", "duedate", "due", "firstduedate", "paymentduedate", "maturity", "maturitydate", "paymentdue", "fällig", "fälligam", "faelligam", "faelligkeit", "fälligkeit",
        "fälligkeitsdatum", "应还日期", "应还日", "到期日", "到期日期", "还款到期日", "应还款日", "付款到期日", "最后还款日", "应还款日期", "到期还款日", "计划还款日",
    ),
    "principal_due": ("principaldue", "principalamountdue", "dueprincipal", "scheduledprincipal", "应还本金", "应还本金金额", "当期本金", "本期应还本金"),
    "interest_due": ("interestdue", "interest", "dueinterest", "interestamount", "scheduledinterest", "应还利息", "当期利息", "本期应还利息", "利息"),
    "fee_due": ("feedue", "fee", "fees", "feeamount", "servicefee", "应还费用", "手续费", "服务费", "费用"),
    "penalty_due": ("penaltydue", "penalty", "latefee", "latecharge", "penaltyinterest", "罚息", "应还罚息", "违约金", "滞纳金"),
    "document": (
        *_each(_DOCUMENTS, _NUMBERS), "nofacture", "nodefacture", "numerodefacture",
        "invoiceno", "invoicenumber", "invoiceid", "invoice", "documentno", "documentnumber", "docno", "document", "billno", "rechnungsnummer", "rechnungsnr", "belegnummer",
        "发票号", "发票号码", "单据号", "单据编号", "账单号", "应收单号",
    ),
    "issued_on": (
        "issuedon", "billraisedon", "raisedon", "invoicedon", "datedefacture", "datefacture", "invoicedate", "documentdate", "docdate", "billdate", "rechnungsdatum", "belegdatum", "开票日期", "开票日", "单据日期", "发票日期",
    ),
    "disputed_on": ("disputedon", "disputedate", "争议日期", "异议日期"),
    "amount": (
        "grosstotal", "total", "totalgross", "billamount", "montant", "montantttc", "totalttc",
        "amount", "amt", "totaldue", "totalamount", "amountdue", "invoiceamount", "dueamount", "openamount", "grossamount", "betrag", "rechnungsbetrag", "bruttobetrag", "金额",
        "发票金额", "应收金额", "应还金额", "应还总额", "价税合计", "本期应还金额", "当期应还金额", "instalmentamount", "installmentamount", "emi",
    ),
    "settled_on": ("settleddate", "settledon", "closeddate", "closedon", "paidoffdate", "cleareddate", "clearingdate", "bezahltam", "datedereglement", "dateregle", "结清日期", "结清日", "核销日期"),
    "payment": (
        *_each(_PAYMENTS, _NUMBERS), "utrno",
        "paymentid", "paymentno", "paymentnumber", "paymentref", "paymentreference", "receiptno", "receiptnumber", "transactionid", "transactionno", "txnid", "txnno", "reference",
        "ref", "流水号", "交易流水号", "交易流水", "还款流水号", "收款单号", "交易编号", "凭证号",
    ),
    "paid_on": (
        "paidon", "paymentdate", "paiddate", "receiptdate", "receivedon", "transactiondate", "txndate", "postingdate", "bookingdate", "valuedateofpayment", "还款日期", "还款日",
        "实还日期", "交易日期", "入账日期", "收款日期", "到账日期", "实际还款日",
    ),
    "paid": (
        "amountpaid", "paidamount", "paymentamount", "receivedamount", "amountreceived", "receiptamount", "transactionamount", "txnamount", "还款金额", "实还金额", "实还总额",
        "交易金额", "收款金额", "到账金额", "入账金额",
    ),
    "reversal_of": (
        "reversalof", "reversedpaymentid", "reverses", "reversespayment", "originalpaymentid", "originalreceipt", "originaltransaction", "originaltxnid", "takesback",
        "冲正流水", "原流水号", "冲正原流水号", "原交易流水号", "被冲正流水号",
    ),
    "statement_on": ("statementdate", "statementon", "billingdate", "cycledate", "账单日", "账单日期", "出账日", "出账日期", "结账日", "结账日期"),
    "balance": ("statementbalance", "balance", "closingbalance", "currentbalance", "newbalance", "账单余额", "账单金额", "本期账单金额", "余额", "本期余额"),
    "minimum_due": ("最低应缴金额", "最低应缴", "minimumdue", "minpayment", "minimumpayment", "minimumpaymentdue", "mindue", "minimumamountdue", "最低还款额", "最低应还额", "最低应还", "最低还款"),
    "months_past_due": ("monthspastdue", "delinquencystatus", "delqstatus", "cyclesdelinquent", "cyclespastdue", "mob逾期", "逾期期数", "逾期月数", "连续逾期期数"),
    "hold_kind": ("holdkind", "holdtype", "holdreason", "protection", "flagtype", "保护类型", "冻结类型", "停催原因", "停催类型", "暂缓原因"),
    "from_on": ("fromon", "from", "fromdate", "validfrom", "holdfrom", "holdstart", "生效日期", "停催开始日", "停催起始日", "开始日期", "起始日期"),
    "to_on": ("toon", "to", "todate", "validto", "holdto", "holdend", "untildate", "until", "失效日期", "停催结束日", "停催截止日", "结束日期", "截止日期"),
    "role": ("role", "relationship", "partyrole", "角色", "关系", "责任类型"),
}
"""Meaning → headings. The same heading stands under one meaning only (a test says so)."""

CODES: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "person": "person", "individual": "person", "p": "person", "i": "person", "retail": "person", "个人": "person", "自然人": "person", "对私": "person",
        "organisation": "organisation", "organization": "organisation", "company": "organisation", "corporate": "organisation", "business": "organisation",
        "c": "organisation", "o": "organisation", "企业": "organisation", "公司": "organisation", "对公": "organisation", "法人": "organisation", "机构": "organisation",
    },
    "status": {
        "active": "active", "a": "active", "open": "active", "current": "active", "正常": "active", "逾期": "active", "未结清": "active", "活动": "active", "overdue": "active",
        "late": "active", "arrears": "active", "closed": "closed", "c": "closed", "paid": "closed", "paidoff": "closed", "fullypaid": "closed", "settled": "closed",
        "结清": "closed", "已结清": "closed", "关闭": "closed", "销户": "closed", "writtenoff": "written_off", "w": "written_off", "chargedoff": "written_off",
        "writeoff": "written_off", "performing": "active", "nonperforming": "active",
        "inarrears": "active", "delinquent": "active", "standard": "active", "sma0": "active", "sma1": "active", "sma2": "active", "npa": "active",
        "substandard": "active", "doubtful": "active", "redeemed": "closed", "repaid": "closed", "matured": "closed", "terminated": "closed", "核销": "written_off", "已核销": "written_off", "呆账": "written_off",
    },
    "hold_kind": {
        "dispute": "dispute", "disputed": "dispute", "complaint": "complaint", "hardship": "hardship", "insolvency": "insolvency", "bankruptcy": "insolvency",
        "deceased": "deceased", "death": "deceased", "represented": "represented", "breathingspace": "breathing_space", "争议": "dispute", "异议": "dispute",
        "投诉": "complaint", "困难": "hardship", "经济困难": "hardship", "破产": "insolvency", "死亡": "deceased", "身故": "deceased", "律师代理": "represented", "其他": "other",
        "other": "other",
    },
    "role": {
        "borrower": "borrower", "main": "borrower", "coborrower": "co_borrower", "guarantor": "guarantor", "借款人": "borrower", "主借款人": "borrower",
        "共同借款人": "co_borrower", "担保人": "guarantor", "保证人": "guarantor",
    },
    "currency": {"人民币": "CNY", "rmb": "CNY", "cny": "CNY", "美元": "USD", "usd": "USD", "欧元": "EUR", "eur": "EUR", "港币": "HKD", "hkd": "HKD", "日元": "JPY", "jpy": "JPY"},
}
"""Meaning → what lenders write (as `plain` makes it) → what the book writes."""


_SIMPLER = str.maketrans(
    "證號戶賬帳單結繳應還額數話電動機編碼類產貸開發項實際計餘據約歸銷連絡聯業總費違罰時間態狀幣別區縣職稱國銀訂擔當責係關爭議轉無過遲滯納週負債務歲緊郵網門點個團廠償訴傷償權資領憑證姓陳寬緩終確認帶償",
    "证号户账账单结缴应还额数话电动机编码类产贷开发项实际计余据约归销连络联业总费违罚时间态状币别区县职称国银订担当责系关争议转无过迟滞纳周负债务岁紧邮网门点个团厂偿诉伤偿权资领凭证姓陈宽缓终确认带偿",
)
"""Traditional signs of headings and codes to their simplified form: 應還金額 and 应还金额 are one word."""
_SAID_OTHERWISE = (("n°", "no "), ("nº", "no "), ("№", "no "), ("a/c", "ac"))


def plain(text: str) -> str:
    """How does a heading look without what does not matter: width, capitals, blanks, punctuation, a unit in brackets at its end?

    One way of writing stands for others: traditional signs as simplified ones, accents left off, “date of receipt” as “receipt date”.

    >>> plain("Loan_ID"), plain("贷款金额（元）"), plain("Invoice No."), plain("dueDate")
    ('loanid', '贷款金额', 'invoiceno', 'duedate')
    >>> plain("應還金額"), plain("N° client"), plain("Date d'échéance"), plain("Date of Receipt")
    ('应还金额', 'noclient', 'datedecheance', 'receiptdate')
    """
    lowered = text.lower().strip()
    for written, meant in _SAID_OTHERWISE:
        lowered = lowered.replace(written, meant)
    folded = unicodedata.normalize("NFKD", lowered).translate(_SIMPLER)
    folded = re.sub(r"[(\[][^)\]]*[)\]]\s*$", "", folded)
    signs = "".join(sign for sign in folded if sign.isalnum())
    return f"{signs.removeprefix('dateof')}date" if signs.startswith("dateof") else signs
