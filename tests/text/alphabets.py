"""Strategies for texts that look like text in every script, and for texts that look like nothing."""

from hypothesis import strategies as st

LATIN = ["the", "Quick", "BROWN_fox", "don't", "x", "42", "a" * 15, "b" * 16, "c" * 17, "d" * 40]
FOLDED = [
    "Straße",
    "İstanbul",
    "ﬁsh",
    "Ǆ",
    "ẞ",
    "½",
    "m²",
    "№5",
    "été",
    "été",
    "ͅ",
    "ᾴ",
    "Ω",
    "K",
    "Ελλάδας",
    "Ёлка",
    "𝐀",
]
UNSPACED = ["東京", "タワー", "ﾀﾞ", "ひらがな", "ㄅㄆ", "々〇", "สวัสดี", "ກຳ", "ខ្មែរ", "မြန်မာ", "全角ＡＢＣ"]
SPACED = ["한국어", "한국", "हिन्दी", "עִבְרִית", "العربية"]
STEERING = ["😀", "👩\u200d👩\u200d👧", "1️⃣", "so\xadft", "zero\u200bwidth", "\ufeff", "ᅟ", "ㅤ", "\U000e0041", "⃣"]
GAPS = ["…", "—", "\u3000", "\x00", "\t", "\n\n"]
PIECES = [*LATIN, *FOLDED, *UNSPACED, *SPACED, *STEERING, *GAPS]
texts = st.one_of(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " ", " ", ", ", "-"])), max_size=40).map(
        lambda parts: "".join(word + gap for word, gap in parts)
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=60),
    st.text(st.characters(codec="ascii"), max_size=300),
)
