"""Key exchange in traffic: working keys are changed together with the peer that shares them.

`working` says which keys are in use, `offers` what is said of them in an 0800, `steps` what all
ways of a change have in common, `ours` is a change that we make, `theirs` one that comes in,
`handout` a key for a terminal, and `exchange` is what a program has of all this. No key
and no cryptography is here: cryptograms pass through, and the HSM does the rest.
"""

# How a change goes. Whoever makes the new key *offers* it: from then on it is accepted there, but
# not used. The peer takes it, and from then on uses it, and accepts both; when its answer comes
# back, so does the one who made it. Without an answer the same key is offered again, since it may
# have been taken. So there is no instant at which one side uses a key that the other does not
# accept, whatever is lost, and whoever dies in between: every step is in the journal before it is
# told. What a key is offered for and refused once is refused for ever, so that a late copy does not
# part the two sides; a key that was in use before, and comes again, is a recording.
#
# The old key is accepted until the new one was seen in use for a while: not by the clock alone, for
# an answer that is lost for hours must not part the two sides either.
#
# Configured keys change too, by hand. A step names the configured key that it stands in for; where
# the configuration has another one now, that is used, and what was before is forgotten.
