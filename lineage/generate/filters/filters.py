"""The checks of one run: opened once, asked for each text in the order of its index.

Verdicts depend on the options, the datasets of `against` and the instructions kept before, so a run that goes on must
`note` those that are on disk, in order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from lineage.generate.filters.control import ControlTokens
from lineage.generate.filters.echo import prompt_echo
from lineage.generate.filters.incomplete import incomplete, open_fence
from lineage.generate.filters.language import Detector, check_languages, open_detector
from lineage.generate.filters.openings import assistant_opening
from lineage.generate.filters.options import FilterOptions
from lineage.generate.filters.recent import Match
from lineage.generate.filters.reference import References, open_references
from lineage.generate.filters.refusal import refusal
from lineage.generate.filters.repetition import INSTRUCTION_LIMITS, RESPONSE_LIMITS, repetition
from lineage.generate.filters.roles import assistant_turn, user_turn
from lineage.generate.filters.seen import SeenTexts, same
from lineage.generate.filters.verdict import CHECKS, KEPT, Reason, Verdict
from lineage.text.plain import words_of

Detail = Mapping[str, object]
# A check: its code, and what returns the evidence against a text, None when there is none.
Check = tuple[Reason, Callable[[], Detail | None]]
DEFAULTS = FilterOptions()


class Filters:
    """Checks with what they need: the tokens of the model, the detector of languages, the texts seen and forbidden."""

    def __init__(
        self, options: FilterOptions, control: ControlTokens, *, detector: Detector | None,
        references: References | None,
    ) -> None:  # fmt: skip
        self.options = options
        self._control = control
        self._detector = detector
        self._references = references
        near = "near_duplicate" not in options.off
        wanted = near or "duplicate" not in options.off
        self._seen = SeenTexts(options.max_similarity if near else 1.0) if wanted else None

    def check_instruction(self, index: int, text: str, *, ended: bool = True) -> Verdict:
        """Check an instruction, and remember it when it is kept.

        index: its place among all instructions of the run; they are to be checked in ascending order.
        ended: whether the model ended its turn, rather than the limit of tokens.
        """
        verdict = self.check_alone(text, ended=ended)
        if verdict.kept:
            verdict = self.check_repeated(text)
        if verdict.kept:
            self.note(index, text)
        return verdict

    def check_alone(self, text: str, *, ended: bool = True) -> Verdict:
        """Check an instruction by itself, whatever was written before it."""
        return self._first(self._instruction_checks(text, ended=ended))

    def check_repeated(self, text: str) -> Verdict:
        """Compare an instruction with all that were kept; the last of its checks."""
        seen = self._seen.find(text) if self._seen is not None else None
        if seen is None:
            return KEPT
        equal: Reason = "duplicate" if same(seen.kept.text, text) else "near_duplicate"
        # Where only one of the two is left out, the other is asked alone.
        reason = "near_duplicate" if equal in self.options.off else equal
        return KEPT if reason in self.options.off else Verdict(reason, _match(seen))

    def note(self, index: int, text: str) -> None:
        """Remember an instruction that was kept earlier, as one that is on disk when a run goes on."""
        if self._seen is not None:
            self._seen.add(index, text)

    def check_response(self, prompt: str, text: str, *, ended: bool = True) -> Verdict:
        """Check a response to a prompt; depends on nothing but these two."""
        return self._first(self._response_checks(prompt, text, ended=ended))

    def facts(self) -> dict[str, object]:
        """Return all that decides verdicts, for the configuration of a run: options, versions, what `against` holds."""
        return {
            "checks": CHECKS,
            **self.options.as_dict(),
            "against": self._references.facts() if self._references else [],
            "detector": self._detector.name if self._detector else None,
        }

    def _first(self, checks: Iterable[Check]) -> Verdict:
        for reason, evidence in checks:
            if reason not in self.options.off and (detail := evidence()) is not None:
                return Verdict(reason, detail)
        return KEPT

    def _instruction_checks(self, text: str, *, ended: bool) -> Iterator[Check]:
        """Give the checks of one instruction in the order of `INSTRUCTION_CHECKS`."""
        words = len(words_of(text))
        yield "unterminated", lambda: None if ended else {}
        yield "empty", lambda: None if words else {}
        yield "control_token", lambda: _named("token", self._control.find(text))
        yield "too_short", lambda: {"words": words} if words < self.options.min_words else None
        yield "too_long", lambda: {"words": words} if words > self.options.max_words else None
        yield "incomplete", lambda: _named("where", incomplete(text))
        yield "assistant_opening", lambda: _named("opening", assistant_opening(text))
        yield "role_label", lambda: _named("label", assistant_turn(text))
        yield "repetition", lambda: repetition(text, INSTRUCTION_LIMITS)
        yield "language", lambda: self._foreign(text)
        yield "reference_copy", lambda: self._copied(text)

    def _response_checks(self, prompt: str, text: str, *, ended: bool) -> Iterator[Check]:
        """Give the checks in the order of `RESPONSE_CHECKS`."""
        yield "truncated", lambda: None if ended and not open_fence(text) else {"ended": ended}
        yield "empty", lambda: None if any(not one.isspace() for one in text) else {}
        yield "control_token", lambda: _named("token", self._control.find(text))
        yield "role_label", lambda: _named("label", user_turn(prompt, text))
        yield "repetition", lambda: repetition(text, RESPONSE_LIMITS)
        yield "refusal", lambda: _named("words", refusal(text))
        yield "prompt_echo", lambda: _named("similarity", prompt_echo(prompt, text))

    def _foreign(self, text: str) -> Detail | None:
        if self._detector is None:
            return None
        return _named("detected", self._detector.is_foreign(text, self.options.languages))

    def _copied(self, text: str) -> Detail | None:
        copied = self._references.find(text) if self._references is not None else None
        return copied.to_dict() if copied else None


def open_filters(options: FilterOptions = DEFAULTS, *, special_tokens: Iterable[str] = ()) -> Filters:
    """Open the checks of a run; `special_tokens` are those of the model's tokenizer.

    Raises UsageError for a language that cannot be told or a name in `against` that leads nowhere, StoreError for a
    dataset that cannot be searched.
    """
    detector = None
    if options.languages and "language" not in options.off:
        detector = open_detector()
        check_languages(options.languages, detector)
    references = open_references(options) if "reference_copy" not in options.off else None
    return Filters(options, ControlTokens(special_tokens), detector=detector, references=references)


def _named(name: str, value: object) -> Detail | None:
    return None if value is None else {name: value}


def _match(match: Match) -> Detail:
    return {"index": match.kept.index, "similarity": round(match.similarity, 3)}
