"""Strategies for texts that look like text in every script, and for texts that look like nothing."""

from hypothesis import strategies as st

PIECES = [
    "the", "Quick", "BROWN_fox", "don't", "x", "42", "a" * 15, "b" * 16, "c" * 17, "d" * 40, "Straße", "İstanbul", "ﬁsh", "Ǆ", "ẞ", "½",
    "m²", "№5", "e\u0301te\u0301", "été", "\u0345", "ᾳ\u0301", "Ω", "K", "東京", "タワー", "ﾀﾞ", "ひらがな", "ㄅㄆ", "々〇", "한국어", "한국", "สวัสดี",
    "ກຳ", "ខ្មែរ", "မြန်မာ", "हिन्दी", "עִבְרִית", "العربية", "Ελλάδας", "Ёлка", "😀", "👩‍👩‍👧", "1️⃣", "so\u00adft", "zero\u200bwidth", "\ufeff", "…", "—", "\u3000",
    "\x00", "\t", "\n\n", "　全角ＡＢＣ", "\U0001d400\U0001d401", "\u115f", "\u3164", "\U000e0041", "\u20e3",
]  # fmt: skip
texts = st.one_of(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " ", " ", ", ", "-"])), max_size=40).map(
        lambda parts: "".join(word + gap for word, gap in parts)
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=60),
    st.text(st.characters(codec="ascii"), max_size=300),
)
