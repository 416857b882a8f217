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
# Letters followed by marks of any class and order, and by what else leans on them.
BASES = [
    "a",
    "E",
    "ἀ",
    "é",
    "ǰ",
    "=",
    " ",
    "か",
    "ก",
    "क",
    "ক",
    "க",
    "ם",
    "ع",
    "가",
    "ᄀ",
    "ไ",
    "\u0dd9",
    "\u037a",
    "\u0958",
]
MARKS = [
    *("\u0300", "\u0301", "\u0308", "\u0323", "\u0327", "\u0338", "\u0345", "\u034f", "\u0344", "\u20e3", "\u1abe"),
    *("\u3099", "\uff9e", "\u0e33", "\u0e48", "\u0e38", "\u093c", "\u093f", "\u094d", "\u09be", "\u0bbe", "\u0cca"),
    *("\u05b0", "\u05c1", "\u064b", "\u0653", "\u1161", "\u11a8", "\u0dca", "\u0dcf", "\u200d", "\ufe0f", "\u00ad"),
]
marked = st.lists(st.sampled_from(BASES) | st.sampled_from(MARKS) | st.sampled_from(MARKS), max_size=12).map("".join)
