"""How do entries become one history that nobody can rewrite unseen?

Comes in: entries, each chained to the one before it in its case. Goes out: gap-free numbers in a Merkle log after RFC 6962 (`sealing`),
its heads signed each minute (`heads`) and time-stamped each hour (`timestamps`), proofs that an entry stands in a head and that one head
continues another (`merkle`, `nodes`), and the question whether all of it still holds (`checking`).
"""
