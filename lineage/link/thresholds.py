"""The numbers that relations of pairs rest on; what each was measured on is in docs/design/0003-relations.md."""

# Below these a channel alone is no evidence: single letters, yes and no, "Hello". A response of 8 words has 4
# shingles of 5 words; a prompt of 3 words has 2 of 2.
LEAST_RESPONSE_SHINGLES = 4
LEAST_PROMPT_SHINGLES = 2

# A response that one corpus gives to this many different prompts is a formula ("I'm sorry, but as an AI ..."); that
# another corpus has it too says nothing about where its rows come from.
FORMULA_PROMPTS = 5

# Partly kept: above what unrelated texts share. Contained: the smaller text lies in one that is clearly larger.
KEPT_RESPONSE = 0.2
KEPT_PROMPT = 0.3
CONTAINED = 0.9
LARGER = 1.25
MUCH_LARGER = 1.5

# A prompt that lies in a larger one is evidence by itself only when it is not too short.
CONTAINED_PROMPT = 0.8
CONTAINED_PROMPT_SHINGLES = 8

# With shingles weighted by rarity: what two texts that are alike, or one that lies in the other, share at least. Texts
# made from one template share nearly all their shingles, and of the weight a tenth to a third.
DISTINCTIVE_JACCARD = 0.4
DISTINCTIVE_CONTAINMENT = 0.7

# Passages: what one text holds of another, of at least so many shingles, for the pair to be looked at; and the part of
# the smaller text's winnowed hashes that they have in common. An edit takes more winnowed hashes than shingles: of
# 5-word shingles of which .6 are kept, .36 to .6 of the winnowed hashes are.
CONTAINED_PART = 0.6
CONTAINED_SHINGLES = 8
SHARED_WINNOWS = 0.3

# A response that lies in another whatever the prompts, of 20 words or more; one that does so in part, of 52 or more:
# programs of some 40 words ("a function that computes the factorial") have that much in common with no common origin.
CONTAINED_RESPONSE_SHINGLES = 16
PART_RESPONSE_SHINGLES = 48
