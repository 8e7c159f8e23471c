"""A lesson as one file: the situation, the prediction with its verdicts, the runs to play, what to discuss."""

from kith.dashboard.content.markdown import markup
from kith.dashboard.state.scenario_choice import choice_from_text, command_of
from kith.dashboard.teaching.lessons import Lesson
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.repeat_command import and_write
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.story import COLUMNS, Question, Story, story_page
from kith.experiments.statistics.intervals import no_interval
from kith.experiments.words import wording

AFTER = ("Look closer", "Discuss")
"""Parts of a lesson that follow its results."""


def lesson_page(lesson: Lesson, comparison: Comparison) -> str:
    """The lesson as one HTML page that runs without a server."""
    choices = {label: choice_from_text(text) for label, text in lesson.scenarios.items()}
    prediction = lesson.prediction
    command = f"kith lesson {lesson.name}"
    if comparison.runs < lesson.runs:  # taken away while it was running
        plain = command_of(choices, lesson.people, lesson.days, comparison.runs)
        command = and_write(plain, story=f"kith-lesson-{lesson.name}.html")
    return story_page(
        Story(
            comparison,
            lesson.title,
            lesson.question,
            command,
            question=Question(
                prediction.ask,
                prediction.choices,
                tuple(verdict(lesson, guess, comparison) for guess in range(len(prediction.choices))),
                markup(lesson.parts["The situation"]),
                "".join(f"<h2>{escape(name)}</h2>{markup(lesson.parts[name])}" for name in AFTER),
            ),
            columns=dict.fromkeys((prediction.outcome, *COLUMNS)),
        )
    )


def verdict(lesson: Lesson, guess: int, comparison: Comparison) -> str:
    """The prediction next to the result of the runs."""
    answer = lesson.prediction.answer(comparison)
    choices = lesson.prediction.choices
    left = wording.listed([f"“{escape(choices[place])}”" for place in answer.left_open], "or")
    if not answer.left_open:
        judgement = f"No verdict yet ({no_interval()})."
        left = f"“{escape(choices[answer.best])}” so far"
    elif answer.right == guess:
        judgement = "Your prediction was right."
    elif guess not in answer.left_open:
        judgement = "It came out differently."
    else:
        judgement = "Too close to call: the runs do not resolve it."
        left += ", and random draws may explain which"
    note = f"{wording.plural(comparison.runs, 'run')} per scenario"
    return (
        f"<p class='kith-lead'><b>{judgement}</b> You predicted “{escape(choices[guess])}”; the simulation gives "
        f"{left}.</p><p>{escape(answer.words)} <span class='kith-note'>({note})</span></p>"
    )
