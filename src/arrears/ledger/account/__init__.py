"""How does one account stand, to the cent, on any day?

Comes in: what was agreed about money (`terms.AccountTerms`) and the account's dated entries (`entries`). Goes out: the ledger of a day
(`ledger.Ledger`): what is owed by instalment and component, every line that led there, and how each payment was allocated. Balances are a
function of entries and a day: nothing is edited, and late news is one more entry that replays everything after its day (`replay`). What had
rested on a figure that changed is listed (`redress`); what was quoted binds the creditor (`quotes`); `statement` tells it all to the debtor.
"""
