"""Against what does a payment count?

Comes in: what is outstanding by instalment and component (or debt by debt), one payment, an order. Goes out: an `Allocation`: every unit of
the payment is either against a named amount or stated as unallocated, and nothing falls below zero. The orders of contracts, of the Chinese
Civil Code and of cards stand in modules of their own.
"""
