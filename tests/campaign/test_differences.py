"""What is told of two configurations that are not the same."""

from nas.campaign.config import build
from nas.campaign.differences import differences


def test_there_are_none_between_equals() -> None:
    assert (
        differences(build(problem="burgers").identity(), build(problem="burgers").identity()) == []
    )


def test_differences_name_the_key_and_both_values() -> None:
    there = build(problem="burgers", training={"steps": 3000}, tune={"p": [0.2, 0.9]})
    here = build(problem="burgers", training={"steps": 500}, tune={"p": 0.5}, space="full_grid")
    assert differences(there.resolved(), here.resolved()) == [
        'space is {"activations": ["sine", "tanh", "swish", "softplus"], "depths": [2, 3], '
        '"widths": [16, 32, 64]} there and "full_grid" here',
        "tune.p is [0.2, 0.9] there and 0.5 here",
        "training.steps is 3000 there and 500 here",
    ]
    assert differences({"a": 1}, {"b": None}) == [
        "a is 1 there and absent here",
        "b is absent there and null here",
    ]
