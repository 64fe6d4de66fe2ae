"""Who is treated a little differently, so that we learn what contact really adds?

Comes in: the experiments of a policy that run tonight, and the decisions of the whole book. Goes out: the same decisions with experiment, arm
and propensities, and with another timing, channel or wording where the arm says so. Arms never vary price, relief, credit reporting, legal
steps or statutory notices, and never the vulnerable. The draw is a function of the start and the person alone: no chance is asked at night.
"""
